"""A long content under a passphrase: it comes back whole, or it is refused with the reason."""

import io
import os
import secrets

import pytest

from keys import sealed_stream
from keys.errors import SealedFileError
from keys.sealed_file import SealPrice, seal_file
from keys.sealed_stream import StreamSealer, open_stream

PASSPHRASE = "correct horse"
CHEAP = SealPrice(memory_kib=64, passes=1)
PIECE = 32


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed_stream, "PIECE_BYTES", PIECE)


def sealed(*contents: bytes, passphrase: str = PASSPHRASE) -> bytes:
    target = io.BytesIO()
    sealer = StreamSealer(target, passphrase=passphrase, random_bytes=os.urandom, price=CHEAP)
    for content in contents:
        sealer.write(content)
    sealer.finish()
    return target.getvalue()


def opened(content: bytes, passphrase: str = PASSPHRASE) -> list[bytes]:
    return list(open_stream(io.BytesIO(content), passphrase=passphrase, cheapest=CHEAP))


def head_of(stream: bytes) -> int:
    return len(stream) - 16


HEAD = head_of(sealed(b""))


@pytest.mark.parametrize("length", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 5 * PIECE + 7])
def test_a_content_of_any_length_comes_back_in_pieces(length: int) -> None:
    content = secrets.token_bytes(length)
    stream = sealed(content[:10], content[10:])
    pieces = opened(stream)
    assert b"".join(pieces) == content
    assert all(len(piece) <= PIECE for piece in pieces)
    assert len(stream) == HEAD + length + 16 * max(1, -(-length // PIECE))


def test_two_streams_of_one_content_share_nothing_but_their_name() -> None:
    first, second = sealed(b"the same"), sealed(b"the same")
    assert first[HEAD:] != second[HEAD:]
    assert first.startswith(b"competency-bank/sealed-stream/1\n")


@pytest.mark.parametrize("end", [HEAD, HEAD + 1, HEAD + PIECE + 16, HEAD + 2 * (PIECE + 16), -1])
def test_a_stream_whose_end_is_missing_is_refused(end: int) -> None:
    with pytest.raises(SealedFileError, match="its end is missing") as caught:
        opened(sealed(secrets.token_bytes(2 * PIECE + 5))[:end])
    assert caught.value.kind == "changed"


def test_nothing_of_a_piece_that_was_changed_is_given_out() -> None:
    stream = bytearray(sealed(secrets.token_bytes(3 * PIECE)))
    stream[HEAD + PIECE + 16] ^= 1
    pieces = open_stream(io.BytesIO(bytes(stream)), passphrase=PASSPHRASE, cheapest=CHEAP)
    next(pieces)
    with pytest.raises(SealedFileError, match="was changed"):
        next(pieces)


def test_pieces_that_were_moved_repeated_left_out_or_added_are_refused() -> None:
    stream = sealed(secrets.token_bytes(3 * PIECE + 5))
    head, body, size = stream[:HEAD], stream[HEAD:], PIECE + 16
    first, second, rest = body[:size], body[size : 2 * size], body[2 * size :]
    for changed in (second + first + rest, first + first + second + rest, second + rest, first + rest, body + first):
        with pytest.raises(SealedFileError) as caught:
            opened(head + changed)
        assert caught.value.kind == "changed"


def test_pieces_of_another_stream_or_under_another_head_are_refused() -> None:
    one, other = sealed(b"a" * PIECE), sealed(b"b" * PIECE)
    with pytest.raises(SealedFileError) as caught:
        opened(one[:HEAD] + other[HEAD:])
    assert caught.value.kind == "changed"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "format"),
        (b"%PDF-1.7", "format"),
        (sealed(b"x")[:40], "format"),
        (sealed(b"x")[: HEAD - 1], "passphrase"),
        (sealed(b"x").replace(b"stream/1", b"stream/2"), "format"),
    ],
)
def test_what_is_no_sealed_stream_is_refused(content: bytes, kind: str) -> None:
    with pytest.raises(SealedFileError) as caught:
        opened(content)
    assert caught.value.kind == kind


def test_a_sealed_file_that_holds_no_key_is_refused() -> None:
    wrapped = seal_file(b"short", passphrase=PASSPHRASE, random_bytes=secrets.token_bytes, price=CHEAP)
    content = b"competency-bank/sealed-stream/1\n" + len(wrapped).to_bytes(2, "big") + wrapped
    with pytest.raises(SealedFileError, match="found another sealed file") as caught:
        opened(content + bytes(16))
    assert caught.value.kind == "format"


def test_another_passphrase_opens_nothing() -> None:
    with pytest.raises(SealedFileError) as caught:
        opened(sealed(b"x"), "another one")
    assert caught.value.kind == "passphrase"


def test_a_passphrase_that_is_too_short_is_refused_before_anything_is_written() -> None:
    target = io.BytesIO()
    with pytest.raises(SealedFileError) as caught:
        StreamSealer(target, passphrase="short", random_bytes=secrets.token_bytes, price=CHEAP)
    assert (caught.value.kind, target.getvalue()) == ("passphrase", b"")


def test_a_stream_that_costs_too_little_to_open_is_not_believed() -> None:
    with pytest.raises(SealedFileError, match="usual price"):
        list(open_stream(io.BytesIO(sealed(b"x")), passphrase=PASSPHRASE))
