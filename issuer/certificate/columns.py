"""How wide the columns of the entry table are: measured from what stands in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

from credential_schemas.wording.model import CertificateWording
from issuer.certificate.fonts import font
from issuer.certificate.style import COLUMN, MM, TableStyles, TextStyle
from issuer.certificate.tagged_canvas import Align
from issuer.certificate.text import words

PAD = 4.2  # points on either side of a cell
TITLE = 1  # index of the column with the title
_BODY = 2  # and of the one with the issuing body
_TRIES = 10  # ways to divide room between these two
_WIDEST_WORD = 30 * MM  # a longer word is divided rather than given all the room
_CENTRED_UP_TO = 31 * MM  # short texts (dates, codes, levels) stand in the middle of their column
_WIDEST_FIGURE = 45 * MM  # a longer date, period or number may be divided
_SHORT = 17 * MM  # a text up to here stays on one line, such as "120 hours"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: left edge and width with padding, and how its cells are set."""

    x: float
    width: float
    align: Align

    @property
    def room(self) -> float:
        """Return the width for text."""
        return self.width - 2 * PAD


@dataclass(frozen=True, slots=True)
class _Need:
    least: float
    wanted: float


@dataclass(frozen=True, slots=True)
class _Words:
    """The widths of the words of a text, and of a space."""

    widths: tuple[float, ...]
    space: float

    def lines(self, room: float) -> int:
        """Return how many lines the text takes in a width."""
        count, used = 1, -self.space
        for width in self.widths:
            used += self.space + width
            if used > room and used > width:
                count, used = count + 1, width
        return count


def measure_columns(
    wording: CertificateWording, styles: TableStyles, *, left: float, width: float
) -> tuple[Column, ...]:
    """Divide a width among the columns.

    Every column gets its longest word. If not all texts fit one line, what is left is divided so that the rows take the
    fewest lines; otherwise it goes to the columns of text, most of all the title.
    """
    texts = _texts_of_columns(wording, styles)
    needs = [_need(column) for column in texts]
    aligns: list[Align] = [
        "left" if at in (TITLE, _BODY) or (need.wanted > _CENTRED_UP_TO and need.least < need.wanted) else "centre"
        for at, need in enumerate(needs)
    ]
    columns: list[Column] = []
    x = left
    for share, align in zip(_shares(texts, needs, aligns, width=width), aligns, strict=True):
        columns.append(Column(x, share, align))
        x += share
    return tuple(columns)


_Texts = list[tuple[TextStyle, str]]


def _texts_of_columns(wording: CertificateWording, styles: TableStyles) -> list[_Texts]:
    """Return for each column its heading and then a text for each entry."""
    columns: list[_Texts] = [[(COLUMN, heading)] for heading in wording.columns]
    for group in wording.groups:
        for entry in group.rows:
            columns[0].append((styles.number, entry.number))
            columns[TITLE].append((styles.title, entry.title))
            for column, cell in zip(columns[2:], entry.cells, strict=True):
                column.append((styles.cell, cell))
    return columns


def _need(texts: _Texts) -> _Need:
    least = wanted = 0.0
    for style, text in texts:
        face, size = font(style.weight), style.sizes[0]
        whole = face.width(text, size)
        wanted = max(wanted, whole)
        if whole <= _SHORT or (whole <= _WIDEST_FIGURE and not any(character.isalpha() for character in text)):
            least = max(least, whole)
        else:
            longest = max(face.width(word, size) for word in (*words(text), ""))
            least = max(least, min(longest, _WIDEST_WORD))
    return _Need(least + 2 * PAD + 0.1, wanted + 2 * PAD + 0.1)


def _shares(texts: Sequence[_Texts], needs: Sequence[_Need], aligns: Sequence[Align], *, width: float) -> list[float]:
    least = sum(need.least for need in needs)
    wanted = sum(need.wanted for need in needs)
    if least >= width:
        return [need.least * width / least for need in needs]
    if wanted > width:
        return _shares_of_fewest_lines(texts, needs, width)
    weights = [4 if at == TITLE else 2 if align == "left" else 1 for at, align in enumerate(aligns)]
    weights[0] = 0
    return [n.wanted + (width - wanted) * w / sum(weights) for n, w in zip(needs, weights, strict=True)]


def _shares_of_fewest_lines(texts: Sequence[_Texts], needs: Sequence[_Need], width: float) -> list[float]:
    """Try the ways to give what is left and take the first that makes the rows lowest."""
    open_columns = [at for at, need in enumerate(needs) if need.least < need.wanted]
    measured = {at: [_words(style, text) for style, text in texts[at]] for at in open_columns}

    @cache
    def lines(at: int, room: float) -> list[int]:
        return [text.lines(room) for text in measured[at]]

    def total(shares: Sequence[float]) -> tuple[float, int]:
        columns = [lines(at, shares[at] - 2 * PAD) for at in open_columns]
        rows: list[int] = [max(row) for row in zip(*columns, strict=True)]
        # Between equals, the headings rather than an entry take a line more, and fewer cells take a second line.
        return sum(rows[1:]) + 0.9 * rows[0], sum(map(sum, columns))

    return min(_ways(needs, open_columns, width), key=total)


def _ways(needs: Sequence[_Need], open_columns: Sequence[int], width: float) -> Iterator[list[float]]:
    """Give each open column all or the least it needs, and divide the rest between title and issuing body."""
    small = [at for at in open_columns if at not in (TITLE, _BODY)]
    for chosen in product((False, True), repeat=len(small)):
        shares = [need.least for need in needs]
        for at, whole in zip(small, chosen, strict=True):
            shares[at] = needs[at].wanted if whole else needs[at].least
        rest = width - sum(shares)
        for step in range(_TRIES + 1) if rest >= 0 else ():
            way = list(shares)
            way[TITLE] += rest * (1 - step / _TRIES)
            way[_BODY] += rest * step / _TRIES
            yield way


def _words(style: TextStyle, text: str) -> _Words:
    face, size = font(style.weight), style.sizes[0]
    return _Words(tuple(face.width(word, size) for word in words(text)), face.width(" ", size))
