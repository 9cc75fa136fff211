"""Telling kinds apart, reading pictures and codes, and what a PDF holds."""

import io
import json
import re
import struct
import zlib
from pathlib import Path
from typing import cast

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import RectangleObject
from reportlab.pdfgen.canvas import Canvas

from credential_schemas.qr.framing import split_into_codes
from credential_schemas.qr.payload import encode_qr_payload, qr_text
from credential_schemas.report.messages import unreadable_kinds
from credential_schemas.report.outcomes import EvidenceKind, Verdict
from tests.verifier.world import VERIFY_URL, World
from verifier.errors import UnreadableEvidence
from verifier.evidence import reader as reader_module
from verifier.evidence.codes import CodeSet
from verifier.evidence.gathering import Submission, gather
from verifier.evidence.kinds import Form, form_of
from verifier.evidence.limits import MAX_CODES, MAX_EVIDENCE_BYTES, MAX_TEXT_BYTES
from verifier.evidence.pdf_reading import read_pdf
from verifier.evidence.picture_reading import read_picture

Box = tuple[float, float, float, float]

PNG = b"\x89PNG\r\n\x1a\n"
DRAWN: dict[str, bytes] = {}


@pytest.fixture
def drawn(world: World) -> bytes:
    return DRAWN.setdefault("ko", world.pdf())


def kind_of(data: bytes) -> str:
    with pytest.raises(UnreadableEvidence) as refusal:
        form_of(data)
    return refusal.value.kind


def picture(text: str, *, scale: int = 4) -> Image.Image:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, options="ecLevel=M")
    return Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=scale, add_quiet_zones=True))


def saved(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    output = io.BytesIO()
    image.save(output, form, **options)
    return output.getvalue()


def page_picture(pdf: bytes) -> Image.Image:
    page: Image.Image = pypdfium2.PdfDocument(pdf)[0].render(scale=200 / 72).to_pil()
    return page.convert("RGB")


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b"%PDF-1.7\n", Form.PDF),
        (PNG, Form.PICTURE),
        (b"\xff\xd8\xff\xe0", Form.PICTURE),
        (b"eyJh.eyJi.c2ln~", Form.SD_JWT),
        (b"\n eyJh.eyJi.c2ln~WyJ~x.y.z\n", Form.SD_JWT),
        (b"eyJh.eyJi.c2ln", Form.SD_JWT),
        (b"..~", Form.SD_JWT),
        (b"eyJh.eyJi.c2ln~ with spaces, then ~", Form.SD_JWT),
        (b"0123456789", Form.CODE_TEXT),
        (b"https://verify.bank.example/v#0123", Form.CODE_TEXT),
        (b"https://verify.bank.example/v#0123\n456\n", Form.CODE_TEXT),
    ],
)
def test_kind_is_told_from_the_bytes(data: bytes, form: Form) -> None:
    assert form_of(data) is form


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"a" * (MAX_EVIDENCE_BYTES + 1), "too_large"),
        (b"1" * (MAX_TEXT_BYTES + 1), "not_a_certificate"),
        (b"GIF89a", "other_kind"),
        (b"PK\x03\x04", "other_kind"),
        (b"\x00\x00\x00\x18ftypheic", "other_kind"),
        (b"hello, this is a letter", "not_a_certificate"),
        ("직무능력 인정서".encode(), "not_a_certificate"),
        (b"\x00\x01\x02", "not_a_certificate"),
        (b" %PDF-1.7", "not_a_certificate"),
    ],
)
def test_what_is_no_certificate_is_named(data: bytes, kind: str) -> None:
    assert kind_of(data) == kind


def test_every_kind_that_is_raised_has_a_sentence() -> None:
    room = Path(reader_module.__file__).parents[1]
    sources = [path.read_text("utf-8") for path in room.rglob("*.py")]
    raised = {kind for text in sources for kind in re.findall(r'UnreadableEvidence\(\s*"(\w+)"', text)}
    of_many_files = json.loads((room / "batch/texts.json").read_text("utf-8"))
    assert raised <= unreadable_kinds() | set(of_many_files)


