"""The glyphs that a certificate uses, as fonts of its file: program, widths, and the map back to Unicode.

Source: ISO 32000-1, 9.6.3 (TrueType), 9.8 (descriptors), 9.10.3 (ToUnicode); ISO 14289-1, 7.21.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from issuer.certificate.pdf_file import PdfFile, array, reference

_MAX_MAPPINGS = 100  # in one block of a CMap (Adobe Technical Note 5014)
_SYMBOLIC = 4  # the codes are ours, in no standard encoding
_NONSYMBOLIC = 32
_CMAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /{name} def
/CMapType 2 def
1 begincodespacerange
<00> <FF>
endcodespacerange
{blocks}
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


@dataclass(frozen=True, slots=True)
class FontMetrics:
    """What a font's descriptor says: heights in thousandths of the size, the box, the flags of the whole font."""

    ascent: float
    descent: float
    cap_height: float
    italic_angle: float
    stem_width: float
    default_width: float
    box: tuple[float, ...]
    flags: int


@dataclass(frozen=True, slots=True)
class FontSubset:
    """Up to 256 glyphs of a face: `characters` has the code point of each code, `program` the TrueType file."""

    resource: str
    name: str
    characters: Sequence[int]
    widths: Sequence[float]
    program: bytes
    metrics: FontMetrics


def add_fonts(file: PdfFile, subsets: Sequence[FontSubset]) -> str:
    """Add the fonts and return the dictionary that the pages know them by."""
    fonts = (f"/{subset.resource} {reference(_add_font(file, subset))}" for subset in subsets)
    return f"<< {' '.join(fonts)} >>"


def _add_font(file: PdfFile, subset: FontSubset) -> int:
    metrics = subset.metrics
    program = file.add_stream(subset.program, f"/Length1 {len(subset.program)}")
    flags = metrics.flags & ~_NONSYMBOLIC | _SYMBOLIC
    descriptor = file.add(
        f"<< /Type /FontDescriptor /FontName /{subset.name} /Flags {flags} /FontBBox {_numbers(metrics.box)}"
        f" /Ascent {metrics.ascent:g} /Descent {metrics.descent:g} /CapHeight {metrics.cap_height:g}"
        f" /ItalicAngle {metrics.italic_angle:g} /StemV {metrics.stem_width:g}"
        f" /MissingWidth {metrics.default_width:g} /FontFile2 {reference(program)} >>"
    )
    cmap = file.add_stream(unicode_map(subset.name, subset.characters))
    return file.add(
        f"<< /Type /Font /Subtype /TrueType /BaseFont /{subset.name} /FirstChar 0"
        f" /LastChar {len(subset.characters) - 1} /Widths {_numbers(subset.widths)}"
        f" /FontDescriptor {reference(descriptor)} /ToUnicode {reference(cmap)} >>"
    )


def unicode_map(name: str, characters: Sequence[int]) -> bytes:
    """Return the CMap from codes to characters; nothing maps to U+0000 (ISO 14289-1, 7.21.7)."""
    pairs = [f"<{code:02X}> <{character:04X}>" for code, character in enumerate(characters) if character]
    blocks = (pairs[start : start + _MAX_MAPPINGS] for start in range(0, len(pairs), _MAX_MAPPINGS))
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return _CMAP.format(name=name, blocks=body).encode("ascii")


def _numbers(values: Sequence[float]) -> str:
    return array(f"{value:g}" for value in values)
