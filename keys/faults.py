"""How a fault of the program is told: its kind and its place, never its message, which may hold anything."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_LOG: Final = logging.getLogger(__name__)


def place_of(error: BaseException) -> str:
    """Return kind and place of an exception, such as `KeyError in issuer.api:12`."""
    place = ""
    trace = error.__traceback__
    while trace is not None:
        place = f" in {trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__}{place}"


@contextmanager
def faults_told(work: str, *kinds: type[Exception]) -> Iterator[None]:
    """Do what may fail without stopping the rest: a fault ends the `with` block, and is one line of the log.

    Args:
        work: what is done, as the line says it; nobody's name, number or code.
        kinds: of exceptions; `Exception` itself at the top of a thread or of a task, and nowhere else.
    """
    try:
        yield
    except kinds as error:
        _LOG.error("%s failed: %s", work, place_of(error))