def test_text_of_a_code_gives_the_credential(world: World) -> None:
    report = world.check(qr_text(VERIFY_URL, encode_qr_payload(world.token())))
    assert (report.verdict, report.evidence.kind) == (Verdict.VALID, EvidenceKind.QR)


def test_several_codes_join_in_any_order(world: World) -> None:
    parts = split_into_codes(encode_qr_payload(world.token()), codes=3)
    texts = "\n".join(qr_text(VERIFY_URL, part) for part in reversed(parts))
    assert world.check(texts, is_code_text=True).verdict is Verdict.VALID


def test_missing_codes_are_counted(world: World) -> None:
    parts = split_into_codes(encode_qr_payload(world.token()), codes=3)
    with pytest.raises(UnreadableEvidence) as refusal:
        world.check(parts[1], is_code_text=True)
    assert (refusal.value.kind, refusal.value.values) == ("codes_missing", {"have": 1, "total": 3})


@pytest.mark.parametrize(
    ("text", "kind"),
    [("https://example.com/", "other_code"), ("", "empty")],
)
def test_codes_that_carry_no_certificate_are_told_apart(world: World, text: str, kind: str) -> None:
    with pytest.raises(UnreadableEvidence) as refusal:
        world.check(text, is_code_text=True)
    assert refusal.value.kind == kind


def test_damaged_payload_is_no_certificate(world: World) -> None:
    payload = encode_qr_payload(world.token())
    with pytest.raises(UnreadableEvidence) as refusal:
        world.check(payload[:-2] + "00", is_code_text=True)
    assert refusal.value.kind == "code_damaged"


def test_codes_of_two_certificates_at_once_are_refused(world: World) -> None:
    one, two = (encode_qr_payload(world.token(number=n)) for n in (1, 2))
    with pytest.raises(UnreadableEvidence) as refusal:
        world.check(f"{one}\n{two}", is_code_text=True)
    assert refusal.value.kind == "several_certificates"


def test_parts_of_two_certificates_are_refused(world: World) -> None:
    one = split_into_codes(encode_qr_payload(world.token()), codes=2)[0]
    two = split_into_codes(encode_qr_payload(world.token(x=1)), codes=2)[1]
    with pytest.raises(UnreadableEvidence) as refusal:
        world.check(f"{one}\n{two}", is_code_text=True)
    assert refusal.value.kind == "several_certificates"


def test_endless_codes_are_not_kept(world: World) -> None:
    codes = CodeSet()
    for number in range(MAX_CODES + 5):
        codes.add(f"https://example.com/{number}")
    codes.add(encode_qr_payload(world.token()))
    assert codes.problem == "other_code"


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_picture_of_the_printed_page_gives_the_credential(world: World, drawn: bytes, form: str) -> None:
    report = world.check(saved(page_picture(drawn), form))
    assert (report.verdict, report.evidence.kind) == (Verdict.VALID, EvidenceKind.IMAGE)


