"""Plain files are cut into exactly what was written; anything else gets no answer."""

import re
from collections.abc import Callable

import pytest

from issuer.certificate.pdf_file import PdfFile
from keys import plain_pdf
from keys.plain_pdf import MAX_OBJECT_TEXT_BYTES, MAX_TEXT_BYTES, read_plain_pdf
from tests.plain_files import Objects, drawn_file, outside_streams, plain, rewritten, sealed_file

CATALOGUE, PAGE, ELEMENT = b"/Type /Catalog", b"/Type /Page ", b"/StructElem"


def test_objects_are_those_that_were_written() -> None:
    file = PdfFile()
    file.add("<< /First 2 0 R >>")
    file.add_plain(b"\x00data\n", "/Second true")
    root = file.add("<< /Root true >>")
    found = plain(file.write(root=root, information=1))
    assert found.objects == (b"<< /First 2 0 R >>", b"<< /Second true", b"<< /Root true >>")
    assert (found.streams, found.root, found.information, found.seal) == ({2: b"\x00data\n"}, root, 1, None)


def test_sealed_file_has_the_objects_as_they_were_drawn() -> None:
    drawn, sealed = plain(drawn_file()), plain(sealed_file())
    assert sealed.seal is not None
    assert (sealed.objects, sealed.streams, sealed.root) == (drawn.objects, drawn.streams, drawn.root)
    assert sealed_file()[sealed.seal.start] == ord("<")
    assert sealed_file()[sealed.seal.end - 1] == ord(">")
    assert sealed.seal.signed_at == "20261101093000"


def test_file_that_is_written_again_is_plain() -> None:
    assert read_plain_pdf(Objects.of(drawn_file()).written()) is not None


def swap(old: bytes, new: bytes, *, last: bool = False) -> Callable[[bytes], bytes]:
    """Return a change of the first (or last) place at which some bytes stand."""

    def change(pdf: bytes) -> bytes:
        at = pdf.rfind(old) if last else pdf.find(old)
        assert at >= 0
        return pdf[:at] + new + pdf[at + len(old) :]

    return change


def higher(pattern: bytes, *, by: int = 1) -> Callable[[bytes], bytes]:
    """Return a change of the last number that a pattern finds, which keeps its width."""

    def change(pdf: bytes) -> bytes:
        found = list(re.finditer(pattern, pdf))[-1]
        number = b"%0*d" % (len(found[1]), int(found[1]) + by)
        return pdf[: found.start(1)] + number + pdf[found.end(1) :]

    return change


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda pdf: pdf[1:], id="first byte missing"),
        pytest.param(swap(b"%PDF-1.7", b"%PDF-1.4"), id="another version"),
        pytest.param(lambda pdf: pdf[:-1], id="last byte missing"),
        pytest.param(lambda pdf: pdf + b"\n", id="a byte behind the end"),
        pytest.param(lambda pdf: pdf + pdf, id="twice"),
        pytest.param(swap(b"\nendobj\n2 0 obj", b"\nendobj\n\n2 0 obj"), id="a byte between objects"),
        pytest.param(swap(b"\n2 0 obj", b"\n3 0 obj"), id="a number left out"),
        pytest.param(swap(b"\n2 0 obj", b"\n2 1 obj"), id="another generation"),
        pytest.param(swap(b"\n2 0 obj", b"\n02 0 obj"), id="a number with a zero before it"),
        pytest.param(higher(rb"/Length (\d+) >>\nstream"), id="length one too large"),
        pytest.param(higher(rb"/Length (\d+) >>\nstream", by=-1), id="length one too small"),
        pytest.param(swap(b" /Length ", b" /length "), id="no length"),
        pytest.param(swap(b"\nendstream\nendobj", b"\nendstream endobj"), id="stream ends otherwise"),
        pytest.param(higher(rb"(\d{10}) 00000 n"), id="a place is wrong"),
        pytest.param(swap(b" 00000 n", b" 00000 f"), id="an object is free"),
        pytest.param(swap(b"xref\n0 ", b"xref\n1 "), id="table begins elsewhere"),
        pytest.param(higher(rb"/Size (\d+)"), id="size"),
        pytest.param(higher(rb"/Root (\d+)", by=5000), id="catalogue beyond the objects"),
        pytest.param(higher(rb"/Info (\d+)", by=5000), id="information beyond the objects"),
        pytest.param(swap(b"/Info ", b"/Encrypt 1 0 R /Info ", last=True), id="encryption in the trailer"),
        pytest.param(swap(b"> <", b"> <A", last=True), id="longer identifier"),
        pytest.param(higher(rb"startxref\n(\d+)"), id="table elsewhere"),
    ],
)
def test_file_with_another_layout_is_not_plain(change: Callable[[bytes], bytes]) -> None:
    changed = change(drawn_file())
    assert changed != drawn_file()
    assert read_plain_pdf(changed) is None


