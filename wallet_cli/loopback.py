"""Wait on this machine for the holder's browser: one address, one answer, and a page that says the wallet has it.

The address is on the loopback interface only, at a port that the system chooses. A GET of another path is answered with
404, another method with 501, and neither is looked at; the first GET of the one path ends the waiting, whatever it
brings, and the caller judges it.
"""

import contextlib
import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Final, Self
from urllib.parse import urlsplit

from wallet_cli.errors import ServiceUnreachable

PATH: Final = "/callback"
PATIENCE_S: Final = 600
_REQUEST_S: Final = 5
_PAGE: Final = (
    '<!doctype html><meta charset="utf-8"><title>cb-wallet</title>'
    "<p>지갑이 답을 받았습니다. 이 창을 닫고 지갑으로 돌아가세요.</p>"
    '<p lang="en">The wallet has the answer. Close this window and go back to the wallet.</p>'
).encode()
_HEADERS: Final = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", "default-src 'none'"),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("Connection", "close"),
)


class LoopbackBrowser:
    """A browser that comes back to this machine; use it as a context, which closes the address."""

    def __init__(self, show: Callable[[str], None], *, patience_s: float = PATIENCE_S) -> None:
        """Open the address.

        Args:
            show: brings a page to the holder: prints its address, or opens a browser.
            patience_s: how long to wait for the answer.

        Raises:
            ServiceUnreachable: the address cannot be opened.
        """
        self._show = show
        self._patience_s = patience_s
        self._query: str | None = None
        try:
            self._server = HTTPServer(("127.0.0.1", 0), _handler_of(self._take))
        except OSError as error:
            raise ServiceUnreachable("No address could be opened for the browser.", kind="browser") from error

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the address."""
        self._server.server_close()

    @property
    def redirect_uri(self) -> str:
        """The address to which the browser comes back."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{PATH}"

    def visit(self, page: str) -> str:
        """Show a page, and return the query with which the browser comes back.

        Raises:
            ServiceUnreachable: nobody came in time.
        """
        self._show(page)
        self._server.timeout = self._patience_s
        waiting = [True]
        self._server.handle_timeout = waiting.clear  # type: ignore[method-assign] # the server's own hook
        while self._query is None and waiting:
            self._server.handle_request()
        if self._query is None:
            raise ServiceUnreachable("Nobody came back from the issuer's page in time.", kind="browser")
        return self._query

    def _take(self, query: str) -> None:
        self._query = query


def _handler_of(take: Callable[[str], None]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers one request."""

        timeout = _REQUEST_S
        server_version = "cb-wallet"
        sys_version = ""

        def do_GET(self) -> None:
            """Take the answer."""
            parts = urlsplit(self.path)
            if parts.path != PATH:
                self._answer(404, b"")
                return
            take(parts.query)
            self._answer(200, _PAGE)

        def log_message(self, *_: object) -> None:
            """Say nothing: the address has a code in it."""

        def _answer(self, status: int, body: bytes) -> None:
            with contextlib.suppress(OSError, socket.timeout):
                self.send_response(status)
                for name, value in _HEADERS:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

    return Handler
