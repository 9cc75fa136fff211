"""The gate before an application in memory: sizes, times, rates, one form of answer (S5, S17, S20)."""

import asyncio
import hashlib
import json
import logging
import threading
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from keys.gate.answers import HEADERS, Refusal
from keys.gate.callers import KnownToken, KnownTokens
from keys.gate.gate import BODY_IS_THERE, CALLER, REQUEST_ID, BodyLimit, Gate, GateRules, Receive, Scope, Send, Visitors
from keys.gate.head_lines import ADD_LINES
from keys.gate.misses import AT_ONCE, Misses
from keys.gate.rate_limits import Rate, RateLimits
from keys.limits import MAX_BODY_BYTES, MAX_HEAD_BYTES

Part = tuple[bytes, bool]
MARKER = "7K3MQ-X9D2V-PA84T-6HNE0"
SECRET_SCOPES = {hashlib.sha256(b"secret").hexdigest(): frozenset({"checks"})}
SMALL = GateRules(
    bodies={"/large": BodyLimit(100)},
    rates={"/rated": Rate("rated", 2, 60)},
    other_bodies=BodyLimit(10, seconds=0.02),
    held_bytes=150,
    working=2,
)


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the length of the body, or as the path says."""
    message = await receive()
    if scope["path"] == "/fault":
        raise ValueError(MARKER)
    if scope["path"] == "/refused":
        raise Refusal(422, "no", detail="expected another thing", retry_after_s=7)
    kept = b"a\tb" if scope["path"] == "/odd" else b"public"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"Cache-Control", kept)]})
    if scope["path"] == "/late-fault":
        raise ValueError(MARKER)
    length = len(message["body"])
    await send({"type": "http.response.body", "body": json.dumps([length, scope[REQUEST_ID], scope[CALLER]]).encode()})


class Said:
    """What came back: status, headers, body."""

    def __init__(self, messages: list[MutableMapping[str, Any]]) -> None:
        self.messages = messages
        self.status = messages[0]["status"] if messages else None
        lines = messages[0]["headers"] if messages else []
        self.headers = {name.decode(): value.decode() for name, value in lines}
        self.body = b"".join(message.get("body", b"") for message in messages[1:])

    @property
    def document(self) -> dict[str, Any]:
        assert self.headers["content-type"] == "application/problem+json"
        assert self.headers["content-length"] == str(len(self.body))
        return dict(json.loads(self.body))


class Door:
    """A gate before `echo`, and requests to it."""

    def __init__(self, rules: GateRules = SMALL, visitors: Visitors | None = None) -> None:
        self.gate = Gate(echo, rules=rules, visitors=visitors or Visitors())

    def ask(
        self,
        path: str = "/",
        *parts: Part,
        headers: tuple[tuple[bytes, bytes], ...] = (),
        whole: bool = False,
        add_lines: Callable[[bytes], None] | None = None,
    ) -> Said:
        """Ask through a plain server, or one that says that the body is there, or takes lines."""
        more = {BODY_IS_THERE: whole, **({} if add_lines is None else {ADD_LINES: add_lines})}
        return asyncio.run(self.visit(path, *parts, headers=headers, more=more))

    async def visit(
        self,
        path: str,
        *parts: Part,
        headers: tuple[tuple[bytes, bytes], ...] = (),
        more: Mapping[str, object] = MappingProxyType({}),
    ) -> Said:
        waiting = list(parts or ((b"", False),))
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> MutableMapping[str, Any]:
            if not waiting:
                await asyncio.Event().wait()
            body, more = waiting.pop(0)
            return {"type": "http.request", "body": body, "more_body": more}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        scope = {"type": "http", "path": path, "headers": list(headers), "client": ("203.0.113.7", 1), "method": "POST"}
        await self.gate({**scope, **more}, receive, send)
        return Said(sent)


def refused(said: Said, status: int, code: str) -> None:
    assert (said.status, said.document["status"], said.document["code"]) == (status, status, code)
    assert said.document["request_id"] == said.headers["x-request-id"]


def test_a_whole_body_reaches_the_application_at_once() -> None:
    said = Door().ask("/large", (b"abc", True), (b"def", True), (b"", False))
    length, request_id, caller = json.loads(said.body)
    assert (length, caller) == (6, "203.0.113.7")
    assert request_id == said.headers["x-request-id"]
    assert len(bytes.fromhex(request_id)) == 8


@pytest.mark.parametrize(
    "given", [b"4bf92f3577b34da6a3ce929d0e0e4736", b"8e03978e-40d5-43dd-bc93-6894a57f9324"], ids=["nginx", "uuid"]
)
def test_the_id_that_a_proxy_gave_a_request_is_kept_everywhere(given: bytes) -> None:
    said = Door().ask("/large", (b"abc", False), headers=((b"x-request-id", given),))
    assert (said.headers["x-request-id"], json.loads(said.body)[1]) == (given.decode(), given.decode())
    refusal = Door().ask("/", (b"abc", False), headers=((b"x-request-id", given), (b"content-length", b"x")))
    assert refusal.document["request_id"] == refusal.headers["x-request-id"] == given.decode()


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"900101-1234567",
        b"4bf92f3577b34da6",
        b"4BF92F3577B34DA6A3CE929D0E0E4736",
        b"4bf92f3577b34da6a3ce929d0e0e47366",
        b"4bf92f3577b34da6a3ce929d0e0e473g",
        b"4bf92f3577b34da6a3ce929d0e0e4736\r\nset-cookie: a=b",
        b"4bf92f3577b34da6a3ce929d0e0e4736\n",
        b"8e03978e-40d5-43dd-bc93-6894a57f932",
        b"8e03978e40d5-43dd-bc93-6894a57f9324-",
        "김표본".encode(),
    ],
)
def test_an_id_that_could_say_something_is_replaced_by_our_own(given: bytes) -> None:
    said = Door().ask("/large", (b"abc", False), headers=((b"x-request-id", given),))
    request_id = said.headers["x-request-id"]
    assert len(bytes.fromhex(request_id)) == 8
    assert given.decode() not in (request_id, json.loads(said.body)[1])


def test_every_answer_has_the_headers_of_the_house_but_keeps_its_own() -> None:
    said = Door().ask()
    assert said.headers["cache-control"] == "public"
    assert {name: said.headers[name] for name in HEADERS if name != "cache-control"} == {
        name: value for name, value in HEADERS.items() if name != "cache-control"
    }
    assert "default-src 'none'" in said.headers["content-security-policy"]


@pytest.mark.parametrize(("path", "limit"), [("/", 10), ("/large", 100)])
def test_a_body_at_its_limit_passes_and_one_byte_more_does_not(path: str, limit: int) -> None:
    assert Door().ask(path, (b"a" * limit, False)).status == 200
    refused(Door().ask(path, (b"a" * limit, True), (b"a", False)), 413, "too_large")


@pytest.mark.parametrize(("size", "status"), [(10, 200), (11, 413)])
def test_a_body_that_is_there_already_has_the_same_limit(size: int, status: int) -> None:
    assert Door().ask("/", (b"a" * size, False), whole=True).status == status


def test_a_client_that_goes_before_its_whole_body_is_read_gets_nothing() -> None:
    async def gone() -> MutableMapping[str, Any]:
        return {"type": "http.disconnect"}

    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope: Scope = {"type": "http", "path": "/", "headers": [], "client": None, "method": "POST", BODY_IS_THERE: True}
    asyncio.run(Door().gate(scope, gone, send))
    assert sent == []


def test_headers_that_many_answers_share_go_to_a_server_that_takes_lines() -> None:
    lines: list[bytes] = []
    said = Door().ask("/", add_lines=lines.append)
    assert said.headers == {}
    assert b"cache-control: public\r\n" in lines[0]
    assert b"x-content-type-options: nosniff\r\n" in lines[0]
    assert f"x-request-id: {json.loads(said.body)[1]}\r\n".encode() in lines[0]


def test_header_that_is_not_plain_goes_to_the_server_with_all_others() -> None:
    lines: list[bytes] = []
    said = Door().ask("/odd", add_lines=lines.append)
    assert (lines, said.headers["cache-control"]) == ([], "a\tb")
    assert said.headers["x-content-type-options"] == "nosniff"


def test_a_declaration_above_the_limit_is_refused_before_the_body_is_read() -> None:
    headers = ((b"content-length", b"11"),)
    refused(Door().ask("/", (b"never", True), headers=headers), 413, "too_large")
    refused(Door().ask(headers=((b"content-length", b"9" * 5000),)), 413, "too_large")


def test_a_declaration_of_exactly_the_limit_is_taken() -> None:
    assert Door().ask("/", (b"a" * 10, False), headers=((b"content-length", b"10"),)).status == 200


def test_a_server_that_leaves_an_empty_body_out_means_an_empty_body() -> None:
    sent: list[MutableMapping[str, Any]] = []

    async def hear() -> MutableMapping[str, Any]:
        return {"type": "http.request"}

    async def say(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope: Scope = {"type": "http", "path": "/", "headers": [], "client": None}
    asyncio.run(Gate(echo, rules=SMALL, visitors=Visitors())(scope, hear, say))
    assert json.loads(Said(sent).body)[0] == 0


def test_without_a_rule_of_its_own_an_address_takes_256_kib() -> None:
    door = Door(GateRules())
    assert door.ask("/", (b"a" * MAX_BODY_BYTES, False)).status == 200
    refused(door.ask("/", (b"a" * (MAX_BODY_BYTES + 1), False)), 413, "too_large")


def test_a_body_that_does_not_become_complete_in_time_is_refused() -> None:
    refused(Door().ask("/", (b"a", True)), 408, "body_timeout")


@pytest.mark.parametrize(
    "headers",
    [
        ((b"content-length", b"3"), (b"transfer-encoding", b"chunked")),
        ((b"content-length", b"3"), (b"content-length", b"3")),
        ((b"content-length", b"+3"),),
        ((b"content-length", b"-3"),),
        ((b"content-length", b""),),
        ((b"content-length", b"3, 3"),),
        ((b"transfer-encoding", b"chunked"), (b"transfer-encoding", b"identity")),
    ],
)
def test_two_statements_about_the_length_are_refused_and_the_connection_is_closed(
    headers: tuple[tuple[bytes, bytes], ...],
) -> None:
    said = Door().ask("/", (b"abc", False), headers=headers)
    refused(said, 400, "length_ambiguous")
    assert said.headers["connection"] == "close"


def test_one_statement_about_the_length_is_enough() -> None:
    assert Door().ask("/", (b"abc", False), headers=((b"transfer-encoding", b"chunked"),)).status == 200


def test_an_address_that_takes_no_body_answers_a_request_without_one() -> None:
    door = Door(GateRules(other_bodies=BodyLimit(0)))
    assert door.ask("/").status == 200
    refused(door.ask("/", (b"a", False)), 413, "too_large")


@pytest.mark.parametrize("path", ["/\0", "/certificates/CB-2026-00000001\0", "/refused\0"])
def test_an_address_with_a_character_that_no_address_has_is_not_there(path: str) -> None:
    refused(Door().ask(path), 404, "not_found")


@pytest.mark.parametrize(("query", "status"), [(MAX_HEAD_BYTES - 1, 200), (MAX_HEAD_BYTES, 431)])
def test_path_and_query_count_among_the_headers(query: int, status: int) -> None:
    more = {"raw_path": b"/", "query_string": b"q" * query}
    assert asyncio.run(Door().visit("/", more=more)).status == status


def test_a_header_block_above_16_kib_is_refused() -> None:
    line = (b"x", b"a" * (MAX_HEAD_BYTES - 5))
    assert Door().ask(headers=(line,)).status == 200
    refused(Door().ask(headers=(line, (b"y", b""))), 431, "head_too_large")


def test_a_rate_belongs_to_an_address_and_a_caller() -> None:
    door = Door()
    assert [door.ask("/rated").status for _ in range(2)] == [200, 200]
    said = door.ask("/rated")
    refused(said, 429, "too_many_requests")
    assert 1 <= int(said.headers["retry-after"]) <= 60
    assert door.ask("/").status == 200


@pytest.mark.parametrize("shared", [False, True])
def test_only_a_shared_place_of_counts_is_asked_beside_the_loop(shared: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_in: list[int] = []
    limits = RateLimits()
    limits.shared = shared
    count = limits.count

    def noting(rate: Rate, caller: str) -> int | None:
        asked_in.append(threading.get_ident())
        return count(rate, caller)

    monkeypatch.setattr(limits, "count", noting)
    door = Door(visitors=Visitors(limits))
    assert [door.ask("/rated").status for _ in range(3)] == [200, 200, 429]
    assert [thread != threading.get_ident() for thread in asked_in] == [shared] * 3


def test_a_token_is_counted_by_itself(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"{hashlib.sha256(b'secret').hexdigest()} load-test\n")
    door = Door(visitors=Visitors.open(rate_storage="memory://", trusted_proxies=0, token_file=file))
    for _ in range(3):
        door.ask("/rated")
    said = door.ask("/rated", headers=((b"authorization", b"Bearer secret"),))
    assert json.loads(said.body)[2] == "token:load-test"


def test_the_list_of_tokens_is_read_with_the_scopes_of_the_service(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"{'0' * 64} ats checks\n")
    visitors = Visitors.open(rate_storage="memory://", trusted_proxies=0, token_file=file, scopes=("checks", "jobs"))
    assert visitors.tokens.listing() == (KnownToken("ats", frozenset({"checks"})),)


@pytest.mark.parametrize("path", ["/large", "/large/7", "/large/7/results"])
def test_a_narrowed_token_is_refused_at_an_address_of_another_scope(path: str) -> None:
    narrowed = KnownTokens({hashlib.sha256(b"secret").hexdigest(): "ats"}, SECRET_SCOPES)
    door = Door(replace(SMALL, scopes={"/large": "jobs", "/checks": "checks"}), Visitors(tokens=narrowed))
    bearer = ((b"authorization", b"Bearer secret"),)
    refused(door.ask(path, headers=bearer), 403, "token_scope")
    assert door.ask(path).status == 200


@pytest.mark.parametrize("path", ["/checks", "/larger", "/"])
def test_a_narrowed_token_is_good_at_its_own_addresses_and_where_none_is_asked_for(path: str) -> None:
    narrowed = KnownTokens({hashlib.sha256(b"secret").hexdigest(): "ats"}, SECRET_SCOPES)
    door = Door(replace(SMALL, scopes={"/large": "jobs", "/checks": "checks"}), Visitors(tokens=narrowed))
    said = door.ask(path, headers=((b"authorization", b"Bearer secret"),))
    assert json.loads(said.body)[2] == "token:ats"


def test_behind_a_trusted_proxy_its_clients_are_counted_apart() -> None:
    door = Door(visitors=Visitors.open(rate_storage="memory://", trusted_proxies=1, token_file=None))
    statuses = [door.ask("/rated", headers=((b"x-forwarded-for", b"198.51.100.1"),)).status for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert door.ask("/rated", headers=((b"x-forwarded-for", b"198.51.100.2"),)).status == 200


def test_a_connection_without_an_address_is_served() -> None:
    assert Visitors().caller_of({"headers": [], "client": None}, None) == "unknown"


def test_all_bodies_together_have_a_limit_and_it_is_given_back() -> None:
    big = (b"a" * 60, True), (b"a", False)
    door = Door(GateRules(SMALL.bodies, held_bytes=30))
    for _ in range(2):
        refused(door.ask("/large", *big), 503, "busy")
    refused(door.ask("/large", (b"a" * 31, False)), 503, "busy")
    assert [door.ask("/large", (b"a" * 30, False)).status for _ in range(2)] == [200, 200]


def test_bodies_of_several_requests_are_counted_together_piece_by_piece() -> None:
    release = asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await release.wait()
        await echo(scope, receive, send)

    async def run() -> list[Said]:
        door = Door()
        door.gate = Gate(slow, rules=GateRules(SMALL.bodies, held_bytes=30), visitors=Visitors())
        first = asyncio.create_task(door.visit("/large", (b"a" * 20, False)))
        await asyncio.sleep(0)
        second = await door.visit("/large", (b"a" * 5, True), (b"a" * 10, False))
        release.set()
        return [await first, second]

    first, second = asyncio.run(run())
    assert first.status == 200
    refused(second, 503, "busy")


def test_work_at_the_same_time_has_a_limit() -> None:
    release = asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await release.wait()
        await echo(scope, receive, send)

    async def run() -> list[Said]:
        door = Door()
        door.gate = Gate(slow, rules=SMALL, visitors=Visitors())
        release.set()
        await door.visit("/")  # whoever has gone takes no place
        release.clear()
        visits = [asyncio.create_task(door.visit("/")) for _ in range(3)]
        done, _ = await asyncio.wait(visits, return_when=asyncio.FIRST_COMPLETED)
        release.set()
        return [await visits[0], await visits[1], done.pop().result()]

    first, second, third = asyncio.run(run())
    assert (first.status, second.status) == (200, 200)
    refused(third, 503, "busy")
    assert third.headers["retry-after"] == "2"


def test_a_client_that_goes_away_reaches_no_application() -> None:
    async def gone() -> MutableMapping[str, Any]:
        return {"type": "http.disconnect"}

    async def never(_: MutableMapping[str, Any]) -> None:
        pytest.fail("nothing may be sent")

    scope: Scope = {"type": "http", "path": "/", "headers": [], "client": None}
    asyncio.run(Gate(echo, rules=SMALL, visitors=Visitors())(scope, gone, never))


def test_after_its_body_the_application_hears_what_the_server_says() -> None:
    heard = []

    async def listening(scope: Scope, receive: Receive, send: Send) -> None:
        heard.extend([await receive(), await receive()])

    async def run() -> None:
        messages: list[MutableMapping[str, Any]] = [{"type": "http.request", "body": b"a"}, {"type": "http.disconnect"}]

        async def receive() -> MutableMapping[str, Any]:
            return messages.pop(0)

        scope: Scope = {"type": "http", "path": "/", "headers": [], "client": None}
        await Gate(listening, rules=SMALL, visitors=Visitors())(scope, receive, receive)  # type: ignore[arg-type] # nothing is sent

    asyncio.run(run())
    assert heard == [{"type": "http.request", "body": b"a", "more_body": False}, {"type": "http.disconnect"}]


def test_a_fault_is_500_and_its_message_is_neither_answered_nor_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        said = Door().ask("/fault")
    refused(said, 500, "internal")
    assert f"request {said.headers['x-request-id']}: a fault: ValueError in " in caplog.text
    assert MARKER not in caplog.text + said.body.decode()


def test_a_fault_after_the_answer_began_adds_nothing_to_it(caplog: pytest.LogCaptureFixture) -> None:
    said = Door().ask("/late-fault")
    assert [message["type"] for message in said.messages] == ["http.response.start"]
    assert MARKER not in caplog.text


def test_an_answer_without_headers_of_its_own_has_those_of_the_house() -> None:
    async def bare(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    door = Door()
    door.gate = Gate(bare, rules=SMALL, visitors=Visitors())
    said = door.ask("/")
    assert said.status == 204
    assert set(said.headers) == {*HEADERS, "x-request-id"}


def test_a_refusal_of_the_application_is_answered_in_the_same_form() -> None:
    said = Door().ask("/refused")
    refused(said, 422, "no")
    assert [message["type"] for message in said.messages] == ["http.response.start", "http.response.body"]
    assert said.headers["retry-after"] == "7"


def test_what_is_no_request_passes_the_gate_untouched() -> None:
    seen: list[object] = []

    async def life(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend([scope, receive, send])

    async def hear() -> MutableMapping[str, Any]:
        raise AssertionError

    async def say(_: MutableMapping[str, Any]) -> None:
        raise AssertionError

    asyncio.run(Gate(life, rules=SMALL, visitors=Visitors())({"type": "lifespan"}, hear, say))
    assert seen == [{"type": "lifespan"}, hear, say]


class Nothing(Exception):
    """What a look-up raises that finds nothing."""


def nothing() -> str:
    raise Nothing


def attempts(misses: Misses, *works: Callable[[], str]) -> list[object]:
    async def run() -> list[object]:
        asked = (misses.attempt("a", work, missed=Nothing) for work in works)
        return list(await asyncio.gather(*asked, return_exceptions=True))

    return asyncio.run(run())


@pytest.mark.parametrize("shared", [False, True])
def test_only_what_finds_nothing_is_counted(shared: bool) -> None:
    limits = RateLimits()
    limits.shared = shared
    misses = Misses(limits, rate=Rate("numbers", 2, 60))
    for _ in range(5):
        assert attempts(misses, lambda: "found") == ["found"]
    kinds = [type(attempts(misses, nothing)[0]) for _ in range(3)]
    assert kinds == [Nothing, Nothing, Refusal]
    assert isinstance(attempts(misses, lambda: "found")[0], Refusal)


def test_asking_many_at_once_is_no_way_round_the_count() -> None:
    done = []

    def miss() -> str:
        done.append(1)
        raise Nothing

    said = attempts(Misses(RateLimits(), rate=Rate("numbers", 3, 60)), *[miss] * 20)
    assert len(done) == 3
    assert sum(isinstance(one, Refusal) and one.status == 429 for one in said) == 17


def test_unknown_numbers_may_be_tried_ten_times_a_minute() -> None:
    misses = Misses(RateLimits())
    kinds = [type(attempts(misses, nothing)[0]) for _ in range(11)]
    assert kinds == [Nothing] * 10 + [Refusal]


def test_more_look_ups_at_once_than_there_are_threads_for_are_told_to_come_again() -> None:
    waiting = threading.Event()

    async def run() -> list[object]:
        misses = Misses(RateLimits(), rate=Rate("numbers", 100, 60))
        begun = [asyncio.create_task(misses.attempt("a", waiting.wait, missed=Nothing)) for _ in range(AT_ONCE)]
        await asyncio.sleep(0)
        late = await asyncio.gather(misses.attempt("b", waiting.wait, missed=Nothing), return_exceptions=True)
        waiting.set()
        return [*late, *await asyncio.gather(*begun)]

    late, *others = asyncio.run(run())
    assert isinstance(late, Refusal)
    assert (late.status, late.code) == (503, "busy")
    assert others == [True] * AT_ONCE


def paged() -> Door:
    def page(refusal: Refusal, request_id: str) -> tuple[bytes, dict[str, str]]:
        return f"<p>{refusal.code} {request_id}".encode(), {"content-type": "text/html", "x-own": "1"}

    return Door(GateRules(rates={"/form": Rate("form", 1, 60)}, pages={"/form": page}))


BROWSER = ((b"accept", b"text/html,application/xhtml+xml"),)


def test_browser_that_is_refused_at_an_address_with_a_page_gets_the_page() -> None:
    door = paged()
    assert door.ask("/form", headers=BROWSER).status == 200
    refused = door.ask("/form", headers=BROWSER)
    assert (refused.status, refused.headers["content-type"], refused.headers["x-own"]) == (429, "text/html", "1")
    assert refused.body.decode() == f"<p>too_many_requests {refused.headers['x-request-id']}"
    assert int(refused.headers["retry-after"]) > 0
    assert refused.headers["content-length"] == str(len(refused.body))


@pytest.mark.parametrize("headers", [(), ((b"accept", b"*/*"),), ((b"accept", b"application/json"),)])
def test_program_that_is_refused_there_gets_a_problem_document(headers: tuple[tuple[bytes, bytes], ...]) -> None:
    door = paged()
    door.ask("/form")
    assert door.ask("/form", headers=headers).document["code"] == "too_many_requests"


def test_browser_that_is_refused_elsewhere_gets_a_problem_document() -> None:
    assert paged().ask("/refused", headers=BROWSER).document["code"] == "no"
