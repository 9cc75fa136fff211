"""The network door, tried against a real server on loopback and against names of forbidden places (S15)."""

import socketserver
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
import httpcore
import pytest

from keys.certificates import LeafKind, SubjectNames, Validity, create_leaf, create_root
from keys.errors import FetchError, UrlError
from keys.fetch import Answer, Fetched, Fetcher, Network, resolve_by_system
from keys.key_files import FileSigner, create_key, write_plain_for_development
from keys.limits import (
    FETCH_CONNECT_SECONDS,
    FETCH_TOTAL_SECONDS,
    MAX_FETCH_BUNDLE_BYTES,
    MAX_FETCH_BYTES,
    MAX_POST_BYTES,
)

JSON = "application/json"
UNUSED = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For where nobody gets as far as TLS; to read the roots of the house takes a tenth of a second each time."""


def answer(body: bytes, *, status: str = "200 OK", media_type: str = JSON, extra: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


ANSWERS = {
    "/good": answer(b'{"a":1}'),
    "/several-lists": answer(b" " * (MAX_FETCH_BYTES + 1)),
    "/parameters": answer(b"{}", media_type="Application/JSON; charset=utf-8"),
    "/chunked": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"2\r\n{}\r\n40\r\n" + b" " * 64 + b"\r\n0\r\n\r\n",
    "/redirect": answer(b"", status="302 Found", extra="Location: /good\r\n"),
    "/missing": answer(b"{}", status="404 Not Found"),
    "/html": answer(b"{}", media_type="text/html"),
    "/odd-type": answer(b"{}", media_type="application/json\u00e9"),
    "/untyped": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "/gzip": answer(b"{}", extra="Content-Encoding: gzip\r\n"),
    "/nonsense": b"SSH-2.0-OpenSSH\r\n\r\n",
    "/silent": b"",
    "/tagged": answer(b'{"a":1}', extra='ETag: "abc"\r\n'),
    "/odd-tag": answer(b'{"a":1}', extra="ETag: abc\r\n"),
    "/same": b'HTTP/1.1 304 Not Modified\r\nETag: "abc"\r\n\r\n',
    "/cut": answer(b"{}")[:-1],
    "/refusal": answer(b'{"error":"invalid_grant"}', status="400 Bad Request"),
    "/problem": answer(b'{"status":422}', status="422 Unprocessable", media_type="application/problem+json"),
    "/nothing": b"HTTP/1.1 204 No Content\r\n\r\n",
    "/fault": answer(b"{}", status="500 Internal Server Error"),
}
DRIPPING = {
    "/drip-head": b"HTTP/1.1 200 OK\r\nX: ",
    "/drip-body": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 60\r\n\r\n{",
}


class Server(socketserver.ThreadingTCPServer):
    """A server on loopback that answers from a table, byte by byte where the path asks for it."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.context = context
        self.requests: list[str] = []
        self.stopped = threading.Event()
        self.port = int(self.server_address[1])
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self.stopped.set()
        self.shutdown()
        self.server_close()


class Handler(socketserver.BaseRequestHandler):
    server: Server

    def handle(self) -> None:
        connection = self.request
        try:
            if self.server.context is not None:
                connection = self.server.context.wrap_socket(connection, server_side=True)
            request = connection.recv(65_536).decode()
            head, _, body = request.partition("\r\n\r\n")
            if "Content-Length: " in head and not body:
                request += connection.recv(65_536).decode()
            self.server.requests.append(request)
            path = request.split(" ")[1]
            if path.startswith("/drip"):
                self.drip(connection, DRIPPING[path])
            connection.sendall(ANSWERS.get(path, b""))
            connection.close()
        except OSError:
            return

    def drip(self, connection: ssl.SSLSocket, start: bytes) -> None:
        connection.sendall(start)
        while not self.server.stopped.wait(0.02):
            connection.sendall(b" ")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def fetcher(server: Server) -> Fetcher:
    network = Network(tls=UNUSED, resolve=lambda host, port: ["127.0.0.1"])
    return Fetcher([f"http://localhost:{server.port}"], allow_loopback=True, network=network)


def get(fetcher: Fetcher, server: Server, path: str, *, max_bytes: int = 64) -> bytes:
    return fetcher.get(f"http://localhost:{server.port}{path}", accept=JSON, max_bytes=max_bytes)


