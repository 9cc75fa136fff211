"""Each source's sample delivery: every row taken, with the fields of its type and the bodies that answer for it."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from credential_schemas.entry_types import entry_types
from issuer.sources.model import SourceRecord
from issuer.sources.registry import SOURCES

COUNTS = {
    "ncs_units": 5,
    "qnet_qualifications": 4,
    "consigned_qualifications": 5,
    "cqnet_qualifications": 3,
    "hrdnet_training": 4,
    "polytechnic_records": 4,
    "university_courses": 3,
    "employment_career": 3,
    "lifelong_learning": 3,
    "military": 6,
    "business_registration": 3,
}
Parse = Callable[..., Any]


def first(parse: Parse, source: str) -> SourceRecord:
    record: SourceRecord = parse(source)[0][0]
    return record


def test_every_source_has_a_sample_whose_records_are_counted_here() -> None:
    assert set(SOURCES) == set(COUNTS)


@pytest.mark.parametrize("source", COUNTS)
def test_every_row_of_the_sample_is_taken(parse: Parse, source: str) -> None:
    records, rejected = parse(source)
    assert (len(records), rejected) == (COUNTS[source], [])


@pytest.mark.parametrize("source", COUNTS)
def test_records_hold_only_checked_fields_of_their_type(parse: Parse, source: str) -> None:
    for record in parse(source)[0]:
        own = {field.name: field for field in entry_types()[record.entry_type].own_fields}
        assert record.entry_type in SOURCES[source].entry_types
        assert set(record.fields) <= set(own)
        for name, value in record.fields.items():
            own[name].check(value, path=name)


@pytest.mark.parametrize("source", COUNTS)
def test_natural_keys_differ_and_stay_the_same(parse: Parse, source: str) -> None:
    keys = [(record.entry_type, record.natural_key) for record in parse(source)[0]]
    assert len(set(keys)) == COUNTS[source]
    assert keys == [(record.entry_type, record.natural_key) for record in parse(source)[0]]


def test_a_qnet_qualification_keeps_its_names_bodies_and_field(parse: Parse) -> None:
    record = first(parse, "qnet_qualifications")
    assert (record.person_ref, record.title, record.title_en) == (
        "SYN-P-001",
        "정보처리기사",
        "Engineer Information Processing",
    )
    assert (record.issuing_body, record.record_keeper, record.natural_key) == ("hrdk", "hrdk", "23900000001A")
    assert record.fields["field"] == {"code": "21", "name": "정보통신"}


def test_a_suspended_qualification_says_so(parse: Parse) -> None:
    assert parse("qnet_qualifications")[0][3].source_status == "suspended"


def test_lr_23_a_kisa_qualification_of_2020_is_kept_by_kca_today(parse: Parse) -> None:
    record = parse("consigned_qualifications")[0][2]
    assert (record.issuing_body, record.record_keeper) == ("kisa", "kca")


def test_a_consigned_qualification_takes_its_field_from_the_catalogue_and_warns_of_the_unknown_code(
    parse: Parse,
) -> None:
    record = first(parse, "consigned_qualifications")
    assert record.fields["field"] == {"code": "02", "name": "경영·회계·사무"}
    assert record.warnings == ("item_code is not known",)


def test_class_w_is_a_work_learning_qualification(parse: Parse) -> None:
    types = [record.entry_type for record in parse("cqnet_qualifications")[0]]
    assert types == ["course_based_qualification", "course_based_qualification", "work_learning_qualification"]


def test_hours_and_days_become_numbers_and_iso_days(parse: Parse) -> None:
    fields = first(parse, "cqnet_qualifications").fields
    assert (fields["training_hours"], fields["acquired_date"]) == (800, "2022-12-09")


def test_a_training_has_its_course_run_and_answers(parse: Parse) -> None:
    fields = first(parse, "hrdnet_training").fields
    assert (fields["course_id"], fields["session"], fields["completed"]) == ("AIG20250000900001", 1, True)


def test_credits_may_be_half(parse: Parse) -> None:
    assert [record.fields["credits"] for record in parse("polytechnic_records")[0]] == [3, 2.5, 3, 4]


def test_a_career_that_has_not_ended_has_no_end_and_no_warning(parse: Parse) -> None:
    record = parse("employment_career")[0][1]
    assert ("end_date" in record.fields, record.warnings) == (False, ())


def test_a_closed_business_has_its_last_day(parse: Parse) -> None:
    fields = parse("business_registration")[0][1].fields
    assert (fields["business_status"], fields["closed_on"]) == ("closed", "2022-12-31")


def test_military_deliveries_hold_two_types(parse: Parse) -> None:
    types = [record.entry_type for record in parse("military")[0]]
    assert types == ["military_duty"] * 3 + ["military_qualification"] * 3


def test_a_course_without_units_is_taken_with_a_warning(parse: Parse) -> None:
    assert first(parse, "university_courses").warnings == ("ncs_units is not known",)


def test_a_reference_unit_belongs_to_nobody_and_takes_missing_names_from_the_catalogue(parse: Parse) -> None:
    record = first(parse, "ncs_units")
    assert (record.person_ref, record.fields["unit_level"]) == (None, 5)
    assert record.fields["sub_class"] == {"code": "19010203", "name": "원자력발전설비운영"}


UNIT = '{"items": [{"ncsClCd": "%s", "compeUnitName": "이름"}]}'


def test_a_unit_without_a_level_takes_it_from_the_catalogue(parse_text: Parse) -> None:
    records, _ = parse_text("ncs_units", UNIT % "2001010210_19v4")
    assert (records[0].fields["unit_level"], records[0].warnings) == (7, ())


def test_a_unit_that_nobody_knows_is_taken_with_warnings(parse_text: Parse) -> None:
    records, _ = parse_text("ncs_units", UNIT % "9901010210_19v4")
    assert records[0].fields == {"unit_code": "9901010210_19v4"}
    assert records[0].warnings[:2] == (
        "the NCS unit 9901010210_19v4 is not in the catalogue",
        "unit_level is not known",
    )


def test_a_qualification_without_a_field_takes_it_from_the_catalogue(parse: Parse) -> None:
    records, _ = parse("qnet_qualifications", "<obligfldcd>21</obligfldcd>", "")
    assert records[0].fields["field"] == {"code": "21", "name": "정보통신"}


def test_a_qualification_whose_field_nobody_knows_has_none(parse: Parse) -> None:
    changed = "<jmfldnm>없는종목</jmfldnm><engJmNm>Nothing</engJmNm><seriesnm>기사</seriesnm><grdCd>30</grdCd>"
    old = "<jmfldnm>정보처리기사</jmfldnm><engJmNm>Engineer Information Processing</engJmNm><seriesnm>기사</seriesnm>"
    records, _ = parse("qnet_qualifications", old + "<grdCd>30</grdCd><obligfldcd>21</obligfldcd>", changed)
    assert "field" not in records[0].fields


def test_an_unknown_unit_is_a_warning_and_not_a_refusal(parse: Parse) -> None:
    assert "the NCS unit 1501010105_14v2 is not in the catalogue" in first(parse, "cqnet_qualifications").warnings


def test_an_unknown_class_is_a_warning_and_not_a_refusal(parse: Parse) -> None:
    records, _ = parse("hrdnet_training", "<ncsCd>20010202</ncsCd>", "<ncsCd>99999999</ncsCd>")
    assert records[0].warnings == ("the NCS class 99999999 is not in the catalogue",)


def test_an_item_that_the_catalogue_does_not_know_is_taken_with_a_warning(parse: Parse) -> None:
    records, _ = parse("consigned_qualifications", "정보통신기사,기사", "없는종목기사,기사")
    assert records[1].warnings == ("the qualification item is not in the catalogue", "item_code is not known")
    assert records[1].title_en is None


def test_text_in_another_normal_form_is_composed(parse: Parse) -> None:
    decomposed = unicodedata.normalize("NFD", "생활 통계")
    assert parse("lifelong_learning", "생활 통계", decomposed)[0][2].title == "생활 통계"
