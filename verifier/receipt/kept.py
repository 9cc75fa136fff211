"""The material a receipt names by digest: trust lists and status list tokens, each in a file named after its SHA-256.

Such a folder serves any number of receipts; the same list is kept once. It holds nothing personal.
"""

from pathlib import Path

from credential_schemas.limits import MAX_STATUS_TOKEN_BYTES, MAX_TRUST_BUNDLE_BYTES
from verifier.errors import ReceiptWriteError
from verifier.receipt.digests import sha256_hex
from verifier.whole_files import write_whole

_MAX_BYTES = max(MAX_STATUS_TOKEN_BYTES, MAX_TRUST_BUNDLE_BYTES)


class KeptMaterial:
    """A folder of kept lists."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, data: bytes) -> None:
        """Store some bytes under their digest; nothing to do when they are there, undamaged.

        Raises:
            ReceiptWriteError: the folder cannot be written to.
        """
        name = sha256_hex(data)
        if self.find(name) is not None:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._folder / name, data)
        except OSError as error:
            raise ReceiptWriteError(f"expected to keep the lists of the check, found: {error.strerror}") from error

    def find(self, sha256: str) -> bytes | None:
        """Return the bytes with a digest, or None when they were not kept or are damaged."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            return None
        try:
            with (self._folder / sha256).open("rb") as file:
                data = file.read(_MAX_BYTES + 1)
        except OSError:
            return None
        return data if sha256_hex(data) == sha256 else None
