"""What a worker does: check one file after the other, each within its time, and say what it would need to go on.

A worker has no network and no state folder, only the lists it was given. PDFs and pictures are read by child processes
of its own, which stay warm. A file that takes more than its time ends the worker: the kernel's timer does that, so it
holds also where Python cannot be interrupted. The same code runs in a process of ours and in a worker of a cluster.
"""

import hashlib
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from credential_schemas.report.model import Content
from credential_schemas.version import VERSION
from keys.encoding import JsonValue
from keys.values import dataclass, field, replace
from verifier.batch.limits import FILE_S
from verifier.batch.lines import Line, counted_line_of, error_document
from verifier.batch.lists import KnownList, ListName, ListNeeded, ListsAtHand
from verifier.batch.manifest import Application
from verifier.batch.matching import match_application
from verifier.checks.assembling import Verification, examine
from verifier.checks.proved_copies import ProvedCopies
from verifier.checks.rules import Moment, Rules
from verifier.errors import BatchRefused, UnreadableEvidence
from verifier.evidence.gathering import Submission
from verifier.evidence.kinds import form_by_start
from verifier.evidence.pool import ReaderPool
from verifier.policies.profile import Profile
from verifier.trust_files import offered_list_or_bundle

_LONGEST_START = 16
_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class ReceiptTerms:
    """What receipts of a batch say: the name of the verifier, and whether everything disclosed is inside."""

    verifier: str
    with_content: bool


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything a verdict depends on beside the file and the status lists; the same for a whole batch.

    Args:
        trust: the bytes of the trust list or bundle, judged by the parent.
        profile: what must hold.
        now: when the checks are made, for all files the same; `simulated` when the caller chose it.
        recipient: as of `check`.
        require_document: as of `check`.
        max_age_s: the caller's limit on the age of a list.
        tracks_replays: whether the parent would have noticed an older list.
        matches: whether there is a manifest.
        file_s: seconds for one file.
        receipts: whose receipts are to be made and what they hold, or None; they are signed by the parent.
        run_id: another one for every run, so that a worker of a cluster never judges by the lists of another batch.
        version: of the program that asks; a worker of another version refuses.
    """

    trust: bytes = field(repr=False)
    profile: Profile
    now: datetime
    simulated: bool = False
    recipient: str | None = None
    require_document: bool = False
    max_age_s: int | None = None
    tracks_replays: bool = False
    matches: bool = False
    file_s: float = FILE_S
    receipts: ReceiptTerms | None = None
    run_id: str = ""
    version: str = VERSION


@dataclass(frozen=True, slots=True)
class Task:
    """One file to check: its number in the batch, its name, its bytes, and whose it is."""

    number: int
    name: str
    data: bytes = field(repr=False)
    application: Application | None = None


@dataclass(frozen=True, slots=True)
class ChunkAnswer:
    """The lines for the first tasks of a chunk, and the list without which the next one cannot be judged, if any."""

    lines: tuple[Line, ...]
    needed: ListName | None = None


class Checker:
    """Checks the files of one batch in this process; for one thread at a time.

    Raises:
        BatchRefused: it is asked by another version of the program.
    """

    def __init__(self, setup: Setup) -> None:
        if setup.version != VERSION:
            raise BatchRefused("cluster", f"expected workers of version {setup.version}, found {VERSION}")
        self.setup = setup
        self._moment = Moment(setup.now, setup.simulated)
        self._lists = ListsAtHand(max_age_s=setup.max_age_s, tracks_replays=setup.tracks_replays)
        self._rules = Rules(
            trust=offered_list_or_bundle(setup.trust, now=self._moment.seconds).trust,
            statuses=self._lists,
            profile=setup.profile,
            recipient=setup.recipient,
            require_document=setup.require_document,
            trust_sha256=hashlib.sha256(setup.trust).hexdigest(),
            proved_copies=ProvedCopies(_REMEMBERED),  # applicants hand in the same file for several postings
        )
        self._readers = ReaderPool(1)
        self._is_warm = False

    def check(self, tasks: Sequence[Task], lists: Sequence[KnownList]) -> ChunkAnswer:
        """Check files until all are done or a list is missing."""
        self._lists.add(lists, self._rules.trust, now=self._moment.seconds)
        lines: list[Line] = []
        for task in tasks:
            try:
                lines.append(self._line(task))
            except ListNeeded as needed:
                return ChunkAnswer(tuple(lines), needed.name)
        return ChunkAnswer(tuple(lines))

    def close(self) -> None:
        """End the child processes."""
        self._readers.close()

    def _line(self, task: Task) -> Line:
        if not self._is_warm and form_by_start(task.data[:_LONGEST_START]) is not None:
            self._readers.warm()  # its time is not the file's
            self._is_warm = True
        digest = hashlib.sha256(task.data).hexdigest()
        try:
            with at_most(self.setup.file_s), self._readers.reader() as reader:
                submission = Submission(task.name, task.data)
                verification = examine(submission, rules=self._rules, moment=self._moment, reader=reader)
                report = verification.report
                facts = self._facts(task, digest, report.content) | {"status_list": verification.list_uri or None}
                return replace(counted_line_of(task.number, report.to_json(), facts), record=self._record(verification))
        except UnreadableEvidence as error:
            problem = error
        except ListNeeded:
            raise
        except Exception:  # noqa: BLE001 - the top-level handler of a file: a fault of ours must not stop the others
            problem = UnreadableEvidence("fault")
        return error_line(task, problem, self.setup, digest)

    def _record(self, verification: Verification) -> Mapping[str, JsonValue] | None:
        """Return what a receipt of a check says, if there are to be any; the parent gives it its time."""
        terms = self.setup.receipts
        if terms is None:
            return None
        from verifier.receipt.record import Circumstances, record_of  # most batches make no receipts

        circumstances = Circumstances(self._rules, terms.verifier, VERSION, self.setup.now)
        return record_of(verification, circumstances, with_content=terms.with_content).record

    def _facts(self, task: Task, digest: str, content: Content | None) -> dict[str, JsonValue]:
        return batch_facts(task, digest, content, matches=self.setup.matches)


def batch_facts(task: Task, digest: str | None, content: Content | None, *, matches: bool) -> dict[str, JsonValue]:
    """Return the member `batch` of a line, without its number."""
    return {
        "sha256": digest,
        "status_list": None,
        "applicant_no": task.application.applicant_no if task.application is not None else None,
        "match": match_application(task.application, content).to_json() if matches else None,
    }


def error_line(task: Task, error: UnreadableEvidence, setup: Setup, digest: str | None) -> Line:
    """Return the line of a file about which there is no verdict."""
    return counted_line_of(
        task.number, error_document(error, task.name), batch_facts(task, digest, None, matches=setup.matches)
    )


_busy = threading.Lock()
_checkers: list[Checker] = []  # of this process: at most the one of the batch that is running


def check_chunk(setup: Setup, tasks: Sequence[Task], lists: Sequence[KnownList]) -> ChunkAnswer:
    """Check a chunk in this process; what was loaded for a batch stays for its next chunk.

    One chunk at a time, because the timer belongs to the process.

    Raises:
        BatchRefused: this worker has another version.
    """
    with _busy:
        if not _checkers or _checkers[0].setup != setup:
            while _checkers:
                _checkers.pop().close()
            _checkers.append(Checker(setup))
        return _checkers[0].check(tasks, lists)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """End this process, by the kernel's hand, if what is inside takes longer."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
