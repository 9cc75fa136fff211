"""Stages of work are told to whoever watches, and to nobody else."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from keys.gate.telling import Watches
from keys.watching import Watch, Words, carried, happened, passed_on, stage, trace_id, watched


class Noting(Watch):
    """Notes what it is told."""

    def __init__(self, trace: str | None = None) -> None:
        self.told: list[tuple[str, str, Words]] = []
        self.trace = trace

    @contextmanager
    def stage(self, name: str, about: Words) -> Iterator[None]:
        self.told.append(("begun", name, about))
        yield
        self.told.append(("ended", name, about))

    def happened(self, name: str, about: Words) -> None:
        self.told.append(("happened", name, about))

    def trace_id(self) -> str | None:
        return self.trace

    def passed_on(self, origin: str) -> tuple[tuple[str, str], ...]:
        return (("traceparent", f"{self.trace} for {origin}"),)


def test_without_anybody_who_watches_nothing_is_made_and_nothing_passed_on() -> None:
    assert stage("read") is stage("other", host="bank.example")
    with stage("read"):
        happened("child.ended", task="pdf")
    assert trace_id() is None
    assert passed_on("https://bank.example") == ()


def test_a_watch_that_notes_nothing_changes_nothing() -> None:
    with watched(Watch()), stage("read"):
        happened("child.ended", task="pdf")
        assert trace_id() is None
        assert passed_on("https://bank.example") == ()


def test_a_stage_is_told_to_everybody_who_watches_while_they_do() -> None:
    first, second = Noting(), Noting("ab12")
    with watched(Watches(first, second)):
        with stage("read", task="pdf"):
            happened("child.ended", task="pdf", ended="answered")
        assert trace_id() == "ab12"
        assert passed_on("https://a.example")[1] == ("traceparent", "ab12 for https://a.example")
    with stage("unseen"):
        happened("unseen")
    assert first.told == second.told
    assert first.told == [
        ("begun", "read", {"task": "pdf"}),
        ("happened", "child.ended", {"task": "pdf", "ended": "answered"}),
        ("ended", "read", {"task": "pdf"}),
    ]


def test_an_error_passes_through_a_stage_and_ends_it_for_everybody() -> None:
    ended: list[str] = []

    class Ending(Watch):
        @contextmanager
        def stage(self, name: str, about: Words) -> Iterator[None]:
            try:
                yield
            finally:
                ended.append(name)

    with pytest.raises(KeyError), watched(Watches(Ending(), Ending())), stage("read"):
        raise KeyError
    assert ended == ["read", "read"]


@pytest.mark.parametrize("is_carried", [True, False])
def test_a_new_thread_is_watched_only_when_that_is_carried_over(is_carried: bool) -> None:
    noting = Noting()

    def work() -> None:
        with stage("job"):
            pass

    with watched(noting):
        thread = threading.Thread(target=carried(work) if is_carried else work)
    thread.start()
    thread.join()
    assert [name for _, name, _ in noting.told] == (["job", "job"] if is_carried else [])
