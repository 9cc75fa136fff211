"""Leaving without anybody noticing: readiness ends first, requests go on being served, then the server stops.

A balancer that asks `/readyz` learns that no more is to be sent here, and takes some seconds for it; a server that
stopped at once would meanwhile refuse connections. A second signal stops at once.
"""

from types import FrameType
from typing import Final, Protocol

from keys.gate.answers import HEADERS, PROBLEM_MEDIA_TYPE, problem_bytes, problem_document
from keys.gate.gate import App, Receive, Scope, Send

READY_PATH: Final = "/readyz"
_UNAVAILABLE: Final = 503


class Departure:
    """ASGI middleware before everything: passes all on, and says "not ready" once the service is about to leave."""

    def __init__(self, app: App) -> None:
        """Stand before an application."""
        self._app = app
        self.is_near = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if self.is_near and scope["type"] == "http" and scope["path"].endswith(READY_PATH):
            document = problem_document(
                _UNAVAILABLE, code="leaving", detail="the service is about to stop", request_id=""
            )
            body = problem_bytes(document)
            own = {**HEADERS, "content-type": PROBLEM_MEDIA_TYPE, "content-length": str(len(body))}
            lines = [(name.encode(), value.encode()) for name, value in own.items()]
            await send({"type": "http.response.start", "status": _UNAVAILABLE, "headers": lines})
            await send({"type": "http.response.body", "body": body})
            return
        await self._app(scope, receive, send)


class Later(Protocol):
    """A call that is made after a while, such as `threading.Timer`; after `cancel` it is never made."""

    def start(self) -> None:
        """Begin to wait."""

    def cancel(self) -> None:
        """Wait no more."""


class MakeLater(Protocol):
    """Makes a call that waits, as `threading.Timer` does."""

    def __call__(self, seconds: float, /, function: "Stop", args: "tuple[int, FrameType | None]") -> Later:
        """Wait so many seconds, then call with these."""


class Stop(Protocol):
    """Stops a server: what it does on a signal."""

    def __call__(self, sig: int, frame: FrameType | None, /) -> None:
        """Stop."""


class SlowStop:
    """What a server does on a signal: the first lets readiness end and stops after a while, the next stops at once."""

    def __init__(self, departure: Departure, stop: Stop, *, after_s: float, later: MakeLater) -> None:
        """Prepare.

        Args:
            departure: says that the service is no longer ready.
            stop: stops the server.
            after_s: how long to go on serving; 0 for not at all.
            later: makes the call that waits.
        """
        self._departure = departure
        self._stop = stop
        self._after_s = after_s
        self._later = later
        self._waiting: Later | None = None

    def __call__(self, sig: int, frame: FrameType | None) -> None:
        """Handle a signal."""
        if self._departure.is_near or not self._after_s:
            if self._waiting is not None:
                self._waiting.cancel()
            self._departure.is_near = True
            self._stop(sig, frame)
            return
        self._departure.is_near = True
        self._waiting = self._later(self._after_s, self._stop, (sig, frame))
        self._waiting.start()
