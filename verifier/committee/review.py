"""For an officer's eye: how certificates match applications, and what turns up twice; it decides nothing.

While a notice is blind, names and birth dates are shown to nobody who also judges: only the result of each comparison.
"""

from collections.abc import Mapping

from keys.encoding import JsonValue, decode_json_object
from keys.values import dataclass
from verifier.batch.duplicates import DuplicateFinder
from verifier.committee.access import Files, notice_in
from verifier.committee.notices import Notice, loaded
from verifier.committee.officers import OFFICER, REVIEWER, Officer, event
from verifier.committee.sheets import NO_VERDICT, RECEIPT, SheetDesk
from verifier.scoring.limits import MAX_LINE_BYTES
from verifier.store.committee_files import EvidenceRow


@dataclass(frozen=True, slots=True)
class Matched:
    """How one check stands to its application; `compared` has what, result, and both values or None where hidden."""

    place: int
    number: str
    result: str
    why: str
    compared: tuple[tuple[str, str, str | None, str | None], ...]


@dataclass(frozen=True, slots=True)
class Twice:
    """Something that turned up more than once: its kind, and the applicants."""

    kind: str
    applicants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A check that belongs to nobody: its id, its report, the verdict, None where there is none."""

    id: int
    report_id: str
    verdict: str | None


@dataclass(frozen=True, slots=True)
class Review:
    """Everything that an officer should look at before sheets are confirmed."""

    notice: Notice
    matched: tuple[Matched, ...]
    twice: tuple[Twice, ...]
    unassigned: tuple[Unassigned, ...]
    values_shown: bool


class ReviewDesk:
    """Where matching and duplicates are looked at."""

    def __init__(self, files: Files, sheets: SheetDesk) -> None:
        self._files = files
        self._sheets = sheets

    def look(self, officer: Officer, notice_id: int) -> Review:
        """Return what to look at; that names were shown is written down.

        Raises:
            CommitteeRefused: `role`, `unknown`, `open_only`.
        """
        officer.demand(OFFICER)
        today, at = self._files.today(), self._files.seconds()
        with self._files.store.write() as transaction:
            notice = loaded(transaction, notice_in(transaction, notice_id, "open", today=today), today=today)
            applicants = {row.id: row for row in transaction.applicants.all_of(notice_id)}
            rows = transaction.applicants.evidence(notice_id)
            shown = not (notice.row.is_blind and REVIEWER in officer.roles)
            if shown:
                transaction.notices.note(notice_id, event(officer, "names_seen", at=at))
        finder, matched, unassigned = DuplicateFinder(), [], []
        for row in rows:
            line = self._line(row)
            applicant = applicants[row.applicant_id] if row.applicant_id is not None else None
            if applicant is None:
                verdict = line.get("verdict")
                unassigned.append(Unassigned(row.id, row.report_id, verdict if isinstance(verdict, str) else None))
            number = applicant.number if applicant is not None else None
            batch = line.get("batch")
            facts = dict(batch) if isinstance(batch, dict) else {}
            finder.see({**line, "batch": {**facts, "n": row.id, "applicant_no": number}})
            match = facts.get("match")
            if applicant is not None and isinstance(match, dict) and match.get("result") != "yes":
                matched.append(_matched(applicant.place, applicant.number, match, shown=shown))
        twice = tuple(Twice(each.kind, each.applicants) for each in finder.found())
        return Review(notice, tuple(matched), twice, tuple(unassigned), shown)

    def _line(self, row: EvidenceRow) -> dict[str, JsonValue]:
        if row.source == RECEIPT:
            return {
                name: value for each in self._sheets.evidence_in([row]) for name, value in each.report.to_json().items()
            }
        line = decode_json_object(row.data, max_bytes=MAX_LINE_BYTES)
        return {"batch": line.get("batch")} if row.source == NO_VERDICT else line


def _matched(place: int, number: str, match: Mapping[str, JsonValue], *, shown: bool) -> Matched:
    compared = match.get("compared")
    found = []
    for each in compared if isinstance(compared, list) else []:
        if isinstance(each, dict):
            values = (_text(each.get("application")), _text(each.get("certificate"))) if shown else (None, None)
            found.append((str(each.get("what")), str(each.get("result")), *values))
    return Matched(place, number, str(match.get("result")), str(match.get("why")), tuple(found))


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None
