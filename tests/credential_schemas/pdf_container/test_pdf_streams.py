"""Attachments as they are stored: one whole compressed stream, of exactly the size that is permitted, and no more."""

import zlib
from collections.abc import Callable

import pytest
from pypdf import Configuration
from pypdf.generic import ArrayObject, DictionaryObject

from credential_schemas._pdf_container.parsing import MAX_NAME_TREE_NODES
from credential_schemas.pdf_container import MAX_TLOG_PROOF_BYTES, TLOG_PROOF, inspect_container
from tests.credential_schemas.pdf_container.drawing import (
    CREDENTIAL_TEXT,
    Attachment,
    Drawing,
    dictionary,
    draw,
    name,
    pdf_with,
)


def stored_as(change: Callable[[bytes], bytes]) -> tuple[tuple[str, ...], str | None]:
    """Findings and credential of a certificate whose attachment has other compressed bytes."""
    drawing = Drawing().attach(Attachment())
    stream = drawing.tree[1].get_object()["/EF"]["/F"].get_object()
    stream._data = change(stream._data)
    inspection = inspect_container(drawing.bytes())
    return inspection.findings, inspection.credential


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda data: data[:-1], id="checksum cut"),
        pytest.param(lambda data: data[:-6], id="cut"),
        pytest.param(lambda data: data[:-1] + b"\x00", id="checksum changed"),
        pytest.param(lambda data: data + b"more", id="text behind it"),
        pytest.param(lambda data: data + b" ", id="a space behind it"),
        pytest.param(lambda data: data + zlib.compress(b"more"), id="two streams"),
        pytest.param(lambda _: b"", id="nothing"),
        pytest.param(lambda _: CREDENTIAL_TEXT.encode(), id="not compressed"),
    ],
)
def test_attachment_that_is_not_one_whole_stream_is_damaged_and_not_mended(change: Callable[[bytes], bytes]) -> None:
    assert stored_as(change) == (("damaged",), None)


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_line_end_before_the_end_of_a_stream_is_none_of_its_bytes(end: bytes) -> None:
    assert stored_as(lambda data: data + end) == ((), CREDENTIAL_TEXT)


@pytest.mark.parametrize("compressed", [True, False])
def test_proof_may_have_its_largest_size_and_no_byte_more(compressed: bool) -> None:
    def inspected(size: int) -> tuple[tuple[str, ...], int | None]:
        proof = Attachment(TLOG_PROOF.name, b"x" * size, "text/plain", "Supplement", compressed=compressed)
        inspection = inspect_container(pdf_with(Attachment(), proof))
        return inspection.findings, None if inspection.tlog_proof is None else len(inspection.tlog_proof)

    assert inspected(MAX_TLOG_PROOF_BYTES) == ((), MAX_TLOG_PROOF_BYTES)
    assert inspected(MAX_TLOG_PROOF_BYTES + 1) == (("too_large",), None)


def test_credential_that_is_not_ascii_is_not_given() -> None:
    inspection = inspect_container(pdf_with(Attachment(content="자격".encode())))
    assert (inspection.findings, inspection.credential) == (("damaged",), None)


@pytest.mark.parametrize(("nodes", "findings"), [(MAX_NAME_TREE_NODES, ()), (MAX_NAME_TREE_NODES + 1, ("too_large",))])
def test_name_tree_may_have_so_many_nodes_and_no_more(nodes: int, findings: tuple[str, ...]) -> None:
    drawing = Drawing().attach(Attachment())
    leaf = drawing.add(DictionaryObject({name("Names"): drawing.tree}))
    kids = ArrayObject([leaf, *(drawing.add(DictionaryObject()) for _ in range(nodes - 2))])
    drawing.catalogue[name("Names")] = dictionary(EmbeddedFiles=dictionary(Kids=kids))
    drawing.catalogue[name("AF")] = drawing.associated
    drawing.tree = ArrayObject()
    assert inspect_container(drawing.bytes()).findings[:1] == findings


