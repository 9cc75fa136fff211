"""Log lines of a service: one line each, at most 2 KiB, and never the message or the values of an exception (S20)."""

import logging
from typing import Final

from keys.faults import place_of
from keys.limits import MAX_LOG_LINE_BYTES

_ELLIPSIS: Final = b"..."


class OneLine(logging.Formatter):
    """Time (UTC), level, text. Control characters become question marks; an exception is its kind and place."""

    def __init__(self) -> None:
        """Take the form of this house; the text of a record decides nothing about it."""
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without its line break."""
        text = f"{self.formatTime(record)} {record.levelname} {record.getMessage().strip()}"
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            text = f"{text}: {place_of(error)}"
        line = "".join(mark if mark.isprintable() else "?" for mark in text).encode("utf-8")
        if len(line) > MAX_LOG_LINE_BYTES:
            line = line[: MAX_LOG_LINE_BYTES - len(_ELLIPSIS)] + _ELLIPSIS
        return line.decode("utf-8", "ignore")


def logging_to(stream: str) -> dict[str, object]:
    """Return the configuration (`logging.config.dictConfig`) of a service: warnings and worse to one stream.

    Args:
        stream: as dictConfig names it, `ext://sys.stderr`.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": OneLine}},
        "handlers": {"line": {"class": "logging.StreamHandler", "formatter": "line", "stream": stream}},
        "root": {"handlers": ["line"], "level": "WARNING"},
    }
