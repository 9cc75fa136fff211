"""The desk that takes jobs, works on them one file at a time, shows their results and erases them.

Rules enforced:
* at most 16 jobs that are not finished, 4 of one caller; the next one is refused before its upload is read, and again
  when it is taken, because others may have come meanwhile;
* one file of one job after another, the jobs taking turns, by the same checks and readers as single requests: a job of
  10,000 files neither delays a job of one nor takes more than one reader;
* one bad file never stops the rest; a fault is an `error` line without any of the file's content, and a log line with
  the kind of the fault only;
* where receipts are wished for, each is made in the same check as its result, and erased with the results;
* an upload is erased file by file as it is checked. Results are erased when they were fetched, or when nobody fetches
  them, or on request; with a retention policy they are kept for its days, and erased then;
* an unknown job and one of another token are one answer.
"""

import hashlib
import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from credential_schemas.report.messages import Language
from credential_schemas.report.model import Report
from keys.encoding import JsonValue, b64url_encode
from keys.faults import faults_told, log_event, place_of
from keys.gate.callers import TOKEN_PREFIX
from keys.values import dataclass
from keys.watching import carried, stage
from verifier.batch.lines import error_document, line_of
from verifier.errors import TooBusy, UnreadableEvidence
from verifier.evidence.gathering import Submission
from verifier.jobs.deliveries import FinishedJob
from verifier.jobs.errors import JobUnfinished, JobUnknown, NoReceipts, QueueFull
from verifier.jobs.files import JobFile, contents, files_of
from verifier.jobs.job import Job, JobState, Progress, kept_lines
from verifier.jobs.limits import (
    DAY_S,
    EACH_UNFINISHED,
    ID_BYTES,
    MAX_UNFINISHED,
    UNFETCHED_S,
)
from verifier.jobs.receipts import keep_receipt, receipts_folder
from verifier.jobs.storage import RESULTS, JobStorage, KeptJob
from verifier.jobs.upload_keys import UploadKeys
from verifier.jobs.uploads import Upload

Check = Callable[[Submission], Report]
CheckWithReceipt = Callable[[Submission, Language], tuple[Report, bytes]]
"""Checks one file, and makes the receipt of this very check, a PDF, in a language."""

Announce = Callable[[str, FinishedJob], None]
"""Tells whom the administrator wants to be told that a job of a caller has finished."""

_LOG: Final = logging.getLogger(__name__)
_BUSY_PAUSE_S: Final = 0.2
_TIDY_EVERY_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Asked:
    """Who hands in a job, under which key for asking again, and in which language receipts are wished for.

    Without a key each upload is a new job; without a language there are no receipts.
    """

    caller: str
    key: str | None = None
    receipts: Language | None = None


@dataclass(frozen=True, slots=True)
class Besides:
    """What a desk does beside checking; each may be absent."""

    check_with_receipt: CheckWithReceipt | None = None
    announce: Announce | None = None


_NOTHING_ELSE: Final = Besides()


