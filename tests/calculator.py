"""Chromium as a calculator: a page under a policy of ours runs our modules on cases and sends answers back.

One browser works through everything that is asked, one after the other; it ends when the calculator is closed.
"""

import json
import queue
import shutil
import subprocess
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--dump-dom")
HANGS_S = 150.0
# /finished answers when the calculator is closed: until then the page loads, and --dump-dom waits for the page.
PAGE = b'<!doctype html><title>cases</title><script type="module" src="/work.js"></script><img src="/finished">'
WORK = b"""
for (let next = await fetch("/next"); next.ok; next = await fetch("/next")) {
  const { script } = await next.json();
  const failed = (error) => fetch("/answers", { method: "POST", body: JSON.stringify(String(error.stack)) });
  await import(script).catch(failed);
}
"""
Case = dict[str, Any]
File = tuple[str, bytes]
"""Media type and content."""


class CaseServer(ThreadingHTTPServer):
    """Serves the page, the modules and the cases on loopback; takes the answers."""

    daemon_threads = True

    def __init__(self, files: Mapping[str, File], policy: str) -> None:
        super().__init__(("127.0.0.1", 0), CaseHandler)
        self.policy = policy
        self.scripts: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.finished = threading.Event()
        self.files = dict(files) | {
            "/": ("text/html", PAGE),
            "/work.js": ("text/javascript", WORK),
            "/finished": ("image/gif", b""),
        }


class CaseHandler(BaseHTTPRequestHandler):
    """The requests of the page."""

    server: CaseServer

    def do_GET(self) -> None:
        if self.path == "/finished":
            self.server.finished.wait()
        if self.path == "/next":
            script = self.server.scripts.get()
            self._say("application/json" if script else "", json.dumps({"script": script}).encode())
        else:
            self._say(*self.server.files.get(self.path, ("", b"")))

    def _say(self, kind: str, body: bytes) -> None:
        self.send_response(200 if kind else 404)
        self.send_header("Content-Type", kind or "text/plain")
        self.send_header("Content-Security-Policy", self.server.policy)
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        answers = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()
        self.server.answers.put(answers)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class Calculator:
    """A browser that waits for something to calculate; close it at the end.

    Args:
        profile: an empty folder for the browser.
        files: what its page may load, by address.
        policy: the Content-Security-Policy of everything that it loads.
    """

    def __init__(self, profile: Path, files: Mapping[str, File], *, policy: str) -> None:
        assert CHROMIUM is not None
        self._asked = 0
        self._server = CaseServer(files, policy)
        self._serving = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._serving.start()
        address = f"http://127.0.0.1:{self._server.server_port}/"
        command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", address]
        self._browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def run(self, script: str, documents: Mapping[str, object]) -> list[Any]:
        """Return what `script`, an ES module, sends to `/answers`; it may fetch each of `documents` by its address."""
        self._asked += 1
        address = f"/cases/{self._asked}.js"
        given = {name: ("application/json", json.dumps(value).encode()) for name, value in documents.items()}
        self._server.files |= {**given, address: ("text/javascript", script.encode())}
        self._server.scripts.put(address)
        try:
            answers = self._server.answers.get(timeout=HANGS_S)
        except queue.Empty:
            raise TimeoutError("the page did not finish") from None
        assert isinstance(answers, list), f"the page failed: {answers}"
        return answers

    def close(self) -> None:
        """Let the page finish, and with it the browser."""
        self._server.scripts.put(None)
        self._server.finished.set()
        try:
            self._browser.wait(HANGS_S)
        finally:
            self._browser.kill()
            self._server.shutdown()
            self._serving.join()
            self._server.server_close()
