"""Make a backup of a bank while it runs: keys, secrets, settings and the database, sealed under a passphrase.

The database is read in one transaction that sees one state and keeps nobody from writing, and goes straight into the
sealed file: no copy in the clear lies anywhere. Published files are left out, because they are made again from the
rest; so are pages that were fetched and not taken yet, because the source is asked again.
"""

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from issuer.audit.trail import Act, record_acts
from issuer.backup.errors import BackupDisturbed
from issuer.backup.file import (
    Heading,
    KeptFile,
    TableBegin,
    end_line,
    file_line,
    heading_line,
    kept_files,
    row_line,
    table_line,
)
from issuer.bank import Bank
from issuer.bank.folder import BankFolder
from issuer.errors import InvalidOption
from issuer.outputs import PRIVATE, check_target, storage_errors
from issuer.store.transaction import Transaction
from issuer.taken_back import keep_taken_back
from issuer.times import utc_text
from keys.sealed_file import SealPrice
from keys.sealed_stream import StreamSealer

_DATABASE_FILES: Final = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class MadeBackup:
    """What a backup holds: its heading, how many files, rows of each table, and the bytes of the sealed file.

    `elsewhere` names the keys that are not in it, because they lie in a token or outside of the data directory.
    """

    heading: Heading
    files: int
    rows: dict[str, int]
    size: int
    elsewhere: tuple[str, ...]


def make_backup(
    bank: Bank, target: Path, *, passphrase: str, now: datetime, price: SealPrice | None = None
) -> MadeBackup:
    """Write a backup; the file appears only when it is whole and on the disk.

    Args:
        bank: may be at work, in other programs too.
        target: a file that is not there yet.
        passphrase: of the backup, at least 8 characters; not that of the keys, which stay under theirs in it.
        now: aware.
        price: the default is the right one outside tests.

    Raises:
        InvalidOption: the target is there already, or cannot be made.
        BackupDisturbed: keys or settings were changed meanwhile; there is no backup.
        SealedFileError: the passphrase is too short.
        StorageFull, StorageUnusable: there is no backup.
    """
    check_target(target)
    if target.exists():
        problem = "there is something of this name, and a backup never overwrites one"
        raise InvalidOption(problem, option=str(target))
    with bank.store.write() as transaction:
        record_acts(transaction, Act("backup_made"), actor=bank.actor, at=utc_text(now))
    keep_taken_back(bank)
    building = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    try:
        with storage_errors(str(target)):
            made = _write(bank, building, passphrase=passphrase, now=now, price=price)
            building.replace(target)
            _flush_folder(target.parent)
    finally:
        building.unlink(missing_ok=True)
    return made


def _write(bank: Bank, path: Path, *, passphrase: str, now: datetime, price: SealPrice | None) -> MadeBackup:
    files, rows = _files(bank.folder), dict[str, int]()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE), "wb") as file:
        sealer = StreamSealer(file, passphrase=passphrase, random_bytes=secrets.token_bytes, price=price)
        with bank.store.read() as transaction:
            heading = Heading(
                bank.profile.issuer,
                utc_text(now),
                transaction.copies.schema(),
                transaction.log.state().size,
                transaction.audit.state()[0],
            )
            sealer.write(heading_line(heading))
            for kept in files:
                sealer.write(file_line(kept))
            for line in _table_lines(transaction, rows):
                sealer.write(line)
        _check_undisturbed(files, _files(bank.folder))
        sealer.write(end_line(len(files), rows))
        sealer.finish()
        file.flush()
        os.fsync(file.fileno())
        return MadeBackup(heading, len(files), rows, file.tell(), _elsewhere(bank, {each.name for each in files}))


def _table_lines(transaction: Transaction, rows: dict[str, int]) -> Iterator[bytes]:
    for name, columns in transaction.copies.tables():
        yield table_line(TableBegin(name, columns))
        rows[name] = 0
        for row in transaction.copies.rows(name):
            rows[name] += 1
            yield row_line(row)


def _elsewhere(bank: Bank, kept: set[str]) -> tuple[str, ...]:
    profile = bank.profile
    named = set(profile.keys.items()) | {(each.use, each.uri) for each in profile.key_records if not each.retired_at}
    return tuple(sorted({use for use, uri in named if uri.partition(":")[2] not in kept}))


def _files(folder: BankFolder) -> list[KeptFile]:
    database = {folder.database.name + each for each in _DATABASE_FILES}
    made_again = {folder.public.name, folder.pulled.name, folder.taken_back.name}
    return kept_files(folder.path, without=frozenset(database | made_again))


def _check_undisturbed(before: list[KeptFile], after: list[KeptFile]) -> None:
    changed = {(each.name, each.content) for each in before} ^ {(each.name, each.content) for each in after}
    if changed:
        raise BackupDisturbed(file=min(name for name, _ in changed))


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
