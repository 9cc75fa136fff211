"""The one digest of receipts: SHA-256 in lower-case hex."""

import hashlib


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of some bytes as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()
