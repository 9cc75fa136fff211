"""Written test and interview: entered by people who do not see each other, closed, asked anew, apart from the score."""

import json
from fractions import Fraction

import pytest

from credential_schemas.criteria.later_stages import SectionMark
from tests.verifier.committee.chamber import ADMIN, CHOI, FORM, KIM, LEE, PARK, POLICY, STRANGER, TERMS, Chamber
from tests.verifier.committee.test_sheets import refused
from verifier.committee.officers import Officer
from verifier.committee.questions import State
from verifier.committee.stages import Interviewed, Stages
from verifier.store.committee_tables import OPINIONS

SUBJECT = "administrative/general"
BASIC = "basic_competence"


def stages(chamber: Chamber, notice: int, place: int = 1) -> Stages:
    return chamber.committee.stages.one(KIM, notice, place)[1]


def interviewed(chamber: Chamber, notice: int) -> Interviewed:
    found = stages(chamber, notice).interview
    assert found is not None
    return found


def enter(
    chamber: Chamber,
    notice: int,
    who: Officer,
    correct: str,
    *,
    section: str = BASIC,
    subject: str = "",
    place: int = 1,
) -> None:
    typed = {"correct": correct, "subject": subject}
    chamber.committee.stages.mark_section(who, notice, place, section=section, typed=typed)


def mark(
    chamber: Chamber, notice: int, who: Officer, *, task: str = "80", note: str = "", kind: str = "presentation"
) -> None:
    typed = {
        "points:task": task,
        "task:task": kind,
        "points:experience": "70",
        "task:experience": "experience",
        "note": note,
    }
    chamber.committee.stages.mark_interview(who, notice, 1, typed=typed)


@pytest.fixture
def notice(chamber: Chamber) -> int:
    number = chamber.notice(four_eyes=True)
    chamber.applied(number, "A-1")
    return number


@pytest.fixture
def simple(chamber: Chamber) -> int:
    number = chamber.notice(four_eyes=False)
    chamber.applied(number, "A-1")
    return number


def test_a_section_counts_when_two_people_entered_the_same(chamber: Chamber, notice: int) -> None:
    enter(chamber, notice, KIM, "41")
    standing = stages(chamber, notice).sections[BASIC]
    assert standing.state is State.WAITING
    assert standing.seen_by(LEE.id) == ()
    enter(chamber, notice, LEE, " 41")
    enter(chamber, notice, KIM, "30", section="major", subject=SUBJECT)
    assert stages(chamber, notice).correct is None
    enter(chamber, notice, LEE, "30", section="major", subject=SUBJECT)
    assert stages(chamber, notice).correct == 71


def test_another_subject_is_a_disagreement_too_and_is_settled_with_a_note(chamber: Chamber, notice: int) -> None:
    enter(chamber, notice, KIM, "30", section="major", subject=SUBJECT)
    enter(chamber, notice, LEE, "30", section="major", subject="technical/mechanical")
    assert stages(chamber, notice).sections["major"].state is State.DISAGREED
    desk = chamber.committee.stages
    with refused("reason"):
        desk.accept_section(LEE, notice, 1, section="major", note=" ")
    with refused("accept"):
        desk.accept_section(CHOI, notice, 1, section="major", note="내가 보기에")
    desk.accept_section(LEE, notice, 1, section="major", note="답안지를 다시 보았습니다")
    found = SectionMark.of_text(str(stages(chamber, notice).sections["major"].answer))
    assert (found.correct, found.subject) == (30, SUBJECT)


def test_nobody_enters_a_section_twice_and_nobody_a_settled_one(chamber: Chamber, notice: int) -> None:
    enter(chamber, notice, KIM, "41")
    with refused("answered"):
        enter(chamber, notice, KIM, "42")
    enter(chamber, notice, LEE, "41")
    with refused("settled"):
        enter(chamber, notice, PARK, "41")


