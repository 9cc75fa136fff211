"""The text of one certificate as values: what stands where, in drawing order, without any layout."""

from collections.abc import Iterator
from typing import Final, Literal

from keys.values import dataclass

Language = Literal["ko", "en"]

ANY_CODE: Final = "?????-?????-?????-?????"
"""As the value of `code_row`: a confirmation code is printed, but which one is not known, because it is not signed."""


@dataclass(frozen=True, slots=True)
class Row:
    """A label with its value, as in the holder table or the header line."""

    where: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One text that must stand in the page's text layer, and the slug that names it in a difference."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry of the table.

    `cells` has one text per column after number and title (empty text: nothing printed); `details` stand in small print
    below, each already a full phrase such as "회차 1".
    """

    where: str
    number: str
    title: str
    details: tuple[str, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntryGroup:
    """The entries of one kind under a heading."""

    where: str
    heading: str
    rows: tuple[EntryRow, ...]


@dataclass(frozen=True, slots=True)
class CertificateWording:
    """Everything a certificate prints, in the order in which it is drawn and read aloud.

    `columns` has the two headings for number and title first, then one per cell of `EntryRow.cells`.
    `version` is that of the wording, which the file names. `specimen` is a mark drawn across every page, or None. All
    texts are NFC, without control characters.
    """

    version: int
    language: Language
    number_row: Row
    code_row: Row | None
    title: str
    subtitle: str
    holder_rows: tuple[Row, ...]
    attestation: str
    columns: tuple[str, ...]
    groups: tuple[EntryGroup, ...]
    end_mark: str
    date_line: str
    issuer_line: str
    seal_text: str
    qr_caption: str
    qr_alternative: str
    notes: tuple[str, ...]
    legal_line: str | None
    specimen: str | None

    def lines(self) -> Iterator[PrintedLine]:
        """Yield every printed text once, in drawing order, without page furniture (repeated headings, page numbers)."""
        yield from _row_lines(self.number_row)
        if self.code_row is not None:
            yield from _row_lines(self.code_row)
        yield PrintedLine("title", self.title)
        yield PrintedLine("subtitle", self.subtitle)
        for row in self.holder_rows:
            yield from _row_lines(row)
        yield PrintedLine("attestation", self.attestation)
        for index, column in enumerate(self.columns):
            yield PrintedLine(f"columns[{index}]", column)
        for group in self.groups:
            yield PrintedLine(group.where, group.heading)
            for entry in group.rows:
                yield from _entry_lines(entry)
        yield PrintedLine("end_mark", self.end_mark)
        yield PrintedLine("date", self.date_line)
        yield PrintedLine("issuer", self.issuer_line)
        yield PrintedLine("seal", self.seal_text)
        yield PrintedLine("qr_caption", self.qr_caption)
        for index, note in enumerate(self.notes):
            yield PrintedLine(f"notes[{index}]", note)
        if self.legal_line is not None:
            yield PrintedLine("legal_basis", self.legal_line)

    def page_number(self, page: int, pages: int) -> str:
        """Return the foot of a page, for example "Certificate No. CB-2026-00000001 · 1/2".

        It is drawn when there is more than one page: a sheet that gets loose still says what it belongs to.
        """
        return f"{self.number_row.label} {self.number_row.value} · {page}/{pages}"


def _row_lines(row: Row) -> Iterator[PrintedLine]:
    yield PrintedLine(f"{row.where}.label", row.label)
    yield PrintedLine(row.where, row.value)


def _entry_lines(entry: EntryRow) -> Iterator[PrintedLine]:
    yield PrintedLine(f"{entry.where}.number", entry.number)
    yield PrintedLine(f"{entry.where}.title", entry.title)
    for index, detail in enumerate(entry.details):
        yield PrintedLine(f"{entry.where}.details[{index}]", detail)
    for index, cell in enumerate(entry.cells):
        if cell:
            yield PrintedLine(f"{entry.where}.cells[{index}]", cell)
