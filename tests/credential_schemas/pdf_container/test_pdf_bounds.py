"""Files that would cost a parser too much are refused by their bytes."""

import random
import time
import zlib

import pytest

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
def test_hostile_files_are_answered_within_three_seconds(pdf: bytes) -> None:
    started = time.process_time()
    findings = inspect_container(pdf).findings
    assert set(findings) & {"damaged", "too_large"}
    assert time.process_time() - started < 3
