"""Record what was done with personal data, in the transaction that does it.

Each record holds a hash over itself and the one before it. A record says who, what and whose, never a person's data.
Reads are recorded before anything is shown.
"""

import hashlib
from dataclasses import dataclass
from typing import Final, Literal

from issuer.store.audit import AuditRecord
from issuer.store.transaction import Transaction

Action = Literal[
    "account_opened",
    "account_linked",
    "account_read",
    "history_read",
    "held_entries_read",
    "account_closed",
    "sign_in_added",
    "sign_in_changed",
    "signed_in",
    "signed_out",
    "consent_recorded",
    "consent_withdrawn",
    "data_exported",
    "delivery_taken",
    "person_registered",
    "reference_resolved",
    "entry_added",
    "entry_changed",
    "entry_status_changed",
    "certificate_previewed",
    "certificates_listed",
    "certificate_read",
    "link_made",
    "link_closed",
    "token_made",
    "token_revoked",
    "wallet_offer_made",
    "wallet_allowed",
    "wallet_notified",
    "certificate_issued",
    "certificate_reprinted",
    "certificate_status_changed",
    "backup_made",
    "bank_restored",
    "key_made",
    "key_put_to_work",
    "key_distrusted",
    "key_retired",
    "ceremony_held",
    "staff_changed",
    "staff_signed_in",
    "staff_signed_out",
    "account_traced",
    "access_log_read",
    "records_checked",
    "held_entry_left",
    "source_run_asked",
    "source_run_stopped",
    "delivery_rehearsed",
    "delivery_accepted",
    "statuses_rehearsed",
    "entry_status_rehearsed",
    "status_job_begun",
    "status_job_stopped",
    "status_job_read",
    "recognition_changed",
    "recognition_read",
    "notice_published",
    "notice_withdrawn",
]
HASH_BYTES: Final = 32
START: Final = bytes(HASH_BYTES)
_LABEL: Final = b"competency-bank/audit\x00"
_sha256 = hashlib.sha256


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was done: to whose account, to what, and a word of detail."""

    action: Action
    account: str | None = None
    subject: str | None = None
    detail: str | None = None


def record_acts(transaction: Transaction, *acts: Act, actor: str, at: str) -> None:
    """Append what was done; it is there if and only if the transaction is.

    Args:
        transaction: the one that does it. Call this last in it: other writers of the trail wait until it ends.
        acts: in their order; none is allowed.
        actor: who did it.
        at: when, UTC in ISO 8601.
    """
    if not acts:
        return
    size, before = transaction.audit.state(to_append=True)
    records = []
    for seq, act in enumerate(acts, start=size + 1):
        before = link(before, seq, at, actor, act.action, act.account, act.subject, act.detail)
        records.append(AuditRecord(seq, at, actor, act.action, act.account, act.subject, act.detail, before))
    transaction.audit.append(records)


def link(before: bytes, seq: int, *values: str | None) -> bytes:
    """Return the hash of a record: over the hash before it, its number, and its six values, each with its length."""
    at, actor, action, account, subject, detail = values
    written = (  # without a loop, because a trail has many records
        f"{seq};"
        f"{'-' if at is None else f'{len(at)}:{at}'}"
        f"{'-' if actor is None else f'{len(actor)}:{actor}'}"
        f"{'-' if action is None else f'{len(action)}:{action}'}"
        f"{'-' if account is None else f'{len(account)}:{account}'}"
        f"{'-' if subject is None else f'{len(subject)}:{subject}'}"
        f"{'-' if detail is None else f'{len(detail)}:{detail}'}"
    )
    return _sha256(_LABEL + before + written.encode()).digest()
