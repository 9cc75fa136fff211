"""Exports hold the later stages: what is settled, by whom, apart from the points; and nothing of what is still open."""

import csv
import io
import json
from typing import Any

import pytest
from openpyxl import load_workbook

from credential_schemas.criteria.language import Policy
from credential_schemas.criteria.loading import load_policy
from credential_schemas.report.messages import Language
from tests.verifier.committee.chamber import KIM, LEE, PARK, POLICY, Chamber
from tests.verifier.committee.test_stages import BASIC, SUBJECT, enter, mark
from verifier.scoring.later import Interviewed, LaterStages, Section, Written
from verifier.scoring.later_page import later_part

REASON = "위원회 보고"


def exported(chamber: Chamber, notice: int, ending: str, language: Language = "ko") -> bytes:
    return chamber.committee.export(KIM, notice, ending=ending, language=language, reason=REASON)


def later(chamber: Chamber, notice: int) -> Any:  # noqa: ANN401 - plain JSON
    """Return the later stages in the JSON export of the one applicant."""
    (result,) = json.loads(exported(chamber, notice, ".json"))
    return result["later_stages"]


def row(chamber: Chamber, notice: int) -> dict[str, str]:
    (found,) = csv.DictReader(io.StringIO(exported(chamber, notice, ".csv").decode("utf-8-sig")))
    return {name: value for name, value in found.items() if name.startswith(("written_", "interview_"))}


@pytest.fixture
def notice(chamber: Chamber) -> int:
    number = chamber.notice(four_eyes=True)
    chamber.applied(number, "A-1")
    return number


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(POLICY, name="ts.yaml", readings={})


def everything(chamber: Chamber, notice: int) -> None:
    """Two people enter the same answers, two members mark, and the interview is closed."""
    for who in (KIM, LEE):
        enter(chamber, notice, who, "41")
        enter(chamber, notice, who, "30", section="major", subject=SUBJECT)
    mark(chamber, notice, LEE, task="80")
    mark(chamber, notice, PARK, task="90.5")
    chamber.committee.stages.close_interview(KIM, notice, 1)


def test_an_export_has_every_settled_mark_with_who_gave_it(chamber: Chamber, notice: int) -> None:
    everything(chamber, notice)
    at = "2026-11-21T03:00:00Z"
    entered = [{"officer": "김담당", "at": at}, {"officer": "이심사", "at": at}]
    found = later(chamber, notice)
    assert found["written_test"] == {
        "id": "TS-W1",
        "questions": 100,
        "correct": 71,
        "sections": {
            BASIC: {"questions": 60, "correct": 41, "subject": None, "entered": entered},
            "major": {"questions": 40, "correct": 30, "subject": SUBJECT, "entered": entered},
        },
    }
    interview = found["interview"]
    assert (interview["points"], interview["closed"]) == (77.625, {"officer": "김담당", "at": at})
    assert interview["places"] == {"task": {"weight": 50, "points": 85.25}, "experience": {"weight": 50, "points": 70}}
    assert [(each["officer"], each["marks"]["task"]) for each in interview["members"]] == [
        ("이심사", {"task": "presentation", "points": 80}),
        ("박심사", {"task": "presentation", "points": 90.5}),
    ]


def test_an_export_says_nothing_of_what_is_still_open(chamber: Chamber, notice: int) -> None:
    enter(chamber, notice, KIM, "41")
    mark(chamber, notice, LEE, task="13")
    found = later(chamber, notice)
    assert found["written_test"]["sections"][BASIC] == {
        "questions": 60,
        "correct": None,
        "subject": None,
        "entered": [],
    }
    assert found["written_test"]["correct"] is None
    assert [found["interview"][name] for name in ("points", "closed", "members")] == [None, None, []]
    assert set(row(chamber, notice).values()) == {""}
    for ending in (".html", ".xlsx"):
        assert "이심사".encode() not in exported(chamber, notice, ending)
    book = load_workbook(io.BytesIO(exported(chamber, notice, ".xlsx")), read_only=True)
    assert len(list(book["later_stages"].rows)) == 1


def test_the_tables_have_a_column_for_every_part_and_no_sum_across_stages(chamber: Chamber, notice: int) -> None:
    everything(chamber, notice)
    assert row(chamber, notice) == {
        "written_basic_competence": "41",
        "written_major": "30",
        "written_major_subject": SUBJECT,
        "written_correct": "71",
        "interview_task": "85.25",
        "interview_experience": "70",
        "interview_points": "77.625",
    }
    book = load_workbook(io.BytesIO(exported(chamber, notice, ".xlsx")), read_only=True)
    rows = [tuple(cell.value for cell in each) for each in book["later_stages"].rows]
    assert rows[1] == ("A-1", "written_test", BASIC, 41, 60, None, "김담당", "2026-11-21T03:00:00Z")
    assert rows[-1] == ("A-1", "interview", "experience", 70, 100, "experience", "박심사", "2026-11-21T03:00:00Z")


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        (
            "ko",
            (
                "필기전형과 면접전형",
                "60문항 중 41",
                "경영‧경제‧행정 통합",
                "77.625",
                "마감: 김담당 2026-11-21 12:00 한국시간",
            ),
        ),
        ("en", ("Written test and interview", "41 of 60", "이심사 · Presentation 80", "closed: 김담당")),
    ],
)
def test_a_printed_sheet_has_the_stages_in_a_part_of_their_own(
    chamber: Chamber, notice: int, language: Language, parts: tuple[str, ...]
) -> None:
    everything(chamber, notice)
    page = exported(chamber, notice, ".html", language).decode()
    assert [part for part in parts if part not in page] == []


def test_criteria_with_one_later_stage_export_that_one(policy: Policy) -> None:
    test, interview = policy.written_test, policy.interview
    assert test is not None
    assert interview is not None
    written = LaterStages(Written(test, {name: Section(None, ()) for name in test.sections}, None), None)
    spoken = LaterStages(None, Interviewed(interview))
    assert (written.to_json()["interview"], spoken.to_json()["written_test"]) == (None, None)
    assert [name.partition("_")[0] for name, _ in written.cells()] == ["written"] * 4
    assert [name.partition("_")[0] for name, _ in spoken.cells()] == ["interview"] * 3
    assert [*written.rows(), *spoken.rows()] == []
    assert "면접전형</th>" not in later_part(written, "ko")
    assert "필기전형</th>" not in later_part(spoken, "ko")
