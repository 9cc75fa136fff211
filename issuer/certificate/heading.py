"""The upper part of the first page: numbers, title, the holder's table and the sentence of attestation."""

from collections.abc import Sequence

from credential_schemas.wording.model import CertificateWording, Row
from issuer.certificate.errors import TextDoesNotFitError
from issuer.certificate.fonts import font
from issuer.certificate.ornaments import draw_band
from issuer.certificate.style import (
    ATTESTATION,
    CODE,
    HEADER_LABEL,
    HOLDER_LABEL,
    HOLDER_VALUE,
    LEFT,
    MM,
    NUMBER,
    RIGHT,
    RULE,
    RULE_STRONG,
    SUBTITLE,
    TINT,
    TITLE_EN,
    TITLE_KO,
    WIDTH,
    TextStyle,
)
from issuer.certificate.tagged_canvas import Align, Box, Element, TaggedCanvas
from issuer.certificate.text import FittedText, fit_text

_HEADER_Y = 14.6 * MM
_TITLE_Y = 25 * MM
_TITLE_SPACING = 0.3  # of the size, between the syllables of a short Korean title
_TITLE_WIDTH = 0.94 * WIDTH
_SPREAD_UP_TO = 9  # characters
_PAD = 8.0
_LABEL_GAP = 6.5
_LABEL_LINES = 2
_VALUE_LINES = 4


def draw_heading(canvas: TaggedCanvas, wording: CertificateWording) -> float:
    """Draw everything above the table of entries and return where it ends."""
    _draw_numbers(canvas, wording)
    y = _draw_titles(canvas, wording)
    draw_band(canvas, y)
    y = _draw_holder(canvas, wording.holder_rows, y=y + 4.2 * MM)
    text = _attestation(wording.attestation)
    y += 5.6 * MM
    with canvas.content(canvas.root.add("P")):
        canvas.lines(text, Box(LEFT, y, WIDTH, text.height), align="centre")
    return y + text.height + 3.2 * MM


def _attestation(text: str) -> FittedText:
    """Set the sentence on one line if a smaller size allows it, else on up to four."""
    try:
        return fit_text("attestation", text, style=ATTESTATION, width=WIDTH)
    except TextDoesNotFitError:
        return fit_text("attestation", text, style=ATTESTATION, width=WIDTH * 0.94, max_lines=4)


def _draw_numbers(canvas: TaggedCanvas, wording: CertificateWording) -> None:
    half = WIDTH / 2 - 6
    _draw_number(canvas, wording.number_row, style=NUMBER, box=Box(LEFT, _HEADER_Y, half, 0), align="left")
    if wording.code_row is not None:
        box = Box(RIGHT - half, _HEADER_Y, half, 0)
        _draw_number(canvas, wording.code_row, style=CODE, box=box, align="right")


def _draw_number(canvas: TaggedCanvas, row: Row, *, style: TextStyle, box: Box, align: Align) -> None:
    label = fit_text(f"{row.where}.label", row.label, style=HEADER_LABEL, width=box.width * 0.45)
    label_width = font(HEADER_LABEL.weight).width(row.label, label.size)
    value = fit_text(row.where, row.value, style=style, width=box.width - label_width - _LABEL_GAP)
    used = label_width + _LABEL_GAP + font(style.weight).width(row.value, value.size)
    x = box.x if align == "left" else box.x + box.width - used
    with canvas.content(canvas.root.add("P")):
        canvas.lines(label, Box(x, box.y, label_width, 0))
        canvas.lines(value, Box(x + label_width + _LABEL_GAP, box.y, 0, 0))


