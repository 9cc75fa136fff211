"""A certificate as our issuer draws it is read plainly, and said of it is what the general reader says."""

import random
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credential_schemas._pdf_container import plain as plain_reader
from credential_schemas._pdf_container.parsing import parse_container
from credential_schemas._pdf_container.plain import inspect_plain
from credential_schemas.pdf_container import CREDENTIAL, inspect_container
from keys.plain_pdf import read_plain_pdf
from tests.plain_files import PROOF, Objects, drawn_file, outside_streams, rewritten, sealed_file
from tests.strategies import spoiled

SPECIFICATION, EMBEDDED, ELEMENT = b"/Filespec", b"/EmbeddedFile /Sub", b"/StructElem"
PAGES, PAGE, CATALOGUE, INFORMATION = b"/Type /Pages", b"/Type /Page ", b"/Type /Catalog", b"/Producer"
DESCRIPTOR, GLYPHS, FONT, PICTURE = b"/FontDescriptor /FontName", b"/CIDFontType2", b"/Type0", b"/Image /Width"


@pytest.mark.parametrize(
    "pdf",
    [
        pytest.param(lambda: drawn_file(), id="drawn"),
        pytest.param(lambda: sealed_file(), id="sealed"),
        pytest.param(lambda: drawn_file("en", 1), id="english"),
        pytest.param(lambda: sealed_file("en", 60, codes=4), id="sealed, several pages and codes"),
        pytest.param(lambda: drawn_file(proof=True), id="with a proof"),
        pytest.param(lambda: sealed_file(proof=True), id="sealed, with a proof"),
    ],
)
def test_certificate_is_plain_and_found_to_be_what_the_parser_finds(pdf: Callable[[], bytes]) -> None:
    plainly = inspect_plain(pdf())
    assert plainly is not None
    assert plainly == parse_container(pdf())
    assert plainly == inspect_container(pdf())


def test_everything_is_taken_from_the_file() -> None:
    inspection = inspect_plain(sealed_file("en", 60, codes=4, proof=True))
    assert inspection is not None
    assert (inspection.findings, inspection.details, inspection.signed, inspection.wording) == ((), (), True, 1)
    assert (inspection.credential or "").startswith("eyJhbGciOiJFUzI1NiJ9.")
    assert inspection.tlog_proof == PROOF
    assert (inspection.pages or 0) > 1


def replaced(kind: bytes, old: bytes, new: bytes) -> Callable[[Objects], None]:
    return lambda objects: objects.replace(kind, old, new)


def attach(objects: Objects, name: bytes, *, listed: bool) -> None:
    """Attach one more file, in the way in which ours are attached."""
    data = objects.add(objects.texts[objects.number(EMBEDDED) - 1], zlib.compress(b"more"))
    text = objects.texts[objects.number(SPECIFICATION) - 1].replace(b"(credential.sdjwt)", b"(%b)" % name)
    embedded = b"%d 0 R" % objects.number(EMBEDDED)
    number = objects.add(text.replace(embedded, b"%d 0 R" % data))
    if listed:
        objects.replace(CATALOGUE, b" 0 R] /Names", b" 0 R %d 0 R] /Names" % number)
        objects.replace(CATALOGUE, b" 0 R] >> >>", b" 0 R (%b) %d 0 R] >> >>" % (name, number))


def twice_in_the_tree(objects: Objects) -> None:
    """Name two specifications of the one stream alike."""
    number = objects.add(objects.texts[objects.number(SPECIFICATION) - 1])
    objects.replace(CATALOGUE, b" 0 R] /Names", b" 0 R %d 0 R] /Names" % number)
    objects.replace(CATALOGUE, b" 0 R] >> >>", b" 0 R (credential.sdjwt) %d 0 R] >> >>" % number)


def page_twice(objects: Objects) -> None:
    page = b"%d 0 R" % objects.number(PAGE)
    objects.replace(PAGES, b"[%b]" % page, b"[%b %b]" % (page, page))
    objects.replace(PAGES, b"/Count 1", b"/Count 2")


def tree_twice(objects: Objects) -> None:
    objects.add(objects.texts[objects.number(PAGES) - 1])


def stream_of(kind: bytes, change: Callable[[bytes], bytes]) -> Callable[[Objects], None]:
    def apply(objects: Objects) -> None:
        number = objects.number(kind)
        objects.streams[number] = change(objects.streams[number])

    return apply


def another_root(objects: Objects) -> None:
    objects.root = objects.number(PAGES)


def another_information(objects: Objects) -> None:
    objects.information = objects.number(ELEMENT)


def two_files_of_one_name(objects: Objects) -> None:
    """Let the two names of the attached file lead to two streams that are both there."""
    embedded, other = objects.number(EMBEDDED), objects.number(PICTURE)
    objects.replace(SPECIFICATION, b"/UF %d 0 R >>" % embedded, b"/UF %d 0 R >>" % other)


def the_other_file_of_one_name(objects: Objects) -> None:
    embedded, other = objects.number(EMBEDDED), objects.number(PICTURE)
    objects.replace(SPECIFICATION, b"/F %d 0 R /UF" % embedded, b"/F %d 0 R /UF" % other)


