"""The words of a policy: numbers exactly as they are written, up to a billion, and texts in both languages."""

from decimal import Decimal

import pytest

from credential_schemas.criteria.terms import Both, exact
from credential_schemas.criteria.values import number
from credential_schemas.criteria.wording import reason_text


@pytest.mark.parametrize("value", [10**9, -(10**9), 0, 2.5, Decimal("0.1")])
def test_a_policy_has_numbers_up_to_a_billion(value: object) -> None:
    assert exact(value) == number(value)


@pytest.mark.parametrize("value", ["2", 10**9 + 1, -(10**9) - 1, True, None, [1], float("inf")])
def test_what_is_no_number_of_a_policy_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="expected a number, at most 1,000,000,000"):
        exact(value)


def test_a_text_is_given_in_the_language_that_is_asked_for() -> None:
    for both in (Both(ko="자격", en="Qualification"), reason_text("revoked")):
        assert (both.in_language("ko"), both.in_language("en")) == (both.ko, both.en)
