"""Compare a page's text layer with what the certificate must say, exactly, and name each field that differs.

Rules enforced:
* The text of all pages, in reading order, is the wording's lines in their order: nothing missing, nothing more.
* White space is ignored, everything else is compared in normalisation form NFC.
* Page furniture is allowed exactly where it belongs, and demanded where it is not optional: the specimen mark at the
  beginning (or end) of each page, the certificate's number and "n/m" at the end of each page of several, the column
  headings at the beginning of a later page.
* The confirmation code is not signed. Where it is not known (`ANY_CODE`), any text of its form will do.

Whether the texts agree is decided by one comparison of strings; the search for differences only names them afterwards.

Left to the caller: taking the text layer out of the file, pictures on the page, and which wording to compare with.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

from credential_schemas.wording.model import ANY_CODE, CertificateWording, PrintedLine
from keys.values import dataclass

MAX_DIFFERENCES: Final = 50
MAX_SHOWN_CHARACTERS: Final = 200

_CODE: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{5}(?:-[0-9A-HJKMNP-TV-Z]{5}){3}")
_LEAST_ANCHOR: Final = 4  # characters; a shorter text stands in too many places to say where a line is
_MOST_ALIGNED: Final = 600 * 600  # characters times characters that are aligned one by one
_MOST_EXTRA: Final = 20_000  # characters beyond the wording that are looked at


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where page and credential disagree.

    `where` is the slug of the wording's line, `page` for text that is not in the wording (then `signed` is empty), or
    `specimen` or `page_number`. `page` counts from 1; `printed` is the page's text, `signed` the credential's.
    """

    where: str
    page: int
    printed: str
    signed: str


@dataclass(frozen=True, slots=True)
class _Line:
    where: str
    text: str  # as it is compared, without white space
    shown: str


@dataclass(frozen=True, slots=True)
class _Layer:
    """The text of all pages without white space and furniture; `spaced[i]`: white space stood before character i."""

    text: str
    spaced: Sequence[bool]
    page_starts: Sequence[int]

    def page_of(self, position: int) -> int:
        return max(bisect_right(self.page_starts, position), 1)

    def is_whole(self, start: int, stop: int) -> bool:
        """Return whether white space (or an end) stands on both sides."""
        return self.spaced[start] and self.spaced[stop]

    def shown(self, start: int, stop: int) -> str:
        last = min(stop, start + MAX_SHOWN_CHARACTERS)
        characters = (f" {self.text[at]}" if self.spaced[at] else self.text[at] for at in range(start, last))
        return "".join(characters).strip() + ("…" if last < stop else "")


@dataclass(frozen=True, slots=True)
class _Gap:
    """A run of lines and the stretch of the page's text in which they are to be found."""

    lines: Sequence[_Line]
    start: int
    stop: int


def prints_exactly(wording: CertificateWording, pages: Sequence[str]) -> bool:
    """Return whether `compare_print` finds no difference, without looking for any."""
    furniture: list[Difference] = []
    layer = _read_pages(wording, pages, furniture)
    return not furniture and _says(layer, _lines(wording, layer.text))


def compare_print(wording: CertificateWording, pages: Sequence[str]) -> tuple[Difference, ...]:
    """Compare the text layer of a document with the wording of its credential.

    Args:
        wording: what the document must say.
        pages: the text of each page in reading order, as extracted.

    Returns:
        The differences in the order of the pages, at most 50; empty when the text is exactly the wording.
    """
    furniture: list[Difference] = []
    layer = _read_pages(wording, pages, furniture)
    lines = _lines(wording, layer.text)
    if _says(layer, lines):
        return tuple(furniture[:MAX_DIFFERENCES])
    found = (difference for gap in _gaps(lines, layer) for difference in _differences(gap, layer))
    return (*furniture, *found)[:MAX_DIFFERENCES]


def _says(layer: _Layer, lines: Sequence[_Line]) -> bool:
    return layer.text == "".join(line.text for line in lines)


def _compact(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())


def _lines(wording: CertificateWording, printed: str) -> list[_Line]:
    return [_Line(line.where, _expected(line, wording, printed), line.text) for line in wording.lines()]


def _expected(line: PrintedLine, wording: CertificateWording, printed: str) -> str:
    """The text to compare with; a code that is not known is what the page prints after the label, if it is one."""
    if line.where == "code" and line.text == ANY_CODE and wording.code_row is not None:
        label = _compact(wording.code_row.label)
        code = _CODE.match(printed, printed.find(label) + len(label))
        return code.group() if code else ANY_CODE
    return _compact(line.text)


def _read_pages(wording: CertificateWording, pages: Sequence[str], furniture: list[Difference]) -> _Layer:
    """Read the pages and take the furniture away; what is missing of it goes to `furniture`."""
    header = _compact("".join(wording.columns))
    most = sum(len(line.text) for line in wording.lines()) + _MOST_EXTRA
    text, spaced, starts, header_seen = "", [False], [0], False
    for number, page in enumerate(pages, start=1):
        words = unicodedata.normalize("NFC", page).split()
        compact = "".join(words)[:most]  # longer than the wording by so much that it cannot become equal again
        start, stop = 0, len(compact)
        if wording.specimen is not None:
            start, stop = _without_mark(compact, _compact(wording.specimen))
            if (start, stop) == (0, len(compact)):
                furniture.append(Difference("specimen", number, "", wording.specimen))
        if len(pages) > 1:
            foot = wording.page_number(number, len(pages))
            if compact.endswith(_compact(foot), start, stop):
                stop -= len(_compact(foot))
            else:
                furniture.append(Difference("page_number", number, "", foot))
        if header_seen and compact.startswith(header, start, stop):
            start += len(header)
        header_seen = header_seen or header in compact
        text += compact[start:stop]
        spaced[-1:] = _spaces(words)[start : stop + 1]
        starts.append(len(text))
        if len(text) > most:
            break
    return _Layer(text, spaced, starts[:-1])