def more_of(kind: bytes) -> Callable[[Objects], object]:
    return lambda objects: objects.add(objects.texts[objects.number(kind) - 1])


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(replaced(CATALOGUE, b" /AF", b" /OpenAction << /S /JavaScript /JS (app) >> /AF"), id="script"),
        pytest.param(replaced(CATALOGUE, b" /AF", b" /AA << >> /AF"), id="action"),
        pytest.param(replaced(PAGE, b" /Tabs", b" /Annots [1 0 R] /Tabs"), id="annotation"),
        pytest.param(replaced(PAGE, b" /Tabs /S", b" /Tabs /S /AA << >>"), id="action of a page"),
        pytest.param(replaced(ELEMENT, b"/S /Document", b"/S /URI"), id="kind of an action"),
        pytest.param(replaced(ELEMENT, b"/S /Document", b"/S /Document /S /Launch"), id="a member twice"),
        pytest.param(replaced(ELEMENT, b"/S /Document", b"/#53 /Launch /S /Document"), id="name with an escape"),
        pytest.param(lambda objects: objects.add(b"<< /S /URI /URI (http://a.example) >>"), id="unreachable action"),
        pytest.param(lambda objects: objects.add(b"<< /Type /Annot /Subtype /FileAttachment >>"), id="attached note"),
        pytest.param(lambda objects: objects.add(b"<< /EF << /F 1 0 R >> >>"), id="file elsewhere"),
        pytest.param(lambda objects: objects.add(b"<< /Type /Stranger", b"data"), id="unknown stream"),
        pytest.param(lambda objects: attach(objects, b"more.txt", listed=True), id="one more file"),
        pytest.param(lambda objects: attach(objects, b"more.txt", listed=False), id="one more file, not listed"),
        pytest.param(lambda objects: attach(objects, b"credential.sdjwt", listed=True), id="two of one name"),
        pytest.param(twice_in_the_tree, id="one stream under one name twice"),
        pytest.param(more_of(EMBEDDED), id="an embedded file with the wrong form"),
        pytest.param(replaced(SPECIFICATION, b"/UF (credential.sdjwt)", b"/UF (credential.sdjwz)"), id="two names"),
        pytest.param(replaced(SPECIFICATION, b"/F (credential.sdjwt)", b"/F (credential.sdjwz)"), id="another name"),
        pytest.param(replaced(SPECIFICATION, b"/Source", b"/Data"), id="another relationship"),
        pytest.param(replaced(SPECIFICATION, b"/EF << /F ", b"/EF << /F 1 0 R /UF 1 0 R /F "), id="other files"),
        pytest.param(replaced(SPECIFICATION, b" 0 R /UF", b"0 0 R /UF"), id="two streams"),
        pytest.param(two_files_of_one_name, id="two streams, the second not ours"),
        pytest.param(the_other_file_of_one_name, id="two streams, the first not ours"),
        pytest.param(replaced(EMBEDDED, b"#2Fdc+sd-jwt", b"#2Fjwt"), id="another type"),
        pytest.param(replaced(CATALOGUE, b"/Names [(credential.sdjwt)", b"/Names [(credential.sdjwz)"), id="tree"),
        pytest.param(replaced(CATALOGUE, b"(credential.sdjwt)", b"(credential.tlog-proof)"), id="only a proof"),
        pytest.param(replaced(CATALOGUE, b"/AF [", b"/AF [1 0 R "), id="something else associated"),
        pytest.param(stream_of(EMBEDDED, lambda data: data[:-1]), id="compression cut"),
        pytest.param(stream_of(EMBEDDED, lambda data: data + b"x"), id="something behind the compression"),
        pytest.param(stream_of(EMBEDDED, lambda _: b"not compressed"), id="no compression"),
        pytest.param(stream_of(EMBEDDED, lambda _: zlib.compress("가".encode())), id="not ASCII"),
        pytest.param(
            stream_of(EMBEDDED, lambda _: zlib.compress(b"a" * (CREDENTIAL.max_bytes + 1))), id="credential too large"
        ),
        pytest.param(stream_of(PICTURE, lambda _: zlib.compress(bytes(17 * 1024 * 1024), 9)), id="bomb"),
        pytest.param(stream_of(PICTURE, lambda _: b"x" * 17_000), id="large, not compressed"),
        pytest.param(page_twice, id="page twice"),
        pytest.param(replaced(PAGES, b"/Count 1", b"/Count 2"), id="wrong count"),
        pytest.param(tree_twice, id="two trees"),
        pytest.param(replaced(PAGE, b"/Parent ", b"/Parent 1"), id="page of another tree"),
        pytest.param(replaced(PAGES, b"/Kids [", b"/Kids [1 0 R "), id="a page that is none"),
        pytest.param(replaced(CATALOGUE, b"/Pages ", b"/Pages 1"), id="another tree"),
        pytest.param(more_of(CATALOGUE), id="two catalogues"),
        pytest.param(more_of(INFORMATION), id="two informations"),
        pytest.param(another_root, id="a catalogue that is none"),
        pytest.param(another_information, id="an information that is none"),
        pytest.param(replaced(INFORMATION, b"/Creator <FEFF0063", b"/Creator <FEFF0043"), id="another tool"),
        pytest.param(replaced(INFORMATION, b"/Creator <FEFF0063", b"/Creator <FEFFD800"), id="a lone surrogate"),
    ],
)
def test_certificate_with_anything_else_is_left_to_the_parser(change: Callable[[Objects], object]) -> None:
    changed = rewritten(drawn_file(), change)
    assert read_plain_pdf(changed) is not None  # the form of the file is kept: it is the content that is refused
    assert inspect_plain(changed) is None


