"""The list of what was taken back: it outlives a backup, so that a restore does not bring any of it to life again.

`taken-back.jsonl` in the data directory is written from the audit trail: accounts that were closed, consents, tokens
and links that were ended, certificates and entries whose status was changed. A line has the number of its record in the
trail, so a restore knows which of them came after the backup. It names accounts and records, and no person. Every
command and, each minute, the service brings it up to date; it is to be copied to another machine as often.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from issuer.bank import Bank
from issuer.outputs import PRIVATE, storage_errors
from issuer.store.audit import AuditRecord

TAKING_BACK: Final = (
    "account_closed",
    "consent_withdrawn",
    "token_revoked",
    "link_closed",
    "certificate_status_changed",
    "entry_status_changed",
)
_MEMBERS: Final = ("seq", "at", "action", "account", "subject", "detail")
_READ_UP_TO: Final = "read"
_RECORDS_A_MARK: Final = 10_000
_PIECE_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class TakenBack:
    """One thing that was taken back, as the audit trail says it."""

    seq: int
    at: str
    action: str
    account: str | None
    subject: str | None
    detail: str | None


def keep_taken_back(bank: Bank) -> None:
    """Add to the list what the audit trail has more than it.

    Raises:
        StorageFull, StorageUnusable: the list stays as it was, but for whole lines at its end.
    """
    path = bank.folder.taken_back
    with storage_errors(path.name):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
    with storage_errors(path.name), os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        last = _last_number(file)
        with bank.store.read() as transaction:
            size, _ = transaction.audit.state()
            if size <= last:
                return
            found = transaction.audit.acts_after(last, TAKING_BACK)
        lines = [_line(each) for each in found]
        newest = found[-1].seq if found else last
        if size - newest >= _RECORDS_A_MARK:
            lines.append(json.dumps({"seq": size, "action": _READ_UP_TO}))
        file.write("".join(f"{line}\n" for line in lines).encode())
        file.flush()
        os.fsync(file.fileno())


def read_taken_back(path: Path) -> Iterator[TakenBack]:
    """Yield the list; a last line that was cut off is left out.

    Raises:
        OSError, ValueError: it cannot be read, or is not such a list.
    """
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                return
            members = json.loads(line)
            if not isinstance(members, dict) or not isinstance(members.get("seq"), int):
                msg = "expected a list of what was taken back"
                raise ValueError(msg)
            if members.get("action") in TAKING_BACK:
                texts: list[Any] = [members.get(name) for name in _MEMBERS[1:]]
                yield TakenBack(members["seq"], *texts)


def _last_number(file: BinaryIO) -> int:
    """Return the number of the last whole line; what was cut off behind it is taken away."""
    tail, begin = b"", file.seek(0, os.SEEK_END)
    while begin and tail.count(b"\n") <= 1:  # the last whole line begins after the last but one
        length = min(begin, _PIECE_BYTES)
        begin -= length
        file.seek(begin)
        tail = file.read(length) + tail
    whole = tail.rfind(b"\n") + 1
    file.truncate(begin + whole)
    file.seek(begin + whole)
    lines = tail[:whole].splitlines()
    if not lines:
        return 0
    try:
        last: Any = json.loads(lines[-1])
        return int(last["seq"])
    except (ValueError, KeyError, TypeError) as error:
        raise OSError(0, "it is damaged; move it away, and it is written anew") from error


def _line(record: AuditRecord) -> str:
    return json.dumps({name: getattr(record, name) for name in _MEMBERS}, ensure_ascii=False)
