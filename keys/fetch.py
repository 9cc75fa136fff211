"""The network door: GET or POST one document at a configured origin, and nothing else (S15).

Rules enforced:
* only origins the caller configured; https only, http only to this machine and only in development;
* the name is resolved here, once; every address must be public (loopback for a loopback name in development), and the
  connection goes to exactly that address, so a name that resolves differently later changes nothing (DNS rebinding);
* no redirects, no proxies, no cookies, no content coding, one request a connection;
* the trace of the present work goes along only to an origin of a setting (`keys.watching`);
* 3 seconds to connect, 5 seconds for everything, counted also while a server sends byte by byte;
* the media type is the expected one, and reading stops at the limit.

Left to the caller: how often to ask, caching, and everything about the content.
"""

import ipaddress
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Final

import certifi
import httpcore

from keys.addresses import Address, is_loopback, is_public
from keys.errors import FetchError, UrlError
from keys.limits import FETCH_CONNECT_SECONDS, FETCH_TOTAL_SECONDS, MAX_FETCH_BUNDLE_BYTES, MAX_POST_BYTES
from keys.pinned import Deadline, PinnedBackend
from keys.urls import Url, parse_origin, parse_url
from keys.values import dataclass, field
from keys.watching import passed_on, stage

_OK: Final = 200
_NOT_MODIFIED: Final = 304
_REDIRECTS: Final = range(300, 400)
_TELLING: Final = (*range(200, 300), *range(400, 500))
_REFUSED: Final = 400
_REFUSALS: Final = ("application/json", "application/problem+json", "text/x.tlog.size")  # the last: C2SP tlog-witness
_USER_AGENT: Final = b"competency-bank-fetch/1"

_ENTITY_TAG: Final = re.compile(r'(?:W/)?"[!#-~]{0,128}"')  # RFC 9110 section 8.8.3, in ASCII

Resolver = Callable[[str, int], Sequence[str]]
"""Asked with host and port, answers addresses as text; raises OSError when there are none."""


