"""Crockford's base32: what is printed, and what people type of it."""

import pytest

from keys.crockford import ALPHABET, in_groups, symbols_of, typed_symbols


def test_the_alphabet_has_32_symbols_and_none_that_is_read_as_another() -> None:
    assert len(set(ALPHABET)) == 32
    assert set("ILOU").isdisjoint(ALPHABET)


def test_a_number_is_written_with_its_lowest_bits_first_and_in_as_many_symbols_as_asked() -> None:
    assert symbols_of(0, 3) == "000"
    assert symbols_of(31, 2) == "Z0"
    assert symbols_of(1 << 5 | 10, 2) == "A1"
    assert symbols_of(1 << 10, 2) == "00"


def test_symbols_are_printed_in_groups_and_the_last_one_may_be_shorter() -> None:
    assert in_groups("ABCDEFGHJK", size=5) == "ABCDE-FGHJK"
    assert in_groups("ABCDEFG", size=4) == "ABCD-EFG"
    assert in_groups("", size=4) == ""


@pytest.mark.parametrize(
    "typed",
    ["abcd-efgh", " ABCD EFGH\n", "ABCD\u2013EFGH", "\uff21\uff22\uff23\uff24\uff25\uff26\uff27\uff28", "A.B_C·DEFGH"],
)
def test_case_spaces_hyphens_and_width_do_not_matter(typed: str) -> None:
    assert typed_symbols(typed) == "ABCDEFGH"


def test_what_looks_alike_is_meant_alike() -> None:
    assert typed_symbols("oOiIlL") == "001111"


@pytest.mark.parametrize("strange", ["U", "?", "가", "\x00"])
def test_a_character_of_no_code_stays_for_the_caller_to_refuse(strange: str) -> None:
    assert typed_symbols(f"A{strange}B") == f"A{strange}B"
