"""The committee's work over its pages, as a person without scripts does it."""

import csv
import io
import json
import re

import pytest

from tests.verifier.committee.chamber import FORM, POLICY
from tests.verifier.committee_pages.hall import NAME, Hall
from verifier.committee.errors import CommitteeRefused
from verifier.web.committee_words import committee_words


def test_a_mistake_in_criteria_is_shown_with_its_line_and_the_text_stays(hall: Hall) -> None:
    broken = POLICY.decode().replace("kind: amount", "kind: amont", 1)
    page = hall.officer.post("/criteria/check", yaml=broken).text
    assert "criteria.yaml:95: rule TS-D1" in page
    assert 'data-line="95"' in page
    assert "kind: amont" in page
    answer = hall.officer.post("/criteria", yaml=broken, reason="저장")
    assert answer.status_code == 422
    assert "criteria.yaml:95" in answer.text


def test_nothing_is_said_of_criteria_that_nobody_has_begun(hall: Hall) -> None:
    begun_nowhere = hall.officer.get("/en/criteria/new").text
    assert "note bad" not in begun_nowhere
    assert 'data-line=""' in begun_nowhere
    assert "c-edit" not in begun_nowhere
    begun = hall.officer.get("/en/criteria/new?from=ts-hiring-criteria-1.0.0").text
    assert "note ok" in begun
    assert "TS-D1" in begun


def test_what_blind_hiring_hides_is_refused_on_the_page(hall: Hall) -> None:
    hidden = POLICY.decode().replace("{claim: passed, among: [true]", "{claim: provider, among: [x]", 1)
    page = hall.officer.post("/criteria/check", yaml=hidden).text
    assert "블라인드 채용에서 묻지 못하는 것을 씁니다." in page
    assert "school_course/provider" in page


def test_criteria_are_kept_byte_for_byte_through_the_form(hall: Hall) -> None:
    page = hall.officer.get(f"/criteria/{hall.criteria}").text
    assert "학교교육 | 관련 전공과목 이수학점 당 2점" in page
    crlf = POLICY.decode().replace("\n", "\r\n")
    again = hall.officer.post("/criteria", yaml=crlf, reason="같은 글")
    assert again.headers["location"] == f"/criteria/{hall.criteria}"


def test_a_rule_is_a_card_with_source_points_claims_and_the_chosen_reading(hall: Hall) -> None:
    page = hall.officer.get(f"/en/criteria/{hall.criteria}").text
    card = re.search(r'<article class="card rule-card">.*?TS-D1<.*?</article>', page, re.DOTALL)
    assert card
    for part in ("최대 35점(경력직은 30점)", "entry-level 35, experienced 30", "Credits", "0.5 credits are 1 point."):
        assert part.lower() in card[0].lower()


def test_the_trial_says_what_came_out(hall: Hall) -> None:
    page = hall.officer.get(f"/en/criteria/{hall.criteria}/trial").text
    assert "All 8 examples come out as expected." in page
    answer = hall.officer.post(f"/en/criteria/{hall.criteria}/trial", examples="[]")
    assert answer.status_code == 422
    assert "The examples cannot be read." in answer.text


def test_a_notice_form_comes_back_with_every_mistake_beside_its_field(hall: Hall) -> None:
    wrong = {**FORM, "name": "SYN-WRONG", "p-career_bonus_bands": "soon = 3", "p-contest_bonus": "대상 = many"}
    answer = hall.officer.post(
        "/notices", criteria=hall.criteria, decision_on="2026-12-01", retention_days="30", **wrong
    )
    assert answer.status_code == 422
    assert 'href="#p-career_bonus_bands"' in answer.text
    assert 'id="p-contest_bonus-problem"' in answer.text
    assert "soon = 3" in answer.text
    days = {**FORM, "name": "SYN-DAYS", "decision_on": "2026-12-01", "retention_days": "7"}
    answer = hall.officer.post("/notices", criteria=hall.criteria, **days)
    assert "14~180일" in answer.text


