"""Rules of course recognition without a page: every wrong step, days of terms, the list, what is kept, and an end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from issuer.bank import Bank
from issuer.recognition.applying import add_course, attach_syllabus, begin_case, submit_case, withdraw_case
from issuer.recognition.cases import Order, kept_until, own_case, reviewer_of, syllabus, waiting_since
from issuer.recognition.completions import RecognisedCourses, completion_day, last_day_of, recognised_courses
from issuer.recognition.errors import CaseNotFound, FieldRefused, ScreeningIncomplete, StepRefused
from issuer.recognition.keeping import forget_due_cases
from issuer.recognition.reviewing import DecisionForm, FindingForm, decide, end_recognition, screen_course, take_case
from issuer.recognition.stages import NEXT, Stage, Step, stage_after
from issuer.recognition.texts import CourseForm
from issuer.sources.model import SourceRecord
from issuer.sources.university_courses import parse
from issuer.times import utc_text
from tests.issuer.conftest import DELIVERIES, START
from tests.issuer.staff.staff_world import StaffWorld

COURSE = CourseForm("IM305", "회계원리", "45", "3", "0203020101_20v4", "전표를 작성한다.", "실기 시험")
WRONG = [(stage, step) for stage in Stage for step in Step if (stage, step) not in NEXT]


def bank_of(world: StaffWorld, name: str) -> Bank:
    return world.bank.acting_as(f"staff:{name}@203.0.113.7")


def ordered(bank: Bank, case: int, institution: str | None = None) -> Order:
    """An order about the application as it is now."""
    with bank.store.read() as transaction:
        stored = transaction.recognition.case(case)
    assert stored is not None
    return Order(case, stored.version, START, institution)


def begun(bank: Bank, institution: str = "garam") -> int:
    return begin_case(
        bank, institution_id=institution, institution_name="가람대학교", department="산업경영과", now=START
    )


def in_review(world: StaffWorld) -> int:
    bank = bank_of(world, "garam-staff")
    case = begun(bank)
    add_course(bank, ordered(bank, case, "garam"), COURSE)
    attach_syllabus(bank, ordered(bank, case, "garam"), 1, file=b"%PDF-1.7")
    submit_case(bank, ordered(bank, case, "garam"))
    take_case(bank_of(world, "minji"), ordered(bank, case))
    return case


def recognised(world: StaffWorld) -> int:
    case = in_review(world)
    for name in ("minji", "seojun"):
        bank = bank_of(world, name)
        if name == "minji":
            screen_course(bank, ordered(bank, case), 1, findings=[FindingForm(0, "met", "봄")])
        decide(bank, ordered(bank, case), DecisionForm("recognised"))
    return case


@pytest.mark.parametrize(("stage", "step"), WRONG)
def test_every_step_that_is_not_of_a_stage_is_refused(stage: Stage, step: Step) -> None:
    with pytest.raises(StepRefused) as refused:
        stage_after(stage, step)
    assert refused.value.details == {"stage": stage.value, "step": step.value}


def test_what_is_over_leads_nowhere_else() -> None:
    for (stage, _), after in NEXT.items():
        if stage in (Stage.RECOGNISED, Stage.REFUSED, Stage.WITHDRAWN):
            assert after is stage


@pytest.mark.parametrize(
    ("term", "day"),
    [("2026-1", "2026-06-30"), ("2026-2", "2026-12-31"), ("2026-S", "2026-08-31"), ("2027-W", "2028-02-29")],
)
def test_a_term_ends_on_a_day(term: str, day: str) -> None:
    assert completion_day(term) == day


def test_a_bank_that_recognised_nothing_takes_every_delivery_as_before(staff_world: StaffWorld) -> None:
    rows = parse((DELIVERIES / "university_courses.csv").read_bytes())
    records = [row for row in rows if isinstance(row, SourceRecord)]
    with staff_world.bank.store.read() as transaction:
        courses = RecognisedCourses.of(transaction)
    assert records
    assert (courses.first_day, [courses.fault(each) for each in records]) == (None, [None] * len(records))
    recognised(staff_world)
    with staff_world.bank.store.read() as transaction:
        later = RecognisedCourses.of(transaction)
    assert [later.fault(each) for each in records] == [None] * len(records)
    backdated = replace(records[0], fields={**records[0].fields, "recognition_valid_from": "2026-11-22"})
    assert later.fault(backdated) == ("recognition_id", "expected a recognition that is on the bank's list")


def test_nothing_is_decided_before_every_unit_was_compared(staff_world: StaffWorld) -> None:
    case, bank = in_review(staff_world), bank_of(staff_world, "minji")
    with pytest.raises(ScreeningIncomplete):
        decide(bank, ordered(bank, case), DecisionForm("refused", words="근거"))
    for wrong in ([], [FindingForm(0, "great", "봄")], [FindingForm(1, "met", "봄")], [FindingForm(0, "met", " ")]):
        with pytest.raises(FieldRefused):
            screen_course(bank, ordered(bank, case), 1, findings=wrong)
    for form in (DecisionForm("perhaps"), DecisionForm("recognised", years="6"), DecisionForm("recognised", years="")):
        with pytest.raises(FieldRefused):
            decide(bank, ordered(bank, case), form)
    assert waiting_since(bank) == utc_text(START)


def test_a_recognition_ends_for_the_future_only(staff_world: StaffWorld) -> None:
    case, bank = recognised(staff_world), bank_of(staff_world, "minji")
    for day in ("2026-11-21", "2029-11-21", "2026-02-30", ""):
        with pytest.raises(FieldRefused) as refused:
            end_recognition(bank, ordered(bank, case), 1, last_day=day, words="폐강")
        assert refused.value.details["field"] == "last_day"
    end_recognition(bank, ordered(bank, case), 1, last_day="2027-02-28", words="폐강")
    (listed,) = recognised_courses(bank)
    assert waiting_since(bank) is None
    assert last_day_of(listed) == "2027-02-28"
    with pytest.raises(FieldRefused):
        end_recognition(bank, ordered(bank, case), 1, last_day="2027-06-30", words="다시")


def test_lr_07_applications_are_destroyed_after_their_time_and_the_list_stays(staff_world: StaffWorld) -> None:
    bank = staff_world.bank
    case = recognised(staff_world)
    other = bank_of(staff_world, "garam-staff")
    draft = begun(other)
    taken_back = begun(other, "nuri")
    withdraw_case(other, ordered(other, taken_back, "nuri"))
    assert forget_due_cases(bank, now=START + timedelta(days=365)) == 0
    assert forget_due_cases(bank, now=START + timedelta(days=367)) == 1
    with pytest.raises(CaseNotFound):
        own_case(bank, draft, institution_id="garam")
    assert forget_due_cases(bank, now=START + timedelta(days=3 * 366)) == 1
    assert syllabus(bank, case, 1, institution_id="garam", now=START) == b"%PDF-1.7"
    assert forget_due_cases(bank, now=START + timedelta(days=8 * 366)) == 1
    with pytest.raises(CaseNotFound):
        syllabus(bank, case, 1, institution_id="garam", now=START)
    view = own_case(bank, case, institution_id="garam")
    assert (len(recognised_courses(bank)), view.events, view.findings, view.decisions) == (1, [], [], [])


def test_what_is_worked_on_is_kept_and_a_reviewer_is_a_name_without_a_place() -> None:
    assert kept_until(Stage.IN_REVIEW, START) is None
    assert (reviewer_of("staff:minji@203.0.113.7"), reviewer_of("service")) == ("minji", "service")
