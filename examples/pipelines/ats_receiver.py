"""Receive the webhooks of cb-verifier in an applicant tracking system, and fetch the results of finished jobs.

The environment has ATS_WEBHOOK_SECRET (whsec_...) and ATS_VERIFIER_TOKEN. Needs nothing but Python. Listens on
loopback; a web server with TLS stands before it. A message counts only when its signature, its time and its id are
right (Standard Webhooks, docs/verifier-api.md). The results are fetched from the verifier configured here, never from
an address in a message, before the message is answered: what could not be fetched is answered 503, and the verifier
sends the message again. Nobody is rejected by this program.
"""

import base64
import hmac
import json
import os
import re
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import Request, urlopen

TOLERANCE_S = 300
MAX_BYTES = 64 * 1024
FETCH_S = 30
MESSAGE_ID = re.compile(r"msg_[A-Za-z0-9_-]{1,64}")
JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Refused(Exception):
    """A message that is not believed; `args[0]` is the status it is answered with."""


def check_signature(headers: Mapping[str, str], body: bytes, *, secret: str, now: float) -> str:
    """Return the id of a message whose signature and time are right; nothing in the body was looked at before."""
    message_id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not MESSAGE_ID.fullmatch(message_id) or not re.fullmatch(r"[0-9]{1,12}", sent_at):
        raise Refused(400)
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    digest = hmac.digest(key, f"{message_id}.{sent_at}.".encode() + body, "sha256")
    wanted = f"v1,{base64.b64encode(digest).decode()}".encode()
    given = headers.get("webhook-signature", "").encode("utf-8", "replace").split(b" ")[:8]
    if not any([hmac.compare_digest(wanted, each) for each in given]):  # noqa: C419 - every one is compared, none is skipped
        raise Refused(401)
    if abs(now - int(sent_at)) > TOLERANCE_S:
        raise Refused(400)
    return message_id


def finished_job(body: bytes) -> str | None:
    """Return the id of the job that a signed message is about, None for messages of other kinds."""
    try:
        message = json.loads(body)
        if message["type"] != "job.finished":
            return None
        job = message["data"]["job"]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(400) from error
    if not isinstance(job, str) or not JOB_ID.fullmatch(job):
        raise Refused(400)
    return job


class Inbox:
    """Fetches results into a folder, each once; a message that came before is known by its id."""

    def __init__(self, folder: Path, fetch: Callable[[str], bytes]) -> None:
        self._folder, self._fetch, self._lock = folder, fetch, threading.Lock()
        (folder / "seen").mkdir(mode=0o700, parents=True, exist_ok=True)

    def take(self, message_id: str, job: str | None) -> None:
        """Fetch what a message is about, unless that was done; an OSError or HTTPException means: not yet."""
        with self._lock:
            seen = self._folder / "seen" / message_id
            if seen.exists():
                return
            results = self._folder / f"{job}.jsonl"
            if job is not None and not results.exists():
                partly = results.with_suffix(".part")
                partly.touch(mode=0o600)
                partly.write_bytes(self._fetch(job))
                partly.replace(results)
            seen.touch()


def fetch_from(verifier: str, token: str) -> Callable[[str], bytes]:
    """Return what asks one verifier for the results of a job."""

    def fetch(job: str) -> bytes:
        address = f"{verifier.rstrip('/')}/api/v1/jobs/{job}/results"
        request = Request(address, headers={"authorization": f"Bearer {token}", "accept": "application/x-ndjson"})
        with urlopen(request, timeout=FETCH_S) as answer:
            return bytes(answer.read())

    return fetch


class Receiver(BaseHTTPRequestHandler):
    """Answers POST: 204 done or known, 400 and 401 not believed, 413 too long, 503 send it again."""

    inbox: Inbox
    secret: str

    def do_POST(self) -> None:
        """Take one message."""
        self.send_response(self._status())
        self.send_header("content-length", "0")
        self.end_headers()

    def _status(self) -> int:
        length = self.headers.get("content-length", "")
        if not re.fullmatch(r"[0-9]{1,9}", length) or int(length) > MAX_BYTES:
            self.close_connection = True
            return 413
        body = self.rfile.read(int(length))
        try:
            message_id = check_signature(dict(self._names()), body, secret=self.secret, now=time.time())
            self.inbox.take(message_id, finished_job(body))
        except Refused as refusal:
            return int(refusal.args[0])
        except (HTTPException, OSError):  # it did not answer, or not to its end
            return 503
        return 204

    def _names(self) -> list[tuple[str, str]]:
        return [(name.lower(), value) for name, value in self.headers.items()]

    def log_message(self, *_: object) -> None:
        """Log nothing: ids of jobs are as good as their results to whoever has the token."""


def main() -> None:
    """Serve until stopped."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("verifier", metavar="VERIFIER_URL")
    parser.add_argument("inbox", type=Path, help="folder for the results")
    parser.add_argument("port", type=int, nargs="?", default=8090, help="on loopback (8090)")
    arguments = parser.parse_args()
    Receiver.secret = os.environ["ATS_WEBHOOK_SECRET"]
    Receiver.inbox = Inbox(arguments.inbox, fetch_from(arguments.verifier, os.environ["ATS_VERIFIER_TOKEN"]))
    with ThreadingHTTPServer(("127.0.0.1", arguments.port), Receiver) as server:
        print(f"listening on 127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