def resolving_to(*addresses: str) -> Fetcher:
    network = Network(tls=UNUSED, resolve=lambda host, port: addresses)
    return Fetcher(["https://bank.example", "https://localhost"], allow_loopback=True, network=network)


def test_a_document_of_a_configured_origin_is_fetched(fetcher: Fetcher, server: Server) -> None:
    assert get(fetcher, server, "/good") == b'{"a":1}'


def test_a_request_names_its_host_and_what_it_accepts_and_nothing_about_us(fetcher: Fetcher, server: Server) -> None:
    server.requests.clear()
    get(fetcher, server, "/good")
    expected = (
        f"GET /good HTTP/1.1\r\nHost: localhost:{server.port}\r\nAccept: application/json\r\n"
        "Accept-Encoding: identity\r\nConnection: close\r\nUser-Agent: competency-bank-fetch/1\r\n\r\n"
    )
    assert server.requests == [expected]


def test_a_media_type_may_have_parameters(fetcher: Fetcher, server: Server) -> None:
    assert get(fetcher, server, "/parameters") == b"{}"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/redirect", "redirect"),
        ("/missing", "status"),
        ("/html", "media_type"),
        ("/odd-type", "media_type"),
        ("/untyped", "media_type"),
        ("/gzip", "protocol"),
        ("/nonsense", "protocol"),
        ("/silent", "protocol"),
        ("/cut", "protocol"),
        ("/chunked", "size"),
    ],
)
def test_an_answer_against_the_rules_is_refused(fetcher: Fetcher, server: Server, path: str, kind: str) -> None:
    with pytest.raises(FetchError) as refusal:
        get(fetcher, server, path)
    assert refusal.value.kind == kind
    assert path not in str(refusal.value)
    assert f"localhost:{server.port}" in str(refusal.value)


def post(fetcher: Fetcher, server: Server, path: str, content: bytes) -> bytes:
    url = f"http://localhost:{server.port}{path}"
    return fetcher.post(url, content, media_type="application/json", accept=JSON, max_bytes=64)


def test_a_question_is_sent_with_its_length_and_type_and_nothing_about_us(fetcher: Fetcher, server: Server) -> None:
    server.requests.clear()
    assert post(fetcher, server, "/good", b'{"code":"7K3MQ"}') == b'{"a":1}'
    expected = (
        f"POST /good HTTP/1.1\r\nHost: localhost:{server.port}\r\nAccept: application/json\r\n"
        "Accept-Encoding: identity\r\nConnection: close\r\nUser-Agent: competency-bank-fetch/1\r\n"
        'Content-Type: application/json\r\nContent-Length: 16\r\n\r\n{"code":"7K3MQ"}'
    )
    assert server.requests == [expected]


def test_a_bearer_token_is_sent_where_the_caller_has_one(server: Server) -> None:
    network = Network(tls=UNUSED, resolve=lambda host, port: ["127.0.0.1"])
    known = Fetcher([f"http://localhost:{server.port}"], allow_loopback=True, network=network, bearer="abc.def")
    server.requests.clear()
    post(known, server, "/good", b"{}")
    assert "\r\nAuthorization: Bearer abc.def\r\n" in server.requests[0]


def test_a_caller_may_say_who_it_is_in_another_way_than_by_a_bearer_token(server: Server) -> None:
    network = Network(tls=UNUSED, resolve=lambda host, port: ["127.0.0.1"])
    origins = [f"http://localhost:{server.port}"]
    known = Fetcher(origins, allow_loopback=True, network=network, authorization="Basic YTpi")
    server.requests.clear()
    post(known, server, "/good", b"{}")
    assert "\r\nAuthorization: Basic YTpi\r\n" in server.requests[0]


@pytest.mark.parametrize(("path", "kind", "status"), [("/missing", "status", 404), ("/redirect", "redirect", None)])
def test_a_refused_question_says_the_status_and_nothing_of_the_question(
    fetcher: Fetcher, server: Server, path: str, kind: str, status: int | None
) -> None:
    with pytest.raises(FetchError) as refusal:
        post(fetcher, server, path, b"7K3MQ")
    assert (refusal.value.kind, refusal.value.status) == (kind, status)
    assert "7K3MQ" not in str(refusal.value)