def test_a_draft_is_edited_used_and_then_fixed(hall: Hall) -> None:
    address = hall.draft()
    assert 'value="신규직 행정"' in hall.officer.get(f"{address}/edit").text
    form = {**FORM, "name": "SYN-EDITED", "title": "고친 제목", "decision_on": "2026-12-02", "retention_days": "40"}
    assert hall.officer.post(address, **form).status_code == 303
    assert "고친 제목" in hall.officer.get(address).text
    assert hall.officer.post(f"{address}/use").status_code == 303
    assert hall.officer.post(address, **form).status_code == 409
    assert hall.officer.get(f"{address}/edit").status_code == 409


def test_the_day_of_destruction_stands_on_every_page_of_a_notice(hall: Hall) -> None:
    address = hall.notice("A-1")
    for path in ("", "/applicants", "/applicants/1", "/review", "/record"):
        assert "2026-12-31까지 보관하고 다음 날 파기" in hall.officer.get(address + path).text, path
    for path in ("/queue", "/queue/1"):
        assert "2026-12-31까지 보관하고" in hall.reviewer.get(address + path).text
    assert "2026-12-31까지 보관하고" in hall.administrator.get(f"{address}/retention").text


def test_a_sheet_is_decided_confirmed_ranked_exported_and_reopened(hall: Hall) -> None:
    address = hall.notice("A-1", "A-2")
    page = hall.officer.get(f"{address}/applicants/1").text
    assert "입력 필요" in page
    assert re.search(r"\d+~\d+점", page)
    assert "채점표 확정</button>" not in page
    for place in (1, 2):
        assert hall.answer(address, place).status_code == 303
        assert hall.officer.post(f"{address}/applicants/{place}/confirm").status_code == 303
    page = hall.officer.get(f"{address}/applicants").text
    assert page.count("공동 1") == 2
    assert "합격선은 긋지 않습니다" in page
    sheet = hall.officer.get(f"{address}/applicants/1").text
    for part in ("교통정책론", "TS-D1", "관련 전공과목 이수학점 당 2점", "minji", "사람이 점수와 근거를 다시 봐야"):
        assert part in sheet
    answer = hall.officer.post(f"{address}/export", format=".csv", reason="위원회 보고")
    assert answer.headers["content-disposition"].endswith('.csv"')
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(each["applicant"], each["status"], each["human_review_required"]) for each in rows] == [
        ("A-1", "scored", "True"),
        ("A-2", "scored", "True"),
    ]
    for ending in (".json", ".xlsx", ".html"):
        assert hall.officer.post(f"{address}/export", format=ending, reason="보고").status_code == 200
    assert hall.officer.post(f"{address}/export", format=".csv", reason="").status_code == 422
    assert hall.officer.post(f"{address}/applicants/1/reopen", reason="다시 봅니다").status_code == 303
    record = hall.officer.get(f"{address}/record").text
    for part in ("채점표를 다시 엶", "다시 봅니다", "내보냄 (.csv)", "위원회 보고"):
        assert part in record


def test_a_name_is_seen_only_on_a_confirmed_sheet_and_that_is_recorded(hall: Hall) -> None:
    address = hall.notice("A-1")
    for path in ("/applicants/1", "/applicants"):
        assert NAME not in hall.officer.get(address + path).text
    assert NAME not in hall.reviewer.get(f"{address}/queue/1").text
    hall.answer(address)
    hall.officer.post(f"{address}/applicants/1/confirm")
    assert NAME in hall.officer.get(f"{address}/applicants/1").text
    assert "확정한 채점표에서 성명을 봄" in hall.officer.get(f"{address}/record").text
    exported = hall.officer.post(f"{address}/export", format=".json", reason="보고")
    assert NAME not in json.dumps(exported.json(), ensure_ascii=False)


