"""How the program tells what happened: an event by its name; a fault by kind and place, never by its message.

A message of an exception may hold anything.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

EVENT: Final = "cb_event"
TOLD: Final = "cb_told"
"""What a record of the log has beside its text: the name of the event, and members of a JSON line."""


def log_event(name: str, **told: object) -> dict[str, object]:
    """Return the `extra` of a logging call: the name of an event, and members for a JSON line.

    Args:
        name: of the event, a word of the code; docs/operations.md lists all of them.
        told: members of the JSON line: ids of requests, codes and counts; never a value of a request.
    """
    return {EVENT: name, TOLD: told}


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
    """Let the work of a `with` block fail without stopping the rest: a fault ends the block and is a line of the log.

    Args:
        work: what is done, as the line says it; nobody's name, number or code.
        kinds: of exceptions; `Exception` itself at the top of a thread or of a task, and nowhere else.
    """
    try:
        yield
    except kinds as error:
        import logging  # a child that reads evidence asks for places only

        logging.getLogger(__name__).error(
            "%s failed: %s", work, place_of(error), extra=log_event("work_failed", work=work)
        )
