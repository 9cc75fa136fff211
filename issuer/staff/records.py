"""Recording what staff look at, in the one trail that holders read, too (LR-08)."""

from collections.abc import Iterable
from datetime import datetime

from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.times import utc_text


def record_reads(bank: Bank, acts: Iterable[Act], *, now: datetime) -> None:
    """Record looks, before anything of them is shown.

    The five facts that the law asks for: the account of whoever looks and the place are the bank's actor
    (`StaffMember.actor`), the time, the data subject is the account of each act or, where none is known, its subject,
    and the action; the detail is the reason as the person gave it, which the holder sees.

    Args:
        bank: acting as the person of the staff.
        acts: one for each data subject.
        now: aware.
    """
    with bank.store.write() as transaction:
        record_acts(transaction, *acts, actor=bank.actor, at=utc_text(now))
