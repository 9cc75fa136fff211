"""A real time-stamping authority on loopback: RFC 3161 over HTTP, with answers that may be spoiled."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from asn1crypto import tsp

from keys.time_stamp_service import TimeStampResponse
from tests.keys.pdf_seal.stamping import StampAuthority

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
Spoil = Callable[[dict[str, Any]], object]


class StampServer(ThreadingHTTPServer):
    """Answers every POST by its authority. `spoil` changes what the authority sees; `answer` takes its place."""

    daemon_threads = True

    def __init__(self, authority: StampAuthority) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.authority = authority
        self.spoil: Spoil = lambda _question: None
        self.answer: bytes | None = None
        self.status = 200
        self.media_type = REPLY
        self.questions: list[tsp.TimeStampReq] = []
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/stamps"

    @property
    def origin(self) -> str:
        return self.url.removesuffix("/stamps")

    def reply_to(self, body: bytes) -> bytes:
        question = tsp.TimeStampReq.load(body, strict=True)
        self.questions.append(question)
        if self.answer is not None:
            return self.answer
        told = {"nonce": question["nonce"].native, "imprint": question["message_imprint"]["hashed_message"].native}
        self.spoil(told)
        self.authority.info = {} if told["nonce"] is None else {"nonce": told["nonce"]}
        token = tsp.ContentInfo.load(self.authority.time_stamp(told["imprint"]))
        return bytes(TimeStampResponse({"status": {"status": "granted"}, "time_stamp_token": token}).dump())

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: StampServer

    def do_POST(self) -> None:
        assert self.headers["Content-Type"] == QUERY
        body = self.server.reply_to(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(self.server.status)
        self.send_header("Content-Type", self.server.media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the library gives it
        """Say nothing."""


def refusal(status: str, *reasons: str, text: str = "") -> bytes:
    """What an authority answers that does not stamp."""
    info: dict[str, Any] = {"status": status}
    if reasons:
        info["fail_info"] = set(reasons)
    if text:
        info["status_string"] = [text]
    return bytes(TimeStampResponse({"status": info}).dump())
