"""The desk without scripts: its page, its forms, and answers that only show what they show."""

import asyncio
import re
from typing import Any

import httpx
import pytest

from keys.confirmation_code import generate_code
from keys.errors import FetchError
from keys.gate.rate_limits import RateLimits
from tests.verifier.world import World, claims, entry
from verifier.api.desk import MAX_FORM_BYTES
from verifier.app import Offers, create_app
from verifier.confirmations import Ask
from verifier.web.drop_page import Desk, desk_page
from verifier.web.static import PAGE_POLICY
from verifier.web.words import page_words

CODE = generate_code(lambda size: bytes(range(size)))
CROSS_SITE = re.compile(r"""(?:src|href|action)=["'](?:https?:)?//""")


class Visitor:
    """A browser without scripts, in memory."""

    def __init__(self, world: World, *, ask: Ask | None = None, kept_days: int = 0) -> None:
        app = create_app(world.rules(), now=lambda: world.now, ask=ask, offers=Offers(kept_days=kept_days))
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return asyncio.run(self._ask("GET", path, headers=headers))

    def post(self, path: str = "/check", *, accept: str = "text/html", **form: Any) -> httpx.Response:  # noqa: ANN401 - passed on to httpx
        files = {name: value if isinstance(value, tuple) else (None, value) for name, value in form.items()}
        return asyncio.run(self._ask("POST", path, files=files, headers={"Accept": accept}))

    def post_as(self, content_type: str) -> httpx.Response:
        """Send a form with a text that only looks harmless: in UTF-7 it is one half of a character."""
        body = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n+2AA-\r\n--b--\r\n'
        return asyncio.run(self._ask("POST", "/check", content=body, headers={"Content-Type": content_type}))

    async def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - passed on to httpx
        async with httpx.AsyncClient(transport=self._transport, base_url="http://verifier.test") as client:
            return await client.request(method, path, **request)


@pytest.fixture
def visitor(world: World) -> Visitor:
    return Visitor(world)


@pytest.mark.parametrize(
    ("path", "language"), [("/", "ko"), ("/en/", "en"), ("/en", "en"), ("/batch", "ko"), ("/en/batch", "en")]
)
def test_the_page_stands_in_both_languages_under_a_strict_policy(visitor: Visitor, path: str, language: str) -> None:
    answer = visitor.get(path)
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["content-security-policy"] == PAGE_POLICY
    assert "set-cookie" not in answer.headers
    assert not CROSS_SITE.search(answer.text)
    assert not re.search(r"<script(?! type=\"module\" src=)|<style|style=|\son\w+=|javascript:", answer.text)


