"""Metrics in the form that Prometheus reads, on a place of their own that is never the service's (extra `metrics`).

Only programs that were told where to show metrics load this module, and with it the library.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from keys.gate.gate import App, Receive, Scope, Send
from keys.gate.measured import Figure, Served
from keys.gate.server import listen, server_of
from keys.watching import Watch, Words

PATH: Final = "/metrics"
CHILD_ENDED: Final = "child.ended"
"""The event of a child process that has ended: `task` says what it did, `ended` how it ended."""
_MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_STAGE_BUCKETS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
_BUCKETS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
_STOP_S: Final = 15.0

ReadFigures = Callable[[], Iterable[Figure]]
"""Reads what is known only when somebody asks."""


class Metrics(Watch):
    """The figures of one service; every label is out of a closed list."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        own: dict[str, Any] = {"registry": self._registry}
        self._requests = Counter("cb_requests", "Requests that ended.", ("route", "method", "status"), **own)
        self._seconds = Histogram("cb_request_seconds", "How long they took.", ("route",), buckets=_BUCKETS, **own)
        self._working = Gauge("cb_requests_under_way", "Requests under way.", **own)
        stages: dict[str, Any] = {"labelnames": ("stage",), **own}
        self._stages = Histogram("cb_stage_seconds", "How long stages took.", buckets=_STAGE_BUCKETS, **stages)
        self._failures = Counter("cb_stage_failures", "Stages that an error ended.", **stages)
        self._children = Counter("cb_children", "Child processes that read evidence.", ("task", "ended"), **own)

    def begun(self) -> None:
        """Count a request that begins."""
        self._working.inc()

    def ended(self, served: Served) -> None:
        """Count one that has ended."""
        self._working.dec()
        self._requests.labels(served.route, served.method, str(served.status)).inc()
        self._seconds.labels(served.route).observe(served.seconds)

    @contextmanager
    def stage(self, name: str, about: Words) -> Iterator[None]:  # noqa: ARG002 - a label for each host would be too many
        """Measure a stage."""
        with self._stages.labels(name).time():
            try:
                yield
            except BaseException:
                self._failures.labels(name).inc()
                raise

    def happened(self, name: str, about: Words) -> None:
        """Count the end of a child process; other events are for traces."""
        if name == CHILD_ENDED:
            self._children.labels(about["task"], about["ended"]).inc()

    def counter(self, name: str, says: str, *, label: str, values: Collection[str]) -> Callable[[str], None]:
        """Return what counts events of a kind, by one label.

        Args:
            name: of the metric, without `_total`.
            says: what it counts.
            label: its label.
            values: all that the label can be; they are shown as 0 from the start, and another one is a fault.
        """
        counter = Counter(name, says, (label,), registry=self._registry)
        children = {value: counter.labels(value) for value in values}
        return lambda value: children[value].inc()

    def read_when_asked(self, read: ReadFigures) -> None:
        """Show figures that are read when somebody asks for metrics."""
        self._registry.register(_Figures(read))

    def text(self) -> bytes:
        """Return all of it in the text format of Prometheus."""
        return generate_latest(self._registry)


class _Figures(Collector):
    """Reads figures; one that fails is told by `cb_figures_read` alone, so that the others are shown."""

    def __init__(self, read: ReadFigures) -> None:
        self._read = read

    def describe(self) -> Iterable[Metric]:
        """Say nothing beforehand, so that registering reads nothing."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Read them."""
        families: dict[str, GaugeMetricFamily] = {}
        read = True
        try:
            for each in self._read():
                names = tuple(each.labels)
                family = families.setdefault(each.name, GaugeMetricFamily(each.name, each.says, labels=names))
                family.add_metric(tuple(each.labels.values()), each.value)
        except Exception:  # noqa: BLE001 - whatever cannot be read is a figure of its own
            read = False
        yield GaugeMetricFamily("cb_figures_read", "Whether the figures of the service could be read.", value=read)
        if read:
            yield from families.values()


def metrics_app(metrics: Metrics) -> App:
    """Return the application that shows metrics, and nothing else."""

    async def show(scope: Scope, _: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        is_asked = scope["path"] == PATH and scope["method"] == "GET"
        body = metrics.text() if is_asked else b""
        headers = [(b"content-type", _MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200 if is_asked else 404, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return show


@contextmanager
def shown(metrics: Metrics, *, host: str, port: int) -> Iterator[int]:
    """Show metrics from a thread of their own while a `with` block runs; answers the port.

    Raises:
        GateError: the address is taken, or not this machine's.
    """
    listening = listen(host, port)
    server = server_of(metrics_app(metrics))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="metrics", daemon=True)
    thread.start()
    try:
        yield int(listening.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(_STOP_S)
