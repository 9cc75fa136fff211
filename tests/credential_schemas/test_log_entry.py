"""Entries of the transparency log, to the bit."""

import hashlib

import pytest

from credential_schemas.log_entry import LogEntry, log_origin, prove_logged, signed_part_sha256
from keys.checkpoint import Checkpoint, sign_checkpoint
from keys.errors import LogProofError, NoteError
from keys.log_proof import LogProof
from keys.merkle import leaf_hash
from keys.note_keys import create_note_key

ISSUER, CREDENTIAL = "https://bank.example/a", "aaa.bbb.ccc~disclosure~"
ENTRY = LogEntry(0x0102030405060708, bytes(range(32)), signed_part_sha256(CREDENTIAL))
KEY = create_note_key()


def proof(entry: LogEntry = ENTRY, *, extra: bytes | None = None) -> bytes:
    checkpoint = sign_checkpoint(Checkpoint(log_origin(ISSUER), 1, leaf_hash(entry.encode())), key=KEY)
    return LogProof(0, (), checkpoint, entry.opening() if extra is None else extra).encode()


def test_entry_is_version_time_and_salted_hash() -> None:
    commitment = hashlib.sha256(
        b"competency-bank/log-entry\x00" + bytes(range(32)) + hashlib.sha256(b"aaa.bbb.ccc").digest()
    )
    assert ENTRY.encode() == bytes.fromhex("010102030405060708") + commitment.digest()
    assert ENTRY.opening() == bytes.fromhex("010102030405060708") + bytes(range(32))


def test_log_is_named_after_its_issuer() -> None:
    assert log_origin(ISSUER) == "bank.example/a/log"


def test_disclosures_are_no_part_of_what_is_logged() -> None:
    assert signed_part_sha256(CREDENTIAL) == signed_part_sha256("aaa.bbb.ccc~")
    logged = prove_logged("aaa.bbb.ccc~", proof(), issuer=ISSUER, key=KEY.public_key())
    assert (logged.at, logged.index, logged.log_size) == (0x0102030405060708, 0, 1)


@pytest.mark.parametrize("extra", [b"", b"\x01", ENTRY.opening()[:-1], ENTRY.opening() + b"x", b"\x02" * 41])
def test_proof_that_opens_no_entry_is_refused(extra: bytes) -> None:
    with pytest.raises(LogProofError, match="time and the salt"):
        prove_logged(CREDENTIAL, proof(extra=extra), issuer=ISSUER, key=KEY.public_key())


def test_credential_with_another_signed_part_is_refused() -> None:
    with pytest.raises(LogProofError, match="does not lead"):
        prove_logged("aaa.bbb.ccd~", proof(), issuer=ISSUER, key=KEY.public_key())


def test_log_of_another_issuer_is_refused() -> None:
    with pytest.raises(NoteError) as refused:
        prove_logged(CREDENTIAL, proof(), issuer="https://bank.example", key=KEY.public_key())
    assert refused.value.kind == "unknown_key"
