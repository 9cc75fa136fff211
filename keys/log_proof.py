"""Proofs that something was logged, to be checked without a network: index, path and signed checkpoint in one text.

Rules enforced: one form for every proof (what is decoded and encoded again is the same bytes), a checkpoint that the
known key signed, and a path that leads from the entry to its root. The extra data proves nothing by itself: the caller
draws the entry from it, and the path proves the entry.

Source: C2SP tlog-proof, version 1
"""

from typing import Final

from keys.checkpoint import Checkpoint, decode_number, verify_checkpoint
from keys.errors import LogProofError
from keys.limits import MAX_LOG_PATH, MAX_LOG_PROOF_BYTES, MAX_LOG_PROOF_EXTRA_BYTES
from keys.merkle import HASH_BYTES, leaf_hash, proves_inclusion
from keys.note_keys import NotePublicKey
from keys.signed_note import decode_base64, decode_text, encode_base64
from keys.values import dataclass

_HEADER: Final = "c2sp.org/tlog-proof@v1"
_EXTRA: Final = "extra "
_INDEX: Final = "index "


@dataclass(frozen=True, slots=True)
class LogProof:
    """A proof, nothing of it verified: place of the entry, path to the root, signed checkpoint, extra data."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""

    def encode(self) -> bytes:
        """Write the proof as text."""
        lines = [_HEADER]
        if self.extra:
            lines.append(_EXTRA + encode_base64(self.extra))
        lines.append(f"{_INDEX}{self.index}")
        lines.extend(encode_base64(each) for each in self.path)
        return "\n".join([*lines, "", ""]).encode("ascii") + self.checkpoint

    @classmethod
    def decode(cls, data: bytes) -> "LogProof":
        """Read a proof.

        Raises:
            NoteError: `format`; not text, or base64 or a number in another form.
            LogProofError: the lines are not those of a proof.
        """
        text = decode_text(data, max_bytes=MAX_LOG_PROOF_BYTES)
        above, split, checkpoint = text.partition("\n\n")
        header, *lines = above.split("\n")
        if header != _HEADER or not split:
            raise LogProofError(f"expected {_HEADER}, lines, an empty line and a checkpoint")
        extra = b""
        if lines and lines[0].startswith(_EXTRA):
            extra = decode_base64(lines.pop(0).removeprefix(_EXTRA))
        if not lines or not lines[0].startswith(_INDEX):
            raise LogProofError("expected the index of an entry")
        index = decode_number(lines.pop(0).removeprefix(_INDEX))
        path = tuple(decode_base64(line) for line in lines)
        if any(len(each) != HASH_BYTES for each in path):
            raise LogProofError(f"expected hashes of {HASH_BYTES} bytes")
        if len(path) > MAX_LOG_PATH or len(extra) > MAX_LOG_PROOF_EXTRA_BYTES:
            raise LogProofError(f"expected a path of at most {MAX_LOG_PATH} hashes and little extra data")
        return cls(index, path, checkpoint.encode(), extra)

    def verify(self, entry: bytes, *, origin: str, key: NotePublicKey) -> Checkpoint:
        """Return the checkpoint under which the log contains this entry at `index`.

        Raises:
            NoteError: the checkpoint is not one that this log signed with this key.
            LogProofError: the path does not lead from the entry to the checkpoint's root.
        """
        checkpoint = verify_checkpoint(self.checkpoint, origin=origin, key=key)
        leaf = leaf_hash(entry)
        if not proves_inclusion(leaf, self.index, size=checkpoint.size, root=checkpoint.root, path=self.path):
            raise LogProofError("the path does not lead from this entry to the checkpoint")
        return checkpoint
