"""Typed confirmation numbers: whom the verifier asks, what it makes of the answer, and what it never says."""

import asyncio
import json
from collections.abc import Callable

import httpx
import pytest

from credential_schemas.report.headlines import headline
from credential_schemas.report.messages import lookup_kinds, lookup_texts
from credential_schemas.report.outcomes import CheckName, DocumentPart, EvidenceKind, Outcome, Verdict
from credential_schemas.report.reasons import Reason
from keys.confirmation_code import generate_code
from keys.errors import FetchError
from keys.gate.gate import Visitors
from keys.trust_list import TrustedIssuer
from tests.verifier.world import ISSUER, World
from verifier.app import create_app
from verifier.checks.assembling import verify
from verifier.checks.rules import Moment
from verifier.confirmations import Found, ask_listed_issuer, look_up_number
from verifier.errors import (
    IssuerChoice,
    IssuerUnreachable,
    LookupFailed,
    NumberUnknown,
    TooManyLookups,
    UnreadableEvidence,
)
from verifier.rendering.terminal import report_text

NUMBER = generate_code(lambda count: bytes(range(count)))
CONFIRMATION_URL = f"{ISSUER}/api/v1/confirmations"
PATH = "/api/v1/confirmations"


class Bank:
    """An issuer that answers numbers, or fails in a way of one's choice."""

    def __init__(self, world: World) -> None:
        self.asked: list[tuple[str, str]] = []
        self.answer: Callable[[], bytes] = lambda: world.token().encode()

    def __call__(self, issuer: TrustedIssuer, number: str) -> bytes:
        self.asked.append((issuer.id, number))
        return self.answer()

    def fails(self, kind: str, status: int | None = None) -> None:
        def fail() -> bytes:
            raise FetchError("it failed", kind=kind, status=status)  # type: ignore[arg-type] # one of its kinds

        self.answer = fail


@pytest.fixture
def bank(world: World) -> Bank:
    world.issuer["confirmation_url"] = CONFIRMATION_URL
    return Bank(world)


def look_up(world: World, bank: Bank, typed: str = NUMBER, issuer: str | None = None) -> Found:
    return look_up_number(typed, trust=world.rules().trust, issuer_id=issuer, ask=bank)


def add_issuer(world: World, **changes: object) -> None:
    issuers = world.trust["issuers"]
    assert isinstance(issuers, list)
    issuers.append({**world.issuer, "id": "https://second.example", **changes})  # type: ignore[dict-item] # JSON values


def test_the_answer_is_verified_like_any_credential_and_the_report_says_that_no_paper_was_seen(
    world: World, bank: Bank
) -> None:
    found = look_up(world, bank)
    report = verify(
        found.submission, rules=world.rules(trust=found.trust), moment=Moment(world.now), reader=world.reader
    )
    assert report.verdict is Verdict.VALID
    assert report.parts.document is DocumentPart.NOT_CHECKED
    assert (report.evidence.kind, report.evidence.name) == (EvidenceKind.SD_JWT, f"confirmation number, {ISSUER}")
    check = report.check(CheckName.PRINT_MATCH)
    assert (check.outcome, check.reason) == (Outcome.SKIPPED, Reason.LOOKED_UP_BY_NUMBER)
    assert headline(report).case == "valid_unprinted"
    assert "compare name, number, dates and entries with the paper" in " ".join(report_text(report, "en").split())


def test_the_verdict_is_the_one_of_scanning(world: World, bank: Bank) -> None:
    world.statuses = {7: 1}
    found = look_up(world, bank)
    by_number = verify(
        found.submission, rules=world.rules(trust=found.trust), moment=Moment(world.now), reader=world.reader
    )
    scanned = world.check(world.token())
    assert (by_number.verdict, by_number.parts) == (scanned.verdict, scanned.parts)
    assert by_number.verdict is Verdict.INVALID


def test_the_number_is_sent_in_its_printed_form_to_the_only_issuer_there_is(world: World, bank: Bank) -> None:
    look_up(world, bank, f" {NUMBER.lower().replace('-', ' ')} ")
    assert bank.asked == [(ISSUER, NUMBER)]