def resolve_by_system(host: str, port: int) -> list[str]:
    """Ask the operating system for the addresses of a host."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _default_tls() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certifi.where())


@dataclass(frozen=True, slots=True)
class Network:
    """How a `Fetcher` reaches the world: the resolver, the certificates it believes, and its patience in seconds."""

    resolve: Resolver = resolve_by_system
    tls: ssl.SSLContext = field(default_factory=_default_tls)
    connect_s: float = FETCH_CONNECT_SECONDS
    total_s: float = FETCH_TOTAL_SECONDS


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document with its entity tag; `body` is None when it is unchanged since the tag that was asked about."""

    body: bytes | None
    etag: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What an end point answered: its status, the body as sent, and the headers by their names in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Fetcher:
    """Fetches documents from a fixed set of origins; safe to share between threads."""

    _said: tuple[tuple[str, str], ...] = ()  # by `saying`

    def __init__(
        self,
        allowed_origins: Collection[str],
        *,
        allow_loopback: bool = False,
        network: Network | None = None,
        bearer: str | None = None,
        authorization: str | None = None,
    ) -> None:
        """Prepare a fetcher; nothing is opened yet.

        Args:
            allowed_origins: such as `https://bank.example`.
            allow_loopback: development only: origins on this machine may be listed, also with http.
            network: resolver, TLS and patience; the defaults are the right ones outside tests.
            bearer: a token that says to these origins who asks; visible ASCII.
            authorization: the same as a whole header, where it is not a bearer token.

        Raises:
            UrlError: an entry is not an origin in plain form.
        """
        self._allowed = frozenset(parse_origin(origin, allow_loopback=allow_loopback) for origin in allowed_origins)
        self._allow_loopback = allow_loopback
        self._network = network or Network()
        self._authorization = authorization if bearer is None else f"Bearer {bearer}"

    def get(self, url: str, *, accept: str, max_bytes: int) -> bytes:
        """Fetch one document.

        Args:
            url: absolute; its origin must be one of the configured ones.
            accept: the one media type that is acceptable, without parameters.
            max_bytes: limit for the body, where reading stops; at most 16 MiB.

        Returns:
            The body as sent.

        Raises:
            FetchError: `kind` says which rule was broken or what failed; the message names the origin, not the path.
        """
        return self._exchange(url, _Question("GET", accept), max_bytes=max_bytes)

    def get_if_changed(self, url: str, *, accept: str, max_bytes: int, etag: str | None) -> Fetched:
        """Fetch one document as `get` does, unless it is the one that is known already (RFC 9110 section 13.1.2).

        Args:
            url, accept, max_bytes: as for `get`.
            etag: the entity tag that came with the known one, as it came; None when none is known.

        Returns:
            The document with its tag; a tag that is not ASCII, or is longer than 128 characters, counts as none.
        """
        target = self._checked(url)
        _check_limit(max_bytes)
        condition = () if etag is None else (("If-None-Match", etag),)
        question = _Question("GET", accept, headers=condition)
        with _translated(target), self._answered(target, question) as response:
            found = {name.lower(): value for name, value in response.headers}.get(b"etag", b"").decode("latin-1")
            if response.status == _NOT_MODIFIED and etag is not None:
                return Fetched(None, etag)
            _check_head(response, accept=accept, origin=target.origin)
            body = _read_body(response.iter_stream(), max_bytes=max_bytes, origin=target.origin)
            return Fetched(body, found if _ENTITY_TAG.fullmatch(found) else None)

    def post(self, url: str, content: bytes, *, media_type: str, accept: str, max_bytes: int) -> bytes:
        """Send one document and return the one that answers it; for questions that must not stand in an address.

        Args:
            url: as for `get`.
            content: the body, at most 256 KiB.
            media_type: of the body, without parameters.
            accept: as for `get`.
            max_bytes: as for `get`; of the answer.

        Returns:
            The body of the answer as sent.

        Raises:
            FetchError: as for `get`; the message never holds a part of the content.
        """
        _check_content(content)
        return self._exchange(url, _Question("POST", accept, content, media_type), max_bytes=max_bytes)

    def saying(self, headers: Mapping[str, str]) -> "Fetcher":
        """Return a copy of this fetcher whose `ask` sends further headers; names and values in visible ASCII."""
        other = copy(self)
        other._said = (*self._said, *headers.items())  # noqa: SLF001 - a copy of itself
        return other

    def ask(self, url: str, content: bytes, *, media_type: str, accept: str, max_bytes: int) -> Answer:
        """Send one document to an end point that also says something when it refuses.

        Args:
            url, content, media_type, max_bytes: as for `post`.
            accept: as for `get`; of the answer. A refusal (4xx) may also be JSON or a problem document (RFC 9457), and
                an answer without a body may have no type.

        Returns:
            Status, body and headers of a success (2xx) or a refusal (4xx).

        Raises:
            FetchError: as for `post`; also for a redirect or another status.
        """
        _check_content(content)
        target = self._checked(url)
        _check_limit(max_bytes)
        question = _Question("POST", accept, content, media_type, self._said)
        with _translated(target), self._answered(target, question) as response:
            if response.status not in _TELLING:
                raise _unwanted(response.status, target.origin)
            body = _read_body(response.iter_stream(), max_bytes=max_bytes, origin=target.origin)
            if body:
                others = _REFUSALS if response.status >= _REFUSED else ()
                _check_form(response, accept=accept, others=others, origin=target.origin)
            said = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            return Answer(response.status, body, said)

    def deliver(self, url: str, content: bytes, *, media_type: str, headers: Mapping[str, str]) -> int:
        """Send one document and return the status of the answer; nothing of the answer's body is read.

        Args:
            url: as for `get`.
            content: the body, at most 256 KiB.
            media_type: of the body, without parameters.
            headers: besides the usual ones; names and values in visible ASCII.

        Returns:
            The status, whatever it is; a redirect is not followed.

        Raises:
            FetchError: as for `get`, without the kinds that judge an answer.
        """
        _check_content(content)
        target = self._checked(url)
        question = _Question("POST", "*/*", content, media_type, tuple(headers.items()))
        with _translated(target), self._answered(target, question) as response:
            return response.status

    def _exchange(self, url: str, question: "_Question", *, max_bytes: int) -> bytes:
        target = self._checked(url)
        _check_limit(max_bytes)
        with _translated(target), self._answered(target, question) as response:
            _check_head(response, accept=question.accept, origin=target.origin)
            return _read_body(response.iter_stream(), max_bytes=max_bytes, origin=target.origin)

    @contextmanager
    def _answered(self, target: Url, question: "_Question") -> Iterator[httpcore.Response]:
        """Ask, and give the head of the answer; everything must be over in time."""
        with stage("fetch", host=target.host, method=question.method), self._asked(target, question) as response:
            yield response

    @contextmanager
    def _asked(self, target: Url, question: "_Question") -> Iterator[httpcore.Response]:
        told = passed_on(target.origin)
        deadline = Deadline(time.monotonic() + self._network.total_s)
        addresses = _addresses(target, self._network, deadline)
        backend = PinnedBackend(addresses, connect_s=self._network.connect_s, deadline=deadline)
        with (
            httpcore.ConnectionPool(
                ssl_context=self._network.tls, max_keepalive_connections=0, network_backend=backend
            ) as pool,
            pool.stream(
                question.method,
                target.text,
                headers=_headers(question, self._authorization, told=told),
                content=question.content,
            ) as response,
        ):
            yield response

    def _checked(self, url: str) -> Url:
        try:
            target = parse_url(url, allow_loopback=self._allow_loopback)
        except UrlError as error:
            raise FetchError(error.message, kind="origin") from None
        if target.origin not in self._allowed:
            raise FetchError("expected a URL of a configured origin, found another origin", kind="origin")
        return target


