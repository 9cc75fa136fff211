"""Write a file so that it is there whole or not at all, also after a loss of power; and one program after another."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PRIVATE: Final = 0o600
PUBLIC: Final = 0o644


def write_whole(path: Path, data: bytes, *, mode: int = PRIVATE) -> None:
    """Write a file, in place of an earlier one; its folder must be there.

    Raises:
        OSError: it cannot be written; an earlier one is as it was, and nothing is left beside it.
    """
    temporary = _write_beside(path, data, mode)
    try:
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def write_new(path: Path, data: bytes, *, mode: int = PRIVATE) -> None:
    """Write a file where none is; its folder must be there. Of several programs that do so at once one succeeds.

    Raises:
        FileExistsError: there is one, which is as it was.
        OSError: it cannot be written, and nothing is left beside it.
    """
    temporary = _write_beside(path, data, mode)
    try:
        os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def held(lock: Path) -> Iterator[None]:
    """Hold a lock; whoever waits for it sees what the one before has written. It is not to be taken twice.

    Args:
        lock: a file that is made where there is none; its folder must be there.

    Raises:
        OSError: it cannot be made.
    """
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write_beside(path: Path, data: bytes, mode: int) -> Path:
    import tempfile  # most checks write nothing

    descriptor, name = tempfile.mkstemp(dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(data)
            file.flush()
            os.fsync(descriptor)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary
