"""Properties of the container: what is attached is read back, and no bytes at all end in anything but findings."""

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf.generic import TextStringObject

from credential_schemas.errors import PdfContainerError
from credential_schemas.pdf_container import CREDENTIAL, inspect_container, read_container
from tests.credential_schemas.pdf_container.drawing import CREDENTIAL_TEXT, PROOF, Attachment, Drawing, pdf_with
from tests.strategies import spoiled


@cache
def certificate() -> bytes:
    return pdf_with(Attachment(), PROOF)


@settings(max_examples=25)
@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=200), st.booleans())
def test_attached_credential_is_read_back(credential: str, compressed: bool) -> None:
    pdf = pdf_with(Attachment(content=credential.encode(), compressed=compressed))
    assert read_container(pdf).credential == credential


def stored(change: Callable[[bytes], bytes]) -> bytes:
    """Return a certificate whose attachment is stored in other bytes."""
    drawing = Drawing()
    specification = drawing.specification(Attachment())
    stream = specification["/EF"]["/F"].get_object()  # type: ignore[index] # a dictionary
    stream._data = change(stream._data)
    reference = drawing.add(specification)
    drawing.tree.extend([TextStringObject(CREDENTIAL.name), reference])
    drawing.associated.append(reference)
    return drawing.bytes()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda data: data[:-1], id="checksum cut"),
        pytest.param(lambda data: data[: len(data) // 2], id="half of it"),
        pytest.param(lambda data: data[:20] + bytes((data[20] ^ 0xFF,)) + data[21:], id="one byte changed"),
        pytest.param(lambda data: data + b"more", id="something behind it"),
        pytest.param(lambda data: data + data, id="twice"),
        pytest.param(lambda data: b"", id="nothing"),
    ],
)
def test_attachment_whose_compression_is_not_one_whole_stream_is_damaged(change: Callable[[bytes], bytes]) -> None:
    inspection = inspect_container(stored(change))
    assert (inspection.findings[0], inspection.credential) == ("damaged", None)


def test_line_end_behind_the_compressed_attachment_is_no_damage() -> None:
    assert read_container(stored(lambda data: data + b"\r\n")).credential == CREDENTIAL_TEXT


@settings(max_examples=60)
@given(st.data())
def test_spoiled_file_is_refused_or_still_carries_the_one_credential(data: st.DataObject) -> None:
    pdf = data.draw(spoiled(certificate()))
    inspection = inspect_container(pdf)
    assert inspection.credential in (None, CREDENTIAL_TEXT)
    try:
        container = read_container(pdf)
    except PdfContainerError as error:
        kind = error.kind
    else:
        assert container.credential == CREDENTIAL_TEXT
        return
    assert kind in inspection.findings


@settings(max_examples=50)
@given(st.binary(max_size=300))
def test_bytes_behind_the_header_of_a_pdf_are_findings(data: bytes) -> None:
    inspection = inspect_container(b"%PDF-1.7\n" + data)
    assert inspection.findings
    assert inspection.credential is None
