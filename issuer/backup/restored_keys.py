"""Keys that were made, or told not to be believed, after the backup: verifiers go on knowing both.

Whatever the published trust list says not to believe is not believed. A key that it names and the backup does not know
verifies certificates and lists of the lost time; it is taken over only if the published trust bundle names it, too,
because that is signed by a key that the backup knows: else whoever writes the copy could add keys of their own. The
private halves are lost, or lie in what is left of the old data directory; such a key verifies and never signs here.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from credential_schemas.errors import CredentialError
from credential_schemas.limits import MAX_TRUST_BUNDLE_BYTES
from credential_schemas.trust_bundle import read_trust_bundle
from issuer.backup.errors import SinceUnreadable
from issuer.bank import Bank
from issuer.bank.folder import KeyUse
from issuer.bank.key_records import LOST, KeyRecord, with_record
from issuer.bank.key_ring import changing_keys, published_issuer, published_keys, records, write_profile
from issuer.bundling import TRUST_BUNDLE
from issuer.publishing import TRUST_LIST, publish_documents
from issuer.times import utc_text
from keys.encoding import decode_json_object
from keys.errors import KeysError, TrustListError
from keys.jwk import PublicKey
from keys.jws import parse_compact
from keys.trust_list import TrustedIssuer, TrustList

_USES: Final[tuple[KeyUse, ...]] = ("credential", "status", "bundle")


def take_published_keys(bank: Bank, published: Path, *, now: datetime) -> list[str]:
    """Take over keys and distrust that came after the backup; answer the names of the keys.

    Args:
        bank: restored, with the trust list of the backup.
        published: the newest copy of the bank's folder `public`.
        now: aware.

    Raises:
        SinceUnreadable: the trust list there names keys that no bundle of this bank vouches for.
    """
    issuer = _named(bank, published / TRUST_LIST)
    with changing_keys(bank):
        own = [each for use in _USES if use in bank.profile.keys for each in records(bank, use)]
        changed = [*_distrusted(own, issuer), *_unknown(own, issuer, published / TRUST_BUNDLE, bank=bank, now=now)]
        if changed:
            known = bank.profile.key_records
            for each in (*own, *changed):  # a key without a record gets one as soon as it is not the only one
                known = with_record(known, each)
            write_profile(bank, lambda profile: replace(profile, key_records=known))
            publish_documents(bank)
    return [each.kid for each in changed]


def _distrusted(own: list[KeyRecord], issuer: TrustedIssuer) -> Iterator[KeyRecord]:
    for record in own:
        since = _since(issuer, record.kid)
        if since is not None and (record.distrusted_since is None or since < record.distrusted_since):
            yield replace(record, distrusted_since=since)


def _unknown(
    own: list[KeyRecord], issuer: TrustedIssuer, bundle: Path, *, bank: Bank, now: datetime
) -> Iterator[KeyRecord]:
    known, at = {each.kid for each in own}, utc_text(now)
    found = [(use, kid, key) for use in _USES for kid, key in published_keys(issuer, use).items() if kid not in known]
    vouched = _bundle_keys(bank, bundle) if found else {}
    for use, kid, key in found:
        if vouched.get((use, kid)) != key:
            raise SinceUnreadable("it does not vouch for a key that the trust list beside it names", file=str(bundle))
        lost = KeyRecord(use, f"{LOST}:{kid}", key.jwk(), published_at=at, signed_until=at)
        yield replace(lost, distrusted_since=_since(issuer, kid))


def _since(issuer: TrustedIssuer, kid: str) -> str | None:
    since = issuer.distrusted.get(kid)
    return None if since is None else utc_text(datetime.fromtimestamp(since, UTC))


def _named(bank: Bank, path: Path) -> TrustedIssuer:
    try:
        found = TrustList.parse(path.read_bytes()).issuers.get(bank.profile.issuer)
    except (OSError, TrustListError) as error:
        problem = getattr(error, "strerror", None) or "it is not a trust list"
        raise SinceUnreadable(problem, file=str(path)) from error
    if found is None:
        raise SinceUnreadable("it does not name this bank", file=str(path))
    return found


def _bundle_keys(bank: Bank, path: Path) -> dict[tuple[KeyUse, str], PublicKey]:
    """The keys that a bundle names, if a key signed it that the backup believes."""
    own = published_issuer(bank)
    try:
        token = path.read_bytes().decode("ascii")
        # Also one that has expired says what was; so it is checked at the time that it names itself.
        payload = parse_compact(token, max_bytes=MAX_TRUST_BUNDLE_BYTES).payload
        made_at = decode_json_object(payload, max_bytes=MAX_TRUST_BUNDLE_BYTES).get("iat")
        now = made_at if isinstance(made_at, int) else 0
        keys = {} if own is None else {kid: key for kid, key in own.bundle_keys.items() if kid not in own.distrusted}
        issuer = read_trust_bundle(token, keys=keys, now=now).issuer
    except OSError as error:
        raise SinceUnreadable(error.strerror or "unknown reason", file=str(path)) from error
    except (KeysError, CredentialError, UnicodeDecodeError) as error:
        raise SinceUnreadable("it is not a bundle by a key that the backup knows", file=str(path)) from error
    return {(use, kid): key for use in _USES for kid, key in published_keys(issuer, use).items()}
