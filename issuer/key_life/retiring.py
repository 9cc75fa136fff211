"""Taking a key out of the published ones, once nothing in force rests on it, and destroying its private half.

Steps, each of which holds by itself and is finished by the next run: `bank.json` calls the key retired; the published
files no longer name it; its file is removed.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.bank.folder import BankFolder
from issuer.bank.key_errors import KeyInUse
from issuer.bank.key_records import KeyRecord, KeyState, with_record
from issuer.bank.key_ring import changing_keys, write_profile
from issuer.key_life.finding import find_key
from issuer.key_life.resting import rests_until
from issuer.key_life.rotating import open_for_publishing, renew_bundle
from issuer.outputs import storage_errors
from issuer.publishing import publish_documents
from issuer.times import utc_text

PrivateHalf = Literal["destroyed", "in_token", "elsewhere"]


@dataclass(frozen=True, slots=True)
class Retirement:
    """The key, what became of its private half, and whether a bundle without the key is published."""

    record: KeyRecord
    private_half: PrivateHalf
    bundled: bool


def retire_key(bank: Bank, name: str, *, now: datetime) -> Retirement:
    """Retire a key that signs no more, or one that never began; a second time finishes the first.

    Raises:
        KeyNotFound, KeyAmbiguous: no single key has this name.
        KeyInUse: it signs, or something in force rests on it; nothing was changed.
        PassphraseMissing, KeysError, StorageFull, StorageUnusable: the step that was reached holds.
    """
    with changing_keys(bank):
        record = find_key(bank, name)
        state = record.state(bank.profile.keys)
        if state is not KeyState.RETIRED:
            _check_free(bank, record, state, now=now)
            open_for_publishing(bank, but=record.use)
            record = replace(record, retired_at=utc_text(now))
            with bank.store.write() as transaction:
                act = Act("key_retired", subject=record.kid, detail=record.use)
                record_acts(transaction, act, actor=bank.actor, at=utc_text(now))
            retired = with_record(bank.profile.key_records, record)
            write_profile(bank, lambda profile: replace(profile, key_records=retired))
        publish_documents(bank)
        bundled = renew_bundle(bank, now=now)
        return Retirement(record, _destroy(bank.folder, record), bundled)


def _check_free(bank: Bank, record: KeyRecord, state: KeyState, *, now: datetime) -> None:
    if state is KeyState.SIGNING:
        raise KeyInUse(
            f"it signs; `cb-issuer keys rotate {record.use}` puts another in its place first",
            kid=record.kid,
            use=record.use,
        )
    with bank.store.read() as transaction:
        signed = transaction.key_uses.by_key().get(record.kid)
    until = rests_until(record, signed, max_days=bank.profile.max_valid_days)
    if until is not None and now < until:
        raise KeyInUse(f"what it signed may be in force until {utc_text(until)}", kid=record.kid, use=record.use)


def _destroy(folder: BankFolder, record: KeyRecord) -> PrivateHalf:
    """Remove the key file; one outside of the data directory, or a key in a token, is the operator's."""
    scheme, _, rest = record.uri.partition(":")
    if scheme not in ("file", "dev-file"):
        return "in_token"
    path = Path(rest)
    if path.parent != Path("keys"):
        return "elsewhere"
    with storage_errors(path.name):
        (folder.path / path).unlink(missing_ok=True)
    return "destroyed"
