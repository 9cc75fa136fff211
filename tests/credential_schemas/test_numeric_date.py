"""What counts as a date in a token, at the edges."""

import pytest

from credential_schemas.limits import MAX_NUMERIC_DATE
from credential_schemas.numeric_date import is_numeric_date
from keys.encoding import JsonValue


@pytest.mark.parametrize("value", [0.5, 1, 1_795_200_000, 1_795_200_000.25, MAX_NUMERIC_DATE - 1])
def test_seconds_in_a_sane_range_are_a_date(value: JsonValue) -> None:
    assert is_numeric_date(value)


@pytest.mark.parametrize("value", [0, -1, 0.0, MAX_NUMERIC_DATE, 10**400, True, False, None, "1795200000", [1], {}])
def test_anything_else_is_no_date(value: JsonValue) -> None:
    assert not is_numeric_date(value)
