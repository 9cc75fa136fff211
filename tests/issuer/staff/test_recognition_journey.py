"""Course recognition from the application to the entry in an account, and what must not happen on the way."""

import csv
import io
from pathlib import Path

import pytest

from issuer.deliveries.files import ImportOrder, import_delivery
from issuer.recognition.completions import recognised_courses
from tests.issuer.staff.recognition_steps import (
    COURSE,
    OWN,
    PDF,
    QUEUE,
    attach,
    begun,
    decided,
    press,
    screened,
    submitted,
    upload,
    version,
)
from tests.issuer.staff.staff_world import StaffBrowser, StaffWorld


@pytest.fixture(scope="module")
def hanbit(kept_world: StaffWorld) -> StaffBrowser:
    return kept_world.university()


@pytest.fixture(scope="module")
def dubit(kept_world: StaffWorld) -> StaffBrowser:
    return kept_world.university("dubit", name="dubit-staff")


@pytest.fixture(scope="module")
def minji(kept_world: StaffWorld) -> StaffBrowser:
    return kept_world.operator()


@pytest.fixture(scope="module")
def seojun(kept_world: StaffWorld) -> StaffBrowser:
    return kept_world.operator("seojun")


def test_two_reviewers_recognise_a_course_and_its_completions_reach_an_account(
    kept_world: StaffWorld, hanbit: StaffBrowser, minji: StaffBrowser, seojun: StaffBrowser, tmp_path: Path
) -> None:
    case = submitted(hanbit)
    assert f'href="{QUEUE}/{case}"' in minji.get(QUEUE).text
    screened(minji, case)
    assert decided(minji, case, words="실습실을 갖출 것").status == 303
    hidden = seojun.get(f"/en{QUEUE}/{case}").plain
    assert "Another reviewer has decided" in hidden
    assert "실습실을 갖출 것" not in hidden
    assert "Round 1" not in hidden
    assert "실습실을 갖출 것" in minji.get(f"{QUEUE}/{case}").plain
    assert decided(seojun, case).status == 303
    own = hanbit.get(f"/en{OWN}/{case}").plain
    assert "Recognised for 3 years" in own
    assert "실습실을 갖출 것" in own
    (listed,) = recognised_courses(kept_world.bank, "hanbit")
    assert (listed.course.valid_from, listed.course.valid_until) == ("2026-11-22", "2029-11-21")
    assert str(listed.course.recognition_id) in hanbit.get(OWN).plain

    row = {
        "person_ref": "SYN-P-001",
        "recognition_id": str(listed.course.recognition_id),
        "valid_from": "2026-11-22",
        "valid_until": "2029-11-21",
        "institution_name": "hanbit university",
        "department": "산업경영과",
        "course_code": "IM305",
        "course_name": "회계원리",
        "credits": "3",
        "term": "2026-2",
        "passed": "Y",
        "ncs_units": "0203020101_20v4",
    }
    wrong = [
        {"recognition_id": "NCSC-2026-999999-01"},
        {"course_code": "IM306", "term": "2027-1"},
        {"valid_until": "2031-11-21", "term": "2027-2"},
        {"ncs_units": "0203020102_20v4", "term": "2028-1"},
        {"term": "2029-2"},
        {"institution_name": "dubit university", "term": "2028-2"},
    ]
    file = tmp_path / "university_courses.csv"
    text = io.StringIO()
    lines = csv.DictWriter(text, list(row))
    lines.writeheader()
    lines.writerows([row, *(row | each for each in wrong)])
    file.write_text(text.getvalue(), "utf-8")
    report = import_delivery(kept_world.bank, "university_courses", file, order=ImportOrder(), now=kept_world.pages.now)
    assert (report.counts.new, report.counts.rejected) == (1, 6)
    assert [each.field for each in report.rejected] == [
        "recognition_id",
        "course_code",
        "valid_from",
        "ncs_units",
        "term",
        "course_code",
    ]
    holder = kept_world.pages.holder()
    assert "회계원리" in holder.get("/account").plain


def test_disagreement_goes_back_to_the_same_two(
    kept_world: StaffWorld, hanbit: StaffBrowser, minji: StaffBrowser, seojun: StaffBrowser
) -> None:
    case = submitted(hanbit, "경영학과")
    screened(minji, case)
    assert decided(minji, case, words="첫 결정").status == 303
    again = decided(minji, case)
    assert (again.status, "이미 결정하셨습니다" in again.plain) == (409, True)
    assert decided(seojun, case, "refused", words="근거 부족").status == 303
    for browser in (minji, seojun):
        page = browser.get(f"{QUEUE}/{case}").plain
        assert "첫 결정" in page
        assert "근거 부족" in page
        assert "같은 두 사람이 다시 결정" in page
    third = kept_world.operator("haram")
    other = decided(third, case)
    assert (other.status, "두 심사자만" in other.plain) == (409, True)
    assert decided(seojun, case, years="2").status == 303
    assert decided(minji, case, years="2").status == 303
    assert "인정, 2년" in hanbit.get(f"{OWN}/{case}").plain


