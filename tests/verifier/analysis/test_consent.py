"""Recorded consents: which hold, and what a list of them must not say."""

from datetime import date
from pathlib import Path

import pytest

from tests.verifier.analysis.people import HEAD
from verifier.analysis.consent import Consents, Purpose, read_consents
from verifier.errors import ScoringFileError

DAY = date(2026, 6, 1)


def consents(folder: Path, *rows: str, head: str = HEAD) -> Consents:
    path = folder / "consents.csv"
    path.write_text("\n".join((head, *rows)), "utf-8")
    return read_consents(path)


def test_a_consent_holds_for_its_purposes_from_its_first_to_its_last_day(tmp_path: Path) -> None:
    found = consents(tmp_path, "E-1,map; training,2026-06-01,2026-06-01,HR-1,")
    assert [found.refusal("E-1", purpose, DAY) for purpose in Purpose] == [None, "no_consent", None]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("E-2,map,2026-01-01,2026-12-31,HR-1,", "no_consent"),
        ("E-1,training,2026-01-01,2026-12-31,HR-1,", "no_consent"),
        ("E-1,map,2026-06-02,2026-12-31,HR-1,", "consent_not_begun"),
        ("E-1,map,2026-01-01,2026-05-31,HR-1,", "consent_ended"),
        ("E-1,map,2026-01-01,2026-12-31,HR-1,2026-06-01", "consent_withdrawn"),
    ],
)
def test_what_does_not_hold_is_refused_with_its_reason(tmp_path: Path, row: str, reason: str) -> None:
    assert consents(tmp_path, row).refusal("E-1", Purpose.MAP, DAY) == reason


def test_a_consent_that_will_be_withdrawn_holds_until_then(tmp_path: Path) -> None:
    assert consents(tmp_path, "E-1,map,2026-01-01,2026-12-31,HR-1,2026-06-02").refusal("E-1", Purpose.MAP, DAY) is None


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (",map,2026-01-01,2026-12-31,HR-1,", "consents.csv:2: expected an employee number"),
        ("E-1,everything,2026-01-01,2026-12-31,HR-1,", "expected purposes among map, placement, training"),
        ("E-1,,2026-01-01,2026-12-31,HR-1,", "expected purposes among"),
        ("E-1,map,1 June,2026-12-31,HR-1,", "expected in given_on a day"),
        ("E-1,map,2026-02-30,2026-12-31,HR-1,", "expected in given_on a day"),
        ("E-1,map,2026-01-01,,HR-1,", "expected in until a day"),
        ("E-1,map,2026-01-01,2025-12-31,HR-1,", "no earlier than given_on"),
        ("E-1,map,2026-01-01,2026-12-31, ,", "where the consent is kept"),
        ("E-1,map,2026-01-01,2026-12-31,HR-1,soon", "expected in withdrawn_on a day"),
        ("E-1,map,2026-01-01", "where the consent is kept"),
        ('E-1,map,2026-01-01,2026-12-31,"HR', "expected CSV in UTF-8"),
    ],
)
def test_a_row_that_is_no_consent_is_refused_with_file_and_line(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(ScoringFileError, match=message) as refused:
        consents(tmp_path, row)
    assert refused.value.kind == "consents"
    assert "E-1" not in str(refused.value)


def test_an_employee_who_stands_twice_is_refused(tmp_path: Path) -> None:
    row = "E-1,map,2026-01-01,2026-12-31,HR-1,"
    with pytest.raises(ScoringFileError, match=r"consents\.csv:3: expected one row for each employee"):
        consents(tmp_path, row, row)


def test_a_missing_column_and_other_bytes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ScoringFileError, match="missing: record"):
        consents(tmp_path, head="employee_no,purposes,given_on,until")
    (tmp_path / "consents.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScoringFileError, match="expected CSV in UTF-8"):
        read_consents(tmp_path / "consents.csv")
