"""Write a file so that it is there whole or not at all, also after a loss of power."""

import os
from pathlib import Path
from typing import Final

PRIVATE: Final = 0o600
PUBLIC: Final = 0o644


def write_whole(path: Path, data: bytes, *, mode: int = PRIVATE) -> None:
    """Write a file, in place of an earlier one; its folder must be there.

    Raises:
        OSError: it cannot be written; an earlier one is as it was, and nothing is left beside it.
    """
    import tempfile  # most checks write nothing

    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