def _without_mark(compact: str, mark: str) -> tuple[int, int]:
    if compact.startswith(mark):
        return len(mark), len(compact)
    return 0, len(compact) - (len(mark) if compact.endswith(mark) else 0)


def _spaces(words: Sequence[str]) -> list[bool]:
    """For each character that is not white space, and for the end, whether white space stood before it."""
    flags: list[bool] = []
    for word in words:
        flags.append(True)
        flags.extend([False] * (len(word) - 1))
    return [*flags, True]


def _gaps(lines: Sequence[_Line], layer: _Layer) -> Iterator[_Gap]:
    """Divide lines and text at the lines that are surely found: at both ends, and those that occur once in both."""
    first, start = 0, 0
    while first < len(lines) and layer.text.startswith(lines[first].text, start):
        start += len(lines[first].text)
        first += 1
    last, stop = len(lines), len(layer.text)
    while last > first and layer.text.endswith(lines[last - 1].text, start, stop):
        last -= 1
        stop -= len(lines[last].text)
    if start < stop and first and not layer.spaced[start]:  # text glued to the line before: that line was changed
        first -= 1
        start -= len(lines[first].text)
    if start < stop and last < len(lines) and not layer.spaced[stop]:
        stop += len(lines[last].text)
        last += 1
    for index, position in _anchors(lines, range(first, last), layer=layer, span=range(start, stop)):
        if position >= start:  # two anchors may share characters; the first one keeps them
            yield _Gap(lines[first:index], start, position)
            first, start = index + 1, position + len(lines[index].text)
    yield _Gap(lines[first:last], start, stop)


def _anchors(lines: Sequence[_Line], among: range, *, layer: _Layer, span: range) -> list[tuple[int, int]]:
    """Find lines that occur once among the lines and once in the text, whole words, in one order: (line, position)."""
    window = layer.text[span.start : span.stop]
    often = Counter(lines[index].text for index in among)
    found: list[tuple[int, int]] = []
    for index in among:
        line = lines[index].text
        position = window.find(line) if len(line) >= _LEAST_ANCHOR and often[line] == 1 else -1
        at = span.start + position
        if position >= 0 and window.find(line, position + 1) < 0 and layer.is_whole(at, at + len(line)):
            found.append((index, at))
    return _longest_rising(found)


def _longest_rising(found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of the list, in its order, whose positions rise (patience sorting)."""
    tails: list[int] = []  # the lowest position that ends a rising sequence of each length
    ends: list[int] = []
    before: list[int] = []  # -1: none
    for at, (_, position) in enumerate(found):
        length = bisect_left(tails, position)
        before.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [position]
        ends[length : length + 1] = [at]
    rising: list[tuple[int, int]] = []
    last = ends[-1] if ends else -1
    while last >= 0:
        rising.append(found[last])
        last = before[last]
    return rising[::-1]


def _differences(gap: _Gap, layer: _Layer) -> Iterator[Difference]:
    """Name what differs between the lines of a gap and its stretch of text."""
    signed = "".join(line.text for line in gap.lines)
    if signed == layer.text[gap.start : gap.stop]:
        return
    if len(gap.lines) == 1:
        yield from _one_line(gap.lines[0], gap.start, gap.stop, layer)
    elif gap.lines and len(signed) * (gap.stop - gap.start) <= _MOST_ALIGNED:
        for line, start, stop in _aligned(gap, signed, layer.text[gap.start : gap.stop]):
            yield from _one_line(line, start, stop, layer)
    else:
        for line in gap.lines:
            yield Difference(line.where, layer.page_of(gap.start), "", line.shown)
        yield _extra(gap.start, gap.stop, layer)


def _one_line(line: _Line, start: int, stop: int, layer: _Layer) -> Iterator[Difference]:
    """Compare one line with its stretch of text; a line that stands in it as whole words has extra text around it."""
    if layer.text[start:stop] == line.text:
        return
    position = layer.text.find(line.text, start, stop)
    end = position + len(line.text)
    if position < 0 or not layer.is_whole(position, end):
        yield Difference(line.where, layer.page_of(start), layer.shown(start, stop), line.shown)
        return
    if position > start:
        yield _extra(start, position, layer)
    if stop > end:
        yield _extra(end, stop, layer)


def _extra(start: int, stop: int, layer: _Layer) -> Difference:
    return Difference("page", layer.page_of(start), layer.shown(start, stop), "")


def _aligned(gap: _Gap, signed: str, printed: str) -> Iterator[tuple[_Line, int, int]]:
    """Give each line its share of the text, by aligning character with character."""
    blocks = SequenceMatcher(None, signed, printed, autojunk=False).get_opcodes()
    offset, start = 0, gap.start
    for line in gap.lines:
        offset += len(line.text)
        _, low, high, first, last = next(block for block in blocks if block[2] >= offset)
        within = last if high == offset else first + (offset - low) * (last - first) // (high - low)
        stop = gap.stop if line is gap.lines[-1] else gap.start + within
        yield line, start, stop
        start = stop
