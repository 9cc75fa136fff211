"""A fault is told by its kind and the innermost place, never by its message."""

import pytest

from keys.faults import faults_told, place_of


def fails_below() -> None:
    raise KeyError("김표본 1998-04-11")


def test_a_fault_is_told_by_its_kind_and_the_place_where_it_was_raised() -> None:
    with pytest.raises(KeyError) as caught:
        fails_below()
    line = fails_below.__code__.co_firstlineno + 1
    assert place_of(caught.value) == f"KeyError in {__name__}:{line}"


def test_a_fault_that_was_never_raised_has_no_place() -> None:
    assert place_of(ValueError("김표본")) == "ValueError"


def test_what_must_not_stop_the_rest_is_one_line_with_kind_and_place(caplog: pytest.LogCaptureFixture) -> None:
    with faults_told("asking sources", OSError, KeyError):
        fails_below()
    line = fails_below.__code__.co_firstlineno + 1
    assert caplog.messages == [f"asking sources failed: KeyError in {__name__}:{line}"]
    assert [record.exc_info for record in caplog.records] == [None]


def test_a_fault_of_another_kind_travels_on_and_success_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(KeyError), faults_told("asking sources", OSError, ValueError):
        fails_below()
    with pytest.raises(KeyboardInterrupt), faults_told("asking sources", Exception):
        raise KeyboardInterrupt
    with faults_told("asking sources", Exception):
        assert caplog.messages == []
    assert caplog.messages == []
