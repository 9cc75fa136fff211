"""The two faces of the certificate: where they come from, that they are unchanged, and how wide their glyphs are.

Pretendard GOV 1.3.9 (npm package `pretendard-gov`, folder `dist/public/static/alternative`), unmodified, under the SIL
Open Font License 1.1 in `fonts/LICENSE.txt`. It has all 11,172 Hangul syllables and the common Hanja.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from io import BytesIO
from threading import Lock

from reportlab.pdfbase.ttfonts import TTFontFile

from issuer.certificate.assets import read_asset
from issuer.certificate.errors import GlyphMissingError
from issuer.certificate.font_program import FontProgram

SOURCE = "npm pretendard-gov 1.3.9, SIL OFL 1.1"
FIXED_SPACE = "\u00a0"


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
class FontMetrics:
    """What a font's descriptor says: heights in thousandths of the size, the box, the flags of the whole font."""

    ascent: float
    descent: float
    cap_height: float
    italic_angle: float
    stem_width: float
    box: tuple[float, ...]
    flags: int


@dataclass(frozen=True, slots=True)
class Font:
    """A face with its coverage: for each character its glyph, and its advance in thousandths of the size."""

    name: str
    glyphs: Mapping[str, int]
    advances: Mapping[str, float]
    program: FontProgram
    metrics: FontMetrics

    def advance(self, text: str) -> float:
        """Return the advance width of a text in thousandths of its size, without kerning, as the page will have it.

        Raises:
            KeyError: the face does not have a character, which `require_glyphs` would have refused.
        """
        return sum(map(self.advances.__getitem__, text))

    def width(self, text: str, size: float) -> float:
        """Return the advance width of a text in points."""
        return self.advance(text) * size / 1000


@cache
def _load(weight: Weight) -> Font:
    face = TTFontFile(BytesIO(read_asset(f"fonts/{weight}.ttf", sha256=SHA256[weight])))
    glyphs = {chr(code): glyph for code, glyph in face.charToGlyph.items() if glyph}
    printable = {sign: glyph for sign, glyph in glyphs.items() if unicodedata.category(sign) not in _UNPRINTABLE}
    metrics = FontMetrics(
        ascent=face.ascent,
        descent=face.descent,
        cap_height=face.capHeight,
        italic_angle=face.italicAngle,
        stem_width=face.stemV,
        box=tuple(face.bbox),
        flags=face.flags,
    )
    advances = {sign: face.charWidths[ord(sign)] for sign in printable}
    return Font(str(weight), printable, advances, FontProgram.of(face), metrics)


def font(weight: Weight) -> Font:
    """Return a face, read once per process (about a third of a second the first time)."""
    with _loading:
        return _load(weight)


@cache
def _covered() -> frozenset[str]:
    return frozenset.intersection(*(frozenset(font(weight).glyphs) for weight in Weight))


def require_glyphs(where: str, text: str) -> None:
    """Make sure that both faces can show a text.

    Raises:
        GlyphMissingError: a character has no visible shape; the error names the place and the code point.
    """
    covered = _covered()
    if not covered.issuperset(text):
        missing = next(character for character in text if character not in covered)
        raise GlyphMissingError(where=where, character=f"U+{ord(missing):04X}")


def shown_text(text: str) -> str:
    """Return a text with every character that the faces cannot show written as its code point, such as `[U+1F600]`."""
    covered = _covered()
    if covered.issuperset(text):
        return text
    return "".join(sign if sign in covered else f"[U+{ord(sign):04X}]" for sign in text)


class ShownGlyphs(dict[str, str]):
    """The characters that a document shows in one face: for each its code of four hexadecimal digits.

    Codes count from 1 in the order of first use. A fixed space is shown, and read by machines, as a space.
    """

    def __init__(self, face: Font) -> None:
        super().__init__()
        self.face = face
        self.characters: list[str] = []

    def __missing__(self, character: str) -> str:
        """Give a character its code when it is first shown."""
        if character == FIXED_SPACE:
            code = self[" "]
        else:
            self.characters.append(character)
            code = f"{len(self.characters):04X}"
        self[character] = code
        return code

    def encode(self, text: str) -> str:
        """Return a text as a hexadecimal string of codes, without its brackets."""
        return "".join(map(self.__getitem__, text))
