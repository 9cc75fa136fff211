"""Rows that cannot be taken, and whole files: where, which field, what was expected, and never the value."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from issuer.errors import DeliveryUnreadable
from issuer.sources import limits, reading
from issuer.sources.model import PersonRecord, RejectedRow
from issuer.sources.persons import parse_persons
from issuer.sources.registry import SOURCES

from .conftest import DELIVERIES, sample

Parse = Callable[..., Any]
DAY = "expected a day as YYYY-MM-DD or YYYYMMDD"
NONE = "expected a value, found none"
ROWS = [
    ("qnet_qualifications", "<acqDt>2023-06-09", "<acqDt>2023-02-30", "acqDt", DAY),
    ("qnet_qualifications", "<acqDt>2023-06-09", "<acqDt>soon", "acqDt", DAY),
    ("qnet_qualifications", "<jmcd>1320", "<jmcd>13200", "jmcd", "expected a item_code"),
    ("qnet_qualifications", "<certNo>23900000001A", "<certNo>", "certNo", NONE),
    ("qnet_qualifications", "<status>valid", "<status>lost", "status", "expected one of valid, suspended"),
    ("qnet_qualifications", "<qualgbcd>T", "<qualgbcd>S", "qualgbcd", "expected T"),
    ("qnet_qualifications", "<jmcd>1320", "<jmcd><b>1320</b>", "row", "expected text inside each element"),
    ("qnet_qualifications", "<jmcd>1320</jmcd>", "<jmcd>1320</jmcd><jmcd>1</jmcd>", "jmcd", "expected one value"),
    ("qnet_qualifications", "<obligfldcd>21", "<obligfldcd>two one", "obligfldcd", "expected a code"),
    ("qnet_qualifications", "17900000002B", "23900000001A", "row", "expected each record once"),
    ("consigned_qualifications", ",valid", "", "row", "expected 7 cells, found 6"),
    ("consigned_qualifications", "컴퓨터활용능력,1급", ",1급", "item_name", NONE),
    ("consigned_qualifications", "24-K9-900001", "가" * 250, "row", "expected identifying values"),
    ("cqnet_qualifications", '"qualgbCd": "C"', '"qualgbCd": "S"', "qualgbCd", "expected one of C, W"),
    (
        "cqnet_qualifications",
        '"etraStdrTimeSm": "800"',
        '"etraStdrTimeSm": "-800"',
        "etraStdrTimeSm",
        "expected a whole",
    ),
    ("cqnet_qualifications", '"1501010105_14v2"', '"15010101"', "abltyUnitCds", "expected an NCS unit code"),
    ("cqnet_qualifications", '"1501010105_14v2"', "7", "abltyUnitCds", "expected a list of texts"),
    ("hrdnet_training", "<trtm>40", "<trtm>-40", "trtm", "expected a whole number, not negative"),
    ("hrdnet_training", "<trprId>AIG20250000900001", "<trprId>A1", "trprId", "expected a course_id"),
    ("hrdnet_training", "<traEndDate>2025-03-14", "<traEndDate>2025-03-01", "traEndDate", "expected a day that is not"),
    ("hrdnet_training", "<completedYn>Y", "<completedYn>yes", "completedYn", "expected Y or N"),
    ("hrdnet_training", "<sector>private", "<sector>secret", "sector", "expected one of private, public"),
    ("polytechnic_records", ",3,60,Y,A0", ",-3,60,Y,A0", "credits", "expected a number, not negative"),
    ("polytechnic_records", "2023-1,3", "2023-3,3", "term", "expected a term"),
    ("polytechnic_records", "기계설계제도", "기계\u202e설계", "course_name", "expected visible characters only"),
    (
        "university_courses",
        "2025-01-01,2027-12-31",
        "2025-01-01,2024-12-31",
        "valid_until",
        "expected a day that is not",
    ),
    ("university_courses", "NCSC-SYN-2025-001", "", "recognition_id", NONE),
    ("employment_career", '"2023-03-01"', '"2025-03-01"', "lostOn", "expected a day that is not before"),
    ("employment_career", '"(가상)가람데이터(주)"', '{"a": "b"}', "employerName", "expected one value"),
    ("employment_career", '"(가상)가람데이터(주)"', '"   "', "employerName", NONE),
    ("lifelong_learning", "공공행정의 이해", "공" * 1001, "course_name", "expected at most 1000 characters"),
    ("lifelong_learning", ",45,Y", ",45.5,Y", "hours", "expected a whole number"),
    ("military", '"1506030101_20v3"', "", "ncsUnits", NONE),
    ("military", '"acquiredOn": "2010-11-12"', '"acquiredOn": "1110-00-12"', "acquiredOn", DAY),
    ("business_registration", '"9990000014"', '"999000001"', "b_no", "expected a business_number"),
    ("business_registration", '"b_stt_cd": "01"', '"b_stt_cd": "09"', "b_stt_cd", "expected one of 01, 02, 03"),
    ("business_registration", '"b_stt_cd": "01"', '"b_stt_cd": "03"', "end_dt", "expected a last day of a closed"),
    ("ncs_units", '"1901020306_13v1"', '"1901020306"', "ncsClCd", "expected a ncs_unit"),
    ("ncs_units", '"compeUnitLevel": "5"', '"compeUnitLevel": "9"', "compeUnitLevel", "expected a whole number from 1"),
    ("ncs_units", '"전기·전자"', '"전기\\u0007전자"', "ncsLclasCdnm", "expected visible characters only"),
]


@pytest.mark.parametrize(("source", "old", "new", "column", "problem"), ROWS)
def test_a_row_that_cannot_be_taken_names_the_column_and_what_was_expected(
    parse: Parse, source: str, old: str, new: str, column: str, problem: str
) -> None:
    records, rejected = parse(source, old, new)
    assert [row.field for row in rejected] == [column]
    assert rejected[0].problem.startswith(problem)
    assert len(records) == len(parse(source)[0]) - 1


@pytest.mark.parametrize(
    "number",
    [
        "980411-1234567",
        "9804111234567",
        "980411 - 1234567",
        "９８０４１１-1234567",
        "980411\u20131234567",
        "a 000101-3000000 b",
    ],
)
@pytest.mark.parametrize(
    ("source", "old"),
    [
        ("lifelong_learning", "공공행정의 이해"),
        ("hrdnet_training", "공공데이터 분석 실무"),
        ("military", "차량정비 관리"),
    ],
)
def test_a_row_with_a_resident_registration_number_is_rejected_without_it(
    parse: Parse, source: str, old: str, number: str
) -> None:
    _, rejected = parse(source, old, number)
    assert [(row.field, row.problem) for row in rejected] == [
        ("row", "expected no resident registration number anywhere in the row")
    ]
    assert number not in repr(rejected)


def test_lr_04_a_resident_registration_number_is_found_in_columns_nobody_asked_for(parse: Parse) -> None:
    extra = '"personRef": "SYN-P-001",\n   "memo": {"left": ["980411-1234567"]}, "other": {"980411-1234567": null},'
    _, rejected = parse("employment_career", '"personRef": "SYN-P-001",', extra)
    assert [row.field for row in rejected] == ["row"]


@pytest.mark.parametrize("number", ["981311-1234567", "980432-1234567", "1980411-1234567", "980411-12345678"])
def test_digits_of_another_shape_are_no_resident_registration_number(parse: Parse, number: str) -> None:
    assert parse("lifelong_learning", "공공행정의 이해", number)[1] == []


def test_the_line_of_a_rejected_row_is_that_in_the_file(parse: Parse) -> None:
    csv_row = parse("lifelong_learning", "NILE-SYN-0002", "")[1][0]
    xml_row = parse("qnet_qualifications", "<acqDt>2017-08-18", "<acqDt>x")[1][0]
    json_row = parse("employment_career", '"2017-10-10"', '"x"')[1][0]
    assert (csv_row.line, csv_row.item) == (4, 2)
    assert (xml_row.line, xml_row.item) == (5, 2)
    assert (json_row.line, json_row.item) == (None, 2)


FORBIDDEN = [
    ("employment_career", '"duty"', '"wage": 12345, "separationReason": "26", "duty"', ("separation_reason", "wage")),
    ("military", '"dutyName"', '"unitName": "제1부대", "service_number": "1-2", "dischargeType": "x", "dutyName"',
     ("discharge_type", "service_number", "unit_name")),
    ("business_registration", '"b_no"', '"sales": 9, "b_no"', ("sales",)),
    ("hrdnet_training", "<trtm>", "<trainingAllowance>316000</trainingAllowance><trtm>", ("training_allowance",)),
]  # fmt: skip


@pytest.mark.parametrize(("source", "old", "new", "dropped"), FORBIDDEN)
def test_forbidden_fields_are_dropped_and_named(
    parse: Parse, source: str, old: str, new: str, dropped: tuple[str, ...]
) -> None:
    record = parse(source, old, new)[0][0]
    assert record.dropped == dropped
    assert not set(dropped) & set(record.fields)
    assert "316000" not in repr(record)


def test_a_column_nobody_knows_is_ignored_with_a_warning(parse: Parse) -> None:
    record = parse("business_registration", '"b_no"', '"memo": 9, "주의": 1, "b_no"')[0][0]
    assert record.warnings == ("the column memo is not part of this delivery and was ignored",)


def test_a_forbidden_csv_column_is_dropped(parse_text: Parse) -> None:
    text = sample("polytechnic_records").replace("ncs_units\n", "ncs_units,student_number\n", 1)
    text = text.replace("1501010105_14v2\n", "1501010105_14v2,2023-77\n", 1)
    records, rejected = parse_text("polytechnic_records", text)
    assert (records[0].dropped, len(rejected)) == (("student_number",), 3)


def test_an_endless_cell_is_refused(parse: Parse) -> None:
    _, rejected = parse("military", "차량정비 관리", "x" * (limits.MAX_CELL_CHARACTERS + 1))
    assert [(row.field, row.problem[:16]) for row in rejected] == [("dutyName", "expected at most")]


def test_a_field_that_is_too_long_for_its_row_name_is_called_by_the_row(parse: Parse) -> None:
    long_name = "n" * 41
    _, rejected = parse("military", '"dutyName"', f'"{long_name}": "{"x" * 4001}", "dutyName"')
    assert [row.field for row in rejected] == ["row"]


def test_a_json_row_that_is_no_object_is_rejected(parse_text: Parse) -> None:
    _, rejected = parse_text("employment_career", '{"items": [7]}')
    assert rejected == [RejectedRow(None, 1, "row", "expected an object")]


def test_true_and_false_are_answers_in_json(parse: Parse) -> None:
    records, _ = parse("business_registration", '"b_no"', '"premisesAddress": true, "b_no"')
    assert records[0].fields["premises_address"] == "true"


FILES = [
    ("qnet_qualifications", "", "found an empty file"),
    ("qnet_qualifications", "PK\x03\x04", "well-formed XML"),
    ("qnet_qualifications", "<response><item></response>", "well-formed XML"),
    ("qnet_qualifications", "<HRDNet/>", "the XML element response"),
    ("hrdnet_training", '<!DOCTYPE x [<!ENTITY a "b">]><HRDNet>&a;</HRDNet>', "without a document type declaration"),
    ("lifelong_learning", "course_id,session\n1,2\n", "the columns accredited"),
    ("lifelong_learning", "# only a comment\n", "the columns accredited"),
    ("employment_career", "[]", "a strict JSON object"),
    ("employment_career", '{"items": {}}', "a list called items"),
    ("employment_career", '{"items": [], "items": []}', "duplicate_member"),
    ("military", '{"duties": []}', "a list called qualifications"),
]


@pytest.mark.parametrize(("source", "text", "problem"), FILES)
def test_a_file_that_is_no_delivery_of_the_source_is_unreadable(source: str, text: str, problem: str) -> None:
    with pytest.raises(DeliveryUnreadable, match=problem):
        list(SOURCES[source].parse(text.encode()))


def test_csv_in_another_encoding_is_unreadable() -> None:
    with pytest.raises(DeliveryUnreadable, match="UTF-8"):
        list(SOURCES["lifelong_learning"].parse(sample("lifelong_learning").encode("cp949")))


def test_csv_may_begin_with_a_byte_order_mark(parse_text: Parse) -> None:
    assert len(parse_text("lifelong_learning", "\ufeff" + sample("lifelong_learning"))[0]) == 3


def test_csv_with_a_column_twice_is_unreadable(parse_text: Parse) -> None:
    with pytest.raises(DeliveryUnreadable, match="each column once"):
        parse_text("lifelong_learning", sample("lifelong_learning").replace("hours", "hours,hours", 1))


def test_csv_with_an_open_quote_is_unreadable(parse_text: Parse) -> None:
    with pytest.raises(DeliveryUnreadable, match="broken text in line"):
        parse_text("lifelong_learning", sample("lifelong_learning").replace("생활 통계", '"생활 통계', 1))


def test_a_delivery_beyond_the_limit_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_DELIVERY_BYTES", 100)
    with pytest.raises(DeliveryUnreadable, match="at most 100 bytes"):
        list(SOURCES["military"].parse(sample("military").encode()))


@pytest.mark.parametrize("source", ["military", "lifelong_learning", "hrdnet_training"])
def test_too_many_rows_make_a_delivery_unreadable(monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 2)
    with pytest.raises(DeliveryUnreadable, match="at most 2 rows"):
        list(SOURCES[source].parse(sample(source).encode()))


def persons_with(**changes: object) -> list[PersonRecord | RejectedRow]:
    document = json.loads((DELIVERIES / "persons.json").read_text("utf-8"))
    document["persons"][0].update(changes)
    return list(parse_persons(json.dumps(document).encode()))


def test_the_register_has_five_persons() -> None:
    persons = persons_with()
    assert [getattr(person, "person_ref", None) for person in persons] == [f"SYN-P-00{n}" for n in range(1, 6)]


def test_a_person_without_an_english_name_is_taken() -> None:
    assert isinstance(persons_with(name_en=None)[0], PersonRecord)


def test_a_person_never_prints_itself() -> None:
    assert repr(persons_with()[0]) == "PersonRecord(...)"


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"ci": "A" * 88}, "ci"),
        ({"ci": "가" * 88}, "ci"),
        ({"ci": ""}, "ci"),
        ({"name": "가" * 101}, "name"),
        ({"name": "980411-1234567"}, "row"),
        ({"birth_date": "1998"}, "birth_date"),
    ],
)
def test_a_person_that_cannot_be_taken_is_rejected(changes: dict[str, object], column: str) -> None:
    rejected = persons_with(**changes)[0]
    assert isinstance(rejected, RejectedRow)
    assert rejected.field == column


@pytest.mark.parametrize("member", ["person_ref", "ci"])
def test_a_person_sent_twice_is_rejected(member: str) -> None:
    document = json.loads((DELIVERIES / "persons.json").read_text("utf-8"))
    rows = persons_with(**{member: document["persons"][1][member]})
    assert [row.item for row in rows if isinstance(row, RejectedRow)] == [2]
