"""A fault is told by its kind and the innermost place, never by its message."""

import pytest

from keys.faults import place_of


def fails_below() -> None:
    raise KeyError("김표본 1998-04-11")


def test_a_fault_is_told_by_its_kind_and_the_place_where_it_was_raised() -> None:
    with pytest.raises(KeyError) as caught:
        fails_below()
    line = fails_below.__code__.co_firstlineno + 1
    assert place_of(caught.value) == f"KeyError in {__name__}:{line}"


def test_a_fault_that_was_never_raised_has_no_place() -> None:
    assert place_of(ValueError("김표본")) == "ValueError"