def test_a_question_to_another_origin_is_never_sent(fetcher: Fetcher, server: Server) -> None:
    server.requests.clear()
    with pytest.raises(FetchError) as refusal:
        fetcher.post(f"http://127.0.0.1:{server.port}/good", b"7K3MQ", media_type=JSON, accept=JSON, max_bytes=64)
    assert refusal.value.kind == "origin"
    assert server.requests == []


def test_a_question_above_its_limit_is_a_mistake_of_the_caller(fetcher: Fetcher, server: Server) -> None:
    with pytest.raises(ValueError, match="body of at most 262144 bytes"):
        post(fetcher, server, "/good", b"a" * (MAX_POST_BYTES + 1))


@pytest.mark.parametrize("path", ["/drip-head", "/drip-body"])
def test_a_server_that_sends_byte_by_byte_is_left_at_the_deadline(server: Server, path: str) -> None:
    network = Network(tls=UNUSED, resolve=lambda host, port: ["127.0.0.1"], total_s=0.25)
    impatient = Fetcher([f"http://localhost:{server.port}"], allow_loopback=True, network=network)
    with pytest.raises(FetchError, match="did not answer in time") as refusal:
        get(impatient, server, path)
    assert refusal.value.kind == "timeout"


def test_a_redirect_is_not_followed(fetcher: Fetcher, server: Server) -> None:
    server.requests.clear()
    with pytest.raises(FetchError):
        get(fetcher, server, "/redirect")
    assert len(server.requests) == 1


def test_a_document_above_the_limit_is_refused(fetcher: Fetcher, server: Server) -> None:
    assert get(fetcher, server, "/good", max_bytes=7) == b'{"a":1}'
    for limit in (1, 6):
        with pytest.raises(FetchError, match=f"at most {limit} bytes") as refusal:
            get(fetcher, server, "/good", max_bytes=limit)
        assert refusal.value.kind == "size"


def test_a_file_of_several_lists_may_be_larger_than_one_list(fetcher: Fetcher, server: Server) -> None:
    with pytest.raises(FetchError, match="at most 2097152 bytes"):
        get(fetcher, server, "/several-lists", max_bytes=MAX_FETCH_BYTES)
    body = get(fetcher, server, "/several-lists", max_bytes=MAX_FETCH_BUNDLE_BYTES)
    assert len(body) == MAX_FETCH_BYTES + 1


@pytest.mark.parametrize("max_bytes", [0, MAX_FETCH_BUNDLE_BYTES + 1])
def test_a_limit_above_our_own_is_a_mistake_of_the_caller(fetcher: Fetcher, server: Server, max_bytes: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 16777216"):
        get(fetcher, server, "/good", max_bytes=max_bytes)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:{other}/good",
        "http://127.0.0.1:{port}/good",
        "https://localhost:{port}/good",
        "http://localhost.evil.example:{port}/good",
        "http://evil@localhost:{port}/good",
        "http://localhost:{port}/good#a",
        "file:///etc/passwd",
    ],
)
def test_any_other_origin_is_refused_and_the_listener_stays_silent(fetcher: Fetcher, server: Server, url: str) -> None:
    server.requests.clear()
    with pytest.raises(FetchError) as refusal:
        fetcher.get(url.format(port=server.port, other=server.port + 1), accept=JSON, max_bytes=64)
    assert refusal.value.kind == "origin"
    assert server.requests == []


def test_a_host_is_resolved_once_and_the_connection_goes_to_that_address(server: Server) -> None:
    answers, asked = [["127.0.0.1"], ["203.0.113.1"]], []

    def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return answers.pop(0)

    network = Network(tls=UNUSED, resolve=resolve)
    fetcher = Fetcher([f"http://bank.localhost:{server.port}"], allow_loopback=True, network=network)
    assert fetcher.get(f"http://bank.localhost:{server.port}/good", accept=JSON, max_bytes=64) == b'{"a":1}'
    assert answers == [["203.0.113.1"]]
    assert asked == [("bank.localhost", server.port)]


