"""Answers of people: once each, two who do not see each other, disagreement, and questions asked anew."""

import pytest

from tests.verifier.committee.chamber import ADMIN, CHOI, KIM, LEE, PARK, Chamber
from tests.verifier.committee.test_sheets import refused
from verifier.committee.officers import Officer
from verifier.committee.panel import Answer
from verifier.committee.questions import Question, Standing, State
from verifier.committee.sheets import Sheet


def sheet_of(chamber: Chamber, notice: int) -> Sheet:
    return chamber.committee.sheets.sheet(KIM, notice, 1)[1]


def standing_of(chamber: Chamber, notice: int, question: Question) -> Standing:
    return next(each for each in sheet_of(chamber, notice).questions if each.question == question)


def answer(chamber: Chamber, notice: int, who: Officer, *, value: bool | str, question: Question) -> None:
    chamber.committee.panel.answer(who, notice, 1, answers=[Answer(question, value, "메모")])


@pytest.fixture
def notice(chamber: Chamber) -> int:
    number = chamber.notice(four_eyes=True)
    chamber.applied(number, "A-1")
    return number


@pytest.fixture
def related(chamber: Chamber, notice: int) -> Question:
    return next(each for each in chamber.questions(notice) if each.kind == "adjudications")


def test_the_questions_are_those_that_the_score_waits_for(chamber: Chamber, notice: int) -> None:
    asked = chamber.questions(notice)
    assert [each.name for each in asked if each.kind == "adjudications"] == ["related"]
    assert {each.about for each in asked if each.kind == "ratings"} == {"self_introduction", "career_description"}
    assert len(asked) == 8


def test_one_answer_does_not_count_and_the_other_reviewer_does_not_see_it(
    chamber: Chamber, notice: int, related: Question
) -> None:
    answer(chamber, notice, LEE, value=True, question=related)
    standing = standing_of(chamber, notice, related)
    assert standing.state is State.WAITING
    assert standing.answer is None
    assert standing.seen_by(PARK.id) == ()
    assert standing.seen_by(KIM.id) == ()
    assert [each.answer for each in standing.seen_by(LEE.id)] == [True]
    assert sheet_of(chamber, notice).result.decisions == ()


def test_two_equal_answers_settle_a_question_with_both_names(chamber: Chamber, notice: int, related: Question) -> None:
    answer(chamber, notice, LEE, value=True, question=related)
    answer(chamber, notice, PARK, value=True, question=related)
    assert standing_of(chamber, notice, related).state is State.SETTLED
    decided = sheet_of(chamber, notice).result.decisions
    assert [(each.answer, each.officer) for each in decided] == [(True, "이심사, 박심사")]


def test_nobody_answers_twice(chamber: Chamber, notice: int, related: Question) -> None:
    answer(chamber, notice, LEE, value=True, question=related)
    with refused("answered"):
        answer(chamber, notice, LEE, value=False, question=related)
    with refused("answered"):
        answer(chamber, notice, LEE, value=True, question=related)


def test_a_disagreement_is_settled_by_a_third_person(chamber: Chamber, notice: int, related: Question) -> None:
    answer(chamber, notice, LEE, value=True, question=related)
    answer(chamber, notice, PARK, value=False, question=related)
    standing = standing_of(chamber, notice, related)
    assert standing.state is State.DISAGREED
    assert standing.seen_by(CHOI.id) == ()
    answer(chamber, notice, CHOI, value=False, question=related)
    assert standing_of(chamber, notice, related).answer is False
    with refused("settled"):
        answer(chamber, notice, ADMIN_WHO_JUDGES, value=True, question=related)


ADMIN_WHO_JUDGES = Officer(ADMIN.id, ADMIN.name, frozenset({"reviewer"}))


def test_one_of_the_two_may_accept_the_others_answer_with_a_note(
    chamber: Chamber, notice: int, related: Question
) -> None:
    answer(chamber, notice, LEE, value=True, question=related)
    answer(chamber, notice, PARK, value=False, question=related)
    with refused("reason"):
        chamber.committee.panel.accept(LEE, notice, 1, question=related, note="")
    with refused("accept"):
        chamber.committee.panel.accept(CHOI, notice, 1, question=related, note="모두 옳습니다")
    chamber.committee.panel.accept(LEE, notice, 1, question=related, note="과목 계획서를 다시 보았습니다")
    assert standing_of(chamber, notice, related).answer is False
    with refused("accept"):
        chamber.committee.panel.accept(PARK, notice, 1, question=related, note="나도")


def test_nobody_accepts_where_nobody_disagrees(chamber: Chamber, notice: int, related: Question) -> None:
    answer(chamber, notice, LEE, value=True, question=related)
    with refused("accept"):
        chamber.committee.panel.accept(LEE, notice, 1, question=related, note="왜 아니겠습니까")