def test_a_settled_section_is_entered_anew_with_a_reason(chamber: Chamber, simple: int) -> None:
    desk = chamber.committee.stages
    with refused("no_question"):
        desk.ask_anew(KIM, simple, 1, section=BASIC, reason="아직 없음")
    enter(chamber, simple, KIM, "41")
    with refused("reason"):
        desk.ask_anew(KIM, simple, 1, section=BASIC, reason="")
    with refused("role"):
        desk.ask_anew(LEE, simple, 1, section=BASIC, reason="잘못 읽음")
    desk.ask_anew(KIM, simple, 1, section=BASIC, reason="채점 오류")
    standing = stages(chamber, simple).sections[BASIC]
    assert (standing.state, [each.answer for each in standing.earlier]) == (State.OPEN, ["41"])
    enter(chamber, simple, KIM, "42")
    assert stages(chamber, simple).sections[BASIC].answer == "42"


@pytest.mark.parametrize(
    ("section", "correct", "subject", "kind"),
    [
        (BASIC, "61", "", "mark"),
        (BASIC, "-1", "", "mark"),
        (BASIC, "40", SUBJECT, "mark"),
        ("major", "40", "", "mark"),
        ("essay", "40", "", "no_question"),
        ("", "40", "", "no_question"),
    ],
)
def test_a_mark_that_the_criteria_do_not_have_is_refused(
    chamber: Chamber, simple: int, section: str, correct: str, subject: str, kind: str
) -> None:
    with refused(kind):
        enter(chamber, simple, KIM, correct, section=section, subject=subject)
    assert all(each.state is State.OPEN for each in stages(chamber, simple).sections.values())


def test_members_do_not_see_each_other_until_the_interview_is_closed(chamber: Chamber, notice: int) -> None:
    mark(chamber, notice, LEE, task="80")
    mark(chamber, notice, PARK, task="90.5")
    found = interviewed(chamber, notice)
    assert [each.person_id for each in found.shown_to(LEE.id)] == [LEE.id]
    assert found.shown_to(KIM.id) == ()
    chamber.committee.stages.close_interview(KIM, notice, 1)
    found = interviewed(chamber, notice)
    assert len(found.shown_to(KIM.id)) == 2
    assert float(found.result.total or 0) == (80 + 90.5) / 2 / 2 + 70 / 2


def test_an_interview_is_closed_by_an_officer_with_enough_members_and_one_task(chamber: Chamber, notice: int) -> None:
    desk = chamber.committee.stages
    with refused("members"):
        desk.close_interview(KIM, notice, 1)
    mark(chamber, notice, LEE)
    with refused("members"):
        desk.close_interview(KIM, notice, 1)
    mark(chamber, notice, PARK, kind="discussion")
    with refused("tasks"):
        desk.close_interview(KIM, notice, 1)
    with refused("role"):
        desk.close_interview(LEE, notice, 1)
    mark(chamber, notice, PARK, note="과제를 잘못 골랐습니다")
    desk.close_interview(KIM, notice, 1)
    with refused("interview_closed"):
        desk.close_interview(KIM, notice, 1)
    with refused("interview_closed"):
        mark(chamber, notice, CHOI)


def test_a_member_corrects_her_marks_with_a_note_and_the_latest_count(chamber: Chamber, simple: int) -> None:
    mark(chamber, simple, LEE, task="8")
    with refused("reason"):
        mark(chamber, simple, LEE, task="80")
    mark(chamber, simple, LEE, task="79", note="0을 빠뜨렸습니다")
    mark(chamber, simple, LEE, task="80", note="다시 보았습니다")
    found = interviewed(chamber, simple)
    (member,) = found.members
    assert (member.corrections, member.marks["task"].points, found.earlier) == (2, Fraction(80), 4)
    actions = [each.action for each in chamber.committee.notices.events(KIM, simple)]
    assert actions[:3] == ["corrected_interview", "corrected_interview", "marked_interview"]


