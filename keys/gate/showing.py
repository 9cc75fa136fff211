"""Whether, and where, a service shows metrics: its setting; the library is loaded only when there is one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from keys.errors import GateError

if TYPE_CHECKING:
    from keys.gate.metrics import Metrics


@contextmanager
def showing_metrics(where: str | None) -> "Iterator[Metrics | None]":
    """Show metrics while a `with` block runs; None, and nothing is shown, without a place for them.

    Args:
        where: such as `127.0.0.1:9464` or `[::1]:9464`.

    Raises:
        GateError: that is no place, it is taken, or the library is not installed.
    """
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
