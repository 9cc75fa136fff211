"""The committee as a whole: all its desks on one store, and the life of the work in the background."""

from collections.abc import Callable, Mapping
from datetime import datetime

from credential_schemas.report.messages import Language
from keys.jwk import PublicKey
from keys.trust_list import TrustList
from keys.values import dataclass, replace
from verifier.committee.access import Files
from verifier.committee.criteria import CriteriaDesk
from verifier.committee.destruction import Destroyer
from verifier.committee.errors import CommitteeRefused
from verifier.committee.intake import IntakeDesk
from verifier.committee.notices import NoticeDesk
from verifier.committee.officers import OFFICER, Officer, event, stated
from verifier.committee.panel import PanelDesk
from verifier.committee.review import ReviewDesk
from verifier.committee.sheets import Believed, Book, SheetDesk
from verifier.committee.stage_results import later_stages_of
from verifier.committee.stages import StageDesk, has_later_stages
from verifier.jobs.deliveries import FinishedJob
from verifier.jobs.desk import JobDesk
from verifier.scoring.exports import WRITERS, sheets_page
from verifier.scoring.results import Result
from verifier.store.engine import Store


@dataclass(frozen=True, slots=True)
class Means:
    """What the committee works with.

    Args:
        store: where everything is kept.
        now: the clock.
        trust: the trust list in use at this moment.
        receipt_keys: the pinned keys of receipts.
        jobs: checks files.
        kept_days: what a new notice suggests as retention.
    """

    store: Store
    now: Callable[[], datetime]
    trust: Callable[[], TrustList]
    receipt_keys: Callable[[], Mapping[str, PublicKey]]
    jobs: JobDesk
    kept_days: int


class Committee:
    """Every desk of the committee; use it as `open` … `close`."""

    def __init__(self, means: Means) -> None:
        files = Files(means.store, means.now)
        believed = Believed(means.trust, means.receipt_keys)
        self.files = files
        self.jobs = means.jobs
        self.kept_days = means.kept_days
        self.criteria = CriteriaDesk(files)
        self.notices = NoticeDesk(files)
        self.sheets = SheetDesk(files, believed)
        self.panel = PanelDesk(files, self.sheets)
        self.stages = StageDesk(files)
        self.intake = IntakeDesk(files, believed, jobs=means.jobs)
        self.review = ReviewDesk(files, self.sheets)
        self.destroyer = Destroyer(files, forget=self.sheets.forget)

    def open(self) -> None:
        """Begin the work in the background."""
        self.destroyer.open()

    def close(self) -> None:
        """Stop it."""
        self.destroyer.close()

    def job_finished(self, owner: str, job: FinishedJob) -> None:
        """Hear that a job has finished, whoever handed it in."""
        del owner  # the job's id tells whether it is ours
        self.intake.finished(job.job_id)

    def export(self, officer: Officer, notice_id: int, *, ending: str, language: Language, reason: str) -> bytes:
        """Return the results as a file by scoring's own writers; who took it and why is written down.

        There is no order by total in it while a sheet is open. Who was set aside is not in it. Written test and
        interview stand beside each score as far as they are settled; no sum goes across stages.

        Raises:
            CommitteeRefused: `role`, `reason`, `unknown`, `open_only`; `incomplete`, there is nobody to write about.
        """
        officer.demand(OFFICER)
        why = stated(reason)
        writer = WRITERS.get(ending)
        book = self.sheets.book(officer, notice_id)
        if writer is None:
            raise CommitteeRefused("unknown")
        if not book.ranked:
            raise CommitteeRefused("incomplete")
        if ending == ".html" and book.open_sheets:
            writer = sheets_page
        made = writer(self._with_later_stages(officer, book), language)
        with self.files.store.write() as transaction:
            noted = event(officer, "exported", at=self.files.seconds(), reason=why)
            transaction.notices.note(notice_id, replace(noted, detail=ending))
        return made

    def _with_later_stages(self, officer: Officer, book: Book) -> list[Result]:
        """Return the results of everybody who was not set aside, each with what her later stages came to."""
        if not has_later_stages(book.notice):
            return [*book.ranked]
        stages = self.stages.book(officer, book.notice.row.id).rows
        later = {each.applicant.number: later_stages_of(book.notice, each) for each in stages}
        return [replace(result, later=later.get(result.applicant)) for result in book.ranked]