@pytest.mark.parametrize(
    "typed", ["", "hello", NUMBER[:-1], NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1"), "\udcff"]
)
def test_a_mistyped_number_is_told_before_anybody_is_asked(world: World, bank: Bank, typed: str) -> None:
    with pytest.raises(UnreadableEvidence) as refusal:
        look_up(world, bank, typed)
    assert refusal.value.kind == "number_mistyped"
    assert bank.asked == []


def test_several_issuers_need_a_choice_and_the_chosen_one_is_asked(world: World, bank: Bank) -> None:
    add_issuer(world)
    with pytest.raises(IssuerChoice, match="found several") as refusal:
        look_up(world, bank)
    assert refusal.value.issuers == (ISSUER, "https://second.example")
    look_up(world, bank, issuer="https://second.example")
    assert [asked for asked, _ in bank.asked] == ["https://second.example"]


def test_an_issuer_without_an_address_for_numbers_is_not_a_choice(world: World, bank: Bank) -> None:
    add_issuer(world, confirmation_url=None)
    look_up(world, bank)
    with pytest.raises(IssuerChoice, match="found none"):
        look_up(world, bank, issuer="https://second.example")


@pytest.mark.parametrize("issuer", ["https://elsewhere.example", "", "http://127.0.0.1:1"])
def test_nobody_outside_the_trust_list_is_ever_asked(world: World, bank: Bank, issuer: str) -> None:
    with pytest.raises(IssuerChoice):
        look_up(world, bank, issuer=issuer)
    assert bank.asked == []


def test_no_issuer_that_answers_numbers_is_said(world: World, bank: Bank) -> None:
    del world.issuer["confirmation_url"]
    with pytest.raises(IssuerChoice, match="found none"):
        look_up(world, bank)


@pytest.mark.parametrize(
    ("kind", "status", "error"),
    [
        ("status", 404, NumberUnknown),
        ("status", 429, TooManyLookups),
        ("status", 422, IssuerUnreachable),
        ("status", 500, IssuerUnreachable),
        ("timeout", None, IssuerUnreachable),
        ("redirect", None, IssuerUnreachable),
        ("address", None, IssuerUnreachable),
        ("size", None, IssuerUnreachable),
    ],
)
def test_each_failure_of_the_issuer_has_its_own_word(
    world: World, bank: Bank, kind: str, status: int | None, error: type[LookupFailed]
) -> None:
    bank.fails(kind, status)
    with pytest.raises(error) as refusal:
        look_up(world, bank)
    assert type(refusal.value) is error
    assert NUMBER not in str(refusal.value)


@pytest.mark.parametrize(
    "answer", [b"", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"hello", b"123", b"\xff", b"a" * 2_000_000]
)
def test_an_answer_that_is_no_credential_is_never_read_as_anything_else(
    world: World, bank: Bank, answer: bytes
) -> None:
    bank.answer = lambda: answer
    with pytest.raises(IssuerUnreachable):
        look_up(world, bank)


def test_an_issuer_cannot_answer_with_the_certificate_of_another(world: World, bank: Bank) -> None:
    add_issuer(world)
    found = look_up(world, bank, issuer="https://second.example")
    report = verify(
        found.submission, rules=world.rules(trust=found.trust), moment=Moment(world.now), reader=world.reader
    )
    assert report.verdict is Verdict.INDETERMINATE
    assert report.check(CheckName.ISSUER_TRUST).reason is Reason.ISSUER_NOT_TRUSTED
    assert report.disclosed is None


def test_a_forged_answer_is_invalid(world: World, bank: Bank) -> None:
    bank.answer = lambda: world.token(signer=world.keys.stranger).encode()
    found = look_up(world, bank)
    report = verify(
        found.submission, rules=world.rules(trust=found.trust), moment=Moment(world.now), reader=world.reader
    )
    assert report.verdict is not Verdict.VALID


def test_the_network_reaches_the_confirmation_address_and_nothing_else(
    world: World, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[object, ...]] = []

    def post(self: object, url: str, content: bytes, **how: object) -> bytes:
        sent.append((self._allowed, url, content, how["accept"]))  # type: ignore[attr-defined] # what the fetcher may reach
        return b"answer"

    monkeypatch.setattr("keys.fetch.Fetcher.post", post)
    issuer = world.rules().trust.issuers[ISSUER]
    assert ask_listed_issuer()(issuer, NUMBER) == b"answer"
    body = json.dumps({"code": NUMBER}, separators=(",", ":")).encode()
    assert sent == [(frozenset({ISSUER}), CONFIRMATION_URL, body, "application/dc+sd-jwt")]


@pytest.mark.parametrize("kind", sorted(lookup_kinds()))
def test_every_failed_look_up_has_a_sentence_in_both_languages_that_judges_nobody(kind: str) -> None:
    heading, sentence = lookup_texts(kind)
    for text in (heading, sentence):
        assert any("가" <= letter <= "힣" for letter in text.ko)
        assert not any("가" <= letter <= "힣" for letter in text.en)
    assert "forge" not in sentence.en
    assert "위조" not in sentence.ko


def test_every_failed_look_up_has_its_sentence() -> None:
    assert {error.code for error in (NumberUnknown, TooManyLookups, IssuerUnreachable)} == lookup_kinds()


class Client:
    """The verifier's service in memory, behind one trusted proxy."""

    def __init__(self, world: World, bank: Bank | None) -> None:
        self._app = create_app(world.rules(), now=lambda: world.now, ask=bank, visitors=Visitors(trusted_proxies=1))

    def ask(self, content: object, caller: str = "203.0.113.7") -> httpx.Response:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()

        async def post() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://verifier.test") as client:
                return await client.post(PATH, content=body, headers={"X-Forwarded-For": caller})

        return asyncio.run(post())


@pytest.fixture
def client(world: World, bank: Bank) -> Client:
    return Client(world, bank)


def test_the_service_answers_a_number_with_a_report(client: Client) -> None:
    answer = client.ask({"code": NUMBER, "issuer": ISSUER})
    report = answer.json()
    assert (answer.status_code, report["verdict"], report["parts"]["document"]) == (200, "valid", "not_checked")
    assert report["evidence"]["kind"] == "sd-jwt"
    assert answer.headers["cache-control"] == "no-store"
    assert NUMBER not in answer.text


def test_an_unknown_number_is_404_with_a_sentence_in_both_languages(client: Client, bank: Bank) -> None:
    bank.fails("status", 404)
    answer = client.ask({"code": NUMBER})
    document = answer.json()
    assert (answer.status_code, document["code"]) == (404, "number_unknown")
    assert set(document["message"]) == {"ko", "en"}
    assert "automatic rejection" in document["notice"]["en"]


@pytest.mark.parametrize(
    ("kind", "status", "expected", "code"),
    [("timeout", None, 503, "issuer_unreachable"), ("status", 429, 429, "too_many_lookups")],
)
def test_an_issuer_that_does_not_answer_is_asked_again_later(
    client: Client, bank: Bank, kind: str, status: int | None, expected: int, code: str
) -> None:
    bank.fails(kind, status)
    answer = client.ask({"code": NUMBER})
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (expected, code, "60")


def test_a_mistyped_number_is_422(client: Client, bank: Bank) -> None:
    answer = client.ask({"code": "hello"})
    assert (answer.status_code, answer.json()["kind"]) == (422, "number_mistyped")
    assert bank.asked == []


def test_a_choice_between_issuers_is_offered(world: World, bank: Bank) -> None:
    add_issuer(world)
    answer = Client(world, bank).ask({"code": NUMBER})
    assert (answer.status_code, answer.json()["code"]) == (422, "issuer_choice")
    assert answer.json()["issuers"] == [ISSUER, "https://second.example"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"code": 1}',
        b'{"code": "a", "issuer": 1}',
        b'{"code": "a", "issuer": ["x"]}',
        b"\xff",
    ],
)
def test_another_body_is_refused(client: Client, bank: Bank, content: bytes) -> None:
    answer = client.ask(content)
    assert (answer.status_code, answer.json()["code"]) == (422, "body_invalid")
    assert bank.asked == []


def test_a_service_without_a_network_asks_nobody(world: World, bank: Bank) -> None:
    answer = Client(world, None).ask({"code": NUMBER})
    assert (answer.status_code, answer.json()["code"]) == (503, "issuer_unreachable")


def test_who_guesses_is_stopped_after_ten_without_the_issuer_being_asked_again(client: Client, bank: Bank) -> None:
    bank.fails("status", 404)
    assert [client.ask({"code": NUMBER}).status_code for _ in range(12)] == [404] * 10 + [429, 429]
    assert len(bank.asked) == 10
    assert client.ask({"code": NUMBER}, "203.0.113.8").status_code == 404


def test_checks_and_numbers_share_one_rate(client: Client) -> None:
    statuses = [client.ask(b"{").status_code for _ in range(121)]
    assert statuses == [422] * 120 + [429]
