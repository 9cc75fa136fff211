"""The passphrase of a backup in three files, one for each of three persons; any two of them open the backup.

A file has lines for people, each beginning with `#`, and the words of one share. It may be printed and typed again.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from issuer.errors import FileUnreadable, InvalidOption
from issuer.outputs import PRIVATE, PendingFiles
from keys.encoding import b64url_encode
from keys.secret_shares import SECRET_BYTES, SHARES, join_shares, split_secret

_WORDS_A_LINE: Final = 11
_MAX_BYTES: Final = 4096


def new_shared_passphrase() -> tuple[str, list[str]]:
    """Return a passphrase that nobody has to know, and its three shares."""
    secret = secrets.token_bytes(SECRET_BYTES)
    return b64url_encode(secret), split_secret(secret)


def share_paths(folder: Path) -> list[Path]:
    """Return where the shares lie in a folder.

    Raises:
        InvalidOption: there is no such folder, or one of the files is there already.
    """
    if not folder.is_dir():
        raise InvalidOption("its folder does not exist; make it first", option=str(folder))
    paths = [folder / f"share-{number}.txt" for number in range(1, SHARES + 1)]
    for path in paths:
        if path.exists():
            problem = "there is something of this name, and a share never overwrites one"
            raise InvalidOption(problem, option=str(path))
    return paths


@contextmanager
def shares_beside(paths: Sequence[Path], shares: Sequence[str], *, of: str) -> Iterator[None]:
    """Write the shares, readable for the owner only; they appear when the `with` block ends well, else there is none.

    Args:
        paths: from `share_paths`; none for no shares.
        shares: their words.
        of: one line that says what they open.

    Raises:
        StorageFull, StorageUnusable: there is no room for them; raised before the block begins.
    """
    with PendingFiles() as pending:
        for number, (path, share) in enumerate(zip(paths, shares, strict=True), start=1):
            words = share.split()
            lines = [f"# share {number} of {SHARES}: any two open {of}"]
            lines += [" ".join(words[at : at + _WORDS_A_LINE]) for at in range(0, len(words), _WORDS_A_LINE)]
            pending.add(path, ("\n".join(lines) + "\n").encode(), mode=PRIVATE)
        yield
        pending.publish()


def shared_passphrase(files: Sequence[Path]) -> str:
    """Return the passphrase that two share files give back.

    Raises:
        FileUnreadable: a file cannot be opened, or is no text.
        SharesError: they do not give one back.
    """
    return b64url_encode(join_shares([_words(path) for path in files]))


def _words(path: Path) -> str:
    try:
        with path.open("rb") as opened:
            text = opened.read(_MAX_BYTES).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        problem = getattr(error, "strerror", None) or "expected UTF-8"
        raise FileUnreadable(problem, file=str(path)) from error
    return " ".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