def test_identifier_that_is_not_twice_the_same_is_not_plain() -> None:
    pdf = Objects.of(drawn_file()).written()
    assert read_plain_pdf(pdf.replace(b"<" + b"0" * 32, b"<" + b"1" * 32, 1)) is None


@pytest.mark.parametrize(
    "text", [b"<< /A (%) >>", b"<< /A (\\051) >>", b"<<\t/A >>", b"<< /A >>\n<< >>", b"", "가".encode()]
)
def test_object_that_is_not_one_line_of_plain_text_is_not_plain(text: bytes) -> None:
    assert read_plain_pdf(rewritten(drawn_file(), lambda objects: objects.add(text))) is None


@pytest.mark.parametrize("hidden", [b"9 0 obj", b"endobj", b"endstream", b"stream\n"])
def test_stream_in_which_a_search_would_find_an_object_is_not_plain(hidden: bytes) -> None:
    def change(objects: Objects) -> None:
        objects.add(b"<< /Filter /None", b"x %b y" % hidden)

    assert read_plain_pdf(rewritten(drawn_file(), change)) is None


def test_text_of_an_object_has_its_limit() -> None:
    def of(size: int) -> bytes:
        return rewritten(drawn_file(), lambda objects: objects.add(b"[" + b"1" * (size - 2) + b"]"))

    assert read_plain_pdf(of(MAX_OBJECT_TEXT_BYTES)) is not None
    assert read_plain_pdf(of(MAX_OBJECT_TEXT_BYTES + 1)) is None


def test_texts_of_all_objects_have_their_limit() -> None:
    def change(objects: Objects) -> None:
        for _ in range(1 + MAX_TEXT_BYTES // MAX_OBJECT_TEXT_BYTES):
            objects.add(b"1" * MAX_OBJECT_TEXT_BYTES)

    assert read_plain_pdf(rewritten(drawn_file(), change)) is None


@pytest.mark.parametrize(("limit", "bound"), [("_MAX_OBJECTS", 1), ("MAX_FILE_BYTES", 1000)])
def test_number_of_objects_and_size_have_their_limits(limit: str, bound: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_pdf, limit, bound)
    assert read_plain_pdf(drawn_file()) is None


def test_file_without_objects_is_not_plain() -> None:
    assert read_plain_pdf(plain_pdf.HEADER + b"xref\n0 1\n0000000000 65535 f \n") is None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(swap(b"/Tabs /S\n", b"/Tabs /R\n", last=True), id="page"),
        pytest.param(swap(b"/Marked true\n", b"/Marked fals\n", last=True), id="catalogue"),
        pytest.param(swap(b"(ko\\055KR)", b"(en\\055KR)"), id="language"),
        pytest.param(swap(b"(ko\\055KR)", b"(ko\\045KR)"), id="another escape"),
        pytest.param(swap(b"(credential\\056sdjwt)", b"(credential\\056sdjwz)"), id="name of an attachment"),
        pytest.param(swap(b"/SigFlags 3", b"/SigFlags 1"), id="form"),
        pytest.param(higher(rb"/Fields \[ (\d+) "), id="form with another field"),
        pytest.param(higher(rb"/Annots \[ (\d+) "), id="page with another widget"),
        pytest.param(higher(rb"/AcroForm (\d+) "), id="catalogue with another form"),
        pytest.param(higher(rb"/DocMDP (\d+) ", by=-1), id="another value certifies"),
        pytest.param(higher(rb"\n/P (\d+) 0 R", by=-1), id="field on another page"),
        pytest.param(higher(rb"\n/V (\d+) 0 R", by=-1), id="field with another value"),
        pytest.param(swap(b"/P 1\n", b"/P 2\n", last=True), id="changes permitted"),
        pytest.param(swap(b"/FT /Sig", b"/FT /Btn"), id="no signature field"),
        pytest.param(swap(b"ETSI.CAdES.detached", b"ETSI.RFC3161.stampx"), id="another form of signature"),
        pytest.param(higher(rb"/ByteRange \[0 (\d+) "), id="gap begins elsewhere"),
        pytest.param(higher(rb"/ByteRange \[0 \d+ (\d+) "), id="gap ends elsewhere"),
        pytest.param(higher(rb"/ByteRange \[0 \d+ \d+ (\d+)\]"), id="not to the end"),
        pytest.param(higher(rb"(\d{10}) 00000 n"), id="place of an object"),
        pytest.param(higher(rb"/Size (\d+)"), id="size"),
        pytest.param(higher(rb"/Root (\d+)", by=-1), id="another catalogue"),
        pytest.param(higher(rb"/Info (\d+)", by=-1), id="another information"),
        pytest.param(higher(rb"/Prev (\d+)"), id="another table before"),
        pytest.param(higher(rb"startxref\n(\d+)"), id="table elsewhere"),
        pytest.param(lambda pdf: re.sub(rb"/ID \[ <....", b"/ID [ <0000", pdf), id="identifier"),
        pytest.param(lambda pdf: pdf + b"\n", id="a byte behind the end"),
        pytest.param(swap(b"\nendobj\n", b"\nendobj \n", last=True), id="one object less"),
        pytest.param(swap(b"/SigFlags 3\n", b"/SigFlags 3\n/XFA 1 0 R\n"), id="more in the form"),
        pytest.param(swap(b"/M (", b"/Reason (obj) /M ("), id="more in the value"),
    ],
)
def test_update_that_does_more_than_seal_is_not_plain(change: Callable[[bytes], bytes]) -> None:
    changed = change(sealed_file())
    assert changed != sealed_file()
    assert read_plain_pdf(changed) is None


