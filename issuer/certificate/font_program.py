"""Cutting a TrueType font down to some glyphs, for a PDF that knows glyphs by their numbers.

Source: OpenType 1.9 (glyf, loca, hmtx, head, hhea, maxp); ISO 32000-1, 9.9: a CIDFont of type 2 needs these tables, and
cvt, fpgm and prep where the font has them. ReportLab reads the font; its own cutting copies the whole font each time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from struct import Struct, pack, pack_into, unpack_from

from reportlab.lib.rl_accel import calcChecksum
from reportlab.pdfbase.ttfonts import TTFontFile

_VERSION = 0x00010000
_MAGIC = 0xB1B0AFBA  # what the sum of a whole file and its adjustment make
_ADJUSTMENT = 8  # place of the adjustment in "head"
_LOCATION_FORMAT = 50  # place of the format of "loca" in "head"
_METRICS = 34  # place of the number of metrics in "hhea"
_GLYPHS = 4  # place of the number of glyphs in "maxp"
_HINTING = ("cvt ", "fpgm", "prep")
_METRIC = Struct(">HH")
_PADDING = (b"", bytes(3), bytes(2), bytes(1))  # to four bytes
_COMPOSITE = 0x80  # highest bit of the number of contours, which is negative then
# Flags of a part of a composite glyph.
_WORDS, _SCALE, _MORE, _TWO_SCALES, _MATRIX = 0x01, 0x08, 0x20, 0x40, 0x80


@dataclass(frozen=True, slots=True)
class FontProgram:
    """A TrueType font, read once: outlines, where each begins, advance and bearing of each, and the other tables."""

    outlines: bytes
    offsets: Sequence[int]
    metrics: Sequence[tuple[int, int]]
    tables: dict[str, bytes]

    @classmethod
    def of(cls, face: TTFontFile) -> "FontProgram":
        """Take over what ReportLab has read."""
        head = bytearray(face.get_table("head"))
        pack_into(">L", head, _ADJUSTMENT, 0)
        pack_into(">H", head, _LOCATION_FORMAT, 1)
        tables = {"head": bytes(head), "hhea": face.get_table("hhea"), "maxp": face.get_table("maxp")}
        tables |= {tag: face.get_table(tag) for tag in _HINTING if tag in face.table}
        return cls(face.get_table("glyf"), face.glyphPos, face.hmetrics, tables)

    def cut(self, glyphs: Sequence[int]) -> bytes:
        """Return a font whose glyph 0 is the box of a missing one and whose glyphs from 1 on are these, in this order.

        Parts of composite glyphs follow. The same glyphs give the same bytes.
        """
        kept = [0, *glyphs]
        outlines = [self._outline(glyph, kept) for glyph in kept]  # `kept` grows meanwhile
        offsets = accumulate(map(len, outlines), initial=0)
        hhea, maxp = bytearray(self.tables["hhea"]), bytearray(self.tables["maxp"])
        pack_into(">H", hhea, _METRICS, len(kept))
        pack_into(">H", maxp, _GLYPHS, len(kept))
        return _file(
            self.tables
            | {
                "glyf": b"".join(outlines),
                "hhea": bytes(hhea),
                "hmtx": b"".join(_METRIC.pack(*self.metrics[glyph]) for glyph in kept),
                "loca": pack(f">{len(kept) + 1}L", *offsets),
                "maxp": bytes(maxp),
            }
        )

    def _outline(self, glyph: int, kept: list[int]) -> bytes:
        """Return an outline padded to four bytes; the parts of a composite one are kept too."""
        outline = self.outlines[self.offsets[glyph] : self.offsets[glyph + 1]]
        if not outline or outline[0] < _COMPOSITE:
            return outline + _PADDING[len(outline) % 4]
        composite = bytearray(outline)
        for place in _parts(outline):
            (part,) = unpack_from(">H", outline, place)
            if part not in kept:
                kept.append(part)
            pack_into(">H", composite, place, kept.index(part))
        return bytes(composite) + _PADDING[len(outline) % 4]


def _parts(outline: bytes) -> Iterator[int]:
    """Yield the places of the glyph numbers in a composite outline."""
    at, flags = 10, _MORE
    while flags & _MORE:
        flags, _ = unpack_from(">HH", outline, at)
        yield at + 2
        at += 4 + (4 if flags & _WORDS else 2)
        at += 2 if flags & _SCALE else 4 if flags & _TWO_SCALES else 8 if flags & _MATRIX else 0


def _file(tables: dict[str, bytes]) -> bytes:
    """Return the file: its directory, the tables by their tags, and the adjustment of its sum."""
    power = 1 << (len(tables).bit_length() - 1)
    header = pack(">LHHHH", _VERSION, len(tables), 16 * power, power.bit_length() - 1, 16 * (len(tables) - power))
    directory, bodies, position, head = [header], [], 12 + 16 * len(tables), 0
    for tag, table in sorted(tables.items()):
        if tag == "head":
            head = position
        padded = table + _PADDING[len(table) % 4]
        directory.append(pack(">4sLLL", tag.encode("ascii"), calcChecksum(padded), position, len(table)))
        bodies.append(padded)
        position += len(padded)
    file = bytearray(b"".join([*directory, *bodies]))
    pack_into(">L", file, head + _ADJUSTMENT, (_MAGIC - calcChecksum(bytes(file))) & 0xFFFFFFFF)
    return bytes(file)
