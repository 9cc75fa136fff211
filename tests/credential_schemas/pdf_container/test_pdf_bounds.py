"""Files that would cost a parser too much are refused by their bytes."""

import random
import zlib

import pytest

from credential_schemas import pdf_bounds
from credential_schemas.pdf_bounds import (
    MAX_CROSS_REFERENCE_BYTES,
    MAX_PDF_BYTES,
    MAX_STREAM_BYTES,
    MAX_SYNTAX_BYTES,
    find_excess,
)
from credential_schemas.pdf_container import inspect_container
from tests.credential_schemas.pdf_container.drawing import Attachment, pdf_with


def stream(data: bytes, *, kind: bytes = b"/Stream") -> bytes:
    return b"1 0 obj\n<< /Type " + kind + b" >>\nstream\n" + data + b"\nendstream\nendobj\n"


def bomb(size: int) -> bytes:
    return zlib.compress(bytes(size), 9)


def detail_of(pdf: bytes) -> str:
    excess = find_excess(pdf)
    assert excess is not None
    return excess.detail


def test_a_certificate_is_within_all_limits() -> None:
    assert find_excess(pdf_with(Attachment())) is None


def test_a_file_larger_than_permitted_is_refused() -> None:
    assert "10485760 bytes, found 10485761" in detail_of(bytes(MAX_PDF_BYTES + 1))


def test_more_objects_than_permitted_are_refused() -> None:
    assert "20000 objects" in detail_of(b"%PDF-1.7\n" + b"1 0 obj\nendobj\n" * 20_001)


def test_a_stream_just_small_enough_is_permitted() -> None:
    assert find_excess(stream(bomb(MAX_STREAM_BYTES))) is None


def test_a_bomb_is_refused() -> None:
    assert f"stream of at most {MAX_STREAM_BYTES}" in detail_of(stream(bomb(MAX_STREAM_BYTES + 1)))


def test_a_bomb_behind_a_false_end_is_refused() -> None:
    compressor = zlib.compressobj(0)
    stored = compressor.compress(b"endstream") + compressor.flush(zlib.Z_FULL_FLUSH)
    rest = zlib.compress(bytes(MAX_STREAM_BYTES + 1), 9)[2:]
    assert "stream of at most" in detail_of(stream(stored + rest))


def test_many_streams_that_are_too_large_together_are_refused() -> None:
    assert "together" in detail_of(stream(bomb(MAX_STREAM_BYTES)) * 5)


def test_a_cross_reference_stream_is_held_to_the_number_of_objects() -> None:
    data = bomb(MAX_CROSS_REFERENCE_BYTES + 1)
    assert f"stream of at most {MAX_CROSS_REFERENCE_BYTES}" in detail_of(stream(data, kind=b"/XRef"))


def test_an_object_stream_is_held_to_what_a_parser_may_read() -> None:
    data = bomb(MAX_SYNTAX_BYTES + 1)
    assert f"stream of at most {MAX_SYNTAX_BYTES}" in detail_of(stream(data, kind=b"/ObjStm"))


