"""The registry of entry types: what the committed files say, and what a file must be."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from credential_schemas.certificate_claims import CertificateClaims, from_payload, to_payload
from credential_schemas.entry_types import (
    EntryTypes,
    Field,
    Names,
    Period,
    TableColumns,
    _document,
    categories,
    certificate_labels,
    entry_types,
    read_labels,
)
from credential_schemas.errors import EntryTypeError
from credential_schemas.field_kinds import FieldKind
from keys.encoding import JsonValue

TYPES = Path(__file__).parents[2] / "credential_schemas" / "types"
ACCOUNT_TYPES = {
    "ncs_competency_unit",
    "national_technical_qualification",
    "consigned_national_qualification",
    "course_based_qualification",
    "vocational_training",
    "polytechnic_record",
    "employment_insurance_career",
    "lifelong_learning",
    "military_duty",
    "military_qualification",
    "business_registration",
    "university_ncs_course",
}
BROKEN: dict[str, tuple[str, JsonValue]] = {
    "another id": ("id", "other"),
    "an unknown category": ("category", "hobbies"),
    "a phase in words": ("phase", "one"),
    "an unknown blind rule for the body": ("issuing_body_blind", "ask"),
    "no Korean name": ("ko", ""),
    "no table": ("table", None),
    "a table without days": ("table", {"amount": [], "ncs": None, "level": None}),
    "a table that names no field": ("table", {"when": ["birthday"], "amount": [], "ncs": None, "level": None}),
    "a title that names no field": ("title", "headline"),
    "a title that must not be stored": ("title", "weight"),
    "a credential type nobody knows": ("credential_type", "unheard_of"),
    "fields like a type nobody knows": ("fields_like", "unheard_of"),
    "periods that are no list": ("periods", {}),
    "a period in words": ("periods", ["from May to June"]),
    "a period without an English label": ("periods", [{"ko": "기간", "days": ["begun_on", "ended_on"]}]),
    "a period of one day": ("periods", [{"ko": "기간", "en": "Period", "days": ["begun_on"]}]),
    "a period of a day that is in a column": (
        "periods",
        [{"ko": "기간", "en": "Period", "days": ["begun_on", "served_on"]}],
    ),
    "a period of something else than days": (
        "periods",
        [{"ko": "기간", "en": "Period", "days": ["begun_on", "hours"]}],
    ),
    "no fields": ("fields", []),
    "a field that is a text": ("fields", ["prize"]),
}
BROKEN_FIELDS: dict[str, tuple[str, JsonValue]] = {
    "no name": ("name", None),
    "no English label": ("en", None),
    "an unknown kind": ("kind", "colour"),
    "an unknown requirement": ("required", "perhaps"),
    "a number as requirement": ("required", 1),
    "an unknown personal-data class": ("pii", "harmless"),
    "an unknown blind rule": ("blind", "maybe"),
    "values of a field that is no enum": ("values", {"a": {"ko": "가", "en": "a"}}),
    "values in a list": ("values", ["a"]),
    "the name of a member every entry has": ("name", "idx"),
    "the name of another field": ("name", "weight"),
}


@pytest.fixture
def document() -> dict[str, JsonValue]:
    """A type file for a thirteenth type."""
    return {
        "id": "volunteer_service",
        "category": "careers",
        "phase": 9,
        "ko": "봉사활동 실적",
        "en": "Volunteer service",
        "short_ko": "봉사활동",
        "short_en": "Volunteering",
        "title": "activity",
        "title_en": None,
        "issuing_body_blind": "show",
        "table": {"when": ["served_on"], "amount": ["hours"], "ncs": None, "level": None},
        "fields": [
            _field("activity", "text"),
            _field("served_on", "date"),
            _field("hours", "hours"),
            _field("begun_on", "date"),
            _field("ended_on", "date"),
            _field("weight", "text") | {"pii": "forbidden", "required": False},
        ],
    }


def _field(name: str, kind: str) -> dict[str, JsonValue]:
    label: dict[str, JsonValue] = {"name": name, "ko": f"{name} 이름", "en": name.capitalize()}
    return label | {"kind": kind, "required": True, "pii": "none", "blind": "show"}


def _load(folder: Path, document: dict[str, JsonValue]) -> EntryTypes:
    (folder / "volunteer_service.json").write_text(json.dumps(document), encoding="utf-8")
    return EntryTypes.load([*TYPES.glob("*.json"), folder / "volunteer_service.json"])


def test_registry_has_the_twelve_account_types_and_at_least_one_type_in_each_category() -> None:
    assert set(entry_types()) >= ACCOUNT_TYPES
    assert {entry_type.category for entry_type in entry_types().values()} == set(categories())


def test_registry_reads_the_file_of_a_type_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = entry_types.__wrapped__()
    certificate_labels()
    read: list[str] = []

    def read_document(file: Path) -> dict[str, JsonValue]:
        read.append(file.name)
        return _document(file)

    monkeypatch.setattr("credential_schemas.entry_types._document", read_document)
    assert fresh.in_credentials("language_test") is not None
    assert fresh["language_test"] is fresh.in_credentials("language_test")
    assert read == ["language_test.json", "language_test.json"]


def test_registry_read_bit_by_bit_is_that_of_all_files() -> None:
    whole = EntryTypes.load(file for file in TYPES.iterdir() if file.suffix == ".json")
    fresh = entry_types.__wrapped__()
    assert list(fresh) == list(whole) == sorted(whole)
    assert len(fresh) == len(whole)
    assert dict(fresh) == dict(whole)


@pytest.mark.parametrize(
    "name", ["unknown", "_certificate", "README", "../types/language_test", "language_test.json", ""]
)
def test_name_that_is_no_type_reads_no_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = entry_types.__wrapped__()
    monkeypatch.setattr("credential_schemas.entry_types._document", lambda file: pytest.fail(file.name))
    assert fresh.in_credentials(name) is None
    assert name not in fresh


def test_registry_counts_the_fields_that_blind_hiring_hides_in_the_account_types() -> None:
    hidden = [
        field for name in ACCOUNT_TYPES - {"consigned_national_qualification"} for field in entry_types()[name].fields
        if field.blind == "hide"
    ]  # fmt: skip
    assert len(hidden) == 28
    assert sum(field.pii == "forbidden" for field in hidden) == 8


def test_every_label_and_name_is_given_in_both_languages() -> None:
    for entry_type in entry_types().values():
        for field in entry_type.fields:
            assert field.label.in_language("ko") == field.ko
            assert field.en.isascii()
        assert (entry_type.names.en or "").isascii()


def test_consigned_qualification_appears_in_credentials_as_national_technical_qualification() -> None:
    consigned = entry_types()["consigned_national_qualification"]
    assert consigned.source_only
    assert consigned.credential_type == "national_technical_qualification"
    assert consigned.fields == entry_types()["national_technical_qualification"].fields
    assert entry_types().in_credentials("consigned_national_qualification") is None


def test_holder_cannot_hide_that_a_course_was_not_completed_but_can_hide_its_provider() -> None:
    fixed = {field.name for field in entry_types()["vocational_training"].fields if field.fixed}
    assert "completed" in fixed
    assert not {"provider_name", "target", "ncs_code", "attendance_rate"} & fixed


def test_forbidden_fields_are_listed_and_are_no_fields_of_an_entry_object() -> None:
    career = entry_types()["employment_insurance_career"]
    assert career.forbidden_fields == {"wage", "separation_reason"}
    assert not career.forbidden_fields & {field.name for field in career.own_fields}


def test_type_that_is_made_anew_has_the_same_fields_of_its_own() -> None:
    duty = entry_types()["military_duty"]
    assert replace(duty).own_fields == duty.own_fields
    assert not {field.name for field in replace(duty).own_fields} & duty.forbidden_fields
    assert duty.field("service_number") is not None
    assert duty.field("nothing") is None


def test_value_of_a_field_is_refused_with_its_path() -> None:
    hours = next(field for field in entry_types()["vocational_training"].own_fields if field.name == "hours")
    with pytest.raises(EntryTypeError) as caught:
        hours.check("many", path="trainings[0].hours")
    assert (caught.value.field, caught.value.kind) == ("trainings[0].hours", "wrong_kind")


def test_title_comes_from_the_title_field_and_from_the_type_where_there_is_none() -> None:
    fields: dict[str, JsonValue] = {"item_name": "가스기술사", "item_name_en": "Professional Engineer Gas"}
    assert entry_types()["national_technical_qualification"].title_of(fields) == (
        "가스기술사",
        "Professional Engineer Gas",
    )
    assert entry_types()["military_duty"].title_of({"duty_name": "군수 행정"}) == ("군수 행정", None)
    assert entry_types()["national_technical_qualification"].title_of({"item_name": "가스기술사"})[1] is None
    assert entry_types()["business_registration"].title_of({})[0] == "개인 사업자등록"


def test_thirteenth_type_is_only_a_file(
    tmp_path: Path, document: dict[str, JsonValue], changed: Callable[..., dict[str, JsonValue]]
) -> None:
    types = _load(tmp_path, document)
    entry: JsonValue = {
        "type": "volunteer_service",
        "title": "하천 정화",
        "served_on": "2025-05-05",
        "hours": 4,
        "begun_on": "2025-05-01",
        "ended_on": "2025-05-31",
        "as_of": "2026-11-20",
        "idx": 1003,
    }
    claims = from_payload(changed(("careers", 0), entry), types=types)
    assert claims.entries[2].fields == {
        "served_on": "2025-05-05",
        "hours": 4,
        "begun_on": "2025-05-01",
        "ended_on": "2025-05-31",
    }


def test_type_file_may_have_periods_and_words_for_true_and_false(
    tmp_path: Path, document: dict[str, JsonValue]
) -> None:
    words: JsonValue = {"true": {"ko": "인증", "en": "Certified"}, "false": {"ko": "미인증", "en": "Not certified"}}
    fields = document["fields"]
    assert isinstance(fields, list)
    certified: JsonValue = _field("certified", "boolean") | {"values": words}
    periods: JsonValue = [{"ko": "봉사기간", "en": "Served", "days": ["begun_on", "ended_on"]}]
    types = _load(tmp_path, document | {"fields": [*fields, certified], "periods": periods})
    service = types["volunteer_service"]
    assert [(period.label.ko, period.first, period.last) for period in service.periods] == [
        ("봉사기간", "begun_on", "ended_on")
    ]
    field = service.field("certified")
    assert field is not None
    assert field.values["false"].in_language("en") == "Not certified"


def test_type_file_is_read_word_for_word(tmp_path: Path, document: dict[str, JsonValue]) -> None:
    place: JsonValue = _field("place", "enum") | {"values": {"river": {"ko": "강", "en": "River"}}, "blind": "hide"}
    name: JsonValue = _field("activity_en", "text") | {"required": "if_known", "pii": "linkable"}
    codes: list[JsonValue] = [_field("code", "ncs_code"), _field("rank", "level"), place, name]
    fields = document["fields"]
    assert isinstance(fields, list)
    given: dict[str, JsonValue] = {
        "fields": [*fields, *codes],
        "title_en": "activity_en",
        "issuing_body_blind": "hide",
        "table": {"when": ["served_on"], "amount": ["hours"], "ncs": "code", "level": "rank"},
        "periods": [{"ko": "봉사기간", "en": "Served", "days": ["begun_on", "ended_on"]}],
    }
    service = _load(tmp_path, document | given)["volunteer_service"]
    assert (service.id, service.credential_type, service.category) == (*["volunteer_service"] * 2, "careers")
    assert (service.phase, service.issuing_body_blind) == (9, "hide")
    assert service.names == Names("봉사활동 실적", "Volunteer service")
    assert service.short_names == Names("봉사활동", "Volunteering")
    assert (service.title_field, service.title_en_field) == ("activity", "activity_en")
    assert service.table == TableColumns(("served_on",), ("hours",), "code", "rank")
    assert service.periods == (Period(Names("봉사기간", "Served"), "begun_on", "ended_on"),)
    assert service.field("place") == Field(
        "place", "place 이름", "Place", FieldKind.ENUM, True, False, "none", "hide", {"river": Names("강", "River")}
    )
    assert service.field("activity_en") == Field(
        "activity_en", "activity_en 이름", "Activity_en", FieldKind.TEXT, True, True, "linkable", "show", {}
    )


def test_labels_are_those_of_their_file() -> None:
    file = json.loads((TYPES / "_certificate.json").read_text("utf-8"))
    labels = certificate_labels()
    assert labels == read_labels(file)
    assert dict(labels.categories) == {each["id"]: Names(each["ko"], each["en"]) for each in file["categories"]}
    for group, read in (("certificate", labels.certificate), ("holder", labels.holder), ("entry", labels.entry)):
        assert [(each.name, each.ko, each.en) for each in read.values()] == [
            (each["name"], each["ko"], each["en"]) for each in file[group]
        ]


def test_entry_of_a_type_without_a_file_is_refused(sample: CertificateClaims, tmp_path: Path) -> None:
    registry = EntryTypes.load([TYPES / "vocational_training.json"])
    with pytest.raises(EntryTypeError) as caught:
        to_payload(sample, types=registry)
    assert caught.value.kind == "unknown_type"


@pytest.mark.parametrize("case", BROKEN)
def test_type_file_is_refused_with(case: str, tmp_path: Path, document: dict[str, JsonValue]) -> None:
    member, value = BROKEN[case]
    with pytest.raises(EntryTypeError) as caught:
        _load(tmp_path, document | {member: value})
    assert (caught.value.kind, caught.value.field) == ("type_file", "volunteer_service.json")


@pytest.mark.parametrize("case", BROKEN_FIELDS)
def test_type_file_is_refused_with_a_field_of(case: str, tmp_path: Path, document: dict[str, JsonValue]) -> None:
    member, value = BROKEN_FIELDS[case]
    field = _field("extra", "text") | {member: value}
    fields = document["fields"]
    assert isinstance(fields, list)
    with pytest.raises(EntryTypeError) as caught:
        _load(tmp_path, document | {"fields": [*fields, field]})
    assert (caught.value.kind, caught.value.field) == ("type_file", "volunteer_service.json")


def _changed(document: dict[str, JsonValue], path: tuple[str | int, ...], value: JsonValue) -> dict[str, JsonValue]:
    """Return a copy of a type file with one value replaced."""
    copy: Any = json.loads(json.dumps(document))
    inside = copy
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return dict(copy)


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("short_en",), "", "expected a text in short_en"),
        (("credential_type",), 7, "expected a text in credential_type"),
        (("title",), 7, "expected a text in title"),
        (("title_en",), 7, "expected a text in title_en"),
        (("table", "when"), "served_on", "expected a list in table.when"),
        (("table", "when"), [7], "expected a text in table.when"),
        (("table", "amount"), None, "expected a list in table.amount"),
        (("table", "amount"), [""], "expected a text in table.amount"),
        (("table", "ncs"), 7, "expected a text in table.ncs"),
        (("table", "level"), "", "expected a text in table.level"),
        (("periods",), [{"ko": "기간", "en": "", "days": []}], "expected a text in periods"),
        (("periods",), [{"ko": "", "en": "Period", "days": []}], "expected a text in periods"),
        (("periods",), [{"ko": "기간", "en": "Period", "days": 7}], "expected a list in periods.days"),
        (("periods",), [{"ko": "기간", "en": "Period", "days": [7]}], "expected a text in periods.days"),
        (("periods",), [7], "expected ko and en in periods"),
        (("fields",), [], "expected a list of fields"),
        (("fields",), "activity", "expected a list of fields"),
        (("fields", 0, "name"), "", "expected a text in name"),
        (("fields", 0, "ko"), 7, "expected a text in activity.ko"),
        (("fields", 0, "en"), 7, "expected a text in activity.en"),
        (("fields", 0), _field("place", "enum") | {"values": {"a": {"ko": "가"}}}, "expected a text in place.values"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_type_file_is_refused_with_the_place_of_the_fault(
    document: dict[str, JsonValue], path: tuple[str | int, ...], value: JsonValue, problem: str
) -> None:
    with pytest.raises(EntryTypeError) as caught:
        EntryTypes.read({"volunteer_service.json": _changed(document, path, value)})
    assert (caught.value.field, caught.value.detail) == ("volunteer_service.json", problem)
    assert caught.value.kind == "type_file"


def test_labels_that_are_no_list_are_refused_with_their_file() -> None:
    with pytest.raises(EntryTypeError, match=r"^_certificate\.json: expected a list of fields"):
        read_labels({"certificate": {}, "holder": [], "entry": [], "categories": []})


def test_type_may_show_all_it_has_in_columns_and_title(document: dict[str, JsonValue]) -> None:
    only = document | {"fields": [_field("activity", "text"), _field("served_on", "date"), _field("hours", "hours")]}
    read = EntryTypes.read({"volunteer_service.json": only})["volunteer_service"]
    assert {field.name for field in read.own_fields} == read.table.names
    titles = only | {"title": "served_on", "title_en": "hours", "table": {"when": [], "amount": []}}
    fields: JsonValue = [_field("served_on", "date"), _field("hours", "hours")]
    assert (
        EntryTypes.read({"volunteer_service.json": titles | {"fields": fields}})["volunteer_service"].own_fields == ()
    )


def test_enum_value_without_a_label_is_refused(tmp_path: Path, document: dict[str, JsonValue]) -> None:
    field: JsonValue = _field("place", "enum") | {"values": {"river": "강"}}
    fields = document["fields"]
    assert isinstance(fields, list)
    with pytest.raises(EntryTypeError, match=r"ko and en in place\.values"):
        _load(tmp_path, document | {"fields": [*fields, field]})


def test_boolean_with_a_word_for_true_only_is_refused(tmp_path: Path, document: dict[str, JsonValue]) -> None:
    field: JsonValue = _field("certified", "boolean") | {"values": {"true": {"ko": "인증", "en": "Certified"}}}
    fields = document["fields"]
    assert isinstance(fields, list)
    with pytest.raises(EntryTypeError, match="true and false for a boolean, in field certified"):
        _load(tmp_path, document | {"fields": [*fields, field]})


def test_labels_around_the_entries_cover_the_claim_set() -> None:
    labels = certificate_labels()
    assert list(labels.holder) == ["name", "name_en", "birth_date"]
    assert list(labels.certificate) == ["number", "kind", "edition", "purpose", "recipient", "applicant_no"]
    assert list(labels.entry) == ["type", "title", "title_en", "issuing_body", "as_of", "idx"]
    assert categories()[0] == "qualifications"
