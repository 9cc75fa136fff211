"""What a credential of ours says in any of its forms: a paper copy, a wallet certificate, a flat wallet credential.

Rules enforced:
* a paper copy is read as `certificate_claims.from_payload` demands: it states the whole `certificate`;
* a wallet certificate (it has `cnf`) may withhold any member of `certificate`, any entry, and of an entry any field;
* a flat credential (a `type` and no `certificate`) is one entry: the entry's fields stand beside `iss` and `vct`, each
  may be withheld, and its status index is the credential's own;
* `type` and `as_of` of an entry, and `idx` in a certificate, are always there: without them nothing can be said of it.

What is withheld is None or absent, and nothing is concluded from that: it may not exist at all. Where the edition is
not shown, no field can be called one that a blind edition hides.

Left to the caller: as for `certificate_claims`.

Source: docs/formats/credential.md
"""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, TypeAlias

from credential_schemas.certificate_claims import (
    BINDING_MEMBERS,
    CERTIFICATE_MEMBERS,
    CONTROL_MEMBERS,
    CertificateClaims,
    CertificateEntry,
    Holder,
    StatusReference,
    from_payload,
    read_holder,
    read_status,
    top_members,
)
from credential_schemas.claim_members import (
    hidden_field,
    hidden_members,
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
from keys.encoding import JsonValue
from keys.values import dataclass

_HEAD: Final = CONTROL_MEMBERS | BINDING_MEMBERS


class Form(StrEnum):
    """The three forms of a credential."""

    PAPER = "paper"
    WALLET = "wallet"
    FLAT = "flat"


@dataclass(frozen=True, slots=True)
class PresentedEntry:
    """One entry as far as it is shown; members as in `CertificateEntry`."""

    type: str
    category: str
    title: str | None
    title_en: str | None
    issuing_body: str | None
    fields: Mapping[str, JsonValue]
    as_of: date
    idx: int


ShownEntry: TypeAlias = CertificateEntry | PresentedEntry
"""An entry that is shown, whole or in part; the members are the same, only of a part more may be None."""


@dataclass(frozen=True, slots=True)
class PresentedClaims:
    """The claims of a credential as far as they are shown; None is withheld, or not there at all.

    `paper` has the claims of a paper copy, which states them all; None for the other forms.
    """

    form: Form
    issuer: str
    vct: str
    issued_on: date
    valid_until: date
    number: str | None
    kind: str | None
    edition: str | None
    purpose: str | None
    recipient: str | None
    applicant_no: str | None
    holder: Holder
    entries: tuple[ShownEntry, ...]
    status: StatusReference
    paper: CertificateClaims | None = None


def read_presented(payload: Mapping[str, JsonValue], *, types: EntryTypes | None = None) -> PresentedClaims:
    """Read processed claims (digests removed) in whichever form they have.

    Args:
        payload: the claims after every disclosure was put in place.
        types: the registry, the committed one unless given.

    Raises:
        EntryTypeError: `field` is the path of the claim that is not as its form demands, `kind` says why.
    """
    registry = entry_types() if types is None else types
    if "type" in payload and "certificate" not in payload:
        return _flat(payload, registry)
    if "cnf" in payload:
        return _wallet(payload, registry)
    return of_paper_copy(from_payload(payload, types=registry))


def of_paper_copy(claims: CertificateClaims) -> PresentedClaims:
    """Return what a paper copy says, which states all its claims."""
    return PresentedClaims(
        form=Form.PAPER,
        issuer=claims.issuer,
        vct=claims.vct,
        issued_on=claims.issued_on,
        valid_until=claims.valid_until,
        number=claims.number,
        kind=claims.kind,
        edition=claims.edition,
        purpose=claims.purpose,
        recipient=claims.recipient,
        applicant_no=claims.applicant_no,
        holder=claims.holder,
        entries=claims.entries,
        status=claims.status,
        paper=claims,
    )


def _wallet(payload: Mapping[str, JsonValue], registry: EntryTypes) -> PresentedClaims:
    refuse_unknown(payload, top_members(), path="")
    issued_on, valid_until = _days(payload)
    certificate = read_object(payload.get("certificate"), path="certificate")
    refuse_unknown(certificate, CERTIFICATE_MEMBERS, path="certificate")
    shown = {name: optional_text(certificate, name, path="certificate") for name in CERTIFICATE_MEMBERS}
    if shown["edition"] not in (None, "standard", "blind"):
        raise EntryTypeError("certificate.edition", "expected standard or blind, found another", kind="unknown_value")
    status = read_status(payload.get("status"))
    return PresentedClaims(
        form=Form.WALLET,
        issuer=check_text(payload.get("iss"), path="iss"),
        vct=check_text(payload.get("vct"), path="vct"),
        issued_on=issued_on,
        valid_until=valid_until,
        number=shown["number"],
        kind=shown["kind"],
        edition=shown["edition"],
        purpose=shown["purpose"],
        recipient=shown["recipient"],
        applicant_no=shown["applicant_no"],
        holder=read_holder(payload.get("holder", {})),
        entries=_entries(payload, shown, registry=registry, taken=status.idx),
        status=status,
    )


def _flat(payload: Mapping[str, JsonValue], registry: EntryTypes) -> PresentedClaims:
    issued_on, valid_until = _days(payload)
    status = read_status(payload.get("status"))
    members = {name: value for name, value in payload.items() if name not in _HEAD | {"holder"}}
    if "idx" in members:
        raise EntryTypeError("idx", "expected the status index of the credential only", kind="unknown_claim")
    entry_type = _type_of(members, registry, path="type")
    return PresentedClaims(
        form=Form.FLAT,
        issuer=check_text(payload.get("iss"), path="iss"),
        vct=check_text(payload.get("vct"), path="vct"),
        issued_on=issued_on,
        valid_until=valid_until,
        number=None,
        kind=None,
        edition=None,
        purpose=None,
        recipient=None,
        applicant_no=None,
        holder=read_holder(payload.get("holder", {})),
        entries=(_entry(members, entry_type, idx=status.idx, path=entry_type.id),),
        status=status,
    )


def _days(payload: Mapping[str, JsonValue]) -> tuple[date, date]:
    issued_on = read_midnight(payload.get("iat"), path="iat")
    valid_until = read_midnight(payload.get("exp"), path="exp") - timedelta(days=1)
    if valid_until < issued_on:
        raise EntryTypeError("exp", "expected at least one valid day, found none", kind="not_a_day")
    return issued_on, valid_until


def _entries(
    payload: Mapping[str, JsonValue], shown: Mapping[str, str | None], *, registry: EntryTypes, taken: int
) -> tuple[PresentedEntry, ...]:
    kind = None if shown["kind"] is None else read_kind(shown["kind"])
    entries: list[PresentedEntry] = []
    indexes = {taken}
    for category in categories():
        listed = payload.get(category, [])
        if not isinstance(listed, list):
            raise EntryTypeError(category, "expected a list of entries, found none")
        if listed and kind is not None and not kind.allows(category):
            detail = f"expected only categories of a certificate of kind {kind.id}, found {category}"
            raise EntryTypeError(category, detail, kind="wrong_category")
        for position, item in enumerate(listed):
            path = f"{category}[{position}]"
            members = read_object(item, path=path)
            entry_type = _type_of(members, registry, path=f"{path}.type")
            if entry_type.category != category:
                detail = f"expected entries of this type in {entry_type.category}, found one in {category}"
                raise EntryTypeError(f"{path}.type", detail, kind="wrong_category")
            if shown["edition"] == "blind":
                _refuse_hidden(members, entry_type, path=path)
            idx = check_integer(members.get("idx"), path=f"{path}.idx", least=0, most=MAX_STATUS_INDEX)
            if idx in indexes:
                detail = "expected a status index of its own, found one that is taken"
                raise EntryTypeError(f"{path}.idx", detail, kind="repeated")
            indexes.add(idx)
            entries.append(_entry(members, entry_type, idx=idx, path=path))
    return tuple(entries)


def _refuse_hidden(members: Mapping[str, JsonValue], entry_type: EntryType, *, path: str) -> None:
    hidden = hidden_members(entry_type)
    for name in members:
        if name in hidden:
            raise hidden_field(f"{path}.{name}")


def _type_of(members: Mapping[str, JsonValue], registry: EntryTypes, *, path: str) -> EntryType:
    name = members.get("type")
    entry_type = registry.in_credentials(name) if isinstance(name, str) else None
    if entry_type is None:
        raise EntryTypeError(path, "expected a known entry type, found another", kind="unknown_type")
    return entry_type


def _entry(members: dict[str, JsonValue], entry_type: EntryType, *, idx: int, path: str) -> PresentedEntry:
    found = sure_members(members, entry_type, blind=False)
    if found is None or "as_of" not in found:
        found = _judged_members(members, entry_type, path=path)
    found.pop("idx", None)
    return PresentedEntry(
        type=entry_type.id,
        category=entry_type.category,
        title=found.pop("title", None),
        title_en=found.pop("title_en", None),
        issuing_body=found.pop("issuing_body", None),
        as_of=date.fromisoformat(found.pop("as_of")),
        idx=idx,
        fields=found,
    )


def _judged_members(members: Mapping[str, JsonValue], entry_type: EntryType, *, path: str) -> dict[str, Any]:
    """Read the members of an entry object by the rule of each, or refuse the first that breaks its rule."""
    texts = {name: optional_text(members, name, path=path) for name in ("title", "title_en", "issuing_body")}
    own = read_own_fields(members, entry_type, blind=False, path=path)
    return own | texts | {"as_of": check_day(members.get("as_of"), path=f"{path}.as_of").isoformat()}
