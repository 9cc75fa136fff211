"""Required qualifications earn nothing: for each requirement one held qualification is taken out, the cheapest way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from credential_schemas.criteria.case import NOTHING, Case
from credential_schemas.criteria.entries import ScoringEntry
from credential_schemas.criteria.language import Requirements
from credential_schemas.criteria.notice import Notice, Requirement
from credential_schemas.criteria.rule_kinds import ListRule, QualificationsRule
from credential_schemas.criteria.rules.listed import member_of
from credential_schemas.criteria.rules.qualifications import worth
from credential_schemas.criteria.values import comparable, matches

MAX_REQUIREMENTS: Final = 8
_WAIVER: Final = Fraction(10**6)  # an entry that waives a stage is dearer than any points

Rules = tuple[QualificationsRule | ListRule, ...]


@dataclass(frozen=True, slots=True)
class Consumption:
    """Which entries are taken out, and which requirements no entry meets."""

    consumed: frozenset[str] = frozenset()
    unmet: tuple[str, ...] = field(default=())


def consume(required: Requirements, rules: Rules, case: Case) -> Consumption:
    """Choose the entries to take out: as many requirements met as possible, then the fewest points lost.

    Args:
        required: how the policy reads requirements.
        rules: the rules that would give points for the entries.
        case: the applicant, nothing consumed yet.
    """
    requirements = case.notice.requirements(required.parameter)[:MAX_REQUIREMENTS]
    types = {type_ for rule in rules for type_ in _types(rule)}
    held = [entry for entry in case.entries if entry.type in types | _degree_types(required)]
    choices = [[entry for entry in held if _meets(entry, names, required)] for names in requirements]
    prices = {entry.id: _price(entry, rules, case) for entry in held}
    best = min(_assignments(choices), key=lambda found: _order(found, prices))
    unmet = tuple(",".join(names) for place, names in enumerate(requirements) if best[place] is None)
    return Consumption(frozenset(entry_id for entry_id in best if entry_id is not None), unmet)


def _types(rule: QualificationsRule | ListRule) -> tuple[str, ...]:
    return rule.entries


def _degree_types(required: Requirements) -> set[str]:
    return {type_ for degree in required.degrees.values() for type_ in degree.types}


def _meets(entry: ScoringEntry, names: Requirement, required: Requirements) -> bool:
    return any(_is_named(entry, name, required) for name in names)


def _is_named(entry: ScoringEntry, name: str, required: Requirements) -> bool:
    meant = required.degree(name)
    if meant is None:
        return comparable(name) in entry.names
    degree, about = meant
    title, field_claim = entry.title, entry.claim(degree.claim)
    return (
        entry.type in degree.types
        and title is not None
        and any(matches(pattern, title) for pattern in degree.title)
        and isinstance(field_claim, str)
        and comparable(field_claim) == comparable(about)
    )


def _price(entry: ScoringEntry, rules: Rules, case: Case) -> Fraction:
    return sum((_loss(rule, entry, case.notice) for rule in rules if case.notice.fits(rule.applies)), NOTHING)


def _loss(rule: QualificationsRule | ListRule, entry: ScoringEntry, notice: Notice) -> Fraction:
    """Return what one rule would have given for the entry."""
    if isinstance(rule, QualificationsRule):
        return worth(rule, entry, notice)
    if member_of(rule, entry, notice) is None:
        return NOTHING
    return _WAIVER if rule.exempts else rule.points_each


def _assignments(choices: list[list[ScoringEntry]]) -> Iterator[tuple[str | None, ...]]:
    """Yield every way to give each requirement another entry, or none."""

    def extend(taken: tuple[str | None, ...]) -> Iterator[tuple[str | None, ...]]:
        if len(taken) == len(choices):
            yield taken
            return
        for entry in choices[len(taken)]:
            if entry.id not in taken:
                yield from extend((*taken, entry.id))
        yield from extend((*taken, None))

    return extend(())


def _order(found: tuple[str | None, ...], prices: Mapping[str, Fraction]) -> tuple[int, Fraction, tuple[str, ...]]:
    taken = [entry_id for entry_id in found if entry_id is not None]
    return -len(taken), sum((prices[entry_id] for entry_id in taken), NOTHING), tuple(sorted(taken))
