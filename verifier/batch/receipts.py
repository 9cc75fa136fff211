"""A signed receipt for each file of a batch, in a folder; the key stays in the parent, workers say what they found.

A receipt is named after the number of the file and the id of its Report, so nothing of the file's own name is in it. It
is on the disk before its result is. A file without a verdict has no receipt. Of an interrupted batch the receipts that
have no result yet are made again.

Source: docs/formats/receipt.md, docs/batch.md
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from keys.signer import Signer
from keys.values import dataclass
from verifier.batch.lines import Line
from verifier.batch.lists import KnownList
from verifier.errors import ReceiptWriteError
from verifier.receipt.kept import KeptMaterial
from verifier.receipt.token import sign_record
from verifier.whole_files import write_whole


@dataclass(frozen=True, slots=True)
class ReceiptFolder:
    """Where the receipts of a batch go.

    Args:
        folder: made when the first receipt is written.
        signer: the verifier's key for receipts.
        clock: seconds since 1970, for `iat`: when the receipt is written, also when the check is for a chosen time.
        keep: where the lists of the checks are kept, or None.
    """

    folder: Path
    signer: Signer
    clock: Callable[[], float]
    keep: KeptMaterial | None = None

    def check_place(self, *, resumes: bool) -> None:
        """Refuse a folder with anything in it, unless an interrupted batch goes on.

        Raises:
            ReceiptWriteError: it is a file, not empty, or cannot be looked into.
        """
        try:
            if self.folder.exists() and not self.folder.is_dir():
                raise ReceiptWriteError(f"expected --receipt to be a folder, found a file at {self.folder.name}")
            if not resumes and self.folder.is_dir() and any(self.folder.iterdir()):
                raise ReceiptWriteError(f"expected no receipts in {self.folder.name} yet, found files")
        except OSError as error:
            raise ReceiptWriteError(f"expected to write in {self.folder.name}, found: {error.strerror}") from error

    def write(self, line: Line) -> None:
        """Write the receipt of a result; nothing for a file without a verdict.

        Raises:
            ReceiptWriteError: the folder cannot be written to.
        """
        if line.record is None:
            return
        token = sign_record({**line.record, "iat": int(self.clock())}, signer=self.signer)
        self._put(f"receipt-{line.number:05}-{line.record['report_id']}.jws", token.encode("ascii"))

    def keep_material(self, trust: bytes, lists: Iterable[KnownList]) -> None:
        """Keep what the receipts name by digest, so that the checks can be repeated.

        Raises:
            ReceiptWriteError: the folder cannot be written to.
        """
        if self.keep is None:
            return
        self.keep.keep(trust)
        for known in lists:
            if known.text:
                self.keep.keep(known.text.encode("ascii"))

    def _put(self, name: str, data: bytes) -> None:
        """Write whole or not at all, for its owner only."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self.folder / name, data)
        except OSError as error:
            raise ReceiptWriteError(f"expected to write in {self.folder.name}, found: {error.strerror}") from error
