"""What a service tells about itself while it runs: metrics, a log line for each request, traces; each by its setting.

The libraries are loaded only where the setting asks for them; without any setting nothing stands before the service,
and its stages are watched by nobody.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from keys.errors import GateError, UrlError
from keys.gate.gate import App
from keys.gate.log_lines import LINES
from keys.urls import parse_origin
from keys.values import dataclass
from keys.watching import Watch, Words, watched

if TYPE_CHECKING:
    from keys.gate.metrics import Metrics
    from keys.gate.traces import Tracer

_SHARE: Final = re.compile(r"(0(\.[0-9]{1,6})?|1(\.0{1,6})?)")


@dataclass(frozen=True, slots=True)
class Telling:
    """What the settings of a service say; `service` is its name in traces, `known` as for `Measured`.

    Args:
        metrics: where they are shown, such as `127.0.0.1:9464` or `[::1]:9464`; None for nowhere.
        log: the form of the log.
        traces: where traces are sent, such as `http://127.0.0.1:4318`; None for nowhere.
        traces_share: how much of all traces is kept, from 0 to 1.
        traces_pass_on: the origins, with commas between them, that are told under which trace they are asked.
    """

    service: str
    metrics: str | None = None
    log: str = LINES
    traces: str | None = None
    traces_share: str = "1"
    traces_pass_on: str = ""
    known: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Teller:
    """What was opened for a service; None for what is off."""

    telling: Telling
    metrics: "Metrics | None"
    tracer: "Tracer | None"

    def before(self, app: App) -> App:
        """Return the application behind what records its requests, or the application itself where nothing does."""
        from keys.gate.request_log import logged

        known = self.telling.known
        if self.tracer is not None:
            from keys.gate.traces import Traced

            app = Traced(app, self.tracer, known=known)
        app = logged(app, self.telling.log, known=known)
        if self.metrics is not None:
            from keys.gate.measured import Measured

            app = Measured(app, self.metrics, known=known)
        return app


class Watches(Watch):
    """Several watches that are told the same."""

    def __init__(self, *watches: Watch) -> None:
        """Take those that are told, in this order."""
        self._watches = watches

    @contextmanager
    def stage(self, name: str, about: Words) -> Iterator[None]:
        """Return what stands around the work of a stage."""
        with ExitStack() as stages:
            for watch in self._watches:
                stages.enter_context(watch.stage(name, about))
            yield

    def happened(self, name: str, about: Words) -> None:
        """Tell all of them."""
        for watch in self._watches:
            watch.happened(name, about)

    def trace_id(self) -> str | None:
        """Return the id of whoever traces."""
        return next(filter(None, (watch.trace_id() for watch in self._watches)), None)

    def passed_on(self, origin: str) -> tuple[tuple[str, str], ...]:
        """Return the headers of all of them."""
        return tuple(header for watch in self._watches for header in watch.passed_on(origin))


@contextmanager
def telling(asked: Telling) -> "Iterator[Teller]":
    """Show metrics, log requests and send traces, as the settings say, while a `with` block runs.

    Raises:
        GateError: a setting names no place that can be taken or asked, or its extra is not installed.
    """
    with _showing_metrics(asked.metrics) as metrics, _sending_traces(asked, metrics) as tracer:
        watches: list[Watch] = [watch for watch in (metrics, tracer) if watch is not None]
        watch = Watches(*watches) if len(watches) > 1 else next(iter(watches), None)
        with watched(watch):
            yield Teller(asked, metrics, tracer)


@contextmanager
def _showing_metrics(where: str | None) -> "Iterator[Metrics | None]":
    if where is None:
        yield None
        return
    host, _, port = where.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()):
        raise GateError("cannot show metrics: expected a place such as 127.0.0.1:9464")
    try:
        from keys.gate.metrics import Metrics, shown
    except ModuleNotFoundError as error:
        problem = 'cannot show metrics: expected the extra, pip install "competency-bank[metrics]"'
        raise GateError(problem) from error
    metrics = Metrics()
    with shown(metrics, host=host.strip("[]"), port=int(port)):
        yield metrics


@contextmanager
def _sending_traces(asked: Telling, metrics: "Metrics | None") -> "Iterator[Tracer | None]":
    if asked.traces is None:
        yield None
        return
    if not _SHARE.fullmatch(asked.traces_share):
        raise GateError("cannot send traces: expected a share from 0 to 1, such as 0.05")
    origins = _origins(asked.traces_pass_on)
    try:
        from keys.gate.trace_sender import DROPPED_FOR, Collector, Sender
    except ModuleNotFoundError as error:
        problem = 'cannot send traces: expected the extra, pip install "competency-bank[telemetry]"'
        raise GateError(problem) from error
    from keys.gate.traces import Tracer

    post, count = Collector.of(asked.traces).post, None
    if metrics is not None:
        says = "Spans that were dropped: too many waited, or the collector did not take them."
        count = metrics.counter("cb_spans_dropped", says, label="reason", values=DROPPED_FOR)
    sender = Sender(post, service=asked.service, count_dropped=count)
    sender.open()
    try:
        yield Tracer(sender.take, share=float(asked.traces_share), origins=origins)
    finally:
        sender.close()


def _origins(text: str) -> frozenset[str]:
    try:
        listed = filter(None, (each.strip() for each in text.split(",")))
        return frozenset(parse_origin(each, allow_loopback=True) for each in listed)
    except UrlError:
        problem = "cannot pass traces on: expected origins with commas between them, such as https://bank.example"
        raise GateError(problem) from None
