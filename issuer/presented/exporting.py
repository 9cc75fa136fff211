"""Sign what a wallet presents in another format: Open Badges 3.0, or a W3C credential as `vc+jwt`.

Rules enforced:
* only what the presentation shows is signed; it was verified and is in force;
* nothing of it is kept: the trail says that something was exported, by which credential, in which format;
* an export ends after 30 days at the latest: neither format has a status of this bank, so nobody could revoke it;
* a badge has the header and claims of Open Badges 3.0 section 8.2, a credential those of VC-JOSE-COSE section 3.1.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from credential_schemas.wording.model import Language
from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.errors import PresentationRefused
from issuer.key_life.resting import EXPORT_LIFETIME
from issuer.presented.badge_key import BadgeKeys, badge_key_address
from issuer.presented.badges import BadgeFrame, Document, badge_of, why_no_badge
from issuer.presented.plain_credential import CredentialFrame, plain_credential
from issuer.presented.reading import OwnPresentation, use_nonce
from issuer.publishing import JWKS
from issuer.times import korean_day_of, utc_text
from keys.encoding import JsonValue, b64url_encode, encode_json
from keys.jwk import PublicKey
from keys.jws_sign import sign_compact

ExportFormat = Literal["open-badges", "vcdm"]
MAX_DAYS: Final = EXPORT_LIFETIME.days
LOST: Final[dict[str, tuple[str, ...]]] = {
    "open-badges": ("holder", "certificate", "status", "selective_disclosure", "as_of"),
    "vcdm": ("status", "selective_disclosure"),
}
"""What no export of a format has, whatever is shown."""
_JOSE: Final = {"typ": "vc+jwt", "cty": "vc"}


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What to export: the format, the language of names, and what makes the ids."""

    format: ExportFormat
    language: Language = "ko"
    new_id: Callable[[], uuid.UUID] = uuid.uuid4


def export_presentation(
    bank: Bank, presented: OwnPresentation, order: ExportOrder, *, badge_keys: BadgeKeys, now: datetime
) -> Document:
    """Sign what was presented in another format.

    Args:
        bank: the bank, acting for the wallet.
        presented: what was presented, verified; its nonce is used up here.
        order: what to export.
        badge_keys: opens the key of badges.
        now: aware.

    Returns:
        The answer: `format`, `credentials` (each with `entry`, `credential` and `left_out`), `skipped` (entries that
        cannot be exported, each with a reason), and `lost`.

    Raises:
        PresentationRefused: the nonce was used before, or nothing that is shown can be exported.
        IssuerError, KeysError: a key does not open, or the database cannot be written.
    """
    if order.format == "open-badges":
        answer = _badges(bank, presented, order, keys=badge_keys, today=korean_day_of(now))
    else:
        answer = _plain(bank, presented, order, today=korean_day_of(now))
    use_nonce(bank, presented)
    act = Act("data_exported", presented.record.account_id, presented.record.number, order.format)
    with bank.store.write() as transaction:
        record_acts(transaction, act, actor=bank.actor, at=utc_text(now))
    return {"format": order.format, **answer, "lost": [*LOST[order.format]]}


def subject_of(key: PublicKey) -> str:
    """Return the holder's key as a DID (did:jwk method)."""
    jwk: dict[str, JsonValue] = {name: key.jwk()[name] for name in ("crv", "kty", "x", "y")}
    return f"did:jwk:{b64url_encode(encode_json(jwk))}"


def _badges(bank: Bank, presented: OwnPresentation, order: ExportOrder, *, keys: BadgeKeys, today: date) -> Document:
    frame = BadgeFrame(
        issuer=bank.profile.issuer,
        name=bank.profile.name[order.language],
        subject=subject_of(presented.holder_key),
        valid_from=presented.claims.issued_on,
        valid_until=_last_day(presented, today),
        language=order.language,
        new_id=order.new_id,
    )
    credentials: list[JsonValue] = []
    skipped: list[JsonValue] = []
    for place, entry in presented.entries:
        reason = why_no_badge(entry, certified=place.disclosed, day=today)
        if reason is not None:
            skipped.append({"entry": entry.title, "type": entry.type, "reason": reason})
            continue
        badge, key = badge_of(entry, frame), keys.open()
        claims: Document = {
            "iss": frame.issuer,
            "jti": badge.document["id"],
            "sub": frame.subject,
            "nbf": _seconds(badge.document["validFrom"]),
            "exp": _seconds(badge.document["validUntil"]),
        }
        token = key.sign_badge(encode_json({**badge.document, **claims}), address=badge_key_address(bank, key))
        credentials.append({"entry": entry.title, "credential": token, "left_out": [*badge.left_out]})
    if not credentials:
        raise PresentationRefused(
            "nothing of what it shows can be a badge; a badge needs title, issuing_body and success"
        )
    return {"credentials": credentials, "skipped": skipped}


def _plain(bank: Bank, presented: OwnPresentation, order: ExportOrder, *, today: date) -> Document:
    if not presented.entries:
        raise PresentationRefused("it shows no entry")
    frame = CredentialFrame(
        issuer=bank.profile.issuer,
        name=bank.profile.name[order.language],
        subject=subject_of(presented.holder_key),
        valid_until=_last_day(presented, today),
        new_id=order.new_id,
    )
    signer = bank.signer("credential")
    header: dict[str, JsonValue] = {**_JOSE, "kid": f"{bank.profile.issuer}/{JWKS}#{signer.key_id}"}
    document = plain_credential(presented.claims, frame)
    token = sign_compact(header, encode_json({**document, "iss": frame.issuer}), signer=signer)
    return {"credentials": [{"entry": None, "credential": token, "left_out": []}], "skipped": []}


def _last_day(presented: OwnPresentation, today: date) -> date:
    return min(presented.claims.valid_until, today + timedelta(days=MAX_DAYS - 1))


def _seconds(moment: JsonValue) -> int:
    return int(datetime.fromisoformat(str(moment)).timestamp())
