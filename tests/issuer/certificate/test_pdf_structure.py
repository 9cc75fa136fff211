"""The drawn file keeps the rules of PDF/A-3a and PDF/UA-1 that the checker knows; the checker sees each one broken."""

import shutil
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from credential_schemas.wording.model import Language
from tests.issuer.certificate.pdf_structure import RULES, File, broken_rules, dictionary, items

Change = Callable[[PdfWriter], object]


@pytest.mark.parametrize(
    ("language", "choices"),
    [
        ("ko", {"entries": 10}),
        ("en", {"entries": 1}),
        ("ko", {"entries": 35, "codes": 2}),
        ("en", {"entries": 60, "codes": 4}),
        ("ko", {"entries": 3, "preview": True}),
    ],
)
def test_drawn_file_keeps_every_structural_rule(
    draw: Callable[..., bytes], language: Language, choices: dict[str, int]
) -> None:
    assert broken_rules(draw(language, **choices)) == {}


def changed(pdf: bytes, change: Change) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf)))
    writer.pdf_header = "%PDF-1.7"
    change(writer)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def of_type(writer: PdfWriter, kind: str) -> DictionaryObject:
    every = (writer.get_object(number) for number in range(1, 10_000))
    return next(value for value in every if isinstance(value, DictionaryObject) and value.get("/S") == kind)


def typed(writer: PdfWriter, key: str, value: str) -> DictionaryObject:
    every = (writer.get_object(number) for number in range(1, 10_000))
    return next(found for found in every if isinstance(found, DictionaryObject) and found.get(key) == value)


def put(target: DictionaryObject, key: str, value: object) -> None:
    target[NameObject(key)] = value


def stream(writer: PdfWriter, reference: object, edit: Callable[[bytes], bytes]) -> None:
    old = dictionary(reference)
    assert isinstance(old, StreamObject)
    new = DecodedStreamObject()
    new.set_data(edit(old.get_data()))
    new.update({key: old[key] for key in old if key not in ("/Filter", "/Length")})
    writer._replace_object(old.indirect_reference, new)  # type: ignore[arg-type]  # a cloned object always has a reference


def metadata(old: bytes, new: bytes) -> Change:
    return lambda writer: stream(writer, writer.root_object["/Metadata"], lambda data: data.replace(old, new))


def content(edit: Callable[[bytes], bytes]) -> Change:
    return lambda writer: stream(writer, writer.pages[0]["/Contents"], edit)


def catalog(key: str) -> Change:
    return lambda writer: writer.root_object.pop(NameObject(key))


def entry(kind: str, key: str) -> Change:
    return lambda writer: of_type(writer, kind).pop(NameObject(key))


def font(key: str, value: object) -> Change:
    return lambda writer: put(typed(writer, "/Subtype", "/Type0"), key, value)


def glyphs(key: str, value: object) -> Change:
    return lambda writer: put(typed(writer, "/Subtype", "/CIDFontType2"), key, value)


def program(edit: Callable[[bytes], bytes]) -> Change:
    return lambda writer: stream(writer, typed(writer, "/Type", "/FontDescriptor")["/FontFile2"], edit)


def attachment(key: str, value: object) -> Change:
    return lambda writer: put(typed(writer, "/Type", "/Filespec"), key, value)


def parameters(key: str, value: object) -> Change:
    return lambda writer: put(dictionary(typed(writer, "/Type", "/EmbeddedFile")["/Params"]), key, value)


def profile(writer: PdfWriter) -> None:
    intent = dictionary(items(writer.root_object["/OutputIntents"])[0])
    stream(writer, intent["/DestOutputProfile"], lambda data: data.replace(b"RGB ", b"CMYK", 1))


def shortened_parents(writer: PdfWriter) -> None:
    tree = dictionary(dictionary(writer.root_object["/StructTreeRoot"])["/ParentTree"])
    owners = items(tree["/Nums"])[1]
    assert isinstance(owners, ArrayObject)
    owners.pop()


def exchanged_owners(writer: PdfWriter) -> None:
    tree = dictionary(dictionary(writer.root_object["/StructTreeRoot"])["/ParentTree"])
    owners = items(tree["/Nums"])[1]
    assert isinstance(owners, ArrayObject)
    owners[0], owners[1] = owners[1], owners[0]


def shortened_row(writer: PdfWriter) -> None:
    cells = items(of_type(writer, "/TR")["/K"])
    put(of_type(writer, "/TR"), "/K", ArrayObject(dictionary(cell).indirect_reference for cell in cells[1:]))


def encrypted(writer: PdfWriter) -> None:
    writer._ID = ArrayObject([ByteStringObject(b"1" * 16), ByteStringObject(b"1" * 16)])
    writer.encrypt("", algorithm="RC4-128")


def second_heading(writer: PdfWriter) -> None:
    put(of_type(writer, "/P"), "/S", NameObject("/H1"))


def image(key: str, value: object) -> Change:
    return lambda writer: put(typed(writer, "/Subtype", "/Image"), key, value)


