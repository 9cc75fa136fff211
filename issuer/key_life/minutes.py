"""Minutes of a key ceremony: what was done while two persons were there, signed by both and by the bank.

One JSON file: the minutes as payload, and three signatures over the same bytes. A person's signature is checked with
the key that the minutes name for that person, the bank's with a key of its trust bundles. So the minutes prove that
these two keys and the bank agreed on every word; whose keys they are, each person says by the fingerprint.

Source: RFC 7515 section 7.2.1 (general JSON serialisation), docs/formats/ceremony-minutes.md
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from issuer.bank.key_errors import MinutesRefused
from issuer.bank.key_records import KeyRecord
from issuer.times import utc_moment
from keys.encoding import JsonValue, decode_json_object, encode_json
from keys.errors import AlgorithmNotAllowed, DecodingError, JwkError, JwsFormatError, SignatureInvalid
from keys.jwk import PublicKey
from keys.jws import UnverifiedJws, parse_compact, verify
from keys.jws_sign import sign_compact
from keys.signer import Signer

FORMAT: Final = 1
PERSONS: Final = 2
MAX_MINUTES_BYTES: Final = 256 * 1024
Refusal = Callable[[str], MinutesRefused]
"""Asked with a problem, answers the error that says it."""

_TYPE: Final = "competency-bank-minutes+jws"
_MEMBERS: Final = {"minutes", "issuer", "held_at", "ended_at", "operator", "persons", "steps", "keys", "backup"}


@dataclass(frozen=True, slots=True)
class Minutes:
    """Minutes whose three signatures verify.

    Attributes:
        content: every member, as signed.
        persons: the two names, each with its key.
        bank_key: name of the key with which the bank signed.
    """

    content: Mapping[str, Any]
    persons: tuple[tuple[str, PublicKey], ...]
    bank_key: str


def sign_minutes(content: Mapping[str, JsonValue], *, persons: Sequence[Signer], bank: Signer) -> bytes:
    """Sign minutes.

    Args:
        content: all members but `minutes`.
        persons: signers of the persons, in the order of the member `persons`.
        bank: signer of trust bundles.

    Raises:
        KeysError: a key does not sign.
    """
    payload = encode_json({"minutes": FORMAT, **content})
    signatures, text = [], ""
    for signer in (*persons, bank):
        signed = sign_compact({"typ": _TYPE, "kid": signer.key_id}, payload, signer=signer)
        protected, text, signature = signed.split(".")
        signatures.append({"protected": protected, "signature": signature})
    return json.dumps({"payload": text, "signatures": signatures}, indent=1).encode() + b"\n"


def read_minutes(data: bytes, *, name: str, issuer: str, bank_keys: Sequence[KeyRecord]) -> Minutes:
    """Check minutes that may have come from anywhere.

    Args:
        data: hostile.
        name: of the file, for people.
        issuer: whose minutes they are to be.
        bank_keys: all keys that ever signed trust bundles of this bank.

    Raises:
        MinutesRefused: they are not believed; the sentence says why.
    """

    def refuse(problem: str) -> MinutesRefused:
        return MinutesRefused(problem, file=name)

    tokens = _tokens(data, refuse)
    content = _content(tokens[0].payload, refuse)
    if content["issuer"] != issuer:
        raise refuse("they are of another bank")
    persons = _persons(content["persons"], refuse)
    kid = str(tokens[PERSONS].header.get("kid"))
    record = next((each for each in bank_keys if each.kid == kid), None)
    if record is None:
        raise refuse("no key of this bank signed them")
    if record.distrusted_since is not None and utc_moment(content["ended_at"]) >= utc_moment(record.distrusted_since):
        raise refuse("the key of the bank that signed them was distrusted then")
    signers = [*(key for _, key in persons), record.public_key()]
    if len({each.thumbprint() for each in signers}) != len(signers):
        raise refuse("the three signatures are not of three keys")
    for token, key in zip(tokens, signers, strict=True):
        try:
            verify(token, key, typ=_TYPE)
        except (JwsFormatError, AlgorithmNotAllowed, SignatureInvalid):
            raise refuse("a signature is not that of its key over these minutes") from None
    return Minutes(content, persons, kid)


def _tokens(data: bytes, refuse: Refusal) -> list[UnverifiedJws]:
    try:
        members = decode_json_object(data, max_bytes=MAX_MINUTES_BYTES)
        payload, signatures = members.pop("payload"), members.pop("signatures")
        if members or not isinstance(signatures, list) or len(signatures) != PERSONS + 1:
            raise refuse("expected a payload and three signatures")
        return [_token(payload, each) for each in signatures]
    except (DecodingError, JwsFormatError, KeyError, TypeError):
        raise refuse("they are not in the form of minutes") from None


def _token(payload: JsonValue, signature: JsonValue) -> UnverifiedJws:
    if not isinstance(signature, dict) or signature.keys() != {"protected", "signature"}:
        msg = "expected a protected header and a signature"
        raise TypeError(msg)
    parts = (signature["protected"], payload, signature["signature"])
    return parse_compact(".".join(parts), max_bytes=MAX_MINUTES_BYTES)  # type: ignore[arg-type] # a wrong type is a TypeError


def _content(payload: bytes, refuse: Refusal) -> dict[str, Any]:
    try:
        content: dict[str, Any] = decode_json_object(payload, max_bytes=MAX_MINUTES_BYTES)
        aware = all(utc_moment(content[name]).utcoffset() is not None for name in ("held_at", "ended_at"))
    except (DecodingError, KeyError, TypeError, ValueError):
        raise refuse("they are not in the form of minutes") from None
    if not aware or content.keys() != _MEMBERS or content["minutes"] != FORMAT:
        raise refuse("they are not in the form of minutes")
    return content


def _persons(found: object, refuse: Refusal) -> tuple[tuple[str, PublicKey], ...]:
    try:
        persons = tuple((str(each["name"]), PublicKey.from_jwk(each["jwk"])) for each in found)  # type: ignore[attr-defined] # a wrong type is a TypeError
    except (JwkError, KeyError, TypeError, AttributeError):
        raise refuse("they do not name two persons and their keys") from None
    if len(persons) != PERSONS or len({name for name, _ in persons}) != PERSONS:
        raise refuse("they do not name two persons and their keys")
    return persons
