"""The parent's side of the child process: start it, ask it, and end it when it takes too long or dies."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

from keys.encoding import JsonValue, decode_json_object, encode_json
from keys.errors import DecodingError
from verifier.errors import EvidenceReaderFailed, UnreadableEvidence
from verifier.evidence.limits import MAX_REPLY_BYTES, WALL_S

_COMMAND = (sys.executable, "-I", "-m", "verifier.evidence.worker")
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class PdfFacts:
    """What a PDF holds, nothing of it verified.

    `findings` are the slugs of what the container must not have or lacks; `signed` whether a signature is in it;
    `codes` the different credentials its codes carry; `code_problem` why there is none; `addresses` where the codes
    lead.
    """

    findings: tuple[str, ...]
    credential: str | None
    signed: bool
    texts: tuple[str, ...]
    codes: tuple[str, ...]
    code_problem: str | None
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """The credential that the codes in a picture carry, nothing of it verified, and where the codes lead."""

    credential: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SealFacts:
    """What the one rule for seals says of a file."""

    reason: str | None
    detail: str
    signer: str | None
    signed_at: str | None


class EvidenceReader:
    """Reads hostile bytes in a child process; one child serves several requests, a dead one is replaced.

    Use it as a context manager from one thread.
    """

    def __init__(self, *, wall_s: float = WALL_S) -> None:
        self._wall_s = wall_s
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the child, if there is one."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
        child.wait()

    def read_picture(self, data: bytes) -> PictureFacts:
        """Return what the codes in a picture say.

        Raises:
            UnreadableEvidence: why there is none.
        """
        facts = self._ask({"task": "picture"}, data)
        credential = _text(facts, "credential")
        if credential is None:
            raise EvidenceReaderFailed("expected a credential from the picture reader, found none")
        return PictureFacts(credential, _texts(facts, "addresses"))

    def read_pdf(self, data: bytes) -> PdfFacts:
        """Return the facts of a PDF.

        Raises:
            UnreadableEvidence: it is damaged, locked, too large or too demanding.
        """
        facts = self._ask({"task": "pdf"}, data)
        return PdfFacts(
            findings=_texts(facts, "findings"),
            credential=_text(facts, "credential"),
            signed=facts.get("signed") is True,
            texts=_texts(facts, "texts"),
            codes=_texts(facts, "codes"),
            code_problem=_text(facts, "code_problem"),
            addresses=_texts(facts, "addresses"),
        )

    def check_seal(self, data: bytes, *, roots: tuple[str, ...], now: datetime) -> SealFacts:
        """Return what the one rule for seals says, with the sealers of these roots (PEM) trusted at `now`.

        Raises:
            UnreadableEvidence: the file is too demanding.
        """
        request: dict[str, JsonValue] = {"task": "seal", "roots": list(roots), "now": int(now.timestamp())}
        facts = self._ask(request, data)
        return SealFacts(
            reason=_text(facts, "reason"),
            detail=_text(facts, "detail") or "",
            signer=_text(facts, "signer"),
            signed_at=_text(facts, "signed_at"),
        )

    def _ask(self, request: Mapping[str, JsonValue], data: bytes) -> dict[str, JsonValue]:
        reply = self._exchange(encode_json({**request, "size": len(data)}) + b"\n" + data)
        try:
            facts = decode_json_object(reply, max_bytes=MAX_REPLY_BYTES)
        except DecodingError as error:
            raise EvidenceReaderFailed(f"expected one JSON object from the evidence reader, found: {error}") from error
        kind, values = facts.get("unreadable"), facts.get("values")
        if kind is not None:
            raise UnreadableEvidence(str(kind), **(values if isinstance(values, dict) else {}))
        return facts

    def _exchange(self, message: bytes) -> bytes:
        child = self._running()
        deadline = time.monotonic() + self._wall_s
        try:
            _write(child, message, deadline)
            return _read_line(child, deadline)
        except (TimeoutError, BrokenPipeError, EOFError) as error:
            self.close()
            raise UnreadableEvidence("too_demanding") from error

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            try:
                self._child = subprocess.Popen(
                    _COMMAND,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env={"LANG": "C.UTF-8"},
                    cwd="/",
                )
            except OSError as error:
                raise EvidenceReaderFailed(f"the evidence reader did not start: {error.strerror}") from error
            if self._child.stdin is not None:
                os.set_blocking(self._child.stdin.fileno(), False)
        return self._child


def _write(child: subprocess.Popen[bytes], message: bytes, deadline: float) -> None:
    if child.stdin is None:
        raise BrokenPipeError
    descriptor, view = child.stdin.fileno(), memoryview(message)
    while view:
        _, ready, _ = select.select((), (descriptor,), (), max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        view = view[os.write(descriptor, view[:_CHUNK]) :]


def _read_line(child: subprocess.Popen[bytes], deadline: float) -> bytes:
    if child.stdout is None:
        raise EOFError
    descriptor, reply = child.stdout.fileno(), bytearray()
    while not reply.endswith(b"\n"):
        ready, _, _ = select.select((descriptor,), (), (), max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        chunk = os.read(descriptor, _CHUNK)
        if not chunk or len(reply) > MAX_REPLY_BYTES:
            raise EOFError
        reply += chunk
    return bytes(reply)


def _text(facts: Mapping[str, JsonValue], name: str) -> str | None:
    value = facts.get(name)
    return value if isinstance(value, str) else None


def _texts(facts: Mapping[str, JsonValue], name: str) -> tuple[str, ...]:
    value = facts.get(name)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