BROKEN: list[tuple[str, Change]] = [
    ("identifier", lambda writer: setattr(writer, "_ID", None)),
    ("metadata_readable", lambda writer: put(dictionary(writer.root_object["/Metadata"]), "/Filter", ArrayObject())),
    ("metadata_readable", catalog("/Metadata")),
    ("claims_pdfa", metadata(b"<pdfaid:conformance>A", b"<pdfaid:conformance>B")),
    ("claims_pdfua", metadata(b"<pdfuaid:part>1", b"<pdfuaid:part>2")),
    ("extension_schema", metadata(b"pdfua/ns/id/</pdfaSchema", b"other/</pdfaSchema")),
    ("title_matches", metadata(b'x-default">', b'x-default">A ')),
    ("dates_match", metadata(b"<xmp:ModifyDate>2026", b"<xmp:ModifyDate>2025")),
    ("language", catalog("/Lang")),
    ("marked", catalog("/MarkInfo")),
    ("title_displayed", catalog("/ViewerPreferences")),
    ("output_intent", catalog("/OutputIntents")),
    ("output_intent", profile),
    ("fonts_embedded", lambda writer: typed(writer, "/Type", "/FontDescriptor").pop(NameObject("/FontFile2"))),
    ("fonts_embedded", program(lambda data: data[:-1] + bytes([data[-1] ^ 1]))),
    ("fonts_composite", font("/Encoding", NameObject("/WinAnsiEncoding"))),
    ("fonts_composite", glyphs("/CIDToGIDMap", DictionaryObject())),
    ("fonts_composite", font("/Subtype", NameObject("/TrueType"))),
    ("fonts_named_as_subsets", font("/BaseFont", NameObject("/PretendardGOV-Regular"))),
    ("fonts_map_to_unicode", lambda writer: typed(writer, "/Subtype", "/Type0").pop(NameObject("/ToUnicode"))),
    (
        "fonts_map_to_unicode",
        lambda writer: stream(
            writer, typed(writer, "/Subtype", "/Type0")["/ToUnicode"], lambda data: data.replace(b"<0020>", b"<0000>")
        ),
    ),
    ("font_widths_complete", glyphs("/W", ArrayObject([NumberObject(1), ArrayObject([NumberObject(500)])]))),
    ("font_widths_complete", glyphs("/W", ArrayObject([NumberObject(2), ArrayObject()]))),
    ("nothing_active", lambda writer: put(writer.root_object, "/OpenAction", DictionaryObject())),
    ("attachments_associated", catalog("/AF")),
    ("attachments_associated", catalog("/Names")),
    ("attachments_associated", attachment("/AFRelationship", NameObject("/Unspecified"))),
    ("attachments_associated", attachment("/UF", TextStringObject("other"))),
    ("attachments_associated", parameters("/Size", NumberObject(1))),
    ("attachments_associated", parameters("/CheckSum", ByteStringObject(b"\x80" * 16))),
    ("structure_tree", catalog("/StructTreeRoot")),
    ("standard_types", lambda writer: put(of_type(writer, "/P"), "/S", NameObject("/Paragraph"))),
    ("marks_have_owners", shortened_parents),
    ("marks_have_owners", exchanged_owners),
    ("everything_marked", content(lambda data: b"0 0 9 9 re f\n" + data)),
    ("everything_marked", content(lambda data: data.replace(b"EMC", b"", 1))),
    ("figures_described", entry("/Figure", "/Alt")),
    ("figures_described", entry("/Figure", "/A")),
    ("headers_scoped", entry("/TH", "/A")),
    ("tables_regular", shortened_row),
    ("one_first_heading", second_heading),
    ("tab_order", lambda writer: writer.pages[0].pop(NameObject("/Tabs"))),
    ("no_transparency", lambda writer: put(dictionary(writer.pages[0]["/Resources"]), "/SMask", NumberObject(1))),
    ("rgb_only", content(lambda data: b"0 0 0 1 k\n" + data)),
    ("images_exact", image("/Interpolate", NumberObject(1))),
    ("forms_plain", lambda writer: put(typed(writer, "/Subtype", "/Form"), "/PS", NumberObject(1))),
    ("filters_allowed", image("/Filter", NameObject("/LZWDecode"))),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change"), BROKEN, ids=[f"{at}-{name}" for at, (name, _) in enumerate(BROKEN)])
def test_checker_sees_the_broken_rule(draw: Callable[..., bytes], name: str, change: Change) -> None:
    assert name in broken_rules(changed(draw("ko", entries=1), change))


def test_checker_sees_encryption(draw: Callable[..., bytes]) -> None:
    assert list(RULES["not_encrypted"](File(changed(draw("ko", entries=1), encrypted))))


def test_checker_sees_a_wrong_header(draw: Callable[..., bytes]) -> None:
    assert "header" in broken_rules(draw("ko", entries=1).replace(b"%PDF-1.7", b"%PDF-2.0", 1))


def test_checker_sees_bytes_after_the_end(draw: Callable[..., bytes]) -> None:
    assert "one_revision" in broken_rules(draw("ko", entries=1) + b"more")


def test_every_rule_has_a_file_that_breaks_it() -> None:
    assert set(RULES) - {name for name, _ in BROKEN} == {"not_encrypted", "header", "one_revision"}


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="the program qpdf is not installed")
def test_qpdf_finds_no_error_in_the_drawn_file(draw: Callable[..., bytes], tmp_path: Path) -> None:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(draw("en", entries=35, codes=2))
    done = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, "No syntax or stream encoding errors" in done.stdout) == (0, True)
