"""Is the audit trail what it was? Every record against its hash, and every signed head against the records."""

from collections.abc import Iterable
from dataclasses import dataclass

from issuer.audit.heads import Head, read_head
from issuer.audit.trail import START, link
from issuer.bank import Bank
from issuer.store.transaction import Transaction
from keys.errors import NoteError
from keys.note_keys import NotePublicKey


@dataclass(frozen=True, slots=True)
class TrailReport:
    """What `verify_trail` found: how many records there are, how many of them a head covers, and what is wrong."""

    size: int
    signed: int
    findings: tuple[str, ...]


def verify_trail(bank: Bank, *, key: NotePublicKey | None, kept: Iterable[bytes] = ()) -> TrailReport:
    """Check the whole trail.

    Args:
        bank: the bank.
        key: with which its heads are signed; None for a bank without a log, which has no heads.
        kept: heads that were kept elsewhere, beside those of the database and the published one.
    """
    findings: list[str] = []
    with bank.store.read() as transaction:
        heads = [] if key is None else _heads(bank, transaction, key=key, kept=kept, findings=findings)
        size, signed_hashes = _walk(transaction, {head.size for head in heads}, findings)
    for head in heads:
        if head.size > size:
            findings.append(f"{head.size} records were signed at {head.at}, and there are only {size}")
        elif signed_hashes.get(head.size) != head.hash:
            findings.append(f"the first {head.size} records are not those that were signed at {head.at}")
    return TrailReport(size, max((head.size for head in heads), default=0), tuple(dict.fromkeys(findings)))


def _heads(
    bank: Bank, transaction: Transaction, *, key: NotePublicKey, kept: Iterable[bytes], findings: list[str]
) -> list[Head]:
    published = bank.folder.audit_head
    notes = [*transaction.audit.heads(), *([published.read_bytes()] if published.exists() else []), *kept]
    heads = []
    for note in dict.fromkeys(notes):
        try:
            heads.append(read_head(note, issuer=bank.profile.issuer, key=key))
        except NoteError as error:
            findings.append(f"a signed head is refused: {error.message}")
    return heads


def _walk(transaction: Transaction, sizes: set[int], findings: list[str]) -> tuple[int, dict[int, bytes]]:
    """Go through the records; answer how many are in order, and the hashes at these lengths."""
    size, before = 0, START
    hashes = {0: START}
    for seq, *values, stored in transaction.audit.rows():
        if seq != size + 1:
            findings.append(f"record {size + 1} is missing")
            return size, hashes
        before = link(before, seq, *values)
        if before != stored:
            findings.append(f"record {seq} is not what it was, or not in its place")
            return size, hashes
        size = seq
        if seq in sizes:
            hashes[seq] = before
    if transaction.audit.state() != (size, before):
        findings.append(f"the trail ends after {size} records and went on")
    return size, hashes
