"""Which new passwords are taken, and what a check costs and answers."""

import base64
import os
import threading

import pytest

from keys.sign_in.errors import PasswordRefused, SignInBusy
from keys.sign_in.passwords import STANDARD, PasswordCheck, PasswordParameters, Passwords, check_new_password

QUICK = PasswordParameters(memory_kib=8, passes=1)
GOOD = "파란 우산 열두 개와 물통 하나"


def passwords(parameters: PasswordParameters = QUICK, **limits: int) -> Passwords:
    return Passwords(os.urandom, parameters=parameters, **limits)


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "seven blue kettles sing",
        "kim.haneul@acme.example keeps eight cats",
        "!@#$%^&*()_+{}|",
        "x" * 7 + "y" * 7 + "z",
        "a" + "🔑" * 7 + "bcdefgh",
        "password of my old bicycle",
        "fifteen letters",
        "é£" * 7 + "".join(chr(0xAC00 + 37 * number) for number in range(114)),
        "uvqhtmne" * 2,
        "kim.haneul qx7vbn3w",
    ],
)
def test_a_long_password_of_any_characters_is_taken(password: str) -> None:
    check_new_password(password, names=("kim.haneul", "verifier"))


@pytest.mark.parametrize(
    ("password", "kind"),
    [
        ("", "short"),
        ("fourteen chars", "short"),
        ("ｗｉｄｅ" * 3, "short"),
        ("é" * 129, "long"),
        ("ab " * 60, "long"),
        ("ﷺ" * 20, "long"),
        ("tab\tin the middle of it", "characters"),
        ("half a pair \ud83d is no text", "characters"),
        ("Correct Horse Battery Staple", "listed"),
        ("1234correct-horse-battery-staple99", "listed"),
        ("P a s s w o r d 1234567890", "listed"),
        ("동해물과 백두산이 마르고 닳도록", "listed"),
        ("abcabcabcabcabcabc", "listed"),
        ("aaaaaaaaaaaaaaaaaaaa", "listed"),
        ("abc abc abc abc abc abc", "listed"),
        ("passwordpassword", "listed"),
        ("1234567890123456", "listed"),
        ("9876543210987654", "listed"),
        ("abcdefghijklmnopqr", "listed"),
        ("zyxwvutsrqponmlkj", "listed"),
        ("Kim.Haneul-kim.haneul", "name"),
        ("verifier kim.haneul 2026", "name"),
    ],
)
def test_a_password_that_would_be_guessed_is_refused_with_its_reason(password: str, kind: str) -> None:
    with pytest.raises(PasswordRefused) as refusal:
        check_new_password(password, names=("kim.haneul", "verifier", ""))
    assert refusal.value.kind == kind
    assert not password.strip() or password not in refusal.value.message


def test_the_longest_name_is_taken_out_first() -> None:
    with pytest.raises(PasswordRefused) as refusal:
        check_new_password("Bank of Haneul, bank of Haneul", names=("haneul", "Bank of Haneul"))
    assert refusal.value.kind == "name"


def test_salt_is_made_by_the_source_of_chance_that_was_given() -> None:
    keeper = Passwords(lambda count: b"d" * count, parameters=QUICK)
    assert keeper.hash(GOOD).split("$")[-2] == base64.b64encode(b"d" * 16).decode().rstrip("=")


def test_the_longest_password_fits_itself_and_a_longer_one_is_not_even_looked_at() -> None:
    keeper = passwords()
    longest = "ab" * 64
    assert keeper.check(longest, keeper.hash(longest)) == PasswordCheck(fits=True)
    assert keeper.check(longest + "a", keeper.hash(longest + "a")) == PasswordCheck(fits=False)


def test_a_kept_password_fits_itself_in_either_unicode_form_and_no_other() -> None:
    keeper = passwords()
    kept = keeper.hash("caf\u00e9 caf\u00e9 at seven")
    assert kept.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert "café" not in kept
    assert keeper.check("cafe\u0301 cafe\u0301 at seven", kept).fits
    assert not keeper.check("caf\u00e9 caf\u00e9 at eight", kept).fits
    assert keeper.check("Caf\u00e9 caf\u00e9 at seven", kept) == PasswordCheck(fits=False)


def test_two_kept_passwords_never_look_alike() -> None:
    keeper = passwords()
    assert keeper.hash(GOOD) != keeper.hash(GOOD)


def test_the_standard_parameters_are_those_of_the_limits() -> None:
    assert (STANDARD.memory_kib, STANDARD.passes, STANDARD.lanes) == (65_536, 3, 1)


def test_a_password_kept_at_another_cost_is_made_anew_when_it_fits() -> None:
    kept = passwords().hash(GOOD)
    dearer = passwords(PasswordParameters(memory_kib=16, passes=2))
    check = dearer.check(GOOD, kept)
    assert check.fits
    assert check.new_hash is not None
    assert check.new_hash.startswith("$argon2id$v=19$m=16,t=2,p=1$")
    assert dearer.check(GOOD, check.new_hash).new_hash is None
    assert dearer.check("another one altogether", kept).new_hash is None


@pytest.mark.parametrize("typed", ["", GOOD, "x" * 100_000, "half \ud83d pair"])
def test_a_person_who_is_not_there_is_refused_after_the_same_work(typed: str) -> None:
    class Watched(Passwords):
        worked = 0

        def _place(self):  # type: ignore[no-untyped-def] # noqa: ANN202 - the private method's own type
            Watched.worked += 1
            return super()._place()

    keeper = Watched(os.urandom, parameters=QUICK)
    kept = keeper.hash("something else entirely")
    for stored in (None, kept):
        Watched.worked = 0
        assert not keeper.check(typed, stored).fits
        assert Watched.worked == 1


def test_the_decoy_answers_no_even_to_the_one_who_guesses_it() -> None:
    keeper = Passwords(lambda count: b"d" * count, parameters=QUICK)
    assert keeper.check("d" * 32, None) == PasswordCheck(fits=False)


def test_more_checks_than_there_are_places_are_told_to_come_again() -> None:
    keeper = passwords(at_once=1, waiting=0)
    kept = keeper.hash(GOOD)
    with keeper._place(), pytest.raises(SignInBusy, match="try again in a moment"):
        keeper.check(GOOD, kept)
    assert keeper.check(GOOD, kept).fits


def test_a_check_waits_for_a_place_that_comes_free() -> None:
    keeper = passwords(at_once=1, waiting=1)
    kept = keeper.hash(GOOD)
    answers: list[bool] = []
    waiting = threading.Thread(target=lambda: answers.append(keeper.check(GOOD, kept).fits))
    with keeper._place():
        waiting.start()
    waiting.join(timeout=30)
    assert answers == [True]
