"""Issue many certificates into one folder; a run that was cut goes on, and issues nothing twice.

The retry key of a row is derived from the run's secret and the row, so an attempt that was cut after its commit gets
the same answer again. The bank keeps answers for a day; a row that was begun earlier, and for which it has none, is
reported as unknown and never issued again. A row that cannot be issued is a line like the others; what concerns the
bank and not the row (a full disk, a key that does not open) stops the run, which is started again when it is mended.
"""

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from credential_schemas.errors import CredentialError
from issuer.accounts.account import find_account
from issuer.answers import issued_document
from issuer.bank import Bank
from issuer.batch.errors import OutcomeUnknown, RowInvalid
from issuer.batch.file import BatchDefaults, BatchFile, BatchRow, read_rows
from issuer.batch.folder import RESULTS, Line, RunFolder, append, run_folder
from issuer.certificate.errors import CodeDoesNotFitError, GlyphMissingError, TextDoesNotFitError
from issuer.errors import AccountNotLinked, ConsentMissing, EntryChanged, EntryNotInForce, IssuerError, UsageError
from issuer.exit_codes import ExitCode, worst
from issuer.issued.reprinting import open_stored
from issuer.issuing.claims import IssueRequest
from issuer.issuing.making import Issued
from issuer.issuing.once import KEPT_FOR, answered_before, issue_once
from issuer.outputs import PRIVATE, PendingFiles
from issuer.times import utc_text
from keys.encoding import encode_json

MAX_JOBS: Final = 16
_OF_THE_ROW: Final = (
    RowInvalid, OutcomeUnknown, UsageError, AccountNotLinked, ConsentMissing, EntryNotInForce, EntryChanged,
    CredentialError, CodeDoesNotFitError, GlyphMissingError, TextDoesNotFitError,
)  # fmt: skip
"""What is wrong with one row; everything else concerns the bank."""


@dataclass(frozen=True, slots=True)
class BatchRun:
    """One run: the file, what holds for every row, the folder, how many rows at once, and how an error is told."""

    file: BatchFile
    defaults: BatchDefaults
    folder: Path
    jobs: int
    told: Callable[[IssuerError | CredentialError], dict[str, str]]


def run_batch(bank: Bank, run: BatchRun, *, clock: Callable[[], datetime]) -> Iterator[Line]:
    """Issue what has no result yet; yield every row's line, also those of earlier runs, in the order of the rows.

    Raises:
        BatchOfAnother, BatchRunning: the folder is not for this run; nothing was issued.
        FileUnreadable, BatchFileInvalid: the file was changed meanwhile.
        IssuerError, KeysError: the bank cannot issue now; rows with a line are done, and starting again goes on.
    """
    with run_folder(run.folder, _begun_with(run)) as folder:
        done = 0
        for line in folder.results():
            done += 1
            yield line
        rows = (row for row in read_rows(run.file, run.defaults) if row.number > done)
        worker = _Worker(bank, run, folder, clock)
        with ThreadPoolExecutor(run.jobs) as pool, (folder.path / RESULTS).open("ab") as file:
            waiting: deque[Future[Line]] = deque()
            try:
                for row in rows:
                    waiting.append(pool.submit(worker.line_of, row))
                    if len(waiting) > run.jobs:
                        yield append(file, waiting.popleft().result())
                while waiting:
                    yield append(file, waiting.popleft().result())
            finally:
                for future in waiting:
                    future.cancel()


def exit_code_of_line(line: Line) -> ExitCode:
    """Return what a row's line means for the exit code of the whole."""
    if line["error"] is None:
        return ExitCode.DONE
    return ExitCode.UNREADABLE if line["error"] == RowInvalid.code else ExitCode.REFUSED


def worse(before: ExitCode, line: Line) -> ExitCode:
    """Return the exit code after one more line."""
    return worst(before, exit_code_of_line(line))


def _begun_with(run: BatchRun) -> bytes:
    consent = run.defaults.consent
    consent_sha256 = None if consent is None else hashlib.sha256(consent).hexdigest()
    return encode_json({"file": run.file.sha256, "language": run.defaults.language, "consent": consent_sha256})


class _Worker:
    def __init__(self, bank: Bank, run: BatchRun, folder: RunFolder, clock: Callable[[], datetime]) -> None:
        self._bank, self._run, self._folder, self._clock = bank, run, folder, clock

    def line_of(self, row: BatchRow) -> Line:
        try:
            if isinstance(row.request, RowInvalid):
                raise row.request
            return {"row": row.number, "error": None, **self._issued(row, row.request)}
        except _OF_THE_ROW as error:
            return {"row": row.number, "error": error.code, "message": self._run.told(error)}

    def _issued(self, row: BatchRow, request: IssueRequest) -> Line:
        key, now, begun = self._folder.retry_key(row.number, row.cells), self._clock(), self._folder.begun(row.number)
        with self._bank.store.read() as transaction:
            account_id = find_account(transaction, request.account_id).id
        forgotten = begun is not None and now >= begun + KEPT_FOR
        if begun and forgotten and answered_before(self._bank, account_id, key=key, now=now) is None:
            raise OutcomeUnknown(begun=utc_text(begun))
        self._folder.begin(row.number, now)
        made: dict[str, bytes] = {}

        def answer(issued: Issued) -> bytes:
            made[issued.number] = issued.document.pdf
            reveal = issued.reveal if issued.withheld else None
            return encode_json({**issued_document(issued), "reveal": reveal})

        answered: Line = json.loads(issue_once(self._bank, request, key=key, answer=answer, now=now))
        number, code = str(answered["number"]), str(answered["confirmation_code"])
        pdf = made.get(number) or open_stored(self._bank, number, account_id=account_id, code=code).pdf
        return answered | {"files": self._written(row, pdf, answered.pop("reveal"))}

    def _written(self, row: BatchRow, pdf: bytes, reveal: Line | None) -> dict[str, str | None]:
        """Let the files of a row appear; after a cut they are written again, with the same bytes."""
        name = f"row-{row.number:06}"
        files = {"pdf": f"{name}.pdf", "reveal": None if reveal is None else f"{name}.reveal.json"}
        with PendingFiles() as pending:
            pending.add(self._run.folder / f"{name}.pdf", pdf, mode=PRIVATE)
            if reveal is not None:
                pending.add(self._run.folder / f"{name}.reveal.json", encode_json(reveal), mode=PRIVATE)
            pending.publish()
        return files
