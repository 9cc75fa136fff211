"""The lower part of the last page: codes, date, issuer, seal, notes and the legal basis."""

from dataclasses import dataclass

from credential_schemas.wording.model import CertificateWording
from issuer.certificate.ornaments import draw_code_number
from issuer.certificate.qr_symbol import MODULE_MM, QUIET_ZONE
from issuer.certificate.style import (
    BOTTOM,
    CAPTION,
    DATE,
    ISSUER,
    LEFT,
    LEGAL,
    MM,
    NOTE,
    PAPER,
    RIGHT,
    RULE,
    RULE_STRONG,
    SEAL,
    SEAL_TEXT,
    WIDTH,
)
from issuer.certificate.tagged_canvas import Align, Box, Element, TaggedCanvas
from issuer.certificate.text import FittedText, balance, fit_text

_BESIDE = 2  # up to so many codes stand beside the signature; more stand below it
_GAP = 7 * MM
_SEAL_SIDE = 18 * MM
_SIGNATURE_HEIGHT = 27 * MM
_SIGNATURE_BESIDE = 24 * MM  # beside a code, where only the notes stand below
_NOTE_GAP = 1.6
_NOTE_INDENT = 6.0  # of the notes, behind their dots
_NOTE_DOT = 1.7
_SQUARE = 4  # syllables that fill a seal
_QUIET = QUIET_ZONE * MODULE_MM * MM


@dataclass(frozen=True, slots=True)
class Codes:
    """How many codes there are and how large: `count` 0 leaves one empty place (preview)."""

    count: int
    modules: int

    @property
    def side(self) -> float:
        """Return the side of one symbol in points."""
        return self.modules * MODULE_MM * MM

    @property
    def width(self) -> float:
        """Return the width of all symbols with the quiet zones between them."""
        places = max(self.count, 1)
        return places * self.side + (places - 1) * 2 * _QUIET


@dataclass(frozen=True, slots=True)
class Closing:
    """The closing block, measured: the texts in lines, and the box of the codes, signature and notes."""

    wording: CertificateWording
    codes: Codes
    caption: FittedText
    notes: tuple[FittedText, ...]
    legal: FittedText | None
    signature: Box
    code_box: Box
    notes_box: Box
    height: float


def lay_out_closing(wording: CertificateWording, codes: Codes) -> Closing:
    """Measure the closing block, which stands at the foot of the last page."""
    beside = codes.count <= _BESIDE
    column_x = LEFT + codes.width + _GAP if beside else LEFT
    column = RIGHT - column_x
    notes = tuple(
        fit_text(f"notes[{at}]", note, style=NOTE, width=column - _NOTE_INDENT, max_lines=5)
        for at, note in enumerate(wording.notes)
    )
    caption_width = codes.width if beside else WIDTH
    caption = fit_text("qr_caption", wording.qr_caption, style=CAPTION, width=caption_width, max_lines=4)
    caption = balance(caption, width=caption_width)
    legal = _legal(wording)
    foot = legal.height + 3 * MM if legal is not None else 0.0
    notes_height = sum(note.height + _NOTE_GAP for note in notes)
    codes_height = codes.side + _QUIET + caption.height
    if beside:
        height = max(codes_height, _SIGNATURE_BESIDE + notes_height) + foot
        top = BOTTOM - height
        notes_box = Box(column_x, BOTTOM - foot - notes_height, column, notes_height)
        code_box = Box(LEFT, BOTTOM - foot - codes_height, codes.width, codes_height)
        signature = Box(column_x, top, column, notes_box.y - top)
    else:
        height = _SIGNATURE_HEIGHT + codes_height + 2.5 * MM + notes_height + foot
        top = BOTTOM - height
        signature = Box(LEFT, top, WIDTH, _SIGNATURE_HEIGHT)
        code_box = Box((LEFT + RIGHT - codes.width) / 2, top + _SIGNATURE_HEIGHT, codes.width, codes_height)
        notes_box = Box(LEFT, code_box.y + codes_height + 2.5 * MM, WIDTH, notes_height)
    return Closing(wording, codes, caption, notes, legal, signature, code_box, notes_box, height)


def _legal(wording: CertificateWording) -> FittedText | None:
    if wording.legal_line is None:
        return None
    return fit_text("legal_basis", wording.legal_line, style=LEGAL, width=WIDTH, max_lines=3)


