"""Chunks and answers as bytes, on their way to the workers of a cluster and back.

One line of JSON says what follows; behind it lie the bytes of the files, or of the lines, one after the other. So a
scheduler carries one piece that it need not take apart, and nothing in an answer can act when it is read. Processes of
this machine get the objects: there it takes the parent no less time.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from datetime import date
from typing import Any

from verifier.batch.duplicates import Sighting, Sightings
from verifier.batch.facts import LineFacts
from verifier.batch.lines import Line
from verifier.batch.lists import KnownList
from verifier.batch.manifest import Application
from verifier.batch.work import ChunkAnswer, Setup, Task
from verifier.errors import BatchRefused
from verifier.exit_codes import ExitCode

CheckChunk = Callable[[Setup, Sequence[Task], Sequence[KnownList]], ChunkAnswer]


def check_packed(check: CheckChunk, setup: Setup, tasks: bytes, lists: Sequence[KnownList]) -> bytes:
    """Check a packed chunk where it arrived, and pack the answer; `check` is a function of a module."""
    return pack_answer(check(setup, unpack_tasks(tasks), lists))


def pack_tasks(tasks: Sequence[Task]) -> bytes:
    """Return a chunk as bytes."""
    head = [[task.number, task.name, len(task.data), _of_application(task.application)] for task in tasks]
    return _packed(head, (task.data for task in tasks))


def unpack_tasks(packed: bytes) -> tuple[Task, ...]:
    """Read `pack_tasks` back."""
    head, at = _head(packed)
    tasks = []
    for number, name, length, application in head:
        tasks.append(Task(number, name, packed[at : at + length], _application(application)))
        at += length
    return tuple(tasks)


def pack_answer(answer: ChunkAnswer) -> bytes:
    """Return an answer as bytes."""
    lines = [[line.number, len(line.text), line.verdict, line.record, _of_facts(line.facts)] for line in answer.lines]
    return _packed([answer.needed, lines], (line.text for line in answer.lines))


def unpack_answer(packed: bytes) -> ChunkAnswer:
    """Read `pack_answer` back.

    Raises:
        BatchRefused: it is something else.
    """
    try:
        (needed, lines), at = _head(packed)
        found = []
        for number, length, verdict, record, facts in lines:
            found.append(Line(number, packed[at : at + length], verdict, record, _facts(facts)))
            at += length
        return ChunkAnswer(tuple(found), None if needed is None else (needed[0], needed[1]))
    except (ValueError, TypeError) as error:
        raise BatchRefused("workers", "expected the answer of a worker, found something else") from error


def settle(answer: "Future[ChunkAnswer]", packed: bytes) -> None:
    """Give an answer to whoever waits for it, or say that it cannot be read."""
    try:
        answer.set_result(unpack_answer(packed))
    except BatchRefused as error:
        answer.set_exception(error)


def _packed(head: Sequence[object], parts: Iterable[bytes]) -> bytes:
    return b"".join((json.dumps(head, separators=(",", ":")).encode("ascii"), b"\n", *parts))


def _head(packed: bytes) -> tuple[Any, int]:  # what our own side wrote
    end = packed.index(b"\n")
    return json.loads(packed[:end]), end + 1


def _of_application(application: Application | None) -> tuple[str, str | None, str | None] | None:
    if application is None:
        return None
    born = application.birth_date
    return application.applicant_no, application.name, born.isoformat() if born is not None else None


def _application(packed: Sequence[str | None] | None) -> Application | None:
    if packed is None:
        return None
    number, name, born = packed
    return Application(str(number), name, date.fromisoformat(born) if born is not None else None)


def _of_facts(facts: LineFacts | None) -> tuple[object, ...] | None:
    if facts is None:
        return None
    seen = facts.sightings
    shown = [(kind, digest.hex(), apart) for kind, digest, apart in seen.facts] if seen is not None else []
    sightings = None if seen is None else (seen.number, seen.applicant, shown)
    return facts.verdict, int(facts.exit_code), facts.reasons, facts.error, facts.match, sightings


def _facts(packed: Sequence[Any] | None) -> LineFacts | None:
    if packed is None:
        return None
    verdict, code, reasons, error, match, seen = packed
    return LineFacts(verdict, ExitCode(code), tuple(reasons), error, match, None if seen is None else _sightings(*seen))


def _sightings(number: int, applicant: str | None, shown: Sequence[tuple[str, str, str]]) -> Sightings:
    facts = tuple(Sighting(kind, bytes.fromhex(digest), apart) for kind, digest, apart in shown)
    return Sightings(number, applicant, facts)