def test_the_next_address_is_tried_when_one_does_not_answer(server: Server) -> None:
    network = Network(tls=UNUSED, resolve=lambda host, port: ["127.0.0.2", "127.0.0.1"])
    fetcher = Fetcher([f"http://localhost:{server.port}"], allow_loopback=True, network=network)
    assert fetcher.get(f"http://localhost:{server.port}/good", accept=JSON, max_bytes=64) == b'{"a":1}'


@pytest.mark.parametrize(
    "address",
    [
        *["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"],
        *["224.0.0.1", "255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1"],
        *["::ffff:10.0.0.1", "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::a00:1", "2001:db8::1"],
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    ],
)
def test_a_public_name_that_resolves_to_a_special_address_is_refused(address: str) -> None:
    with pytest.raises(FetchError) as refusal:
        resolving_to(address).get("https://bank.example/a", accept=JSON, max_bytes=64)
    assert refusal.value.kind == "address"


def test_one_private_address_among_public_ones_is_refused() -> None:
    with pytest.raises(FetchError) as refusal:
        resolving_to("8.8.8.8", "10.0.0.1").get("https://bank.example/a", accept=JSON, max_bytes=64)
    assert refusal.value.kind == "address"


def test_a_loopback_name_that_resolves_to_the_network_is_refused() -> None:
    with pytest.raises(FetchError) as refusal:
        resolving_to("8.8.8.8").get("https://localhost/a", accept=JSON, max_bytes=64)
    assert refusal.value.kind == "address"


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "64:ff9b::808:808"])
def test_public_addresses_pass_the_check_and_only_then_is_a_connection_tried(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def refuse(_self: object, host: str, *_rest: object) -> None:
        tried.append(host)
        raise httpcore.ConnectError

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", refuse)
    with pytest.raises(FetchError) as refusal:
        resolving_to(address).get("https://bank.example/a", accept=JSON, max_bytes=64)
    assert refusal.value.kind == "connect"
    assert tried == [address]


def test_a_name_without_addresses_is_refused() -> None:
    with pytest.raises(FetchError, match="could not be resolved") as refusal:
        resolving_to().get("https://bank.example/a", accept=JSON, max_bytes=64)
    assert refusal.value.kind == "connect"


def test_a_name_that_does_not_resolve_is_refused() -> None:
    def fail(host: str, port: int) -> list[str]:
        raise OSError(f"{host} {port}")

    fetcher = Fetcher(["https://bank.example"], network=Network(tls=UNUSED, resolve=fail))
    with pytest.raises(FetchError, match="could not be resolved"):
        fetcher.get("https://bank.example/a", accept=JSON, max_bytes=64)


def test_a_resolver_that_never_answers_is_left_behind() -> None:
    never = threading.Event()
    network = Network(tls=UNUSED, resolve=lambda host, port: [str(never.wait(5))], connect_s=0.05, total_s=60.0)
    before = set(threading.enumerate())
    fetcher = Fetcher(["https://bank.example"], network=network)
    with pytest.raises(FetchError, match="not resolved in time") as refusal:
        fetcher.get("https://bank.example/a", accept=JSON, max_bytes=64)
    left_behind = set(threading.enumerate()) - before
    assert left_behind
    assert all(thread.daemon for thread in left_behind), "it would keep the program from ending"
    never.set()
    assert refusal.value.kind == "timeout"


def test_time_already_used_up_is_a_timeout() -> None:
    network = Network(tls=UNUSED, resolve=lambda host, port: ["8.8.8.8"], total_s=0.0)
    fetcher = Fetcher(["https://bank.example"], network=network)
    with pytest.raises(FetchError) as refusal:
        fetcher.get("https://bank.example/a", accept=JSON, max_bytes=64)
    assert refusal.value.kind == "timeout"


@pytest.mark.parametrize(
    "origin", ["http://localhost:8080", "https://127.0.0.1", "http://bank.example", "https://a.example/b"]
)
def test_an_origin_that_only_development_allows_cannot_be_configured_otherwise(origin: str) -> None:
    with pytest.raises(UrlError):
        Fetcher([origin])


def test_the_patience_outside_tests_is_three_and_five_seconds() -> None:
    network = Network()
    assert (network.connect_s, network.total_s) == (FETCH_CONNECT_SECONDS, FETCH_TOTAL_SECONDS) == (3.0, 5.0)
    assert network.tls.verify_mode is ssl.CERT_REQUIRED
    assert network.tls.check_hostname
    expected = ssl.create_default_context(cafile=certifi.where()).cert_store_stats()
    assert network.tls.cert_store_stats() == expected


def test_the_system_resolver_answers_addresses_as_text() -> None:
    assert resolve_by_system("127.0.0.1", 443) == ["127.0.0.1"]


@pytest.fixture(scope="module")
def tls_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, ssl.SSLContext]]:
    """A server with a certificate for `bank.localhost` from a root of its own, and a client that believes that root."""
    folder: Path = tmp_path_factory.mktemp("tls")
    start = datetime.now(UTC) - timedelta(hours=1)
    names = SubjectNames("은행", "Bank", "server", issuer_url="https://bank.localhost")
    root = create_root(names, key=create_key(), not_before=start, years=1)
    key = create_key()
    validity = Validity(start, start + timedelta(days=1))
    public_key = FileSigner(key).public_key
    leaf = create_leaf(LeafKind.CREDENTIAL, root, subject=names, public_key=public_key, validity=validity)
    write_plain_for_development(folder / "key.pem", key)
    (folder / "leaf.pem").write_text(leaf)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "leaf.pem", folder / "key.pem")
    running = Server(context)
    yield running, ssl.create_default_context(cadata=root.certificate_pem)
    running.stop()