def with_update(drawn: bytes, sealed: bytes) -> bytes:
    """Return another drawn file with the update of a sealed one, its places moved along."""
    start = len(drawn_file())
    moved = len(drawn) - start
    update = re.sub(rb"(\d{10}) 00000 n", lambda found: b"%010d 00000 n" % (int(found[1]) + moved), sealed[start:])
    update = re.sub(rb"startxref\n(\d+)", lambda found: b"startxref\n%d" % (int(found[1]) + moved), update)
    before = drawn.rpartition(b"startxref\n")[2].partition(b"\n")[0]
    update = re.sub(rb"/Prev (\d+)", b"/Prev %b" % before, update)
    identifier = re.search(rb"/ID \[<(\w+)>", drawn)
    assert identifier is not None
    update = re.sub(rb"/ID \[ <\w+>", b"/ID [ <%b>" % identifier[1].lower(), update)

    def gap(found: re.Match[bytes]) -> bytes:
        first, second, rest = (int(number) for number in found.groups())
        return b"/ByteRange [0 %d %d %d]" % (first + moved, second + moved, rest)

    return drawn + re.sub(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", gap, update)


def test_update_moves_with_the_drawn_file() -> None:
    written = Objects.of(drawn_file()).written()
    assert read_plain_pdf(with_update(written, sealed_file())) is not None


def test_update_that_puts_its_form_over_a_drawn_object_is_not_plain() -> None:
    def with_more(objects: Objects, until: int) -> None:
        while len(objects.texts) < until:
            objects.add(b"[]")

    form = re.search(rb"/AcroForm (\d+) 0 R", sealed_file())
    assert form is not None
    for last, is_plain in ((int(form[1]) - 1, True), (int(form[1]), False)):
        drawn = rewritten(drawn_file(), lambda objects, last=last: with_more(objects, last))  # type: ignore[misc]  # bound
        assert (read_plain_pdf(with_update(drawn, sealed_file())) is not None) == is_plain


@pytest.mark.parametrize("kind", [PAGE, CATALOGUE])
def test_update_over_a_stream_is_not_plain(kind: bytes) -> None:
    def change(objects: Objects) -> None:
        objects.streams[objects.number(kind)] = b"data"

    assert read_plain_pdf(with_update(rewritten(drawn_file(), change), sealed_file())) is None


@pytest.mark.parametrize("kind", [PAGE, CATALOGUE])
def test_update_of_what_is_no_dictionary_is_not_plain(kind: bytes) -> None:
    def change(objects: Objects) -> None:
        at = objects.number(kind) - 1
        objects.texts[at] = b"[ " + objects.texts[at][3:]

    assert read_plain_pdf(with_update(rewritten(drawn_file(), change), sealed_file())) is None


def test_every_byte_outside_of_streams_counts() -> None:
    """A byte in the middle of each thirtieth of the file is made another; identifiers and widths may be anything."""
    pdf = sealed_file()
    places = [at for start, end in outside_streams(pdf) for at in range(start, end, max(1, (end - start) // 30))]
    kept = [at for at in places if read_plain_pdf(pdf[:at] + b"\x07" + pdf[at + 1 :]) is not None]
    assert len(places) > 200
    assert kept == []
