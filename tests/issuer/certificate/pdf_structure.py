"""A structural checker for the PDF/A-3a and PDF/UA-1 rules that concern files like ours, by pypdf alone.

It does not replace a full validator: it says quickly which rule a change has broken. Each rule yields what it found
wrong; `broken_rules` returns the names of the rules that found something. Sources are named beside the rules.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from struct import unpack, unpack_from
from xml.etree.ElementTree import Element, fromstring

from pypdf import PageObject, PdfReader
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, IndirectObject, StreamObject, TextStringObject

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
PDFAID = "{http://www.aiim.org/pdfa/ns/id/}"
PDFUAID = "{http://www.aiim.org/pdfua/ns/id/}"
DC = "{http://purl.org/dc/elements/1.1/}"
XMP = "{http://ns.adobe.com/xap/1.0/}"
PDFA_SCHEMA = "{http://www.aiim.org/pdfa/ns/schema#}"
STANDARD_TYPES = {"/Document", "/H1", "/P", "/Table", "/TR", "/TH", "/TD", "/Figure"}
PAINTING = {b"Tj", b"TJ", b"'", b'"', b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"Do", b"sh", b"BI"}


def resolved(value: object) -> object:
    return value.get_object() if isinstance(value, IndirectObject) else value


def dictionary(value: object) -> DictionaryObject:
    value = resolved(value)
    assert isinstance(value, DictionaryObject), f"expected a dictionary, found {type(value).__name__}"
    return value


def items(value: object) -> list[object]:
    value = resolved(value)
    return [resolved(item) for item in value] if isinstance(value, ArrayObject) else [] if value is None else [value]


def kind(element: DictionaryObject) -> str:
    return str(element["/S"])


def nested(value: object) -> Iterator[DictionaryObject]:
    """The dictionaries that an object is or directly holds."""
    if isinstance(value, DictionaryObject):
        yield value
        for key in value:
            yield from nested(value.raw_get(key))
    elif isinstance(value, ArrayObject):
        for item in value:
            yield from nested(item)


@dataclass(frozen=True)
class File:
    """The file and what most rules look at."""

    raw: bytes

    @cached_property
    def reader(self) -> PdfReader:
        return PdfReader(BytesIO(self.raw))

    @cached_property
    def catalog(self) -> DictionaryObject:
        return dictionary(self.reader.trailer["/Root"])

    @cached_property
    def pages(self) -> list[PageObject]:
        return list(self.reader.pages)

    @cached_property
    def metadata(self) -> Element | None:
        stream = resolved(self.catalog.get("/Metadata"))
        return fromstring(stream.get_data()) if isinstance(stream, StreamObject) else None

    def fact(self, name: str) -> str | None:
        """The text of a property, of its first item if it is a list."""
        found = None if self.metadata is None else self.metadata.find(f".//{name}")
        if found is None:
            return None
        item = found.find(f".//{RDF}li")
        return (found if item is None else item).text

    @cached_property
    def objects(self) -> list[object]:
        size = self.reader.trailer["/Size"]
        assert isinstance(size, int)
        return [self.reader.get_object(number) for number in range(1, size)]

    @cached_property
    def dictionaries(self) -> list[DictionaryObject]:
        return [found for value in self.objects for found in nested(value)]

    @cached_property
    def fonts(self) -> list[DictionaryObject]:
        """The composite fonts, which the pages know."""
        return [value for value in self.dictionaries if value.get("/Subtype") == "/Type0"]

    @cached_property
    def descendants(self) -> list[DictionaryObject]:
        """The glyphs of the composite fonts."""
        return [dictionary(items(font["/DescendantFonts"])[0]) for font in self.fonts]

    @cached_property
    def elements(self) -> list[DictionaryObject]:
        return [value for value in self.dictionaries if "/S" in value and "/P" in value]

    def operations(self, page: PageObject) -> list[tuple[list[object], bytes]]:
        return ContentStream(page["/Contents"].get_object(), self.reader).operations


Rule = Callable[[File], Iterator[str]]
RULES: dict[str, Rule] = {}


def rule(function: Rule) -> Rule:
    RULES[function.__name__] = function
    return function


def broken_rules(pdf: bytes) -> dict[str, list[str]]:
    """Return the rules that a file breaks, with what was found."""
    file = File(pdf)
    found = {name: list(check(file)) for name, check in RULES.items()}
    return {name: problems for name, problems in found.items() if problems}


@rule
def header(file: File) -> Iterator[str]:
    """ISO 19005-3, 6.1.2: version and four bytes above 127."""
    if not re.match(rb"%PDF-1\.[4-7]\n%[\x80-\xff]{4}\n", file.raw):
        yield "expected %PDF-1.n and a comment of four high bytes"


@rule
def one_revision(file: File) -> Iterator[str]:
    """ISO 19005-3, 6.1.3: nothing after the last end marker; here also nothing before: the file is unsigned."""
    if file.raw.count(b"%%EOF") != 1 or not file.raw.endswith(b"%%EOF\n"):
        yield "expected exactly one end marker, at the end"


@rule
def identifier(file: File) -> Iterator[str]:
    """ISO 19005-3, 6.1.3: the trailer has an ID."""
    if len(items(file.reader.trailer.get("/ID"))) != 2:
        yield "expected two identifiers"


@rule
def not_encrypted(file: File) -> Iterator[str]:
    """ISO 19005-3, 6.1.3."""
    if "/Encrypt" in file.reader.trailer:
        yield "found an encryption dictionary"


@rule
def metadata_readable(file: File) -> Iterator[str]:
    """ISO 19005-3, 6.6.2: a metadata stream, unfiltered."""
    if file.metadata is None or "/Filter" in dictionary(file.catalog["/Metadata"]):
        yield "expected an unfiltered metadata stream"


@rule
def claims_pdfa(file: File) -> Iterator[str]:
    """ISO 19005-3, 6.6.4."""
    if (file.fact(f"{PDFAID}part"), file.fact(f"{PDFAID}conformance")) != ("3", "A"):
        yield "expected part 3, conformance A"


@rule
def claims_pdfua(file: File) -> Iterator[str]:
    """ISO 14289-1, 5."""
    if file.fact(f"{PDFUAID}part") != "1":
        yield "expected part 1"


@rule
def extension_schema(file: File) -> Iterator[str]:
    """ISO 19005-3, 6.6.2.3: pdfuaid is not predefined, so it is described."""
    if file.fact(f"{PDFA_SCHEMA}namespaceURI") != PDFUAID.strip("{}"):
        yield "expected a description of pdfuaid"


@rule
def title_matches(file: File) -> Iterator[str]:
    """ISO 14289-1, 7.1: dc:title; ISO 19005-3, 6.6.3: as in the information dictionary."""
    title = file.fact(f"{DC}title")
    if not title or title != dictionary(file.reader.trailer["/Info"]).get("/Title"):
        yield "expected the same title twice"


@rule
def dates_match(file: File) -> Iterator[str]:
    """ISO 19005-3, 6.6.3."""
    information = dictionary(file.reader.trailer["/Info"])
    for key, name in (("/CreationDate", "CreateDate"), ("/ModDate", "ModifyDate")):
        stated = re.sub(r"[^0-9]", "", file.fact(f"{XMP}{name}") or "")
        if not stated or stated != re.sub(r"[^0-9]", "", str(information.get(key))):
            yield f"expected the same {key} twice"


@rule
def language(file: File) -> Iterator[str]:
    """ISO 14289-1, 7.2."""
    if not file.catalog.get("/Lang"):
        yield "expected a language"


@rule
def marked(file: File) -> Iterator[str]:
    """ISO 14289-1, 7.1."""
    if not dictionary(file.catalog.get("/MarkInfo", DictionaryObject())).get("/Marked"):
        yield "expected Marked true"


@rule
def title_displayed(file: File) -> Iterator[str]:
    """ISO 14289-1, 7.1."""
    if not dictionary(file.catalog.get("/ViewerPreferences", DictionaryObject())).get("/DisplayDocTitle"):
        yield "expected DisplayDocTitle true"


@rule
def output_intent(file: File) -> Iterator[str]:
    """ISO 19005-3, 6.2.3: one intent with an RGB profile for displays or printers."""
    intents = items(file.catalog.get("/OutputIntents"))
    if len(intents) != 1 or dictionary(intents[0]).get("/S") != "/GTS_PDFA1":
        yield "expected one intent GTS_PDFA1"
        return
    profile = resolved(dictionary(intents[0])["/DestOutputProfile"])
    assert isinstance(profile, StreamObject)
    data = profile.get_data()
    if (
        profile.get("/N") != 3
        or data[16:20] != b"RGB "
        or data[36:40] != b"acsp"
        or data[12:16] not in (b"mntr", b"prtr")
    ):
        yield "expected an RGB profile"


@rule
def fonts_composite(file: File) -> Iterator[str]:
    """ISO 19005-3, 6.2.11.3: codes are glyph numbers (Identity), of fonts that say so; no simple fonts in ours."""
    for font in (value for value in file.dictionaries if value.get("/Type") == "/Font"):
        if font.get("/Subtype") not in ("/Type0", "/CIDFontType2"):
            yield f"found a font of type {font.get('/Subtype')}"
    for font, descendant in zip(file.fonts, file.descendants, strict=True):
        if (font.get("/Encoding"), descendant.get("/CIDToGIDMap")) != ("/Identity-H", "/Identity"):
            yield "expected Identity twice"


@rule
def fonts_embedded(file: File) -> Iterator[str]:
    """ISO 19005-3, 6.2.11.4: a TrueType program, its tables intact."""
    for font in file.descendants:
        program = resolved(dictionary(font.get("/FontDescriptor", DictionaryObject())).get("/FontFile2"))
        if not isinstance(program, StreamObject):
            yield f"{font.get('/BaseFont')} is not embedded"
        elif wrong_sums(program.get_data()):
            yield f"{font.get('/BaseFont')} has wrong sums"


def wrong_sums(program: bytes) -> list[bytes]:
    """The tables of a TrueType file whose sums are not what its directory says."""

    def words(data: bytes) -> int:
        numbers: tuple[int, ...] = unpack(f">{len(data) // 4}L", data)
        return sum(numbers) & 0xFFFFFFFF

    count = unpack_from(">H", program, 4)[0]
    wrong = [b"whole"] if words(program) != 0xB1B0AFBA else []
    for tag, stated, offset, length in (unpack_from(">4sLLL", program, 12 + 16 * at) for at in range(count)):
        table = bytearray(program[offset : offset + length + -length % 4])
        if tag == b"head":
            table[8:12] = bytes(4)
        wrong += [tag] if words(bytes(table)) != stated else []
    return wrong


@rule
def fonts_named_as_subsets(file: File) -> Iterator[str]:
    """ISO 32000-1, 9.6.4."""
    for font in (*file.fonts, *file.descendants):
        if not re.match(r"/[A-Z]{6}\+", str(font["/BaseFont"])):
            yield f"{font['/BaseFont']} has no subset tag"


@rule
def fonts_map_to_unicode(file: File) -> Iterator[str]:
    """ISO 14289-1, 7.21.7: no zero, no byte order mark; CMap blocks of at most 100."""
    for font in file.fonts:
        stream = resolved(font.get("/ToUnicode"))
        if not isinstance(stream, StreamObject):
            yield "expected a ToUnicode map"
            continue
        cmap = stream.get_data()
        if re.search(rb"> <(0000|FEFF|FFFE)>", cmap) or any(
            int(n) > 100 for n in re.findall(rb"(\d+) beginbfchar", cmap)
        ):
            yield "expected blocks of at most 100 real characters"


@rule
def font_widths_complete(file: File) -> Iterator[str]:
    """ISO 19005-3, 6.2.11.5: a width for each code that the map to Unicode knows."""
    for font, descendant in zip(file.fonts, file.descendants, strict=True):
        stream = resolved(font.get("/ToUnicode"))
        codes = (
            re.findall(rb"^<(?!0000)(\w+)> <", stream.get_data(), re.MULTILINE)
            if isinstance(stream, StreamObject)
            else []
        )
        first, widths = items(descendant["/W"])
        if first != 1 or len(items(widths)) != len(codes):
            yield "expected one width per code"


@rule
def nothing_active(file: File) -> Iterator[str]:
    """ISO 19005-3, 6.5.2 and 6.6.1: no actions, no scripts, no annotations in ours."""
    for value in file.dictionaries:
        for key in ("/OpenAction", "/AA", "/JS", "/JavaScript", "/Annots", "/XFA"):
            if key in value:
                yield f"found {key}"


@rule
def attachments_associated(file: File) -> Iterator[str]:
    """ISO 19005-3, 6.8: name, relationship, type; listed in AF and in the name tree, with true size and digest."""
    tree = dictionary(file.catalog.get("/Names", DictionaryObject()))
    names = items(dictionary(tree.get("/EmbeddedFiles", DictionaryObject())).get("/Names"))
    associated = items(file.catalog.get("/AF"))
    if [id(value) for value in names[1::2]] != [id(value) for value in associated]:
        yield "AF and the name tree list different files"
    for value in associated:
        file_specification = dictionary(value)
        embedded = resolved(dictionary(file_specification["/EF"])["/F"])
        assert isinstance(embedded, StreamObject)
        data, parameters = embedded.get_data(), dictionary(embedded.get("/Params", DictionaryObject()))
        if file_specification.get("/F") != file_specification.get("/UF") or not embedded.get("/Subtype"):
            yield "expected one name and a type"
        if file_specification.get("/AFRelationship") not in ("/Source", "/Supplement"):
            yield "expected a relationship"
        digest = hashlib.md5(data).digest()
        checksum = parameters.get("/CheckSum")
        found = checksum.original_bytes if isinstance(checksum, TextStringObject) else checksum
        if parameters.get("/Size") != len(data) or found != digest:
            yield "expected the true size and digest"


@rule
def structure_tree(file: File) -> Iterator[str]:
    """ISO 14289-1, 7.1: one Document with everything below it."""
    root = dictionary(file.catalog.get("/StructTreeRoot", DictionaryObject()))
    if [dictionary(kid).get("/S") for kid in items(root.get("/K"))] != ["/Document"]:
        yield "expected one Document"


@rule
def standard_types(file: File) -> Iterator[str]:
    """ISO 14289-1, 7.1: standard structure types only (no role map in ours)."""
    for element in file.elements:
        if kind(element) not in STANDARD_TYPES:
            yield f"found {kind(element)}"


@rule
def marks_have_owners(file: File) -> Iterator[str]:
    """ISO 32000-1, 14.7.4.4: the parent tree has the element of each mark, and that element knows the mark."""
    root = dictionary(file.catalog.get("/StructTreeRoot", DictionaryObject()))
    numbers = items(dictionary(root.get("/ParentTree", DictionaryObject())).get("/Nums"))
    for index, page in enumerate(file.pages):
        marks = [
            int(str(dictionary(operands[1])["/MCID"]))
            for operands, operator in file.operations(page)
            if operator == b"BDC" and "/MCID" in dictionary(operands[1])
        ]
        owners = items(numbers[2 * index + 1]) if len(numbers) > 2 * index + 1 else []
        if page.get("/StructParents") != index or marks != list(range(len(owners))):
            yield f"page {index + 1}: marks and parent tree differ"
            continue
        for mark, owner in zip(marks, owners, strict=True):
            if mark not in items(dictionary(owner).get("/K")) or dictionary(dictionary(owner).get("/Pg")) != page:
                yield f"page {index + 1}: mark {mark} has the wrong owner"


@rule
def everything_marked(file: File) -> Iterator[str]:
    """ISO 14289-1, 7.1: what is painted is content or artifact, never both, never neither."""
    for index, page in enumerate(file.pages):
        depth = 0
        for _, operator in file.operations(page):
            depth += {b"BDC": 1, b"BMC": 1, b"EMC": -1}.get(operator, 0)
            if depth not in (0, 1) or (depth == 0 and operator in PAINTING):
                yield f"page {index + 1}: {operator!r} at depth {depth}"


@rule
def figures_described(file: File) -> Iterator[str]:
    """ISO 14289-1, 7.3: alternative text; Matterhorn 1.1: bounding box."""
    for element in file.elements:
        attributes = dictionary(element.get("/A", DictionaryObject()))
        if kind(element) == "/Figure" and not (element.get("/Alt") and "/BBox" in attributes):
            yield "expected Alt and BBox"


@rule
def headers_scoped(file: File) -> Iterator[str]:
    """ISO 14289-1, 7.5."""
    for element in file.elements:
        if kind(element) == "/TH" and "/Scope" not in dictionary(element.get("/A", DictionaryObject())):
            yield "expected a scope"


@rule
def tables_regular(file: File) -> Iterator[str]:
    """ISO 14289-1, 7.5 with ISO 32000-1, table 337: every row has as many columns as the others."""
    for table in (element for element in file.elements if kind(element) == "/Table"):
        widths = set()
        for row in items(table["/K"]):
            cells = [dictionary(cell) for cell in items(dictionary(row)["/K"])]
            spans = (dictionary(cell.get("/A", DictionaryObject())).get("/ColSpan", 1) for cell in cells)
            widths.add(sum(int(str(span)) for span in spans))
        if len(widths) != 1:
            yield f"rows of {sorted(widths)} columns"


@rule
def one_first_heading(file: File) -> Iterator[str]:
    """ISO 14289-1, 7.4: headings begin with H1."""
    if [kind(element) for element in file.elements if kind(element).startswith("/H")] != ["/H1"]:
        yield "expected one H1"


@rule
def tab_order(file: File) -> Iterator[str]:
    """ISO 14289-1, 7.18.3."""
    if any(page.get("/Tabs") != "/S" for page in file.pages):
        yield "expected the order of the structure"


@rule
def no_transparency(file: File) -> Iterator[str]:
    """Stricter than ISO 19005-3, 6.2.10: opaque paint only."""
    if any(key in value for value in file.dictionaries for key in ("/SMask", "/ca", "/CA", "/BM")):
        yield "found transparency"


@rule
def rgb_only(file: File) -> Iterator[str]:
    """ISO 19005-3, 6.2.4.3: device colours must fit the output intent."""
    for page in file.pages:
        if any(operator in (b"k", b"K", b"sc", b"SC", b"scn", b"SCN") for _, operator in file.operations(page)):
            yield "found a colour that is not RGB"


@rule
def images_exact(file: File) -> Iterator[str]:
    """ISO 19005-3, 6.2.8: no interpolation, no alternates; ours are one-bit stencils."""
    for value in file.dictionaries:
        if value.get("/Subtype") == "/Image" and (
            value.get("/Interpolate", False) or "/Alternates" in value or not value.get("/ImageMask")
        ):
            yield "expected a plain stencil"


@rule
def forms_plain(file: File) -> Iterator[str]:
    """ISO 19005-3, 6.2.9."""
    for value in file.dictionaries:
        if value.get("/Subtype") == "/Form" and any(key in value for key in ("/Ref", "/PS", "/OPI", "/Subtype2")):
            yield "found a reference or PostScript"


@rule
def filters_allowed(file: File) -> Iterator[str]:
    """ISO 19005-3, 6.1.7.2: no LZW, no external streams; ours use Flate alone."""
    for value in (found for found in file.dictionaries if isinstance(found, StreamObject)):
        if value.get("/Filter") not in (None, "/FlateDecode") or "/F" in value:
            yield f"found {value.get('/Filter')}"
