"""The details of an entry: small print below its row, the phrases a dot apart."""

from credential_schemas.wording.model import EntryRow
from issuer.certificate.fonts import FIXED_SPACE, font
from issuer.certificate.style import RULE_STRONG, TextStyle
from issuer.certificate.tagged_canvas import Box, Element, TaggedCanvas
from issuer.certificate.text import FittedText, fit_text

_MOST_LINES = 24
_EM_SPACE = "\u2003"
_GAP = f"{_EM_SPACE} "  # a line may break at its end
_DOT = 1.25  # across, in points


def fit_details(entry: EntryRow, *, style: TextStyle, width: float) -> FittedText | None:
    """Set the details of an entry one after the other into a width; None when it has none.

    A phrase that fits a line is never broken.

    Raises:
        TextDoesNotFitError: they are too long.
    """
    if not entry.details:
        return None
    face, size = font(style.weight), style.sizes[-1]
    room = width - face.width(_EM_SPACE, size)
    whole = (
        phrase.replace(" ", FIXED_SPACE) if face.width(phrase, size) <= room else phrase for phrase in entry.details
    )
    text = _GAP.join(whole)
    return fit_text(f"{entry.where}.details", text, style=style, width=width, max_lines=_MOST_LINES)


def draw_details(canvas: TaggedCanvas, details: FittedText, box: Box, *, element: Element) -> None:
    """Draw the details from the upper edge of a box down; the dots between them are paths and no text."""
    with canvas.content(element):
        canvas.lines(details, box)
    face = font(details.style.weight)
    gap = face.width(_GAP, details.size)
    dots: list[tuple[float, float]] = []
    for number, line in enumerate(details.lines):
        x = box.x
        for phrase in line.split(_GAP)[:-1]:
            x += face.width(phrase, details.size)
            dots.append((x + gap / 2, box.y + (number + 0.5) * details.step))
            x += gap
    if dots:
        with canvas.artifact("Layout"):
            canvas.dots(dots, RULE_STRONG, width=_DOT)
