"""The settings page: whom the verifier believes, changed with fingerprint and reason, and written down for ever."""

import json
import re
import sqlite3

import pytest
from fastapi import FastAPI

from credential_schemas.entry_types import entry_types
from credential_schemas.report.messages import Language
from keys.errors import FetchError
from keys.gate.callers import KnownToken
from keys.sign_in.sessions import SignedIn
from tests.verifier.bundles import BundleDesk
from tests.verifier.people.entrance_world import NOW, Browser, House, words_of
from tests.verifier.world import ISSUER
from verifier.api.settings_pages import SettingsDesk, settings_router
from verifier.api.signed_in import open_entrance
from verifier.app import RULES
from verifier.policies.profile import DEFAULT_PROFILE
from verifier.store.changes import Change
from verifier.trust_files import offered_list_or_bundle
from verifier.web.people_words import people_words
from verifier.web.settings_facts import ServiceFacts, facts_html
from verifier.web.staff import Staff

URL = f"{ISSUER}/trust-bundle.jwt"
REASON = "협약을 맺었음"
Answers = dict[str, bytes]


@pytest.fixture
def bundles(house: House) -> BundleDesk:
    house.now = int(house.world.now.timestamp())
    return BundleDesk(house.world)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Let the network answer these addresses and none else."""
    known: Answers = {}

    def get(_: object, url: str, **__: object) -> bytes:
        if url not in known:
            raise FetchError("expected an answer, found none", kind="connect")
        return known[url]

    monkeypatch.setattr("keys.fetch.Fetcher.get", get)
    return known


@pytest.fixture
def administrator(house: House, bundles: BundleDesk) -> Browser:
    assert bundles.at == house.now
    house.trust_file.write_text('{"trust":1,"version":1,"issuers":[]}')
    return house.signed_in("haneul")


def offered_fingerprint(house: House, bundles: BundleDesk, answers: Answers) -> str:
    answers[URL] = bundles.token().encode()
    return offered_list_or_bundle(answers[URL], now=house.now).fingerprint


def add(administrator: Browser, print_: str, *, url: str = URL, reason: str = REASON) -> str:
    answer = administrator.post("/en/settings/trust/add", url=url, fingerprint=print_, reason=reason)
    assert answer.status_code in (200, 422)
    return words_of(answer.text)


def changes(house: House) -> list[Change]:
    with house.store.read() as transaction:
        return [change for _, change in transaction.changes.newest(100) if change.action.startswith("trust")]


def trusted(house: House) -> list[str]:
    return [issuer["id"] for issuer in json.loads(house.trust_file.read_text())["issuers"]]


def test_an_issuer_is_added_by_address_with_its_fingerprint(
    house: House, bundles: BundleDesk, answers: Answers, administrator: Browser
) -> None:
    print_ = offered_fingerprint(house, bundles, answers)
    looked = administrator.post("/en/settings/trust/look", url=f" {URL} ", reason=REASON)
    assert ISSUER in looked.text
    assert print_ not in looked.text
    assert REASON in looked.text
    assert trusted(house) == []
    spaced = ":".join(print_[start : start + 2] for start in range(0, len(print_), 2)).upper()
    said = add(administrator, f" {spaced} ")
    assert "Added to the trust list." in said
    assert trusted(house) == [ISSUER]
    [change] = changes(house)
    assert (change.person_name, change.action, change.subject, change.reason) == ("haneul", "trust_add", ISSUER, REASON)
    assert change.detail == {"url": URL, "fingerprint": print_}
    assert len(house.rules) == 1


def test_the_page_shows_scope_versions_freshness_history_and_who(
    house: House, bundles: BundleDesk, answers: Answers, administrator: Browser
) -> None:
    add(administrator, offered_fingerprint(house, bundles, answers))
    said = words_of(administrator.get("/en/settings").text)
    for part in (
        ISSUER,
        "all kinds of entries",
        "Version of its list 4",
        URL,
        "fresh",
        "List in use: version 2",
        "issuer added",
        "haneul",
        REASON,
        "not at all",
        "Key of receipts none",
    ):
        assert part in said, part


@pytest.mark.parametrize("wrong", ["", "0" * 64, "not hex at all"])
def test_another_fingerprint_adds_nothing_and_is_not_written_down(
    house: House, bundles: BundleDesk, answers: Answers, administrator: Browser, wrong: str
) -> None:
    offered_fingerprint(house, bundles, answers)
    said = add(administrator, wrong)
    assert "fingerprint" in said
    assert (trusted(house), changes(house), house.rules) == ([], [], [])


def test_what_was_typed_is_still_there_after_a_refusal(answers: Answers, administrator: Browser) -> None:
    answer = administrator.post("/en/settings/trust/look", url='https://x.example/"><b>', reason='a "reason"')
    assert answer.status_code == 422
    assert 'value="https://x.example/&quot;&gt;&lt;b&gt;"' in answer.text
    assert 'value="a &quot;reason&quot;"' in answer.text
    assert answers == {}


def test_what_was_exchanged_between_looking_and_adding_is_noticed(
    house: House, bundles: BundleDesk, answers: Answers, administrator: Browser
) -> None:
    print_ = offered_fingerprint(house, bundles, answers)
    administrator.post("/en/settings/trust/look", url=URL, reason=REASON)
    other = BundleDesk(house.world)
    answers[URL] = other.token().encode()
    add(administrator, print_)
    assert trusted(house) == []


@pytest.mark.parametrize("reason", ["", "  ", "x", " x ", "x" * 501])
def test_no_change_without_a_reason(
    house: House, bundles: BundleDesk, answers: Answers, administrator: Browser, reason: str
) -> None:
    said = add(administrator, offered_fingerprint(house, bundles, answers), reason=reason)
    assert "Give a reason of 2 to 500 characters" in said
    for path in ("remove", "refresh"):
        answer = administrator.post(f"/en/settings/trust/{path}", issuer=ISSUER, reason=reason)
        assert answer.status_code == 422
    assert (trusted(house), changes(house)) == ([], [])


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://bank.example/trust.json",
        "https://127.0.0.1/trust.json",
        "https://localhost/trust.json",
        "file:///etc/passwd",
        "https://user:secret@bank.example/",
        "https://bank.example/ trust",
        "javascript:alert(1)",
        "https://nowhere.example/trust.json",
    ],
)
def test_an_address_that_may_not_or_cannot_be_asked_is_refused(
    house: House, answers: Answers, administrator: Browser, url: str
) -> None:
    answer = administrator.post("/en/settings/trust/look", url=url, reason=REASON)
    assert answer.status_code == 422
    assert answers == {}
    assert trusted(house) == []


@pytest.mark.parametrize("content", [b"", b"{}", b"<html>", b'{"trust":1,"version":1,"issuers":[7]}'])
def test_what_is_no_list_is_refused(answers: Answers, administrator: Browser, content: bytes) -> None:
    answers["https://bank.example/trust.json"] = content
    answer = administrator.post("/settings/trust/look", url="https://bank.example/trust.json", reason=REASON)
    assert answer.status_code == 422


def test_a_test_issuer_is_refused_outside_development(
    house: House, bundles: BundleDesk, answers: Answers, administrator: Browser
) -> None:
    house.world.issuer["dev"] = True
    answers["https://bank.example/trust.json"] = json.dumps(house.world.trust).encode()
    answer = administrator.post("/en/settings/trust/look", url="https://bank.example/trust.json", reason=REASON)
    del house.world.issuer["dev"]
    assert answer.status_code == 422
    assert "test issuer" in words_of(answer.text)
    assert bundles.at


def test_an_issuer_is_removed_after_a_second_question(
    house: House, bundles: BundleDesk, answers: Answers, administrator: Browser
) -> None:
    add(administrator, offered_fingerprint(house, bundles, answers))
    asked = administrator.get(f"/en/settings/trust/remove?issuer={ISSUER}")
    assert "Take it off the list" in words_of(asked.text)
    assert trusted(house) == [ISSUER]
    answer = administrator.post("/en/settings/trust/remove", issuer=ISSUER, reason="협약이 끝남")
    assert "No longer trusted." in words_of(answer.text)
    assert trusted(house) == []
    assert [change.action for change in changes(house)] == ["trust_remove", "trust_add"]
    assert len(house.rules) == 2


@pytest.mark.parametrize("issuer", ["https://nobody.example", "", "<script>alert(1)</script>", "x" * 5000])
def test_an_issuer_that_is_not_there_is_not_removed(house: House, administrator: Browser, issuer: str) -> None:
    assert (
        administrator.get(
            "/en/settings/trust/remove",
        ).headers["location"]
        == "/en/settings"
    )
    answer = administrator.post("/en/settings/trust/remove", issuer=issuer, reason=REASON)
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert changes(house) == []


def test_a_refresh_takes_newer_bundles_and_says_what_became_of_each(
    house: House, bundles: BundleDesk, answers: Answers, administrator: Browser
) -> None:
    add(administrator, offered_fingerprint(house, bundles, answers))
    bundles.version, bundles.at = 5, bundles.at + 10
    answers[URL] = bundles.token().encode()
    house.now += 20
    assert administrator.post("/en/settings/trust/refresh", reason=REASON).status_code == 200
    answers.clear()
    answer = administrator.post("/en/settings/trust/refresh", reason=REASON)
    assert 'class="note bad"' in answer.text
    assert [change.detail for change in changes(house)][:2] == [{ISSUER: "unreachable"}, {ISSUER: "updated"}]


def test_what_a_refresh_brought_is_in_use_although_its_record_failed(
    house: House, bundles: BundleDesk, answers: Answers, administrator: Browser
) -> None:
    add(administrator, offered_fingerprint(house, bundles, answers))
    bundles.version, bundles.at = 5, bundles.at + 10
    answers[URL] = bundles.token().encode()
    house.now += 20
    with sqlite3.connect(house.database) as by_hand:
        by_hand.execute("CREATE TRIGGER full BEFORE INSERT ON changes BEGIN SELECT RAISE(ABORT, 'full'); END")
    house.rules.clear()
    assert administrator.post("/en/settings/trust/refresh", reason=REASON).status_code >= 500
    assert len(house.rules) == 1
    assert [change.action for change in changes(house)] == ["trust_add"]


def test_the_signed_bundle_of_an_issuer_can_be_taken_along(
    house: House, bundles: BundleDesk, answers: Answers, administrator: Browser
) -> None:
    add(administrator, offered_fingerprint(house, bundles, answers))
    answer = administrator.get(f"/settings/trust/bundle?issuer={ISSUER}")
    assert answer.headers["content-type"] == "application/jwt"
    assert answer.content == answers[URL]
    assert administrator.get("/settings/trust/bundle?issuer=https://nobody.example").status_code == 404


def test_a_trust_list_that_cannot_be_read_is_named_on_the_page(house: House, administrator: Browser) -> None:
    house.trust_file.unlink()
    assert administrator.get("/settings").status_code == 200
    house.trust_file.write_text("not a list")
    answer = administrator.get("/en/settings")
    assert answer.status_code == 200
    assert "Changes" in words_of(answer.text)


def test_hostile_names_and_reasons_only_show_themselves(
    house: House, bundles: BundleDesk, answers: Answers, administrator: Browser
) -> None:
    name = house.world.issuer["name"]
    house.world.issuer["name"] = {"ko": "<b>은행</b>\u202e", "en": "<script>alert(1)</script>"}
    try:
        said = add(administrator, offered_fingerprint(house, bundles, answers), reason="<img src=x>=1+1 {form_token}")
    finally:
        house.world.issuer["name"] = name
    assert "<script>alert(1)</script>" in said
    page = administrator.get("/en/settings").text
    assert "<script>" not in page
    assert "<img" not in page
    assert "{form_token}" in page


def test_the_list_of_changes_cannot_be_changed_even_by_hand(house: House, administrator: Browser) -> None:
    assert administrator.get("/settings").status_code == 200
    connection = sqlite3.connect(house.database)
    for statement in ("DELETE FROM changes", "UPDATE changes SET reason = 'another'"):
        with pytest.raises(sqlite3.IntegrityError, match="only grows"):
            connection.execute(statement)
    connection.close()


def test_older_changes_are_on_further_pages(house: House, administrator: Browser) -> None:
    with house.store.write() as transaction:
        for number in range(120):
            transaction.changes.append(Change(NOW, "u", "haneul", "trust_add", f"subject-{number}", {}, "r"))
    pages, path = [], "/en/settings"
    for _ in range(3):
        page = administrator.get(path).text
        pages.append(re.findall(r"subject-\d+", page))
        path = (re.findall(r'href="(/en/settings\?before=\d+)"', page) or [""])[0]
    assert [len(page) for page in pages] == [50, 50, 20]
    assert pages[2][-1] == "subject-0"


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "0" * 30 + "9" * 30, "0" * 5000, "²", "1.5", ""])
def test_an_odd_page_of_changes_is_the_first(administrator: Browser, before: str) -> None:
    assert administrator.get(f"/settings?before={before}").status_code == 200


def test_a_change_that_fails_leaves_no_record(
    house: House, bundles: BundleDesk, answers: Answers, administrator: Browser
) -> None:
    print_ = offered_fingerprint(house, bundles, answers)
    add(administrator, print_)
    said = add(administrator, print_)
    assert "already" in said
    assert len(changes(house)) == 1


def test_without_a_file_of_trust_there_is_nothing_to_set(house: House) -> None:
    app = FastAPI()
    open_entrance(app, house.entrance(), asks=False)
    app.include_router(settings_router(SettingsDesk(None, ServiceFacts(30, (), "key-1", DEFAULT_PROFILE))))
    browser = house.signed_in("haneul")
    browser.use(app)
    assert browser.get("/settings").status_code == 403
    assert browser.post("/settings/trust/refresh", reason=REASON).status_code == 403


@pytest.mark.parametrize(
    ("language", "narrow", "wide", "nothing"),
    [
        ("ko", "여러 건 확인과 내보내기, 지갑 제시 요청", "모든 API", "없음"),
        ("en", "jobs and exports, requests to wallets", "every API", "none"),
    ],
)
def test_tokens_are_shown_with_what_they_are_good_for(language: Language, narrow: str, wide: str, nothing: str) -> None:
    staff = Staff(SignedIn("1", "김하늘", frozenset(), "s"), "t", language, asks=False)
    tokens = (KnownToken("ats", frozenset({"presentations", "jobs"})), KnownToken("load"))
    shown = facts_html(staff, ServiceFacts(30, tokens, "key-1", DEFAULT_PROFILE))
    assert f"<li><code>ats</code>: {narrow}</li><li><code>load</code>: {wide}</li>" in shown
    assert f"<dd>{nothing}</dd>" in facts_html(staff, ServiceFacts(30, (), "key-1", DEFAULT_PROFILE))


@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_an_issuer_is_trusted_for_is_said_in_words_and_what_is_not_known_here_as_it_stands(
    house: House, administrator: Browser, language: Language
) -> None:
    trusted = {"vct": "https://bank.example/vct/x/1", "entry_types": ["x_new", "vocational_training"]}
    trust = {**house.world.trust, "issuers": [{**house.world.issuer, "types": [trusted]}]}
    house.trust_file.write_text(json.dumps(trust), encoding="utf-8")
    page = administrator.get("/settings" if language == "ko" else "/en/settings").text
    name = entry_types()["vocational_training"].names.in_language(language)
    assert ", ".join(sorted(["x_new", name])) + "<br><code>https://bank.example/vct/x/1</code>" in page


def test_every_scope_of_the_service_has_words() -> None:
    assert {f"token_{scope}" for scope in RULES.scopes.values()} <= people_words().keys()
