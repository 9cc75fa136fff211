"""An account as its holder looks at it: filtered, counted, in the order of kinds and newest first. Pure functions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from credential_schemas.certificate_claims import in_category_order
from credential_schemas.entry_types import categories, entry_types
from issuer.accounts.account import AccountEntry
from keys.encoding import JsonValue

PAGE_SIZE: Final = 50
LEVELS: Final = range(1, 9)
_YEAR_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Wish:
    """What the holder wants to see; empty texts ask for nothing in particular.

    Attributes:
        kind: a category.
        source: id of a source.
        year: four digits.
        field: NCS major class, two digits.
        text: to be found in titles, institutions and codes.
        page: from 1.
    """

    kind: str = ""
    source: str = ""
    year: str = ""
    field: str = ""
    text: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Matrix:
    """How many units there are of each NCS major class and level; `without_level` entries stand nowhere in it."""

    names: Mapping[str, str]
    counts: Mapping[tuple[str, int], int]
    without_level: int


@dataclass(frozen=True, slots=True)
class AccountView:
    """One page of an account.

    Attributes:
        total: how many entries there are in all.
        fitting: those that fit the wish, in order.
        shown: those of them on this page.
        page: which page this is, from 1; a page that is not there becomes the last.
        pages: how many there are.
        kinds: entries of each category in all, in the order of categories, none left out that has any.
        sources: ids of the sources of all entries.
        years: of all entries, newest first, with how many.
        fields: NCS major classes of all entries: code and name.
        matrix: of all entries.
    """

    total: int
    fitting: Sequence[AccountEntry]
    shown: Sequence[AccountEntry]
    page: int
    pages: int
    kinds: Mapping[str, int]
    sources: Sequence[str]
    years: Mapping[str, int]
    fields: Mapping[str, str]
    matrix: Matrix

    @property
    def found(self) -> int:
        """How many entries fit the wish."""
        return len(self.fitting)


def account_view(entries: Sequence[AccountEntry], wish: Wish) -> AccountView:
    """Return what one page shows of all entries of an account."""
    ordered = in_category_order(sorted(entries, key=_when, reverse=True))
    fitting = [entry for entry in ordered if _fits(entry, wish)]
    pages = max(1, -(-len(fitting) // PAGE_SIZE))
    page = min(max(1, wish.page), pages)
    kinds = Counter(entry.category for entry in entries)
    years = Counter(year_of(entry) for entry in entries)
    return AccountView(
        total=len(entries),
        fitting=fitting,
        shown=fitting[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        page=page,
        pages=pages,
        kinds={kind: kinds[kind] for kind in categories() if kind in kinds},
        sources=sorted({each.source for entry in entries for each in entry.provenances}),
        years={year: years[year] for year in sorted(years, reverse=True) if year},
        fields=dict(sorted(pair for entry in entries for pair in major_classes(entry).items())),
        matrix=level_matrix(entries),
    )


def level_matrix(entries: Sequence[AccountEntry]) -> Matrix:
    """Return the chart of competencies: units by NCS major class and level."""
    names: dict[str, str] = {}
    counts: Counter[tuple[str, int]] = Counter()
    for entry in entries:
        level = entry.fields.get("unit_level")
        classes = major_classes(entry)
        if isinstance(level, int) and level in LEVELS and classes:
            names |= classes
            counts.update((code, level) for code in classes)
    charted = sum(counts.values())
    return Matrix(dict(sorted(names.items())), dict(counts), len(entries) - charted)


def major_classes(entry: AccountEntry) -> dict[str, str]:
    """Return the NCS major class of a competency unit: code and name; nothing for other entries."""
    value = entry.fields.get("major_class")
    if not isinstance(value, dict):
        return {}
    return {str(value.get("code")): str(value.get("name"))}


def year_of(entry: AccountEntry) -> str:
    """Return the year of an entry, by the last of the days that its certificate shows; empty when it has none."""
    return _when(entry)[:_YEAR_DIGITS]


def is_past(entry: AccountEntry, today: date) -> bool:
    """Return whether the entry's own last day is over."""
    last = entry.fields.get("valid_until")
    return isinstance(last, str) and last < today.isoformat()


def _fits(entry: AccountEntry, wish: Wish) -> bool:
    return (
        wish.kind in ("", entry.category)
        and wish.source in ("", *(each.source for each in entry.provenances))
        and wish.year in ("", year_of(entry))
        and (not wish.field or wish.field in major_classes(entry))
        and _folded(wish.text) in _searchable(entry)
    )


def _searchable(entry: AccountEntry) -> str:
    texts = [entry.title, entry.title_en or "", entry.issuing_body, *_texts(list(entry.fields.values()))]
    return _folded(" ".join(texts))


def _texts(values: Sequence[JsonValue]) -> list[str]:
    found: list[str] = []
    for value in values:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list):
            found += _texts(value)
        elif isinstance(value, dict):
            found += _texts(list(value.values()))
    return found


def _folded(text: str) -> str:
    return "".join(text.casefold().split())


def _when(entry: AccountEntry) -> str:
    """Return the last of the entry's days; a unit has those of the entry that proves it."""
    stored = entry.source_entry
    columns = entry_types()[stored.entry_type if entry.proven_by else entry.type].table.when
    days = [value for name in columns if isinstance(value := stored.fields.get(name), str)]
    return days[-1] if days else ""
