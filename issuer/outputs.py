"""Writing files so that a reader sees the old content, or the new one, and never a part of it."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from issuer.errors import InvalidOption, StorageFull, StorageUnusable

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
PRIVATE: Final = 0o600
PUBLIC: Final = 0o644


@contextmanager
def storage_errors(what: str) -> Iterator[None]:
    """Turn errors of the operating system into the bank's own; `what` names the thing for people.

    Raises:
        StorageFull: no room.
        StorageUnusable: any other reason, with the system's words.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(what=what) from error
        raise StorageUnusable(error.strerror or "it cannot be written", what=what) from error


def check_target(target: Path) -> None:
    """Refuse an output file that cannot be written, before any work is done.

    Raises:
        InvalidOption: its folder does not exist, or the name is that of a folder.
    """
    if target.is_dir():
        raise InvalidOption("a folder has this name, expected a file", option=str(target))
    if not target.parent.is_dir():
        raise InvalidOption("its folder does not exist; make it first", option=str(target))


def write_whole(path: Path, content: bytes, *, mode: int = PUBLIC) -> None:
    """Replace a file in one step.

    Raises:
        StorageFull, StorageUnusable: the old file, if any, is unchanged.
    """
    with PendingFiles() as pending:
        pending.add(path, content, mode=mode)
        pending.publish()


class PendingFiles:
    """Files that are complete on disk, beside their targets, and appear only when `publish` is called.

    Leaving the `with` block without `publish` removes them. A target that is not a regular file (a pipe, a device) has
    nothing beside it; it is written at once, before anything is recorded, so that a full one stops the work in time.
    """

    def __init__(self) -> None:
        self._pending: list[tuple[Path, Path]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for temporary, _ in self._pending:
            temporary.unlink(missing_ok=True)

    def add(self, target: Path, content: bytes, *, mode: int = PUBLIC) -> None:
        """Write the content beside the target and force it to the disk.

        Raises:
            StorageFull, StorageUnusable: nothing remains.
        """
        with storage_errors(str(target)):
            if target.exists() and not target.is_file():
                with target.open("wb", buffering=0) as special:
                    special.write(content)
                return
            temporary = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
            self._pending.append((temporary, target))
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())

    def publish(self) -> None:
        """Let all files appear under their names."""
        for temporary, target in self._pending:
            with storage_errors(str(target)):
                temporary.replace(target)
        self._pending.clear()
