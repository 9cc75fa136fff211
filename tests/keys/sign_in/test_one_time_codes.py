"""Codes of an app and recovery codes: the published values, the window, and nothing twice."""

import base64
import hmac
from collections.abc import Callable

import pytest

from keys.sign_in.one_time_codes import (
    accepted_step,
    new_recovery_codes,
    new_totp_secret,
    recovery_link,
    totp_code,
    totp_uri,
)

SECRET = base64.b32encode(b"12345678901234567890").decode()
KEY = bytes(range(32))
NOW = 1_800_000_015
STEP = NOW // 30


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_of_rfc_6238_appendix_b_come_out(seconds: int, code: str) -> None:
    assert totp_code(SECRET, seconds // 30) == code[-6:]  # the RFC prints eight digits, apps show the last six
    assert accepted_step(SECRET, code[-6:], now=seconds, last_step=None) == seconds // 30


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_a_code_of_the_step_before_or_after_is_taken(offset: int) -> None:
    assert accepted_step(SECRET, totp_code(SECRET, STEP + offset), now=NOW, last_step=None) == STEP + offset


@pytest.mark.parametrize("offset", [-40, -2, 2, 40])
def test_a_code_of_a_step_further_away_is_refused(offset: int) -> None:
    assert accepted_step(SECRET, totp_code(SECRET, STEP + offset), now=NOW, last_step=None) is None


@pytest.mark.parametrize("last_step", [STEP, STEP + 1, STEP + 1000])
def test_a_code_of_a_step_that_was_used_is_refused(last_step: int) -> None:
    assert accepted_step(SECRET, totp_code(SECRET, STEP), now=NOW, last_step=last_step) is None


def test_a_code_after_the_last_one_used_is_taken() -> None:
    assert accepted_step(SECRET, totp_code(SECRET, STEP), now=NOW, last_step=STEP - 1) == STEP


@pytest.mark.parametrize("form", ["{0}{1}{2} {3}{4}{5}", "  {0}{1}{2}{3}{4}{5}\n", "{0} {1} {2} {3} {4} {5}"])
def test_spaces_in_a_code_do_not_matter(form: str) -> None:
    typed = form.format(*totp_code(SECRET, STEP))
    assert accepted_step(SECRET, typed, now=NOW, last_step=None) == STEP


def test_full_width_digits_are_digits() -> None:
    typed = totp_code(SECRET, STEP).translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    assert accepted_step(SECRET, typed, now=NOW, last_step=None) == STEP


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "12345६", "-12345", "0" * 100_000])
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert accepted_step(SECRET, typed, now=NOW, last_step=None) is None


def test_the_beginning_of_time_has_no_step_before_it() -> None:
    assert accepted_step(SECRET, totp_code(SECRET, 0), now=0, last_step=None) == 0


def test_a_secret_that_is_not_base32_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="expected a secret in base32"):
        totp_code("not base32!", 1)


def test_a_new_secret_has_160_bits_and_an_address_for_apps(random_bytes: Callable[[int], bytes]) -> None:
    secret = new_totp_secret(random_bytes)
    assert len(base64.b32decode(secret)) == 20
    uri = totp_uri(secret, account="kim:haneul&x/1", service="인정서/확인 1")
    label = "%EC%9D%B8%EC%A0%95%EC%84%9C%2F%ED%99%95%EC%9D%B8%201"  # %20: apps show a plus as it is
    assert uri == f"otpauth://totp/{label}:kim%3Ahaneul%26x%2F1?secret={secret}&issuer={label}"


@pytest.mark.parametrize(
    ("random", "code"),
    [
        ("00" * 10, "0000-0000-0000-0000"),
        ("ff" * 10, "ZZZZ-ZZZZ-ZZZZ-ZZZZ"),
        ("80" + "00" * 7 + "0443", "3210-0000-0000-000G"),
    ],
)
def test_each_of_the_80_random_bits_of_a_recovery_code_is_in_it(random: str, code: str) -> None:
    asked: list[int] = []

    def given(count: int) -> bytes:
        asked.append(count)
        return bytes.fromhex(random)

    assert new_recovery_codes(given) == (code,) * 10
    assert asked == [10] * 10


def test_ten_recovery_codes_are_made_and_each_is_kept_as_a_link(random_bytes: Callable[[int], bytes]) -> None:
    codes = new_recovery_codes(random_bytes)
    assert len(set(codes)) == 10
    links = {recovery_link(code, user_id="u1", key=KEY) for code in codes}
    assert len(links) == 10
    assert not any(code.replace("-", "") in str(links) for code in codes)


def test_a_recovery_code_is_found_as_people_type_it(random_bytes: Callable[[int], bytes]) -> None:
    code = new_recovery_codes(random_bytes)[0]
    kept = recovery_link(code, user_id="u1", key=KEY)
    typed = f" {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    assert recovery_link(typed, user_id="u1", key=KEY) == kept
    assert recovery_link(code.replace("-", "\u2013"), user_id="u1", key=KEY) == kept


def test_what_is_kept_of_a_recovery_code_stays_the_same_for_ever() -> None:
    code = b"u1 ABCDEFGHJKMNPQRS"
    message = len(b"sign-in/recovery-code").to_bytes(4, "big") + b"sign-in/recovery-code" + code
    expected = hmac.digest(KEY, message, "sha256").hex()
    assert recovery_link("ABCD-EFGH-JKMN-PQRS", user_id="u1", key=KEY) == expected


def test_a_recovery_code_is_of_one_person_and_one_service(random_bytes: Callable[[int], bytes]) -> None:
    code = new_recovery_codes(random_bytes)[0]
    links = {
        recovery_link(code, user_id="u1", key=KEY),
        recovery_link(code, user_id="u2", key=KEY),
        recovery_link(code, user_id="u1", key=KEY[::-1]),
    }
    assert len(links) == 3


@pytest.mark.parametrize("typed", ["", "123456", "ABCD-EFGH-JKMN-PQR", "ABCD-EFGH-JKMN-PQRST", "ABCD-EFGH-JKMN-PQRU"])
def test_what_is_no_recovery_code_has_no_link(typed: str) -> None:
    assert recovery_link(typed, user_id="u1", key=KEY) is None