def test_skewed_jpeg_of_the_printed_page_gives_the_credential(drawn: bytes) -> None:
    skewed = page_picture(drawn).rotate(3, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    assert read_picture(saved(skewed, "JPEG", quality=80))["credential"]


def test_transparent_picture_is_read_on_white_paper(world: World) -> None:
    token = world.token()
    code = picture(encode_qr_payload(token)).convert("L")
    transparent = Image.new("RGBA", code.size, (0, 0, 0, 0))
    transparent.paste((0, 0, 0, 255), mask=code.point(lambda value: 255 - value))
    assert read_picture(saved(transparent))["credential"] == token


def test_faint_small_code_is_read_by_a_later_preparation(world: World) -> None:
    token = world.token()
    code = picture(encode_qr_payload(token), scale=2).convert("L").point(lambda value: 190 + value // 8)
    assert read_picture(saved(code))["credential"] == token


def refused_picture(data: bytes) -> str:
    with pytest.raises(UnreadableEvidence) as refusal:
        read_picture(data)
    return refusal.value.kind


def test_picture_without_a_code_says_so() -> None:
    assert refused_picture(saved(Image.new("L", (2200, 1500), "white"))) == "no_code"


def test_picture_of_another_code_says_so() -> None:
    assert refused_picture(saved(picture("https://example.com/menu"))) == "other_code"


def test_damaged_picture_says_so() -> None:
    assert refused_picture(saved(Image.new("L", (300, 300)))[:60]) == "picture_damaged"


def test_picture_with_several_frames_is_refused() -> None:
    frames = [Image.new("L", (30, 30), shade) for shade in (0, 255)]
    assert refused_picture(saved(frames[0], save_all=True, append_images=frames[1:])) == "picture_animated"


@pytest.mark.parametrize("size", [(6000, 6000), (1, 30_000), (60_000, 60_000)])
def test_picture_too_large_by_its_header_is_refused_before_decoding(size: tuple[int, int]) -> None:
    chunk = b"IHDR" + struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0)
    data = PNG + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    idat = b"IDAT" + zlib.compress(b"")
    data += struct.pack(">I", len(idat) - 4) + idat + struct.pack(">I", zlib.crc32(idat))
    assert refused_picture(data) == "picture_too_large"


def test_pdf_is_read_alike_in_the_child_and_here(world: World, drawn: bytes) -> None:
    here = read_pdf(drawn)
    there = world.reader.read_pdf(drawn)
    assert here["credential"] == there.credential
    assert here["texts"] == [*there.texts]
    assert here["codes"] == [*there.codes] == [there.credential]


def test_hyphen_at_the_end_of_a_line_is_read_as_a_hyphen() -> None:
    output = io.BytesIO()
    page = Canvas(output)
    page.drawString(72, 720, "state-of-the-")
    page.drawString(72, 700, "art")
    page.save()
    (text,) = cast("list[str]", read_pdf(output.getvalue())["texts"])
    assert text.split() == ["state-of-the-art"]  # PDFium joins the lines, too


def test_pdf_with_two_codes_but_no_attachment_is_refused(world: World) -> None:
    pages = [picture(encode_qr_payload(world.token(x=n))).convert("L") for n in (1, 2)]
    both = Image.new("L", (pages[0].width + pages[1].width + 40, max(p.height for p in pages)), "white")
    both.paste(pages[0], (0, 0))
    both.paste(pages[1], (pages[0].width + 40, 0))
    with pytest.raises(UnreadableEvidence) as refusal:
        gather(Submission("a.pdf", saved(both, "PDF")), reader=world.reader)
    assert refusal.value.kind == "several_certificates"


def test_pdf_that_only_begins_like_one_is_damaged(drawn: bytes) -> None:
    with pytest.raises(UnreadableEvidence) as refusal:
        read_pdf(b"%PDF-1.7\nnothing")
    assert refusal.value.kind == "pdf_damaged"


def page_of(media: Box, crop: Box | None = None, turned: int = 0) -> bytes:
    """A PDF with one page of any proportions."""
    writer, file = PdfWriter(), io.BytesIO()
    page = writer.add_blank_page(1, 1)
    page.mediabox = RectangleObject(media)
    if crop is not None:
        page.cropbox = RectangleObject(crop)
    page.rotate(turned)
    writer.write(file)
    return file.getvalue()


@pytest.mark.parametrize("turned", [0, 90])
@pytest.mark.parametrize(
    ("media", "crop"),
    [
        ((0, 0, 1_000_000, 0.001), None),
        ((0, 0, 0.001, 1_000_000), None),
        ((0, 0, 16_777_217, 3), None),
        ((0, 0, 0, 0), (0, 0, 1, 1_000_000)),
        ((0, 0, 100_000, 100_000), (0, 0, 1, 1_000_000)),
    ],
)
def test_page_of_any_proportions_is_searched_for_codes(media: Box, crop: Box | None, turned: int) -> None:
    read = read_pdf(page_of(media, crop, turned))
    assert (read["codes"], read["code_problem"]) == ([], "no_code")


def test_page_without_an_area_is_damaged() -> None:
    assert kind_of_pdf(page_of((-5, -5, -1, -1), (0, 0, 1, 1_000_000))) == "pdf_damaged"


def kind_of_pdf(data: bytes) -> str:
    with pytest.raises(UnreadableEvidence) as refused:
        read_pdf(data)
    return refused.value.kind
