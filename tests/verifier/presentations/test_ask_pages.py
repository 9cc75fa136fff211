"""The pages that ask wallets: what is asked is said before, the code waits, the result is that of whoever asked."""

import re
from collections.abc import Iterator

import pytest

from tests.verifier.committee_pages.hall import Hall
from tests.verifier.people.entrance_world import Browser, words_of
from tests.verifier.presentations.counter import Counter, JsonObject, Wallet
from tests.verifier.world import NOW, Keys, World
from verifier.evidence.reader import EvidenceReader
from verifier.web.ask_words import ask_words

TITLE = ("qualifications", 0, "title")


@pytest.fixture(scope="module")
def hall(keys: Keys, reader: EvidenceReader, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder = tmp_path_factory.mktemp("ask")
    hall = Hall(World(keys, reader, folder), folder / "house")
    yield hall
    hall.house.store.close()


@pytest.fixture(scope="module")
def asking(hall: Hall) -> Counter:
    """The service of the hall, which asks wallets."""
    counter = Counter(hall.world, entrance=hall.house.entrance())
    for browser in (hall.officer, hall.reviewer, hall.second):
        browser.use(counter.app)
    return counter


@pytest.fixture(scope="module")
def notice(hall: Hall, asking: Counter) -> str:
    """The number of an open notice."""
    return hall.notice().rpartition("/")[2]


def created(officer: Browser, notice: str, device: str = "other") -> str:
    """Return the address of a new request."""
    officer.get(f"/requests/new?notice={notice}")
    answer = officer.post("/requests", notice=notice, device=device)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def link_of(asking: Counter, officer: Browser, address: str) -> JsonObject:
    """Return what the code of a page leads to, as our API would say it."""
    desk_id = address.rpartition("/")[2]
    page = officer.get(address).text
    found = re.search(r'href="(openid4vp://[^"]+)"', page)
    uri = found[1].replace("&amp;", "&") if found else ""
    return {"id": desk_id, "qr_text": uri, "request_uri": _request_uri(uri)}


def _request_uri(link: str) -> str:
    from urllib.parse import parse_qs, urlsplit

    return parse_qs(urlsplit(link).query)["request_uri"][0]


def test_postings_are_offered_and_say_what_they_ask(hall: Hall, asking: Counter, notice: str) -> None:
    assert f"/requests/new?notice={notice}" in hall.officer.get("/requests/new").text
    page = words_of(hall.officer.get(f"/requests/new?notice={notice}").text)
    assert "이름과 생년월일은 요청하지 않습니다" in page
    assert "국가기술자격" in page


def test_draft_cannot_be_asked_for(hall: Hall, asking: Counter) -> None:
    draft = hall.draft().rpartition("/")[2]
    assert f"notice={draft}" not in hall.officer.get("/requests/new").text
    assert hall.officer.get(f"/requests/new?notice={draft}").status_code == 409
    assert hall.officer.post("/requests", notice=draft, device="other").status_code == 409
    assert hall.officer.get("/requests/new?notice=x").status_code == 404


def test_code_waits_and_says_until_when(hall: Hall, asking: Counter, notice: str) -> None:
    address = created(hall.officer, notice)
    page = hall.officer.get(address).text
    assert '<svg class="qr"' in page
    assert "openid4vp://" not in page
    assert 'data-state="created"' in page
    assert hall.officer.get(f"{address}/state").json() == {"state": "created", "finished": False}
    assert "지갑을 기다리는 중" in words_of(page)


def test_only_the_session_that_asked_sees_its_request(hall: Hall, asking: Counter, notice: str) -> None:
    address = created(hall.officer, notice)
    assert hall.reviewer.get(address).status_code == 403
    other = hall.house.signed_in("doyun")
    other.use(asking.app)
    assert other.get(address).status_code == 404
    assert other.post(f"{address}/withdraw").status_code == 404
    assert hall.officer.get("/requests/nobody").status_code == 404


def test_result_is_shown_to_whom_the_wallet_led_back(hall: Hall, asking: Counter, notice: str) -> None:
    address = created(hall.officer, notice, "this")
    made = link_of(asking, hall.officer, address)
    wallet = Wallet(asking, show=(("qualifications", 0), ("trainings", 0)))
    request = wallet.fetch(made)
    (text,) = request["transaction_data"]
    from credential_schemas.openid4vp.transaction_data import transaction_data_hash

    wallet.claims = {"transaction_data_hashes": [transaction_data_hash(text)]}
    query = "national_technical_qualification"
    answer = wallet.answer(request, {"vp_token": {query: [wallet.presentation(request)]}})
    back = answer.json()["redirect_uri"]
    assert back.startswith("https://verify.example/requests/return?response_code=")
    hidden = words_of(hall.officer.get(address).text)
    assert ("이 브라우저로 돌아와야" in hidden, "정보처리기사" in hidden) == (True, False)
    assert hall.officer.get("/requests/return?response_code=x").status_code == 404
    led = hall.officer.get(back.removeprefix("https://verify.example"))
    assert (led.status_code, led.headers["location"]) == (303, address)
    shown = words_of(hall.officer.get(address).text)
    assert "정보처리기사" in shown
    assert "동의가 소유자의 키로 서명되었습니다" in shown
    assert hall.officer.get(f"{address}/state").json() == {"state": "verified", "finished": True}


def test_refused_presentation_says_why_and_is_not_counted(hall: Hall, asking: Counter, notice: str) -> None:
    address = created(hall.officer, notice, "this")
    wallet = Wallet(asking, show=(TITLE,))
    request = wallet.fetch(link_of(asking, hall.officer, address))
    members = {"national_technical_qualification": [wallet.presentation(request)], "vocational_training": ["x"]}
    assert wallet.answer(request, {"vp_token": members}).status_code == 400
    assert "지갑이 보낸 것으로는 요청을 채우지 못합니다" in words_of(hall.officer.get(address).text)


def test_withdrawn_and_expired_requests_lead_to_a_new_one(hall: Hall, asking: Counter, notice: str) -> None:
    address = created(hall.officer, notice)
    hall.officer.get(address)
    assert "지웠습니다" in words_of(hall.officer.post(f"{address}/withdraw").text)
    assert hall.officer.get(address).status_code == 404
    late = created(hall.officer, notice)
    from datetime import timedelta

    asking.now = NOW + timedelta(seconds=301)
    page = hall.officer.get(late).text
    asking.now = NOW
    assert ('data-address=""' in page, "새 요청 만들기" in words_of(page)) == (True, True)


def test_english_pages_are_english(hall: Hall, asking: Counter, notice: str) -> None:
    page = hall.officer.get(f"/en/requests/new?notice={notice}").text
    assert "Only what the posting" in words_of(page)
    assert 'lang="en"' in page


def test_service_that_asks_no_wallets_says_so(hall: Hall) -> None:
    silent = hall.house.signed_in("doyun")
    page = silent.get("/requests/new")
    assert (page.status_code, "아직 지갑에 제시를 요청할 수 없습니다" in words_of(page.text)) == (501, True)
    assert silent.get("/requests/anything").status_code == 404


def test_menu_offers_to_ask_only_officers_and_only_where_the_service_asks(hall: Hall, asking: Counter) -> None:
    silent = hall.house.signed_in("doyun")
    offered = [who.get("/account").text.count('href="/requests/new"') for who in (hall.officer, hall.reviewer, silent)]
    assert offered == [1, 0, 0]
    assert 'href="/notices"' in silent.get("/account").text


def test_every_text_is_there_in_both_languages() -> None:
    for name, sentence in ask_words().items():
        assert sentence.ko != sentence.en, name
