"""The arithmetic of symbols, against two real encoders."""

from bisect import bisect_right

import pytest
import qrcode
import zxingcpp
from qrcode import constants
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, MODE_NUMBER, QRData

from credential_schemas.errors import QrPayloadTooLarge
from credential_schemas.qr.digits import digits_from_bytes
from credential_schemas.qr.framing import join_codes
from credential_schemas.qr.symbols import (
    SYMBOL_BYTES,
    CodeUse,
    Level,
    capacity_bits,
    choose_symbols,
    code_use,
    modules_of,
    needed_bits,
    needed_version,
    segments_of,
)

URL = "https://verify.example/v"
ADDRESS = "HTTPS://VERIFY.EXAMPLE/v"
LEVELS = {"L": constants.ERROR_CORRECT_L, "M": constants.ERROR_CORRECT_M}


def fullest_text(version: int, level: Level) -> str:
    room = capacity_bits(version, level)
    digits = bisect_right(range(8000), room, key=lambda count: needed_bits(f"{ADDRESS}#", count, version=version)) - 1
    return f"{ADDRESS}#{'7' * digits}"


@pytest.mark.parametrize("level", ["L", "M"])
@pytest.mark.parametrize("version", [4, 9, 10, 12, 20, 22, 26, 27])
def test_a_text_that_just_fits_needs_that_version_in_both_encoders(version: int, level: Level) -> None:
    fits = fullest_text(version, level)
    picture = zxingcpp.create_barcode(fits, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    code = qrcode.QRCode(error_correction=LEVELS[level])
    code.add_data(QRData("HTTPS://VERIFY.EXAMPLE/", mode=MODE_ALPHA_NUM))
    code.add_data(QRData("v#", mode=MODE_8BIT_BYTE))
    code.add_data(QRData(fits.partition("#")[2], mode=MODE_NUMBER))
    side = picture.to_image(scale=1, add_quiet_zones=False).shape[0]
    assert (needed_version(fits, level=level), side, code.best_fit()) == (version, modules_of(version), version)


@pytest.mark.parametrize("level", ["L", "M"])
@pytest.mark.parametrize("version", [4, 9, 20, 22, 26])
def test_one_digit_more_needs_the_next_version_in_zxing(version: int, level: Level) -> None:
    too_long = fullest_text(version, level) + "7"
    picture = zxingcpp.create_barcode(too_long, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    side = picture.to_image(scale=1, add_quiet_zones=False).shape[0]
    assert (needed_version(too_long, level=level), side) == (version + 1, modules_of(version + 1))


@pytest.mark.parametrize(
    ("size", "level", "codes"),
    [(700, "M", 1), (900, "L", 1), (1300, "M", 2), (1700, "L", 2), (2100, "M", 3), (2950, "M", 4), (3600, "L", 4)],
)
def test_level_m_comes_before_level_l_and_that_before_more_codes(size: int, level: Level, codes: int) -> None:
    payload = digits_from_bytes(b"\x01" * size)
    plan = choose_symbols(URL, payload)
    assert (plan.level, plan.codes, plan.version <= 22, join_codes(plan.texts)) == (level, codes, True, payload)


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        (
            "HTTPS://A.EXAMPLE/v#12",
            (("alphanumeric", "HTTPS://A.EXAMPLE/"), ("byte", "v#"), ("numeric", "12")),
        ),
        ("https://verify.example/v#12", (("byte", "https://verify.example/v#"), ("numeric", "12"))),
        ("HTTP://#12", (("byte", "HTTP://#"), ("numeric", "12"))),
        ("12", (("byte", ""), ("numeric", "12"))),
    ],
)
def test_a_text_is_divided_into_the_segments_that_are_counted(text: str, segments: tuple[tuple[str, str], ...]) -> None:
    assert segments_of(text) == segments


def test_the_side_of_a_plan_is_that_of_its_version() -> None:
    plan = choose_symbols(URL, digits_from_bytes(b"\x01" * 100))
    assert plan.modules == 17 + 4 * plan.version


def test_what_four_codes_cannot_hold_is_refused_with_the_side_that_could() -> None:
    with pytest.raises(QrPayloadTooLarge) as caught:
        choose_symbols(URL, digits_from_bytes(b"\x01" * 4500))
    assert caught.value.needed_modules == modules_of(24)


def test_what_no_symbol_holds_is_refused_without_a_side() -> None:
    with pytest.raises(QrPayloadTooLarge) as caught:
        choose_symbols(URL, digits_from_bytes(b"\x01" * 20_000))
    assert caught.value.needed_modules is None


def test_the_use_of_codes_says_what_one_would_need_and_how_many_there_are() -> None:
    digits = digits_from_bytes(bytes(400))
    bits = needed_bits(f"{ADDRESS}#", len(digits), version=22)
    assert code_use(URL, digits) == CodeUse(-(-bits // 8), SYMBOL_BYTES, 1)
    assert 400 < bits / 8 <= SYMBOL_BYTES == capacity_bits(22, "L") / 8
    small = code_use(URL, digits, max_version=10)
    assert (small.capacity_bytes, small.codes) == (274, 2)
    payload = digits_from_bytes(bytes(1700))
    several = code_use(URL, payload)
    assert several.codes == choose_symbols(URL, payload).codes > 1
    assert several.needed_bytes > SYMBOL_BYTES


def test_the_use_of_codes_that_do_not_suffice_is_refused() -> None:
    with pytest.raises(QrPayloadTooLarge):
        code_use(URL, digits_from_bytes(bytes(8000)))


def test_bits_of_an_address_without_capitals_are_those_of_its_bytes_alone() -> None:
    assert needed_bits("x#", 0, version=1) == (4 + 8 + 2 * 8) + (4 + 10)


@pytest.mark.parametrize(("version", "byte", "numeric"), [(9, 8, 10), (10, 16, 12), (26, 16, 12), (27, 16, 14)])
def test_the_length_of_a_segment_takes_the_bits_of_its_versions_class(version: int, byte: int, numeric: int) -> None:
    assert needed_bits("x#", 3, version=version) == (4 + byte + 2 * 8) + (4 + numeric + 10)


def test_the_largest_symbol_is_taken_and_none_beyond_it() -> None:
    fits = fullest_text(40, "L")
    assert (needed_version(fits, level="L"), needed_version(fits + "7", level="L")) == (40, None)


def test_smallest_version_is_taken_where_it_is_enough() -> None:
    assert [needed_version("a#" + "1" * digits, level="L") for digits in (1, 33, 34)] == [1, 1, 2]
