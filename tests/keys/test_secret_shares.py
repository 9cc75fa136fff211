"""Splitting a secret two of three, and every way in which shares do not give one back."""

from itertools import combinations

import pytest
from shamir_mnemonic import Share, generate_mnemonics

from keys.errors import SharesError
from keys.secret_shares import SHARE_WORDS, join_shares, split_secret

SECRET = bytes(range(32))


@pytest.fixture(scope="module")
def shares() -> list[str]:
    return split_secret(SECRET)


def refused(*shares: str) -> str:
    with pytest.raises(SharesError) as caught:
        join_shares(shares)
    return caught.value.kind


def test_any_two_of_three_shares_give_the_secret_back(shares: list[str]) -> None:
    assert [len(each.split()) for each in shares] == [SHARE_WORDS] * 3
    for pair in combinations(shares, 2):
        assert join_shares(pair) == join_shares(pair[::-1]) == SECRET


def test_a_share_may_be_typed_in_capitals_and_over_several_lines(shares: list[str]) -> None:
    assert join_shares([shares[0].upper().replace(" ", "\n  ", 7), f"\t{shares[2]}\n"]) == SECRET


def test_one_share_or_all_three_are_not_two(shares: list[str]) -> None:
    assert (refused(), refused(shares[0]), refused(*shares)) == ("count",) * 3


def test_the_same_share_twice_is_refused(shares: list[str]) -> None:
    assert refused(shares[1], shares[1].upper()) == "duplicate"


def test_shares_of_two_secrets_are_refused(shares: list[str]) -> None:
    others = (split_secret(SECRET[::-1]) for _ in range(9))
    first = Share.from_mnemonic(shares[0]).identifier
    other = next(each for each in others if Share.from_mnemonic(each[0]).identifier != first)
    assert refused(shares[0], other[1]) == "mixed"


def test_a_share_that_was_made_to_look_like_another_s_neighbour_is_refused(shares: list[str]) -> None:
    made = Share.from_mnemonic(shares[1])
    forged = Share(made.identifier, made.extendable, 0, 0, 1, 1, made.index, 2, bytes(32)).mnemonic()
    assert refused(shares[0], forged) == "mixed"


def test_a_damaged_share_is_refused(shares: list[str]) -> None:
    words = shares[1].split()
    other = "acid" if words[20] != "acid" else "acne"
    damaged = {
        "empty": "",
        "cut off": " ".join(words[:-1]),
        "longer": f"{shares[1]} academic",
        "no word of the list": " ".join([*words[:20], "kimchi", *words[21:]]),
        "another word": " ".join([*words[:20], other, *words[21:]]),
        "other letters": " ".join([*words[:20], "악", *words[21:]]),
        "far too long": "academic " * 100_000,
    }
    assert {name: refused(shares[0], share) for name, share in damaged.items()} == dict.fromkeys(damaged, "damaged")


def test_shares_of_another_scheme_are_refused_before_they_cost_time(shares: list[str]) -> None:
    ((one, two, _),) = generate_mnemonics(1, [(3, 3)], SECRET, iteration_exponent=0)
    assert refused(one, two) == "format"
    made = Share.from_mnemonic(shares[1])
    slow = Share(made.identifier, made.extendable, 15, 0, 1, 1, made.index, 2, made.value).mnemonic()
    assert refused(shares[0], slow) == "format"


def test_a_share_is_another_one_each_time_and_never_the_secret() -> None:
    values = {Share.from_mnemonic(each).value for _ in range(3) for each in split_secret(SECRET)}
    assert len(values) == 9
    assert SECRET not in values


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_secret_of_another_length_is_not_split(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        split_secret(bytes(length))
