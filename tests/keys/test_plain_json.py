"""The fast writer of JSON writes what the other one writes, and leaves to it what it cannot write."""

import importlib
import sys
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import plain_json
from keys.encoding import JsonValue, encode_json
from keys.errors import DecodingError

TEXTS = st.text(st.characters(codec="utf-8"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=30,
)
EVERY_ODD_CHARACTER = "".join(map(chr, [*range(0xA1), 0x2028, 0x2029, 0xFEFF, 0xFFFD, 0xFFFF, 0x1F600, 0x10FFFF]))


@pytest.fixture
def without_orjson(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module as it is where `orjson` is not installed."""
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "orjson", None)
        yield importlib.reload(plain_json)
    importlib.reload(plain_json)


def test_the_tests_run_with_the_fast_writer() -> None:
    assert plain_json.IS_FAST


@given(VALUES)
def test_both_writers_write_the_same_bytes(value: JsonValue) -> None:
    assert plain_json.encode_plain_json(value) == encode_json(value)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(EVERY_ODD_CHARACTER, id="characters that writers escape, or not"),
        pytest.param({EVERY_ODD_CHARACTER: 1}, id="the same in a name"),
        pytest.param([2**53, 2**63, -(2**63), 2**64 - 1, 2**64, -(2**64), 10**40], id="integers of all sizes"),
        pytest.param({1: "a", None: "b", False: "c"}, id="names that are no texts"),
        pytest.param([[[[[[]]]]], {}], id="nothing in something"),
    ],
)
def test_both_writers_write_the_same_of_what_is_odd(value: JsonValue) -> None:
    assert plain_json.encode_plain_json(value) == encode_json(value)


def test_values_deeper_than_the_fast_writer_goes_are_written_the_same() -> None:
    value: JsonValue = []
    for _ in range(300):
        value = [value]
    assert plain_json.encode_plain_json(value) == encode_json(value)


def test_a_lone_surrogate_is_refused_by_both() -> None:
    writers: list[Callable[[JsonValue], bytes]] = [plain_json.encode_plain_json, encode_json]
    for write in writers:
        with pytest.raises(DecodingError) as refusal:
            write({"name": "\ud800"})
        assert refusal.value.kind == "utf8"


def test_without_orjson_the_standard_library_writes_everything(without_orjson: ModuleType) -> None:
    assert not without_orjson.IS_FAST
    assert without_orjson.encode_plain_json({"이름": ["홍길동", 1, None]}) == '{"이름":["홍길동",1,null]}'.encode()
    assert without_orjson.encode_plain_json is encode_json