def test_a_question_is_asked_anew_and_earlier_answers_stay_without_counting(
    chamber: Chamber, notice: int, related: Question
) -> None:
    answer(chamber, notice, LEE, value=True, question=related)
    with refused("no_question"):
        chamber.committee.panel.ask_anew(KIM, notice, 1, question=related, reason="아직")
    answer(chamber, notice, PARK, value=True, question=related)
    with refused("role"):
        chamber.committee.panel.ask_anew(LEE, notice, 1, question=related, reason="잘못 보았습니다")
    chamber.committee.panel.ask_anew(KIM, notice, 1, question=related, reason="다른 과목으로 잘못 보았습니다")
    standing = standing_of(chamber, notice, related)
    assert (standing.state, standing.round, len(standing.earlier)) == (State.OPEN, 2, 2)
    answer(chamber, notice, LEE, value=False, question=related)
    answer(chamber, notice, PARK, value=False, question=related)
    assert standing_of(chamber, notice, related).answer is False


def test_with_one_pair_of_eyes_one_answer_settles_and_a_second_is_refused(chamber: Chamber) -> None:
    notice = chamber.notice(four_eyes=False)
    chamber.applied(notice, "A-1")
    question = chamber.questions(notice)[0]
    answer(chamber, notice, LEE, value=True, question=question)
    assert standing_of(chamber, notice, question).answer is True
    with refused("settled"):
        answer(chamber, notice, PARK, value=False, question=question)


@pytest.mark.parametrize(
    ("question", "value", "kind"),
    [
        (Question("adjudications", "bank.example/N-1/99", "related"), True, "no_question"),
        (Question("ratings", "self_introduction", "beauty"), "good", "no_question"),
        (Question("ratings", "self_introduction", "vision"), "godlike", "answer"),
        (Question("ratings", "self_introduction", "vision"), True, "answer"),
    ],
)
def test_an_answer_that_the_criteria_do_not_ask_for_is_refused(
    chamber: Chamber, notice: int, question: Question, value: bool | str, kind: str
) -> None:
    with refused(kind):
        answer(chamber, notice, LEE, value=value, question=question)


def test_a_level_is_no_answer_about_an_entry(chamber: Chamber, notice: int, related: Question) -> None:
    with refused("answer"):
        answer(chamber, notice, LEE, value="good", question=related)
    with refused("answer"):
        chamber.committee.panel.answer(LEE, notice, 1, answers=[Answer(related, True, "x" * 1001)])


def test_answers_of_one_form_are_taken_all_or_none(chamber: Chamber, notice: int, related: Question) -> None:
    wrong = Question("ratings", "self_introduction", "beauty")
    with refused("no_question"):
        chamber.committee.panel.answer(LEE, notice, 1, answers=[Answer(related, True), Answer(wrong, "good")])
    assert standing_of(chamber, notice, related).answers == ()
    with refused("no_question"):
        chamber.committee.panel.answer(LEE, notice, 1, answers=[Answer(related, True), Answer(related, False)])
    with refused("answer"):
        chamber.committee.panel.answer(LEE, notice, 1, answers=[])


@pytest.mark.parametrize("person", [KIM, ADMIN])
def test_only_reviewers_answer(chamber: Chamber, notice: int, related: Question, person: Officer) -> None:
    with refused("role"):
        answer(chamber, notice, person, value=True, question=related)
    with refused("role"):
        chamber.committee.panel.queue(person, notice)


def test_the_queue_puts_disputes_first_and_leaves_out_what_is_done(chamber: Chamber, notice: int) -> None:
    chamber.applied(notice, "A-2")
    chamber.answered(notice, LEE, place=2)
    asked = chamber.questions(notice, 2)
    disputed = [Answer(each, False if each.kind == "adjudications" else "poor") for each in asked]
    chamber.committee.panel.answer(PARK, notice, 2, answers=disputed)
    _, waiting = chamber.committee.panel.queue(CHOI, notice)
    assert [(each.applicant.number, each.for_me, each.disagreed) for each in waiting] == [("A-2", 8, 8), ("A-1", 8, 0)]
    _, mine = chamber.committee.panel.queue(LEE, notice)
    assert [(each.applicant.number, each.for_me, each.waiting) for each in mine] == [("A-2", 0, 8), ("A-1", 8, 0)]


def test_the_record_says_who_answered_and_never_what(chamber: Chamber, notice: int, related: Question) -> None:
    answer(chamber, notice, LEE, value=False, question=related)
    event = chamber.committee.notices.events(KIM, notice)[0]
    assert (event.action, event.person_name, event.place, event.detail, event.reason) == (
        "answered",
        "이심사",
        1,
        "",
        "",
    )
