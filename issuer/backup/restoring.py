"""Restore a bank from a backup, into a data directory and a database that are not there yet, or refuse and leave none.

The backup is read to its end before anything is written. Then numbers and status indexes are reserved far beyond those
of the backup, so that none is given twice whatever was issued since; the log goes on where it was published last; what
was taken back since is taken back again; everybody signs in anew. The data directory appears in one step, at the end.
"""

import hashlib
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from issuer.audit.heads import read_head
from issuer.audit.trail import Act, record_acts
from issuer.audit.verifying import verify_trail
from issuer.backup.errors import BackupUnreadable, RestoreInTheWay, RestoreUnsound, SinceUnreadable
from issuer.backup.file import BackupReader, Heading, KeptFile, TableBegin
from issuer.backup.restored_keys import take_published_keys
from issuer.backup.restored_state import (
    raise_trust_version,
    take_back_again,
    take_published_log,
    take_published_statuses,
)
from issuer.bank import Bank
from issuer.bank.folder import BankFolder
from issuer.bank.key_errors import KeyDistrusted
from issuer.bank.key_ring import published_issuer
from issuer.errors import FileUnreadable, InvalidOption, IssuerError
from issuer.log.verifying import verify_log
from issuer.outputs import PRIVATE, storage_errors, write_whole
from issuer.publishing import TRUST_LIST, publish_all
from issuer.store.copying import Value
from issuer.store.engine import Store, empty_store
from issuer.store.schema import SCHEMA_VERSION
from issuer.store.transaction import Transaction
from issuer.taken_back import TakenBack, read_taken_back
from issuer.times import korean_day_of, utc_moment, utc_text
from keys.errors import NoteError

