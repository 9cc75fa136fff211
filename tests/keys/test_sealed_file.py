"""A sealed file opens with its passphrase and with nothing else, at the price it names."""

import secrets
import unicodedata

import pytest

from keys.errors import SealedFileError
from keys.limits import ARGON2_MEMORY_KIB, ARGON2_PASSES
from keys.sealed_file import SealPrice, open_file, seal_file

CHEAP = SealPrice(8, 1)
PASSPHRASE = "열쇠 말 하나 둘 셋"
KEPT = bytes.fromhex(
    "01000000080101000102030405060708090a0b0c0d0e0f000102030405060708090a0b00fae4e2cb3a060df5"
    "ec243bf39cb6bf47bd7e217bf2df"
)


def sealed(content: bytes = b"content", passphrase: str = PASSPHRASE) -> bytes:
    return seal_file(content, passphrase=passphrase, random_bytes=secrets.token_bytes, price=CHEAP)


@pytest.mark.parametrize("content", [b"", b"content", bytes(100_000)])
def test_the_passphrase_brings_the_content_back(content: bytes) -> None:
    assert open_file(sealed(content), passphrase=PASSPHRASE, cheapest=CHEAP) == content


def test_a_file_of_long_ago_opens_also_when_its_passphrase_is_typed_in_parts() -> None:
    assert open_file(KEPT, passphrase=PASSPHRASE, cheapest=CHEAP) == b"content"
    assert open_file(KEPT, passphrase=unicodedata.normalize("NFD", PASSPHRASE), cheapest=CHEAP) == b"content"


def test_nothing_can_be_seen_and_no_two_are_alike() -> None:
    assert b"content" not in sealed()
    assert sealed()[7:] != sealed()[7:]


def test_another_passphrase_does_not_open_it() -> None:
    with pytest.raises(SealedFileError, match="does not open") as refused:
        open_file(sealed(), passphrase=PASSPHRASE + ".", cheapest=CHEAP)
    assert refused.value.kind == "passphrase"


@pytest.mark.parametrize("place", [7, 23, 35, -1])
def test_a_changed_byte_is_noticed(place: int) -> None:
    changed = bytearray(sealed())
    changed[place] ^= 1
    with pytest.raises(SealedFileError, match="was changed"):
        open_file(bytes(changed), passphrase=PASSPHRASE, cheapest=CHEAP)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\x02" + (8).to_bytes(4, "big") + b"\x01\x01",
        b"\x01" + (8).to_bytes(4, "big") + b"\x01\x02",
        b"\x01" + (7).to_bytes(4, "big") + b"\x01\x01",
        b"\x01" + (2**20 + 1).to_bytes(4, "big") + b"\x01\x01",
        b"\x01" + (8).to_bytes(4, "big") + b"\x00\x01",
        b"\x01" + (8).to_bytes(4, "big") + b"\x11\x01",
    ],
)
def test_another_format_or_price_is_refused_before_anything_is_paid(head: bytes) -> None:
    with pytest.raises(SealedFileError) as refused:
        open_file(head + bytes(44) if head else head, passphrase=PASSPHRASE, cheapest=CHEAP)
    assert refused.value.kind == "format"


@pytest.mark.parametrize("price", [SealPrice(9, 1), SealPrice(8, 2)])
def test_the_highest_price_is_still_paid(price: SealPrice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keys.sealed_file.MAX_ARGON2_MEMORY_KIB", 9)
    monkeypatch.setattr("keys.sealed_file.MAX_ARGON2_PASSES", 2)
    dear = seal_file(b"content", passphrase=PASSPHRASE, random_bytes=secrets.token_bytes, price=price)
    assert open_file(dear, passphrase=PASSPHRASE, cheapest=CHEAP) == b"content"


@pytest.mark.parametrize("passphrase", ["12345678", "typed in another code: \udced\udc95"], ids=["shortest", "bytes"])
def test_a_passphrase_may_have_eight_characters_and_bytes_that_are_none(passphrase: str) -> None:
    assert open_file(sealed(passphrase=passphrase), passphrase=passphrase, cheapest=CHEAP) == b"content"


def test_a_cheap_file_is_refused_where_nobody_says_otherwise() -> None:
    with pytest.raises(SealedFileError, match="usual price"):
        open_file(sealed(), passphrase=PASSPHRASE)


def test_a_short_passphrase_seals_nothing() -> None:
    with pytest.raises(SealedFileError, match="at least 8") as refused:
        sealed(passphrase="1234567")
    assert refused.value.kind == "passphrase"


def test_the_usual_price_is_the_one_that_was_promised() -> None:
    whole = seal_file(b"", passphrase=PASSPHRASE, random_bytes=secrets.token_bytes)
    assert (SealPrice().memory_kib, SealPrice().passes) == (ARGON2_MEMORY_KIB, ARGON2_PASSES) == (64 * 1024, 3)
    assert whole[:7] == b"\x01" + (64 * 1024).to_bytes(4, "big") + b"\x03\x01"
