"""A long content under a passphrase, sealed piece by piece, so that neither side ever holds it whole.

Form: a line that names it; the length (2 bytes, big endian) of a sealed file (`keys.sealed_file`) that holds a random
key; then pieces of 1 MiB, the last one shorter or as long, each under AES-256-GCM. A piece's nonce is its number (11
bytes, big endian) and a byte that is 1 for the last one only: pieces cannot be changed, moved, repeated or left out,
nor the end cut off. Everything before the pieces is authenticated with each. Left to the caller: files, and how strong
the passphrase is.

Source: the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption, 2015, section 7)
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys.errors import SealedFileError
from keys.sealed_file import SealPrice, open_file, seal_file

PIECE_BYTES: Final = 1024 * 1024
_MAGIC: Final = b"competency-bank/sealed-stream/1\n"
_LENGTH_BYTES: Final = 2
_KEY_BYTES: Final = 32
_TAG_BYTES: Final = 16
_NUMBER_BYTES: Final = 11


class StreamSealer:
    """Seals what is written into a file; the content is whole only once `finish` has returned."""

    def __init__(
        self,
        target: BinaryIO,
        *,
        passphrase: str,
        random_bytes: Callable[[int], bytes],
        price: SealPrice | None = None,
    ) -> None:
        """Write the head.

        Args:
            target: where the sealed bytes go.
            passphrase: at least 8 characters.
            random_bytes: a cryptographic source.
            price: the default is the right one outside tests.

        Raises:
            SealedFileError: kind `passphrase`, it is too short.
        """
        key = random_bytes(_KEY_BYTES)
        wrapped = seal_file(key, passphrase=passphrase, random_bytes=random_bytes, price=price)
        self._head = _MAGIC + len(wrapped).to_bytes(_LENGTH_BYTES, "big") + wrapped
        self._target = target
        self._cipher = AESGCM(key)
        self._number = 0
        self._open = bytearray()
        target.write(self._head)

    def write(self, content: bytes) -> None:
        """Add to the content."""
        self._open += content
        while len(self._open) > PIECE_BYTES:  # a full piece waits, because it may be the last one
            self._seal(bytes(self._open[:PIECE_BYTES]), last=False)
            del self._open[:PIECE_BYTES]

    def finish(self) -> None:
        """Write the last piece."""
        self._seal(bytes(self._open), last=True)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last=last), piece, self._head))
        self._number += 1


def open_stream(source: BinaryIO, *, passphrase: str, cheapest: SealPrice | None = None) -> Iterator[bytes]:
    """Yield the content that a `StreamSealer` sealed, piece by piece; it is whole only when this ends.

    Args:
        source: hostile; read from where it stands to its end.
        passphrase: the one it was sealed under.
        cheapest: the least price that is believed; the default is the right one outside tests.

    Raises:
        SealedFileError: kind `format`, it is no such file; `passphrase`, it does not open it, or it was changed;
            `changed`, a piece is not what was sealed, or the end is missing.
    """
    magic = source.read(len(_MAGIC))
    length = source.read(_LENGTH_BYTES)
    wrapped = source.read(int.from_bytes(length, "big"))
    if magic != _MAGIC:
        raise SealedFileError("expected a sealed stream, found another format", kind="format")
    key = open_file(wrapped, passphrase=passphrase, cheapest=cheapest)
    if len(key) != _KEY_BYTES:
        raise SealedFileError("expected a sealed stream, found another sealed file", kind="format")
    cipher, head, number = AESGCM(key), magic + length + wrapped, 0
    piece = source.read(PIECE_BYTES + _TAG_BYTES)
    while piece or not number:
        following = source.read(PIECE_BYTES + _TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), piece, head)
        except InvalidTag:
            raise SealedFileError("the file was changed, or its end is missing", kind="changed") from None
        piece, number = following, number + 1


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_NUMBER_BYTES, "big") + bytes([last])
