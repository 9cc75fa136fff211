"""From a row as it was sent to a record: values of the right kind, forbidden fields dropped, faults named.

An adapter lists its columns (`Column`) and makes a `RecordDraft` of each row; everything that is the same for all
sources happens here, once: resident registration numbers, missing and malformed values, repeated records.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from credential_schemas.catalogue import ncs_classes_of, ncs_unit
from credential_schemas.entry_types import EntryType, Field, entry_types
from credential_schemas.errors import EntryTypeError
from credential_schemas.field_kinds import FieldKind, check_text
from issuer.sources.limits import MAX_CELL_CHARACTERS, MAX_KEY_CHARACTERS
from issuer.sources.model import RejectedRow, SourceRecord
from issuer.sources.reading import Cell, RawRow
from keys.encoding import JsonValue

STATUSES: Final = ("valid", "suspended", "revoked", "expired", "corrected")
_RESIDENT_NUMBER: Final = re.compile(
    r"(?<![0-9])[0-9]{2}(?P<month>[0-9]{2})(?P<day>[0-9]{2})\s?[-\u2010-\u2015\u2212]?\s?[0-9][0-9]{6}(?![0-9])"
)
_LEAP_YEAR: Final = 2000
_MAX_NAME_CHARACTERS: Final = 40
_YES_NO: Final[Mapping[str, bool]] = {"Y": True, "N": False, "true": True, "false": False}
_WHOLE: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,4})?", re.ASCII)
_DAY: Final = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})", re.ASCII)
_WHOLE_KINDS: Final = frozenset({FieldKind.INTEGER, FieldKind.HOURS, FieldKind.LEVEL})
_NUMBER_KINDS: Final = frozenset({FieldKind.DECIMAL, FieldKind.PERCENT, FieldKind.CREDITS})


class RowFault(Exception):
    """One column of a row cannot be taken; `problem` says what was expected, never the value."""

    def __init__(self, column: str, problem: str) -> None:
        super().__init__(f"{column}: {problem}")
        self.column = column
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the delivery and the field of the entry type it feeds; `needed`: an empty cell rejects the row."""

    name: str
    feeds: str
    needed: bool = True


class Row:
    """The cells of one row, read as texts in normalisation form NFC."""

    def __init__(self, raw: RawRow) -> None:
        self.raw = raw
        if raw.fault is not None:
            raise RowFault("row", raw.fault)
        for name, cell in raw.cells.items():
            for text in _texts_of(cell):
                if len(text) > MAX_CELL_CHARACTERS:
                    raise RowFault(
                        _safe_name(name), f"expected at most {MAX_CELL_CHARACTERS} characters, found {len(text)}"
                    )
                if holds_resident_number(text) or holds_resident_number(name):
                    raise RowFault("row", "expected no resident registration number anywhere in the row")

    def optional(self, name: str) -> str | None:
        """Return a cell as text, or None when it is absent or empty.

        Raises:
            RowFault: a list, an object, or characters that cannot be printed.
        """
        cell = self.raw.cells.get(name)
        if cell is None or cell == "":
            return None
        if isinstance(cell, list | dict):
            raise RowFault(name, "expected one value")
        text = unicodedata.normalize("NFC", _text_of(cell)).strip()
        if not text:
            return None
        try:
            return check_text(text, path=name)
        except EntryTypeError as error:
            raise RowFault(name, error.detail) from error

    def text(self, name: str) -> str:
        """Return a cell that must not be empty; RowFault otherwise."""
        found = self.optional(name)
        if found is None:
            raise RowFault(name, "expected a value, found none")
        return found

    def several(self, name: str) -> tuple[str, ...]:
        """Return the texts of a cell that is a list, or a text with semicolons or spaces between its parts.

        Raises:
            RowFault: the list holds something else than texts.
        """
        cell = self.raw.cells.get(name)
        if not isinstance(cell, list):
            return tuple(re.split(r"[;,\s]+", self.optional(name) or "")) if self.optional(name) else ()
        if not all(isinstance(each, str) for each in cell):
            raise RowFault(name, "expected a list of texts")
        return tuple(str(each).strip() for each in cell)


