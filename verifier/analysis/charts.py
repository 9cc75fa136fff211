"""Charts as inline SVG: no script, no colour without its number; a table with the same stands beside each.

Colours are the chart colours of the house (one hue). Texts come escaped or from our own words.
"""

from collections.abc import Sequence
from typing import Final

from credential_schemas.report.messages import Language
from verifier.analysis.coverage import RoleCoverage, UnitCoverage
from verifier.analysis.fields import CompetencyMap, FieldRow
from verifier.analysis.limits import LEVELS
from verifier.analysis.texts import text
from verifier.rendering.plain_text import columns, harmless
from verifier.scoring.page import shown

_INK, _LINE, _PAPER = "#14203a", "#75829b", "#ffffff"
_LIGHT, _MIDDLE, _DARK = "#d7e3fa", "#8fb1ee", "#0b4fc4"
_WIDTH, _LABEL, _ROW, _HEAD = 720, 226, 30, 26
_CELL: Final = 44
_LABEL_COLUMNS: Final = 32  # of text at the left: Hangul takes two
_PARTS: Final = (
    ("met", _DARK, _PAPER),
    ("below", _MIDDLE, _INK),
    ("level_unknown", _LIGHT, _INK),
    ("not_shown", _PAPER, _INK),
    ("not_met", _PAPER, _INK),
)


def map_chart(found: CompetencyMap, language: Language) -> str:
    """Return the level matrix: a row for each field, a cell for each group of levels, shaded by its number."""
    most = max((row.people for row in found.rows), default=1)
    heads = [str(level) for level in range(1, LEVELS + 1)]
    parts = [_text(_LABEL + _CELL * position + _CELL / 2, 17, head, "middle") for position, head in enumerate(heads)]
    after = _LABEL + _CELL * LEVELS
    parts.append(_text(after + 36, 17, text("not_stated", language), "middle"))
    parts.append(_text(_WIDTH - 35, 17, text("all", language), "middle"))
    for number, row in enumerate(found.rows):
        parts.append(_map_row(row, _HEAD + _ROW * number, most, language))
    return _svg(_HEAD + _ROW * len(found.rows), text("chart_map", language), "".join(parts))


def role_chart(role: RoleCoverage, language: Language) -> str:
    """Return a bar for each wanted competency, divided by what was found."""
    drawn = [_bar(unit, _HEAD + _ROW * number, role.people, language) for number, unit in enumerate(role.units)]
    used = [name for name, _, _ in _PARTS if any(unit.parts.get(name) for unit in role.units)]
    return _svg(_HEAD + _ROW * len(role.units), text("chart_role", language), _legend(used, language) + "".join(drawn))


def _map_row(row: FieldRow, top: float, most: int, language: Language) -> str:
    parts = [_label(row.name.in_language(language), top)]
    end = _LABEL + _CELL * LEVELS
    if row.not_stated is None:
        parts.append(_box(_LABEL, top, end - _LABEL + 72, (_PAPER, _LINE)))
        parts.append(_text((_LABEL + end + 72) / 2, top + 19, text("not_broken_down", language), "middle"))
    else:
        parts.append(_box(_LABEL, top, end - _LABEL, (_PAPER, _LINE)))
        for band in row.bands:
            left = _LABEL + _CELL * (band.first - 1)
            parts.append(_cell((left, top, _CELL * (band.last - band.first + 1)), band.people, most))
        if row.not_stated:
            parts.append(_cell((end + 4, top, 64), row.not_stated, most))
    parts.append(_text(_WIDTH - 35, top + 19, str(row.people), "middle"))
    return "".join(parts)


def _bar(unit: UnitCoverage, top: float, people: int, language: Language) -> str:
    title = unit.unit.title.in_language(language)
    parts = [_label(title, top)]
    room, left = _WIDTH - _LABEL - 4.0, float(_LABEL)
    if not unit.parts:
        parts.append(_box(left, top, room, (_PAPER, _LINE)))
        parts.append(_text(left + room / 2, top + 19, text("not_broken_down", language), "middle"))
    for name, fill, ink in _PARTS:
        count = unit.parts.get(name, 0)
        if count:
            width = room * count / people
            parts.append(_box(left, top, width, (fill, _LINE)))
            parts.append(_text(left + width / 2, top + 19, str(count), "middle", ink=ink))
            left += width
    return "".join(parts)


def _legend(names: Sequence[str], language: Language) -> str:
    colours = {name: fill for name, fill, _ in _PARTS}
    parts, left = [], float(_LABEL)
    for name in names:
        word = text(name, language)
        parts.append(_box(left, 3, 16, (colours[name], _LINE), height=14))
        parts.append(_text(left + 21, 15, word))
        left += 36 + columns(word) * 6.6
    return "".join(parts)


def _cell(place: tuple[float, float, float], people: int, most: int) -> str:
    left, top, width = place
    share = people / most
    fill, ink = (_DARK, _PAPER) if share > 2 / 3 else (_MIDDLE, _INK) if share > 1 / 3 else (_LIGHT, _INK)
    return _box(left, top, width, (fill, _LINE)) + _text(left + width / 2, top + 19, str(people), "middle", ink=ink)


def _label(name: str, top: float) -> str:
    return _text(0, top + 19, _shortened(harmless(name)))


def _shortened(name: str) -> str:
    """Return a name that fits beside its row; the table has it whole."""
    if columns(name) <= _LABEL_COLUMNS:
        return name
    kept = name
    while columns(kept) >= _LABEL_COLUMNS:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def _box(left: float, top: float, width: float, colours: tuple[str, str], *, height: float = _ROW - 4) -> str:
    fill, line = colours
    place = f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {place} fill="{fill}" stroke="{line}"/>'


def _text(left: float, base: float, words: str, anchor: str = "start", *, ink: str = _INK) -> str:
    return f'<text x="{left:.1f}" y="{base:.1f}" text-anchor="{anchor}" fill="{ink}">{shown(words)}</text>'


def _svg(height: float, about: str, inside: str) -> str:
    return (
        f'<svg role="img" aria-label="{shown(about)}" viewBox="0 0 {_WIDTH} {height + 2:.0f}" '
        f'width="{_WIDTH}" height="{height + 2:.0f}" font-size="12.5">{inside}</svg>'
    )
