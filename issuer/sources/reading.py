"""Read the rows of a delivery: XML, CSV or JSON into one shape, strictly, within the limits.

What makes the whole file unusable raises `DeliveryUnreadable`; what concerns one row is left to `rows`.
"""

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from issuer.errors import DeliveryUnreadable
from issuer.sources.limits import MAX_DELIVERY_BYTES, MAX_ROWS
from keys.encoding import JsonValue, decode_json_object
from keys.errors import DecodingError

Cell: TypeAlias = JsonValue
_BOM: Final = b"\xef\xbb\xbf"
_LINE: Final = "\x00line"  # an attribute no XML file can have


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as it was sent: its place, and its cells by the source's own names."""

    line: int | None
    item: int
    cells: Mapping[str, Cell]
    fault: str | None = None


def xml_rows(data: bytes, *, root: str, item: str) -> Iterator[RawRow]:
    """Yield the elements `item` anywhere in a document whose root is `root`; a child that repeats becomes a list.

    Raises:
        DeliveryUnreadable: no XML, a document type declaration, another root, too large.
    """
    _check_size(data)
    builder = _LineBuilder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.parser = parser.parser
    try:
        parser.feed(data)
        document: Element = parser.close()
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise DeliveryUnreadable("expected well-formed XML without a document type declaration") from error
    if document.tag != root:
        raise DeliveryUnreadable(f"expected the XML element {root} at the top, found another")
    elements = list(document.iter(item))
    _check_count(len(elements))
    for number, element in enumerate(elements, start=1):
        line = int(element.attrib.pop(_LINE))
        yield RawRow(line, number, _children(element), _element_fault(element))


def csv_rows(data: bytes, *, columns: Collection[str]) -> Iterator[RawRow]:
    """Yield the rows of a UTF-8 CSV file; lines that begin with # before the heading are comments.

    Raises:
        DeliveryUnreadable: not UTF-8, a heading without one of `columns` or with one twice, no CSV, too large.
    """
    _check_size(data)
    try:
        text = data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        raise DeliveryUnreadable("expected text in UTF-8") from error
    source = io.StringIO(text, newline="")
    comments, start = 0, 0
    while source.readline().startswith("#"):
        comments, start = comments + 1, source.tell()
    source.seek(start)
    reader = csv.reader(source, strict=True)
    try:
        heading = next(reader, [])
        _check_heading(heading, columns)
        for number, cells in enumerate((row for row in reader if row), start=1):
            _check_count(number)
            fault = None if len(cells) == len(heading) else f"expected {len(heading)} cells, found {len(cells)}"
            yield RawRow(comments + reader.line_num, number, dict(zip(heading, cells, strict=False)), fault)
    except csv.Error as error:
        problem = f"expected CSV with quoted commas, found broken text in line {reader.line_num}"
        raise DeliveryUnreadable(problem) from error


def json_lists(data: bytes, *, names: Collection[str]) -> Mapping[str, list[JsonValue]]:
    """Return the lists of rows of a JSON object, by name.

    Raises:
        DeliveryUnreadable: no strict JSON object, a list is missing, too large.
    """
    _check_size(data)
    try:
        document = decode_json_object(data, max_bytes=MAX_DELIVERY_BYTES)
    except DecodingError as error:
        raise DeliveryUnreadable(f"expected a strict JSON object ({error.kind})") from error
    lists: dict[str, list[JsonValue]] = {}
    for name in names:
        rows = document.get(name)
        if not isinstance(rows, list):
            raise DeliveryUnreadable(f"expected a list called {name}")
        _check_count(len(rows))
        lists[name] = rows
    return lists


def json_rows(rows: list[JsonValue]) -> Iterator[RawRow]:
    """Yield the objects of one list."""
    for number, row in enumerate(rows, start=1):
        if isinstance(row, dict):
            yield RawRow(None, number, row)
        else:
            yield RawRow(None, number, {}, "expected an object")


class _LineBuilder(TreeBuilder):
    """Builds the tree and notes at each element the line where it begins."""

    parser: object = None

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        """Open an element."""
        return super().start(tag, {**attrs, _LINE: str(getattr(self.parser, "CurrentLineNumber", 0))})


def _children(element: Element) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for child in element:
        value, before = child.text or "", cells.get(child.tag)
        if before is None:
            cells[child.tag] = value
        else:
            cells[child.tag] = [*before, value] if isinstance(before, list) else [before, value]
    return cells


def _element_fault(element: Element) -> str | None:
    nested = any(len(child) for child in element)
    return "expected text inside each element, found further elements" if nested else None


def _check_heading(heading: list[str], columns: Collection[str]) -> None:
    missing = sorted(set(columns) - set(heading))
    if missing:
        raise DeliveryUnreadable(f"expected a heading with the columns {', '.join(missing)}")
    if len(set(heading)) != len(heading):
        raise DeliveryUnreadable("expected each column once in the heading")


def _check_size(data: bytes) -> None:
    if len(data) > MAX_DELIVERY_BYTES:
        raise DeliveryUnreadable(f"expected at most {MAX_DELIVERY_BYTES} bytes")
    if not data.strip():
        raise DeliveryUnreadable("expected rows, found an empty file")


def _check_count(rows: int) -> None:
    if rows > MAX_ROWS:
        raise DeliveryUnreadable(f"expected at most {MAX_ROWS} rows")
