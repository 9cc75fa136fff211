"""Sample certificates that together use every phrase, label and value of a wording version; never changed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from credential_schemas.certificate_claims import (
    CertificateClaims,
    CertificateEntry,
    Edition,
    Holder,
    StatusReference,
    in_category_order,
)
from credential_schemas.entry_types import EntryType, EntryTypes, Field
from credential_schemas.field_kinds import FieldKind
from credential_schemas.wording.certificate import Imprint
from credential_schemas.wording.model import ANY_CODE, Language
from keys.encoding import JsonValue

_AS_OF = date(2026, 11, 20)
_ISSUER: Mapping[Language, str] = {"ko": "고용노동부장관", "en": "Minister of Employment and Labor"}
_BODIES = ("hrdk", "서울대학교", "모르는 기관")
_LAW = "「예시법」 제1조"
_UNITS: list[JsonValue] = ["2001020203_19v4", "0203020101_20v4", "1501010105_14v2"]
_EXAMPLES: Mapping[FieldKind, tuple[JsonValue, ...]] = {
    FieldKind.TEXT: ("보통 글", "둘째 글"),
    FieldKind.INTEGER: (3, 1234),
    FieldKind.DECIMAL: (87.5, 90.0),
    FieldKind.PERCENT: (95, 87.5),
    FieldKind.HOURS: (1200, 1),
    FieldKind.CREDITS: (2.5, 1),
    FieldKind.LEVEL: (5, 1),
    FieldKind.DATE: ("2025-03-14", "2024-02-29"),
    FieldKind.BOOLEAN: (True, False),
    FieldKind.TERM: ("2025-1", "2025-2", "2025-S", "2025-W"),
    FieldKind.BODY: ("kca", "모르는 기관"),
    FieldKind.ITEM_CODE: ("C025",),
    FieldKind.COURSE_ID: ("AIG20250000900001",),
    FieldKind.PROVIDER_ID: ("500099990001",),
    FieldKind.BUSINESS_NUMBER: ("9990000014",),
    FieldKind.NCS_UNIT: ("2001020203_19v4",),
    FieldKind.NCS_UNITS: ([*_UNITS], [*_UNITS[:1]]),
    FieldKind.NCS_CODE: ("20010202",),
    FieldKind.CODED_NAME: ({"code": "21", "name": "정보통신"},),
    FieldKind.ENTRY_IDX: (1001, 99),
}
_VARIANTS = 4  # the most values that a field has here


@dataclass(frozen=True, slots=True)
class Case:
    """A certificate, and how it is printed."""

    claims: CertificateClaims
    language: Language
    imprint: Imprint
    confirmation_code: str | None


def cases(types: EntryTypes) -> dict[str, Case]:
    """Return the sample certificates by name, with entries of these types."""
    found: dict[str, Case] = {}
    for language in ("ko", "en"):
        plain, specimen = Imprint(_ISSUER, "verify.example"), Imprint(_ISSUER, "verify.example", specimen=True)
        linked = Imprint(_ISSUER, "verify.example", legal_basis=_LAW, link_only=True)
        for variant in range(_VARIANTS):
            entries = [_entry(each, variant) for each in types.values() if not each.source_only]
            claims = _claims("competency", entries, purpose=("job", "hr", "self", "승진 심사")[variant])
            found[f"{language}-every-type-{variant + 1}"] = Case(claims, language, specimen, "ABCDE-FGHJK-MNPQR-STVWX")
        one = [_entry(types["vocational_training"], 0)]
        found[f"{language}-education"] = Case(_claims("education", one), language, linked, None)
        found[f"{language}-blind"] = Case(_claims("competency", one, edition="blind"), language, plain, ANY_CODE)
    return found


def _claims(
    kind: str, entries: list[CertificateEntry], *, edition: Edition = "standard", purpose: str = "job"
) -> CertificateClaims:
    ordered = in_category_order(entries)
    numbered = tuple(replace(entry, idx=1001 + place) for place, entry in enumerate(ordered))
    return CertificateClaims(
        issuer="https://bank.example",
        vct="https://bank.example/vct/competency-certificate/1",
        issued_on=date(2026, 11, 2),
        valid_until=date(2027, 2, 20),
        number="CB-2026-00012345",
        kind=kind,
        edition=edition,
        purpose=purpose,
        recipient="한국교통안전공단" if purpose == "job" else None,
        applicant_no="2026-0042" if edition == "blind" else None,
        holder=Holder("김표본", "KIM Pyobon" if purpose == "job" else None, date(1998, 4, 11)),
        entries=numbered,
        status=StatusReference("https://bank.example/status/1", 1000),
    )


def _entry(entry_type: EntryType, variant: int) -> CertificateEntry:
    own_name = entry_type.title_field is None
    return CertificateEntry(
        type=entry_type.id,
        category=entry_type.category,
        title=entry_type.names.ko if own_name else "예시 명칭",
        title_en=entry_type.names.en if own_name else "Example title" if variant % 2 == 0 else None,
        issuing_body=_BODIES[variant % len(_BODIES)],
        fields={field.name: _value(field, variant) for field in entry_type.own_fields},
        as_of=_AS_OF,
        idx=0,
    )


def _value(field: Field, variant: int) -> JsonValue:
    examples = tuple(field.values) if field.kind is FieldKind.ENUM else _EXAMPLES[field.kind]
    return examples[variant % len(examples)]
