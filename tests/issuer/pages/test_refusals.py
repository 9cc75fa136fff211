"""What is refused before or while a page is asked for: a page for a browser, a problem document for a program."""

import pytest
from starlette.routing import Route

from issuer.api.callers import ISSUES
from issuer.api.pages.refusals import RefusalPages
from issuer.web.shell import Site
from keys.gate.answers import busy, too_many
from keys.limits import MAX_BODY_BYTES
from tests.issuer.pages.certificate_forms import agree, go_on
from tests.issuer.pages.page_world import PageWorld

SITE = Site("/bank", "/bank/static/x", specimen=True, verifier="")


def said(path: str, wait_s: int) -> str:
    body, headers = RefusalPages(SITE)[path](too_many(wait_s), "0123")
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert "form-action 'self'" in headers["content-security-policy"]
    return body.decode()


@pytest.mark.parametrize(
    ("path", "wait_s", "sentence"),
    [
        ("/bank/account", 1, "1초 뒤에 다시 하실 수 있습니다."),
        ("/bank/en/account", 1, "You can try again in 1 second."),
        ("/bank/en", 119, "You can try again in 119 seconds."),
        ("/bank/entry", 121, "3분 뒤에 다시 하실 수 있습니다."),
        ("/somewhere", 3600, "60분 뒤에 다시 하실 수 있습니다."),
    ],
)
def test_a_page_says_how_long_to_wait_in_its_language(path: str, wait_s: int, sentence: str) -> None:
    page = said(path, wait_s)
    assert f"<p>{sentence}</p>" in page
    assert "0123" in page
    assert ('<html lang="en">' in page) == sentence.startswith("You")


def test_an_address_of_the_api_has_no_page_and_the_front_pages_are_listed() -> None:
    pages = RefusalPages(SITE)
    assert pages.get("/bank/api/v1/account") is None
    assert [*pages] == ["/bank/", "/bank/en/"]
    assert len(pages) == 2


def test_a_form_that_is_too_large_is_a_page_for_a_browser_and_a_problem_for_a_program(pages: PageWorld) -> None:
    fields = {"name": "x" * MAX_BODY_BYTES}
    shown = pages.browser().post("/sign-in", fields)
    assert shown.status == 413
    assert "보내신 내용이 너무 커서 받지 않았습니다. 아무것도 바뀌지 않았습니다." in shown.plain
    told = pages.browser().post("/sign-in", fields, accept="application/json")
    assert (told.status, told.headers["content-type"]) == (413, "application/problem+json")


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({"content-type": "text/plain"}, 415, "This did not come from a form of this bank"),
        ({}, 422, "The form could not be read and was not taken."),
    ],
)
def test_a_form_that_is_none_is_refused_with_a_page(
    pages: PageWorld, body: dict[str, str], status: int, sentence: str
) -> None:
    shown = pages.browser().post("/en/sign-in", {"name": ["x"] * 5001}, **body)
    assert (shown.status, sentence in shown.plain) == (status, True)


def test_a_crowd_and_a_fault_are_pages_with_a_number_to_name(pages: PageWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def crowded(_: object) -> None:
        raise busy()

    def broken(_: object) -> None:
        raise ZeroDivisionError

    pages.app.router.routes += [Route("/en/crowded", crowded), Route("/en/broken", broken)]
    shown = pages.browser().get("/en/crowded")
    assert (shown.status, shown.headers["retry-after"]) == (503, "2")
    assert "Many people are using the bank at this moment." in shown.plain
    shown = pages.browser().get("/en/broken")
    assert shown.status == 500
    assert "Something failed at the bank" in shown.plain
    assert shown.headers["x-request-id"] in shown.plain
    assert "ZeroDivision" not in shown.text


def test_one_certificate_too_many_says_when_the_next_may_be_issued(pages: PageWorld) -> None:
    holder = pages.holder()
    while pages.limits.count(ISSUES, f"account:{holder.account}") is None:
        pass
    refused = agree(holder, go_on(holder, [holder.values("/certificates/new", "entry")[0]]))
    assert refused.status == 429
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert "60분 뒤에 다시 하실 수 있습니다." in refused.plain
    assert "아무것도 발급되지 않았습니다." in refused.plain
    with pages.bank.store.read() as transaction:
        assert transaction.certificates.lines(holder.account) == []
