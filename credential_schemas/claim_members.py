"""Reading single members of a claim set, strictly: what certificates in all their forms have in common.

Every function raises `EntryTypeError`, whose `field` is the path of the member and whose `kind` says why.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from credential_schemas.certificate_kinds import CertificateKind, certificate_kinds
from credential_schemas.entry_types import EntryType
from credential_schemas.errors import EntryTypeError
from credential_schemas.field_kinds import FieldKind, check_integer, check_text, is_plain
from credential_schemas.korean_time import DAY_S, KOREAN_OFFSET_S, korean_day
from credential_schemas.limits import MAX_NUMERIC_DATE
from keys.encoding import JsonValue

ENTRY_MEMBERS: Final = frozenset({"type", "title", "title_en", "issuing_body", "as_of", "idx"})
ALWAYS_SHOWN: Final = frozenset({"type", "as_of", "idx", "valid_until"})
"""Members of every entry that its holder cannot withhold from it: what it is, and whether it is in force."""


def always_shown(entry_type: EntryType) -> frozenset[str]:
    """Return the members of such an entry that its holder cannot withhold: of a job or a business its end, too.

    That is a day which a source may lack: where it is absent, the entry says that it goes on. An end that every entry
    of the type has needs no such rule: whoever reads the entry sees that it is missing.
    """
    ends = (field.name for field in entry_type.own_fields if field.if_known and field.kind == FieldKind.DATE)
    return ALWAYS_SHOWN.union(ends)


def read_midnight(value: JsonValue, *, path: str) -> date:
    """Read a midnight in Korea as the day that begins with it.

    Raises:
        EntryTypeError: it is no Unix time, or `not_a_day`: another moment of a day.
    """
    seconds = check_integer(value, path=path, least=0, most=MAX_NUMERIC_DATE)
    if (seconds + KOREAN_OFFSET_S) % DAY_S:
        raise EntryTypeError(path, "expected the midnight (KST) of a day, found another moment", kind="not_a_day")
    return korean_day(seconds)


def read_object(value: JsonValue, *, path: str) -> dict[str, JsonValue]:
    """Read an object.

    Raises:
        EntryTypeError: it is something else.
    """
    if not isinstance(value, dict):
        raise EntryTypeError(path, "expected an object, found none")
    return value


def refuse_unknown(members: Mapping[str, JsonValue], known: frozenset[str], *, path: str) -> None:
    """Refuse members that nobody knows.

    Raises:
        EntryTypeError: `unknown_claim`, at the first of them.
    """
    if not known.issuperset(members):
        detail = "expected only the members of the claim set, found another"
        raise EntryTypeError(_place(path, min(members.keys() - known)), detail, kind="unknown_claim")


def _place(path: str, name: str) -> str:
    """Name a member nobody knows without repeating arbitrary text."""
    shown = name if re.fullmatch(r"[A-Za-z0-9_#]{1,40}", name) else "?"
    return f"{path}.{shown}" if path else shown


def optional_text(members: Mapping[str, JsonValue], name: str, *, path: str) -> str | None:
    """Read a text that may be absent."""
    if name not in members:
        return None
    value = members[name]
    return value if is_plain(value) else check_text(value, path=f"{path}.{name}")


def read_kind(value: JsonValue) -> CertificateKind:
    """Read the kind of a certificate.

    Raises:
        EntryTypeError: `unknown_value`: no certificate is of this kind.
    """
    kind = certificate_kinds().get(value) if isinstance(value, str) else None
    if kind is None:
        raise EntryTypeError("certificate.kind", "expected a known kind of certificate", kind="unknown_value")
    return kind


def read_own_fields(
    members: Mapping[str, JsonValue], entry_type: EntryType, *, blind: bool, path: str
) -> dict[str, JsonValue]:
    """Read the fields of an entry's type that are there; refuses any other member that no entry has."""
    present = [field for field in entry_type.own_fields if field.name in members]
    known = ENTRY_MEMBERS.union([field.name for field in present])
    if not known.issuperset(members) or not entry_type.forbidden_fields.isdisjoint(members):
        raise _foreign_field(members, entry_type, path=path)
    found: dict[str, JsonValue] = {}
    for field in present:
        name = field.name
        if blind and field.blind == "hide":
            raise hidden_field(f"{path}.{name}")
        found[name] = members[name]
        field.check(members[name], path=f"{path}.{name}")
    return found


def sure_members(members: dict[str, JsonValue], entry_type: EntryType, *, blind: bool) -> dict[str, Any] | None:
    """Return the members of an entry object in the order of its type, without `type`; None unless all are surely right.

    Each has passed the short test of its kind and none is unknown, forbidden, or hidden in a blind edition. What is
    not surely right is for the functions above to judge, one by one, and for them to refuse.
    """
    if blind and not hidden_members(entry_type).isdisjoint(members):
        return None
    found = {name: members[name] for name, test in entry_type.member_tests if name in members and test(members[name])}
    if len(found) != len(members):
        return None
    del found["type"]
    return found


def _foreign_field(members: Mapping[str, JsonValue], entry_type: EntryType, *, path: str) -> EntryTypeError:
    """Return the refusal of the first member that must not be there."""
    forbidden = entry_type.forbidden_fields
    known = ENTRY_MEMBERS.union(field.name for field in entry_type.own_fields) - forbidden
    name = next(each for each in members if each not in known)
    if name in forbidden:
        return EntryTypeError(f"{path}.{name}", "expected no field that must not be stored", kind="forbidden_field")
    detail = f"expected only fields of {entry_type.id}, found another"
    return EntryTypeError(_place(path, name), detail, kind="unknown_field")


def hidden_members(entry_type: EntryType) -> set[str]:
    """Return the names of what a blind edition hides of an entry."""
    hidden = {field.name for field in entry_type.own_fields if field.blind == "hide"}
    return hidden | {"issuing_body"} if entry_type.issuing_body_blind == "hide" else hidden


def hidden_field(path: str) -> EntryTypeError:
    """Return the refusal of a field that a blind edition hides."""
    return EntryTypeError(path, "expected no such field in a blind edition, found one", kind="blind_field")