def over_tls(server: Server, tls: ssl.SSLContext, *, host: str) -> bytes:
    network = Network(resolve=lambda host, port: ["127.0.0.1"], tls=tls)
    fetcher = Fetcher([f"https://{host}:{server.port}"], allow_loopback=True, network=network)
    return fetcher.get(f"https://{host}:{server.port}/good", accept=JSON, max_bytes=64)


def test_a_document_is_fetched_over_tls_by_its_name(tls_world: tuple[Server, ssl.SSLContext]) -> None:
    server, tls = tls_world
    assert over_tls(server, tls, host="bank.localhost") == b'{"a":1}'


def test_a_server_certificate_for_another_name_is_refused(tls_world: tuple[Server, ssl.SSLContext]) -> None:
    server, tls = tls_world
    with pytest.raises(FetchError) as refusal:
        over_tls(server, tls, host="other.localhost")
    assert refusal.value.kind == "connect"


def test_a_server_certificate_of_an_unknown_root_is_refused(tls_world: tuple[Server, ssl.SSLContext]) -> None:
    server, _ = tls_world
    with pytest.raises(FetchError) as refusal:
        over_tls(server, ssl.create_default_context(), host="bank.localhost")
    assert refusal.value.kind == "connect"


def test_a_message_is_delivered_with_its_headers_and_any_status_is_the_answer(fetcher: Fetcher, server: Server) -> None:
    server.requests.clear()
    statuses = [
        fetcher.deliver(f"http://localhost:{server.port}{path}", b"{}", media_type=JSON, headers={"webhook-id": "m"})
        for path in ("/html", "/missing", "/redirect")
    ]
    assert statuses == [200, 404, 302]
    assert all("\r\nwebhook-id: m\r\n" in request and request.endswith("\r\n\r\n{}") for request in server.requests)


@pytest.mark.parametrize(("path", "kind"), [("/nonsense", "protocol"), ("/silent", "protocol")])
def test_a_receiver_that_does_not_answer_in_http_has_received_nothing(
    fetcher: Fetcher, server: Server, path: str, kind: str
) -> None:
    with pytest.raises(FetchError) as refused:
        fetcher.deliver(f"http://localhost:{server.port}{path}", b"{}", media_type=JSON, headers={})
    assert refused.value.kind == kind


def test_no_message_goes_to_another_origin_or_is_too_large(fetcher: Fetcher, server: Server) -> None:
    server.requests.clear()
    with pytest.raises(FetchError) as refused:
        fetcher.deliver(f"http://localhost:{server.port + 1}/good", b"{}", media_type=JSON, headers={})
    assert refused.value.kind == "origin"
    with pytest.raises(ValueError, match="expected a body of at most"):
        fetcher.deliver(
            f"http://localhost:{server.port}/good", b" " * (MAX_POST_BYTES + 1), media_type=JSON, headers={}
        )
    assert server.requests == []


