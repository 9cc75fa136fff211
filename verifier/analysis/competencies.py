"""What one employee's disclosed entries show: NCS codes, and the level where an entry certifies one.

Nothing is concluded from what is not there. An entry that says it is related to a unit shows the field, not a level; a
course shows something only when it says that it was completed or passed.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final

from credential_schemas.criteria.entries import ScoringEntry
from credential_schemas.criteria.rules.units import COVERED, UNIT_CODE, level_of, unit_codes, was_completed
from credential_schemas.entry_types import entry_types
from keys.values import dataclass

_OCCUPATION: Final = "ncs_code"


@dataclass(frozen=True, slots=True)
class Person:
    """One employee with the entries that count today; no name, no birth date, nothing else of the holder."""

    number: str
    entries: tuple[ScoringEntry, ...]

    def levels(self, digits: int) -> Mapping[str, int | None]:
        """Return the highest level shown in each field, None where none is stated.

        Args:
            digits: how much of an NCS code is the field: 2 (major class), 4, 6 or 8 (sub-class).
        """
        found: dict[str, int | None] = {}
        for code, level in shown_codes(self.entries):
            if len(code) < digits:
                continue  # an entry that names a wider class does not say which of its fields is meant
            known = found.setdefault(code[:digits], None)
            if level is not None and (known is None or level > known):
                found[code[:digits]] = level
        return found


def shown_codes(entries: Iterable[ScoringEntry]) -> Iterator[tuple[str, int | None]]:
    """Yield every NCS code that entries show, with the level where it is certified and known."""
    for entry in entries:
        certified = entry.type in certifying_types()
        for code in unit_codes(entry):
            yield code, level_of(code, entry) if certified else None
        occupation = entry.claims.get(_OCCUPATION)
        if isinstance(occupation, str) and was_completed(entry):
            yield occupation, None


@cache
def certifying_types() -> frozenset[str]:
    """Return the types of entries whose units are part of what is certified, and not only related to it.

    In their type files the unit is the entry itself, or the units belong to every entry (`required`, or `if_known`).
    """
    found = set()
    for entry_type in entry_types().values():
        for field in entry_type.own_fields:
            if field.name in (UNIT_CODE, COVERED) and (field.required or field.if_known):
                found.add(entry_type.id)
    return frozenset(found)