def test_a_closed_interview_is_held_anew_with_a_reason_and_earlier_marks_stay(chamber: Chamber, simple: int) -> None:
    desk = chamber.committee.stages
    mark(chamber, simple, LEE)
    with refused("no_question"):
        desk.ask_anew(KIM, simple, 1, section="", reason="아직 열려 있음")
    desk.close_interview(KIM, simple, 1)
    desk.ask_anew(KIM, simple, 1, section="", reason="위원 기피 신청")
    found = interviewed(chamber, simple)
    assert (found.closed, found.members, found.round, found.earlier) == (None, (), 2, 2)
    mark(chamber, simple, LEE, task="60")
    assert interviewed(chamber, simple).members[0].corrections == 0


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"points:task": "80", "task:task": "presentation"},
        {"points:task": "101", "task:task": "presentation", "points:experience": "1", "task:experience": "experience"},
        {"points:task": "80", "task:task": "experience", "points:experience": "1", "task:experience": "experience"},
    ],
)
def test_marks_of_an_interview_are_taken_whole_or_not_at_all(
    chamber: Chamber, simple: int, typed: dict[str, str]
) -> None:
    with refused("mark"):
        chamber.committee.stages.mark_interview(LEE, simple, 1, typed=typed)
    assert interviewed(chamber, simple).members == ()


def test_a_note_that_is_too_long_is_refused(chamber: Chamber, simple: int) -> None:
    with refused("answer"):
        mark(chamber, simple, LEE, note="x" * 1001)


@pytest.mark.parametrize("person", [ADMIN, STRANGER])
def test_only_officers_and_reviewers_see_or_enter_anything(chamber: Chamber, simple: int, person: Officer) -> None:
    desk = chamber.committee.stages
    for act in (
        lambda: desk.book(person, simple),
        lambda: desk.one(person, simple, 1),
        lambda: desk.on_sheet(person, simple, 1),
        lambda: enter(chamber, simple, person, "1"),
        lambda: mark(chamber, simple, person),
        lambda: desk.close_interview(person, simple, 1),
    ):
        with refused("role"):
            act()
    with refused("role"):
        mark(chamber, simple, KIM)  # an officer who is no reviewer is no member of the interview


def test_the_score_sheet_is_untouched_by_later_stages(chamber: Chamber, simple: int) -> None:
    before = chamber.questions(simple)
    enter(chamber, simple, KIM, "41")
    mark(chamber, simple, LEE)
    assert chamber.questions(simple) == before
    chamber.confirmed(simple)
    enter(chamber, simple, KIM, "30", section="major", subject=SUBJECT)  # a stage goes on when the sheet is confirmed
    assert stages(chamber, simple).correct == 71


def test_who_was_set_aside_and_who_does_not_exist_have_no_stages(chamber: Chamber, simple: int) -> None:
    chamber.committee.sheets.set_aside(KIM, simple, 1, reason="지원 철회")
    assert chamber.committee.stages.book(KIM, simple).rows == ()
    assert chamber.committee.stages.on_sheet(KIM, simple, 1) is None
    for place in (1, 2):
        with refused("unknown"):
            stages(chamber, simple, place)


def test_criteria_without_later_stages_have_no_such_pages(chamber: Chamber) -> None:
    start, end = POLICY.index(b"\nwritten_test:"), POLICY.index(b"\nambiguities:")
    text = (POLICY[:start] + POLICY[end:]).replace(b"version: 1.0.0", b"version: 1.0.1", 1)
    criteria = chamber.criteria(text)
    row = chamber.notice()
    assert criteria != chamber.committee.notices.one(KIM, row).criteria.id
    number = chamber.committee.notices.create(KIM, criteria, form={**FORM, "name": "SYN-2"}, terms=TERMS)
    chamber.committee.notices.use(KIM, number)
    chamber.applied(number, "B-1")
    with refused("unknown"):
        chamber.committee.stages.book(KIM, number)
    assert chamber.committee.stages.on_sheet(KIM, number, 1) is None
    exported = json.loads(chamber.committee.export(KIM, number, ending=".json", language="ko", reason="보고"))
    assert ["later_stages" in each for each in exported] == [False]


def test_marks_are_destroyed_with_the_notice(chamber: Chamber, simple: int) -> None:
    enter(chamber, simple, KIM, "41")
    mark(chamber, simple, LEE, note="표식-면접-메모")
    chamber.committee.destroyer.destroy_now(ADMIN, simple, typed="SYN-2026-01", reason="시험")
    with chamber.store.read() as transaction:
        assert transaction.applicants.opinions(simple) == {}
    assert OPINIONS.name == "opinions"
    assert "표식-면접-메모".encode() not in b"".join(
        path.read_bytes() for path in chamber.folder.rglob("*") if path.is_file()
    )
