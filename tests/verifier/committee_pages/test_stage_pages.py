"""Written test and interview over their pages, as people without scripts do it."""

import re

import pytest

from tests.verifier.committee_pages.hall import Hall

WRITTEN = {"section": "basic_competence", "correct": "41"}
MARKS = {"points:task": "80", "task:task": "presentation", "points:experience": "70.5", "task:experience": "experience"}


@pytest.fixture(scope="module")
def notice(hall: Hall) -> str:
    return hall.notice("A-1", "A-2", four_eyes=True)


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_written_test_is_entered_by_two_who_do_not_see_each_other(hall: Hall, notice: str) -> None:
    address = f"{notice}/stages/1"
    assert hall.officer.post(f"{address}/test", **WRITTEN).status_code == 303
    page = text_of(hall.reviewer.get(address).text)
    assert "60문항 중 41" not in page
    assert "두 사람이 따로 입력합니다." in page
    assert hall.reviewer.post(f"{address}/test", **WRITTEN).status_code == 303
    assert "60문항 중 41" in text_of(hall.second.get(address).text)
    assert hall.second.post(f"{address}/test", **WRITTEN).status_code == 409


def test_a_disagreement_offers_to_accept_the_other_entry(hall: Hall, notice: str) -> None:
    address = f"{notice}/stages/2"
    hall.officer.post(f"{address}/test", **WRITTEN)
    hall.reviewer.post(f"{address}/test", section="basic_competence", correct="14")
    assert f'action="{address}/accept"' in hall.reviewer.get(address).text
    assert f'action="{address}/accept"' not in hall.second.get(address).text
    answer = hall.reviewer.post(f"{address}/accept", section="basic_competence", reason="숫자를 바꿔 적었습니다")
    assert answer.status_code == 303
    assert "60문항 중 41" in text_of(hall.second.get(f"{notice}/applicants/2").text)


def test_an_interview_is_marked_by_members_closed_and_stands_on_sheet_and_list(hall: Hall, notice: str) -> None:
    address = f"{notice}/stages/1"
    assert hall.reviewer.post(f"{address}/interview", **MARKS).status_code == 303
    assert "70.5" not in hall.second.get(address).text
    assert "70.5" not in hall.officer.get(address).text
    assert hall.officer.post(f"{address}/close").status_code == 409
    assert hall.second.post(f"{address}/interview", **{**MARKS, "points:task": "90"}).status_code == 303
    assert 'value="90"' in hall.second.get(address).text  # to be corrected
    assert hall.second.post(f"{address}/interview", **MARKS).status_code == 422  # without a reason
    assert hall.officer.post(f"{address}/close").status_code == 303
    for browser, path in ((hall.officer, f"{notice}/applicants/1"), (hall.reviewer, f"{notice}/stages")):
        assert "100점 중 77.75" in text_of(browser.get(path).text)
    page = text_of(hall.officer.get(f"/en{address}").text)
    assert "77.75" in page
    assert "The interview is closed." in page
    assert hall.reviewer.post(f"{address}/interview", **MARKS, note="늦게").status_code == 409


def test_a_wrong_mark_comes_back_with_what_was_expected(hall: Hall, notice: str) -> None:
    answer = hall.officer.post(f"/en{notice}/stages/1/test", section="major", correct="41")
    assert answer.status_code == 422
    assert "expected correct answers from 0 to 40" in answer.text
    assert hall.officer.post(f"{notice}/stages/1/test", section="<b>", correct="1").status_code == 422


def test_the_page_says_what_the_published_criteria_leave_out(hall: Hall, notice: str) -> None:
    page = text_of(hall.officer.get(f"{notice}/stages").text)
    assert "문항당 배점, 합격 기준 점수, 순위를 정하는 방법, 다른 전형과의 반영 비율" in page
    page = text_of(hall.officer.get(f"/en{notice}/stages").text)
    assert "points per question, pass mark, ranking, weight against other stages" in page
    assert "Stages are not added up, and there is no pass mark." in page


def test_a_note_that_is_markup_is_only_shown(hall: Hall, notice: str) -> None:
    address = f"{notice}/stages/2"
    typed = {"section": "major", "correct": "1", "subject": "administrative/general", "note": "<img src=x onerror=1>"}
    assert hall.officer.post(f"{address}/test", **typed).status_code == 303
    page = hall.officer.get(address).text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
