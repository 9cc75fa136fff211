"""A thread of a service that a fault has ended is told without the message, which may hold anything."""

import threading

import pytest

from keys.gate.server import tell_of_thread


def test_a_thread_that_a_fault_has_ended_is_one_line_without_the_message(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise ValueError("7K3MQ")

    monkeypatch.setattr("threading.excepthook", tell_of_thread)
    thread = threading.Thread(target=fail, name="jobs")
    thread.start()
    thread.join()
    place = f"{__name__}:{fail.__code__.co_firstlineno + 1}"
    assert caplog.messages == [f"a thread has ended (jobs): ValueError in {place}"]
    assert capfd.readouterr() == ("", "")


def test_a_thread_of_which_nothing_more_is_known_is_told_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    tell_of_thread(threading.ExceptHookArgs((ValueError, None, None, None)))
    assert caplog.messages == ["a thread has ended (): ValueError"]
