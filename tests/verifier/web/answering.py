"""Chromium as a calculator: a page under the verifier's own policy runs our modules on cases and sends answers back."""

import json
import shutil
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from verifier.web.scan_files import scan_assets
from verifier.web.static import PAGE_POLICY

CHROMIUM = shutil.which("chromium")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--dump-dom")
# /finished answers when the answers are there: until then the page loads, and --dump-dom waits for the page.
PAGE = b'<!doctype html><title>cases</title><script type="module" src="/cases.js"></script><img src="/finished">'
Case = dict[str, Any]


@dataclass
class Answers:
    """What the page sent, and the event that it did."""

    arrived: threading.Event = field(default_factory=threading.Event)
    value: Any = None


class CaseServer(ThreadingHTTPServer):
    """Serves the page, the modules and the cases on loopback; takes the answers."""

    daemon_threads = True

    def __init__(self, script: str, documents: Mapping[str, object]) -> None:
        super().__init__(("127.0.0.1", 0), CaseHandler)
        self.answers = Answers()
        self.documents = {address: (asset.media_type, asset.body) for address, asset in scan_assets().items()} | {
            "/": ("text/html", PAGE),
            "/cases.js": ("text/javascript", script.encode()),
            "/finished": ("image/gif", b""),
            **{name: ("application/json", json.dumps(value).encode()) for name, value in documents.items()},
        }


class CaseHandler(BaseHTTPRequestHandler):
    """The requests of the page."""

    server: CaseServer

    def do_GET(self) -> None:
        if self.path == "/finished":
            self.server.answers.arrived.wait(timeout=120)
        kind, body = self.server.documents.get(self.path, ("", b""))
        self.send_response(200 if kind else 404)
        self.send_header("Content-Type", kind or "text/plain")
        self.send_header("Content-Security-Policy", PAGE_POLICY)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.server.answers.value = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()
        self.server.answers.arrived.set()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class Calculator:
    """Chromium, and a folder for its profile."""

    profile: Path

    def run(self, script: str, documents: Mapping[str, object]) -> list[Any]:
        """Return what `script`, an ES module, sends to `/answers`; it may fetch each of `documents` by its address."""
        assert CHROMIUM is not None
        with CaseServer(script, documents) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            subprocess.run(
                [CHROMIUM, *FLAGS, f"--user-data-dir={self.profile}", f"http://127.0.0.1:{server.server_port}/"],
                capture_output=True,
                check=True,
                timeout=150,
            )
            server.shutdown()
        answers = server.answers.value
        assert isinstance(answers, list), f"the page did not finish: {answers}"
        return answers
