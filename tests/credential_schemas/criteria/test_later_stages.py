"""Marks of a written test and of an interview, and what they come to: exactly, and never from less than everything."""

from fractions import Fraction

import pytest

from credential_schemas.criteria.errors import ScoringInputError
from credential_schemas.criteria.language import Interview, Section, Slot, WrittenTest
from credential_schemas.criteria.later_stages import (
    SectionMark,
    SlotMark,
    correct_answers,
    interview_result,
)
from tests.credential_schemas.criteria.given import policy

POLICY = policy()


def written_test() -> WrittenTest:
    assert POLICY.written_test is not None
    return POLICY.written_test


def interview() -> Interview:
    assert POLICY.interview is not None
    return POLICY.interview


def basic() -> Section:
    return written_test().sections["basic_competence"]


def major() -> Section:
    return written_test().sections["major"]


def task() -> Slot:
    return interview().slots["task"]


@pytest.mark.parametrize(("typed", "correct"), [("0", 0), (" 41 ", 41), ("60", 60), ("007", 7)])
def test_correct_answers_are_read_up_to_the_questions_of_the_section(typed: str, correct: int) -> None:
    assert SectionMark.read(basic(), correct=typed, subject="").correct == correct


@pytest.mark.parametrize("typed", ["", "61", "-1", "3.5", "4e1", "١٢", "1000000", "0x10", "forty", "+3", "1_0"])
def test_what_is_no_number_of_correct_answers_is_refused(typed: str) -> None:
    with pytest.raises(ScoringInputError, match="from 0 to 60"):
        SectionMark.read(basic(), correct=typed, subject="")


@pytest.mark.parametrize("subject", ["", "행정", "administrative"])
def test_a_section_with_subjects_demands_one_of_them(subject: str) -> None:
    with pytest.raises(ScoringInputError, match="one of the subjects"):
        SectionMark.read(major(), correct="30", subject=subject)
    mark = SectionMark.read(major(), correct="30", subject="administrative/general")
    assert mark == SectionMark(30, "administrative/general")
    assert SectionMark.of_text(mark.text) == mark


def test_a_section_without_subjects_takes_none() -> None:
    with pytest.raises(ScoringInputError, match="one of the subjects"):
        SectionMark.read(basic(), correct="30", subject="administrative/general")
    assert SectionMark.of_text(SectionMark(30).text) == SectionMark(30)


def test_correct_answers_add_up_only_when_every_section_is_marked() -> None:
    marks = {"basic_competence": SectionMark(41)}
    assert correct_answers(written_test(), marks) is None
    assert correct_answers(written_test(), marks | {"major": SectionMark(0, "technical/mechanical")}) == 41


@pytest.mark.parametrize(("typed", "points"), [("0", "0"), ("100", "100"), ("100.00", "100"), (" 87.25", "87.25")])
def test_points_of_an_interview_are_read_exactly(typed: str, points: str) -> None:
    mark = SlotMark.read(task(), points=typed, task="discussion")
    assert mark.points == Fraction(points)
    assert SlotMark.of_text(mark.text) == mark


@pytest.mark.parametrize("typed", ["", "100.01", "101", "-0", "12.345", "1e2", "NaN", "inf", ".5", "5.", "８０"])
def test_what_is_no_number_of_points_is_refused(typed: str) -> None:
    with pytest.raises(ScoringInputError, match="from 0 to 100"):
        SlotMark.read(task(), points=typed, task="discussion")


@pytest.mark.parametrize("name", ["", "experience", "PT"])
def test_a_task_that_cannot_fill_the_place_is_refused(name: str) -> None:
    with pytest.raises(ScoringInputError, match="one of the tasks"):
        SlotMark.read(task(), points="50", task=name)


def test_members_are_averaged_and_places_weighted_exactly() -> None:
    found = interview_result(
        interview(),
        {
            "task": [SlotMark(Fraction(80), "presentation"), SlotMark(Fraction(90), "presentation")],
            "experience": [SlotMark(Fraction(each), "experience") for each in (70, 70, 71)],
        },
    )
    assert found.slots == {"task": Fraction(85), "experience": Fraction(211, 3)}
    assert found.total == Fraction(85, 2) + Fraction(211, 6)
    assert found.differing == ()


def test_a_place_without_marks_leaves_the_interview_open_and_is_not_zero() -> None:
    found = interview_result(interview(), {"experience": [SlotMark(Fraction(70), "experience")]})
    assert (found.slots["task"], found.total) == (None, None)


def test_members_who_name_different_tasks_leave_the_place_open() -> None:
    marks = {
        "task": [SlotMark(Fraction(80), "presentation"), SlotMark(Fraction(80), "discussion")],
        "experience": [SlotMark(Fraction(70), "experience")],
    }
    found = interview_result(interview(), marks)
    assert (found.slots["task"], found.total, found.differing) == (None, None, ("task",))


def test_the_order_of_members_changes_nothing_and_no_total_leaves_its_bounds() -> None:
    for points in (Fraction(0), Fraction(100)):
        everybody = {name: [SlotMark(points, slot.one_of[0])] * 3 for name, slot in interview().slots.items()}
        assert interview_result(interview(), everybody).total == points
    marks = [SlotMark(Fraction(each), "experience") for each in (1, 33, 100)]
    forwards = interview_result(interview(), {"experience": marks})
    assert forwards == interview_result(interview(), {"experience": marks[::-1]})
