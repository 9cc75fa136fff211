"""Confirmation codes: typed by people, checked before they are looked up, and the only key to the stored copy."""

import hmac
import random
import re
from collections.abc import Callable
from functools import partial

import pytest

from keys.confirmation_code import (
    code_locator,
    decoy,
    generate_code,
    normalise_code,
    open_under_code,
    seal_under_code,
)
from keys.crockford import ALPHABET
from keys.errors import ConfirmationCodeError

Change = Callable[[str], str]
PEPPER = bytes(range(32))
CODE = generate_code(lambda count: bytes(range(7, 7 + count)))
SAMPLES = [generate_code(random.Random(seed).randbytes) for seed in range(20)]
NUMBER = b"certificate 1"


def accepted(symbols: str) -> bool:
    try:
        normalise_code(symbols)
    except ConfirmationCodeError:
        return False
    return True


def test_a_new_code_is_four_groups_of_five_and_is_accepted() -> None:
    code = generate_code()
    assert re.fullmatch("(?:[0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}", code)
    assert normalise_code(code) == code


def test_every_random_bit_but_the_unused_one_changes_the_code() -> None:
    numbers = [0, *(1 << bit for bit in range(95))]
    assert len({generate_code(partial(int.to_bytes, number, byteorder="big")) for number in numbers}) == 96


@pytest.mark.parametrize("code", SAMPLES)
def test_every_single_wrong_character_is_noticed(code: str) -> None:
    symbols = code.replace("-", "")
    wrong = [
        symbols[:place] + other + symbols[place + 1 :]
        for place in range(20)
        for other in ALPHABET
        if other != symbols[place]
    ]
    assert len(wrong) == 20 * 31
    assert not any(accepted(text) for text in wrong)


