"""The claim set of a certificate as types, and its one form as JSON claims, both directions without loss.

Rules enforced, reading as well as writing:
* members and JSON types are exactly those of docs/formats/credential.md; nothing unknown, nothing null;
* `iat` and `exp` are midnights of Korean days (KST, UTC+9); `exp` is the midnight after the last valid day;
* every entry fits its type in the registry, stands in its type's category, and that category belongs to the kind;
* a blind edition has no field that its type hides in blind hiring;
* texts are NFC without control, bidi or invisible characters (`field_kinds.check_text`).

Writing also demands what an issuer must not leave out: the holder's name and birth date, at least one entry, and each
field that a holder cannot hide. Reading does not, because withholding is normal.

Left to the caller: signature, digests, the moment of verification, status values, and key binding (`cnf`).
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any, Final, Literal, Protocol, TypeAlias, TypeVar

from credential_schemas.certificate_kinds import CertificateKind
from credential_schemas.claim_members import (
    hidden_field,
    optional_text,
    read_kind,
    read_midnight,
    read_object,
    read_own_fields,
    refuse_unknown,
    sure_members,
)
from credential_schemas.entry_types import EntryType, EntryTypes, categories, entry_types
from credential_schemas.errors import EntryTypeError
from credential_schemas.field_kinds import MAX_STATUS_INDEX, check_day, check_integer, check_text
from credential_schemas.korean_time import DAY_S, korean_midnight
from keys.encoding import JsonValue
from keys.values import dataclass

Edition = Literal["standard", "blind"]
ClaimPath: TypeAlias = tuple[str | int, ...]

_ONE_DAY: Final = timedelta(days=1)

CONTROL_MEMBERS: Final = frozenset({"iss", "vct", "iat", "exp", "status"})
# A wallet certificate has these as well; the layer that verifies them is the only one that uses them.
BINDING_MEMBERS: Final = frozenset({"cnf", "vct#integrity"})
CERTIFICATE_MEMBERS: Final = frozenset({"number", "kind", "edition", "purpose", "recipient", "applicant_no"})
_HOLDER_MEMBERS: Final = ("name", "name_en", "birth_date")
_ALWAYS_THERE: Final = frozenset({"title", "as_of", "idx"})
_STATUS_MEMBERS: Final = frozenset({"status_list"})
_REFERENCE_MEMBERS: Final = frozenset({"idx", "uri"})


@dataclass(frozen=True, slots=True)
class Holder:
    """Who the certificate is about; what is withheld is None."""

    name: str | None
    name_en: str | None
    birth_date: date | None


@dataclass(frozen=True, slots=True)
class StatusReference:
    """Where a status stands: the list's URI and the index in it."""

    uri: str
    idx: int


@dataclass(frozen=True, slots=True)
class CertificateEntry:
    """One entry of a certificate.

    `fields` are the type's own fields in the order of the type file, without those that feed `title`. `issuing_body` is
    a registered id or a name. `idx` is the entry's own index in the certificate's status list.
    """

    type: str
    category: str
    title: str
    title_en: str | None
    issuing_body: str | None
    fields: Mapping[str, JsonValue]
    as_of: date
    idx: int


@dataclass(frozen=True, slots=True)
class CertificateClaims:
    """The claims of one certificate; `valid_until` is its last valid day, entries stand in the order of categories."""

    issuer: str
    vct: str
    issued_on: date
    valid_until: date
    number: str
    kind: str
    edition: Edition
    purpose: str
    recipient: str | None
    applicant_no: str | None
    holder: Holder
    entries: tuple[CertificateEntry, ...]
    status: StatusReference


def expiry_of(valid_until: date) -> int:
    """Return `exp` for a last valid day: the midnight after it."""
    return korean_midnight(valid_until) + DAY_S


class _InCategory(Protocol):
    @property
    def category(self) -> str: ...


AnyEntry = TypeVar("AnyEntry", bound=_InCategory)


def in_category_order(entries: Iterable[AnyEntry]) -> list[AnyEntry]:
    """Return entries of any kind as a certificate lists them: by category, otherwise in the given order."""
    order = {category: position for position, category in enumerate(categories())}
    return sorted(entries, key=lambda entry: order[entry.category])


