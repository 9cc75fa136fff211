"""Read a DCQL query of somebody else.

Rules enforced:
* the limits of `limits` hold;
* members have their types, ids their alphabet and are unique, sets name only ids that exist;
* an SD-JWT VC is asked for by at least one type;
* unknown members are ignored, as the standard demands, and other formats are kept: nothing of theirs is looked at.

A verifier that writes a query should ask nothing in vain: `idle_claims` says which claims no set uses.

Source: OpenID4VP 1.0 section 6, appendix B.3.5
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from credential_schemas.dcql import limits
from credential_schemas.dcql.model import (
    SD_JWT_VC,
    ClaimPath,
    ClaimsQuery,
    ClaimValue,
    CredentialQuery,
    CredentialSet,
    DcqlQuery,
    TrustedAuthority,
)
from credential_schemas.errors import DcqlError
from keys.encoding import JsonValue

T = TypeVar("T")
_ID: Final = re.compile(rf"[A-Za-z0-9_-]{{1,{limits.MAX_ID_CHARACTERS}}}")


def parse_query(document: JsonValue) -> DcqlQuery:
    """Read a query that was decoded from JSON.

    Args:
        document: of at most 64 KiB, which is the caller's to hold.

    Raises:
        DcqlError: `field` is the place, `kind` is `format` or `limit`.
    """
    members = _object(document, "dcql_query")
    credentials = _each(members.get("credentials"), "credentials", _credential, most=limits.MAX_CREDENTIALS)
    _check_unique([each.id for each in credentials], "credentials")
    ids = frozenset(each.id for each in credentials)
    if "credential_sets" not in members:
        return DcqlQuery(credentials)

    def one(value: JsonValue, place: str) -> CredentialSet:
        return _credential_set(value, place, ids=ids)

    sets = _each(members["credential_sets"], "credential_sets", one, most=limits.MAX_CREDENTIAL_SETS)
    return DcqlQuery(credentials, sets)


def idle_claims(query: DcqlQuery) -> tuple[str, ...]:
    """Return what no answer would ever need: claims outside every claim set, queries outside every credential set."""
    named = {name for each in query.sets for option in each.options for name in option}
    idle = [each.id for each in query.credentials if query.sets and each.id not in named]
    for each in query.credentials:
        used = {name for names in each.claim_sets for name in names}
        idle.extend(f"{each.id}.{claim.id}" for claim in each.claims if each.claim_sets and claim.id not in used)
    return tuple(idle)


def _credential(value: JsonValue, place: str) -> CredentialQuery:
    members = _object(value, place)
    claims = _optional(members, "claims", place, _claim, most=limits.MAX_CLAIMS)
    ids = [claim.id for claim in claims if claim.id is not None]
    _check_unique(ids, f"{place}.claims")
    known = frozenset(ids)

    def names(value: JsonValue, place: str) -> tuple[str, ...]:
        return _known_ids(value, place, known=known, most=limits.MAX_CLAIMS)

    sets = _optional(members, "claim_sets", place, names, most=limits.MAX_CLAIM_SETS)
    kind = _text(members.get("format"), f"{place}.format")
    return CredentialQuery(
        id=_id(members.get("id"), f"{place}.id"),
        format=kind,
        types=_types(members, place) if kind == SD_JWT_VC else frozenset(),
        multiple=_boolean(members.get("multiple", False), f"{place}.multiple"),
        holder_binding=_boolean(
            members.get("require_cryptographic_holder_binding", True),
            f"{place}.require_cryptographic_holder_binding",
        ),
        claims=claims,
        claim_sets=sets,
        authorities=_optional(members, "trusted_authorities", place, _authority, most=limits.MAX_VALUES),
    )


def _types(members: Mapping[str, JsonValue], place: str) -> frozenset[str]:
    meta = _object(members.get("meta"), f"{place}.meta")
    return frozenset(_each(meta.get("vct_values"), f"{place}.meta.vct_values", _text, most=limits.MAX_VALUES))


def _claim(value: JsonValue, place: str) -> ClaimsQuery:
    members = _object(value, place)
    return ClaimsQuery(
        path=_path(members.get("path"), f"{place}.path"),
        id=_id(members["id"], f"{place}.id") if "id" in members else None,
        values=_optional(members, "values", place, _value, most=limits.MAX_VALUES),
    )


def _path(value: JsonValue, place: str) -> ClaimPath:
    return _each(value, place, _component, most=limits.MAX_PATH_LENGTH)


def _component(value: JsonValue, place: str) -> str | int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        if value is not None and not 0 <= value <= limits.MAX_ARRAY_INDEX:
            raise DcqlError(place, f"expected an array index from 0 to {limits.MAX_ARRAY_INDEX}")
        return value
    return _text(value, place)


def _value(value: JsonValue, place: str) -> ClaimValue:
    if isinstance(value, str) and len(value) > limits.MAX_TEXT_CHARACTERS:
        raise DcqlError(place, f"expected at most {limits.MAX_TEXT_CHARACTERS} characters", kind="limit")
    if isinstance(value, str | int):  # a boolean is an integer here
        return value
    raise DcqlError(place, "expected text, an integer, true or false")


def _authority(value: JsonValue, place: str) -> TrustedAuthority:
    members = _object(value, place)
    values = _each(members.get("values"), f"{place}.values", _text, most=limits.MAX_VALUES)
    return TrustedAuthority(_text(members.get("type"), f"{place}.type"), frozenset(values))


def _credential_set(value: JsonValue, place: str, *, ids: frozenset[str]) -> CredentialSet:
    members = _object(value, place)

    def names(value: JsonValue, place: str) -> tuple[str, ...]:
        return _known_ids(value, place, known=ids, most=limits.MAX_CREDENTIALS)

    options = _each(members.get("options"), f"{place}.options", names, most=limits.MAX_OPTIONS)
    return CredentialSet(options, _boolean(members.get("required", True), f"{place}.required"))


def _known_ids(value: JsonValue, place: str, *, known: frozenset[str], most: int) -> tuple[str, ...]:
    found = _each(value, place, _id, most=most)
    _check_unique(found, place)
    if not known.issuperset(found):
        raise DcqlError(place, "expected only ids of this query, found another")
    return found


def _optional(
    members: Mapping[str, JsonValue], name: str, place: str, read: Callable[[JsonValue, str], T], *, most: int
) -> tuple[T, ...]:
    return _each(members[name], f"{place}.{name}", read, most=most) if name in members else ()


def _each(value: JsonValue, place: str, read: Callable[[JsonValue, str], T], *, most: int) -> tuple[T, ...]:
    if not isinstance(value, list) or not value:
        raise DcqlError(place, "expected an array that is not empty")
    if len(value) > most:
        raise DcqlError(place, f"expected at most {most} elements, found {len(value)}", kind="limit")
    return tuple(read(item, f"{place}[{number}]") for number, item in enumerate(value))


def _object(value: JsonValue, place: str) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise DcqlError(place, "expected an object")
    return value


def _text(value: JsonValue, place: str) -> str:
    if not isinstance(value, str) or not value:
        raise DcqlError(place, "expected text that is not empty")
    if len(value) > limits.MAX_TEXT_CHARACTERS:
        raise DcqlError(place, f"expected at most {limits.MAX_TEXT_CHARACTERS} characters", kind="limit")
    return value


def _id(value: JsonValue, place: str) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise DcqlError(place, f"expected an id of 1 to {limits.MAX_ID_CHARACTERS} letters, digits, '_' and '-'")
    return value


def _boolean(value: JsonValue, place: str) -> bool:
    if not isinstance(value, bool):
        raise DcqlError(place, "expected true or false")
    return value


def _check_unique(ids: "list[str] | tuple[str, ...]", place: str) -> None:
    if len(set(ids)) != len(ids):
        raise DcqlError(place, "expected each id once, found one twice")
