"""Whom a key or a delivery touched, to tell them when something leaked or went wrong (LR-14).

The counts name nobody and are free to see. The list names accounts: giving it is recorded in each of them, with the
reason, before it is given.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.bank.key_ring import records
from issuer.staff.errors import TraceTooLarge, TraceUnknown
from issuer.store.traces import TracedCertificate
from issuer.store.transaction import Transaction
from issuer.times import utc_text

LARGEST: Final = 100_000
"""How many certificates or accounts a page lists; beyond, `cb-issuer keys distrust --dry-run --out` writes the list."""

COLUMNS: Final = ("account", "number", "status", "carrier", "issued_at", "valid_until")


@dataclass(frozen=True, slots=True)
class Cause:
    """What touched them: a key by its full name, or a delivery by its number; one of the two."""

    kid: str = ""
    delivery_id: int | None = None

    @property
    def subject(self) -> str:
        """How the audit trail calls it."""
        return f"key {self.kid}" if self.delivery_id is None else f"delivery {self.delivery_id}"


@dataclass(frozen=True, slots=True)
class TraceCounts:
    """How many certificates and accounts were touched."""

    certificates: int
    accounts: int


def count_trace(bank: Bank, cause: Cause) -> TraceCounts:
    """Count what a cause touched; nobody is named.

    Raises:
        TraceUnknown: there is no such key of credentials, or no such delivery.
    """
    with bank.store.read() as transaction:
        return _counts(bank, transaction, cause)


def trace_list(bank: Bank, cause: Cause, *, reason: str, now: datetime) -> bytes:
    """Return the list as CSV in UTF-8, one row for each certificate, and one for each account without any.

    Args:
        bank: acting as who asks.
        cause: of what.
        reason: that each holder will read.
        now: aware.

    Raises:
        TraceUnknown: as `count_trace`; nothing was recorded.
        TraceTooLarge: there are too many for one answer; nothing was recorded.
    """
    with bank.store.write() as transaction:
        counts = _counts(bank, transaction, cause)
        if max(counts.certificates, counts.accounts) > LARGEST:
            raise TraceTooLarge(largest=LARGEST)
        if cause.delivery_id is None:
            found, accounts = list(transaction.traces.signed_by(cause.kid)), []
        else:
            found = list(transaction.traces.carrying(cause.delivery_id))
            accounts = transaction.traces.accounts_of(cause.delivery_id)
        certified = {each.account_id for each in found}
        touched = sorted(certified | set(accounts))
        acts = [Act("account_traced", account, cause.subject, reason) for account in touched]
        record_acts(transaction, *acts, actor=bank.actor, at=utc_text(now))
    return _csv(found, (account for account in accounts if account not in certified))


def _counts(bank: Bank, transaction: Transaction, cause: Cause) -> TraceCounts:
    if cause.delivery_id is not None:
        if transaction.traces.delivery(cause.delivery_id) is None:
            raise TraceUnknown
        return TraceCounts(*transaction.traces.counts(delivery_id=cause.delivery_id))
    counts = TraceCounts(*transaction.traces.counts(kid=cause.kid))
    if not counts.certificates and cause.kid not in {each.kid for each in records(bank, "credential")}:
        raise TraceUnknown
    return counts


def _csv(found: Iterable[TracedCertificate], without: Iterable[str]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for each in found:
        writer.writerow((each.account_id, each.number, each.status, each.carrier, each.issued_at, each.valid_until))
    for account in without:
        writer.writerow((account, *[""] * (len(COLUMNS) - 1)))
    return text.getvalue().encode()