@dataclass(slots=True)
class RecordDraft:
    """What an adapter knows of one record; `finished` makes the record, or a fault, of it."""

    row: Row
    entry_type: EntryType
    title: str
    key: tuple[str, ...]
    issuing_body: str
    fields: dict[str, JsonValue]
    person_ref: str | None = None
    title_en: str | None = None
    record_keeper: str | None = None
    status: str = "valid"
    warnings: list[str] = field(default_factory=list)
    known_columns: frozenset[str] = frozenset()

    def finished(self) -> SourceRecord:
        """Return the record with its fields in the order of the type; a required field nobody knows is a warning.

        Raises:
            RowFault: the status is unknown, or what identifies the record is too long.
        """
        if self.status not in STATUSES:
            raise RowFault("status", f"expected one of {', '.join(STATUSES)}")
        key = "|".join(self.key)
        if len(key) > MAX_KEY_CHARACTERS:
            raise RowFault("row", f"expected identifying values of at most {MAX_KEY_CHARACTERS} characters in all")
        ordered = {each.name: self.fields[each.name] for each in self.entry_type.own_fields if each.name in self.fields}
        unknown = [each.name for each in self.entry_type.own_fields if each.required and each.name not in ordered]
        still_empty = ("end_date", "closed_on", "acquired_via")  # empty means: not ended, or known only later
        self.warnings += [f"{name} is not known" for name in unknown if name not in still_empty]
        dropped, ignored = self._left_over()
        self.warnings += [f"the column {name} is not part of this delivery and was ignored" for name in ignored]
        return SourceRecord(
            person_ref=self.person_ref,
            entry_type=self.entry_type.id,
            natural_key=key,
            source_record_id=key,
            title=self.title,
            title_en=self.title_en,
            issuing_body=self.issuing_body,
            record_keeper=self.record_keeper or self.issuing_body,
            source_status=self.status,
            fields=ordered,
            dropped=dropped,
            warnings=tuple(self.warnings),
        )

    def _left_over(self) -> tuple[tuple[str, ...], list[str]]:
        """Return the forbidden fields that were sent, by the type's names, and other columns nobody asked for."""
        forbidden = {_squeezed(name): name for name in self.entry_type.forbidden_fields}
        extra = [name for name in self.row.raw.cells if name not in self.known_columns]
        dropped = tuple(sorted({forbidden[_squeezed(name)] for name in extra if _squeezed(name) in forbidden}))
        return dropped, [name for name in extra if _squeezed(name) not in forbidden and _safe_name(name) == name]


def convert_columns(row: Row, entry_type: EntryType, columns: Iterable[Column]) -> dict[str, JsonValue]:
    """Return the values of the entry's fields that columns feed.

    Raises:
        RowFault: a needed cell is empty, or a value is not of its field's kind; it names the column.
    """
    values: dict[str, JsonValue] = {}
    for column in columns:
        value = _convert(row, column.name, _field(entry_type, column.feeds))
        if value is not None:
            values[column.feeds] = value
        elif column.needed:
            raise RowFault(column.name, "expected a value, found none")
    return values


def checked(entry_type: EntryType, name: str, value: JsonValue, *, column: str) -> JsonValue:
    """Return a value for a field after checking its kind; RowFault names the column."""
    return _checked(_field(entry_type, name), value, column)


def ends_after(fields: Mapping[str, JsonValue], *, start: str, end: str, column: str) -> None:
    """Refuse a period that ends before it begins: RowFault names the column of the end."""
    first, last = fields.get(start), fields.get(end)
    if isinstance(first, str) and isinstance(last, str) and last < first:
        raise RowFault(column, "expected a day that is not before the beginning")


