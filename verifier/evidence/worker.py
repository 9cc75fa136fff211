"""The child processes that read hostile files: a server that has everything loaded, and one child for each request.

The server is started by `fork_server`, loads what its tasks need, and never sees a hostile byte. Its standard input is
a socket of whole messages:

    start TASK  with a connection      -> the number of a new child, which answers one request on that connection
    end PID                            -> nothing; the child is gone
    cause PID                          -> what ended the child, as `os.waitpid` says it; the child is gone

A child takes a line of JSON (`size`, and what its task needs) and `size` raw bytes; it answers with one line of JSON,
either facts, `{"unreadable": kind}`, `{"needs": task}` or `{"fault": place}`, and ends. So a file that takes its child
over can lie about itself only. A fault is an exception that nobody expected: our failure, never something that is said
of the file. `pdf` and `seal` read what our issuer writes, and have no PDF parser; what is written in another way needs
`pdf_parsed` or `seal_parsed`, whose libraries a server loads when the first such file comes.
"""

import errno
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import BinaryIO, Final, TypedDict

from keys.encoding import JsonValue, decode_json_object, encode_json
from keys.faults import place_of
from verifier.errors import UnreadableEvidence
from verifier.evidence.confinement import confine_child, confine_server
from verifier.evidence.limits import MAX_REPLY_BYTES

READY: Final = b"ready"
MAX_REQUEST_LINE = 1024 * 1024
MAX_MESSAGE: Final = 64
_LIMIT_REACHED: Final[dict[str, JsonValue]] = {"unreadable": "too_demanding", "values": {}}
_REFUSED_BY_LIMITS: Final = frozenset({errno.EMFILE, errno.ENOMEM, errno.EAGAIN})  # open, map, fork (`confinement`)

Task = Callable[[bytes, Mapping[str, JsonValue]], dict[str, JsonValue]]


def main() -> None:
    """Load the tasks named on the command line, then serve until the other end of standard input is closed."""
    confine_server()
    gc.disable()  # imports make no garbage, a child lives too briefly, and collecting would copy the pages it shares
    control = socket.socket(fileno=os.dup(0))
    for task in sys.argv[1:]:
        LOADERS[task]()
    control.sendall(READY)
    _serve(control)


def _serve(control: socket.socket) -> None:
    children: set[int] = set()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, MAX_MESSAGE, 1)
        verb, _, argument = message.decode("ascii").partition(" ")
        if verb == "start":
            children.add(_start(argument, descriptors[0], control=control))
        elif verb in ("end", "cause"):
            children.remove(int(argument))
            status = _ended(int(argument))
            if verb == "cause":
                control.sendall(b"%d" % status)
        else:  # the program that asked wants no more, or is gone
            for child in children:
                _ended(child)
            return


def _start(task: str, connection: int, *, control: socket.socket) -> int:
    LOADERS[task]()
    server = os.getpid()
    child = os.fork()
    if child == 0:
        _be_child(task, connection, server=server)
    os.close(connection)
    control.sendall(b"%d" % child)
    return child


def _ended(child: int) -> int:
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def _be_child(task: str, connection: int, *, server: int) -> None:
    """Answer one request and end; nothing of the server's own work is done here, whatever happens."""
    status = os.EX_SOFTWARE
    try:
        os.dup2(connection, 0)
        confine_child(server=server)
        with open(0, "rb", closefd=False) as request, open(0, "wb", closefd=False) as reply:
            reply.write(answer(task, request))
        status = 0
    except (MemoryError, ConnectionError):  # a limit, or whoever asked wants no more
        status = 1
    finally:
        os._exit(status)


def answer(task: str, request: BinaryIO) -> bytes:
    """Return the line that answers one request for a task."""
    asked = decode_json_object(request.readline(MAX_REQUEST_LINE), max_bytes=MAX_REQUEST_LINE)
    size = asked["size"]
    reply = encode_json(perform(task, request.read(size if isinstance(size, int) else 0), asked))
    if len(reply) > MAX_REPLY_BYTES:
        reply = encode_json(_LIMIT_REACHED)
    return reply + b"\n"


def perform(task: str, data: bytes, request: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Read one piece of evidence; return its facts, `{"unreadable": kind, "values": {}}` or `{"fault": place}`."""
    work = LOADERS[task]()
    try:
        return work(data, request)
    except UnreadableEvidence as error:
        return {"unreadable": error.kind, "values": dict(error.values)}
    except (MemoryError, RecursionError):
        return dict(_LIMIT_REACHED)
    except Exception as error:  # noqa: BLE001 - the top-level handler of a child: a fault of ours is told as one
        if isinstance(error, OSError) and error.errno in _REFUSED_BY_LIMITS:
            return dict(_LIMIT_REACHED)
        return {"fault": place_of(error)}


@cache
def _load_pdf() -> Task:
    from verifier.evidence.pdf_reading import read_plain
    from verifier.evidence.rehearsal import rehearse_plain_pdf

    rehearse_plain_pdf()
    return lambda data, _: read_plain(data) or {"needs": "pdf_parsed"}


@cache
def _load_pdf_parsed() -> Task:
    from verifier.evidence.pdf_reading import read_pdf
    from verifier.evidence.rehearsal import rehearse_pdf

    rehearse_pdf()
    return lambda data, _: read_pdf(data)


@cache
def _load_picture() -> Task:
    from verifier.evidence.picture_reading import read_picture
    from verifier.evidence.rehearsal import rehearse_picture

    rehearse_picture()
    return lambda data, _: read_picture(data)


@cache
def _load_seal() -> Task:
    from verifier.evidence.rehearsal import rehearse_plain_seal
    from verifier.evidence.seal_reading import read_plain_seal

    rehearse_plain_seal()
    return lambda data, request: read_plain_seal(data, **_trusted(request)) or {"needs": "seal_parsed"}


@cache
def _load_seal_parsed() -> Task:
    from verifier.evidence.rehearsal import rehearse_seal
    from verifier.evidence.seal_reading import read_seal

    rehearse_seal()
    return lambda data, request: read_seal(data, **_trusted(request))


class _Trusted(TypedDict):
    """Whom the caller of a check of a seal trusts, and when."""

    roots: list[str]
    tsa_roots: list[str]
    now: datetime


def _trusted(request: Mapping[str, JsonValue]) -> _Trusted:
    now = request["now"]
    seconds = now if isinstance(now, int) else 0
    return {
        "roots": _texts(request["roots"]),
        "tsa_roots": _texts(request["tsa_roots"]),
        "now": datetime.fromtimestamp(seconds, UTC),
    }


LOADERS: Final[dict[str, Callable[[], Task]]] = {
    "pdf": _load_pdf,
    "pdf_parsed": _load_pdf_parsed,
    "picture": _load_picture,
    "seal": _load_seal,
    "seal_parsed": _load_seal_parsed,
}


def _texts(value: JsonValue) -> list[str]:
    return [str(text) for text in value] if isinstance(value, list) else []
