"""The competency map: how many people showed something in each NCS field, and at which level.

Rules enforced:
* a person counts once in a field, at the highest level shown;
* a field with fewer people than the smallest group is not listed, and no part of a row is smaller than that group;
* a map has fields of one depth only, so that no row can be taken from another;
* a number counts people who showed something; nothing is said about the others.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from credential_schemas.catalogue import ncs_class
from credential_schemas.entry_types import Names
from keys.encoding import JsonValue
from keys.values import dataclass
from verifier.analysis.competencies import Person
from verifier.analysis.limits import LEVELS

DEPTHS: Final[Mapping[str, int]] = {"major": 2, "middle": 4, "minor": 6, "sub": 8}


@dataclass(frozen=True, slots=True)
class Band:
    """People whose highest level lies between two levels, both included."""

    first: int
    last: int
    people: int

    def to_json(self) -> dict[str, JsonValue]:
        """Return `{"from", "to", "people"}`."""
        return {"from": self.first, "to": self.last, "people": self.people}


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field: everybody who showed something in it and, where the parts are large enough, at which level.

    `bands` is empty and `not_stated` None when the row cannot be broken down.
    """

    code: str
    people: int
    bands: tuple[Band, ...] = ()
    not_stated: int | None = None

    @property
    def name(self) -> Names:
        """The name of the class, or its code where the catalogue does not know it."""
        found = ncs_class(self.code)
        return Names(found.name_ko, found.name_en) if found is not None else Names(self.code, self.code)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the row as docs/analyse.md describes it."""
        return {
            "code": self.code,
            "name": {"ko": self.name.ko, "en": self.name.en},
            "people": self.people,
            "levels": [band.to_json() for band in self.bands] if self.not_stated is not None else None,
            "level_not_stated": self.not_stated,
        }


@dataclass(frozen=True, slots=True)
class CompetencyMap:
    """The fields of one depth, by code; `small_fields` are not listed; all is empty when too few people take part."""

    depth: str
    people: int
    smallest: int
    rows: tuple[FieldRow, ...] = ()
    small_fields: int = 0

    @property
    def too_few(self) -> bool:
        """Whether there are too few people for a map at all."""
        return self.people < self.smallest

    def to_json(self) -> dict[str, JsonValue]:
        """Return the map as docs/analyse.md describes it."""
        return {
            "depth": self.depth,
            "people": self.people,
            "fields": [row.to_json() for row in self.rows],
            "fields_too_small": self.small_fields,
        }


def competency_map(people: Sequence[Person], *, depth: str, smallest: int) -> CompetencyMap:
    """Return the map of some people."""
    if len(people) < smallest:
        return CompetencyMap(depth, len(people), smallest)
    levels: dict[str, Counter[int | None]] = {}
    for person in people:
        for code, level in person.levels(DEPTHS[depth]).items():
            levels.setdefault(code, Counter())[level] += 1
    rows = [_row(code, levels[code], smallest) for code in sorted(levels)]
    listed = tuple(row for row in rows if row.people >= smallest)
    return CompetencyMap(depth, len(people), smallest, listed, len(rows) - len(listed))


def bands(counts: Sequence[int], smallest: int) -> tuple[Band, ...]:
    """Return levels joined to groups that are large enough; empty when all together are not.

    Args:
        counts: people at level 1, 2, and so on.
        smallest: people a group must have.
    """
    found: list[Band] = []
    held = 0
    for level, count in enumerate(counts, start=1):
        held += count
        if held >= smallest and count:
            begin = level if held == count else _after(found)
            found.append(Band(begin, level, held))
            held = 0
    if held and found:
        last = found.pop()
        found.append(Band(last.first, len(counts), last.people + held))
    return tuple(found)


def _after(found: Sequence[Band]) -> int:
    return found[-1].last + 1 if found else 1


def _row(code: str, levels: Counter[int | None], smallest: int) -> FieldRow:
    people, not_stated = levels.total(), levels[None]
    stated = people - not_stated
    if any(0 < part < smallest for part in (not_stated, stated)):
        return FieldRow(code, people)
    return FieldRow(code, people, bands([levels[level] for level in range(1, LEVELS + 1)], smallest), not_stated)
