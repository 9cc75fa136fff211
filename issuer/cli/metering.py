"""`serve` tells what the settings say: metrics (ISSUER_METRICS), requests in the log (ISSUER_LOG), ISSUER_TRACES."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from issuer.bank import Bank
    from issuer.cli.context import CommandContext
    from issuer.deliveries.ages import Promises
    from keys.gate.gate import App


@contextmanager
def metered(app: "App", bank: "Bank", context: "CommandContext", *, promises: "Promises") -> "Iterator[App]":
    """Return the application with what tells of its requests before it; itself without a setting.

    Raises:
        GateError: a setting names no place that can be taken or asked, or its extra is not installed.
    """
    from keys.gate.telling import Telling, telling

    settings = context.settings
    asked = Telling(
        "cb-issuer",
        settings.metrics,
        settings.log,
        settings.traces,
        traces_share=settings.traces_share,
        traces_pass_on=settings.traces_pass_on,
    )
    with telling(asked) as teller:
        if teller.metrics is not None:
            from issuer.measuring import bank_figures

            teller.metrics.read_when_asked(lambda: bank_figures(bank, promises, now=context.clock()))
        yield teller.before(app)
