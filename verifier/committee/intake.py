"""Intake: results and receipts that exist already, or files that are checked by the service's own jobs.

Rules enforced:
* a report is read back by scoring's own strict reader, a receipt must be signed by a pinned key; the same check twice
  is kept once;
* whose it is: the line of a batch, else the manifest, else the certificate's own number; a check of nobody waits for an
  officer, who assigns it with a reason;
* what came of a job is matched with the manifest by the batch's own comparison, and the job is erased at once;
* nothing is taken for an applicant whose sheet is confirmed; it is counted and told;
* a file about which nothing could be found out is kept as such, so that a person can ask for another.
"""

import hashlib
import json
import logging
import threading
from collections.abc import Mapping, Sequence
from typing import Final

from keys.encoding import JsonValue, decode_json_object
from keys.faults import log_event
from keys.values import dataclass, replace
from verifier.batch.manifest import Application, normal_path, read_manifest
from verifier.batch.matching import match_application
from verifier.committee.access import Files, notice_in
from verifier.committee.errors import CommitteeRefused
from verifier.committee.limits import MAX_APPLICANTS
from verifier.committee.officers import OFFICER, Officer, event, stated
from verifier.committee.sheets import NO_VERDICT, RECEIPT, REPORT, Believed
from verifier.errors import BatchRefused, ScoringEvidenceRefused, ScoringFileError, VerifierError
from verifier.jobs.desk import Asked, JobDesk
from verifier.jobs.errors import JobUnknown
from verifier.jobs.job import Progress
from verifier.jobs.uploads import Upload
from verifier.scoring.evidence import Evidence, NoVerdict, read_line, read_signed
from verifier.scoring.limits import MAX_LINE_BYTES
from verifier.store.committee_files import EvidenceRow
from verifier.store.transaction import Transaction

