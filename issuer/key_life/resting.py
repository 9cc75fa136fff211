"""Until when something rests on a key: what it signed, and what others keep of it."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from credential_schemas.certificate_claims import expiry_of
from issuer.bank.key_records import LOST, KeyRecord
from issuer.bundling import MAX_VALID_DAYS
from issuer.publishing import STATUS_LIFETIME
from issuer.store.key_uses import SignedByKey
from issuer.times import utc_moment

EXPORT_LIFETIME: Final = timedelta(days=30)
"""What a wallet had exported is signed with the key of the credentials and not recorded; it lives no longer."""
_SETTLING: Final = timedelta(days=1)
"""Other programs of the bank take a new key within minutes; caches keep the published keys for a day."""
_LIFETIMES: Final = {
    "credential": EXPORT_LIFETIME,
    "status": STATUS_LIFETIME,
    "bundle": timedelta(days=MAX_VALID_DAYS),
    "seal": timedelta(0),  # a seal brings its certificate, and is checked with that
}


def rests_until(record: KeyRecord, signed: SignedByKey | None, *, max_days: int) -> datetime | None:
    """Return until when something in force can rest on a key that signs no more; None when nothing ever did.

    Args:
        record: of the key.
        signed: the certificates it signed. Revoked ones count: without the key nobody learns that they are revoked.
        max_days: for how long a certificate may be in force; what a lost key signed is not known any more.
    """
    if record.signed_until is None:
        return None
    last = utc_moment(record.signed_until) + max(_LIFETIMES[record.use], _SETTLING)
    if record.uri.startswith(f"{LOST}:") and record.use == "credential":
        last += timedelta(days=max_days)
    if signed is None:
        return last
    end = datetime.fromtimestamp(expiry_of(date.fromisoformat(signed.last_day)), UTC)
    return max(last, end)
