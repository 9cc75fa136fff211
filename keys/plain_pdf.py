"""A PDF exactly as our issuer draws it and our sealer seals it, cut into its objects; anything else is not plain.

Nothing is searched and nothing interpreted: from its first byte to its last, the file must be what our writer writes.
Objects 1, 2, 3 and so on, each one line or a line and a stream of the length it names, follow each other without a byte
between them; then come the table of exactly these places, the trailer and the end. A sealed file goes on with one
update, in the form in which pyHanko writes ours: a page and the catalogue once more, the seal added and nothing else
changed, its form, field and value, and again the table of exactly these places. So no other reader, however tolerant,
finds other objects in the file.

Only "plainly so" is ever said. Whatever is not plain is for the general readers, and they alone refuse
(`docs/decisions/0089-plain-pdfs.md`). Source of the form: ISO 32000-1, 7.3 and 7.5.
"""

import re
from collections.abc import Mapping
from itertools import count, takewhile
from typing import Final

from keys.values import dataclass

HEADER: Final = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
MAX_FILE_BYTES: Final = 10 * 1024 * 1024  # S2
MAX_OBJECT_TEXT_BYTES: Final = 39_000  # fewer than 20,000 values, which other readers bound
MAX_TEXT_BYTES: Final = 400_000  # of all objects: fewer than 500,000 values
_MAX_OBJECTS: Final = 20_000

# One line of printable ASCII without comment and escape; a dictionary that belongs to a stream ends with the length.
_OBJECT: Final = re.compile(rb"([1-9][0-9]{0,4}) 0 obj\n([ -$&-\[\]-~]+)\n(endobj|stream)\n")
_LENGTH: Final = re.compile(rb"(.*) /Length ([1-9][0-9]{0,7}) >>")
_STREAM_END: Final = b"\nendstream\nendobj\n"
_TRAILER: Final = re.compile(
    rb"trailer\n<< /Size ([1-9][0-9]{0,4}) /Root ([1-9][0-9]{0,4}) 0 R /Info ([1-9][0-9]{0,4}) 0 R"
    rb" /ID \[<([0-9A-F]{32})> <([0-9A-F]{32})>\] >>\nstartxref\n([0-9]{1,8})\n%%EOF\n",
)
_NUMBER: Final = rb"([1-9][0-9]{0,4})"
# What the update says anew. A short text is all that has brackets; pyHanko escapes its hyphens and full stops.
_ANEW: Final = re.compile(_NUMBER + rb" 0 obj\n<<\n((?:[ -$&-'*-\[\]-~\n]|\((?:[A-Za-z0-9]|\\05[56])*\))+)\n>>")
_FORM: Final = re.compile(_NUMBER + rb" 0 obj\n<<\n/Fields \[ " + _NUMBER + rb" 0 R \]\n/SigFlags 3\n>>")
_FIELD: Final = re.compile(
    _NUMBER + rb" 0 obj\n<<\n/FT /Sig\n/T \([A-Za-z0-9]{1,32}\)\n/Type /Annot\n/Subtype /Widget\n/F 132\n"
    rb"/Rect \[ -9999 -9999 -9999 -9999 \]\n/P "
    + _NUMBER
    + rb" 0 R\n/TU \((?:[ !-$&-'*-\[\]-~]|\\[0-7]{3})*\)\n/V "
    + _NUMBER
    + rb" 0 R\n>>",
)
_VALUE: Final = re.compile(
    _NUMBER + rb" 0 obj\n<<\n/Contents (<[0-9A-Fa-f]+>)\n/ByteRange \[0 ([0-9]{1,8}) ([0-9]{1,8}) ([0-9]{1,8})\] *\n"
    rb"/Type /Sig\n/Filter /Adobe\.PPKLite\n/SubFilter /ETSI\.CAdES\.detached\n/M \(D\\072([0-9]{14})Z\)\n"
    rb"/Reference \[ <<\n/Type /SigRef\n/TransformMethod /DocMDP\n"
    rb"/TransformParams <<\n/Type /TransformParams\n/V /1\.2\n/P 1\n>>\n>> \]\n>>",
)
_UPDATE_TRAILER: Final = re.compile(
    rb"trailer\n<<\n/Size "
    + _NUMBER
    + rb"\n/Root "
    + _NUMBER
    + rb" 0 R\n/Info "
    + _NUMBER
    + rb" 0 R\n/ID \[ <([0-9a-f]{32})> <[0-9a-f]{32}> \]\n/Prev ([0-9]{1,8})\n>>\nstartxref\n([0-9]{1,8})\n%%EOF\n",
)
_OBJECT_END: Final = b"\nendobj\n"
_LANGUAGE: Final = re.compile(rb"/Lang \(([A-Za-z-]*)\)")
_SEALING_OBJECTS: Final = 5


