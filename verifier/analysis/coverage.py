"""How many people show what a role wants, told in groups that are large enough or not at all."""

from collections import Counter
from collections.abc import Mapping, Sequence

from credential_schemas.criteria.rule_kinds import Unit
from keys.encoding import JsonValue
from keys.values import dataclass
from verifier.analysis.competencies import Person
from verifier.analysis.roles import Found, RoleProfile, compare


@dataclass(frozen=True, slots=True)
class UnitCoverage:
    """One wanted competency: people by what was found.

    `parts` has every `Found`, or only `met` and `not_met` when smaller groups had to be joined, or nothing when even
    those are too small.
    """

    unit: Unit
    parts: Mapping[str, int]

    def to_json(self) -> dict[str, JsonValue]:
        """Return one element of `competencies`."""
        return {
            "code": self.unit.code,
            "title": {"ko": self.unit.title.ko, "en": self.unit.title.en},
            "wanted_level": self.unit.level,
            "people": {**self.parts} if self.parts else None,
        }


@dataclass(frozen=True, slots=True)
class RoleCoverage:
    """All wanted competencies of a role, over the same people."""

    role: RoleProfile
    people: int
    units: tuple[UnitCoverage, ...]

    def to_json(self) -> dict[str, JsonValue]:
        """Return one element of `roles`."""
        return self.role.to_json() | {
            "people": self.people,
            "competencies": [unit.to_json() for unit in self.units],
        }


def coverage(role: RoleProfile, people: Sequence[Person], *, smallest: int) -> RoleCoverage:
    """Return how many of some people show what a role wants."""
    fits = [compare(role, person.entries) for person in people]
    units = []
    for position, (_, unit) in enumerate(role.wanted):
        counts = Counter(fit.units[position].found for fit in fits)
        units.append(UnitCoverage(unit, _parts(counts, smallest)))
    return RoleCoverage(role, len(people), tuple(units))


def _parts(counts: Counter[Found], smallest: int) -> dict[str, int]:
    every = {found.value: counts[found] for found in Found}
    if _large_enough(every, smallest):
        return every
    joined = {"met": counts[Found.MET], "not_met": counts.total() - counts[Found.MET]}
    return joined if _large_enough(joined, smallest) else {}


def _large_enough(parts: Mapping[str, int], smallest: int) -> bool:
    return (
        bool(parts)
        and sum(parts.values()) >= smallest
        and all(part == 0 or part >= smallest for part in parts.values())
    )
