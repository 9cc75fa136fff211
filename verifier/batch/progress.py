"""How far a batch is, how fast it goes, how long it will take: a bar on a terminal, a line now and then elsewhere."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final, Self, TextIO

from credential_schemas.report.messages import Language
from verifier.rendering.words import word

_EVERY_S: Final = 10.0
_REFRESHES_A_SECOND: Final = 4


class Progress(AbstractContextManager["Progress"]):
    """Counts files and says so now and then, in plain lines.

    Args:
        total: files of the batch.
        stream: where lines go.
        language: of the lines.
        clock: seconds from some moment on.
    """

    def __init__(self, total: int, stream: TextIO, *, language: Language, clock: Callable[[], float]) -> None:
        self._total = total
        self._stream = stream
        self._language = language
        self._clock = clock
        self._done = self._before = 0
        self._started = self._said_at = clock()

    def begin(self, done: int) -> None:
        """Count files that an earlier run has done."""
        self._done = self._before = done

    def advance(self) -> None:
        """Count one file."""
        self._done += 1
        now = self._clock()
        if now - self._said_at >= _EVERY_S and self._done < self._total:
            self._said_at = now
            print(self._line(now), file=self._stream, flush=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        return None

    def _line(self, now: float) -> str:
        rate = (self._done - self._before) / max(now - self._started, 1e-9)
        minutes, seconds = divmod(round((self._total - self._done) / max(rate, 1e-9)), 60)
        left = f"{minutes}:{seconds:02d}"
        return word("batch_progress", self._language, done=self._done, total=self._total, rate=f"{rate:.1f}", left=left)


class ProgressBar(Progress):
    """The same as a bar, for a terminal; needs the library rich."""

    def __init__(self, total: int, stream: TextIO, *, language: Language, clock: Callable[[], float]) -> None:
        super().__init__(total, stream, language=language, clock=clock)
        from rich import progress
        from rich.console import Console

        self._bar = progress.Progress(
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TextColumn("{task.fields[rate]}"),
            progress.TimeRemainingColumn(),
            console=Console(file=stream),
            refresh_per_second=_REFRESHES_A_SECOND,
        )
        self._task = self._bar.add_task("", total=total, rate="")

    def begin(self, done: int) -> None:
        """Count files that an earlier run has done."""
        super().begin(done)
        self._bar.update(self._task, completed=done)

    def advance(self) -> None:
        """Count one file."""
        self._done += 1
        rate = (self._done - self._before) / max(self._clock() - self._started, 1e-9)
        self._bar.update(self._task, completed=self._done, rate=f"{rate:.1f}/s")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.stop()


def progress_on(total: int, stream: TextIO, *, language: Language, clock: Callable[[], float]) -> Progress:
    """Return a bar on a terminal where one can be drawn, else plain lines."""
    if stream.isatty():
        try:
            return ProgressBar(total, stream, language=language, clock=clock)
        except ImportError:  # the extra `batch` is not installed
            pass
    return Progress(total, stream, language=language, clock=clock)
