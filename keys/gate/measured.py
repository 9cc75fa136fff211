"""What a service tells about its requests: how many, how they ended, how long they took; never whose or about whom.

Labels are bounded and hold nothing that came with a request: the template of an address as it stands in the code, a
method out of a closed list, the status. What matches no address of the application is one label together.
"""

import time
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from keys.gate.gate import REQUEST_ID, App, Message, Receive, Scope, Send
from keys.values import dataclass, field

OTHER: Final = "other"
"""The label of every address and method that the application does not know."""

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NO_ANSWER: Final = 499  # the client went before an answer began


@dataclass(frozen=True, slots=True)
class Figure:
    """One value of a service that is read when somebody asks; `labels` are out of closed lists."""

    name: str
    says: str
    value: float
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Served:
    """One request that has ended; `request_id` is the gate's, empty when it never reached the gate."""

    route: str
    method: str
    status: int
    seconds: float
    request_id: str = ""


class Ledger(Protocol):
    """Where requests are written down."""

    def begun(self) -> None:
        """Count a request that begins."""

    def ended(self, served: Served) -> None:
        """Count one that has ended, however."""


class Measured:
    """ASGI middleware that stands before everything, the gate included, so that refusals are counted, too."""

    def __init__(
        self,
        app: App,
        ledger: Ledger,
        *,
        known: Collection[str] = (),
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Stand before an application.

        Args:
            app: the application.
            ledger: what counts.
            known: addresses that are answered before the application looks for a route, such as by its gate.
            timer: seconds from any beginning.
        """
        self._app = app
        self._ledger = ledger
        self._known = frozenset(known)
        self._timer = timer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request and write it down; pass on what is none."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = _NO_ANSWER, self._timer()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        self._ledger.begun()
        try:
            await self._app(scope, receive, noting)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else OTHER
            spent, request_id = self._timer() - began, scope.get(REQUEST_ID, "")
            self._ledger.ended(Served(self._route_of(scope), method, status, spent, request_id))

    def _route_of(self, scope: Scope) -> str:
        template = getattr(scope.get("route"), "path", None)
        if isinstance(template, str):
            return template
        return scope["path"] if scope["path"] in self._known else OTHER
