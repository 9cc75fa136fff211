"""The page as the credential says it beside the page as it was handed in, each text with a mark where the two differ.

Both sides are texts: on one the text layer of the file, on the other the wording that the proved credential demands.
What a file draws without letters is on neither side.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from credential_schemas.report.messages import Language
from credential_schemas.wording.compare import Difference
from credential_schemas.wording.model import PrintedLine
from keys.encoding import JsonValue
from verifier.checks.print_match import ComparedPages
from verifier.rendering.plain_text import harmless
from verifier.web.shell import icon, text
from verifier.web.words import page_word

_ROW = re.compile(r"(.*?)(?:\.(?:label|number|title|title_en|details\[\d+\]|cells\[\d+\]))?")
_COLUMNS = "columns["
_CUT = "…"


def side_by_side(pages: ComparedPages) -> dict[str, JsonValue]:
    """Return what a page shows: rows of the signed form, lines of each printed page, as pieces `[text, differs]`."""
    wheres = {difference.where for difference in pages.differences}
    rows = groupby(pages.signed, key=_row_of)
    signed: list[JsonValue] = [[[harmless(line.text), line.where in wheres] for line in lines] for _, lines in rows]
    printed: list[JsonValue] = [
        [*_marked_lines(text, [each for each in pages.differences if each.page == number])]
        for number, text in enumerate(pages.printed, start=1)
    ]
    return {"signed": signed, "printed": printed, "differences": len(pages.differences)}


def _row_of(line: PrintedLine) -> str:
    """Return what a line shares with those that stand beside it: an entry's place, or label and value of a fact."""
    if line.where.startswith(_COLUMNS):
        return _COLUMNS
    found = _ROW.fullmatch(line.where)
    return found[1] if found is not None else line.where


def _marked_lines(text: str, differences: Sequence[Difference]) -> Iterator[JsonValue]:
    """Yield the lines of a page as pieces; white space is ignored where a difference is looked for, as in comparing."""
    text = unicodedata.normalize("NFC", text)
    places = [place for place, character in enumerate(text) if not character.isspace()]
    compact = "".join(text[place] for place in places)
    marked: set[int] = set()
    for difference in differences:
        sought = "".join(difference.printed.removesuffix(_CUT).split())
        start = compact.find(sought) if sought else -1
        if start >= 0:
            marked.update(places[start : start + len(sought)])
    start = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            yield [*_pieces(line, start, marked)]
        start += len(line)


def _pieces(line: str, start: int, marked: set[int]) -> Iterator[JsonValue]:
    """Yield runs of one mark; white space belongs to what stands before it."""
    run, differs = "", False
    for place, character in enumerate(line.rstrip(), start=start):
        now = differs if character.isspace() else place in marked
        if now != differs and run:
            yield [harmless(run), differs]
            run = ""
        run, differs = run + character, now
    yield [harmless(run), differs]


def pages_html(shown: Mapping[str, JsonValue], *, language: Language) -> str:
    """Return both sides as markup; open where they differ."""

    def sheet(lines: JsonValue, *, is_printed: bool) -> str:
        marked = (_marks(line, is_printed=is_printed, language=language) for line in _list(lines))
        return f'<div class="sheet">{"".join(f"<p>{line}</p>" for line in marked)}</div>'

    printed = "".join(sheet(page, is_printed=True) for page in _list(shown["printed"]))
    is_open = " open" if shown["differences"] else ""
    return (
        f'<details class="card more pages"{is_open}><summary>{icon("next")}{page_word("pages", language)}</summary>'
        f'<p class="s muted">{page_word("pages_why", language)}</p><div class="sides">'
        f"<section><h3>{page_word('pages_printed', language)}</h3>{printed}</section>"
        f"<section><h3>{page_word('pages_signed', language)}</h3>{sheet(shown['signed'], is_printed=False)}</section>"
        "</div></details>"
    )


def _marks(pieces: JsonValue, *, is_printed: bool, language: Language) -> str:
    """Return the pieces of a line; what differs is marked by an element, a sign and words, never by colour alone."""
    tag, sign, name = ("del", "bad", "pages_differs") if is_printed else ("ins", "ok", "pages_as_signed")
    shown = []
    for piece in _list(pieces):
        words, differs = _list(piece)
        plain = text(str(words))
        said = f'<span class="vh"> ({page_word(name, language)})</span>'
        shown.append(f"<{tag}>{icon(sign)}{plain}{said}</{tag}>" if differs else plain)
    return ("" if is_printed else " · ").join(shown)


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
