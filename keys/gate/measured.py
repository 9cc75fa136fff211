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
NO_ANSWER: Final = 499
"""The status of a request whose client went before an answer began."""
TRACE_ID: Final = "cb_trace_id"
"""Member of the ASGI scope: under which id the request is traced; only where it is."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One value of a service that is read when somebody asks; `labels` are out of closed lists."""

    name: str
    says: str
    value: float
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Served:
    """One request that has ended.

    `request_id` is the gate's, empty when it never reached the gate; `trace_id` is empty where nothing is traced.
    """

    route: str
    method: str
    status: int
    seconds: float
    request_id: str = ""
    trace_id: str = ""


class Ledger(Protocol):
    """Where requests are recorded."""

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
        """Serve one request and record it; the start and the end of the server are passed on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = NO_ANSWER, self._timer()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        self._ledger.begun()
        try:
            await self._app(scope, receive, noting)
        finally:
            spent = self._timer() - began
            ids = scope.get(REQUEST_ID, ""), scope.get(TRACE_ID, "")
            self._ledger.ended(Served(route_of(scope, self._known), method_of(scope), status, spent, *ids))


def method_of(scope: Scope) -> str:
    """Return the method of a request out of a closed list."""
    method: str = scope["method"]
    return method if method in _METHODS else OTHER


def route_of(scope: Scope, known: Collection[str] = ()) -> str:
    """Return the template of the address that was asked, as it stands in the code; `known` as for `Measured`."""
    template = getattr(scope.get("route"), "path", None)
    if isinstance(template, str):
        return template
    path: str = scope["path"]
    return path if path in known else OTHER
