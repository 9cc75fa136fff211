"""`serve` shows metrics, if ISSUER_METRICS says where, and writes requests down, if ISSUER_LOG says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from issuer.bank import Bank
    from issuer.cli.context import CommandContext
    from issuer.source_ages import Promises
    from keys.gate.gate import App


@contextmanager
def metered(app: "App", bank: "Bank", context: "CommandContext", *, promises: "Promises") -> "Iterator[App]":
    """Return the application with what counts and writes down its requests before it; itself without a setting.

    Raises:
        GateError: the setting names no place that can be taken, or the extra `metrics` is not installed.
    """
    from keys.gate.request_log import logged
    from keys.gate.showing import showing_metrics

    app = logged(app, context.settings.log)
    with showing_metrics(context.settings.metrics) as metrics:
        if metrics is None:
            yield app
            return
        from issuer.measuring import bank_figures
        from keys.gate.measured import Measured

        metrics.read_when_asked(lambda: bank_figures(bank, promises, now=context.clock()))
        yield Measured(app, metrics)
