"""Sheets: open with a range, confirmed and locked, reopened on record, ranked only when none is open."""

import json
from dataclasses import replace

import pytest

from tests.verifier.committee.chamber import ADMIN, KIM, LEE, STRANGER, Chamber
from tests.verifier.scoring.office import course
from tests.verifier.world import entry
from verifier.committee import sheets
from verifier.committee.errors import CommitteeRefused
from verifier.committee.limits import KEPT_RESULTS, MAX_APPLICANTS
from verifier.committee.panel import Answer
from verifier.committee.sheets import SheetState


def refused(kind: str) -> "pytest.RaisesExc[CommitteeRefused]":
    return pytest.RaisesExc(CommitteeRefused, check=lambda error: error.kind == kind)


def test_a_missing_answer_leaves_a_range_and_never_a_zero(chamber: Chamber) -> None:
    notice = chamber.notice()
    chamber.applied(notice, "A-1")
    _, sheet = chamber.committee.sheets.sheet(KIM, notice, 1)
    assert sheet.result.score.status == "incomplete"
    assert sheet.result.score.total is None
    assert sheet.result.score.range is not None
    least, most = sheet.result.score.range
    assert least < most
    assert sheet.result.to_json()["human_review_required"] is True


def test_an_incomplete_sheet_is_not_confirmed(chamber: Chamber) -> None:
    notice = chamber.notice()
    chamber.applied(notice, "A-1")
    with refused("incomplete"):
        chamber.committee.sheets.confirm(KIM, notice, 1, reason="")


def test_a_confirmed_sheet_takes_neither_evidence_nor_answers(chamber: Chamber) -> None:
    notice = chamber.notice()
    chamber.applied(notice, "A-1")
    asked = chamber.questions(notice)
    chamber.confirmed(notice)
    with refused("confirmed"):
        chamber.committee.panel.answer(LEE, notice, 1, answers=[Answer(asked[0], True)])
    with refused("confirmed"):
        chamber.committee.sheets.confirm(KIM, notice, 1, reason="")
    other = chamber.checked(course(idx=40), applicant="A-1", number="N-9")
    taken = chamber.committee.intake.take(KIM, notice, files=[("r.jsonl", chamber.lines(other))])
    assert (taken.kept, taken.locked) == (0, 1)


def test_a_confirmed_sheet_is_reopened_with_a_reason_on_record(chamber: Chamber) -> None:
    notice = chamber.notice()
    chamber.applied(notice, "A-1")
    chamber.confirmed(notice)
    with refused("reason"):
        chamber.committee.sheets.reopen(KIM, notice, 1, reason="  ")
    chamber.committee.sheets.reopen(KIM, notice, 1, reason="과목을 다시 봅니다")
    _, sheet = chamber.committee.sheets.sheet(KIM, notice, 1)
    assert sheet.state is SheetState.OPEN
    event = chamber.committee.notices.events(KIM, notice)[0]
    assert (event.action, event.person_name, event.place) == ("reopened", "김담당", 1)
    assert event.reason == "과목을 다시 봅니다"
    with refused("not_confirmed"):
        chamber.committee.sheets.reopen(KIM, notice, 1, reason="또")


def test_a_confirmed_sheet_whose_basis_changed_is_outdated_and_counts_as_open(chamber: Chamber) -> None:
    notice = chamber.notice()
    chamber.applied(notice, "A-1")
    chamber.confirmed(notice)
    before = chamber.committee.sheets.book(KIM, notice)
    assert before.sheets[0].state is SheetState.CONFIRMED
    chamber.world.issuer["types"] = [{"vct": "https://bank.example/vct/competency-certificate/1", "entry_types": []}]
    chamber.trust = chamber.world.rules().trust
    book = chamber.committee.sheets.book(KIM, notice)
    assert book.sheets[0].state is SheetState.OUTDATED
    assert book.ranking is None
    with refused("confirmed"):
        chamber.committee.sheets.confirm(KIM, notice, 1, reason="")


def test_there_is_no_ranking_while_a_sheet_is_open(chamber: Chamber) -> None:
    notice = chamber.notice()
    chamber.applied(notice, "A-1", "A-2")
    chamber.confirmed(notice)
    assert chamber.committee.sheets.book(KIM, notice).ranking is None
    chamber.confirmed(notice, 2)
    ranking = chamber.committee.sheets.book(KIM, notice).ranking
    assert ranking is not None
    assert [(each.rank, each.tied, each.result.applicant) for each in ranking.placed] == [
        (1, True, "A-1"),
        (1, True, "A-2"),
    ]