def test_a_refusal_is_said_with_its_grounds_and_recognises_nothing(
    kept_world: StaffWorld, dubit: StaffBrowser, minji: StaffBrowser, seojun: StaffBrowser
) -> None:
    case = submitted(dubit)
    screened(minji, case, "unmet")
    unmet = decided(minji, case)
    assert (unmet.status, "충족하지 못한" in unmet.plain) == (409, True)
    assert decided(minji, case, "refused").status == 422
    assert decided(minji, case, "refused", words="능력단위와 맞지 않음").status == 303
    assert "능력단위와 맞지 않음" not in dubit.get(f"{OWN}/{case}").plain
    assert decided(seojun, case, "refused", words="같은 의견").status == 303
    page = dubit.get(f"{OWN}/{case}").plain
    assert "불인정" in page
    assert "능력단위와 맞지 않음" in page
    assert "같은 의견" in page
    assert recognised_courses(kept_world.bank, "dubit") == []


def test_questions_and_notes_go_back_and_forth_and_internal_notes_stay_inside(
    hanbit: StaffBrowser, minji: StaffBrowser, seojun: StaffBrowser
) -> None:
    case = submitted(hanbit, "회계학과")
    page, own = f"{QUEUE}/{case}", f"{OWN}/{case}"
    screened(minji, case)
    assert decided(minji, case).status == 303
    assert press(minji, page, "/notes", {"note": "내부 이야기", "internal": "yes"}).status == 303
    assert press(minji, page, "/notes", {"note": "함께 보는 조언"}).status == 303
    assert press(seojun, page, "/ask", {"question": "평가표를 더해 주십시오"}).status == 303
    assert "다른 심사자가 결정을" not in seojun.get(page).plain  # the decision lapsed with the question
    seen = hanbit.get(own).plain
    assert "평가표를 더해 주십시오" in seen
    assert "함께 보는 조언" in seen
    assert "내부 이야기" not in seen
    assert "minji" not in seen
    assert "보완 요청에 답할 신청 1건" in hanbit.get("/operator").plain
    assert press(minji, page, "/take").status == 409
    assert attach(hanbit, case, file=PDF + b"second").status == 303
    assert press(hanbit, own, "/answer", {"answer": "더했습니다"}).status == 303
    assert "더했습니다" in minji.get(page).plain
    assert minji.get(f"{page}/courses/1/syllabus").content == PDF + b"second"


def test_a_second_press_or_a_stale_tab_changes_nothing_and_loses_nothing(
    kept_world: StaffWorld, hanbit: StaffBrowser
) -> None:
    case = begun(hanbit, "무역학과")
    assert begun(hanbit, "무역학과") == case
    page = f"{OWN}/{case}"
    form = {"version": version(hanbit, page), **COURSE}
    assert hanbit.send(f"{page}/courses", form).status == 303
    second = hanbit.send(f"{page}/courses", form | {"code": "IM999", "outcome": "아직 적는 중"})
    assert second.status == 409
    assert "아무것도 바뀌지 않았습니다" in second.plain
    assert "아직 적는 중" in second.text
    assert "IM999" in second.text
    assert hanbit.get(page).text.count('class="card" id="course-') == 1
    before = len(kept_world.acts("recognition_changed"))
    for stale in ("", "0", "-1", "999999999999", "x"):
        assert hanbit.send(f"{page}/submit", {"version": stale}).status == 409
    assert len(kept_world.acts("recognition_changed")) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", ""),
        ("title", "가" * 201),
        ("hours", "0"),
        ("hours", "1.5"),
        ("level", "9"),
        ("targets", ""),
        ("targets", "9999999999_99v9"),
        ("targets", "0203020101_20v4\n0203020101_20v4"),
        ("outcome", "\u202e거꾸로"),
        ("evaluation", "900101-1234567"),
    ],
)
def test_a_field_that_cannot_be_taken_is_named_and_everything_typed_stays(
    hanbit: StaffBrowser, field: str, value: str
) -> None:
    case = begun(hanbit, "물류학과")
    answer = press(hanbit, f"{OWN}/{case}", "/courses", COURSE | {"title": "적던 교과"} | {field: value})
    assert answer.status == 422
    assert f'href="#f-{field}"' in answer.text
    assert "적던 교과" in answer.text or field == "title"
    assert 'id="course-1"' not in hanbit.get(f"{OWN}/{case}").text