def pages(count: int) -> bytes:
    """Return a certificate with so many pages, which share one content."""

    def change(objects: Objects) -> None:
        page = objects.number(PAGE)
        numbers = [page, *(objects.add(objects.texts[page - 1]) for _ in range(count - 1))]
        objects.replace(PAGES, b"[%d 0 R]" % page, b"[%b]" % b" ".join(b"%d 0 R" % number for number in numbers))
        objects.replace(PAGES, b"/Count 1", b"/Count %d" % count)

    return rewritten(drawn_file(), change)


def test_certificate_may_have_fifty_pages_and_no_more() -> None:
    assert inspect_plain(pages(50)) == parse_container(pages(50))
    assert inspect_plain(pages(50)) is not None
    assert inspect_plain(pages(51)) is None


def test_stream_that_is_large_and_honest_is_read() -> None:
    data = random.Random(7).randbytes(17_000)  # its bound is above the limit for a stream, what it holds is not
    pdf = rewritten(drawn_file(), stream_of(PICTURE, lambda _: zlib.compress(data)))
    assert inspect_plain(pdf) == parse_container(pdf)
    assert inspect_plain(pdf) is not None


def test_credential_of_the_size_that_is_permitted_is_read() -> None:
    pdf = rewritten(drawn_file(), stream_of(EMBEDDED, lambda _: zlib.compress(b"a" * CREDENTIAL.max_bytes)))
    assert inspect_plain(pdf) == parse_container(pdf)
    assert inspect_plain(pdf) is not None


def test_streams_that_are_too_large_together_are_left_to_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_reader, "MAX_ALL_STREAMS_BYTES", 1000)
    monkeypatch.setattr(plain_reader, "MAX_STREAM_BYTES", 10**6)

    def compressed(objects: Objects) -> None:
        objects.texts[objects.number(b"/XML") - 1] = b"<< /Filter /FlateDecode "
        objects.streams = {number: zlib.compress(b"") for number in objects.streams}
        objects.streams[objects.number(EMBEDDED)] = zlib.compress(b"a" * 950)

    assert inspect_plain(rewritten(drawn_file(), compressed)) is not None
    monkeypatch.setattr(plain_reader, "MAX_ALL_STREAMS_BYTES", 949)
    assert inspect_plain(rewritten(drawn_file(), compressed)) is None


def agree(pdf: bytes) -> bool:
    """Return whether the plain reader answered; if so, the parser must say the same."""
    plainly = inspect_plain(pdf)
    if plainly is not None:
        assert plainly == parse_container(pdf)
    return plainly is not None


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_spoilt_file_is_said_to_be_what_the_parser_says(data: st.DataObject) -> None:
    agree(data.draw(spoiled(drawn_file("en", 1))))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_spoilt_object_in_a_file_of_the_plain_form_is_said_to_be_what_the_parser_says(data: st.DataObject) -> None:
    def change(objects: Objects) -> None:
        at = data.draw(st.integers(0, len(objects.texts) - 1))
        objects.texts[at] = data.draw(spoiled(objects.texts[at]))

    agree(rewritten(drawn_file("en", 1), change))


def test_objects_that_are_exchanged_are_said_to_be_what_the_parser_says() -> None:
    """Every tenth pair of neighbours, and every object beside the catalogue, changes places."""
    objects = Objects.of(drawn_file("en", 1))
    size = len(objects.texts)
    pairs = [(at, at + 1) for at in range(0, size - 1, 10)] + [(at, size - 1) for at in range(0, size - 1, 10)]
    answers = []
    for first, second in pairs:
        exchanged = Objects.of(drawn_file("en", 1))
        texts, streams = exchanged.texts, exchanged.streams
        texts[first], texts[second] = texts[second], texts[first]
        one, other = streams.pop(first + 1, None), streams.pop(second + 1, None)
        streams |= {number: data for number, data in ((second + 1, one), (first + 1, other)) if data is not None}
        answers.append(agree(exchanged.written()))
    assert not all(answers)


def test_every_thirtieth_of_the_file_with_a_digit_changed_is_said_to_be_what_the_parser_says() -> None:
    pdf = sealed_file("en", 1)
    places = [at for start, end in outside_streams(pdf) for at in range(start, end, max(1, (end - start) // 12))]
    answers = [agree(pdf[:at] + (b"7" if pdf[at] != ord("7") else b"8") + pdf[at + 1 :]) for at in places]
    assert len(answers) > 100
    assert not all(answers)
