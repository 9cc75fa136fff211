"""Progress: a line now and then with rate and time left, a bar on a terminal."""

import io
import sys

import pytest

from verifier.batch.progress import Progress, ProgressBar, progress_on


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Clock:
    """A clock that goes on by some seconds each time it is read."""

    def __init__(self, step: float) -> None:
        self.time, self._step = 0.0, step

    def __call__(self) -> float:
        self.time += self._step
        return self.time


def lines_of(total: int, *, before: int = 0) -> list[str]:
    stream = io.StringIO()
    with progress_on(total, stream, language="en", clock=Clock(2.5)) as progress:
        progress.begin(before)
        for _ in range(total - before):
            progress.advance()
    return stream.getvalue().splitlines()


def test_line_every_ten_seconds_says_rate_and_time_left() -> None:
    assert lines_of(10) == [
        "4 of 10 files, 0.4 a second, about 0:15 left",
        "8 of 10 files, 0.4 a second, about 0:05 left",
    ]


def test_files_of_an_earlier_run_do_not_count_for_the_rate() -> None:
    assert lines_of(106, before=100) == ["104 of 106 files, 0.4 a second, about 0:05 left"]


def test_short_batch_says_nothing() -> None:
    assert lines_of(3) == []


def test_terminal_gets_a_bar_with_rate_and_time_left() -> None:
    stream = Terminal()
    with progress_on(10, stream, language="ko", clock=Clock(0.5)) as progress:
        assert isinstance(progress, ProgressBar)
        progress.begin(4)
        for _ in range(6):
            progress.advance()
    shown = stream.getvalue()
    assert "10/10" in shown
    assert "2.0/s" in shown


def test_terminal_without_the_library_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich", None)
    progress = progress_on(10, Terminal(), language="en", clock=Clock(1))
    assert type(progress) is Progress
