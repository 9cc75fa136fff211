"""The child process that reads hostile PDFs and pictures: started by `reader`, fed by pipes, killed when too greedy.

It takes one request after the other: a line of JSON (`task`, `size`, and what the task needs) and `size` raw bytes on
standard input; it answers each with one line of JSON on standard output, either facts or `{"unreadable": kind}`. It
limits its own memory and files at once, its processor time anew for each request, and it opens no connection.
"""

import os
import resource
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import BinaryIO

from keys.encoding import JsonValue, decode_json_object, encode_json
from verifier.errors import UnreadableEvidence
from verifier.evidence.limits import ADDRESS_SPACE_BYTES, CPU_S, MAX_REPLY_BYTES

MAX_REQUEST_LINE = 1024 * 1024
_OPEN_FILES = 64

Task = Callable[[bytes, Mapping[str, JsonValue]], dict[str, JsonValue]]


def main() -> None:
    """Serve requests until standard input ends."""
    limit_self()
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    while line := requests.readline(MAX_REQUEST_LINE):
        _answer(line, requests, replies)


def limit_self() -> None:
    """Bound address space, file size, open files and core dumps of this process, for good."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))


def perform(
    task: str, data: bytes, request: Mapping[str, JsonValue], *, before: Callable[[], None]
) -> dict[str, JsonValue]:
    """Read one piece of evidence and return its facts, or `{"unreadable": kind, "values": {}}`.

    `before` is called when everything is loaded and the hostile bytes are next.
    """
    try:
        work = _load(task)
        before()
        return work(data, request)
    except UnreadableEvidence as error:
        return {"unreadable": error.kind, "values": dict(error.values)}
    except MemoryError:
        return {"unreadable": "too_demanding", "values": {}}


def _answer(line: bytes, requests: BinaryIO, replies: BinaryIO) -> None:
    request = decode_json_object(line, max_bytes=MAX_REQUEST_LINE)
    size = request["size"]
    data = requests.read(size if isinstance(size, int) else 0)
    reply = encode_json(perform(str(request["task"]), data, request, before=allow_processor_time))
    if len(reply) > MAX_REPLY_BYTES:
        reply = encode_json({"unreadable": "too_demanding", "values": {}})
    replies.write(reply + b"\n")
    replies.flush()


def allow_processor_time() -> None:
    """Give this request its own share of processor time; the kernel ends the process when it is used up."""
    used = os.times()
    soft = int(used.user + used.system) + 1 + CPU_S
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _load(task: str) -> Task:
    """Import what one task needs, before its processor time starts to count."""
    if task == "pdf":
        from verifier.evidence.pdf_reading import read_pdf

        return lambda data, _: read_pdf(data)
    if task == "seal":
        from verifier.evidence.seal_reading import read_seal

        return _seal_task(read_seal)
    if task == "picture":
        from verifier.evidence.picture_reading import read_picture

        return lambda data, _: read_picture(data)
    raise ValueError(f"expected a known task, found {task!r}")


def _seal_task(read_seal: Callable[[bytes, list[str], datetime], dict[str, JsonValue]]) -> Task:
    def task(data: bytes, request: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        roots, now = request["roots"], request["now"]
        pems = [str(pem) for pem in roots] if isinstance(roots, list) else []
        seconds = now if isinstance(now, int) else 0
        return read_seal(data, pems, datetime.fromtimestamp(seconds, UTC))

    return task


if __name__ == "__main__":
    main()