def test_every_file_that_the_page_names_is_there(visitor: Visitor) -> None:
    page = visitor.get("/").text
    for address in re.findall(r'(?:src|href)="(/[^"]+\.(?:css|js))"', page):
        answer = visitor.get(address)
        assert answer.status_code == 200
        assert visitor.get(address, **{"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert set(visitor.get("/web/words-en.json").json()) == set(page_words())


def test_a_good_file_gives_a_page_with_the_verdict_in_words(visitor: Visitor, world: World) -> None:
    answer = visitor.post(file=("a.txt", world.token()))
    assert answer.headers["content-security-policy"] == PAGE_POLICY
    assert answer.headers["cache-control"] == "no-store"
    for words in ("유효한 인정서입니다.", "홍길동", "신분증과 대조하십시오", "정보처리기사", "공개되지 않은 항목"):
        assert words in answer.text
    assert "자동으로 불합격" not in answer.text


@pytest.mark.parametrize(
    "charset", ["undefined", "punycode", "utf-7", "utf-16", "utf-8; charset=utf-7", "utf-7; charset=utf-8", "utf-8x"]
)
def test_a_form_in_another_character_set_is_refused_before_it_is_read(visitor: Visitor, charset: str) -> None:
    answer = visitor.post_as(f"multipart/form-data; boundary=b; charset={charset}")
    assert answer.status_code == 415
    assert "확인하지 못했습니다" in answer.text


@pytest.mark.parametrize("charset", ["UTF-8", '"utf-8"', "utf8", "utf-8; x=y"])
def test_a_form_that_says_that_it_is_in_utf_8_is_read(visitor: Visitor, charset: str) -> None:
    assert visitor.post_as(f"multipart/form-data; boundary=b; charset={charset}").status_code == 200


def test_the_english_form_answers_in_english(visitor: Visitor, world: World) -> None:
    answer = visitor.post("/en/check", file=("a.txt", world.token()))
    assert "This certificate is valid." in answer.text
    assert "Engineer Information Processing" in answer.text


def test_a_changed_page_shows_what_was_printed_beside_what_was_signed(visitor: Visitor, world: World) -> None:
    original = claims()
    forged = claims(entry("정보처리기술사"), *original.entries[1:])
    answer = visitor.post(file=("b.pdf", world.sealed(world.token(original), forged)))
    assert "유효하지 않습니다." in answer.text
    assert "<del>정보처리기술사</del>" in answer.text
    assert "1번 항목 · 명칭" in answer.text
    assert "이 결과만으로 자동으로 불합격 처리하지 마십시오." in answer.text
    assert "만 참고하십시오" in answer.text


def test_a_blind_copy_says_that_the_name_is_withheld(visitor: Visitor, world: World) -> None:
    answer = visitor.post(file=("c.txt", world.token(claims(edition="blind"))))
    assert "성명을 가린 인정서입니다" in answer.text
    assert "홍길동" not in answer.text


def test_nothing_of_a_certificate_with_a_wrong_signature_is_shown(visitor: Visitor, world: World) -> None:
    token = world.token(signer=world.keys.stranger)
    answer = visitor.post(file=("d.txt", token))
    assert "홍길동" not in answer.text
    assert "정보처리기사" not in answer.text


def test_what_is_no_certificate_gets_no_verdict_and_never_the_word_forged(visitor: Visitor) -> None:
    answer = visitor.post(file=("letter.txt", b"hello"))
    assert "인정서를 찾지 못했습니다." in answer.text
    assert not re.search("위조|forge", answer.text)
    assert "이 결과만으로 자동으로 불합격 처리하지 마십시오." in answer.text


HOSTILE = [
    "<img src=x onerror=alert(1)>.pdf",
    '"><script>alert(1)</script>',
    "\u202egpj.exe",
    "a\u0000b\u001b[31m",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_name_is_only_shown(visitor: Visitor, world: World, name: str) -> None:
    for content in (world.token().encode(), b"hello"):
        text = visitor.post(file=(name, content)).text
        assert "<img src=x" not in text
        assert "<script>" not in text
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u0000\u001b]", text)


def test_a_hostile_entry_is_only_shown(visitor: Visitor, world: World) -> None:
    token = world.token(claims(entry('<img src="file:///etc/passwd"/>')))
    text = visitor.post(file=("e.txt", token)).text
    assert "&lt;img src=&quot;file:///etc/passwd&quot;/&gt;" in text
    assert "<img" not in text


def test_pasted_text_is_checked(visitor: Visitor, world: World) -> None:
    from credential_schemas.qr.payload import encode_qr_payload

    assert "유효한 인정서입니다." in visitor.post(text=world.token()).text
    assert "유효한 인정서입니다." in visitor.post(text=f" {encode_qr_payload(world.token())}\n").text


def test_an_empty_form_says_what_to_give(visitor: Visitor) -> None:
    answer = visitor.post(text="  ")
    assert answer.status_code == 422
    assert "파일, 글, 확인번호 가운데 하나를 주십시오." in answer.text


def test_the_script_gets_the_line_that_a_job_would_give(visitor: Visitor, world: World) -> None:
    report = visitor.post(accept="application/json", file=("a.txt", world.token())).json()
    assert (report["verdict"], report["evidence"]["name"]) == ("valid", "a.txt")
    error = visitor.post(accept="application/json", file=("b.txt", b"hello")).json()["error"]
    assert (error["kind"], error["name"]) == ("not_a_certificate", "b.txt")
    refused = visitor.post(accept="application/json", text=" ")
    assert (refused.status_code, refused.json()["code"]) == (422, "nothing_given")


def test_a_typed_number_is_asked_of_the_issuer(world: World) -> None:
    world.issuer["confirmation_url"] = "https://bank.example/api/v1/confirmations"
    visitor = Visitor(world, ask=lambda _issuer, _number: world.token().encode())
    assert "유효한 인정서입니다." in visitor.post(code=CODE).text
    assert "확인번호에 잘못 적은 글자가 있습니다." in visitor.post(code=CODE[1:] + CODE[0]).text


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, "발급기관에 이 번호의 인정서가 없습니다."), (429, "짧은 시간에 너무 많이"), (None, "물어보지 못했습니다.")],
)
def test_a_number_that_leads_nowhere_says_so_without_a_verdict(world: World, status: int | None, words: str) -> None:
    def ask(_issuer: object, _number: str) -> bytes:
        raise FetchError("no", kind="status", status=status)

    world.issuer["confirmation_url"] = "https://bank.example/api/v1/confirmations"
    answer = Visitor(world, ask=ask).post(code=CODE)
    assert words in answer.text
    assert "확인번호를 확인하지 못했습니다." in answer.text