BEYOND: Final = 1_000_000
MOST_BEYOND: Final = 10_000_000
_MOST_INDEXES: Final = 257
"""Of one certificate: its own and one for each entry, never more than it may have disclosures."""
_FOLDER_MODE: Final = 0o700
_ROWS_AT_ONCE: Final = 200
_FAR: Final = 2**40  # later than any time that something ends at, in Unix seconds
_HASH_PIECE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Since:
    """What there is of the time after the backup: the published files (`public`), and the list of taken-back things."""

    published: Path
    taken_back: Path


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """What to restore and where.

    `since` is None when nothing happened after the backup: the service was stopped before it was made. `beyond` is more
    certificates than can have been issued after it. `database` is the URL of an empty database, None for a file in the
    data directory. `opening` opens the bank with its keys.
    """

    backup: Path
    target: Path
    passphrase: str = field(repr=False)
    opening: Callable[[Path], Bank]
    since: Since | None
    beyond: int = BEYOND
    database: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CheckedBackup:
    """What a backup that was read to its end holds, and the hash of its bytes (SHA-256)."""

    heading: Heading
    files: int
    rows: dict[str, int]
    sha256: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and how much of the time after the backup was taken over; `keys` by their names."""

    backup: CheckedBackup
    log_entries: int
    statuses: int
    taken_back: int
    keys: tuple[str, ...] = ()


def check_backup(path: Path, *, passphrase: str) -> CheckedBackup:
    """Read a backup to its end; nothing is written.

    Raises:
        FileUnreadable: it cannot be opened.
        BackupUnreadable: it is no backup, was changed, is not whole, or a newer program made it.
    """
    with _opened(path) as file, storage_errors(str(path)):
        digest = hashlib.sha256()
        while piece := file.read(_HASH_PIECE):
            digest.update(piece)
        file.seek(0)
        reader = BackupReader(file, path.name, passphrase=passphrase)
        if reader.heading.schema > SCHEMA_VERSION:
            raise BackupUnreadable("a newer program made it; install the newest version", file=path.name)
        for _ in reader.parts():
            pass
        return CheckedBackup(reader.heading, reader.files, reader.rows, digest.hexdigest())


def restore_bank(plan: RestorePlan, *, now: datetime) -> Restored:
    """Restore a bank.

    Raises:
        RestoreInTheWay: something is in the way.
        DatabaseOfAnother: the database on the server is not empty.
        FileUnreadable, BackupUnreadable, SinceUnreadable, RestoreUnsound: nothing was restored.
        StorageFull, StorageUnusable, KeysError, PassphraseMissing: nothing was restored.
    """
    target = plan.target
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RestoreInTheWay(path=str(target))
    if not 1 <= plan.beyond <= MOST_BEYOND:
        problem = f"expected 1 to {MOST_BEYOND} certificates"
        raise InvalidOption(problem, option=f"--beyond {plan.beyond}")
    checked = check_backup(plan.backup, passphrase=plan.passphrase)
    taken_back = () if plan.since is None else _list_of(plan.since.taken_back, after=checked.heading.audit_size)
    target = target.absolute()
    building = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    with storage_errors(target.name):
        target.parent.mkdir(parents=True, exist_ok=True)
        building.mkdir(mode=_FOLDER_MODE)
    try:
        store = empty_store(plan.database or BankFolder(building).database, revision=checked.heading.schema)
        try:
            _fill(plan, building, store)
            restored = _bring_to_life(plan, building, checked, taken_back, now=now)
        except BaseException:
            _empty(plan, store)
            raise
        finally:
            store.close()
        with storage_errors(target.name):
            building.replace(target)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return restored


def _fill(plan: RestorePlan, building: Path, store: Store) -> None:
    """Write the files and put in the rows; the whole database is one transaction."""
    with _opened(plan.backup) as file, store.write() as transaction:
        transaction.copies.empty()
        parts = BackupReader(file, plan.backup.name, passphrase=plan.passphrase).parts()
        table, waiting = TableBegin("", ()), list[tuple[Value, ...]]()
        for part in parts:
            if isinstance(part, KeptFile):
                _write(building, part)
                continue
            if isinstance(part, TableBegin) or len(waiting) >= _ROWS_AT_ONCE:
                _put(transaction, table, waiting)
                waiting.clear()
            if isinstance(part, TableBegin):
                table = part
            else:
                waiting.append(part)
        _put(transaction, table, waiting)
        transaction.copies.go_on_counting()
    if plan.database is None:
        with storage_errors("the database"):
            BankFolder(building).database.chmod(PRIVATE)
    store.bring_up_to_date()


def _put(transaction: Transaction, table: TableBegin, rows: list[tuple[Value, ...]]) -> None:
    if rows:
        try:
            transaction.copies.put(table.name, table.columns, rows)
        except KeyError as error:
            raise RestoreUnsound("it has a table or a column that nobody knows") from error


def _write(building: Path, file: KeptFile) -> None:
    path = building / file.name
    with storage_errors(file.name):
        path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    write_whole(path, file.content, mode=PRIVATE)


def _bring_to_life(
    plan: RestorePlan, building: Path, checked: CheckedBackup, taken_back: tuple[TakenBack, ...], *, now: datetime
) -> Restored:
    bank, at, keys = plan.opening(building), utc_text(now), list[str]()
    try:
        if bank.profile.issuer != checked.heading.issuer:
            raise RestoreUnsound("profile and heading name two banks")
        if plan.since is not None:
            raise_trust_version(bank, plan.since.published / TRUST_LIST)
            keys = take_published_keys(bank, plan.since.published, now=now)
        entries = statuses = again = 0
        with bank.store.write() as transaction:
            if plan.since is not None:
                entries = take_published_log(bank, transaction, plan.since.published / "log")
                statuses = take_published_statuses(bank, transaction, plan.since.published / "status", at=at)
                again = take_back_again(transaction, taken_back, at=at)
            _reserve_beyond(transaction, checked.heading, max(plan.beyond, 2 * entries), now=now)
            _end_sessions(transaction)
            detail = f"backup of {checked.heading.made_at}, sha256 {checked.sha256}{_lost_head(plan, bank)}"
            detail += f", keys {' '.join(keys)}" if keys else ""
            record_acts(transaction, Act("bank_restored", detail=detail), actor=bank.actor, at=at)
        _check_sound(bank)
        with suppress(KeyDistrusted):  # lists wait for `keys rotate status`; everything else is published
            publish_all(bank, now=now)
        return Restored(checked, entries, statuses, again, tuple(keys))
    finally:
        bank.close()


def _reserve_beyond(transaction: Transaction, heading: Heading, beyond: int, *, now: datetime) -> None:
    """Skip more numbers and lists than can have been used since; indexes are drawn from the newest list only."""
    first, last = korean_day_of(utc_moment(heading.made_at)).year, korean_day_of(now).year
    for year in range(min(first, last), max(first, last) + 1):
        transaction.certificates.reserve_numbers(year, beyond)
    size = transaction.status_lists.newest_size()
    transaction.status_lists.open_list(size, skipped=beyond * _MOST_INDEXES // (size // 2) + 1)


def _end_sessions(transaction: Transaction) -> None:
    """What was ended since the backup must not open anything again: everybody signs in, and wallets ask, anew."""
    transaction.sign_ins.forget_sessions(started_before=_FAR)
    transaction.staff.forget_sessions(started_before=_FAR)
    transaction.wallets.forget_expired(now_s=_FAR)
    transaction.authorizations.forget_expired(now_s=_FAR)


def _lost_head(plan: RestorePlan, bank: Bank) -> str:
    """Say which signed head of the audit trail was published and is lost, so that whoever kept it finds out why."""
    issuer = published_issuer(bank)
    if plan.since is None or issuer is None or issuer.log_key is None:
        return ""
    try:
        note = (plan.since.published / "audit-head").read_bytes()
        head = read_head(note, issuer=bank.profile.issuer, key=issuer.log_key)
    except FileNotFoundError:
        return ""
    except (OSError, NoteError) as error:
        raise SinceUnreadable("it is no signed head of this bank", file="audit-head") from error
    return f", published head of {head.size} records {head.hash.hex()}"


def _check_sound(bank: Bank) -> None:
    issuer = published_issuer(bank)
    key = None if issuer is None else issuer.log_key
    findings = verify_trail(bank, key=key).findings
    if key is not None and bank.has_log:
        findings += tuple(each for each in verify_log(bank, key=key).findings if each != "the log is not published")
    problem = bank.store.integrity_problem()
    findings += () if problem is None else (problem,)
    if findings:
        raise RestoreUnsound(findings[0])


def _empty(plan: RestorePlan, store: Store) -> None:
    """Leave a database on a server as one that a restore takes again; a file goes with its folder."""
    if plan.database is not None:
        try:
            with store.write() as transaction:
                transaction.copies.empty()
        except IssuerError:
            return  # it cannot be reached; the next restore says that it is not empty


def _list_of(path: Path, *, after: int) -> tuple[TakenBack, ...]:
    try:
        return tuple(each for each in read_taken_back(path) if each.seq > after)
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or "it is not a list of what was taken back"
        raise SinceUnreadable(problem, file=str(path)) from error


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise FileUnreadable(error.strerror or "unknown reason", file=str(path)) from error
