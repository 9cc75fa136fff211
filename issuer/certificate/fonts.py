"""The two faces of the certificate: where they come from, that they are unchanged, and how wide their glyphs are.

Pretendard GOV 1.3.9 (npm package `pretendard-gov`, folder `dist/public/static/alternative`), unmodified, under the SIL
Open Font License 1.1 in `fonts/LICENSE.txt`. It has all 11,172 Hangul syllables and the common Hanja.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from io import BytesIO
from threading import Lock

from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont
from reportlab.pdfgen.canvas import Canvas

from issuer.certificate.assets import read_asset
from issuer.certificate.errors import GlyphMissingError
from issuer.certificate.font_subsets import FontMetrics, FontSubset

SOURCE = "npm pretendard-gov 1.3.9, SIL OFL 1.1"


class Weight(StrEnum):
    """A face, by its PostScript name."""

    REGULAR = "PretendardGOV-Regular"
    BOLD = "PretendardGOV-Bold"


SHA256 = {
    Weight.REGULAR: "b288cb28b28b7763c8264cc3cf477e09fc9c4a29d7bf29f63580871ef3c89e06",
    Weight.BOLD: "4a72e78753b42a16308597b597f050ecd1d4baad92cbae8cdf4bcf0d28828da7",
}

# Control, format, private, unassigned, line and paragraph separators: nothing a reader could see.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_loading = Lock()


@dataclass(frozen=True, slots=True)
class Font:
    """A registered face with its coverage."""

    name: str
    face: TTFont
    covered: frozenset[str]

    def width(self, text: str, size: float) -> float:
        """Return the advance width of a text in points, without kerning, as the page will have it."""
        width: float = self.face.stringWidth(text, size)
        return width


@cache
def _load(weight: Weight) -> Font:
    data = read_asset(f"fonts/{weight}.ttf", sha256=SHA256[weight])
    face = TTFont(str(weight), BytesIO(data), asciiReadable=False)
    registerFont(face)
    covered = frozenset(map(chr, (code for code, glyph in face.face.charToGlyph.items() if glyph)))
    return Font(str(weight), face, frozenset(c for c in covered if unicodedata.category(c) not in _UNPRINTABLE))


def font(weight: Weight) -> Font:
    """Return a face, registered with ReportLab once per process (about a third of a second the first time)."""
    with _loading:
        return _load(weight)


def require_glyphs(where: str, text: str) -> None:
    """Make sure that both faces can show a text.

    Raises:
        GlyphMissingError: a character has no visible shape; the error names the place and the code point.
    """
    for weight in Weight:
        covered = font(weight).covered
        for character in text:
            if character not in covered:
                raise GlyphMissingError(where=where, character=f"U+{ord(character):04X}")


def cut_subsets(canvas: Canvas) -> list[FontSubset]:
    """Return the glyphs of both faces that a canvas has used, in the order of their names in its pages."""
    document = canvas._doc  # noqa: SLF001 — ReportLab keeps the codes it gave to characters by its document
    subsets: list[FontSubset] = []
    for used in document.delayedFonts:
        face = used.face
        metrics = FontMetrics(
            ascent=face.ascent,
            descent=face.descent,
            cap_height=face.capHeight,
            italic_angle=face.italicAngle,
            stem_width=face.stemV,
            default_width=face.defaultWidth,
            box=tuple(face.bbox),
            flags=face.flags,
        )
        for number, characters in enumerate(used.state[document].subsets):
            subsets.append(
                FontSubset(
                    resource=used.getSubsetInternalName(number, document)[1:],
                    name=f"{SUBSETN(number).decode('ascii')}+{used.fontName}",
                    characters=characters,
                    widths=[face.getCharWidth(character) for character in characters],
                    program=face.makeSubset(characters),
                    metrics=metrics,
                )
            )
    return subsets
