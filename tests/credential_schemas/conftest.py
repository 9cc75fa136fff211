"""A small certificate in the form of claims, and ways to change one thing in it."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from credential_schemas.certificate_claims import CertificateClaims, CertificateEntry, to_payload
from credential_schemas.entry_types import EntryType
from credential_schemas.field_kinds import FieldKind
from keys.encoding import JsonValue
from tests.sample_certificate import AS_OF, sample_certificate

EXAMPLES: Mapping[FieldKind, JsonValue] = {
    FieldKind.TEXT: "보통 글",
    FieldKind.INTEGER: 3,
    FieldKind.DECIMAL: 87.5,
    FieldKind.PERCENT: 95,
    FieldKind.HOURS: 1200,
    FieldKind.CREDITS: 2.5,
    FieldKind.LEVEL: 5,
    FieldKind.DATE: "2025-03-14",
    FieldKind.BOOLEAN: True,
    FieldKind.TERM: "2025-S",
    FieldKind.BODY: "kca",
    FieldKind.ITEM_CODE: "C025",
    FieldKind.COURSE_ID: "AIG20250000900001",
    FieldKind.PROVIDER_ID: "500099990001",
    FieldKind.BUSINESS_NUMBER: "9990000014",
    FieldKind.NCS_UNIT: "2001020203_19v4",
    FieldKind.NCS_UNITS: ["2001020203_19v4", "0203020101_20v4", "1501010105_14v2"],
    FieldKind.NCS_CODE: "20010202",
    FieldKind.CODED_NAME: {"code": "21", "name": "정보통신"},
    FieldKind.ENTRY_IDX: 1001,
}


@pytest.fixture
def sample() -> CertificateClaims:
    """A standard certificate with a qualification, a course and a career, in the order of categories."""
    return sample_certificate()


@pytest.fixture
def blind(sample: CertificateClaims) -> CertificateClaims:
    """The blind edition of the sample: no certificate number, an applicant's number."""
    qualification = sample.entries[0]
    shown = {name: value for name, value in qualification.fields.items() if name != "certificate_number"}
    entries = (replace(qualification, fields=shown), *sample.entries[1:])
    return replace(sample, edition="blind", applicant_no="2026-0042", entries=entries)


@pytest.fixture
def payload(sample: CertificateClaims) -> dict[str, JsonValue]:
    """The sample as processed claims."""
    return to_payload(sample)[0]


@pytest.fixture
def changed(payload: dict[str, JsonValue]) -> Callable[[tuple[str | int, ...], JsonValue], dict[str, JsonValue]]:
    """Give the claims with one value replaced or added; a value of `...` as text takes it away."""

    def change(path: tuple[str | int, ...], value: JsonValue) -> dict[str, JsonValue]:
        claims = copy.deepcopy(payload)
        place: JsonValue = claims
        for step in path[:-1]:
            place = place[step]  # type: ignore[index] # the test's path fits the sample
        if value == "...":
            del place[path[-1]]  # type: ignore[union-attr,arg-type] # the test's path fits the sample
        else:
            place[path[-1]] = value  # type: ignore[index] # the test's path fits the sample
        return claims

    return change


@pytest.fixture
def full_entry() -> Callable[[EntryType], CertificateEntry]:
    """Give an entry of a type with an example value in every field it may have."""

    def fill(entry_type: EntryType) -> CertificateEntry:
        fields = {
            field.name: next(iter(field.values)) if field.kind is FieldKind.ENUM else EXAMPLES[field.kind]
            for field in entry_type.own_fields
        }
        return CertificateEntry(
            type=entry_type.id,
            category=entry_type.category,
            title="예시 명칭",
            title_en="Example title",
            issuing_body="hrdk",
            fields=fields,
            as_of=AS_OF,
            idx=1001,
        )

    return fill
