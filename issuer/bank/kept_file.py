"""What a file says, kept in memory until the file is replaced: asking costs one look at its entry in the folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from issuer.errors import FileUnreadable
from keys.faults import faults_told

T = TypeVar("T")
Stamp = tuple[int, int, int]


class KeptFile(Generic[T]):
    """The content of one file, shared by all who hold this; for several threads."""

    def __init__(self, value: T, path: Path, read: Callable[[], T]) -> None:
        """Begin with a value that was just read from the file.

        Args:
            value: the content.
            path: the file, which others replace whole.
            read: reads it; `FileUnreadable` leaves the content as it was.
        """
        self._path = path
        self._read = read
        self.keep(value)

    @property
    def value(self) -> T:
        """The content as it was last read."""
        return self._value

    def keep(self, value: T) -> None:
        """Take a value that was just written into the file."""
        self._value = value
        self._stamp = self._found()

    def newest(self) -> T:
        """Return the content, read again if the file was replaced."""
        found = self._found()
        if found is not None and found != self._stamp:
            with faults_told("reading a file again", FileUnreadable):
                self._value = self._read()
            self._stamp = found
        return self._value

    def _found(self) -> Stamp | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size