def _draw_titles(canvas: TaggedCanvas, wording: CertificateWording) -> float:
    korean = wording.language == "ko"
    spread = _TITLE_SPACING if korean and len(wording.title) <= _SPREAD_UP_TO else 0.0
    width = _TITLE_WIDTH / (1.0 + spread)
    style = TITLE_KO if korean else TITLE_EN
    title = fit_text("title", wording.title, style=style, width=width)
    spacing = spread * title.size
    drawn = font(style.weight).width(title.lines[0], title.size) + spacing * (len(title.lines[0]) - 1)
    y = _TITLE_Y + TITLE_KO.sizes[0]
    with canvas.content(canvas.root.add("H1")):
        canvas.spaced_text(((LEFT + RIGHT - drawn) / 2, y), title, spacing=spacing)
    subtitle = fit_text("subtitle", wording.subtitle, style=SUBTITLE, width=WIDTH)
    y += 3.2 * MM
    with canvas.content(canvas.root.add("P")):
        canvas.lines(subtitle, Box(LEFT, y, WIDTH, subtitle.height), align="centre")
    return y + subtitle.height + 5.2 * MM


def _draw_holder(canvas: TaggedCanvas, rows: Sequence[Row], *, y: float) -> float:
    table = canvas.root.add("Table")
    label_width = _label_width(rows)
    top = y
    for line in _pairs(rows, WIDTH / 2 - label_width - 2 * _PAD):
        y = _draw_holder_line(canvas, line, table.add("TR"), y=y, label_width=label_width)
    with canvas.artifact("Layout"):
        canvas.frame(Box(LEFT, top, WIDTH, y - top), RULE_STRONG, line=0.7)
    return y


def _draw_holder_line(
    canvas: TaggedCanvas, line: Sequence[Row], element: Element, *, y: float, label_width: float
) -> float:
    width = WIDTH / len(line)
    room = width - label_width - 2 * _PAD
    fitted = [(_label(row, label_width), _value(row, room)) for row in line]
    height = max(max(label.height, value.height) for label, value in fitted) + 2 * 5.4
    for at, (label, value) in enumerate(fitted):
        x = LEFT + at * width
        with canvas.artifact("Layout"):
            canvas.fill(Box(x, y + 0.3, label_width, height - 0.3), TINT)
            canvas.rule((x, y), (x, y + height), RULE, line=0.5)
            canvas.rule((x + label_width, y), (x + label_width, y + height), RULE, line=0.5)
            canvas.rule((x, y + height), (x + width, y + height), RULE, line=0.5)
        with canvas.content(element.add("TH", scope="Row")):
            box = Box(x + 4, y + (height - label.height) / 2, label_width - 8, label.height)
            canvas.lines(label, box, align="centre")
        with canvas.content(element.add("TD", span=1 if len(line) > 1 else 3)):
            canvas.lines(value, Box(x + label_width + _PAD, y + (height - value.height) / 2, room, value.height))
    return y + height


def _pairs(rows: Sequence[Row], room: float) -> list[tuple[Row, ...]]:
    """Put two rows side by side where both values fit half a line; the order stays."""
    lines: list[tuple[Row, ...]] = []
    face, size = font(HOLDER_VALUE.weight), HOLDER_VALUE.sizes[1]
    fits = [face.width(row.value, size) <= room for row in rows]
    at = 0
    while at < len(rows):
        together = 2 if at + 1 < len(rows) and fits[at] and fits[at + 1] else 1
        lines.append(tuple(rows[at : at + together]))
        at += together
    return lines


def _label_width(rows: Sequence[Row]) -> float:
    face, size = font(HOLDER_LABEL.weight), HOLDER_LABEL.sizes[0]
    return min(max(26 * MM, *(face.width(row.label, size) + 14 for row in rows)), 38 * MM)


def _label(row: Row, width: float) -> FittedText:
    return fit_text(f"{row.where}.label", row.label, style=HOLDER_LABEL, width=width - 8, max_lines=_LABEL_LINES)


def _value(row: Row, width: float) -> FittedText:
    return fit_text(row.where, row.value, style=HOLDER_VALUE, width=width, max_lines=_VALUE_LINES)
