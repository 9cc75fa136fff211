"""Score sheets: an applicant's result as it stands, confirmed and locked by an officer, reopened with a reason.

Rules enforced:
* points come from `verifier.scoring` alone; a missing answer leaves a sheet incomplete with its range, never zero;
* a confirmed sheet is locked: no evidence and no answer is taken for its applicant until it is reopened, on record;
* a confirmed sheet is computed again whenever it is shown; where something outside has changed it (the trust list), it
  is `outdated`, counts as open and must be reopened;
* no ranking while any sheet is open; exempt applicants, and those who were set aside with a reason, stand apart;
* nothing here says who passes.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum

from keys.encoding import decode_json_object, encode_json
from keys.jwk import PublicKey
from keys.trust_list import TrustList
from keys.values import dataclass
from verifier.committee.access import Files, applicant_in, notice_in
from verifier.committee.errors import CommitteeRefused
from verifier.committee.limits import KEPT_RESULTS
from verifier.committee.notices import Notice, loaded
from verifier.committee.officers import OFFICER, REVIEWER, Officer, event, stated
from verifier.committee.questions import Standing, State, asked_by, of_the_score, standings
from verifier.errors import ScoringEvidenceRefused, ScoringFileError
from verifier.scoring.applicants import Applicant, group
from verifier.scoring.evidence import Evidence, NoVerdict, read_line, read_signed
from verifier.scoring.limits import MAX_LINE_BYTES
from verifier.scoring.ranking import Ranking, rank
from verifier.scoring.results import Panel, Result, score_one
from verifier.store.committee_files import ApplicantRow, EvidenceRow, OpinionRow, SheetRow
from verifier.store.transaction import Transaction

RECEIPT, REPORT, NO_VERDICT = "receipt", "report", "none"

_Key = tuple[int, int, int, int]


class SheetState(StrEnum):
    """How far a sheet is."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    OUTDATED = "outdated"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One applicant: her result, every question about her, and whether the sheet is confirmed.

    `without_verdict` counts files of hers about which nothing could be found out.
    """

    applicant: ApplicantRow
    result: Result
    questions: tuple[Standing, ...]
    state: SheetState
    confirmed: SheetRow | None
    without_verdict: int

    @property
    def open_questions(self) -> tuple[Standing, ...]:
        """The questions that nobody has settled yet."""
        return tuple(each for each in self.questions if each.state is not State.SETTLED)

    @property
    def confirmed_total(self) -> str:
        """The total that was confirmed, in digits; a dash where there was none."""
        document = decode_json_object(self.confirmed.document, max_bytes=MAX_LINE_BYTES) if self.confirmed else {}
        total = document.get("total")
        return str(total) if isinstance(total, int | float) else "–"

    @property
    def needs_reason(self) -> bool:
        """Whether confirming needs a reason: no check at all, or one that does not count."""
        evidence = self.result.evidence
        counted = all(each.not_counted(self.applicant.number) is None for each in evidence)
        return not evidence or not counted or self.without_verdict > 0


@dataclass(frozen=True, slots=True)
class Book:
    """All sheets of a notice, and their ranking once none of them is open."""

    notice: Notice
    sheets: tuple[Sheet, ...]

    @property
    def open_sheets(self) -> int:
        """How many sheets are neither confirmed nor set aside."""
        return sum(1 for each in self.sheets if each.state in (SheetState.OPEN, SheetState.OUTDATED))

    @property
    def ranked(self) -> tuple[Result, ...]:
        """The results of everybody who was not set aside."""
        return tuple(each.result for each in self.sheets if each.state is not SheetState.SET_ASIDE)

    @property
    def ranking(self) -> Ranking | None:
        """The order by total, None while a sheet is open."""
        return rank(self.ranked) if self.sheets and not self.open_sheets else None


@dataclass(frozen=True, slots=True)
class Believed:
    """Whom the committee believes: the trust list in use, and the pinned keys of receipts."""

    trust: Callable[[], TrustList]
    receipt_keys: Callable[[], Mapping[str, PublicKey]]


class SheetDesk:
    """Where sheets are shown, confirmed and reopened."""

    def __init__(self, files: Files, believed: Believed) -> None:
        self._files = files
        self._believed = believed
        self._results: OrderedDict[_Key, tuple[TrustList, Result]] = OrderedDict()
        self._lock = threading.Lock()

    def book(self, officer: Officer, notice_id: int) -> Book:
        """Return every sheet of a notice.

        Raises:
            CommitteeRefused: `role`, `unknown`, `open_only`.
        """
        officer.demand(OFFICER, REVIEWER)
        with self._files.store.read() as transaction:
            notice = self._notice(transaction, notice_id)
            rows = transaction.applicants.all_of(notice_id)
            evidence: dict[int, list[EvidenceRow]] = {}
            for each in transaction.applicants.evidence(notice_id):
                if each.applicant_id is not None:
                    evidence.setdefault(each.applicant_id, []).append(each)
            opinions = transaction.applicants.opinions(notice_id)
            confirmed = transaction.applicants.sheets(notice_id)
        sheets = tuple(
            self._sheet(notice, row, evidence.get(row.id, []), opinions.get(row.id, []), confirmed.get(row.id))
            for row in rows
        )
        return Book(notice, sheets)

    def sheet(self, officer: Officer, notice_id: int, place: int) -> tuple[Notice, Sheet]:
        """Return the sheet of one applicant.

        Raises:
            CommitteeRefused: `role`, `unknown`, `open_only`.
        """
        officer.demand(OFFICER, REVIEWER)
        with self._files.store.read() as transaction:
            notice = self._notice(transaction, notice_id)
            return notice, self.of(transaction, notice, applicant_in(transaction, notice.row, place))

    def count(self, notice_id: int) -> int:
        """Return how many applicants a notice has."""
        with self._files.store.read() as transaction:
            return len(transaction.applicants.all_of(notice_id))

    def of(self, transaction: Transaction, notice: Notice, row: ApplicantRow) -> Sheet:
        """Return the sheet of an applicant within a transaction."""
        evidence = transaction.applicants.evidence_of(row.id)
        opinions = transaction.applicants.opinions(notice.row.id, [row.id]).get(row.id, [])
        return self._sheet(notice, row, evidence, opinions, transaction.applicants.sheets(notice.row.id).get(row.id))

    def confirm(self, officer: Officer, notice_id: int, place: int, *, reason: str) -> None:
        """Lock a sheet whose result is complete.

        Raises:
            CommitteeRefused: `role`, `unknown`, `open_only`, `confirmed`, `incomplete`; `reason`, something of what
                was handed in does not count, and nobody says why the sheet is confirmed all the same.
        """
        officer.demand(OFFICER)
        at = self._files.seconds()
        with self._files.store.write() as transaction:
            notice = self._notice(transaction, notice_id)
            row = applicant_in(transaction, notice.row, place)
            sheet = self.of(transaction, notice, row)
            if sheet.state is not SheetState.OPEN:
                raise CommitteeRefused("confirmed")
            if sheet.result.score.status == "incomplete":
                raise CommitteeRefused("incomplete")
            why = stated(reason) if sheet.needs_reason or reason.strip() else ""
            final = self._score(notice, row, sheet.result.evidence, decisions=sheet.questions, at=at)
            document = encode_json(final.to_json())
            transaction.applicants.confirm(notice_id, row.id, SheetRow(at, officer.id, officer.name, document))
            transaction.notices.note(notice_id, event(officer, "confirmed", at=at, place=place, reason=why))

    def reopen(self, officer: Officer, notice_id: int, place: int, *, reason: str) -> None:
        """Unlock a confirmed sheet.

        Raises:
            CommitteeRefused: `role`, `reason`, `unknown`, `open_only`, `not_confirmed`.
        """
        officer.demand(OFFICER)
        why, at = stated(reason), self._files.seconds()
        with self._files.store.write() as transaction:
            notice = self._notice(transaction, notice_id)
            row = applicant_in(transaction, notice.row, place)
            if row.id not in transaction.applicants.sheets(notice_id):
                raise CommitteeRefused("not_confirmed")
            transaction.applicants.reopen(row.id)
            transaction.notices.note(notice_id, event(officer, "reopened", at=at, place=place, reason=why))

    def set_aside(self, officer: Officer, notice_id: int, place: int, *, reason: str) -> None:
        """Take an applicant out of the ranking, for example because she withdrew, or back in.

        Raises:
            CommitteeRefused: `role`, `reason`, `unknown`, `open_only`; `confirmed`, her sheet must be reopened first.
        """
        officer.demand(OFFICER)
        why, at = stated(reason), self._files.seconds()
        with self._files.store.write() as transaction:
            notice = self._notice(transaction, notice_id)
            row = applicant_in(transaction, notice.row, place)
            if row.id in transaction.applicants.sheets(notice_id):
                raise CommitteeRefused("confirmed")
            transaction.applicants.set_aside(row.id, is_set_aside=not row.is_set_aside)
            action = "taken_back" if row.is_set_aside else "set_aside"
            transaction.notices.note(notice_id, event(officer, action, at=at, place=place, reason=why))

    def forget(self, notice_id: int) -> None:
        """Clear the memory of a notice that was destroyed."""
        with self._lock:
            for key in [key for key in self._results if key[0] == notice_id]:
                del self._results[key]

    def evidence_in(self, rows: list[EvidenceRow]) -> list[Evidence]:
        """Return the checks of kept rows, read and judged anew; those without a verdict are passed over.

        Raises:
            CommitteeRefused: `evidence`, one of them cannot be read or believed any more.
        """
        keys = self._believed.receipt_keys() if any(row.source == RECEIPT for row in rows) else {}
        try:
            found = [self._read(row, keys) for row in rows if row.source != NO_VERDICT]
        except (ScoringFileError, ScoringEvidenceRefused) as error:
            raise CommitteeRefused("evidence", str(error)) from error
        return [each for each in found if isinstance(each, Evidence)]

    @staticmethod
    def _read(row: EvidenceRow, keys: Mapping[str, PublicKey]) -> Evidence | NoVerdict:
        place = f"evidence {row.id}"
        if row.source == RECEIPT:
            return read_signed(row.data, place, keys=keys)
        return read_line(row.data, place)

    def _notice(self, transaction: Transaction, notice_id: int) -> Notice:
        today = self._files.today()
        return loaded(transaction, notice_in(transaction, notice_id, "open", today=today), today=today)

    def _sheet(
        self,
        notice: Notice,
        row: ApplicantRow,
        evidence: list[EvidenceRow],
        opinions: list[OpinionRow],
        confirmed: SheetRow | None,
    ) -> Sheet:
        known = standings(of_the_score(opinions), four_eyes=notice.row.four_eyes)
        settled = tuple(each for each in known.values() if each.state is State.SETTLED)
        key = (notice.row.id, row.id, row.revision, confirmed.confirmed_at if confirmed is not None else 0)
        trust = self._believed.trust()
        result = self._kept(key, trust)
        if result is None:
            at = confirmed.confirmed_at if confirmed is not None else self._files.seconds()
            result = self._score(notice, row, tuple(self.evidence_in(evidence)), decisions=settled, at=at)
            self._keep(key, trust, result)
        state = SheetState.SET_ASIDE if row.is_set_aside else SheetState.OPEN
        if confirmed is not None:
            same = encode_json(result.to_json()) == confirmed.document
            state = SheetState.CONFIRMED if same else SheetState.OUTDATED
        questions = asked_by(result.score.flags, known, four_eyes=notice.row.four_eyes)
        without = sum(1 for each in evidence if each.source == NO_VERDICT)
        return Sheet(row, result, questions, state, confirmed, without)

    def _score(
        self,
        notice: Notice,
        row: ApplicantRow,
        evidence: tuple[Evidence, ...],
        *,
        decisions: tuple[Standing, ...],
        at: int,
    ) -> Result:
        (applicant, *_), _ = group(evidence, listed={}, everything=row.number) if evidence else ((_nobody(row),), ())
        entries = {each.id for each in applicant.entries(self._believed.trust())}
        settled = [each for each in decisions if each.state is State.SETTLED]
        given = [each.decision(row.number) for each in settled if _fits(each, entries)]
        panel = Panel(
            {row.number: tuple(each for each in given if each.kind == "adjudications")},
            {row.number: tuple(each for each in given if each.kind == "ratings")},
            datetime.fromtimestamp(at, UTC),
        )
        return score_one(applicant, notice.posting, trust=self._believed.trust(), panel=panel)

    def _kept(self, key: _Key, trust: TrustList) -> Result | None:
        """Return a remembered result, if it was found under this very trust list."""
        with self._lock:
            found = self._results.get(key)
        return found[1] if found is not None and found[0] is trust else None

    def _keep(self, key: _Key, trust: TrustList, result: Result) -> None:
        with self._lock:
            self._results[key] = (trust, result)
            while len(self._results) > KEPT_RESULTS:
                self._results.popitem(last=False)


def _nobody(row: ApplicantRow) -> Applicant:
    return Applicant(row.number, ())


def _fits(standing: Standing, entries: set[str]) -> bool:
    return standing.question.kind == "ratings" or standing.question.about in entries
