"""Put an analysis together: who agreed, whose certificates count, the map, the roles, the suggestions.

The certificates of somebody who did not agree are not looked at beyond whose they are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from credential_schemas.korean_time import korean_day
from credential_schemas.report.facts import timestamp
from keys.encoding import JsonValue
from keys.trust_list import TrustList
from keys.values import dataclass
from verifier.analysis.advice import Advice, advise
from verifier.analysis.competencies import Person
from verifier.analysis.consent import Consents, Purpose
from verifier.analysis.coverage import RoleCoverage, coverage
from verifier.analysis.fields import CompetencyMap, competency_map
from verifier.analysis.limits import SMALLEST_GROUP
from verifier.analysis.roles import RoleProfile
from verifier.scoring.applicants import Applicant

ANALYSIS_VERSION: Final = 1
EVERYTHING: Final = "everything"
_UNCLEAR: Final = ("holders_differ", "application_differs:")


@dataclass(frozen=True, slots=True)
class Terms:
    """How an analysis is made: when, how deep the map goes, and the smallest group that is told apart."""

    now: datetime
    depth: str = "middle"
    smallest: int = SMALLEST_GROUP


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An employee who is not in a part of the analysis, or in none of it (`everything`), and why."""

    employee: str
    part: str
    reason: str

    def to_json(self) -> dict[str, JsonValue]:
        """Return one element of `left_out`."""
        return {"employee": self.employee, "part": self.part, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Basis:
    """What an analysis rests on: how many checks counted, the oldest of them, and whether all are signed receipts."""

    checks: int
    idle: int
    oldest: datetime | None
    signed: bool
    trust_version: str
    consents_sha256: str

    def to_json(self) -> dict[str, JsonValue]:
        """Return the member `basis`."""
        return {
            "checks": self.checks,
            "checks_not_counted": self.idle,
            "oldest_check": timestamp(self.oldest) if self.oldest is not None else None,
            "evidence_signed": self.signed,
            "trust_version": self.trust_version,
            "consents_sha256": self.consents_sha256,
        }


@dataclass(frozen=True, slots=True)
class Analysis:
    """The whole answer."""

    terms: Terms
    basis: Basis
    map: CompetencyMap
    roles: tuple[RoleCoverage, ...]
    advice: tuple[Advice, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def absent(self) -> frozenset[str]:
        """Who is in no part of the analysis."""
        return frozenset(each.employee for each in self.left_out if each.part == EVERYTHING)

    @property
    def reasons(self) -> Mapping[tuple[str, str], int]:
        """How many employees are left out, by part and reason."""
        found: dict[tuple[str, str], int] = {}
        for each in sorted(self.left_out, key=lambda left: (left.part, left.reason)):
            found[each.part, each.reason] = found.get((each.part, each.reason), 0) + 1
        return found

    def to_json(self) -> dict[str, JsonValue]:
        """Return the analysis as docs/analyse.md describes it."""
        return {
            "analysis": ANALYSIS_VERSION,
            "made_at": timestamp(self.terms.now),
            "smallest_group": self.terms.smallest,
            "basis": self.basis.to_json(),
            "map": self.map.to_json(),
            "roles": [role.to_json() for role in self.roles],
            "employees": [advice.to_json() for advice in self.advice],
            "left_out": [each.to_json() for each in self.left_out],
            "human_review_required": True,
        }


@dataclass(frozen=True, slots=True)
class _Agreed:
    """An employee who agreed to something, and whose certificates say something."""

    applicant: Applicant
    person: Person
    purposes: frozenset[Purpose]


def analyse(
    employees: Iterable[Applicant], roles: Sequence[RoleProfile], *, consents: Consents, trust: TrustList, terms: Terms
) -> Analysis:
    """Analyse the certificates of those who agreed.

    Args:
        employees: each with the checks of what was handed in.
        roles: role profiles to compare with; may be none.
        consents: who agreed to what.
        trust: whose entries of which type count.
        terms: time, depth and smallest group.

    Raises:
        ScoringEvidenceRefused: evidence that cannot be read.
    """
    left_out: list[LeftOut] = []
    agreed = list(_agreed(employees, left_out, consents=consents, trust=trust, terms=terms))
    counted = [each.person for each in agreed if Purpose.MAP in each.purposes]
    said = (advise(each.person, roles, agreed=each.purposes) for each in agreed)
    return Analysis(
        terms=terms,
        basis=_basis([each.applicant for each in agreed], trust, consents),
        map=competency_map(counted, depth=terms.depth, smallest=terms.smallest),
        roles=tuple(coverage(role, counted, smallest=terms.smallest) for role in roles),
        advice=tuple(each for each in said if each is not None),
        left_out=tuple(each for each in left_out if roles or each.part in (EVERYTHING, Purpose.MAP)),
    )


def _agreed(
    employees: Iterable[Applicant], left_out: list[LeftOut], *, consents: Consents, trust: TrustList, terms: Terms
) -> Iterator[_Agreed]:
    """Yield those who agreed to something and can be counted; note everybody else."""
    today, seen = korean_day(int(terms.now.timestamp())), set[str]()
    for employee in employees:
        seen.add(employee.number)
        refusals = {purpose: consents.refusal(employee.number, purpose, today) for purpose in Purpose}
        purposes = frozenset(purpose for purpose, refusal in refusals.items() if refusal is None)
        if not purposes:
            left_out.append(LeftOut(employee.number, EVERYTHING, str(next(iter(refusals.values())))))
            continue
        if any(flag.startswith(_UNCLEAR) for flag in employee.flags()):
            left_out.append(LeftOut(employee.number, EVERYTHING, "holder_unclear"))
            continue
        entries = tuple(entry for entry in employee.entries(trust) if entry.standing(today) is None)
        if not entries:
            left_out.append(LeftOut(employee.number, EVERYTHING, "nothing_counts"))
            continue
        left_out += [
            LeftOut(employee.number, purpose.value, refusal) for purpose, refusal in refusals.items() if refusal
        ]
        yield _Agreed(employee, Person(employee.number, entries), purposes)
    left_out += [
        LeftOut(number, EVERYTHING, "nothing_handed_in") for number in sorted(set(consents.by_employee) - seen)
    ]


def _basis(employees: Iterable[Applicant], trust: TrustList, consents: Consents) -> Basis:
    checks = [(employee.number, check) for employee in employees for check in employee.evidence]
    counted = [check for number, check in checks if check.not_counted(number) is None]
    return Basis(
        checks=len(counted),
        idle=len(checks) - len(counted),
        oldest=min((check.report.context.verified_at for check in counted), default=None),
        signed=bool(counted) and all(check.source == "receipt" for check in counted),
        trust_version=str(trust.version),
        consents_sha256=consents.sha256,
    )