def test_the_second_reviewer_sees_the_first_answer_only_after_her_own(hall: Hall) -> None:
    address = hall.notice("A-1", four_eyes=True)
    hall.answer(address, level="excellent")
    before = hall.second.get(f"{address}/queue/1").text
    assert "minji" not in before
    assert "본인이 적은 뒤에 보입니다" in hall.second.get(f"{address}/applicants/1").text
    hall.answer(address, browser=hall.second, level="poor")
    after = hall.second.get(f"{address}/queue/1").text
    assert "minji" in after
    assert "판단이 다름" in after
    question = re.search(r'name="question" value="([^"]+)"', after)
    assert question
    accepted = hall.second.post(f"{address}/queue/1/accept", question=question[1], reason="다시 읽었습니다")
    assert accepted.status_code == 303
    twice = hall.second.post(f"{address}/queue/1", **{f"a:{question[1]}": "good"})
    assert twice.status_code == 409


def test_an_answer_without_a_choice_or_to_no_question_is_refused(hall: Hall) -> None:
    address = hall.notice("A-1")
    assert hall.reviewer.post(f"{address}/queue/1").status_code == 422
    assert hall.reviewer.post(f"{address}/queue/1", **{"a:nothing": "yes"}).status_code == 422
    assert hall.reviewer.post(f"{address}/queue/1", **{"a:adjudications|x|related": "maybe"}).status_code == 422


def test_an_upload_that_cannot_be_used_says_why(hall: Hall) -> None:
    address = hall.notice()
    answer = hall.send(address, results=("r.jsonl", b'{"report": 1}'))
    assert answer.status_code == 422
    assert "올린 파일을 쓸 수 없습니다." in answer.text
    assert "r.jsonl:1" in answer.text
    assert hall.send(address).status_code == 422
    assert hall.send("/notices/999", results=("r.jsonl", b"{}")).status_code == 422


def test_who_was_set_aside_is_said_so_and_comes_back(hall: Hall) -> None:
    address = hall.notice("A-1")
    assert hall.officer.post(f"{address}/applicants/1/set-aside", reason="지원 취소").status_code == 303
    assert "순위에서 제외되었습니다" in hall.officer.get(f"{address}/applicants/1").text
    assert hall.reviewer.get(f"{address}/queue/1").status_code == 409
    assert hall.officer.post(f"{address}/applicants/1/set-aside", reason="다시 지원").status_code == 303


def test_a_question_is_asked_anew_over_the_page(hall: Hall) -> None:
    address = hall.notice("A-1")
    hall.answer(address)
    page = hall.officer.get(f"{address}/applicants/1").text
    question = re.search(r'<option value="(ratings[^"]+)"', page)
    assert question
    answer = hall.officer.post(f"{address}/applicants/1/ask-anew", question=question[1], reason="다른 글을 읽었습니다")
    assert answer.status_code == 303
    assert "지난 판단:" in hall.officer.get(f"{address}/applicants/1").text


def test_retention_is_moved_and_everything_destroyed_over_the_page(hall: Hall) -> None:
    address = hall.notice("A-1")
    moved = {"decision_on": "2026-12-10", "retention_days": "60", "reason": "발표가 늦어집니다"}
    assert hall.administrator.post(f"{address}/retention", **moved).status_code == 303
    page = hall.administrator.get(f"{address}/retention").text
    name = re.search(r"공고 번호 (SYN-\d+)", page)
    assert name
    assert hall.administrator.post(f"{address}/destroy", typed="SYN", reason="끝").status_code == 422
    assert hall.administrator.post(f"{address}/destroy", typed=name[1], reason="채용 취소").status_code == 303
    page = hall.officer.get(address).text
    for part in ("파기 확인", "지원자 1명", "데이터베이스 파일을 다시 써서"):
        assert part in page
    assert hall.officer.get(f"{address}/applicants").status_code == 409
    assert "지원자 1명" in page


def test_every_word_stands_in_both_languages() -> None:
    for name, both in committee_words().items():
        assert both.ko, name
        assert both.en, name
        assert not re.search("[가-힣]", both.en), name
        assert set(re.findall(r"\{(\w+)\}", both.ko)) == set(re.findall(r"\{(\w+)\}", both.en)), name


@pytest.mark.parametrize("kind", re.findall(r"`([a-z_]+)`", CommitteeRefused.__doc__ or ""))
def test_every_kind_of_refusal_has_a_sentence(kind: str) -> None:
    if kind not in ("kind", "detail"):
        assert f"refused_{kind}" in committee_words()
