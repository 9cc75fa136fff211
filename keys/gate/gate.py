"""The gate: what every request passes before the application, and every answer on its way out (S5, S17, S20).

Rules enforced, in this order:
* request line and headers at most 16 KiB (431), and never two statements about the length of a body (400);
* no address has the character U+0000, which a database may refuse to look for (404);
* the rate of the address that is asked (429 with `Retry-After`);
* a token whose scopes the operator has narrowed, at an address of another scope (403);
* the body at most as large as the address allows, by its declaration and by its bytes (413), complete in 30 seconds
  (408); it is handed on only when it is whole, so a slow sender holds nothing but its own connection;
* where an address takes uploads too large for that, the rules of `keys.gate.streams` instead;
* all bodies together, and the requests worked on at the same time, below a limit (503 with `Retry-After`);
* whoever is refused gets a problem document; at an address with a page of its own, a browser gets the page;
* every answer has its request id (the caller's where that is well formed) and the headers of `keys.gate.answers`; a
  fault becomes 500, and the log names its kind and place, never its message.

Left to the server (`keys.gate.server`): time for the headers, and everything about connections.
"""

import asyncio
import logging
import os
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from keys.faults import log_event, place_of
from keys.gate.answers import PROBLEM_MEDIA_TYPE, Refusal, busy, problem_bytes, problem_document, too_many
from keys.gate.callers import NO_TOKENS, TOKEN_PREFIX, Headers, KnownToken, KnownTokens, network_of
from keys.gate.head_lines import ADD_LINES, AddLines, parted, with_headers_of_the_house
from keys.gate.rate_limits import Rate, RateLimits
from keys.gate.streams import StreamLimit, Streams
from keys.limits import BODY_SECONDS, MAX_BODY_BYTES, MAX_HEAD_BYTES, MAX_HELD_BYTES, MAX_WORKING
from keys.values import dataclass, field

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

REQUEST_ID: Final = "cb_request_id"
CALLER: Final = "cb_caller"
"""Members of the ASGI scope: the id of the request, and under what its caller is counted."""
BODY_IS_THERE: Final = "cb_body_is_there"
"""Member of the ASGI scope: true as soon as the server has the whole body; only the server sets it."""

ARE_OTHERS_THERE: Final = "cb_are_others_there"
"""Member of the ASGI scope: says, when it is called, whether other requests are there; only the server sets it."""

RefusalPage = Callable[[Refusal, str], tuple[bytes, Mapping[str, str]]]
"""Makes the page of a refusal with the id of the request: its body, and headers beside the usual ones."""