def if_changed(fetcher: Fetcher, server: Server, path: str, etag: str | None) -> Fetched:
    url = f"http://localhost:{server.port}{path}"
    return fetcher.get_if_changed(url, accept=JSON, max_bytes=64, etag=etag)


def test_a_document_comes_with_its_entity_tag_and_the_known_one_is_told_to_the_server(
    fetcher: Fetcher, server: Server
) -> None:
    server.requests.clear()
    assert if_changed(fetcher, server, "/tagged", None) == Fetched(b'{"a":1}', '"abc"')
    assert if_changed(fetcher, server, "/tagged", '"abd"') == Fetched(b'{"a":1}', '"abc"')
    asked = ["If-None-Match" in request for request in server.requests]
    assert asked == [False, True]
    assert '\r\nIf-None-Match: "abd"\r\n' in server.requests[1]


def test_a_document_that_is_known_is_not_sent_again(fetcher: Fetcher, server: Server) -> None:
    assert if_changed(fetcher, server, "/same", '"abc"') == Fetched(None, '"abc"')


def test_what_is_no_entity_tag_counts_as_none(fetcher: Fetcher, server: Server) -> None:
    assert if_changed(fetcher, server, "/odd-tag", None) == Fetched(b'{"a":1}', None)


@pytest.mark.parametrize(
    ("path", "etag", "kind"),
    [
        ("/same", None, "redirect"),
        ("/html", '"abc"', "media_type"),
        ("/missing", '"abc"', "status"),
        ("/several-lists", None, "size"),
        ("/nonsense", None, "protocol"),
    ],
)
def test_a_conditional_question_has_the_rules_of_any_other(
    fetcher: Fetcher, server: Server, path: str, etag: str | None, kind: str
) -> None:
    with pytest.raises(FetchError) as refused:
        if_changed(fetcher, server, path, etag)
    assert refused.value.kind == kind
    assert f"localhost:{server.port}" in refused.value.message


def test_a_conditional_question_needs_a_limit_within_the_doors(fetcher: Fetcher, server: Server) -> None:
    with pytest.raises(ValueError, match="expected a limit from 1 to"):
        fetcher.get_if_changed(f"http://localhost:{server.port}/good", accept=JSON, max_bytes=0, etag=None)


def ask(fetcher: Fetcher, server: Server, path: str, content: bytes = b"{}") -> Answer:
    return fetcher.ask(f"http://localhost:{server.port}{path}", content, media_type=JSON, accept=JSON, max_bytes=64)


def test_each_kind_of_question_is_asked_by_its_method(fetcher: Fetcher, server: Server) -> None:
    server.requests.clear()
    ask(fetcher, server, "/good", b'{"q":1}')
    if_changed(fetcher, server, "/good", None)
    fetcher.deliver(f"http://localhost:{server.port}/good", b'{"q":2}', media_type="text/plain", headers={})
    asked, conditional, delivered = server.requests
    assert asked.startswith("POST /good HTTP/1.1\r\n")
    assert asked.endswith('Content-Type: application/json\r\nContent-Length: 7\r\n\r\n{"q":1}')
    assert conditional.startswith("GET /good HTTP/1.1\r\n")
    assert delivered.startswith(f"POST /good HTTP/1.1\r\nHost: localhost:{server.port}\r\nAccept: */*\r\n")
    assert delivered.endswith('Content-Type: text/plain\r\nContent-Length: 7\r\n\r\n{"q":2}')


def test_a_question_of_the_largest_size_is_no_mistake_of_the_caller(fetcher: Fetcher) -> None:
    content, elsewhere = b"a" * MAX_POST_BYTES, "https://bank.example/"
    for asked in (
        lambda: fetcher.post(elsewhere, content, media_type=JSON, accept=JSON, max_bytes=64),
        lambda: fetcher.ask(elsewhere, content, media_type=JSON, accept=JSON, max_bytes=64),
        lambda: fetcher.deliver(elsewhere, content, media_type=JSON, headers={}),
    ):
        with pytest.raises(FetchError) as refused:
            asked()
        assert refused.value.kind == "origin"