@dataclass(frozen=True, slots=True)
class _Question:
    """One request: what is sent, and which answer is acceptable."""

    method: str
    accept: str
    content: bytes | None = None
    media_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()


def _check_limit(max_bytes: int) -> None:
    if not 0 < max_bytes <= MAX_FETCH_BUNDLE_BYTES:
        raise ValueError(f"expected a limit from 1 to {MAX_FETCH_BUNDLE_BYTES} bytes, found {max_bytes}")


def _check_content(content: bytes) -> None:
    if len(content) > MAX_POST_BYTES:
        raise ValueError(f"expected a body of at most {MAX_POST_BYTES} bytes, found {len(content)}")


def _addresses(target: Url, network: Network, deadline: Deadline) -> list[Address]:
    """Resolve in time, and return the addresses if every one of them may be used."""
    answers: queue.SimpleQueue[Sequence[str] | OSError] = queue.SimpleQueue()

    def resolve() -> None:
        try:
            answers.put(network.resolve(target.host, target.port))
        except OSError as error:
            answers.put(error)

    # The system's resolver knows no time limit; a thread that comes too late is left behind.
    threading.Thread(target=resolve, daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left(network.connect_s))
    except queue.Empty:
        raise FetchError(f"the name of {target.origin} was not resolved in time", kind="timeout") from None
    if isinstance(answer, OSError) or not answer:
        raise FetchError(f"the name of {target.origin} could not be resolved", kind="connect")
    addresses = [ipaddress.ip_address(text.partition("%")[0]) for text in answer]
    usable = is_loopback if target.loopback else is_public
    if not all(usable(address) for address in addresses):
        raise FetchError(
            f"expected public addresses for {target.origin}, found a private or special one", kind="address"
        )
    return addresses


def _headers(
    question: _Question, authorization: str | None, *, told: Sequence[tuple[str, str]]
) -> list[tuple[bytes, bytes]]:
    headers = [
        (b"Accept", question.accept.encode("ascii")),
        (b"Accept-Encoding", b"identity"),
        (b"Connection", b"close"),
        (b"User-Agent", _USER_AGENT),
    ]
    if authorization is not None:
        headers.append((b"Authorization", authorization.encode("ascii")))
    headers += [(name.encode("ascii"), value.encode("ascii")) for name, value in (*question.headers, *told)]
    if question.content is None:
        return headers
    length = str(len(question.content)).encode("ascii")
    return [*headers, (b"Content-Type", question.media_type.encode("ascii")), (b"Content-Length", length)]


def _check_head(response: httpcore.Response, *, accept: str, origin: str) -> None:
    if response.status != _OK:
        raise _unwanted(response.status, origin)
    _check_form(response, accept=accept, origin=origin)


def _unwanted(status: int, origin: str) -> FetchError:
    if status in _REDIRECTS:
        return FetchError(f"expected the document from {origin}, found a redirect", kind="redirect")
    return FetchError(f"expected status 200 from {origin}, found {status}", kind="status", status=status)


def _check_form(response: httpcore.Response, *, accept: str, origin: str, others: Sequence[str] = ()) -> None:
    headers = {name.lower(): value for name, value in response.headers}
    media_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if media_type not in [expected.lower().encode("ascii") for expected in (accept, *others)]:
        raise FetchError(f"expected {accept} from {origin}, found another media type", kind="media_type")
    if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
        raise FetchError(f"expected an answer without content coding from {origin}", kind="protocol")


def _read_body(chunks: Iterator[bytes], *, max_bytes: int, origin: str) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > max_bytes:
            raise FetchError(f"expected at most {max_bytes} bytes from {origin}, found more", kind="size")
    return bytes(body)


@contextmanager
def _translated(target: Url) -> Iterator[None]:
    """Turn the errors of the HTTP library into ours."""
    try:
        yield
    except httpcore.TimeoutException:
        raise FetchError(f"{target.origin} did not answer in time", kind="timeout") from None
    except httpcore.NetworkError:
        raise FetchError(f"{target.origin} could not be reached", kind="connect") from None
    except (httpcore.ProtocolError, ssl.SSLError):
        raise FetchError(f"{target.origin} did not answer in correct HTTP", kind="protocol") from None
