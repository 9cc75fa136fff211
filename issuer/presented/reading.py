"""A presentation of the bank's own credential, made for the bank: verified, its record found, its nonce used up.

Rules enforced:
* signed by a key of the bank that is believed, of a type for wallets, within its days, in force, and so is every entry
  that is shown;
* bound by the holder's key to one address of this bank and to a nonce that the bank gave out less than five minutes
  ago; a paper copy has no such key and is refused;
* the nonce is used once, before anything is done; the same presentation again is told apart by its hash.

Source: RFC 9901 section 7.3
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from credential_schemas.errors import CredentialError, SdJwtRefused
from credential_schemas.limits import MAX_SD_JWT_BYTES
from credential_schemas.presented_claims import Form, PresentedClaims, ShownEntry, read_presented
from credential_schemas.sd_jwt.parse import parse_sd_jwt
from credential_schemas.sd_jwt.policy import KeyBindingPolicy, VerificationPolicy
from credential_schemas.sd_jwt.verify import VerifiedSdJwt, verify_sd_jwt_vc
from issuer.accounts.selection import SHORT_ID
from issuer.bank import Bank
from issuer.bank.key_ring import own_keys
from issuer.errors import CertificateNotInForce, EntryNotInForce, PresentationRefused
from issuer.issued.entry_states import VALUE_NAMES
from issuer.log.appending import is_believed
from issuer.openid4vci.configurations import configurations
from issuer.openid4vci.handles import link_of, nonce_end
from issuer.store.certificates import CarriedEntry, StoredCertificate
from issuer.times import korean_day_of
from keys.encoding import JsonValue, decode_json_object
from keys.errors import KeysError
from keys.jwk import PublicKey
from keys.jws import parse_compact

_MAX_BINDING_BYTES: Final = 8 * 1024
_LIST_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")
_NO_RECORD: Final = "the bank has no record of the credential"


@dataclass(frozen=True, slots=True)
class OwnPresentation:
    """A presentation that the bank accepts.

    Attributes:
        record: of the copy that was presented.
        entries: what is shown of each entry, with the record of that entry on this copy.
        claims: everything that is shown.
        holder_key: the key that the credential is bound to.
        digest: SHA-256 of the presentation, hexadecimal.
        nonce: that was used for it, and until when it lives (Unix seconds).
    """

    record: StoredCertificate
    entries: tuple[tuple[CarriedEntry, ShownEntry], ...]
    claims: PresentedClaims
    holder_key: PublicKey
    digest: str
    nonce: tuple[str, int]


def read_own_presentation(bank: Bank, content: bytes, *, audience: str, now: datetime) -> OwnPresentation:
    """Verify a presentation that was made for this bank; its nonce is not used up yet.

    Args:
        bank: that issued the credential.
        content: SD-JWT with key binding, hostile.
        audience: the address of the bank for which it must have been made.
        now: aware.

    Raises:
        PresentationRefused: it is not such a presentation; the sentence says why.
        CertificateNotInForce, EntryNotInForce: it was revoked or suspended, or an entry in it was.
    """
    text = _text(content)
    nonce, end = _nonce(bank, text, now_s=int(now.timestamp()))
    verified = _verified(bank, text, KeyBindingPolicy(audience, nonce), now_s=int(now.timestamp()))
    try:
        claims = read_presented(verified.payload)
    except CredentialError as error:
        raise PresentationRefused("its claims are not those of a credential of this bank") from error
    record, carried = _record(bank, claims, text)
    status = "expired" if korean_day_of(now) > claims.valid_until else record.status
    if status != "valid":
        raise CertificateNotInForce(number=record.number, status=status)
    entries = tuple((_carried(carried, entry, form=claims.form), entry) for entry in claims.entries)
    for place, _ in entries:
        if place.status:
            raise EntryNotInForce(entry=place.entry_id[:SHORT_ID], status=VALUE_NAMES[place.status])
    digest = hashlib.sha256(text.encode("ascii")).hexdigest()
    return OwnPresentation(record, entries, claims, _holder_key(verified), digest, (nonce, end))


def use_nonce(bank: Bank, presentation: OwnPresentation) -> None:
    """Use up the nonce of a presentation.

    Raises:
        PresentationRefused: it was used before.
    """
    nonce, end = presentation.nonce
    with bank.store.write() as transaction:
        first = transaction.wallets.use_nonce(link_of(bank, nonce, "used-nonce"), expires_at=end)
    if not first:
        raise PresentationRefused("its nonce was used before; get another one")


def _text(content: bytes) -> str:
    text = content.strip()
    if not text.isascii() or b"~" not in text or len(text) > MAX_SD_JWT_BYTES:
        raise PresentationRefused("expected an SD-JWT with key binding, found something else")
    return text.decode("ascii")


def _nonce(bank: Bank, text: str, *, now_s: int) -> tuple[str, int]:
    """Return the nonce that a presentation names, if it is one of ours that lives; nothing is verified yet."""
    try:
        binding = parse_sd_jwt(text).key_binding
        if binding is None:
            raise PresentationRefused("expected a presentation that the holder's key binds to this bank")
        claims = decode_json_object(
            parse_compact(binding, max_bytes=_MAX_BINDING_BYTES).payload, max_bytes=_MAX_BINDING_BYTES
        )
    except (SdJwtRefused, KeysError) as error:
        raise PresentationRefused("expected an SD-JWT with key binding, found something else") from error
    nonce = claims.get("nonce")
    end = nonce_end(bank, nonce) if isinstance(nonce, str) else None
    if not isinstance(nonce, str) or end is None or end <= now_s:
        raise PresentationRefused("expected a nonce of this bank that is less than five minutes old; get another one")
    return nonce, end


def _verified(bank: Bank, text: str, binding: KeyBindingPolicy, *, now_s: int) -> VerifiedSdJwt:
    keys = own_keys(bank, "credential")

    def own_key(header: Mapping[str, JsonValue], payload: Mapping[str, JsonValue]) -> PublicKey:
        kid = header.get("kid")
        if payload.get("iss") != bank.profile.issuer or not isinstance(kid, str) or kid not in keys:
            raise PresentationRefused("another issuer or key signed the credential")
        return keys[kid]

    types = frozenset(each.vct for each in configurations(bank.profile.issuer).values())
    policy = VerificationPolicy(expected_types=types, key_binding=binding, certificate_key=own_key)
    try:
        return verify_sd_jwt_vc(text, policy=policy, keys=own_key, now=now_s)
    except SdJwtRefused as error:
        problem = "the credential has expired" if error.code == "E_EXPIRED" else f"its check failed with {error.code}"
        raise PresentationRefused(problem) from error


def _record(bank: Bank, claims: PresentedClaims, text: str) -> tuple[StoredCertificate, list[CarriedEntry]]:
    list_no = claims.status.uri.removeprefix(bank.profile.status_uri(0)[:-1])
    with bank.store.read() as transaction:
        found = int(list_no) if _LIST_NUMBER.fullmatch(list_no) else 0
        record = transaction.certificates.certificate_with_index(found, claims.status.idx)
        carried = [] if record is None else transaction.certificates.carried_entries(record.number)
        believed = record is not None and is_believed(bank, transaction, text, number=record.number)
    if record is None:
        raise PresentationRefused(_NO_RECORD)
    if not believed:
        raise PresentationRefused("the key of the credential is distrusted, and it was not logged before that")
    return record, carried


def _carried(carried: list[CarriedEntry], entry: ShownEntry, *, form: Form) -> CarriedEntry:
    """Return the record of an entry: by its status index, which in a flat credential is the credential's own."""
    found = carried if form is Form.FLAT else [each for each in carried if each.idx == entry.idx]
    if len(found) != 1:
        raise PresentationRefused(_NO_RECORD)
    return found[0]


def _holder_key(verified: VerifiedSdJwt) -> PublicKey:
    """Return the key in `cnf`, which the verification has read."""
    confirmation = verified.payload["cnf"]
    return PublicKey.from_jwk(confirmation["jwk"])  # type: ignore[index,call-overload,arg-type] # it was read before
