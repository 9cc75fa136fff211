"""Log a credential, and prove that it was logged.

A certificate carries the proof of its own place in the log, under its seal; so it is logged first, then drawn and
sealed, then recorded. A certificate that is not recorded in the end leaves an entry that nobody can open, as it leaves
a gap in the numbers. The checkpoint of the proof is signed in the transaction that appends the entry.
"""

import secrets
from datetime import datetime
from typing import Final

from credential_schemas.limits import MAX_SD_JWT_BYTES
from credential_schemas.log_entry import SALT_BYTES, LogEntry, log_origin, signed_part_sha256
from issuer.bank import Bank
from issuer.bank.key_ring import distrusted_keys
from issuer.log.errors import LogBehind
from issuer.log.files import published_size
from issuer.log.witnesses import cosigned_now
from issuer.store.log import LogState, StoredLogEntry
from issuer.store.transaction import Transaction
from keys.checkpoint import Checkpoint, sign_checkpoint
from keys.jws import parse_compact
from keys.log_proof import LogProof
from keys.merkle import Node, inclusion_path

_NO_CHECKPOINT: Final = b""


def log_credential(bank: Bank, number: str, credential: str, *, now: datetime) -> bytes | None:
    """Log a credential; answer the proof of it after the commit, or None in a bank without a log.

    Args:
        bank: the bank.
        number: of the certificate; each is logged once.
        credential: compact SD-JWT; with how many disclosures does not matter.
        now: aware; an entry is never older than the one before it, so a clock that is behind makes it younger.

    Raises:
        LogBehind: the published log is longer than that of the database.
        PassphraseMissing, KeysError: the log key does not open; nothing was logged.
        StorageFull, StorageUnusable: nothing was logged.
    """
    if not bank.has_log:
        return None
    key, origin = bank.log_key(), log_origin(bank.profile.issuer)
    salt, signed_part, seconds = secrets.token_bytes(SALT_BYTES), signed_part_sha256(credential), int(now.timestamp())
    published = published_size(bank.folder)

    def append(transaction: Transaction) -> bytes:
        state = transaction.log.state(to_append=True)
        if state.size < published:
            raise LogBehind(size=state.size, published=published)
        entry = LogEntry(max(seconds, state.logged_at), salt, signed_part)
        index = state.size

        def path_of_last(node: Node) -> list[bytes]:
            return inclusion_path(index, index + 1, node=node)

        path = transaction.log.compute(path_of_last)
        root = transaction.log.append(StoredLogEntry(index, entry.encode(), salt, signed_part, number), path)
        checkpoint = sign_checkpoint(Checkpoint(origin, index + 1, root), key=key)
        transaction.log.set_state(LogState(index + 1, entry.logged_at, checkpoint))
        return LogProof(index, tuple(path), checkpoint, entry.opening()).encode()

    proof = bank.store.together(append)
    under = cosigned_now(bank, index=LogProof.decode(proof).index)
    if under is None:
        return proof
    with bank.store.read() as transaction:
        return proof_of(transaction, number, under=under)


def proof_of(transaction: Transaction, number: str, *, under: tuple[int, bytes] | None = None) -> bytes | None:
    """Return the proof that a certificate is in the log; None when it was never logged.

    Args:
        transaction: to read the log in.
        number: of the certificate.
        under: size and text of the checkpoint to prove it under, if that speaks of it; else it is the newest.
    """
    stored, state = transaction.log.entry_of(number), transaction.log.state()
    if stored is None:
        return None
    size, checkpoint = (state.size, state.checkpoint) if under is None or stored.idx >= under[0] else under

    def path_of_entry(node: Node) -> list[bytes]:
        return inclusion_path(stored.idx, size, node=node)

    path = transaction.log.compute(path_of_entry)
    opening = LogEntry(logged_at(stored.entry), stored.salt, stored.signed_part_sha256).opening()
    return LogProof(stored.idx, tuple(path), checkpoint or _NO_CHECKPOINT, opening).encode()


def is_believed(bank: Bank, transaction: Transaction, credential: str, *, number: str) -> bool:
    """Return whether a credential that verifies may be believed: a distrusted key is, for what was logged before.

    Args:
        bank: that issued it.
        transaction: to read the log in.
        credential: compact SD-JWT, its signature checked.
        number: under which it was logged.
    """
    header = parse_compact(credential.partition("~")[0], max_bytes=MAX_SD_JWT_BYTES).header
    since = distrusted_keys(bank).get(str(header.get("kid")))
    if since is None:
        return True
    stored = transaction.log.entry_of(number)
    same = stored is not None and stored.signed_part_sha256 == signed_part_sha256(credential)
    return stored is not None and same and logged_at(stored.entry) < since


def logged_at(entry: bytes) -> int:
    """Return when an entry of the log (41 bytes) was logged, Unix seconds, as the entry itself says."""
    return int.from_bytes(entry[1:9], "big")
