"""Required qualifications earn nothing: for each requirement one held qualification is taken out, the cheapest way."""

from collections.abc import Mapping, Sequence
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
from keys.values import dataclass, field

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
    requirements = case.notice.requirements(required.parameter)
    types = {type_ for rule in rules for type_ in rule.entries}
    held = [entry for entry in case.entries if entry.type in types | _degree_types(required)]
    meets = {
        entry.id: [place for place, names in enumerate(requirements) if _meets(entry, names, required)]
        for entry in held
    }
    prices = {entry.id: _price(entry, rules, case) for entry in held if meets[entry.id]}
    taken: dict[int, str] = {}
    closed: set[int] = set()  # requirements from which no search reached a free one, nor ever will
    for entry_id in sorted(prices, key=lambda each: (prices[each], each)):
        tried = {*closed}
        if not _take(entry_id, meets, taken, tried=tried):
            closed = tried
    unmet = tuple(",".join(names) for place, names in enumerate(requirements) if place not in taken)
    return Consumption(frozenset(taken.values()), unmet)


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


def _take(entry_id: str, meets: Mapping[str, Sequence[int]], taken: dict[int, str], *, tried: set[int]) -> bool:
    """Give an entry a requirement, and those it displaces another; change nothing where that cannot be.

    An entry once taken stays taken. So, with the cheapest entries first, as many requirements as can be are met in the
    end, and no other choice of entries that meets as many costs less (the entries form a transversal matroid).
    """
    for place in meets[entry_id]:
        if place in tried:
            continue
        tried.add(place)
        if place not in taken or _take(taken[place], meets, taken, tried=tried):
            taken[place] = entry_id
            return True
    return False