def test_who_was_set_aside_is_not_ranked_and_does_not_keep_the_others_open(chamber: Chamber) -> None:
    notice = chamber.notice()
    chamber.applied(notice, "A-1", "A-2")
    chamber.confirmed(notice)
    chamber.committee.sheets.set_aside(KIM, notice, 2, reason="지원을 취소했습니다")
    book = chamber.committee.sheets.book(KIM, notice)
    assert book.ranking is not None
    assert [each.result.applicant for each in book.ranking.placed] == ["A-1"]
    with refused("confirmed"):
        chamber.committee.sheets.set_aside(KIM, notice, 1, reason="잘못")
    chamber.committee.sheets.set_aside(KIM, notice, 2, reason="다시 지원합니다")
    assert chamber.committee.sheets.book(KIM, notice).open_sheets == 1


def test_evidence_that_does_not_count_needs_a_reason_to_confirm(chamber: Chamber) -> None:
    notice = chamber.notice()
    revoked = chamber.checked(entry(), applicant="A-1")
    chamber.take(notice, revoked)
    chamber.take(
        notice,
        {"error": {"code": "unreadable", "kind": "empty", "name": "a.pdf"}, "batch": {"n": 0, "applicant_no": "A-1"}},
    )
    chamber.answered(notice, LEE)
    _, sheet = chamber.committee.sheets.sheet(KIM, notice, 1)
    assert sheet.without_verdict == 1
    with refused("reason"):
        chamber.committee.sheets.confirm(KIM, notice, 1, reason="")
    chamber.committee.sheets.confirm(KIM, notice, 1, reason="읽을 수 없는 파일은 지원자가 철회했습니다")


def test_the_confirmed_document_is_the_result_that_the_writers_write(chamber: Chamber) -> None:
    notice = chamber.notice()
    chamber.applied(notice, "A-1")
    chamber.confirmed(notice)
    chamber.later(days=1)
    _, sheet = chamber.committee.sheets.sheet(KIM, notice, 1)
    assert sheet.confirmed is not None
    assert json.loads(sheet.confirmed.document) == sheet.result.to_json()
    exported = chamber.committee.export(KIM, notice, ending=".json", language="ko", reason="위원회 보고")
    (written,) = json.loads(exported)
    assert written.pop("later_stages")["written_test"]["correct"] is None
    assert written == sheet.result.to_json()


def test_an_export_without_a_reason_or_by_a_reviewer_is_refused(chamber: Chamber) -> None:
    notice = chamber.notice()
    chamber.applied(notice, "A-1")
    with refused("reason"):
        chamber.committee.export(KIM, notice, ending=".csv", language="ko", reason="")
    with refused("role"):
        chamber.committee.export(LEE, notice, ending=".csv", language="ko", reason="보기")
    with refused("unknown"):
        chamber.committee.export(KIM, notice, ending=".exe", language="ko", reason="보기")


def test_an_export_has_no_order_while_a_sheet_is_open(chamber: Chamber) -> None:
    notice = chamber.notice()
    chamber.applied(notice, "A-1", "A-2")
    page = chamber.committee.export(KIM, notice, ending=".html", language="en", reason="to look at").decode()
    assert "Order by total" not in page
    chamber.confirmed(notice)
    chamber.confirmed(notice, 2)
    page = chamber.committee.export(KIM, notice, ending=".html", language="en", reason="to sign").decode()
    assert "Order by total" in page


@pytest.mark.parametrize("person", [ADMIN, STRANGER])
def test_who_neither_scores_nor_judges_sees_no_sheet(chamber: Chamber, person: object) -> None:
    notice = chamber.notice()
    chamber.applied(notice, "A-1")
    with refused("role"):
        chamber.committee.sheets.book(person, notice)  # type: ignore[arg-type] # an officer by parametrisation
    with refused("role"):
        chamber.committee.sheets.confirm(replace(KIM, roles=frozenset({"reviewer"})), notice, 1, reason="")


def test_nobody_is_scored_anew_for_a_page_while_nothing_has_changed(
    chamber: Chamber, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = chamber.notice()
    chamber.applied(notice, "A-1", "A-2", "A-3")
    monkeypatch.setattr(sheets, "KEPT_RESULTS", 3)  # as many as there are applicants, at most
    first = chamber.committee.sheets.book(KIM, notice)
    monkeypatch.setattr(sheets, "score_one", None)
    assert chamber.committee.sheets.book(KIM, notice) == first
    assert KEPT_RESULTS == MAX_APPLICANTS


@pytest.mark.parametrize(("notice_id", "place"), [(99, 1), (1, 99)])
def test_foreign_and_missing_sheets_are_one_answer(chamber: Chamber, notice_id: int, place: int) -> None:
    notice = chamber.notice()
    chamber.applied(notice, "A-1")
    with refused("unknown"):
        chamber.committee.sheets.sheet(KIM, notice_id, place)