def to_payload(
    claims: CertificateClaims, *, types: EntryTypes | None = None
) -> tuple[dict[str, JsonValue], tuple[ClaimPath, ...]]:
    """Write the claims of a paper copy, ready for signing.

    Args:
        claims: the whole certificate, with the holder also for a blind edition (whose disclosures are withheld later).
        types: the registry, the committed one unless given.

    Returns:
        The payload, and the path of each value that gets a disclosure of its own: each holder member, each entry.

    Raises:
        EntryTypeError: something is missing, or not as `from_payload` demands.
    """
    registry = entry_types() if types is None else types
    paths: list[ClaimPath] = []
    holder: dict[str, JsonValue] = {
        name: value.isoformat() if isinstance(value, date) else value
        for name in _HOLDER_MEMBERS
        if (value := getattr(claims.holder, name)) is not None
    }
    paths.extend(("holder", name) for name in holder)
    payload: dict[str, JsonValue] = {
        "iss": claims.issuer,
        "vct": claims.vct,
        "iat": korean_midnight(claims.issued_on),
        "exp": expiry_of(claims.valid_until),
        "status": {"status_list": {"idx": claims.status.idx, "uri": claims.status.uri}},
        "certificate": _certificate_object(claims),
        "holder": holder,
    }
    for category in categories():
        listed = [_entry_object(entry, registry) for entry in claims.entries if entry.category == category]
        if listed:
            payload[category] = [*listed]
            paths.extend((category, index) for index in range(len(listed)))
    written = from_payload(payload, types=registry)
    _check_complete(written, registry)
    if len(written.entries) != len(claims.entries):
        raise EntryTypeError(
            "entries", "expected every entry in a known category, found another", kind="wrong_category"
        )
    return payload, tuple(paths)


def from_payload(payload: Mapping[str, JsonValue], *, types: EntryTypes | None = None) -> CertificateClaims:
    """Read processed claims (digests removed), strictly; values may be withheld.

    Args:
        payload: the claims after every disclosure was put in place.
        types: the registry, the committed one unless given.

    Raises:
        EntryTypeError: `field` is the path of the claim that is not as the claim set demands, `kind` says why.

    Source: docs/formats/credential.md
    """
    registry = entry_types() if types is None else types
    refuse_unknown(payload, top_members(), path="")
    issued_on = read_midnight(payload.get("iat"), path="iat")
    valid_until = read_midnight(payload.get("exp"), path="exp") - _ONE_DAY
    if valid_until < issued_on:
        raise EntryTypeError("exp", "expected at least one valid day, found none", kind="not_a_day")
    certificate = read_object(payload.get("certificate"), path="certificate")
    refuse_unknown(certificate, CERTIFICATE_MEMBERS, path="certificate")
    kind = read_kind(certificate.get("kind"))
    edition = certificate.get("edition")
    if edition not in ("standard", "blind"):
        raise EntryTypeError("certificate.edition", "expected standard or blind, found another", kind="unknown_value")
    status = read_status(payload.get("status"))
    blind = edition == "blind"
    return CertificateClaims(
        issuer=check_text(payload.get("iss"), path="iss"),
        vct=check_text(payload.get("vct"), path="vct"),
        issued_on=issued_on,
        valid_until=valid_until,
        number=check_text(certificate.get("number"), path="certificate.number"),
        kind=kind.id,
        edition="blind" if blind else "standard",
        purpose=check_text(certificate.get("purpose"), path="certificate.purpose"),
        recipient=optional_text(certificate, "recipient", path="certificate"),
        applicant_no=optional_text(certificate, "applicant_no", path="certificate"),
        holder=read_holder(payload.get("holder", {})),
        entries=_entries(payload, kind=kind, registry=registry, blind=blind, taken=status.idx),
        status=status,
    )


def _certificate_object(claims: CertificateClaims) -> dict[str, JsonValue]:
    members: dict[str, JsonValue] = {
        "number": claims.number,
        "kind": claims.kind,
        "edition": claims.edition,
        "purpose": claims.purpose,
        "recipient": claims.recipient,
        "applicant_no": claims.applicant_no,
    }
    return {name: value for name, value in members.items() if value is not None}


def _entry_object(entry: CertificateEntry, registry: EntryTypes) -> dict[str, JsonValue]:
    entry_type = registry.in_credentials(entry.type)
    order = [field.name for field in entry_type.own_fields] if entry_type else []
    names = sorted(entry.fields, key=lambda name: order.index(name) if name in order else len(order))
    common: dict[str, JsonValue] = {
        "type": entry.type,
        "title": entry.title,
        "title_en": entry.title_en,
        "issuing_body": entry.issuing_body,
    }
    return {
        **{name: value for name, value in common.items() if value is not None},
        **{name: entry.fields[name] for name in names},
        "as_of": entry.as_of.isoformat(),
        "idx": entry.idx,
    }


