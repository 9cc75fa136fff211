"""Revoke, suspend and reinstate: whole certificates by number, or one entry in every certificate that carries it.

A revoked certificate stays revoked. Every change is recorded with its reason and time; the published lists follow at
once. Doing the same twice changes nothing and is no error.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.errors import CertificateNotFound, ReasonUnknown, SourceRecordNotFound, TransitionRefused
from issuer.issued.entry_states import INVALID, SUSPENDED, VALID, VALUE_NAMES, planned_changes, update_copies
from issuer.publishing import publish_due
from issuer.store.certificates import FLAT, StatusEvent, StoredCertificate
from issuer.store.entries import StoredEntry
from issuer.store.status_jobs import CertificateState
from issuer.store.transaction import Transaction
from issuer.times import utc_text

Action = Literal["revoke", "suspend", "reinstate"]
DEFAULT_REASON: Final = "operator_decision"
REASONS: Final = (
    "holder_request",
    "issued_in_error",
    "source_cancelled",
    "source_corrected",
    "under_review",
    "review_finished",
    "key_compromised",
    DEFAULT_REASON,
)
NOT_DELIVERED: Final = "not_delivered"
AFTER: Final[dict[Action, str]] = {"revoke": "revoked", "suspend": "suspended", "reinstate": "valid"}
_VALUES: Final = {"valid": VALID, "revoked": INVALID, "suspended": SUSPENDED}


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One status before and after; `position` names an entry of the certificate by its place, None the certificate."""

    number: str
    position: int | None
    before: str
    after: str

    @property
    def changes(self) -> bool:
        """Return whether anything changes."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class StatusOrder:
    """What to do and why; a dry run only answers what would change.

    `reason` is a slug, `words` what whoever orders it says, for the trail.
    `account_id` is that of the holder who asks: a certificate of another account is then as one that does not exist.
    """

    action: Action
    reason: str
    dry_run: bool = False
    account_id: str | None = None
    words: str = ""

    @property
    def why(self) -> str:
        """The reason as the trail has it."""
        return f"{self.reason}: {self.words}" if self.words else self.reason


def change_certificates(bank: Bank, numbers: Sequence[str], order: StatusOrder, *, now: datetime) -> list[StatusChange]:
    """Change the status of certificates, all or none.

    Raises:
        CertificateNotFound, ReasonUnknown, TransitionRefused: nothing was changed.
        KeysError, PassphraseMissing: the status key does not open; nothing was changed.
    """
    _check_order(bank, order)
    with bank.store.write() as transaction:
        known = [_known(transaction, number, account_id=order.account_id) for number in dict.fromkeys(numbers)]
        changes = [_planned(certificate, order) for certificate in known]
        if not order.dry_run:
            for change in changes:
                if change.changes:
                    set_certificate_status(transaction, change, reason=order.reason, at=utc_text(now))
            acts = [_act(change, order) for change in changes if change.changes]
            record_acts(transaction, *acts, actor=bank.actor, at=utc_text(now))
    if not order.dry_run:
        publish_due(bank, now=now)
    return changes


Approval = Callable[[StoredEntry, Sequence[StatusChange]], None]
"""Looks at an entry as it is and at what would change, and raises what stops it."""


def change_entry(
    bank: Bank, record: str, order: StatusOrder, *, now: datetime, approve: Approval | None = None
) -> list[StatusChange]:
    """Change the status of one source record's entry, in every certificate that carries it.

    Args:
        bank: the bank.
        record: the record id at the source, or SOURCE:RECORD-ID.
        order: what to do.
        now: aware.
        approve: is asked before anything is changed, in the same transaction.

    Raises:
        SourceRecordNotFound, ReasonUnknown, TransitionRefused: nothing was changed; nor by what `approve` raises.
    """
    _check_order(bank, order)
    with bank.store.write() as transaction:
        entry = transaction.entries.entry_to_change(find_source_record(transaction, record).id)
        after = AFTER[order.action]
        if entry.bank_status == "revoked" and after != "revoked":
            raise TransitionRefused("a revocation is final", number=record, before="revoked", after=after)
        changed = replace(entry, bank_status=after)
        planned = planned_changes(transaction, [changed])
        changes = [
            StatusChange(each.copy.number, each.copy.position, VALUE_NAMES[each.copy.status], VALUE_NAMES[each.value])
            for each in planned
        ]
        if approve is not None:
            approve(entry, changes)
        if not order.dry_run:
            transaction.entries.replace(changed)
            update_copies(transaction, planned, reason=order.reason, at=utc_text(now))
            act = Act("entry_status_changed", subject=entry.id, detail=f"{after} {order.why}")
            record_acts(transaction, act, actor=bank.actor, at=utc_text(now))
    if not order.dry_run:
        publish_due(bank, now=now)
    return changes


def set_certificate_status(transaction: Transaction, change: StatusChange, *, reason: str, at: str) -> None:
    """Record a new status and its event, and set the values in the lists; copies of a batch share its status."""
    _known(transaction, change.number)
    states = transaction.status_jobs.with_copies([change.number], to_change=True)
    set_statuses(transaction, states, change.after, reason=reason, at=at)


def set_statuses(
    transaction: Transaction, states: Sequence[CertificateState], after: str, *, reason: str, at: str
) -> None:
    """Record one new status for certificates and their copies, an event for each but their copies, and set the lists.

    Args:
        transaction: a write transaction in which nobody else changes them.
        states: as they are now, with their copies.
        after: valid, revoked or suspended; whoever calls has looked whether that is allowed.
        reason: a slug.
        at: now, UTC in ISO 8601.
    """
    numbers = {each.number for each in states}
    for each in states:
        transaction.certificates.set_status(each.number, after)
        if each.copy_of not in numbers:
            transaction.certificates.record_event(StatusEvent(each.number, None, each.status, after, reason, at))
    for list_no, values in published_values(transaction, states, after).items():
        transaction.status_lists.set_values(list_no, values)


def published_values(
    transaction: Transaction, states: Sequence[CertificateState], after: str
) -> dict[int, list[tuple[int, int]]]:
    """Return which values a status means, as (index, value) for each list."""
    by_list: dict[int, list[tuple[int, int]]] = {}
    for each in states:
        by_list.setdefault(each.list_no, []).append((each.idx, _value_of(transaction, each, after)))
    return by_list


def _value_of(transaction: Transaction, certificate: CertificateState, status: str) -> int:
    """Return the published value; of a flat credential in force it is that of its one entry."""
    if status == "valid" and certificate.carrier == FLAT:
        (carried,) = transaction.certificates.carried_entries(certificate.number)
        return carried.status
    return _VALUES[status]


def _act(change: StatusChange, order: StatusOrder) -> Act:
    return Act("certificate_status_changed", subject=change.number, detail=f"{change.after} {order.why}")


def _check_order(bank: Bank, order: StatusOrder) -> None:
    if order.reason not in REASONS:
        raise ReasonUnknown(reason=order.reason, known=", ".join(REASONS))
    if not order.dry_run:
        bank.signer("status")  # a change that cannot be published must not be recorded


def _planned(certificate: StoredCertificate, order: StatusOrder) -> StatusChange:
    after = AFTER[order.action]
    if certificate.status == "revoked" and after != "revoked":
        raise TransitionRefused("a revocation is final", number=certificate.number, before="revoked", after=after)
    return StatusChange(certificate.number, None, certificate.status, after)


def _known(transaction: Transaction, number: str, *, account_id: str | None = None) -> StoredCertificate:
    certificate = transaction.certificates.certificate_to_change(number)
    if certificate is None or account_id not in (None, certificate.account_id):
        raise CertificateNotFound(number=number)
    return certificate


def find_source_record(transaction: Transaction, record: str) -> StoredEntry:
    """Return the one entry of a source record.

    Args:
        transaction: to look in.
        record: the record id at the source, or SOURCE:RECORD-ID.

    Raises:
        SourceRecordNotFound: there is none, or more than one.
    """
    source, colon, record_id = record.partition(":")
    found = transaction.entries.with_source_record(record, None)
    if not found and colon:
        found = transaction.entries.with_source_record(record_id, source)
    if len(found) != 1:
        raise SourceRecordNotFound(record=record, count=len(found))
    return found[0]
