"""One applicant under one notice, and what a rule finds: points, the least and most they can become, and why."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Final

from credential_schemas.criteria.entries import ScoringEntry
from credential_schemas.criteria.notice import Notice
from credential_schemas.criteria.rule_kinds import Rule
from credential_schemas.criteria.wording import Why, why
from keys.encoding import JsonValue
from keys.values import dataclass, field

NOTHING: Final = Fraction(0)
BEYOND: Final = Fraction(10**9)  # more than any policy allows, where a notice left points undetermined


@dataclass(frozen=True, slots=True)
class Decisions:
    """What people decided: `adjudications` entry id to decision to yes or no, `ratings` rubric to item to level."""

    adjudications: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    ratings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def decided(self, entry_id: str, decision: str) -> bool | None:
        """Return a decision about an entry, None if nobody took it."""
        return self.adjudications.get(entry_id, {}).get(decision)


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a rule may look at.

    `entries` are those that can earn points, in the order of their ids; `consumed` are ids of required qualifications.
    """

    notice: Notice
    entries: tuple[ScoringEntry, ...]
    decisions: Decisions
    evaluation_date: date
    consumed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a trace: points of one rule for some entries, and why."""

    rule: str
    points: Fraction
    entries: tuple[str, ...]
    why: Why


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule gives.

    Attributes:
        least, most: the points it can become; equal when nothing is open.
        lines: how it came to be, in the order of entries.
        counted: ids of entries that count, or stand in the trace as not the best.
        excluded: why an entry of the rule's types does not count.
        flags: what a person should look at.
        missing: what was not decided or not given; empty when the points are known.
        exempt_by: ids of entries that waive this stage.
    """

    least: Fraction = NOTHING
    most: Fraction = NOTHING
    lines: tuple[Line, ...] = ()
    counted: frozenset[str] = frozenset()
    excluded: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    exempt_by: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Return whether nothing is open."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class Chosen:
    """The entries that a rule looks at: `certain` ones count, `open` ones wait for a decision."""

    certain: tuple[ScoringEntry, ...]
    open: tuple[ScoringEntry, ...]
    excluded: Mapping[str, str]
    flags: tuple[str, ...]
    missing: tuple[str, ...]


def choose(rule: Rule, case: Case, *, claims: Iterable[str]) -> Chosen:
    """Pick a rule's entries: of its types, with the claims it needs, under its conditions, decided by people.

    Args:
        rule: the rule.
        case: the applicant.
        claims: names of claims without which the rule cannot count an entry.
    """
    certain: list[ScoringEntry] = []
    still_open: list[ScoringEntry] = []
    excluded: dict[str, str] = {}
    flags: list[str] = []
    missing: list[str] = []
    for entry in case.entries:
        if entry.type not in rule.entries:
            continue
        reason, lacking = _refusal(rule, entry, claims)
        if lacking is not None:
            flags.append(f"claim_missing:{entry.id}:{lacking}")
        undecided = [need for need in rule.needs if case.decisions.decided(entry.id, need) is None]
        refused = [need for need in rule.needs if case.decisions.decided(entry.id, need) is False]
        if reason is None and refused:
            reason = f"not_{refused[0]}"
        if reason is not None:
            excluded[entry.id] = reason
        elif undecided:
            still_open.append(entry)
            missing += [f"adjudication_missing:{entry.id}:{need}" for need in undecided]
        else:
            certain.append(entry)
    return Chosen(tuple(certain), tuple(still_open), excluded, tuple(flags), tuple(missing))


def _refusal(rule: Rule, entry: ScoringEntry, claims: Iterable[str]) -> tuple[str | None, str | None]:
    for condition in rule.when:
        value = entry.claim(condition.claim)
        if value is None:
            return "claim_missing", condition.claim
        if not _among(value, condition.among):
            return condition.otherwise, None
    for name in claims:
        if entry.claim(name) is None:
            return "claim_missing", name
    return None, None


def _among(value: JsonValue, wanted: tuple[bool | str, ...]) -> bool:
    return any(type(value) is type(each) and value == each for each in wanted)


def best_one(rule: Rule, points: Mapping[str, Fraction], reasons: Mapping[str, Why]) -> tuple[Line, ...]:
    """Return trace lines where the best entry counts and the others stand with 0 points; the first id wins a tie."""
    if not points:
        return ()
    best = min(points, key=lambda entry_id: (-points[entry_id], entry_id))
    lines = [Line(rule.id, points[best], (best,), reasons[best])]
    lines += [Line(rule.id, NOTHING, (each,), why("not_best", best=best)) for each in sorted(points) if each != best]
    return tuple(lines)
