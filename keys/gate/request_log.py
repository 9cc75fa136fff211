"""A line of the log for every request that has ended: by which route, how it ended, how long it took; never whose.

Only where the log is written as JSON (`log_lines`); without it nothing stands before the service.
"""

import logging
from collections.abc import Collection
from typing import Final

from keys.faults import log_event
from keys.gate.gate import App
from keys.gate.log_lines import JSON, REQUEST, REQUESTS
from keys.gate.measured import Measured, Served

_LOG: Final = logging.getLogger(REQUESTS)


class RequestLog:
    """Records requests (`measured.Ledger`) by their bounded labels, and nothing else that came with them."""

    def begun(self) -> None:
        """Say nothing: a request is told when it has ended."""

    def ended(self, served: Served) -> None:
        """Write one line."""
        told: dict[str, object] = {
            "route": served.route,
            "method": served.method,
            "status": served.status,
            "duration_ms": round(served.seconds * 1000, 3),
            "request_id": served.request_id,
        }
        if served.trace_id:
            told["trace_id"] = served.trace_id
        _LOG.info(REQUEST, extra=log_event(REQUEST, **told))


def logged(app: App, form: str, *, known: Collection[str] = ()) -> App:
    """Return an application whose requests are written down, if the log has the form for it; else itself.

    Args:
        app: the application, its gate included.
        form: of the log, as `logging_to` takes it.
        known: addresses that are answered before the application looks for a route.
    """
    return Measured(app, RequestLog(), known=known) if form == JSON else app