def test_place_of_a_signature_is_seen_wherever_it_is_written() -> None:
    pdf = draw()
    assert (inspect_container(pdf).signed, inspect_container(pdf).findings) == (False, ("attachment_missing",))
    behind = inspect_container(pdf + b"% /ByteRange")
    assert (behind.signed, behind.findings) == (True, ("attachment_missing_signed",))


@pytest.mark.parametrize("value", [ArrayObject(), DictionaryObject()])
def test_other_things_under_the_name_of_an_action_are_none(value: ArrayObject | DictionaryObject) -> None:
    drawing = Drawing().attach(Attachment())
    drawing.add(dictionary(S=value, Type=value))
    assert inspect_container(drawing.bytes()).findings == ()


@pytest.mark.parametrize(
    ("creator", "wording"),
    [("competency-bank (wording 7)", 7), ("competency-bank (wording 7) x", None), ("another tool", None)],
)
def test_version_of_the_wording_is_read_from_the_name_of_the_tool(creator: str, wording: int | None) -> None:
    drawing = Drawing().attach(Attachment())
    drawing.writer.add_metadata({"/Creator": creator})
    assert inspect_container(drawing.bytes()).wording == wording


@pytest.mark.parametrize("info", [b"", b"/Info 7", b"/Info [1]", b"/Info << /Creator 7 >>"])
def test_file_that_names_no_tool_names_no_version(info: bytes) -> None:
    pdf = with_object_stream(b"<< >>").replace(b"/Root 1 0 R", b"/Root 1 0 R " + info)
    inspection = inspect_container(pdf)
    assert (inspection.wording, inspection.findings) == (None, ("attachment_missing", "damaged"))  # it has no pages


def test_certificate_may_have_fifty_pages() -> None:
    assert inspect_container(Drawing(pages=50).attach(Attachment()).bytes()).findings == ()


def test_file_beyond_a_limit_is_not_parsed_and_says_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("credential_schemas.pdf_bounds.MAX_PDF_BYTES", 300)
    inspection = inspect_container(pdf_with(Attachment()))
    assert (inspection.findings, inspection.credential, inspection.pages) == (("too_large",), None, None)
    assert len(inspection.details) == 1


def test_limits_that_the_parser_is_given_hold_while_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    few = Configuration(array_maximum_element_count=1)
    monkeypatch.setattr("credential_schemas._pdf_container.parsing._CONFIGURATION", few)
    assert "too_large" in inspect_container(pdf_with(Attachment())).findings


def with_object_stream(hidden: bytes) -> bytes:
    """A file whose object 4 stands in an object stream, where only the cross-reference stream says so."""
    parts = [
        b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n",
        b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n",
    ]
    content = b"4 0 " + hidden
    head = b"3 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Length %d >>\nstream\n" % len(content)
    parts.append(head + content + b"\nendstream\nendobj\n")
    body, places = b"%PDF-1.7\n", []
    for part in parts:
        places.append(len(body))
        body += part
    rows = [(0, 0, 255), *((1, place, 0) for place in places), (2, 3, 0), (1, len(body), 0)]
    table = b"".join(bytes([kind]) + place.to_bytes(4) + bytes([last]) for kind, place, last in rows)
    body += b"5 0 obj\n<< /Type /XRef /Size 6 /W [1 4 1] /Root 1 0 R /Length %d >>\nstream\n" % len(table)
    return body + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(body.rpartition(b"5 0 obj")[0])


@pytest.mark.parametrize(
    ("hidden", "is_active"), [(b"<< /S /JavaScript /JS (app) >>", True), (b"<< /S /GoTo >>", False)]
)
def test_action_in_an_object_stream_is_seen(hidden: bytes, *, is_active: bool) -> None:
    findings = inspect_container(with_object_stream(hidden)).findings
    assert ("active_content" in findings) is is_active
    assert "attachment_missing" in findings
