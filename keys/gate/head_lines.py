"""Header lines that many answers share, written once for all of them.

h11 looks at every header of every answer and writes it anew, which costs more than all that the gate does. The headers
that tell a client how to treat an answer are the same few in each: they are checked and written once, kept, and put
into the head that h11 has made of the others (`keys.gate.joined_writes`). What frames an answer, and whatever else an
application sets, goes through h11 as ever.

Rules enforced:
* only headers of a closed list, and only values of visible ASCII with spaces inside, so no value can end its line;
  others are left to h11, which refuses what is no header;
* nothing of a person, of a session or of a request is among them, so nothing of that kind is kept.
"""

import functools
import re
from collections.abc import Callable
from typing import Final

from keys.gate.answers import HEADERS

ADD_LINES: Final = "cb_add_lines"
"""Member of the ASGI scope: takes lines for the head of the answer that is sent next; only the server sets it."""

AddLines = Callable[[bytes], None]
Header = tuple[bytes, bytes]

_SHARED: Final = frozenset({b"content-type", *(name.encode() for name in HEADERS)})
_OF_EVERY_ANSWER: Final = tuple((name.encode(), text.encode()) for name, text in HEADERS.items())
_PLAIN: Final = re.compile(rb"[!-~]+(?: +[!-~]+)*")
_KEPT: Final = 64


def with_headers_of_the_house(headers: list[Header], request_id: str) -> list[Header]:
    """Return headers, names in lower case, with those that every answer has; its own go before ours."""
    present = {name for name, _ in headers}
    added = [*_OF_EVERY_ANSWER, (b"x-request-id", request_id.encode())]
    return headers + [line for line in added if line[0] not in present]


def parted(headers: list[Header], request_id: str) -> tuple[bytes, list[Header]] | None:
    """Return the lines that are written already, and the headers that are left; None where h11 has to see them all.

    Args:
        headers: of an answer, names in lower case.
        request_id: of the request, in letters, digits and hyphens.
    """
    shared: list[Header] = []
    others: list[Header] = []
    for header in headers:
        (shared if header[0] in _SHARED else others).append(header)
    written = _written(tuple(shared))
    if written is None or any(name == b"x-request-id" for name, _ in others):
        return None
    return b"%bx-request-id: %b\r\n" % (written, request_id.encode()), others


@functools.lru_cache(maxsize=_KEPT)
def _written(shared: tuple[Header, ...]) -> bytes | None:
    present = {name for name, _ in shared}
    lines = [*shared, *(line for line in _OF_EVERY_ANSWER if line[0] not in present)]
    if not all(_PLAIN.fullmatch(value) for _, value in lines):
        return None
    return b"".join(b"%b: %b\r\n" % line for line in lines)
