"""Ask child processes what a piece of evidence holds: within one budget, and with the facts as types.

An answer that lacks something, or says something unknown, is our failure: what is missing never counts as "nothing was
found", and only the word `intact` is a seal. So is a child that ends by an exception nobody expected; one that crashes
or is ended by its limits says that its file is too demanding.
"""

import re
import time
from collections.abc import Mapping
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

from credential_schemas.report.reasons import Reason
from keys.encoding import JsonValue, decode_json_object, encode_json
from keys.errors import DecodingError
from keys.values import dataclass
from verifier.errors import EvidenceReaderFailed, UnreadableEvidence
from verifier.evidence.kinds import Form
from verifier.evidence.limits import MAX_REPLY_BYTES, WALL_S

if TYPE_CHECKING:
    from verifier.evidence.fork_server import Child, Ending, ForkServer, Servers
    from verifier.evidence.slots import Slots

_CHUNK = 1024 * 1024
_PLACE = r"[A-Za-z]{1,60} in [A-Za-z0-9_.]{1,120}:[0-9]{1,6}"
_FINDINGS = frozenset(
    {
        "active_content",
        "attachment_missing",
        "attachment_missing_signed",
        "attachment_repeated",
        "attachment_unexpected",
    }
)
_SEAL_REASONS = frozenset(reason.value for reason in Reason if reason.value.startswith("seal_"))


@dataclass(frozen=True, slots=True)
class PdfFacts:
    """What a PDF holds, nothing of it verified.

    `findings` are the slugs of what the container must not have or lacks; `signed` whether a signature is in it;
    `codes` the different credentials its codes carry; `code_problem` why there is none; `addresses` where the codes
    lead; `wording` the version of the wording that the file names; `log_proof` the attached proof of the issuing log.
    """

    findings: tuple[str, ...]
    credential: str | None
    signed: bool
    texts: tuple[str, ...]
    codes: tuple[str, ...]
    code_problem: str | None
    addresses: tuple[str, ...] = ()
    wording: int | None = None
    log_proof: str | None = None


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """The credential that the codes in a picture carry, nothing of it verified, and where the codes lead."""

    credential: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SealFacts:
    """What the one rule for seals says of a file; `time_stamp` is `none`, `trusted` or `untrusted`."""

    reason: str | None
    detail: str
    signer: str | None
    signed_at: str | None
    stamped_at: str | None = None
    time_stamp: str = "none"