@pytest.mark.sqlite
def test_only_a_pdf_of_five_mebibytes_is_attached_and_it_comes_back_as_a_file(
    kept_world: StaffWorld, hanbit: StaffBrowser, dubit: StaffBrowser, minji: StaffBrowser
) -> None:
    case = begun(hanbit, "통계학과")
    page = f"{OWN}/{case}"
    assert press(hanbit, page, "/submit").status == 409
    assert press(hanbit, page, "/courses", COURSE).status == 303
    assert press(hanbit, page, "/submit").status == 409
    for file in (b"", b"<html>", b" %PDF-1.7", b"%PDF-" + b"x" * (5 * 1024 * 1024)):
        answer = attach(hanbit, case, file=file)
        assert (answer.status, "5 MiB까지의 PDF" in answer.plain) == (409, True)
    assert attach(hanbit, case, file=b"%PDF-" + b"x" * (6 * 1024 * 1024)).status == 413
    assert attach(hanbit, case, position="2").status == 404
    assert attach(hanbit, case, position="x").status == 404
    assert attach(hanbit, case, version="77").status == 409
    assert attach(hanbit, case, form_token="0" * 64).status == 403
    largest = b"%PDF-" + b"\r\n--x" * 200_000
    assert attach(hanbit, case, file=largest).status == 303
    given = hanbit.get(f"{page}/courses/1/syllabus")
    assert given.content == largest
    assert given.headers["content-disposition"].startswith("attachment")
    assert (given.headers["x-content-type-options"], given.headers["content-type"]) == ("nosniff", "application/pdf")
    assert b"--x" * 3 not in kept_world.bank.folder.database.read_bytes()
    for other in (dubit, minji):
        assert other.get(f"{page}/courses/1/syllabus").status == 404
    assert minji.get(f"{QUEUE}/{case}/courses/1/syllabus").status == 404  # a draft is not the bank's to see
    assert minji.get(f"{QUEUE}/{case}").status == 404
    assert press(hanbit, page, "/submit").status == 303
    assert minji.get(f"{QUEUE}/{case}/courses/1/syllabus").content == largest
    assert kept_world.acts("recognition_read")[-1][2:] == (f"recognition:{case}", "course 1")


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"x", "multipart/form-data", 422),
        (b"x", "multipart/form-data; boundary=b", 422),
        (b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx', "multipart/form-data; boundary=b", 422),
        (b"--b\r\n\r\n\xff\r\n--b--\r\n", "multipart/form-data; boundary=b", 422),
        (b"--b\r\nX: y\r\n\r\n1\r\n" * 21 + b"--b--\r\n", "multipart/form-data; boundary=b", 422),
        (b"x", "text/plain", 415),
        (b"case=1&position=1", "application/x-www-form-urlencoded", 403),
    ],
)
def test_an_upload_that_no_browser_of_ours_sends_is_refused(
    hanbit: StaffBrowser, body: bytes, media_type: str, status: int
) -> None:
    assert upload(hanbit, body, media_type).status == status


def test_another_university_gets_the_answer_of_a_missing_case(
    hanbit: StaffBrowser, dubit: StaffBrowser, minji: StaffBrowser
) -> None:
    case = submitted(hanbit, "법학과")
    missing = dubit.get(f"{OWN}/99999")
    assert missing.status == 404
    for path in ("", "/courses/1/syllabus"):
        assert dubit.get(f"{OWN}/{case}{path}").plain == missing.plain
    for path in ("/courses", "/courses/1/remove", "/submit", "/answer", "/withdraw"):
        answer = dubit.send(f"{OWN}/{case}{path}", {"version": "4", **COURSE, "answer": "남의 것"})
        assert (answer.status, answer.plain) == (404, missing.plain), path
    assert f"{OWN}/{case}" not in dubit.get(OWN).text
    assert press(hanbit, f"{OWN}/{case}", "/withdraw").status == 303
    late = minji.send(f"{QUEUE}/{case}/notes", {"version": "5", "note": "늦은 기록"})
    assert (late.status, "지금 단계에서는" in late.plain) == (409, True)


def test_each_role_and_nobody_at_every_address(
    kept_world: StaffWorld, hanbit: StaffBrowser, minji: StaffBrowser
) -> None:
    auditor, nobody = kept_world.auditor(), kept_world.nobody()
    case = submitted(hanbit, "사회학과")
    for path in (QUEUE, f"{QUEUE}/{case}", f"{QUEUE}/{case}/courses/1/syllabus"):
        assert [each.get(path).status for each in (minji, auditor, hanbit, nobody)] == [200, 200, 404, 303], path
    for path in (OWN, f"{OWN}/{case}", f"{OWN}/{case}/courses/1/syllabus"):
        assert [each.get(path).status for each in (hanbit, minji, auditor, nobody)] == [200, 404, 404, 303], path
    for step in ("take", "ask", "notes", "decide", "courses/1/screen", "courses/1/end"):
        sent = [each.send(f"{QUEUE}/{case}/{step}", {"version": "1"}).status for each in (auditor, hanbit, nobody)]
        assert sent == [404, 404, 401], step
    for step in ("", f"/{case}/courses", f"/{case}/submit", f"/{case}/answer", f"/{case}/withdraw", "/syllabus"):
        sent = [each.send(f"{OWN}{step}", {"version": "1"}).status for each in (auditor, minji, nobody)]
        assert sent == [404, 404, 401], step
    assert "<form" not in auditor.get(f"{QUEUE}/{case}").text.partition("<main")[2].partition("</main>")[0]


def test_a_form_whose_session_ended_is_kept(hanbit: StaffBrowser, kept_world: StaffWorld) -> None:
    case = begun(hanbit, "행정학과")
    answer = kept_world.nobody().post(f"{OWN}/{case}/courses", {"version": "1", **COURSE})
    assert answer.status == 401
    assert "IM305" in answer.text
