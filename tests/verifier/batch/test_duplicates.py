"""What turns up twice is told apart by what it means, and nothing else is."""

import pytest

from keys.encoding import JsonValue
from verifier.batch.duplicates import DuplicateFinder

Line = dict[str, JsonValue]


def line(n: int, applicant: str | None, number: str, **more: JsonValue) -> Line:
    holder: JsonValue = {"name": more.get("name", f"사람{n}"), "birth_date": more.get("born", f"1990-01-{n + 1:02d}")}
    entry: Line = {
        "type": "national_technical_qualification",
        "title": {"ko": more.get("title", f"자격{n}")},
        "acquired_date": "2024-06-18",
        "idx": more.get("idx", n),
    }
    if "own_number" in more:
        entry["certificate_number"] = more["own_number"]
    return {
        "verdict": "valid",
        "certificate": {"number": number, "issuer": {"id": more.get("issuer", "https://bank.example")}},
        "disclosed": {"holder": holder, "entries": [entry]},
        "evidence": {"sha256": f"{n}"},
        "batch": {"n": n, "applicant_no": applicant, "status_list": "https://bank.example/status/1"},
    }


def found(*lines: Line) -> list[tuple[str, list[JsonValue], list[JsonValue]]]:
    finder = DuplicateFinder()
    for each in lines:
        finder.see(each)
    documents = [duplicate.to_json() for duplicate in finder.found()]
    return [(str(d["kind"]), d["files"], d["applicants"]) for d in documents]  # type: ignore[misc]  # lists by to_json


def test_different_certificates_of_different_people_are_no_finding() -> None:
    assert found(line(0, "A", "1"), line(1, "B", "2"), line(2, None, "3")) == []


def test_certificate_of_two_applicants_is_found_once_and_not_as_its_entries() -> None:
    same: dict[str, JsonValue] = {"name": "홍", "born": "1990-01-01", "idx": 5}
    assert found(line(0, "A", "1", **same), line(3, "B", "1", **same)) == [
        ("certificate_of_two", [0, 3], ["A", "B"]),
        ("person_twice", [0, 3], ["A", "B"]),
    ]


@pytest.mark.parametrize(("applicant", "known"), [("A", ["A"]), (None, [])])
def test_certificate_handed_in_twice_by_one_applicant_or_nobody(applicant: str | None, known: list[str]) -> None:
    assert found(line(0, applicant, "1", idx=1), line(1, applicant, "1", idx=1)) == [
        ("certificate_twice", [0, 1], known)
    ]


@pytest.mark.parametrize("same", [{"idx": 9}, {"own_number": "18-2-1"}])
def test_entry_of_two_applicants_in_two_certificates(same: dict[str, JsonValue]) -> None:
    assert found(line(0, "A", "1", **same), line(1, "B", "2", **same)) == [("entry_of_two", [0, 1], ["A", "B"])]


def test_same_index_of_another_issuer_is_another_entry() -> None:
    assert found(line(0, "A", "1", idx=9), line(1, "B", "2", idx=9, issuer="https://other.example")) == []


def test_two_certificates_of_one_applicant_are_said() -> None:
    assert found(line(0, "A", "1"), line(1, "A", "2")) == [("applicant_twice", [0, 1], ["A"])]


def test_one_person_under_two_numbers_is_said_whatever_the_spaces() -> None:
    given = found(
        line(0, "A", "1", name="홍 길동", born="1990-05-05"), line(1, "B", "2", name="홍길동", born="1990-05-05")
    )
    assert given == [("person_twice", [0, 1], ["A", "B"])]


def test_same_name_with_another_birth_date_is_no_finding() -> None:
    assert found(line(0, "A", "1", name="홍길동"), line(1, "B", "2", name="홍길동")) == []


def test_qualification_of_one_applicant_from_two_sources() -> None:
    first = line(0, "A", "1", title="정보처리기사", issuer="https://bank.example")
    second = line(1, "A", "1", title="정보 처리 기사", issuer="https://association.example")
    assert ("qualification_twice", [0, 1], ["A"]) in found(first, second)


def test_the_number_on_the_certificate_counts_when_the_manifest_says_nothing() -> None:
    lines = [line(0, None, "1"), line(1, None, "2")]
    for each in lines:
        each["certificate"]["applicant_no"] = "A"  # type: ignore[index,call-overload]  # a dictionary, made above
    assert found(*lines) == [("applicant_twice", [0, 1], ["A"])]


def test_what_was_not_proved_is_not_looked_at() -> None:
    unproved = line(0, "A", "1") | {"disclosed": None}
    error: Line = {"error": {"kind": "empty"}, "batch": {"n": 1, "applicant_no": "A"}}
    assert found(unproved, error, line(2, "A", "1")) == []


def test_wallet_certificates_without_number_are_told_apart_by_their_bytes() -> None:
    lines = [line(n, "A", "1") for n in (0, 1)]
    for each in lines:
        each["certificate"]["number"] = None  # type: ignore[index,call-overload]  # a dictionary, made above
    assert found(*lines) == [("applicant_twice", [0, 1], ["A"])]
