"""Every address of the committee: as nobody, in every role, with foreign numbers, without the token of the session."""

import re

import pytest

from tests.verifier.committee.chamber import POLICY
from tests.verifier.committee_pages.hall import Hall
from tests.verifier.people.entrance_world import Browser
from verifier.api.committee import STATUS
from verifier.web.static import PAGE_POLICY

ALL = "officer reviewer administrator"
PAGES = {
    "/notices": ALL,
    "/notices/new": "officer",
    "/notices/{n}": ALL,
    "/notices/{d}/edit": "officer",
    "/notices/{n}/record": "officer administrator",
    "/notices/{n}/retention": "administrator",
    "/notices/{n}/applicants": "officer reviewer",
    "/notices/{n}/applicants/1": "officer reviewer",
    "/notices/{n}/queue": "reviewer",
    "/notices/{n}/queue/1": "reviewer",
    "/notices/{n}/review": "officer",
    "/notices/{n}/stages": "officer reviewer",
    "/notices/{n}/stages/1": "officer reviewer",
    "/criteria": ALL,
    "/criteria/new": "officer administrator",
    "/criteria/1": ALL,
    "/criteria/1/trial": ALL,
}
FORMS = {
    "/notices": "officer",
    "/notices/{n}": "officer",
    "/notices/{n}/use": "officer",
    "/notices/{n}/retention": "administrator",
    "/notices/{n}/destroy": "administrator",
    "/notices/{n}/applicants/1/confirm": "officer",
    "/notices/{n}/applicants/1/reopen": "officer",
    "/notices/{n}/applicants/1/set-aside": "officer",
    "/notices/{n}/applicants/1/ask-anew": "officer",
    "/notices/{n}/queue/1": "reviewer",
    "/notices/{n}/queue/1/accept": "reviewer",
    "/notices/{n}/stages/1/test": "officer reviewer",
    "/notices/{n}/stages/1/accept": "officer reviewer",
    "/notices/{n}/stages/1/interview": "reviewer",
    "/notices/{n}/stages/1/close": "officer",
    "/notices/{n}/stages/1/ask-anew": "officer",
    "/notices/{n}/assign": "officer",
    "/notices/{n}/export": "officer",
    "/notices/uploads": "officer",
    "/criteria": "officer administrator",
    "/criteria/check": "officer administrator",
    "/criteria/1/trial": ALL,
}


@pytest.fixture(scope="module")
def notice(hall: Hall) -> str:
    return hall.notice("A-1", "A-2")


@pytest.fixture(scope="module")
def draft(hall: Hall) -> str:
    return hall.draft()


def filled(path: str, notice: str, draft: str = "") -> str:
    return path.replace("/notices/{n}", notice).replace("/notices/{d}", draft)


def people(hall: Hall) -> dict[str, Browser]:
    return {"officer": hall.officer, "reviewer": hall.reviewer, "administrator": hall.administrator}


@pytest.mark.parametrize("path", [*PAGES, "/en/notices", "/en/criteria"])
def test_a_page_opens_for_its_roles_and_for_nobody_else(hall: Hall, notice: str, draft: str, path: str) -> None:
    address = filled(path, notice, draft)
    assert hall.house.browser().get(address).status_code == 303
    for role, browser in people(hall).items():
        answer = browser.get(address)
        assert answer.status_code == (200 if role in PAGES[path.removeprefix("/en")].split() else 403), role
        assert answer.headers["content-security-policy"] == PAGE_POLICY
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r"<script(?! type=\"module\" src=)|<style|style=|\son\w+=|javascript:", answer.text)


@pytest.mark.parametrize("path", FORMS)
def test_a_form_is_taken_from_its_roles_with_the_token_of_the_session_only(hall: Hall, notice: str, path: str) -> None:
    address = filled(path, notice)
    nobody = hall.house.browser()
    assert nobody.post(address).status_code == 401
    for role, browser in people(hall).items():
        if role not in FORMS[path].split():
            assert browser.post(address).status_code == 403, role
            continue
        for wrong in ({"form_token": ""}, {"form_token": hall.second.form_token}):
            assert browser.post(address, **wrong).status_code == 403
        assert browser.post(address, origin="https://evil.example").status_code == 403
        assert browser.post(address, origin=None).status_code == 403
        assert browser.post(address).status_code in (200, 303, 404, 409, 422)  # nothing was filled in


@pytest.mark.parametrize("number", ["999", "0", "x", "1%20OR%201=1", "-1", "99999999999", "１"])
def test_what_does_not_exist_and_what_is_no_number_are_one_answer(hall: Hall, notice: str, number: str) -> None:
    missing = hall.officer.get("/notices/999/applicants")
    assert missing.status_code == 404
    for path in (f"/notices/{number}/applicants", f"{notice}/applicants/{number}", f"/criteria/{number}"):
        answer = hall.officer.get(path)
        assert answer.status_code == 404
        assert "그런 것이 없습니다." in answer.text


def test_a_job_of_another_notice_is_as_unknown_as_none(hall: Hall, notice: str) -> None:
    assert hall.officer.get(f"{notice}/uploads/abc").status_code == 404


@pytest.mark.parametrize("kind", sorted(STATUS))
def test_every_refusal_has_its_own_status(kind: str) -> None:
    assert STATUS[kind] in (403, 404, 409)


def test_a_text_that_is_markup_is_only_shown(hall: Hall) -> None:
    hostile = "<img src=x onerror=alert(1)>\"'{title}"
    address = hall.draft(title=hostile)
    for path in (address, "/notices", f"{address}/edit", f"{address}/record"):
        page = hall.officer.get(path).text
        assert "<img src=x" not in page
        assert "&lt;img src=x onerror=alert(1)&gt;" in page or path.endswith("record")


def test_a_body_that_is_too_large_is_refused(hall: Hall, notice: str) -> None:
    assert hall.officer.post("/criteria/check", yaml="x" * 1_100_000).status_code == 413
    assert hall.officer.post(f"{notice}/export", reason="x" * 300_000).status_code == 413


def test_without_anybody_who_may_sign_in_the_pages_say_how_to_set_up(hall: Hall) -> None:
    hall.house.app.state.entrance, before = None, hall.house.app.state.entrance
    try:
        answer = hall.house.browser().get("/notices")
    finally:
        hall.house.app.state.entrance = before
    assert answer.status_code == 403
    assert "cb-verifier users add" in answer.text


def test_the_live_check_answers_with_file_line_and_rule(hall: Hall) -> None:
    broken = POLICY.decode().replace("kind: amount", "kind: amont", 1)
    token = hall.officer.form_token
    headers = {"Origin": "http://verifier.test", "Accept": "application/json", "X-Form-Token": token}
    answer = hall.officer.ask("POST", "/en/criteria/check", data={"yaml": broken}, headers=headers)
    said = answer.json()
    assert (said["good"], said["said"]) == (False, "It cannot be read.")
    assert said["problems"][0].startswith("criteria.yaml:95: rule TS-D1: ")
