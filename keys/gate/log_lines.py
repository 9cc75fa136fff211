"""Log lines of a service: one line each, at most 2 KiB, and never the message or the values of an exception (S20).

Two forms: lines for people, and JSON for programs that collect logs. In JSON every request that has ended is a line,
too (`request_log`); for people only what deserves their attention is. Every line that this project writes is an event
with a name (docs/operations.md lists them); lines of libraries are `message`. Where requests are traced, a line has
the trace.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Final

from keys.errors import GateError
from keys.faults import EVENT, TOLD, place_of
from keys.limits import MAX_LOG_LINE_BYTES
from keys.watching import trace_id

LINES: Final = "lines"
JSON: Final = "json"
REQUESTS: Final = "keys.gate.request_log"
"""The logger of requests that have ended."""
REQUEST: Final = "request"
"""The event of a request that has ended; its line needs no text."""

_ELLIPSIS: Final = b"..."
_MEMBERS_BYTES: Final = 512  # of a JSON line, beside its message


def text_of(record: logging.LogRecord, *, max_bytes: int) -> str:
    """Return what a record says: without control characters, an exception as its kind and place.

    Args:
        record: of any logger.
        max_bytes: of UTF-8; what is longer ends in three dots.
    """
    return _harmless(record.getMessage().strip(), record, max_bytes=max_bytes)


def _harmless(text: str, record: logging.LogRecord, *, max_bytes: int) -> str:
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        text = f"{text}: {place_of(error)}"
    line = "".join(mark if mark.isprintable() else "?" for mark in text).encode("utf-8")
    if len(line) > max_bytes:
        line = line[: max_bytes - len(_ELLIPSIS)] + _ELLIPSIS
    return line.decode("utf-8", "ignore")


class OneLine(logging.Formatter):
    """Time (UTC), level, text. Control characters become question marks; an exception is its kind and place."""

    def __init__(self) -> None:
        """Take the form of this house; the text of a record decides nothing about it."""
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without its line break."""
        traced = trace_id()
        text = f"{self.formatTime(record)} {record.levelname} {record.getMessage().strip()}"
        text = text if traced is None else f"{text} (trace {traced})"
        return _harmless(text, record, max_bytes=MAX_LOG_LINE_BYTES)


class JsonLine(logging.Formatter):
    """An object with `time` (RFC 3339, UTC, milliseconds), `level`, `event`, and what the event tells.

    A request that has ended has `route`, `method`, `status`, `duration_ms` and `request_id`; every other event `logger`
    and `message`; and where there is a trace, `trace_id`.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without its line break."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        said: dict[str, object] = {"time": time, "level": record.levelname.lower()}
        name, told = getattr(record, EVENT, "message"), getattr(record, TOLD, {})
        traced = trace_id()
        said |= {"event": name} if traced is None else {"event": name, "trace_id": traced}
        if name == REQUEST:
            return json.dumps(said | told)
        # A quotation mark or backslash takes two bytes in JSON, a letter beyond ASCII no more than before.
        room = (MAX_LOG_LINE_BYTES - _MEMBERS_BYTES) // 2
        said |= told
        said |= {"logger": record.name[:64], "message": text_of(record, max_bytes=room)}
        return json.dumps(said, ensure_ascii=False)


_FORMATTERS: Final = {LINES: OneLine, JSON: JsonLine}


def logging_to(stream: str, form: str = LINES) -> dict[str, object]:
    """Return the configuration (`logging.config.dictConfig`) of a service: warnings and worse to one stream.

    Args:
        stream: as dictConfig names it, `ext://sys.stderr`.
        form: `lines`, or `json`, which tells of every request, too.

    Raises:
        GateError: another form.
    """
    if form not in _FORMATTERS:
        raise GateError("cannot write the log: expected the form lines or json")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": _FORMATTERS[form]}},
        "handlers": {"line": {"class": "logging.StreamHandler", "formatter": "line", "stream": stream}},
        "root": {"handlers": ["line"], "level": "WARNING"},
        "loggers": {REQUESTS: {"level": "INFO" if form == JSON else "WARNING"}},
    }