def test_object_streams_count_together() -> None:
    data = bomb(MAX_SYNTAX_BYTES // 2)
    assert "outside of streams" in detail_of(stream(data, kind=b"/ObjStm") * 3)


def test_syntax_outside_of_streams_is_counted() -> None:
    assert "outside of streams" in detail_of(b"1 0 obj\n[" + b"0 " * (MAX_SYNTAX_BYTES // 2) + b"]\nendobj\n")


def test_objects_hidden_in_a_stream_count_as_syntax() -> None:
    hidden = b"2 0 obj\n[" + b"0 " * (MAX_SYNTAX_BYTES // 2) + b"]\nendobj\n"
    assert "outside of streams" in detail_of(stream(hidden))


def test_a_large_picture_is_no_syntax() -> None:
    assert find_excess(stream(random.Random(1).randbytes(6 * 1024 * 1024).replace(b"stream", b""))) is None


def test_a_truncated_stream_counts_as_far_as_it_goes() -> None:
    data = zlib.compress(random.Random(2).randbytes(300_000))
    assert find_excess(stream(data)[:200_000]) is None


@pytest.fixture(params=[1, 16])
def small(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a test can reach exactly, and pieces so small that a stream is read in many steps."""
    limits = {"PDF": 5000, "STREAM": 409, "ALL_STREAMS": 1000, "SYNTAX": 300, "CROSS_REFERENCE": 120}
    for name, value in limits.items():
        monkeypatch.setattr(pdf_bounds, f"MAX_{name}_BYTES", value)
    monkeypatch.setattr(pdf_bounds, "MAX_OBJECTS", 5)
    monkeypatch.setattr(pdf_bounds, "_PIECE", request.param)


def raw(size: int) -> bytes:
    """A stream's bytes as they are."""
    return b"\xff" * size


def packed(size: int) -> bytes:
    """Bytes that zlib inflates to as many, the last 40 one by one."""
    compressor = zlib.compressobj(9)
    head = compressor.compress(bytes(size - 40)) + compressor.flush(zlib.Z_FULL_FLUSH)
    return head + b"\x01\x28\x00\xd7\xff" + raw(40) + zlib.adler32(bytes(size - 40) + raw(40)).to_bytes(4)


def excess(pdf: bytes) -> str | None:
    found = find_excess(pdf)
    return found.detail if found is not None else None


def filled(pdf: bytes, *, syntax: int) -> bytes:
    """The file with white space up to a number of bytes outside of its streams' own bytes."""
    return pdf + b" " * (syntax - len(pdf))


NEWLINE = 1  # stands before `endstream` and counts with the stream


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("most", "more", "limit"),
    [
        (stream(raw(408)) * 2 + stream(raw(181)), stream(raw(408)) * 2 + stream(raw(182)), "together"),
        (b"1 0 obj\n" * 5, b"1 0 obj\n" * 6, "objects"),
        (b"stream " * 5, b"stream " * 6, "streams"),
        (b" " * 300, b" " * 301, "outside of streams"),
        (stream(raw(408)), stream(raw(409)), "stream of at most 409"),
        (stream(packed(409)), stream(packed(410)), "stream of at most 409"),
        (stream(packed(120), kind=b"/XRef"), stream(packed(121), kind=b"/XRef"), "stream of at most 120"),
    ],
    ids=["together", "objects", "streams", "syntax", "as they are", "inflated", "cross-references"],
)
def test_each_limit_may_be_reached_but_not_passed(most: bytes, more: bytes, limit: str) -> None:
    assert excess(most) is None
    assert limit in str(excess(more))


@pytest.mark.usefixtures("small")
def test_file_may_have_its_largest_size_and_no_byte_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_bounds, "MAX_PDF_BYTES", 300)
    assert excess(b" " * 300) is None
    assert "300 bytes, found 301" in str(excess(b" " * 301))
    assert inspect_container(b"%PDF-1.7" + b" " * 300).findings == ("too_large",)


@pytest.mark.usefixtures("small")
def test_bytes_of_a_plain_stream_are_no_syntax_and_all_others_are() -> None:
    frame = stream(b"")
    assert excess(filled(stream(raw(400)), syntax=400 + NEWLINE + 300)) is None
    assert "found 301" in str(excess(filled(stream(raw(400)), syntax=400 + NEWLINE + 301)))
    assert excess(filled(frame, syntax=300)) is None
    assert "found 301" in str(excess(filled(frame, syntax=301)))


@pytest.mark.usefixtures("small")
def test_bytes_of_a_stream_within_a_stream_are_taken_off_once() -> None:
    nested = stream(raw(100) + b" stream " + raw(100))
    assert excess(filled(nested, syntax=208 + NEWLINE + 300)) is None
    assert "found 301" in str(excess(filled(nested, syntax=208 + NEWLINE + 301)))


@pytest.mark.usefixtures("small")
def test_stream_that_holds_an_object_is_syntax_as_a_whole() -> None:
    hidden = stream(b"2 0 obj " + raw(100))
    assert excess(filled(hidden, syntax=300)) is None
    assert "found 301" in str(excess(filled(hidden, syntax=301)))


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("kind", [b"/ObjStm", b"/XRef"])
def test_what_is_inflated_for_a_parser_is_syntax_beside_what_stands_outside(kind: bytes) -> None:
    data = packed(100)
    pdf = stream(data, kind=kind)
    assert excess(filled(pdf, syntax=200 + len(data) + NEWLINE)) is None
    assert "found 301" in str(excess(filled(pdf, syntax=201 + len(data) + NEWLINE)))


@pytest.mark.usefixtures("small")
def test_dictionary_of_the_object_before_says_nothing_of_a_stream() -> None:
    assert excess(b"1 0 obj << /ObjStm >> endobj " + stream(packed(350))) is None
    assert excess(b"1 0 obj << /XRef >> endobj " + stream(packed(350))) is None


@pytest.mark.parametrize(
    "pdf",
    [
        b"%PDF-1.7\n" + b"stream\n" * 1_400_000,
        b"%PDF-1.7\n" + b"1 0 obj " * 1_200_000,
        b"%PDF-1.7\n" + b"0 " * 2_000_000,
        b"%PDF-1.7\n" + b"<<" * 1_000_000,
        b"%PDF-1.7\n" + b"[" * 1_000_000,
        b"%PDF-1.7\n" + stream(bomb(MAX_STREAM_BYTES)) * 300,
    ],
    ids=["streams", "objects", "numbers", "dictionaries", "arrays", "bombs"],
)
def test_a_million_of_anything_is_refused(pdf: bytes) -> None:
    """What grows with the square of a million would keep this test for hours."""
    assert set(inspect_container(pdf).findings) & {"damaged", "too_large"}
