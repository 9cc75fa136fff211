"""Marks: dates, numbers and digests leave the text as one control character each and stand beside it as raw bytes.

The marks (docs/formats/qr-payload.md section 5); a value is big-endian:

* 00 separates the parts of the credential
* 01 the digest of the first disclosure that no mark has named yet; 02 and a character from 20: that of a numbered one
* 03 32 bytes, in the text as 43 characters of base64url
* 04 a date, 2 bytes, days since 1900-01-01; 05 to 08 one of the last four different dates, the latest first
* 09 midnight in Korea as seconds since 1970, 2 bytes, days
* 0A 12 bytes, in the text as 16 characters of base64url: a `kid`
* 0B to 15 a run of 4 to 14 digits, in the fewest bytes that hold any such number
* 16 the issuer: what the payload says as `iss`, repeated

What digests and the issuer stand for is the business of `structure`.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

from credential_schemas.errors import QrPayloadError
from credential_schemas.korean_time import DAY_S, KOREAN_OFFSET_S
from keys.encoding import b64url_decode, b64url_encode
from keys.errors import DecodingError

SEPARATOR, NEXT_DIGEST, NUMBERED_DIGEST = "\x00", "\x01", "\x02"
FIRST_NUMBERED, LAST_NUMBERED = 0x20, 0x7E
ISSUER = "\x16"
_RAW_32, _DATE, _FIRST_RECENT, _MIDNIGHT, _RAW_12 = "\x03", "\x04", 0x05, "\x09", "\x0a"
_RESOLVED_LATER = (SEPARATOR, NEXT_DIGEST, NUMBERED_DIGEST, ISSUER)
_RECENT_DATES = 4
_FIRST_RUN, _SHORTEST_RUN, _LONGEST_RUN = 0x0B, 4, 14
_RUN_BYTES = {count: ((10**count - 1).bit_length() + 7) // 8 for count in range(_SHORTEST_RUN, _LONGEST_RUN + 1)}
_DAY_ZERO = date(1900, 1, 1)
_LAST_DAY = 0xFFFF

_VALUES = re.compile(
    r'(?<=")(?P<raw>[A-Za-z0-9_-]{43})(?=")'
    r'|(?<="kid":")(?P<kid>[A-Za-z0-9_-]{16})(?=")'
    r'|(?<=")(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})(?=")'
    r"|(?<=:)(?P<midnight>[0-9]{9,10})(?=[,}])"
    r"|(?P<run>[0-9]{4,14})",
    re.ASCII,
)
_MARKS = re.compile(r"[\x00-\x1f]")


def named_number(character: str) -> int:
    """Return the number of a disclosure from the character behind its mark; ValueError beyond the last one."""
    if not FIRST_NUMBERED <= ord(character) <= LAST_NUMBERED:
        raise ValueError("expected the number of a disclosure from 0 to 94")
    return ord(character) - FIRST_NUMBERED


class Recent:
    """The last four different dates, the latest first; both directions keep the same list."""

    def __init__(self) -> None:
        self._dates: list[str] = []

    def mark_of(self, text: str) -> str | None:
        """Return the mark of a recent date, or None."""
        return chr(_FIRST_RECENT + self._dates.index(text)) if text in self._dates else None

    def at(self, place: int) -> str:
        """Return a recent date by its place; IndexError when there are not so many."""
        return self._dates[place]

    def seen(self, text: str) -> None:
        """Put a date in front."""
        self._dates = [text, *(other for other in self._dates if other != text)][:_RECENT_DATES]


class ValueReader:
    """Raw values, read in the order in which their marks stand."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        """Return the next bytes.

        Raises:
            QrPayloadError: kind `structure`: not so many are left.
        """
        taken = self._data[self._at : self._at + count]
        if len(taken) != count:
            raise QrPayloadError("structure", "expected more raw values than the payload has")
        self._at += count
        return taken

    def number(self, count: int) -> int:
        """Return the next bytes as a big-endian number."""
        return int.from_bytes(self.take(count))

    def finish(self) -> None:
        """Refuse values that no mark asked for: QrPayloadError, kind `structure`."""
        if self._at != len(self._data):
            raise QrPayloadError("structure", "expected no raw value without a mark")


def mark_values(text: str, *, digest_mark: Callable[[str], str | None]) -> tuple[str, bytes]:
    """Replace the values of a text by marks.

    Args:
        text: without control characters except separators and the mark of the issuer.
        digest_mark: asked for each quoted run of 43 base64url characters, in order; None: it is no digest to compute.

    Returns:
        The marked text, and the raw values in the order of their marks.
    """
    values = bytearray()
    recent = Recent()

    def replace(match: re.Match[str]) -> str:
        found = match.group()
        if match.lastgroup == "raw":
            return digest_mark(found) or _mark_raw(found, values)
        if match.lastgroup == "kid":
            values.extend(b64url_decode(found))
            return _RAW_12
        if match.lastgroup == "date":
            return _mark_date(found, values, recent)
        if match.lastgroup == "midnight":
            return _mark_midnight(found, values)
        return _mark_run(found, values)

    return _VALUES.sub(replace, text), bytes(values)


def restore_values(marked: str, reader: ValueReader) -> str:
    """Put the values back; separators and the marks of digests and of the issuer stay.

    Raises:
        QrPayloadError: kind `structure`: values are missing, a mark has no meaning, or a value is outside its range.
    """
    recent = Recent()

    def replace(match: re.Match[str]) -> str:
        mark = match.group()
        if mark in _RESOLVED_LATER:
            return mark
        if mark == _RAW_32:
            return b64url_encode(reader.take(32))
        if mark == _RAW_12:
            return b64url_encode(reader.take(12))
        if mark == _DATE or _FIRST_RECENT <= ord(mark) < _FIRST_RECENT + _RECENT_DATES:
            return _restore_date(mark, reader, recent)
        if mark == _MIDNIGHT:
            return str(reader.number(2) * DAY_S - KOREAN_OFFSET_S)
        return _restore_run(ord(mark) - _FIRST_RUN + _SHORTEST_RUN, reader)

    return _MARKS.sub(replace, marked)


def _mark_raw(found: str, values: bytearray) -> str:
    try:
        values += b64url_decode(found)
    except DecodingError:  # stray bits: 43 characters that are not the encoding of 32 bytes
        return found
    return _RAW_32


def _mark_date(found: str, values: bytearray, recent: Recent) -> str:
    try:
        days = (date.fromisoformat(found) - _DAY_ZERO).days
    except ValueError:
        return found
    if not 0 <= days <= _LAST_DAY:
        return found
    mark = recent.mark_of(found)
    recent.seen(found)
    if mark is None:
        values += days.to_bytes(2)
        return _DATE
    return mark


def _mark_midnight(found: str, values: bytearray) -> str:
    days, rest = divmod(int(found) + KOREAN_OFFSET_S, DAY_S)
    if rest == 0 and days <= _LAST_DAY and not found.startswith("0"):
        values += days.to_bytes(2)
        return _MIDNIGHT
    return _mark_run(found, values)


def _mark_run(found: str, values: bytearray) -> str:
    values += int(found).to_bytes(_RUN_BYTES[len(found)])
    return chr(_FIRST_RUN + len(found) - _SHORTEST_RUN)


def _restore_date(mark: str, reader: ValueReader, recent: Recent) -> str:
    if mark == _DATE:
        text = (_DAY_ZERO + timedelta(days=reader.number(2))).isoformat()
    else:
        try:
            text = recent.at(ord(mark) - _FIRST_RECENT)
        except IndexError:
            raise QrPayloadError("structure", "expected a mark of a date that was there before") from None
    recent.seen(text)
    return text


def _restore_run(length: int, reader: ValueReader) -> str:
    count = _RUN_BYTES.get(length)
    if count is None:
        raise QrPayloadError("structure", "expected a mark that has a meaning")
    text = str(reader.number(count)).zfill(length)
    if len(text) != length:
        raise QrPayloadError("structure", f"expected a number of {length} digits")
    return text