def draw_closing(canvas: TaggedCanvas, closing: Closing) -> None:
    """Draw the closing block in the order in which it is read: date, issuer, seal, codes, notes, legal basis."""
    _draw_signature(canvas, closing.wording, closing.signature)
    _draw_codes(canvas, closing)
    caption = closing.caption
    caption_y = closing.code_box.y + closing.codes.side + _QUIET
    with canvas.content(canvas.root.add("P")):
        align: Align = "left" if closing.codes.count <= _BESIDE else "centre"
        canvas.lines(caption, Box(closing.code_box.x, caption_y, closing.code_box.width, caption.height), align=align)
    _draw_notes(canvas, closing)
    if closing.legal is not None:
        y = BOTTOM - closing.legal.height
        with canvas.artifact("Layout"):
            canvas.rule((LEFT, y - 1.4 * MM), (RIGHT, y - 1.4 * MM), RULE, line=0.4)
        with canvas.content(canvas.root.add("P")):
            canvas.lines(closing.legal, Box(LEFT, y, WIDTH, closing.legal.height), align="centre")


def _draw_notes(canvas: TaggedCanvas, closing: Closing) -> None:
    """Draw the notes, each behind a dot, which is a path and no text."""
    box, y = closing.notes_box, closing.notes_box.y
    dots: list[tuple[float, float]] = []
    for note in closing.notes:
        with canvas.content(canvas.root.add("P")):
            canvas.lines(note, Box(box.x + _NOTE_INDENT, y, box.width - _NOTE_INDENT, note.height))
        dots.append((box.x + 1, y + note.step / 2))
        y += note.height + _NOTE_GAP
    with canvas.artifact("Layout"):
        canvas.dots(dots, RULE_STRONG, width=_NOTE_DOT)


def _draw_signature(canvas: TaggedCanvas, wording: CertificateWording, box: Box) -> None:
    beside_seal = _SEAL_SIDE + 5 * MM
    # Across the whole page the lines stand in its middle, beside the codes in the middle of what the seal leaves.
    x = box.x + beside_seal if box.x == LEFT else box.x
    room = box.x + box.width - beside_seal - x
    date = fit_text("date", wording.date_line, style=DATE, width=room)
    issuer = fit_text("issuer", wording.issuer_line, style=ISSUER, width=room, max_lines=2)
    gap = 3.4 * MM
    height = min(box.height, _SIGNATURE_HEIGHT) - 3 * MM
    y = box.y + max((height - date.height - gap - issuer.height) / 2, 0)
    with canvas.content(canvas.root.add("P")):
        canvas.lines(date, Box(x, y, room, date.height), align="centre")
    y += date.height + gap
    with canvas.content(canvas.root.add("P")):
        canvas.lines(issuer, Box(x, y, room, issuer.height), align="centre")
    top = box.y + (height - _SEAL_SIDE) / 2
    _draw_seal(canvas, wording.seal_text, Box(box.x + box.width - _SEAL_SIDE, top, _SEAL_SIDE, _SEAL_SIDE))


def _draw_seal(canvas: TaggedCanvas, text: str, box: Box) -> None:
    """Draw the place of a seal: two rounded squares and a word, in no institution's design."""
    with canvas.artifact("Layout"):
        canvas.frame(box, SEAL, line=1.6, radius=3)
        inner = Box(box.x + 2.8, box.y + 2.8, box.width - 5.6, box.height - 5.6)
        canvas.frame(inner, SEAL, line=0.5, radius=1.6)
    if len(text) == _SQUARE and all("가" <= syllable <= "힣" for syllable in text):
        text = f"{text[:2]} {text[2:]}"  # two lines of two syllables, as a seal has them
    fitted = fit_text("seal", text, style=SEAL_TEXT, width=box.width - 10, max_lines=2)
    with canvas.content(canvas.root.add("P")):
        y = box.y + (box.height - fitted.height) / 2
        canvas.lines(fitted, Box(box.x + 5, y, box.width - 10, fitted.height), align="centre")


def _draw_codes(canvas: TaggedCanvas, closing: Closing) -> None:
    codes = closing.codes
    place = Box(closing.code_box.x, closing.code_box.y, codes.side, codes.side)
    if codes.count == 0:
        with canvas.artifact("Layout"):
            canvas.fill(place, PAPER)
            canvas.frame(place, RULE_STRONG, line=0.6, radius=3, dash=(2.5, 2))
        return
    for number in range(1, codes.count + 1):
        quiet = Box(place.x - _QUIET, place.y - _QUIET, place.width + 2 * _QUIET, place.height + 2 * _QUIET)
        alternative = closing.wording.qr_alternative
        figure = Element("Figure", alternative=alternative, box=place)
        if codes.count > 1:
            figure.alternative = f"{alternative} ({number}/{codes.count})"
            at = (place.x, place.y - 1.35 * _QUIET)
            draw_code_number(canvas, number, of=codes.count, at=at)
        canvas.root.children.append(figure)
        with canvas.artifact("Layout"):
            canvas.fill(quiet, PAPER)
        with canvas.content(figure):
            canvas.stencil(code_name(number), place)
        place = Box(place.x + codes.side + 2 * _QUIET, place.y, codes.side, codes.side)


def code_name(number: int) -> str:
    """Return the name under which a page knows the picture of a code, numbered from 1."""
    return f"Code{number}"
