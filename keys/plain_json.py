"""Write JSON without fractions by `orjson`, where it is installed (extra `speed`): the same bytes as `encode_json`.

`orjson` writes some fractions in another form, and NaN as null, which we refuse: values with fractions are not for this
module. Whatever else it does not write is left to `encode_json`, which writes it or refuses it.

Source: docs/decisions/0095-a-second-writer-of-json.md
"""

from keys.encoding import JsonValue, encode_json

try:
    from orjson import dumps
except ImportError:
    dumps = None  # type: ignore[assignment]  # then the standard library writes everything

IS_FAST = dumps is not None


def _encode_fast(value: JsonValue) -> bytes:
    try:
        return dumps(value)
    except TypeError:  # a lone surrogate, an integer of more than 64 bits, a name that is no text
        return encode_json(value)


encode_plain_json = _encode_fast if IS_FAST else encode_json
"""As `encode_json`, for values of exactly str, int, bool, None, list and dict; a fraction may be written otherwise."""