_LOG: Final = logging.getLogger(__name__)
_ID_BYTES: Final = 8
# As proxies and tracing libraries make them; nothing that a person's name, number or code could be.
_ID: Final = re.compile(rb"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PUNCTUATION: Final = len(": \r\n")


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """How large a body may be, and in how many seconds it must be complete."""

    max_bytes: int = MAX_BODY_BYTES
    seconds: float = BODY_SECONDS


@dataclass(frozen=True, slots=True)
class GateRules:
    """What one service lets in.

    Args:
        bodies: the limits of addresses that are not `other_bodies`.
        rates: how often one caller may ask at an address, whatever the method.
        other_bodies: the limit everywhere else.
        held_bytes: limit for all bodies together.
        working: limit for requests worked on at the same time.
        streams: addresses whose bodies are handed on while they come; they count neither as held nor as worked on.
        pages: what people get to read when they are refused at an address; others get a problem document.
        scopes: which scope of a token an address belongs to, with all addresses below it.
    """

    bodies: Mapping[str, BodyLimit] = field(default_factory=lambda: MappingProxyType({}))
    rates: Mapping[str, Rate] = field(default_factory=lambda: MappingProxyType({}))
    other_bodies: BodyLimit = field(default_factory=BodyLimit)
    held_bytes: int = MAX_HELD_BYTES
    working: int = MAX_WORKING
    streams: Mapping[str, StreamLimit] = field(default_factory=lambda: MappingProxyType({}))
    pages: Mapping[str, RefusalPage] = field(default_factory=lambda: MappingProxyType({}))
    scopes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def scope_of(self, path: str) -> str | None:
        """Return the scope that an address belongs to, None for none."""
        belongs = (name for start, name in self.scopes.items() if path == start or path.startswith(start + "/"))
        return next(belongs, None)


@dataclass(frozen=True, slots=True)
class Visitors:
    """How callers are told apart and counted: tokens, proxies of our own in front, and the counts."""

    limits: RateLimits = field(default_factory=RateLimits)
    trusted_proxies: int = 0
    tokens: KnownTokens = NO_TOKENS

    @classmethod
    def open(
        cls, *, rate_storage: str, trusted_proxies: int, token_file: Path | None, scopes: Collection[str] = ()
    ) -> "Visitors":
        """Prepare what the settings of a service say; `scopes` are those that its tokens may be narrowed to.

        Raises:
            GateError: the place of the counts or the list of tokens cannot be used.
        """
        tokens = NO_TOKENS if token_file is None else KnownTokens.read(token_file, scopes=scopes)
        return cls(RateLimits(rate_storage), trusted_proxies, tokens)

    def caller_of(self, scope: Scope, token: KnownToken | None) -> str:
        """Return under what a request with this token is counted: `token:NAME`, or the network it comes from."""
        if token is not None:
            return TOKEN_PREFIX + token.name
        peer = scope.get("client")
        return network_of(peer[0] if peer else None, scope["headers"], trusted_proxies=self.trusted_proxies)

    async def count(self, rate: Rate, caller: str) -> None:
        """Count a request.

        Raises:
            Refusal: 429.
        """
        count = self.limits.count
        wait_s = await asyncio.to_thread(count, rate, caller) if self.limits.shared else count(rate, caller)
        if wait_s is not None:
            raise too_many(wait_s)


class Gate:
    """ASGI middleware that stands before everything else of an application."""

    def __init__(self, app: App, *, rules: GateRules, visitors: Visitors) -> None:
        """Stand before an application."""
        self._app = app
        self._rules = rules
        self._visitors = visitors
        self._held = 0
        self._working = 0
        self._streams = {path: Streams(limit) for path, limit in rules.streams.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; the start and the end of the server are passed on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        page = self._rules.pages.get(scope["path"])
        answer = _Answer(
            send,
            _request_id(scope["headers"]),
            page=page if page is not None and _reads_pages(scope) else None,
            add_lines=scope.get(ADD_LINES),
        )
        scope[REQUEST_ID] = answer.request_id
        token = self._visitors.tokens.token_of(scope["headers"])
        scope[CALLER] = self._visitors.caller_of(scope, token)
        try:
            await self._serve(scope, receive, answer, token=token)
        except Refusal as refusal:
            await answer.refuse(refusal)
        except Exception as error:  # noqa: BLE001 - the top-level handler of a request: says only the kind of the fault
            about = log_event("request_failed", request_id=answer.request_id)
            _LOG.error("request %s: a fault: %s", answer.request_id, place_of(error), extra=about)
            if not answer.started:
                await answer.refuse(Refusal(500, "internal", detail="the service failed"))

    async def _serve(self, scope: Scope, receive: Receive, answer: "_Answer", *, token: KnownToken | None) -> None:
        declared = _check_head(scope)
        rate = self._rules.rates.get(scope["path"])
        if rate is not None:
            await self._visitors.count(rate, scope[CALLER])
        if token is not None and token.scopes is not None and not token.reaches(self._rules.scope_of(scope["path"])):
            raise Refusal(403, "token_scope", detail="expected a token that is good for this address")
        streams = self._streams.get(scope["path"])
        if streams is not None:
            with streams.place(scope[CALLER]):
                await self._app(scope, streams.watch(receive, declared=declared), answer.send)
            return
        limit = self._rules.bodies.get(scope["path"], self._rules.other_bodies)
        if declared > limit.max_bytes:
            raise _too_large(limit)
        body = bytearray()
        try:
            if not scope.get(BODY_IS_THERE):
                await asyncio.sleep(0)  # many clients send head and body apart: a turn later the server has both
            if scope.get(BODY_IS_THERE):  # nothing to wait for, so no clock
                is_whole = self._take(body, await receive(), limit)
            else:
                is_whole = await self._read(body, receive, limit)
            if is_whole:
                await self._work(scope, _Replay(bytes(body), receive), answer)
        finally:
            self._held -= len(body)

    async def _read(self, body: bytearray, receive: Receive, limit: BodyLimit) -> bool:
        """Read the whole body; answer False when the client has gone."""
        try:
            async with asyncio.timeout(limit.seconds):
                while (is_whole := self._take(body, await receive(), limit)) is None:
                    pass
                return is_whole
        except TimeoutError:
            raise Refusal(
                408, "body_timeout", detail=f"expected the whole body within {limit.seconds:g} seconds"
            ) from None

    def _take(self, body: bytearray, message: Message, limit: BodyLimit) -> bool | None:
        """Add what has come; answer True when the body is whole, False when the client has gone, None for "go on"."""
        if message["type"] != "http.request":
            return False
        chunk: bytes = message.get("body", b"")
        if len(body) + len(chunk) > limit.max_bytes:
            raise _too_large(limit)
        if self._held + len(chunk) > self._rules.held_bytes:
            raise busy()
        body += chunk
        self._held += len(chunk)
        return None if message.get("more_body", False) else True

    async def _work(self, scope: Scope, receive: "_Replay", answer: "_Answer") -> None:
        if self._working >= self._rules.working:
            raise busy()
        self._working += 1
        try:
            await self._app(scope, receive, answer.send)
        finally:
            self._working -= 1


class _Replay:
    """Gives the application the body that was read, then whatever the server says next."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


class _Answer:
    """The one answer to a request, with the headers that every answer has."""

    def __init__(self, send: Send, request_id: str, *, page: RefusalPage | None, add_lines: AddLines | None) -> None:
        self._send = send
        self._page = page
        self._add_lines = add_lines
        self.request_id = request_id
        self.started = False

    async def send(self, message: Message) -> None:
        """Pass on a part of the application's answer."""
        if message["type"] == "http.response.start":
            self.started = True
            headers = [(bytes(name).lower(), value) for name, value in message.get("headers", ())]
            found = None if self._add_lines is None else parted(headers, self.request_id)
            if self._add_lines is None or found is None:
                headers = with_headers_of_the_house(headers, self.request_id)
            else:
                lines, headers = found
                self._add_lines(lines)
            message = {**message, "headers": headers}
        await self._send(message)

    async def refuse(self, refusal: Refusal) -> None:
        """Answer with a problem document, or with the page for people."""
        own: Mapping[str, str] = {"content-type": PROBLEM_MEDIA_TYPE}
        if self._page is None:
            code, detail = refusal.code, refusal.detail
            body = problem_bytes(problem_document(refusal.status, code=code, detail=detail, request_id=self.request_id))
        else:
            body, own = self._page(refusal, self.request_id)
        headers = {**own, "content-length": str(len(body)), **refusal.headers()}
        lines = [(name.encode(), value.encode()) for name, value in headers.items()]
        await self.send({"type": "http.response.start", "status": refusal.status, "headers": lines})
        await self.send({"type": "http.response.body", "body": body})


def _request_id(headers: Headers) -> str:
    """Return the id that the caller gave a request, if it is 32 hex digits or a UUID in lower case; else a new one."""
    given = dict(headers).get(b"x-request-id")
    if given is not None and _ID.fullmatch(given):
        return given.decode()
    return os.urandom(_ID_BYTES).hex()


def _reads_pages(scope: Scope) -> bool:
    """Return whether a browser shows the answer to a person: it says so in `Accept`, which programs do not."""
    accepted = b",".join(value for name, value in scope["headers"] if name == b"accept")
    return b"text/html" in accepted.lower()


def _check_head(scope: Scope) -> int:
    """Return the declared length of the body, 0 when there is no declaration; refuse a head that is not plain."""
    size = len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"")
    lengths, codings = [], 0
    for name, value in scope["headers"]:
        size += len(name) + len(value) + _PUNCTUATION
        if name == b"content-length":
            lengths.append(value)
        elif name == b"transfer-encoding":
            codings += 1
    if size > MAX_HEAD_BYTES:
        raise Refusal(431, "head_too_large", detail=f"expected at most {MAX_HEAD_BYTES} bytes of headers")
    # RFC 9112 section 6.1: two statements about the length are how one request is smuggled inside another.
    if len(lengths) + codings > 1 or not all(value.isdigit() for value in lengths):
        raise Refusal(400, "length_ambiguous", detail="expected one statement about the length of the body")
    if "\0" in scope["path"]:
        raise Refusal(404, "not_found", detail="there is nothing here")
    return int(lengths[0][:20]) if lengths else 0


def _too_large(limit: BodyLimit) -> Refusal:
    return Refusal(413, "too_large", detail=f"expected at most {limit.max_bytes} bytes")
