"""Write a Token Status List: a list that can be changed in place, its compressed form, and the signed token.

Every entry begins as 0, which is "valid"; which index a credential gets, and that none is used twice, is left to the
caller.

Source: draft-ietf-oauth-status-list-20 sections 4, 5.1 and 13.2
"""

import zlib

from credential_schemas.errors import StatusListError
from credential_schemas.limits import MAX_STATUS_TOKEN_BYTES
from credential_schemas.status_list import PERMITTED_BITS, STATUS_LIST_TYP, StatusList, StatusToken
from keys.encoding import JsonValue, b64url_encode, encode_json
from keys.jws_sign import sign_compact
from keys.signer import Signer

LIST_BITS = 2
LIST_SIZE = 2**20


class StatusBitmap:
    """A status list that is being written, by default one of 2^20 entries of 2 bits."""

    __slots__ = ("_bits", "_data")

    def __init__(self, *, bits: int = LIST_BITS, size: int = LIST_SIZE) -> None:
        if bits not in PERMITTED_BITS:
            raise StatusListError("bits", "expected 1, 2, 4 or 8 bits for an entry, found something else")
        if size <= 0 or size * bits % 8:
            raise StatusListError("format", "expected a size that fills whole bytes, found another")
        self._bits = bits
        self._data = bytearray(size * bits // 8)

    @classmethod
    def of(cls, status_list: StatusList) -> "StatusBitmap":
        """A copy of a list, to be changed."""
        bitmap = cls(bits=status_list.bits, size=status_list.size)
        bitmap._data[:] = status_list.data
        return bitmap

    def set(self, index: int, value: int) -> None:
        """Write one entry.

        Raises:
            StatusListError: `out_of_range` for the index, `value` when the entry's bits cannot hold it.
        """
        highest = (1 << self._bits) - 1
        if not 0 <= index < len(self._data) * 8 // self._bits:
            raise StatusListError("out_of_range", "expected an index inside of the list, found another")
        if not 0 <= value <= highest:
            raise StatusListError("value", f"expected a value from 0 to {highest}, found another")
        byte, shift = index * self._bits >> 3, index * self._bits & 7
        self._data[byte] = self._data[byte] & ~(highest << shift) & 0xFF | value << shift

    def freeze(self) -> StatusList:
        """The list as it is now."""
        return StatusList(self._bits, bytes(self._data))


def encode_status_list(status_list: StatusList) -> str:
    """The `lst` of a status list: one zlib stream at the highest level, as base64url text."""
    return b64url_encode(zlib.compress(status_list.data, 9))


def build_status_token(token: StatusToken, *, signer: Signer) -> str:
    """Sign a status list token.

    Args:
        token: what it is to say; `verify_status_token` gives it back.
        signer: the issuer's status key; its `key_id` becomes `kid`.

    Raises:
        StatusListError: `too_large`, the token would be refused by our own verifier.
    """
    status_list: dict[str, JsonValue] = {
        "bits": token.status_list.bits,
        "lst": encode_status_list(token.status_list),
    }
    claims: dict[str, JsonValue] = {"sub": token.uri, "iat": token.issued_at}
    if token.expires_at is not None:
        claims["exp"] = token.expires_at
    if token.ttl_s is not None:
        claims["ttl"] = token.ttl_s
    claims["status_list"] = status_list
    header: dict[str, JsonValue] = {"alg": signer.algorithm, "kid": signer.key_id, "typ": STATUS_LIST_TYP}
    text = sign_compact(header, encode_json(claims), signer=signer)
    if len(text) > MAX_STATUS_TOKEN_BYTES:
        raise StatusListError("too_large", f"expected a token of at most {MAX_STATUS_TOKEN_BYTES} bytes, found more")
    return text