CALLER: Final = "committee"
_LOG: Final = logging.getLogger(__name__)
_MAX_PENDING: Final = 64


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an upload: kept, known already, about locked sheets, without a verdict, belonging to nobody."""

    kept: int = 0
    known: int = 0
    locked: int = 0
    without_verdict: int = 0
    unassigned: int = 0

    def plus(self, **more: int) -> "Taken":
        """Return the sum with some more."""
        return Taken(**{name: getattr(self, name) + more.get(name, 0) for name in Taken.__slots__})


@dataclass(frozen=True, slots=True)
class _Item:
    """One check to be kept: its bytes, what they are, whose, and under which id it is known."""

    source: str
    data: bytes
    report_id: str
    number: str | None


@dataclass(frozen=True, slots=True)
class _Pending:
    notice_id: int
    officer: Officer
    manifest: Mapping[str, Application]


class IntakeDesk:
    """Where applications come in; `finished` must be told of every job that has finished."""

    def __init__(self, files: Files, believed: Believed, *, jobs: JobDesk) -> None:
        self._files = files
        self._believed = believed
        self._jobs = jobs
        self._pending: dict[str, _Pending] = {}
        self._ended: dict[str, tuple[int, Taken | CommitteeRefused]] = {}
        self._lock = threading.Lock()

    def take(self, officer: Officer, notice_id: int, *, files: Sequence[tuple[str, bytes]]) -> Taken:
        """Take results (JSON Lines) and receipts, all or none.

        Raises:
            CommitteeRefused: `role`, `unknown`, `open_only`, `too_many`; `upload`, one of them cannot be read or
                believed, with its name and line.
        """
        officer.demand(OFFICER)
        try:
            items = [item for name, data in files for item in self._items(name, data)]
        except (ScoringFileError, ScoringEvidenceRefused) as error:
            raise CommitteeRefused("upload", str(error)) from error
        return self._keep(officer, notice_id, items)

    def begin(self, officer: Officer, notice_id: int, *, upload: Upload, manifest: bytes | None) -> str:
        """Have files checked as a job, and return its id.

        Args:
            officer: who hands them in.
            notice_id: for which notice.
            upload: the files, in a folder of the jobs.
            manifest: CSV with `applicant_no` and `path`, and if wanted `name` and `birth_date`.

        Raises:
            CommitteeRefused: `role`, `unknown`, `open_only`; `upload`, the manifest is none.
            UploadRefused, QueueFull: as `JobDesk.take`.
        """
        officer.demand(OFFICER)
        with self._files.store.read() as transaction:
            notice_in(transaction, notice_id, "open", today=self._files.today())
        rows = self._manifest(manifest) if manifest is not None else {}
        with self._lock:  # a job that finishes at once waits in `finished` until it is known here
            job_id = self._jobs.take(upload, Asked(CALLER))
            self._pending[job_id] = _Pending(notice_id, officer, rows)
            for old in [*self._pending][:-_MAX_PENDING]:
                del self._pending[old]
        return job_id

    def finished(self, job_id: str) -> None:
        """Take over the results of a job, if it is one of the committee's, and erase the job."""
        with self._lock:
            pending = self._pending.get(job_id)
        if pending is None:
            return
        items: list[_Item] = []
        ended: Taken | CommitteeRefused = CommitteeRefused("not_kept")
        try:
            while lines := self._jobs.lines(job_id, CALLER, after=len(items)).splitlines():
                items += [self._checked(line, pending.manifest) for line in lines]
            ended = self._keep(pending.officer, pending.notice_id, items)
        except VerifierError as error:  # destroyed meanwhile, or the database is out of reach: nothing of it is kept
            ended = error if isinstance(error, CommitteeRefused) else ended
            about = log_event("results_not_taken_over", code=error.code)
            _LOG.error("the results of a job were not taken over: %s", error.code, extra=about)
        finally:
            with self._lock:
                del self._pending[job_id]
                self._ended[job_id] = (pending.notice_id, ended)
                for old in [*self._ended][:-_MAX_PENDING]:
                    del self._ended[old]
            self._jobs.erase(job_id, CALLER)

    def progress(self, officer: Officer, notice_id: int, job_id: str) -> Progress | Taken:
        """Say how far a job is, or what became of it.

        Raises:
            CommitteeRefused: `role`; `unknown`, there is no such job of this notice; `not_kept` or why else its
                results could not be kept.
        """
        officer.demand(OFFICER)
        with self._lock:
            pending, ended = self._pending.get(job_id), self._ended.get(job_id)
        if ended is not None and ended[0] == notice_id:
            if isinstance(ended[1], CommitteeRefused):
                raise CommitteeRefused(ended[1].kind, ended[1].detail)
            return ended[1]
        if pending is None or pending.notice_id != notice_id:
            raise CommitteeRefused("unknown")
        try:
            return self._jobs.progress(job_id, CALLER)
        except JobUnknown as error:
            raise CommitteeRefused("unknown") from error

    def assign(self, officer: Officer, notice_id: int, evidence_id: int, *, number: str, reason: str) -> None:
        """Give a check that belongs to nobody to an applicant.

        Raises:
            CommitteeRefused: `role`, `reason`, `unknown`, `open_only`; `upload`, no such number; `confirmed`.
        """
        officer.demand(OFFICER)
        why, at, wanted = stated(reason), self._files.seconds(), number.strip()
        if not 1 <= len(wanted) <= 100:
            raise CommitteeRefused("upload")
        with self._files.store.write() as transaction:
            notice_in(transaction, notice_id, "open", today=self._files.today())
            if evidence_id not in {row.id for row in transaction.applicants.unassigned(notice_id)}:
                raise CommitteeRefused("unknown")
            applicant_id = transaction.applicants.ensure(notice_id, wanted)
            if applicant_id in transaction.applicants.sheets(notice_id):
                raise CommitteeRefused("confirmed")
            transaction.applicants.assign(evidence_id, applicant_id)
            transaction.applicants.touch(applicant_id)
            place = next(row.place for row in transaction.applicants.all_of(notice_id) if row.id == applicant_id)
            transaction.notices.note(notice_id, event(officer, "assigned", at=at, place=place, reason=why))

    def _items(self, name: str, data: bytes) -> list[_Item]:
        if data.lstrip()[:1] == b"{":
            lines = enumerate(data.split(b"\n"), start=1)
            return [_of_line(line, f"{name}:{number}") for number, line in lines if line.strip()]
        evidence = read_signed(data, name, keys=self._believed.receipt_keys())
        return [_Item(RECEIPT, data, evidence.report.id, _number(evidence))]

    def _manifest(self, data: bytes) -> dict[str, Application]:
        folder = self._jobs.storage.new_folder()
        try:
            path = folder / "manifest.csv"
            path.write_bytes(data)
            return {row.path: row.application for row in read_manifest(path).rows}
        except BatchRefused as error:
            raise CommitteeRefused("upload", str(error)) from error
        finally:
            self._jobs.storage.erase(folder)

    @staticmethod
    def _checked(line: bytes, manifest: Mapping[str, Application]) -> _Item:
        """Return a line of a job with whose it is and how it matches, in the words of a batch."""
        document = decode_json_object(line, max_bytes=MAX_LINE_BYTES)
        application = _application(_name(document), manifest)
        evidence = read_line(line, "job")
        content = evidence.report.content if isinstance(evidence, Evidence) else None
        batch = document.get("batch")
        facts: dict[str, JsonValue] = {
            **(batch if isinstance(batch, dict) else {}),
            "applicant_no": application.applicant_no if application is not None else None,
            "match": match_application(application, content).to_json() if manifest else None,
        }
        text = json.dumps({**document, "batch": facts}, ensure_ascii=True, separators=(",", ":")).encode("ascii")
        return _of_line(text, "job")

    def _keep(self, officer: Officer, notice_id: int, items: Sequence[_Item]) -> Taken:
        at = self._files.seconds()
        with self._files.store.write() as transaction:
            notice_in(transaction, notice_id, "open", today=self._files.today())
            keeping = _Keeping(transaction, notice_id, taken_at=at, taken_by=officer.name)
            for item in items:
                keeping.keep(item)
            if len(transaction.applicants.all_of(notice_id)) > MAX_APPLICANTS:
                raise CommitteeRefused("too_many")
            for applicant_id in keeping.touched:
                transaction.applicants.touch(applicant_id)
            transaction.notices.note(notice_id, event(officer, "taken", at=at))
        return keeping.taken


