"""What counts as a date in a token: a number of seconds since 1970 in a sane range (RFC 7519 section 2, S7)."""

from typing import TypeGuard

from credential_schemas.limits import MAX_NUMERIC_DATE
from keys.encoding import JsonValue


def is_numeric_date(value: JsonValue) -> TypeGuard[int | float]:
    """Return whether `value` is a NumericDate: whole or fractional seconds, no boolean, 0 < value < 2^33."""
    return type(value) in (int, float) and 0 < value < MAX_NUMERIC_DATE  # type: ignore[operator]  # `type() in` does not narrow