@pytest.mark.parametrize("code", SAMPLES)
def test_every_swap_of_two_different_characters_is_noticed(code: str) -> None:
    symbols = code.replace("-", "")
    swapped = [
        symbols[:left] + symbols[right] + symbols[left + 1 : right] + symbols[left] + symbols[right + 1 :]
        for left in range(20)
        for right in range(left + 1, 20)
        if symbols[left] != symbols[right]
    ]
    assert len(swapped) > 150
    assert not any(accepted(text) for text in swapped)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda code: code.lower(), id="lower case"),
        pytest.param(lambda code: code.replace("-", ""), id="without hyphens"),
        pytest.param(lambda code: f"  {code.replace('-', ' ')}\n", id="spaces"),
        pytest.param(lambda code: code.replace("-", "–"), id="dashes"),
        pytest.param(lambda code: code.replace("0", "o").replace("1", "l"), id="look-alikes"),
        pytest.param(lambda code: code.replace("0", "O").replace("1", "I"), id="capital look-alikes"),
        pytest.param(lambda code: "".join(chr(ord(mark) + 0xFEE0) for mark in code), id="full width"),
    ],
)
def test_a_code_is_accepted_however_it_is_typed(change: Change) -> None:
    code = generate_code(lambda count: b"\x00\x08\x42" * (count // 3))
    assert {"0", "1"} < set(code)
    assert normalise_code(change(code)) == code


@pytest.mark.parametrize("text", ["", CODE[:-1], CODE + "0", "0" * 21])
def test_a_code_of_another_length_is_refused(text: str) -> None:
    with pytest.raises(ConfirmationCodeError, match="code of 20 characters, found"):
        normalise_code(text)


@pytest.mark.parametrize("mark", ["U", "!", "가", "٣"])
def test_a_character_that_no_code_has_is_refused(mark: str) -> None:
    with pytest.raises(ConfirmationCodeError, match="digits and letters without U, found another"):
        normalise_code(mark + CODE[1:])


def test_a_refusal_never_repeats_the_code() -> None:
    with pytest.raises(ConfirmationCodeError, match="does not fit the rest") as refusal:
        normalise_code("0" * 19 + "1")
    assert "000" not in str(refusal.value)


def test_the_locator_depends_on_code_and_pepper_only() -> None:
    assert code_locator(CODE, pepper=PEPPER) == code_locator(CODE.lower().replace("-", " "), pepper=PEPPER)
    others = {code_locator(SAMPLES[0], pepper=PEPPER), code_locator(CODE, pepper=PEPPER[::-1])}
    assert code_locator(CODE, pepper=PEPPER) not in others
    assert re.fullmatch("[0-9a-f]{64}", code_locator(CODE, pepper=PEPPER))


def test_a_locator_stays_what_it_was_when_the_records_were_stored() -> None:
    # Computed independently: HMAC-SHA256 over the label, a zero byte and the printed code.
    message = b"competency-bank/confirmation-code/locator/1\x00" + CODE.encode()
    assert code_locator(CODE, pepper=PEPPER) == hmac.digest(PEPPER, message, "sha256").hex()


def test_what_is_sealed_under_a_code_opens_with_the_code_as_typed() -> None:
    sealed = seal_under_code(b"copy", code=CODE, pepper=PEPPER, associated_data=NUMBER)
    assert open_under_code(sealed, code=CODE.lower(), pepper=PEPPER, associated_data=NUMBER) == b"copy"


def test_a_copy_that_was_sealed_long_ago_opens() -> None:
    sealed = bytes.fromhex(
        "01617a241053cbe39f212da9907fa083d57b92c9a043573a5788e46e28ef997fbc38031de8ebdeb79a564ef3fcc5d6e4f3"
    )
    assert open_under_code(sealed, code=CODE, pepper=PEPPER, associated_data=NUMBER) == b"copy"


def test_the_same_copy_is_never_sealed_to_the_same_bytes() -> None:
    first, second = (seal_under_code(b"copy", code=CODE, pepper=PEPPER, associated_data=b"") for _ in range(2))
    assert first != second
    assert b"copy" not in first


@pytest.mark.parametrize("wrong", ["code", "pepper", "associated data", "byte", "cut"])
def test_what_is_sealed_does_not_open_for_anything_else(wrong: str) -> None:
    sealed = seal_under_code(b"copy", code=CODE, pepper=PEPPER, associated_data=NUMBER)
    damaged = {"byte": sealed[:-1] + bytes([sealed[-1] ^ 1]), "cut": sealed[:-1]}
    with pytest.raises(ConfirmationCodeError, match="does not open this record"):
        open_under_code(
            damaged.get(wrong, sealed),
            code=SAMPLES[0] if wrong == "code" else CODE,
            pepper=PEPPER[::-1] if wrong == "pepper" else PEPPER,
            associated_data=b"another" if wrong == "associated data" else NUMBER,
        )


@pytest.mark.parametrize("sealed", [b"", b"\x02" + bytes(60)])
def test_data_of_another_format_is_refused(sealed: bytes) -> None:
    with pytest.raises(ConfirmationCodeError, match="found another format"):
        open_under_code(sealed, code=CODE, pepper=PEPPER, associated_data=b"")


def test_data_cut_before_the_ciphertext_is_refused() -> None:
    with pytest.raises(ConfirmationCodeError, match="too few bytes"):
        open_under_code(b"\x01" + bytes(27), code=CODE, pepper=PEPPER, associated_data=b"")


def test_a_decoy_looks_like_a_sealed_copy_and_opens_for_no_code() -> None:
    made = decoy(40)
    sealed = seal_under_code(bytes(24), code=CODE, pepper=PEPPER, associated_data=NUMBER)
    assert (len(made), made[:1]) == (len(sealed), sealed[:1])
    assert made != decoy(40)
    with pytest.raises(ConfirmationCodeError, match="does not open this record"):
        open_under_code(made, code=CODE, pepper=PEPPER, associated_data=NUMBER)


def test_a_short_pepper_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes, found 31"):
        code_locator(CODE, pepper=PEPPER[:31])