class _Keeping:
    """Keeps items one after another within a transaction, and counts what becomes of them."""

    def __init__(self, transaction: Transaction, notice_id: int, *, taken_at: int, taken_by: str) -> None:
        self._book = transaction.applicants
        self._notice_id = notice_id
        self._new = EvidenceRow(0, None, "", "", b"", taken_at, taken_by)
        self._locked = self._book.sheets(notice_id)
        self.touched: set[int] = set()
        self.taken = Taken()

    def keep(self, item: _Item) -> None:
        """Keep one item, unless its applicant's sheet is confirmed or it is there already."""
        applicant_id = self._book.ensure(self._notice_id, item.number) if item.number is not None else None
        if applicant_id in self._locked:
            self.taken = self.taken.plus(locked=1)
            return
        row = replace(
            self._new, applicant_id=applicant_id, source=item.source, report_id=item.report_id, data=item.data
        )
        if not self._book.add_evidence(self._notice_id, row):
            self.taken = self.taken.plus(known=1)
            return
        self.taken = self.taken.plus(
            kept=1, without_verdict=int(item.source == NO_VERDICT), unassigned=int(applicant_id is None)
        )
        if applicant_id is not None:
            self.touched.add(applicant_id)


def _of_line(line: bytes, place: str) -> _Item:
    found = read_line(line, place)
    if isinstance(found, NoVerdict):
        return _Item(NO_VERDICT, line, f"none-{hashlib.sha256(line).hexdigest()[:32]}", _batch_number(line))
    return _Item(REPORT, line, found.report.id, _number(found))


def _number(evidence: Evidence) -> str | None:
    if evidence.applicant is not None:
        return evidence.applicant
    facts = evidence.report.certificate
    return facts.applicant_no if facts is not None else None


def _batch_number(line: bytes) -> str | None:
    batch = decode_json_object(line, max_bytes=MAX_LINE_BYTES).get("batch")
    number = batch.get("applicant_no") if isinstance(batch, dict) else None
    return number if isinstance(number, str) and number else None


def _name(document: Mapping[str, JsonValue]) -> str:
    for member in ("evidence", "error"):
        inner = document.get(member)
        if isinstance(inner, dict) and isinstance(inner.get("name"), str):
            return str(inner["name"])
    return ""


def _application(name: str, manifest: Mapping[str, Application]) -> Application | None:
    path = normal_path(name)
    return manifest.get(path) or manifest.get(path.partition("/")[2]) if path else None
