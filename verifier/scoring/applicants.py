"""Which check belongs to which applicant, and everything about one of them that the engine reads.

An applicant number comes from a list the employer gives, else from the line of a batch, else from the certificate. A
check that nobody can be found for is not guessed at. Where one certificate was checked twice, the later check counts.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from credential_schemas.criteria.entries import ScoringEntry
from keys.encoding import JsonValue
from keys.trust_list import TrustList
from keys.values import dataclass
from verifier.errors import ScoringFileError
from verifier.scoring.criteria_files import read_limited
from verifier.scoring.evidence import Evidence
from verifier.scoring.limits import MAX_APPLICANTS, MAX_LIST_BYTES

_NUMBER = "applicant_no"
_KEYS = ("evidence", "path")


@dataclass(frozen=True, slots=True)
class Applicant:
    """One applicant and the checks of what was handed in, the earliest first."""

    number: str
    evidence: tuple[Evidence, ...]

    def entries(self, trust: TrustList) -> tuple[ScoringEntry, ...]:
        """Return the entries, each once, as the latest check found it."""
        found = {entry.id: entry for each in self.evidence for entry in each.entries(trust, self.number)}
        return tuple(found.values())

    def flags(self) -> tuple[str, ...]:
        """Return what a person should look at: checks that cannot count, certificates of different holders."""
        idle = [f"report_not_counted:{each.report.id}" for each in self.evidence if each.not_counted(self.number)]
        shown = [each.report.disclosed.holder for each in self.evidence if each.report.disclosed is not None]
        unlike = [f"application_differs:{each.report.id}" for each in self.evidence if each.differs]
        return (*idle, *unlike, *(("holders_differ",) if _differ(shown) else ()))


def group(
    evidence: Iterable[Evidence], *, listed: Mapping[str, str], everything: str | None
) -> tuple[tuple[Applicant, ...], tuple[Evidence, ...]]:
    """Return the applicants in the order of their numbers, and the checks that belong to nobody.

    Args:
        evidence: the checks.
        listed: applicant number by report id, SHA-256 of the evidence, or name of the evidence.
        everything: the one applicant to whom all of it belongs, if the caller said so.

    Raises:
        ScoringFileError: more applicants than one scoring takes.
    """
    found: dict[str, list[Evidence]] = {}
    nobody: list[Evidence] = []
    for each in evidence:
        number = everything or _number(each, listed)
        if number is None:
            nobody.append(each)
        else:
            found.setdefault(number, []).append(each)
    if len(found) > MAX_APPLICANTS:
        raise ScoringFileError(f"expected at most {MAX_APPLICANTS} applicants, found more")
    return tuple(Applicant(number, _in_time(found[number])) for number in sorted(found)), tuple(nobody)


def read_applicants(path: Path) -> dict[str, str]:
    """Read a list of applicants: CSV with `applicant_no` and `evidence` (report id or SHA-256) or `path`.

    Raises:
        ScoringFileError: not such a list, or one piece of evidence named for two applicants; with file and line.
    """
    try:
        text = read_limited(path, MAX_LIST_BYTES).decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        columns = rows.fieldnames or ()
        key = next((name for name in _KEYS if name in columns), None)
        if _NUMBER not in columns or key is None:
            raise ScoringFileError(f"{path.name}:1: expected the columns applicant_no and evidence or path")
        found: dict[str, str] = {}
        for row in rows:
            place, number, name = f"{path.name}:{rows.line_num}", row[_NUMBER], row[key]
            if not number or not name or len(number) > 100:
                raise ScoringFileError(f"{place}: expected an applicant number and what was handed in")
            if found.setdefault(name, number) != number:
                raise ScoringFileError(f"{place}: expected one applicant for each file, found two")
    except (UnicodeDecodeError, csv.Error) as error:
        raise ScoringFileError(f"{path.name}: expected CSV in UTF-8, found something else") from error
    return found


def _number(evidence: Evidence, listed: Mapping[str, str]) -> str | None:
    report = evidence.report
    for key in (report.id, report.evidence.sha256, report.evidence.name):
        if key in listed:
            return listed[key]
    if evidence.applicant is not None:
        return evidence.applicant
    return report.certificate.applicant_no if report.certificate is not None else None


def _in_time(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(sorted(evidence, key=lambda each: (each.report.context.verified_at, each.report.id)))


def _differ(holders: Iterable[Mapping[str, JsonValue]]) -> bool:
    """Return whether two certificates name different people; what one of them withholds differs from nothing."""
    for name in ("name", "birth_date"):
        if len({str(holder[name]) for holder in holders if holder.get(name)}) > 1:
            return True
    return False