def test_where_no_issuer_answers_numbers_the_form_says_so(visitor: Visitor) -> None:
    answer = visitor.post(code=CODE)
    assert "물어" in answer.text


def test_with_several_issuers_the_page_offers_the_choice() -> None:
    issuers = (("https://a.example", {"ko": "가은행", "en": "A"}), ("https://b.example", {"ko": "<나>"}))
    page = desk_page(Desk(issuers), language="en").decode()
    assert '<option value="https://a.example">A</option>' in page
    assert "&lt;나&gt;" in page


def test_a_retention_policy_stands_on_the_page(world: World) -> None:
    assert "30일 동안" in Visitor(world, kept_days=30).get("/").text
    assert "지웁니다. 결과는 이 화면에만" in Visitor(world).get("/").text


@pytest.mark.parametrize("name", sorted(page_words()))
def test_every_word_is_there_in_both_languages(name: str) -> None:
    word = page_words()[name]
    assert word.ko
    assert word.en
    assert not re.search("[가-힣]", word.en)
    assert not re.search("[<>]", word.ko + word.en)
    assert set(re.findall(r"{(\w+)}", word.ko)) == set(re.findall(r"{(\w+)}", word.en))


@pytest.mark.parametrize(
    ("path", "says"), [("/check", "지금은 요청이 많아"), ("/en/check", "Too many requests just now")]
)
def test_whoever_asks_too_often_without_scripts_gets_a_page_that_says_so(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, path: str, says: str
) -> None:
    monkeypatch.setattr(RateLimits, "count", lambda *_: 7)
    answer = visitor.post(path, text="hello")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == PAGE_POLICY
    assert says in answer.text
    assert visitor.post(path, accept="application/json", text="hello").json()["code"] == "too_many_requests"


def test_form_that_is_too_large_is_answered_with_a_page(visitor: Visitor) -> None:
    answer = visitor.post(file=("a.pdf", bytes(MAX_FORM_BYTES)))
    assert answer.status_code == 413
    assert "파일이 너무 큽니다." in answer.text


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/requests/new", "아직 지갑에 제시를 요청할 수 없습니다"),
        ("/en/requests/new", "cannot ask wallets to present yet"),
    ],
)
def test_page_for_asking_wallets_says_that_it_cannot_yet_and_nothing_leads_to_it(
    visitor: Visitor, path: str, says: str
) -> None:
    answer = visitor.get(path)
    assert (answer.status_code, answer.headers["content-security-policy"]) == (501, PAGE_POLICY)
    assert says in answer.text
    assert "/requests" not in visitor.get("/").text + visitor.get("/en/").text + visitor.get("/v").text
