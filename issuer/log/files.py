"""The log as static files, which any mirror, monitor or witness can follow: a checkpoint, tiles, bundles of entries.

A full tile is 256 hashes and never changes. The last one of each level is partial and has its width in its name; it is
removed when the full one is there. Files are written before the checkpoint that needs them, so that whoever reads a
checkpoint finds what belongs to it. The database is the log; these files can be made again from it at any time.

Source: C2SP tlog-tiles, version 1
"""

import fcntl
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from issuer.bank import Bank
from issuer.bank.folder import BankFolder
from issuer.outputs import storage_errors, write_whole
from issuer.store.transaction import Transaction
from keys.merkle import HASH_BYTES, leaf_hash

WITNESSED: Final = "checkpoint.witnessed"
"""The newest checkpoint that witnesses have cosigned; `checkpoint` is the newest of all."""
TILE_WIDTH: Final = 256
_TILE_LEVELS: Final = 8  # of the tree in one tile
_LENGTH_BYTES: Final = 2
_DIGITS: Final = 1000
_SIZE: Final = re.compile(rb"[^\n]+\n(0|[1-9][0-9]{0,18})\n")


def tile_path(kind: str, index: int, *, width: int = TILE_WIDTH) -> str:
    """Return where a tile lies under the log's folder.

    Args:
        kind: the level of the tile as text, or `entries` for a bundle of entries.
        index: of the tile in its level.
        width: how much is in it, 1 to 256.
    """
    groups = [f"{index % _DIGITS:03}"]
    while index >= _DIGITS:
        index //= _DIGITS
        groups.append(f"x{index % _DIGITS:03}")
    partial = f".p/{width}" if width < TILE_WIDTH else ""
    return f"tile/{kind}/{'/'.join(reversed(groups))}{partial}"


def published_size(folder: BankFolder) -> int:
    """Return how many entries the published checkpoint speaks of, 0 when there is none."""
    try:
        found = _SIZE.match((folder.log / "checkpoint").read_bytes())
    except FileNotFoundError:
        return 0
    return int(found[1]) if found else 0


def publish_log(bank: Bank) -> int:
    """Write what is new in the log, then its checkpoint; answer how many entries are published.

    Programs that publish into one folder do it one after another.

    Raises:
        StorageFull, StorageUnusable: the files that are there stay right, the checkpoint is the old one.
    """
    with bank.store.read() as transaction:
        if transaction.log.state().checkpoint is None:
            return 0
    with storage_errors(bank.folder.log.name):
        bank.folder.log.mkdir(parents=True, exist_ok=True)
    with changing_log_files(bank.folder):
        begin = published_size(bank.folder)
        with bank.store.read() as transaction:
            state = transaction.log.state()
            if state.checkpoint is None or state.size <= begin:
                return begin
            for name, content in _new_files(transaction, begin, state.size):
                _write(bank.folder.log / name, content)
        write_whole(bank.folder.log / "checkpoint", state.checkpoint)
        return state.size


def publish_cosigned(bank: Bank, note: bytes, *, is_newest: Callable[[], bool]) -> None:
    """Publish a cosigned checkpoint: beside the newest one if it is the newest of its kind, and in its place if same.

    Args:
        bank: whose log it is.
        note: the checkpoint with its signatures.
        is_newest: whether none of its kind that is published is later; asked while nobody else publishes.

    Raises:
        StorageFull, StorageUnusable: the files that are there stay right.
    """
    published = bank.folder.log / "checkpoint"
    with changing_log_files(bank.folder):
        if is_newest():
            write_whole(bank.folder.log / WITNESSED, note)
        if published.read_bytes().partition(b"\n\n")[0] == note.partition(b"\n\n")[0]:
            write_whole(published, note)


def expected_files(transaction: Transaction, size: int) -> Iterator[tuple[str, bytes]]:
    """Yield every file but the checkpoint that a log of this size has, with its name under the log's folder."""
    return _new_files(transaction, 0, size)


def _new_files(transaction: Transaction, begin: int, size: int) -> Iterator[tuple[str, bytes]]:
    level = 0
    while size > begin:
        for index in range(begin // TILE_WIDTH, -(-size // TILE_WIDTH)):
            start = index * TILE_WIDTH
            end = min(start + TILE_WIDTH, size)
            if level == 0:
                entries = [stored.entry for stored in transaction.log.entries(start, end)]
                bundle = b"".join(len(entry).to_bytes(_LENGTH_BYTES, "big") + entry for entry in entries)
                yield tile_path("entries", index, width=end - start), bundle
                yield tile_path("0", index, width=end - start), b"".join(leaf_hash(entry) for entry in entries)
            else:
                hashes = transaction.log.nodes(level * _TILE_LEVELS, start, end)
                yield tile_path(str(level), index, width=end - start), b"".join(hashes)
        begin, size, level = begin // TILE_WIDTH, size // TILE_WIDTH, level + 1


def read_tile(folder: BankFolder, name: str) -> bytes | None:
    """Return a tile by its name under the log's folder; a partial one also out of a wider one. None: there is none.

    Args:
        folder: of the bank.
        name: in the form of `tile_path`, checked by the caller.
    """
    with suppress(FileNotFoundError, NotADirectoryError):
        return (folder.log / name).read_bytes()
    whole, partial, width = name.partition(".p/")
    if not partial:
        return None
    content = _widest(folder.log / whole)
    if "/entries/" in name:
        end, left = 0, int(width)
        while left and content[end : end + _LENGTH_BYTES]:
            end, left = end + _LENGTH_BYTES + int.from_bytes(content[end : end + _LENGTH_BYTES], "big"), left - 1
        return None if left else content[:end]
    wanted = int(width) * HASH_BYTES
    return content[:wanted] if len(content) >= wanted else None


def _widest(whole: Path) -> bytes:
    """The full tile, or the widest partial one that is there."""
    with suppress(FileNotFoundError, NotADirectoryError):
        return whole.read_bytes()
    with suppress(FileNotFoundError, ValueError):
        partial = max(whole.with_name(f"{whole.name}.p").iterdir(), key=lambda path: _number(path.name))
        return partial.read_bytes()
    return b""


def _number(name: str) -> int:
    return int(name) if name.isdecimal() else 0


def _write(path: Path, content: bytes) -> None:
    with storage_errors(path.name):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
    if not path.parent.name.endswith(".p"):  # a full tile takes the place of the partial ones
        shutil.rmtree(path.with_name(f"{path.name}.p"), ignore_errors=True)


@contextmanager
def changing_log_files(folder: BankFolder) -> Iterator[None]:
    """Let nobody else change the files of the log or the list of its witnesses; not to be entered twice.

    Raises:
        StorageFull, StorageUnusable: the lock, or what is done under it, fails in the file system.
    """
    with storage_errors("log"), (folder.path / ".log.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
