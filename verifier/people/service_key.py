"""The key of the service, on which tokens of forms, marks of browsers and second steps hang: 32 bytes in a file.

It lies beside the trust list, not beside the database, so that who gets a copy of one has not the other.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from keys.limits import MIN_PEPPER_BYTES
from keys.sign_in.passwords import RandomBytes
from verifier.errors import StoreUnusable
from verifier.whole_files import write_new

KEY_FILE: Final = "sign-in.key"
_OTHERS: Final = 0o077


def open_service_key(folder: Path, *, random_bytes: RandomBytes) -> bytes:
    """Return the key, made at the first time.

    Args:
        folder: the configuration folder.
        random_bytes: for a new key.

    Raises:
        StoreUnusable: `place`: it cannot be read or written, others may read it, or it has another size.
    """
    path = folder / KEY_FILE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make(path, random_bytes(MIN_PEPPER_BYTES))
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            key = file.read(MIN_PEPPER_BYTES + 1)
    except OSError as error:
        raise StoreUnusable(
            f"expected {KEY_FILE} in the configuration folder: {error.strerror}", kind="place"
        ) from error
    if mode & _OTHERS or len(key) != MIN_PEPPER_BYTES:
        problem = f"expected {KEY_FILE} to hold {MIN_PEPPER_BYTES} bytes that only its owner may read"
        raise StoreUnusable(problem, kind="place")
    return key


def _make(path: Path, key: bytes) -> None:
    """Write a new key whole, unless there is one; of two programs that do so at once one wins."""
    if path.exists():
        return
    with suppress(FileExistsError):
        write_new(path, key)
