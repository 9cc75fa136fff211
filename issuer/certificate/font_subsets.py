"""The glyphs that a certificate shows, as fonts of its file: program, widths, and the map back to Unicode.

Source: ISO 32000-1, 9.7 (composite fonts), 9.8 (descriptors), 9.10.3 (ToUnicode); ISO 14289-1, 7.21. A composite font
holds as many glyphs as a certificate needs; a simple one holds 256.
"""

import zlib
from collections.abc import Mapping, Sequence

from issuer.certificate.fonts import ShownGlyphs
from issuer.certificate.pdf_file import PdfFile, array, reference

_MAX_MAPPINGS = 100  # in one block of a CMap (Adobe Technical Note 5014)
_SYMBOLIC = 4  # the codes are ours, in no standard encoding
_NONSYMBOLIC = 32
_LETTERS = 26
_CMAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /{name} def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{blocks}
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


def add_fonts(file: PdfFile, shown: Mapping[str, ShownGlyphs]) -> str:
    """Add the fonts of which something is shown; return the dictionary that the pages know them by."""
    fonts = (f"/{resource} {reference(_add_font(file, glyphs))}" for resource, glyphs in shown.items() if glyphs)
    return f"<< {' '.join(fonts)} >>"


def _add_font(file: PdfFile, shown: ShownGlyphs) -> int:
    face, characters = shown.face, shown.characters
    program = face.program.cut([face.glyphs[character] for character in characters])
    name = f"{_tag(program)}+{face.name}"
    stream = file.add_stream(program, f"/Length1 {len(program)}")
    metrics = face.metrics
    descriptor = file.add(
        f"<< /Type /FontDescriptor /FontName /{name} /Flags {metrics.flags & ~_NONSYMBOLIC | _SYMBOLIC}"
        f" /FontBBox {_numbers(metrics.box)} /Ascent {metrics.ascent:g} /Descent {metrics.descent:g}"
        f" /CapHeight {metrics.cap_height:g} /ItalicAngle {metrics.italic_angle:g} /StemV {metrics.stem_width:g}"
        f" /FontFile2 {reference(stream)} >>"
    )
    widths = _numbers([face.advances[character] for character in characters])
    descendant = file.add(
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /FontDescriptor {reference(descriptor)}"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /CIDToGIDMap /Identity"
        f" /W [1 {widths}] >>"
    )
    cmap = file.add_stream(unicode_map(name, characters))
    return file.add(
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H"
        f" /DescendantFonts [{reference(descendant)}] /ToUnicode {reference(cmap)} >>"
    )


def _tag(program: bytes) -> str:
    """Return the six letters of a subset: others for other glyphs, so that no program takes one for the other."""
    number, letters = zlib.crc32(program), ""
    for _ in range(6):
        number, letter = divmod(number, _LETTERS)
        letters += chr(ord("A") + letter)
    return letters


def unicode_map(name: str, characters: Sequence[str]) -> bytes:
    """Return the CMap from codes, which count from 1, to characters."""
    pairs = [
        f"<{code:04X}> <{ord(character):04X}>" if character <= "\uffff" else f"<{code:04X}> <{_two_units(character)}>"
        for code, character in enumerate(characters, start=1)
    ]
    blocks = (pairs[start : start + _MAX_MAPPINGS] for start in range(0, len(pairs), _MAX_MAPPINGS))
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return _CMAP.format(name=name, blocks=body).encode("ascii")


def _two_units(character: str) -> str:
    return character.encode("utf-16-be").hex().upper()


def _numbers(values: Sequence[float]) -> str:
    return array(f"{value:g}" for value in values)