class EvidenceReader:
    """Reads hostile bytes in child processes, a new one for each request; for one thread.

    One budget holds for one piece of evidence: `read_pdf` and `read_picture` begin it, `check_seal` of the same bytes
    uses what is left. Use it as a context manager; without `servers` it has its own and ends them.

    Args:
        wall_s: seconds for all that is read of one piece of evidence.
        servers: where the children come from.
        slots: permissions to have a child; one is taken when the first child is needed, and kept until the end.
    """

    def __init__(
        self, *, wall_s: float = WALL_S, servers: "Servers | None" = None, slots: "Slots | None" = None
    ) -> None:
        self._wall_s = wall_s
        self._given = servers
        self._own: Servers | None = None
        self._slots = slots
        self._has_slot = False
        self._evidence: bytes | None = None
        self._left_s = wall_s

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give back what was taken."""
        if self._own is not None:
            self._own.close()
        if self._has_slot and self._slots is not None:
            self._has_slot = False
            self._slots.give_back()

    def expect(self, *forms: Form) -> None:
        """Let the servers for these forms load while the caller does something else."""
        if Form.PDF in forms:
            self._servers().pages.start("pdf")
            self._servers().seals.start("seal")
        if Form.PICTURE in forms:
            self._servers().pages.start("picture")

    def read_picture(self, data: bytes) -> PictureFacts:
        """Return what the codes in a picture say.

        Raises:
            UnreadableEvidence: why there is none.
        """
        self._begin(data)
        facts = self._ask("picture", data)
        credential = _text(facts, "credential")
        if credential is None:
            raise EvidenceReaderFailed("expected a credential from the picture reader, found none")
        return PictureFacts(credential, _texts(facts, "addresses"))

    def read_pdf(self, data: bytes) -> PdfFacts:
        """Return the facts of a PDF.

        Raises:
            UnreadableEvidence: it is damaged, locked, too large or too demanding.
        """
        self._begin(data)
        facts = self._ask("pdf", data)
        wording, signed, findings = _member(facts, "wording"), _member(facts, "signed"), _texts(facts, "findings")
        if not isinstance(signed, bool) or not _FINDINGS.issuperset(findings):
            raise EvidenceReaderFailed("expected known findings from the evidence reader, found others")
        return PdfFacts(
            findings=findings,
            credential=_text(facts, "credential"),
            signed=signed,
            texts=_texts(facts, "texts"),
            codes=_texts(facts, "codes"),
            code_problem=_text(facts, "code_problem"),
            addresses=_texts(facts, "addresses"),
            wording=wording if isinstance(wording, int) else None,
            log_proof=_text(facts, "log_proof"),
        )

    def check_seal(
        self, data: bytes, *, roots: tuple[str, ...], now: datetime, tsa_roots: tuple[str, ...] = ()
    ) -> SealFacts:
        """Return what the one rule for seals says, with the sealers of these roots (PEM) trusted at `now`.

        `tsa_roots` (PEM) are those of the time-stamping authorities that are believed.

        Raises:
            UnreadableEvidence: the file is too demanding.
        """
        request: dict[str, JsonValue] = {
            "roots": list(roots),
            "tsa_roots": list(tsa_roots),
            "now": int(now.timestamp()),
        }
        if data is not self._evidence:
            self._begin(data)
        facts = self._ask("seal", data, request)
        reason = _text(facts, "reason")
        if reason not in (_SEAL_REASONS if facts.get("outcome") != "intact" else (None,)):
            raise EvidenceReaderFailed("expected an intact seal or a reason from the evidence reader, found neither")
        return SealFacts(
            reason=reason,
            detail=_text(facts, "detail") or "",
            signer=_text(facts, "signer"),
            signed_at=_text(facts, "signed_at"),
            stamped_at=_text(facts, "stamped_at"),
            time_stamp=_text(facts, "time_stamp") or "none",
        )

    def _servers(self) -> "Servers":
        if self._given is not None:
            return self._given
        if self._own is None:
            from verifier.evidence.fork_server import Servers  # a bare credential needs neither processes nor sockets

            self._own = Servers()
        return self._own

    def _begin(self, data: bytes) -> None:
        self._evidence, self._left_s = data, self._wall_s

    def _ask(self, task: str, data: bytes, request: Mapping[str, JsonValue] | None = None) -> dict[str, JsonValue]:
        """Return the facts; a file that one task leaves to another is read by that one, within the same budget."""
        message = encode_json({**(request or {}), "size": len(data)}) + b"\n" + data
        try:
            facts = decode_json_object(self._exchange(task, message), max_bytes=MAX_REPLY_BYTES)
        except DecodingError as error:
            raise EvidenceReaderFailed(f"expected one JSON object from the evidence reader, found: {error}") from error
        if "fault" in facts:
            raise EvidenceReaderFailed("expected facts from the evidence reader, found a fault", place=_place_of(facts))
        if facts == {"needs": f"{task}_parsed"}:
            return self._ask(f"{task}_parsed", data, request)
        kind, values = facts.get("unreadable"), facts.get("values")
        if kind is not None:
            raise UnreadableEvidence(str(kind), **(values if isinstance(values, dict) else {}))
        return facts

    def _exchange(self, task: str, message: bytes) -> bytes:
        """Return a child's answer; one that was killed from outside says nothing about the file and is replaced once.

        Raises:
            UnreadableEvidence: the time is used up, or the child was ended for its greed, or crashed.
            EvidenceReaderFailed: it ended by an exception that nobody expected.
        """
        from keys.watching import happened, stage  # as in `_servers`
        from verifier.evidence.fork_server import Ending

        if self._slots is not None and not self._has_slot:
            self._slots.take()
            self._has_slot = True
        server = self._servers().of(task)
        for is_last in (False, True):
            child = server.child(task)
            started, cause = time.monotonic(), None
            with stage("child", task=task):
                try:
                    return _converse(child, message, started + self._left_s)
                except (OSError, EOFError) as error:  # among them TimeoutError
                    cause = error
                finally:
                    self._left_s -= time.monotonic() - started
                    ending = _finish(child, server, cause)
                    happened("child.ended", task=task, ended=_word_of(cause, ending))
            if ending is Ending.FAULT:
                raise EvidenceReaderFailed("expected an answer from the evidence reader, found a fault") from cause
            if is_last or ending is not Ending.KILLED:
                raise UnreadableEvidence("too_demanding") from cause
        raise AssertionError("the last attempt returns or raises")


def _finish(child: "Child", server: "ForkServer", cause: OSError | EOFError | None) -> "Ending | None":
    """End a child; return how it ended if it did so by itself and before it could answer."""
    if cause is None or isinstance(cause, TimeoutError):
        server.end(child)
        return None
    return server.ending(child)


def _word_of(cause: Exception | None, ending: "Ending | None") -> str:
    """Return how a child ended, for whoever counts."""
    if cause is None:
        return "answered"
    return "out_of_time" if ending is None else ending.name.lower()


def _place_of(facts: Mapping[str, JsonValue]) -> str:
    """Kind and place of a fault in the form in which a child gives it; nothing else of a hostile answer is repeated."""
    place = facts["fault"]
    return place if isinstance(place, str) and re.fullmatch(_PLACE, place) else ""


def _converse(child: "Child", message: bytes, deadline: float) -> bytes:
    connection = child.connection
    connection.settimeout(_until(deadline))
    connection.sendall(message)
    reply = bytearray()
    while not reply.endswith(b"\n"):
        connection.settimeout(_until(deadline))
        chunk = connection.recv(_CHUNK)
        if not chunk or len(reply) + len(chunk) > MAX_REPLY_BYTES + 1:
            raise EOFError
        reply += chunk
    return bytes(reply)


def _until(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _member(facts: Mapping[str, JsonValue], name: str) -> JsonValue:
    if name not in facts:
        raise EvidenceReaderFailed(f"expected {name} from the evidence reader, found none")
    return facts[name]


def _text(facts: Mapping[str, JsonValue], name: str) -> str | None:
    value = _member(facts, name)
    if value is not None and not isinstance(value, str):
        raise EvidenceReaderFailed(f"expected {name} from the evidence reader to be text, found something else")
    return value


def _texts(facts: Mapping[str, JsonValue], name: str) -> tuple[str, ...]:
    value = _member(facts, name)
    texts = tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
    if not isinstance(value, list) or len(texts) != len(value):
        raise EvidenceReaderFailed(f"expected {name} from the evidence reader to be texts, found something else")
    return texts