def _check_complete(claims: CertificateClaims, registry: EntryTypes) -> None:
    for name in ("name", "birth_date"):
        if getattr(claims.holder, name) is None:
            raise EntryTypeError(f"holder.{name}", "expected a value, found none", kind="missing_field")
    if not claims.entries:
        raise EntryTypeError("entries", "expected at least one entry, found none", kind="missing_field")
    for index, entry in enumerate(claims.entries):
        entry_type = registry[entry.type]
        hidden = claims.edition == "blind" and entry_type.issuing_body_blind == "hide"
        missing = [field.name for field in entry_type.own_fields if field.fixed and not field.if_known]
        missing = [name for name in missing if name not in entry.fields]
        if entry.issuing_body is None and not hidden:
            missing.append("issuing_body")
        if missing:
            raise EntryTypeError(f"entries[{index}].{missing[0]}", "expected a value, found none", kind="missing_field")


@cache
def top_members() -> frozenset[str]:
    """Return every name that a claim of a certificate may have at the top level."""
    return CONTROL_MEMBERS | BINDING_MEMBERS | {"certificate", "holder", *categories()}


def read_status(value: JsonValue) -> StatusReference:
    """Read where a status stands."""
    status = read_object(value, path="status")
    refuse_unknown(status, _STATUS_MEMBERS, path="status")
    reference = read_object(status.get("status_list"), path="status.status_list")
    refuse_unknown(reference, _REFERENCE_MEMBERS, path="status.status_list")
    return StatusReference(
        uri=check_text(reference.get("uri"), path="status.status_list.uri"),
        idx=check_integer(reference.get("idx"), path="status.status_list.idx", least=0, most=MAX_STATUS_INDEX),
    )


def read_holder(value: JsonValue) -> Holder:
    """Read who a certificate is about."""
    members = read_object(value, path="holder")
    refuse_unknown(members, frozenset(_HOLDER_MEMBERS), path="holder")
    return Holder(
        name=optional_text(members, "name", path="holder"),
        name_en=optional_text(members, "name_en", path="holder"),
        birth_date=check_day(members["birth_date"], path="holder.birth_date") if "birth_date" in members else None,
    )


def _entries(
    payload: Mapping[str, JsonValue], *, kind: CertificateKind, registry: EntryTypes, blind: bool, taken: int
) -> tuple[CertificateEntry, ...]:
    entries: list[CertificateEntry] = []
    indexes = {taken}
    for category in categories():
        if category not in payload:
            continue
        listed = payload[category]
        if not isinstance(listed, list):
            raise EntryTypeError(category, "expected a list of entries, found none")
        if listed and not kind.allows(category):
            detail = f"expected only categories of a certificate of kind {kind.id}, found {category}"
            raise EntryTypeError(category, detail, kind="wrong_category")
        for position, item in enumerate(listed):
            path = f"{category}[{position}]"
            entry = _entry(read_object(item, path=path), category=category, registry=registry, blind=blind, path=path)
            if entry.idx in indexes:
                detail = "expected a status index of its own, found one that is taken"
                raise EntryTypeError(f"{path}.idx", detail, kind="repeated")
            indexes.add(entry.idx)
            entries.append(entry)
    return tuple(entries)


def _entry(
    members: dict[str, JsonValue], *, category: str, registry: EntryTypes, blind: bool, path: str
) -> CertificateEntry:
    name = members.get("type")
    entry_type = registry.in_credentials(name) if isinstance(name, str) else None
    if entry_type is None:
        raise EntryTypeError(f"{path}.type", "expected a known entry type, found another", kind="unknown_type")
    if entry_type.category != category:
        detail = f"expected entries of this type in {entry_type.category}, found one in {category}"
        raise EntryTypeError(f"{path}.type", detail, kind="wrong_category")
    found = sure_members(members, entry_type, blind=blind)
    if found is None or not found.keys() >= _ALWAYS_THERE:
        found = _judged_members(members, entry_type, blind=blind, path=path)
    return CertificateEntry(
        type=entry_type.id,
        category=category,
        title=found.pop("title"),
        title_en=found.pop("title_en", None),
        issuing_body=found.pop("issuing_body", None),
        as_of=date.fromisoformat(found.pop("as_of")),
        idx=found.pop("idx"),
        fields=found,
    )


def _judged_members(members: dict[str, JsonValue], entry_type: EntryType, *, blind: bool, path: str) -> dict[str, Any]:
    """Read the members of an entry object by the rule of each, or refuse the first that breaks its rule."""
    if blind and entry_type.issuing_body_blind == "hide" and "issuing_body" in members:
        raise hidden_field(f"{path}.issuing_body")
    title = check_text(members.get("title"), path=f"{path}.title")
    texts = {name: optional_text(members, name, path=path) for name in ("title_en", "issuing_body")}
    own = read_own_fields(members, entry_type, blind=blind, path=path)
    as_of = check_day(members.get("as_of"), path=f"{path}.as_of").isoformat()
    idx = check_integer(members.get("idx"), path=f"{path}.idx", least=0, most=MAX_STATUS_INDEX)
    return own | texts | {"title": title, "as_of": as_of, "idx": idx}
