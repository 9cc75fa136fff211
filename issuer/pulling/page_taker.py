"""Take the pages of one delivery, each within a transaction that the caller opens, and at the end what is gone."""

from dataclasses import dataclass

from issuer.bank import Bank
from issuer.deliveries.reconciling import Acceptance, CompleteDelivery, missing_records, withdraw
from issuer.deliveries.taking import Progress, record_taken, take_rows
from issuer.pulling.delivery_note import DeliveryNote
from issuer.pulling.planning import Plan, read_page, withdraws
from issuer.store.entries import Delivery
from issuer.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class TakenPart:
    """A page, or the end of a delivery, within a transaction that is still open."""

    delivery: Delivery
    delivery_id: int
    progress: Progress


@dataclass(frozen=True, slots=True)
class PageTaker:
    """Takes one delivery as it was planned; `accepted` is the word of whoever let it in, if that took one."""

    bank: Bank
    note: DeliveryNote
    plan: Plan
    accepted: Acceptance | None

    def take_page(self, transaction: Transaction, number: int, content: bytes, *, at: str) -> TakenPart:
        """Take the rows of a page; its number counts from 1, `at` is now, UTC in ISO 8601."""
        page = self.note.pages[number - 1]
        delivery = self._delivery(f"{self.note.id}/{page.path}", page.sha256, at)
        rows = read_page(self.note, number, content)
        repeats = self.plan.repeats[number - 1]
        return TakenPart(delivery, *take_rows(self.bank, transaction, delivery, rows=rows, repeats=repeats))

    def take_end(self, transaction: Transaction, *, at: str) -> TakenPart:
        """Withdraw what a complete delivery no longer has; nothing when some of its rows could not be read."""
        delivery = self._delivery(self.note.id, self.note.sha256, at)
        taken = TakenPart(delivery, transaction.entries.record_delivery(delivery), Progress(accepted=self.accepted))
        if not withdraws(self.note):
            return taken
        complete = CompleteDelivery(delivery.source, self.note.made_at, delivery.as_of, self.plan.record_keys)
        missing = missing_records(transaction, complete)
        if self.plan.rejected:
            taken.progress.counts.not_withdrawn = len(missing)
        else:
            gone = withdraw(transaction, missing, as_of=delivery.as_of, delivery_id=taken.delivery_id, at=at)
            taken.progress.add_withdrawal(gone)
        return taken

    def record(self, transaction: Transaction, taken: TakenPart) -> None:
        """Record what was taken in the audit trail; the last act in its transaction."""
        record_taken(self.bank, transaction, taken.delivery, delivery_id=taken.delivery_id, progress=taken.progress)

    def _delivery(self, name: str, sha256: str, at: str) -> Delivery:
        return Delivery(self.note.source, name, sha256, at, self.note.as_of.isoformat())