@dataclass(frozen=True, slots=True)
class PlainSeal:
    """The one update that seals a plain file.

    Attributes:
        start: where the hexadecimal text of the seal begins, its `<` included.
        end: the first byte behind its `>`.
        signed_at: the claimed time of sealing, UTC, as YYYYMMDDHHMMSS.
    """

    start: int
    end: int
    signed_at: str


@dataclass(frozen=True, slots=True)
class PlainPdf:
    """The objects of a plain file as they were drawn.

    Attributes:
        objects: the text of each, number 1 first; of a stream its dictionary, without the length and its end.
        streams: the data of those that are streams, by number, as it is stored.
        root: the number of the catalogue.
        information: the number of the information dictionary.
        seal: the update behind them, None for a file without one.
    """

    objects: tuple[bytes, ...]
    streams: Mapping[int, bytes]
    root: int
    information: int
    seal: PlainSeal | None


def read_plain_pdf(pdf: bytes) -> PlainPdf | None:
    """Cut a file into its objects; None when it is not plain, which says nothing against it.

    Args:
        pdf: a whole file, hostile. Takes time linear in its size.
    """
    if not pdf.startswith(HEADER) or len(pdf) > MAX_FILE_BYTES:
        return None
    drawn = _read_objects(pdf)
    if drawn is None:
        return None
    trailer = _read_table(pdf, drawn)
    if trailer is None:
        return None
    seal, objects = None, len(drawn.texts)
    if trailer.end != len(pdf):
        seal, objects = _read_seal(pdf, drawn, trailer), objects + _SEALING_OBJECTS
        if seal is None:
            return None
    # Inside of streams too these words occur nowhere else, so that a reader that searches finds nothing more.
    if pdf.count(b"obj") != 2 * objects or pdf.count(b"stream") != 2 * len(drawn.streams):
        return None
    return PlainPdf(tuple(drawn.texts), drawn.streams, trailer.root, trailer.information, seal)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Objects that follow each other: their texts, streams and places, and where the table begins."""

    texts: list[bytes]
    streams: dict[int, bytes]
    places: list[int]
    end: int


@dataclass(frozen=True, slots=True)
class _Trailer:
    """What the trailer names, and where the drawn file ends."""

    root: int
    information: int
    identifier: bytes
    end: int


def _read_objects(pdf: bytes) -> _Drawn | None:
    texts: list[bytes] = []
    streams: dict[int, bytes] = {}
    places: list[int] = []
    position, number = len(HEADER), 0
    while (found := _OBJECT.match(pdf, position)) is not None:
        places.append(position)
        number += 1
        said, text, form = found.groups()
        if int(said) != number:
            return None
        position = found.end()
        if form == b"stream":
            headed = _LENGTH.fullmatch(text)
            if headed is None:
                return None
            text, length = headed.groups()
            end = position + int(length)
            streams[number] = pdf[position:end]
            if not pdf.startswith(_STREAM_END, end):
                return None
            position = end + len(_STREAM_END)
        texts.append(text)
    if not 0 < number <= _MAX_OBJECTS or max(map(len, texts)) > MAX_OBJECT_TEXT_BYTES:
        return None
    return _Drawn(texts, streams, places, position) if sum(map(len, texts)) <= MAX_TEXT_BYTES else None


def _read_table(pdf: bytes, drawn: _Drawn) -> _Trailer | None:
    size = len(drawn.places) + 1
    places = b"".join([b"%010d 00000 n \n" % place for place in drawn.places])
    table = b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, places)
    if not pdf.startswith(table, drawn.end):
        return None
    found = _TRAILER.match(pdf, drawn.end + len(table))
    if found is None:
        return None
    identifier, again = found.group(4, 5)
    said, root, information, start = (int(number) for number in found.group(1, 2, 3, 6))
    if identifier != again or said != size or start != drawn.end or max(root, information) >= size:
        return None
    return _Trailer(root, information, identifier, found.end())


def _read_seal(pdf: bytes, drawn: _Drawn, drawn_trailer: _Trailer) -> PlainSeal | None:
    """Read the update: each of its objects by its form, and all of them together by what they say of each other."""
    start, root = drawn_trailer.end, drawn_trailer.root
    parts = pdf[start:].split(_OBJECT_END, _SEALING_OBJECTS)
    if len(parts) != _SEALING_OBJECTS + 1:
        return None
    forms = (_ANEW, _ANEW, _FORM, _FIELD, _VALUE)
    page, catalogue, form, field, value = (each.fullmatch(part) for each, part in zip(forms, parts, strict=False))
    if page is None or catalogue is None or form is None or field is None or value is None:
        return None
    numbers = [int(each.group(1)) for each in (page, catalogue, form, field, value)]
    pages, _, forms_number, fields_number, values_number = numbers
    is_linked = (
        numbers[1] == root
        and pages <= len(drawn.texts) < forms_number < fields_number < values_number
        and int(form.group(2)) == fields_number
        and int(field.group(2)) == pages
        and int(field.group(3)) == values_number
    )
    if not is_linked or pages in drawn.streams or root in drawn.streams:
        return None
    form_and_right = b"/AcroForm %d 0 R /Perms << /DocMDP %d 0 R >>" % (forms_number, values_number)
    is_page_unchanged = _drawn_form(page.group(2)) == _with(drawn.texts[pages - 1], b"/Annots [%d 0 R]" % fields_number)
    is_root_unchanged = _drawn_form(catalogue.group(2)) == _with(drawn.texts[root - 1], form_and_right)
    if not is_page_unchanged or not is_root_unchanged:
        return None
    places = _places(numbers, parts, start)
    expected = _table_of_update(places)
    end = start + sum(len(part) + len(_OBJECT_END) for part in parts[:-1])
    trailer = _UPDATE_TRAILER.fullmatch(parts[-1], len(expected)) if parts[-1].startswith(expected) else None
    if trailer is None:
        return None
    links = [int(each) for each in trailer.group(1, 2, 3, 5, 6)]
    if links != [values_number + 1, root, drawn_trailer.information, drawn.end, end]:
        return None
    if trailer.group(4).upper() != drawn_trailer.identifier:
        return None
    gap = places[values_number] + value.start(2), places[values_number] + value.end(2)
    if [int(each) for each in value.group(3, 4, 5)] != [*gap, len(pdf) - gap[1]]:
        return None
    return PlainSeal(*gap, value.group(6).decode("ascii"))


def _with(text: bytes, addition: bytes) -> bytes | None:
    """Return what a drawn dictionary holds with one thing more at its end; None for what is no dictionary."""
    return text[3:-2] + addition if text.startswith(b"<< ") and text.endswith(b" >>") else None


def _drawn_form(held: bytes) -> bytes:
    """Return what a dictionary of the update holds in the form in which our writer would have written it."""
    line = held.replace(b"\n", b" ").replace(b"[ ", b"[").replace(b" ]", b"]")
    line = line.replace(rb"\055", b"-").replace(rb"\056", b".")
    return _LANGUAGE.sub(_language_as_drawn, line)


def _language_as_drawn(found: re.Match[bytes]) -> bytes:
    letters = found.group(1).decode("ascii").encode("utf-16-be").hex().upper()
    return b"/Lang <FEFF%b>" % letters.encode("ascii")


def _places(numbers: list[int], parts: list[bytes], start: int) -> dict[int, int]:
    places = {}
    for number, part in zip(numbers, parts, strict=False):
        places[number] = start
        start += len(part) + len(_OBJECT_END)
    return places


def _table_of_update(places: Mapping[int, int]) -> bytes:
    """Return the table of the update: one section for each run of numbers, in their order."""
    sections = [b"xref\n0 1\n0000000000 65535 f \n"]
    for first in sorted(number for number in places if number - 1 not in places):
        run = list(takewhile(places.__contains__, count(first)))
        sections.append(b"%d %d\n" % (first, len(run)))
        sections += [b"%010d 00000 n \n" % places[number] for number in run]
    return b"".join(sections)