class JobDesk:
    """Takes jobs and works on them in one thread of its own; use it as `open` … `close`.

    Args:
        check: checks one file, as for a single request.
        storage: where jobs lie.
        now: the clock.
        kept_days: of the retention policy; 0 for none.
        besides: what it does beside checking.
    """

    def __init__(
        self,
        check: Check,
        *,
        storage: JobStorage,
        now: Callable[[], datetime],
        kept_days: int = 0,
        besides: Besides = _NOTHING_ELSE,
    ) -> None:
        self._check = check
        self._besides = besides
        self._now = now
        self.storage = storage
        self.kept_days = kept_days
        self._jobs: dict[str, Job] = {}
        self._work: OrderedDict[str, Iterator[tuple[JobFile, bytes | UnreadableEvidence]]] = OrderedDict()
        self._callers: dict[str, tuple[str, int]] = {}  # of unfinished jobs, and since when
        self._keys = UploadKeys()
        self._changed = threading.Condition()
        self._is_closed = False
        self._tidied_at = 0
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Begin to work."""
        self.storage.open()
        self.erase_due()
        self._thread = threading.Thread(target=carried(self._run), name="jobs", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop after the file at hand, and erase everything that is not to be kept."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
        for job in self._jobs.values():
            job.close()
        self.storage.close()

    def check_room(self, caller: str, *, more_bytes: int) -> None:
        """Refuse a caller for whom there is no room, before the upload is read.

        Raises:
            QueueFull: too many jobs are not finished, or the disk is too full for so many bytes.
        """
        with self._changed:
            self._check_queue(caller)
        if not self.storage.has_room(more_bytes):
            raise QueueFull("expected room on the disk, found too little")

    def check_receipts(self, asked: Asked) -> None:
        """Refuse a job that wishes for receipts where none are given.

        Raises:
            NoReceipts: no key for receipts is open.
        """
        if asked.receipts is not None and self._besides.check_with_receipt is None:
            raise NoReceipts("expected a job without receipts, because none are given here")

    def take(self, upload: Upload, asked: Asked) -> str:
        """Take a job, and return its id; an upload that came before under the same key is not taken again.

        Raises:
            UploadRefused: `too_many_files`, `upload_empty`.
            KeyReused: another upload came under this key.
            QueueFull: the queue has filled up meanwhile.
            NoReceipts: receipts are wished for, and none are given here.
        """
        self.check_receipts(asked)
        folder = upload.parts[0].path.parent
        files = files_of(upload)
        with self._changed:
            digest = f"{upload.digest} {asked.receipts}"
            known = self._keys.find(asked.caller, asked.key, digest=digest, now=self._seconds())
            if known is not None:
                self.storage.erase(folder)
                return known
            self._check_queue(asked.caller)
            job_id = b64url_encode(secrets.token_bytes(ID_BYTES))
            owner = asked.caller if asked.caller.startswith(TOKEN_PREFIX) else ""
            self._jobs[job_id] = Job(job_id, owner, folder=folder, total=len(files), receipts=asked.receipts)
            self._work[job_id] = contents(files)
            self._callers[job_id] = asked.caller, self._seconds()
            self._keys.remember(asked.caller, asked.key, job_id, digest=digest, now=self._seconds())
            self._changed.notify_all()
            return job_id

    def ages_s(self) -> list[int]:
        """Return for how many seconds each unfinished job has been here, the oldest first."""
        with self._changed:
            return [self._seconds() - since for _, since in self._callers.values()]

    def progress(self, job_id: str, caller: str) -> Progress:
        """Say how far a job is.

        Raises:
            JobUnknown: there is none, or it is somebody else's.
        """
        found = self._find(job_id, caller)
        if isinstance(found, Job):
            return found.progress()
        total = sum(found.counts.values())
        return Progress(JobState.DONE, total, total, found.counts, found.finished_at, found.erased_at)

    def lines(self, job_id: str, caller: str, *, after: int) -> bytes:
        """Return results from number `after` on, as they are there; this does not count as fetching them.

        Raises:
            JobUnknown: there is none, or it is somebody else's.
        """
        for _ in range(2):  # the first time it may be moved to the kept ones in this very moment
            found = self._find(job_id, caller)
            with suppress(FileNotFoundError):
                return found.lines(after) if isinstance(found, Job) else kept_lines(found.folder, after)
        raise JobUnknown("expected a job, found none")

    def results(self, job_id: str, caller: str) -> Path:
        """Return the file with all results of a finished job; whoever has sent it calls `fetched`.

        Raises:
            JobUnknown: there is none, or it is somebody else's.
            JobUnfinished: it is not finished yet.
        """
        return self._finished(job_id, caller) / RESULTS

    def receipts(self, job_id: str, caller: str) -> Path:
        """Return the folder of a finished job that has receipts; handing them out erases nothing.

        Raises:
            JobUnknown: there is no such job, or it is somebody else's.
            JobUnfinished: it is not finished yet.
            NoReceipts: it was handed in without the wish for receipts.
        """
        folder = self._finished(job_id, caller)
        if not receipts_folder(folder).is_dir():
            raise NoReceipts("expected a job with receipts, found one without")
        return folder

    def _finished(self, job_id: str, caller: str) -> Path:
        found = self._find(job_id, caller)
        if isinstance(found, Job) and found.progress().state is not JobState.DONE:
            raise JobUnfinished("expected a finished job, found one that is worked on")
        return found.folder

    def erase(self, job_id: str, caller: str) -> None:
        """Erase a job with everything of it, finished or not.

        Raises:
            JobUnknown: there is none, or it is somebody else's.
        """
        found = self._find(job_id, caller)
        if isinstance(found, Job):
            self._drop(found)
        else:
            self.storage.erase(found.folder)

    def fetched(self, job_id: str) -> None:
        """Erase the results of a finished job that were fetched whole, unless they are to be kept."""
        job = self._jobs.get(job_id)
        if job is not None and not self.kept_days:
            self._drop(job)

    def erase_due(self) -> None:
        """Erase what nobody fetched in time, kept results whose day has come, and old idempotency keys."""
        self._tidied_at = now = self._seconds()
        self.storage.erase_expired(now)
        for job in [*self._jobs.values()]:
            if job.erased_at is not None and job.erased_at <= now:
                self._drop(job)
        with self._changed:
            self._keys.forget_old(now)

    def _find(self, job_id: str, caller: str) -> Job | KeptJob:
        with self._changed:  # a job that finishes is moved to the kept ones as a whole
            found: Job | KeptJob | None = self._jobs.get(job_id)
            if found is None and self.kept_days:
                found = self.storage.kept(job_id)
        if found is not None and found.erased_at is not None and found.erased_at <= self._seconds():
            found = None  # its time is over, and it is erased soon
        if found is None or found.owner not in ("", caller):
            raise JobUnknown("expected a job, found none")
        return found

    def _check_queue(self, caller: str) -> None:
        own = sum(1 for each, _ in self._callers.values() if each == caller)
        if len(self._callers) >= MAX_UNFINISHED or own >= EACH_UNFINISHED or self._is_closed:
            raise QueueFull("expected room for a job, found as many waiting as may")

    def _drop(self, job: Job) -> None:
        with self._changed:
            self._jobs.pop(job.id, None)
            self._work.pop(job.id, None)
            self._callers.pop(job.id, None)
        job.close()
        self.storage.erase(job.folder)

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._work and not self._is_closed:
                    self._changed.wait(timeout=_TIDY_EVERY_S)
                if self._is_closed:
                    return
                job_id = next(iter(self._work), "")
                job, work = self._jobs.get(job_id), self._work.get(job_id)
                if work is not None:
                    self._work.move_to_end(job_id)
            if work is None or self._seconds() - self._tidied_at >= _TIDY_EVERY_S:
                with faults_told("erasing jobs", Exception):
                    self.erase_due()
            if job is not None and work is not None:
                self._work_on(job, work)

    def _work_on(self, job: Job, work: Iterator[tuple[JobFile, bytes | UnreadableEvidence]]) -> None:
        """Check one file of a job; a job that cannot go on is given up."""
        try:
            with stage("job.file"):
                self._step(job, work)
        except (OSError, ValueError) as error:  # its files are gone, because it was erased, or the disk is full
            if job.id in self._jobs:
                _LOG.error("a job was given up: %s", place_of(error), extra=log_event("job_given_up"))
                self._drop(job)
        except Exception as error:  # noqa: BLE001 - the top of the thread: a fault of ours must not stop the other jobs
            _LOG.error("a job was given up: a fault: %s", place_of(error), extra=log_event("job_given_up"))
            self._drop(job)
        if job.id not in self._jobs:
            self.storage.erase(job.folder)  # once more: a result may have been written while its job was erased

    def _step(self, job: Job, work: Iterator[tuple[JobFile, bytes | UnreadableEvidence]]) -> None:
        file, content = next(work)
        sha256 = hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else None
        facts: dict[str, JsonValue] = {"part": file.part, "sha256": sha256}
        number = job.progress().done
        job.add(line_of(number, self._document(file.name, content, job=job), facts))
        if number + 1 == job.total:
            next(work, None)  # erases the last part
            self._finish(job)

    def _finish(self, job: Job) -> None:
        now = self._seconds()
        erased_at = now + (self.kept_days * DAY_S if self.kept_days else UNFETCHED_S)
        counts = dict(job.progress().verdicts)
        with self._changed:
            self._work.pop(job.id, None)
            self._callers.pop(job.id, None)
            if job.id not in self._jobs:  # erased in this very moment
                return
            if self.kept_days:
                job.close()
                self.storage.keep(job.id, KeptJob(job.folder, job.owner, counts, now, erased_at))
                del self._jobs[job.id]
            job.finish(now, erased_at=erased_at)
        if self._besides.announce is not None:
            self._besides.announce(job.owner, FinishedJob(job.id, counts, now, erased_at))

    def _document(self, name: str, content: bytes | UnreadableEvidence, *, job: Job) -> dict[str, JsonValue]:
        """Return the Report about a file, or why there is none; keep the receipt where one is wished for."""
        try:
            report, receipt = self._checked(name, content, receipts=job.receipts)
        except UnreadableEvidence as error:
            return error_document(error, name)
        except TooBusy:  # only when the service ends
            return error_document(UnreadableEvidence("fault"), name)
        except Exception as error:  # noqa: BLE001 - the top-level handler of a file: says only the kind of the fault
            _LOG.error("a file of a job: a fault: %s", place_of(error), extra=log_event("job_file_failed"))
            return error_document(UnreadableEvidence("fault"), name)
        document = report.to_json()
        if receipt is not None:
            keep_receipt(job.folder, job.progress().done, report_id=str(document["id"]), pdf=receipt)
        return document

    def _checked(
        self, name: str, content: bytes | UnreadableEvidence, *, receipts: Language | None
    ) -> tuple[Report, bytes | None]:
        if isinstance(content, UnreadableEvidence):
            raise content
        submission = Submission(name, content)
        with_receipt = self._besides.check_with_receipt
        while True:
            try:
                if receipts is not None and with_receipt is not None:
                    return with_receipt(submission, receipts)
                return self._check(submission), None
            except TooBusy:  # people at the desk come first
                with self._changed:
                    self._changed.wait(timeout=_BUSY_PAUSE_S)
                    if self._is_closed:
                        raise

    def _seconds(self) -> int:
        return int(self._now().timestamp())
