"""Is the log what it should be? Everything is computed anew from the entries and compared.

What is looked at: each entry against the salt and the hash that open it, their order in time, every stored subtree, the
signed checkpoint, the published files, an earlier checkpoint that somebody kept, and that each certificate is logged.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from credential_schemas.log_entry import LogEntry, log_origin
from issuer.bank import Bank
from issuer.log.appending import logged_at
from issuer.log.errors import LogMissing
from issuer.log.files import expected_files
from issuer.store.log import LogState, lost_number
from issuer.store.transaction import Transaction
from issuer.times import utc_text
from keys.checkpoint import Checkpoint, verify_checkpoint
from keys.errors import NoteError
from keys.merkle import (
    Node,
    completed_subtrees,
    consistency_path,
    leaf_hash,
    node_hash,
    proves_consistency,
    tree_root,
)
from keys.note_keys import NotePublicKey


@dataclass(frozen=True, slots=True)
class LogReport:
    """What `verify_log` found: how long the log is, its root, what is wrong, and which entries were never issued."""

    size: int
    root: bytes
    findings: tuple[str, ...]
    not_issued: tuple[str, ...]


def verify_log(bank: Bank, *, key: NotePublicKey, earlier: bytes | None = None) -> LogReport:
    """Check the whole log.

    Args:
        bank: with a log.
        key: the log's key, as verifiers know it.
        earlier: a checkpoint of this log that was kept elsewhere; today's log must begin with that one.

    Raises:
        LogMissing: the bank has no log.
    """
    if not bank.has_log:
        raise LogMissing
    with bank.store.read() as transaction:
        state = transaction.log.state()
        findings = [*_entries(transaction, state.size), *_nodes(transaction, state.size)]
        root = transaction.log.compute(lambda node: tree_root(state.size, node)) if not findings else b""
        head = _Head(log_origin(bank.profile.issuer), key, Checkpoint("", state.size, root))
        if not findings:
            findings += [
                *_checkpoint(state, head),
                *_files(bank, transaction, head),
                *_earlier(transaction, earlier, head),
            ]
        findings += _unlogged(transaction, state.size)
        return LogReport(state.size, root, tuple(findings), tuple(transaction.log.entries_without_certificate()))


@dataclass(frozen=True, slots=True)
class _Head:
    origin: str
    key: NotePublicKey
    tree: Checkpoint


def _entries(transaction: Transaction, size: int) -> Iterator[str]:
    expected, before = 0, 0
    for stored in transaction.log.entries(0, size):
        if stored.idx != expected:
            break
        at = logged_at(stored.entry)
        # One taken from the published files by a restore has lost its salt; that it is the same, the tree proves.
        is_lost = not stored.salt and stored.number == lost_number(stored.idx)
        if not is_lost and LogEntry(at, stored.salt, stored.signed_part_sha256).encode() != stored.entry:
            yield f"entry {stored.idx} is not what its salt and hash open"
        if at < before:
            yield f"entry {stored.idx} is older than the one before it"
        expected, before = expected + 1, at
    if expected != size:
        yield f"entry {expected} is missing"


def _nodes(transaction: Transaction, size: int) -> Iterator[str]:
    """Compute every complete subtree from the entries, with a stack of the open ones."""
    stack: list[bytes] = []
    computed: dict[int, list[bytes]] = {}
    for stored in transaction.log.entries(0, size):
        found = leaf_hash(stored.entry)
        for level in completed_subtrees(stored.idx):
            if not stack:
                return  # an entry is missing, which is a finding already
            found = node_hash(stack.pop(), found)
            computed.setdefault(level, []).append(found)
        stack.append(found)
    for level, hashes in computed.items():
        if transaction.log.nodes(level, 0, len(hashes)) != hashes:
            yield f"a hash of level {level} is not that of the entries below it"


def _checkpoint(state: LogState, head: _Head) -> Iterator[str]:
    if state.size == 0 and state.checkpoint is None:
        return
    try:
        signed = verify_checkpoint(state.checkpoint or b"", origin=head.origin, key=head.key)
    except NoteError as error:
        yield f"the newest checkpoint is refused: {error.message}"
        return
    if (signed.size, signed.root) != (head.tree.size, head.tree.root):
        yield "the newest checkpoint is of another tree"


def _files(bank: Bank, transaction: Transaction, head: _Head) -> Iterator[str]:
    path = bank.folder.log / "checkpoint"
    if not path.exists():
        if head.tree.size:
            yield "the log is not published"
        return
    try:
        published = verify_checkpoint(path.read_bytes(), origin=head.origin, key=head.key)
    except NoteError as error:
        yield f"the published checkpoint is refused: {error.message}"
        return
    if published.size > head.tree.size:
        yield f"the published log has {published.size} entries, that of the database {head.tree.size}"
        return
    if transaction.log.compute(lambda node: tree_root(published.size, node)) != published.root:
        yield "the published checkpoint is of another tree"
    if published.size < head.tree.size:
        yield f"{head.tree.size - published.size} entries are not published"
    for name, content in expected_files(transaction, published.size):
        file = bank.folder.log / name
        if not file.is_file() or file.read_bytes() != content:
            yield f"the published file {name} is not that of the log"


def _earlier(transaction: Transaction, earlier: bytes | None, head: _Head) -> Iterator[str]:
    if earlier is None:
        return
    try:
        kept = verify_checkpoint(earlier, origin=head.origin, key=head.key)
    except NoteError as error:
        yield f"the earlier checkpoint is refused: {error.message}"
        return
    path: list[bytes] = []
    if 0 < kept.size <= head.tree.size:

        def path_between(node: Node) -> list[bytes]:
            return consistency_path(kept.size, head.tree.size, node=node)

        path = transaction.log.compute(path_between)
    today = (head.tree.size, head.tree.root)
    if not proves_consistency((kept.size, kept.root), today, path=path):
        yield f"the log does not begin with the {kept.size} entries of the earlier checkpoint"


def _unlogged(transaction: Transaction, size: int) -> Iterator[str]:
    """Certificates that were issued after the log began, and are not in it."""
    first = next(transaction.log.entries(0, min(size, 1)), None)
    if first is not None:
        begun = utc_text(datetime.fromtimestamp(logged_at(first.entry), UTC))
        yield from (
            f"{number} was issued and not logged" for number in transaction.log.certificates_without_entry(begun)
        )
