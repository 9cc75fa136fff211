"""The operators' page for notices: who may, what is recorded, and that nothing typed is lost."""

import re

import pytest

from tests.issuer.staff.staff_world import StaffBrowser, StaffWorld

PATH = "/operator/notices"
TYPED = {
    "title_ko": "점검합니다",
    "title_en": "Maintenance",
    "text_ko": "새벽에 멈춥니다.",
    "text_en": "Closed at night.",
    "first_day": "",
    "last_day": "",
}


@pytest.fixture
def operator(staff_world: StaffWorld) -> StaffBrowser:
    return staff_world.operator()


def test_a_notice_is_published_shown_and_withdrawn_and_the_trail_has_who_and_why(
    staff_world: StaffWorld, operator: StaffBrowser
) -> None:
    answer = operator.send_with_reason(PATH, TYPED, reason="planned work")
    assert answer.location == f"{PATH}?said=published"
    assert "공지를 냈습니다." in operator.get(answer.location).plain
    assert "점검합니다" in staff_world.pages.browser().get("/").plain
    one = operator.get(f"{PATH}/1")
    assert one.plain.count("게시 중") == 1
    assert "Closed at night." in one.plain
    assert "새벽에 멈춥니다." in one.plain
    answer = operator.send_with_reason(f"{PATH}/1/withdraw", reason="put off")
    assert answer.location == f"{PATH}?said=withdrawn"
    assert "점검합니다" not in staff_world.pages.browser().get("/").plain
    assert "/withdraw" not in operator.get(f"{PATH}/1").text
    actor = "staff:minji@127.0.0.1"
    assert staff_world.acts("notice_published") == [(actor, None, "1", "planned work")]
    operator.send_with_reason(f"{PATH}/1/withdraw", reason="again")
    assert staff_world.acts("notice_withdrawn") == [(actor, None, "1", "put off")]
    log = staff_world.auditor().get("/en/operator/accesses?action=notice_published").plain
    assert "notice published" in log
    assert "planned work" in log


def test_what_is_wrong_is_said_at_its_field_and_everything_typed_stays(
    staff_world: StaffWorld, operator: StaffBrowser
) -> None:
    for wrong, control, sentence in (
        ({"title_en": ""}, "f-title_en", "국문과 영문을 모두 적으십시오."),
        ({"text_ko": "900101-1234567"}, "f-text_ko", "주민등록번호처럼"),
        ({"last_day": "2020-01-01"}, "f-last_day", "마지막 날이"),
        ({"reason": ""}, "f-reason", "사유를 2~300자로"),
    ):
        answer = operator.send(PATH, {"reason": "a test", **TYPED, **wrong})
        assert answer.status == 422
        assert f'href="#{control}">' in answer.text
        assert sentence in answer.plain
        assert re.search(rf'<(?:input|textarea) id="{control}"[^>]*aria-invalid="true"', answer.text)
        assert ('value="점검합니다"' in answer.text, "Closed at night.</textarea>" in answer.text) == (True, True)
    assert staff_world.acts("notice_published") == []
    operator.send_with_reason(PATH, TYPED)
    answer = operator.send(f"{PATH}/1/withdraw")
    assert (answer.status, "사유를 2~300자로" in answer.plain) == (422, True)
    assert staff_world.acts("notice_withdrawn") == []


def test_a_notice_that_is_not_there_is_not_found(operator: StaffBrowser) -> None:
    for number in ("1", "0", "x", "9" * 30):
        assert operator.get(f"{PATH}/{number}").status == 404
        assert operator.send_with_reason(f"{PATH}/{number}/withdraw").status == 404


def test_auditors_look_and_others_find_nothing(staff_world: StaffWorld, operator: StaffBrowser) -> None:
    operator.send_with_reason(PATH, TYPED)
    auditor, university = staff_world.auditor(), staff_world.university()
    holder = StaffBrowser(staff_world.pages, dict(staff_world.pages.holder(agrees=False).jar))
    assert "공지 쓰기" not in auditor.get(PATH).plain
    assert auditor.get(f"{PATH}/1").status == 200
    for path in (PATH, f"{PATH}/1/withdraw"):
        assert auditor.send_with_reason(path, TYPED).status == 404
        assert university.send_with_reason(path, TYPED).status == 404
        for nobody in (holder, staff_world.nobody()):
            assert nobody.post(path, {**TYPED, "reason": "a test", "form_token": "0" * 64}).status == 401
        assert operator.post(path, {**TYPED, "reason": "a test", "form_token": "0" * 64}).status == 403
    assert university.get(PATH).status == 404
    assert len(staff_world.acts("notice_published")) == 1
    assert staff_world.acts("notice_withdrawn") == []
    for path in (PATH, f"{PATH}/1", f"/en{PATH}"):
        assert "/operator/sign-in?next=" in staff_world.nobody().get(path).location
