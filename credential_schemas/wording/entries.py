"""The table of a certificate: entries grouped by category, with everything they disclose in a cell or a detail."""

from collections.abc import Mapping, Sequence
from typing import Final

from credential_schemas.certificate_claims import CertificateEntry
from credential_schemas.entry_types import EntryType, Field
from credential_schemas.field_kinds import FieldKind
from credential_schemas.wording.model import EntryGroup, EntryRow, Language
from credential_schemas.wording.published import WordingVersion
from credential_schemas.wording.values import number_text, value_text
from keys.values import dataclass

_UNITS_IN_CELL: Final = 2  # more NCS codes than this would stretch the row: they become a detail


@dataclass(frozen=True, slots=True)
class _Place:
    """What the words of one entry depend on besides the entry."""

    language: Language
    numbers: Mapping[int, str]
    version: WordingVersion


def column_headings(language: Language, version: WordingVersion) -> tuple[str, ...]:
    """Return the headings: number, title, issuing body, NCS code, level, when, amount."""
    body = version.labels.entry["issuing_body"].label.in_language(language)
    number, title, *others = (
        version.phrase(f"column.{name}", language) for name in ("number", "title", "ncs", "level", "when", "amount")
    )
    return (number, title, body, *others)


def entry_groups(
    entries: Sequence[CertificateEntry], *, language: Language, version: WordingVersion
) -> tuple[EntryGroup, ...]:
    """Return the entries in groups, numbered through, in the order in which they stand in the claims."""
    numbers = {entry.idx: str(position) for position, entry in enumerate(entries, start=1)}
    place = _Place(language, numbers, version)
    groups: list[EntryGroup] = []
    for category, names in version.labels.categories.items():
        rows = tuple(
            _entry_row(entry, where=f"entries[{position}]", place=place)
            for position, entry in enumerate(entries)
            if entry.category == category
        )
        if rows:
            n = number_text(len(rows))
            heading = version.phrase("group.heading", language, category=names.in_language(language), n=n)
            groups.append(EntryGroup(f"groups.{category}", heading, rows))
    return tuple(groups)


def _entry_row(entry: CertificateEntry, *, where: str, place: _Place) -> EntryRow:
    entry_type = place.version.types[entry.type]
    title = entry.title_en if place.language == "en" and entry.title_en else entry.title
    body = "" if entry.issuing_body is None else place.version.body_name(entry.issuing_body).in_language(place.language)
    ncs = _ncs_cell(entry, entry_type)
    cells = (
        body,
        ncs,
        _level_cell(entry, entry_type),
        _when_cell(entry, entry_type, place),
        _amount_cell(entry, entry_type, place),
    )
    in_cells = {*entry_type.table.when, *entry_type.table.amount, entry_type.table.level}
    if ncs:
        in_cells.add(entry_type.table.ncs)
    return EntryRow(
        where=where,
        number=place.numbers[entry.idx],
        title=title,
        details=_details(entry, entry_type, in_cells=in_cells, place=place),
        cells=cells,
    )


def _ncs_cell(entry: CertificateEntry, entry_type: EntryType) -> str:
    value = entry.fields.get(entry_type.table.ncs) if entry_type.table.ncs else None
    if isinstance(value, list):
        return ", ".join(str(unit) for unit in value) if len(value) <= _UNITS_IN_CELL else ""
    return "" if value is None else str(value)


def _level_cell(entry: CertificateEntry, entry_type: EntryType) -> str:
    value = entry.fields.get(entry_type.table.level) if entry_type.table.level else None
    return "" if value is None else str(value)


def _when_cell(entry: CertificateEntry, entry_type: EntryType, place: _Place) -> str:
    words = [_field_words(entry, entry_type, name, place) for name in entry_type.table.when]
    if len(words) == 2 and any(words):  # first and last day; an open end stays open
        return f"{words[0]} ~ {words[1]}".strip()
    return "".join(words)


def _amount_cell(entry: CertificateEntry, entry_type: EntryType, place: _Place) -> str:
    words = [_field_words(entry, entry_type, name, place) for name in entry_type.table.amount]
    return " / ".join(filter(None, words))


def _field_words(entry: CertificateEntry, entry_type: EntryType, name: str, place: _Place) -> str:
    field = entry_type.field(name)
    if field is None or name not in entry.fields:
        return ""
    return value_text(field, entry.fields[name], language=place.language, numbers=place.numbers, version=place.version)


def _details(
    entry: CertificateEntry, entry_type: EntryType, *, in_cells: set[str | None], place: _Place
) -> tuple[str, ...]:
    language = place.language
    details: list[str] = []
    if not _says_type(entry, entry_type, place.version):
        details.append(entry_type.short_names.in_language(language))
    periods = {each.first: each for each in entry_type.periods if {each.first, each.last} <= entry.fields.keys()}
    elsewhere = in_cells | {period.last for period in periods.values()}
    for field in entry_type.own_fields:
        if field.name not in entry.fields or field.name in elsewhere or _says_issuing_body(field, entry):
            continue
        words = _field_words(entry, entry_type, field.name, place)
        if field.values:  # words that are understood without a label
            details.append(words)
            continue
        label = field.label
        if field.name in periods:
            period = periods[field.name]
            label, words = period.label, f"{words} ~ {_field_words(entry, entry_type, period.last, place)}"
        details.append(place.version.phrase("detail", language, label=label.in_language(language), value=words))
    details.append(place.version.phrase("as_of", language, day=entry.as_of.isoformat()))
    return tuple(details)


def _says_type(entry: CertificateEntry, entry_type: EntryType, version: WordingVersion) -> bool:
    """Return whether the entry's title or the heading of its group is already the name of its type."""
    category = version.labels.categories[entry_type.category]
    return entry_type.short_names.ko == category.ko or entry.title in (entry_type.names.ko, entry_type.short_names.ko)


def _says_issuing_body(field: Field, entry: CertificateEntry) -> bool:
    """Return whether it is a body that already stands in the cell of the issuing body."""
    return field.kind is FieldKind.BODY and entry.fields[field.name] == entry.issuing_body
