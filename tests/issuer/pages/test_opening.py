"""How the pages are opened: sign-in names by command, providers and test persons from files, and unknown addresses."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from issuer.app import Desk, ServiceWork, create_app
from issuer.cli.context import CommandContext
from issuer.cli.page_parts import open_pages
from issuer.errors import FileUnreadable, InvalidOption
from issuer.settings import IssuerSettings
from keys.gate.gate import Visitors
from keys.sign_in.errors import OidcError
from tests.issuer.conftest import DELIVERIES, URL, World
from tests.issuer.pages.page_world import PASSWORD, PageWorld


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    file = tmp_path / "password.txt"
    file.write_text(f"{PASSWORD}\r\nand a second line\n", "utf-8")
    return file


def test_an_operator_makes_a_sign_in_name_for_an_account(world: World, account: str, password_file: Path) -> None:
    made = world.json("accounts", "sign-in", account, "--name", "haneul", "--password-file", password_file)
    assert made == {"account": account, "name": "haneul"}
    pages = PageWorld(world.path)
    browser = pages.browser()
    assert browser.sign_in().status == 303
    assert browser.account == account
    pages.bank.close()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("haneul", None, "cannot be read"),
        ("haneul", b"\xff\xfe\xff", "cannot be read: expected UTF-8"),
        ("haneul", b"short", "is not taken (short)"),
        ("h", PASSWORD.encode(), "3 to 64 letters and digits"),
    ],
)
def test_a_sign_in_name_that_cannot_be_made_is_explained(
    world: World, account: str, tmp_path: Path, name: str, content: bytes | None, sentence: str
) -> None:
    file = tmp_path / "file.txt"
    if content is not None:
        file.write_bytes(content)
    ran = world.run("accounts", "sign-in", account, "--name", name, "--password-file", file)
    assert ran.code in (2, 4)
    assert sentence in ran.err


def test_a_sign_in_name_is_made_once(world: World, account: str, password_file: Path) -> None:
    order = ("accounts", "sign-in", account, "--name", "haneul", "--password-file", password_file)
    world.json(*order)
    ran = world.run(*order, "--lang", "ko")
    assert ran.code == 2
    assert "이미 쓰이는 아이디입니다" in ran.err


def test_nobody_is_asked_for_a_password_where_nobody_can_type(
    world: World, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    ran = world.run("accounts", "sign-in", account, "--name", "haneul", "--lang", "ko")
    assert ran.code == 2
    assert "입력할 사람이 없으므로 파일이 필요합니다" in ran.err


@pytest.mark.parametrize(("again", "code"), [(PASSWORD, 0), ("another sentence of words", 2)])
def test_a_password_is_typed_twice(
    world: World, account: str, monkeypatch: pytest.MonkeyPatch, again: str, code: int
) -> None:
    typed = iter([PASSWORD, again])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda *_: next(typed))
    assert world.run("accounts", "sign-in", account, "--name", "haneul").code == code


def context(pages: PageWorld, *, oidc: Path | None = None, identity_stub: Path | None = None) -> CommandContext:
    """A command that runs with these settings."""
    made = IssuerSettings(oidc=oidc, identity_stub=identity_stub)
    return CommandContext(settings=made, clock=lambda: pages.now, language="en", json=False, data=pages.path)


def providers_file(folder: Path) -> Path:
    provider = {
        "id": "gov",
        "name": {"ko": "정부", "en": "Government"},
        "issuer": "https://login.example",
        "client_id": "bank",
        "client_secret_file": "gov.secret",
    }
    (folder / "gov.secret").write_text("s3cret\n")
    (folder / "gov.secret").chmod(0o600)
    file = folder / "providers.json"
    file.write_text(json.dumps({"providers": [provider]}), "utf-8")
    return file


def test_providers_and_test_persons_are_read_from_files(pages: PageWorld, tmp_path: Path) -> None:
    files = context(pages, oidc=providers_file(tmp_path), identity_stub=DELIVERIES / "persons.json")
    desk = open_pages(pages.bank, files, Visitors())
    assert desk.providers["gov"].provider.client_secret == "s3cret"
    assert set(desk.agencies) == {"test"}
    assert desk.own_origins == {URL}


def test_without_settings_only_names_and_operators_are_left(pages: PageWorld) -> None:
    desk = open_pages(pages.bank, context(pages), Visitors())
    assert not desk.providers
    assert not desk.agencies


def test_a_bank_that_is_not_for_development_takes_no_test_persons(pages: PageWorld) -> None:
    pages.bank.profile = replace(pages.bank.profile, development=False)
    with pytest.raises(InvalidOption, match="never takes test persons"):
        open_pages(pages.bank, context(pages, identity_stub=DELIVERIES / "persons.json"), Visitors())


def test_files_that_are_not_in_order_stop_the_service(pages: PageWorld, tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="cannot be read"):
        open_pages(pages.bank, context(pages, oidc=tmp_path / "nothing.json"), Visitors())
    file = providers_file(tmp_path)
    (tmp_path / "gov.secret").chmod(0o644)
    with pytest.raises(FileUnreadable, match="only its owner may read"):
        open_pages(pages.bank, context(pages, oidc=file), Visitors())
    (tmp_path / "gov.secret").unlink()
    with pytest.raises(FileUnreadable, match="cannot be read"):
        open_pages(pages.bank, context(pages, oidc=file), Visitors())
    file.write_text("{}")
    with pytest.raises(OidcError, match="a list of providers"):
        open_pages(pages.bank, context(pages, oidc=file), Visitors())


@pytest.fixture
def service(pages: PageWorld) -> FastAPI:
    """The whole service, which has an answer for every address."""
    nothing = ServiceWork(refresh=lambda: None, problems=list)
    return create_app(pages.bank.folder, pages.bank.profile, nothing, desk=Desk(pages=pages.desk))


def ask(service: FastAPI, path: str, accept: str, method: str = "GET", **headers: str) -> httpx.Response:
    async def asking() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url=URL) as client:
            return await client.request(method, path, headers={"accept": accept, **headers})

    return asyncio.run(asking())


def test_an_unknown_address_is_a_page_for_people_and_a_problem_for_programs(service: FastAPI) -> None:
    korean, english = ask(service, "/acount", "text/html,*/*"), ask(service, "/en/acount", "text/html")
    assert (korean.status_code, english.status_code) == (404, 404)
    assert "찾는 것이 없습니다" in korean.text
    assert "There is nothing here" in english.text
    for path, accept in (("/acount", "*/*"), ("/api/v1/nothing", "text/html")):
        assert ask(service, path, accept).headers["content-type"] == "application/problem+json"
    assert ask(service, "/", "text/html").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/sign-out", "POST"),
        ("GET", "/sign-in/settings/password", "POST"),
        ("GET", "/certificates/CB-2026-00000001/revoke/now", ""),
        ("POST", "/account", "GET, HEAD"),
        ("DELETE", "/help", "GET, HEAD"),
        ("PUT", "/sign-up", "GET, HEAD, POST"),
    ],
)
def test_an_address_that_is_not_asked_like_this_says_so_to_people_and_programs(
    service: FastAPI, method: str, path: str, allowed: str
) -> None:
    for language, word in (("", "이 주소는 이렇게 열 수 없습니다."), ("/en", "This address is not opened like this.")):
        page = ask(service, f"{language}{path}", "text/html", method, cookie="__Host-session=nobodys")
        assert (page.status_code, word in page.text) == ((405, True) if allowed else (404, False))
        assert page.headers.get("allow", "") == allowed
        assert page.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in page.headers["content-security-policy"]
    problem = ask(service, path, "application/json", method)
    assert (problem.status_code, problem.json()["code"]) == (
        (405, "method_not_allowed") if allowed else (404, "not_found")
    )


def test_the_page_for_such_an_address_is_in_the_frame_of_whoever_is_signed_in(
    service: FastAPI, pages: PageWorld
) -> None:
    browser = pages.holder()
    cookie = "; ".join(f"{name}={value}" for name, value in browser.jar.items())
    page = ask(service, "/en/sign-out", "text/html", cookie=cookie)
    assert page.status_code == 405
    assert "KIM Pyobon" in page.text


@pytest.mark.parametrize("path", ["/operator/keys/check", "/operator/sources/persons/run", "/operator/nothing/at/all"])
def test_nobody_learns_from_the_method_which_addresses_staff_have(service: FastAPI, path: str) -> None:
    answers = [ask(service, path, accept, method) for accept in ("text/html", "*/*") for method in ("GET", "PUT")]
    assert {(answer.status_code, answer.headers.get("allow")) for answer in answers} == {(404, None)}
    assert all("찾는 것이 없습니다" in answer.text for answer in answers)
