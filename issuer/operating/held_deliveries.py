"""Deliveries that were held back: looked at in a dry run, and then accepted exactly as they are, or left.

A source that is asked is asked again for the dry run and for accepting. A file that was held back is kept sealed among
the fetched pages for a week, so that nobody has to bring it again. Whatever is accepted stands for one delivery and its
numbers: another one is held back anew.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.deliveries.errors import DeliveryHeld, SourceNotAsked
from issuer.deliveries.files import (
    DeliveryFile,
    ImportedFile,
    ImportOrder,
    import_delivery,
    record_refused,
    record_rehearsed,
    rehearse_delivery,
)
from issuer.deliveries.reconciling import Acceptance, decision_code
from issuer.operating.errors import HeldFileGone, RehearsalDiffers
from issuer.operating.source_states import work_name
from issuer.operating.works import OperatorWork
from issuer.pulling.delivery_note import Page
from issuer.pulling.page_store import PageStore
from issuer.pulling.running import PullOrder, pull_source
from issuer.store.pulls import ASKED, HELD, REHEARSED, TAKEN, UNCHANGED, SourceRun
from issuer.times import utc_text

_LOOKED_AT: Final = 50
_DECIDED: Final = (TAKEN, UNCHANGED, HELD)


@dataclass(frozen=True, slots=True)
class HeldDelivery:
    """A delivery that waits for a decision: the run that held it back, and the newest dry run of it since, if any."""

    run: SourceRun
    rehearsed: SourceRun | None

    @property
    def code(self) -> str:
        """What stands for exactly this delivery."""
        return str(self.run.details["code_to_accept"])

    @property
    def count(self) -> int:
        """How many records it would withdraw or seems to replace; typed in by whoever accepts."""
        return int(str(self.run.details["missing"])) + int(str(self.run.details["alike"]))


@dataclass(frozen=True, slots=True)
class Decision:
    """What whoever accepts says: how many records, as it was typed, and why."""

    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class _KeptFile:
    """A file that was held back, as it was; fits `DeliveryFile`."""

    name: str
    content: bytes

    def __str__(self) -> str:
        return self.name

    def read_bytes(self) -> bytes:
        return self.content


def import_or_keep(bank: Bank, source: str, file: DeliveryFile, *, order: ImportOrder, now: datetime) -> ImportedFile:
    """Take in a file as `import_delivery` does; one that is held back is kept for whoever decides about it.

    Raises:
        as `import_delivery`.
    """
    try:
        return import_delivery(bank, source, file, order=order, now=now)
    except DeliveryHeld:
        content = file.read_bytes()
        page = Page(file.name, "application/octet-stream", len(content), hashlib.sha256(content).hexdigest())
        store = PageStore(bank, source)
        store.forget_but([page])
        store.keep(page, content)
        raise


def held_delivery(bank: Bank, run_id: int) -> HeldDelivery | None:
    """Return what a run held back, if it still waits for a decision; None for every other run."""
    with bank.store.read() as transaction:
        run = transaction.pulls.run(run_id)
        if run is None or run.outcome != HELD or run.problem != DeliveryHeld.code:
            return None
        later = [each for each in transaction.pulls.runs(run.source, limit=_LOOKED_AT) if each.id > run.id]
    if any(each.outcome in _DECIDED for each in later):
        return None
    code = run.details.get("code_to_accept")
    fits = (each for each in later if each.outcome == REHEARSED and each.details.get("code_to_accept") == code)
    return HeldDelivery(run, next(fits, None))


def rehearse_held(bank: Bank, work: OperatorWork, held: HeldDelivery, *, reason: str, now: datetime) -> bool:
    """Say in a new run what accepting would do, in a thread; False while something is done with this source already.

    Raises:
        HeldFileGone: the file is not kept any more.
        SourceNotAsked: the source was asked, and is not any more.
    """
    _check_there(bank, work, held)
    _record(bank, Act("delivery_rehearsed", None, held.run.source, reason), now=now)

    def rehearse() -> None:
        source = held.run.source
        if held.run.way == ASKED and work.outside is not None:
            pull_source(bank, work.asked[source], work.outside, order=PullOrder(rehearse=True))
            return
        file = _kept(bank, held)
        try:
            order = _order(held, Acceptance(held.code, bank.actor, reason))
            imported = rehearse_delivery(bank, source, file, order=order, now=now)
        except DeliveryHeld as error:  # something has changed since: that is another decision
            again = replace(held.run, actor=bank.actor, started_at=utc_text(now), ended_at=utc_text(now))
            record_refused(bank, again, error)
            return
        record_rehearsed(bank, held.run, imported, now=now)

    return work.works.begin(work_name(held.run.source), rehearse)


def accept_held(bank: Bank, work: OperatorWork, held: HeldDelivery, *, said: Decision, now: datetime) -> bool:
    """Take a delivery as it was rehearsed, in a thread; False while something is done with this source already.

    Raises:
        RehearsalDiffers: there was no dry run of it, or the number is not that of the records; nothing was begun.
        HeldFileGone: the file is not kept any more.
        SourceNotAsked: the source was asked, and is not any more.
    """
    if held.rehearsed is None or said.count != held.count:
        raise RehearsalDiffers(count=held.count, given=said.count)
    _check_there(bank, work, held)
    _record(bank, Act("delivery_accepted", None, held.run.source, said.reason), now=now)

    def take() -> None:
        source, accept = held.run.source, Acceptance(held.code, bank.actor, said.reason)
        if held.run.way == ASKED and work.outside is not None:
            pull_source(bank, work.asked[source], work.outside, order=PullOrder(accept=accept))
            return
        import_or_keep(bank, source, _kept(bank, held), order=_order(held, accept), now=now)
        PageStore(bank, source).forget_but(())

    return work.works.begin(work_name(held.run.source), take)


def _order(held: HeldDelivery, accept: Acceptance) -> ImportOrder:
    as_of = None if held.run.as_of is None else date.fromisoformat(held.run.as_of)
    return ImportOrder(as_of, complete=True, accept=accept)


def _check_there(bank: Bank, work: OperatorWork, held: HeldDelivery) -> None:
    if held.run.way == ASKED and (held.run.source not in work.asked or work.outside is None):
        raise SourceNotAsked(source=held.run.source, known=", ".join(work.asked) or "-")
    if held.run.way != ASKED:
        _kept(bank, held)


def _kept(bank: Bank, held: HeldDelivery) -> _KeptFile:
    store, missing = PageStore(bank, held.run.source), int(str(held.run.details["missing"]))
    for sha256 in store.digests():
        content = store.content(sha256) if decision_code(sha256, missing, 0) == held.code else None
        if content is not None:
            return _KeptFile(str(held.run.delivery), content)
    raise HeldFileGone(source=held.run.source)


def _record(bank: Bank, *acts: Act, now: datetime) -> None:
    with bank.store.write() as transaction:
        record_acts(transaction, *acts, actor=bank.actor, at=utc_text(now))
