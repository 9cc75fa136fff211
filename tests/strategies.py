"""Values for property tests: JSON that comes back the same, and ways to spoil a text or bytes a little."""

from typing import Any, TypeVar

from hypothesis import strategies as st

from keys.encoding import JsonValue
from keys.limits import MAX_JSON_INTEGER

T = TypeVar("T", str, bytes)

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
NUMBERS = st.integers(-MAX_JSON_INTEGER, MAX_JSON_INTEGER) | st.floats(allow_nan=False, allow_infinity=False).filter(
    bool
)
JSON: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
NAMES = st.text("abcdefgh가나", min_size=1, max_size=4)
OBJECTS: st.SearchStrategy[dict[str, JsonValue]] = st.dictionaries(NAMES, JSON, max_size=4)


@st.composite
def spoiled(draw: st.DrawFn, whole: T, *, alphabet: str = "Aa0~.-_=+/ \n\x00가") -> T:
    """Draw `whole` with one stretch replaced, left out or doubled; never `whole` itself."""
    at = draw(st.integers(0, len(whole)))
    end = min(len(whole), at + draw(st.sampled_from([0, 1, 1, 2, 7])))
    fillers: dict[type, st.SearchStrategy[Any]] = {str: st.text(alphabet, max_size=3), bytes: st.binary(max_size=3)}
    put = draw(st.sampled_from([draw(fillers[type(whole)]), whole[at:end] * 2]))
    changed: T = whole[:at] + put + whole[end:]
    return changed if changed != whole else whole[:-1]