def unit_warnings(fields: Mapping[str, JsonValue]) -> list[str]:
    """Return a warning for each NCS code that the catalogue does not know; the catalogue is not complete."""
    codes = fields.get("ncs_units")
    units = [str(code) for code in codes] if isinstance(codes, list) else []
    warnings = [f"the NCS unit {code} is not in the catalogue" for code in units if ncs_unit(code) is None]
    code = fields.get("ncs_code")
    if isinstance(code, str) and not ncs_classes_of(code[:8])[3:]:
        warnings.append(f"the NCS class {code[:8]} is not in the catalogue")
    return warnings


def records(rows: Iterable[RawRow], draft: Callable[[Row], RecordDraft]) -> Iterator[SourceRecord | RejectedRow]:
    """Turn rows into records with an adapter's `draft`; a row with a fault, or a record sent twice, is rejected."""
    seen: set[tuple[str, str]] = set()
    for raw in rows:
        try:
            record = draft(Row(raw)).finished()
            identity = (record.entry_type, record.natural_key)
            if identity in seen:
                raise RowFault("row", "expected each record once in a delivery, found it again")
        except RowFault as fault:
            yield RejectedRow(raw.line, raw.item, fault.column, fault.problem)
        else:
            seen.add(identity)
            yield record


def type_of(type_id: str) -> EntryType:
    """Return an entry type by its id."""
    return entry_types()[type_id]


def day_text(text: str, *, column: str) -> str:
    """Return a day written as 2024-03-15 or 20240315 in the first form; RowFault when it is none."""
    match = _DAY.fullmatch(text)
    try:
        return date(*map(int, match.groups())).isoformat() if match else _no_day(column)
    except ValueError:
        return _no_day(column)


def _field(entry_type: EntryType, name: str) -> Field:
    return next(each for each in entry_type.fields if each.name == name)


def _no_day(column: str) -> str:
    raise RowFault(column, "expected a day as YYYY-MM-DD or YYYYMMDD")


def _convert(row: Row, column: str, target: Field) -> JsonValue:
    if target.kind is FieldKind.NCS_UNITS:
        units: list[JsonValue] = list(row.several(column))
        return _checked(target, units, column) if units else None
    text = row.optional(column)
    if text is None:
        return None
    return _checked(target, _value_of(text, target.kind, column), column)


def _value_of(text: str, kind: FieldKind, column: str) -> JsonValue:
    if kind is FieldKind.DATE:
        return day_text(text, column=column)
    if kind is FieldKind.BOOLEAN:
        if text not in _YES_NO:
            raise RowFault(column, "expected Y or N")
        return _YES_NO[text]
    if kind in _WHOLE_KINDS:
        if not _WHOLE.fullmatch(text):
            raise RowFault(column, "expected a whole number, not negative")
        return int(text)
    if kind in _NUMBER_KINDS:
        if not _NUMBER.fullmatch(text):
            raise RowFault(column, "expected a number, not negative")
        number = float(text)
        return int(number) if number.is_integer() else number
    return text


def _checked(target: Field, value: JsonValue, column: str) -> JsonValue:
    try:
        target.check(value, path=column)
    except EntryTypeError as error:
        raise RowFault(column, error.detail) from error
    return value


def _texts_of(cell: Cell) -> Iterator[str]:
    if isinstance(cell, list):
        for each in cell:
            yield from _texts_of(each)
    elif isinstance(cell, dict):
        for name, each in cell.items():
            yield name
            yield from _texts_of(each)
    elif cell is not None:
        yield _text_of(cell)


def _text_of(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return str(cell)


def holds_resident_number(text: str) -> bool:
    """Return whether a text has a resident registration number in it, as far as its form tells."""
    digits = unicodedata.normalize("NFKC", text)
    return any(_is_day_of_year(int(found["month"]), int(found["day"])) for found in _RESIDENT_NUMBER.finditer(digits))


def _is_day_of_year(month: int, day: int) -> bool:
    try:
        date(_LEAP_YEAR, month, day)
    except ValueError:
        return False
    return True


def _safe_name(name: str) -> str:
    """Return a column's name for a message, unless the name itself could hold something."""
    return name if name.isascii() and name.isidentifier() and len(name) <= _MAX_NAME_CHARACTERS else "row"


def _squeezed(name: str) -> str:
    return name.replace("_", "").lower()
