"""A compact SD-JWT as marked text and raw values, and back, byte for byte.

The text is the header's JSON, the payload's and each disclosure's, separated. A disclosure loses its salt and brackets;
one that is not `["` + 16 bytes of salt + `",` is kept whole, and begins with `[` then. Digests that disclosures explain
become marks, and are computed again; so does the issuer where the payload repeats it. The raw values are the signature,
the salts, then the values of the marks.

`take_apart` answers None for what it cannot represent; its caller compares the round trip, so a missed peculiarity
costs bytes and never a wrong credential.

Source: docs/formats/qr-payload.md section 3
"""

import hashlib
import re
from collections.abc import Callable

from credential_schemas.errors import QrPayloadError
from credential_schemas.qr import marks
from credential_schemas.qr.limits import MAX_DISCLOSURES
from keys.encoding import b64url_decode, b64url_encode
from keys.errors import DecodingError
from keys.values import dataclass

_SIGNATURE_BYTES, _SALT_BYTES = 64, 16
_CUT = re.compile(r'\["([A-Za-z0-9_-]{22})",(?!\[)(.+)\]', re.ASCII | re.DOTALL)
_NOT_TEXT = re.compile("[\x00-\x1f\U000f0000-\U000fffff]")
_MARK = re.compile("[\x00-\x1f]")
_ISSUER = re.compile(r'"iss":"([^"\x00-\x1f]{1,255})"')
_MAX_ISSUER_MARKS = 16
_DIGEST_MARKS = re.compile("\x01|\x02.?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TakenApart:
    """Marked text without words, its names already replaced, and the raw values beside it."""

    marked: str
    values: bytes


def take_apart(token: str, *, replace_names: Callable[[str], str]) -> TakenApart | None:
    """Take a compact SD-JWT without key binding apart; None when it has another form."""
    jwt, *disclosures, end = token.split("~")
    parts = jwt.split(".")
    if len(parts) != 3 or end or len(disclosures) > MAX_DISCLOSURES:
        return None
    try:
        texts = [b64url_decode(part).decode("utf-8") for part in (*parts[:2], *disclosures)]
        signature = b64url_decode(parts[2])
    except (DecodingError, UnicodeDecodeError):
        return None
    if len(signature) != _SIGNATURE_BYTES or "" in texts or any(_NOT_TEXT.search(text) for text in texts):
        return None
    texts[1] = _mark_issuer(texts[1])
    salts, cut = _cut_salts(texts[2:])
    digests = _DigestMarks([_digest(disclosure) for disclosure in disclosures])
    whole = marks.SEPARATOR.join((*texts[:2], *cut))
    marked, values = marks.mark_values(replace_names(whole), digest_mark=digests.mark_of)
    return TakenApart(marked, signature + salts + values)


def put_together(text: str, values: bytes) -> str:
    """Make the compact SD-JWT from marked text, its words put in, and raw values.

    Raises:
        QrPayloadError: kind `structure`: parts, marks and values do not fit each other.
    """
    count = text.count(marks.SEPARATOR)
    if not 1 <= count <= MAX_DISCLOSURES + 1:
        raise QrPayloadError("structure", f"expected header, payload and at most {MAX_DISCLOSURES} disclosures")
    reader = marks.ValueReader(values)
    signature = reader.take(_SIGNATURE_BYTES)
    salts = [None if part.startswith("[") else reader.take(_SALT_BYTES) for part in text.split(marks.SEPARATOR)[2:]]
    header, payload, *cut = marks.restore_values(text, reader).split(marks.SEPARATOR)
    reader.finish()
    disclosures = [_encode_part(_with_salt(part, salt)) for part, salt in zip(cut, salts, strict=True)]
    payload = _restore_digests(payload, [_digest(disclosure) for disclosure in disclosures])
    payload = _restore_issuer(payload)
    jwt = ".".join((_encode_part(header), _encode_part(payload), b64url_encode(signature)))
    return "~".join((jwt, *disclosures, ""))


class _DigestMarks:
    """Which mark stands for a digest, asked in the order of the text."""

    def __init__(self, digests: list[str]) -> None:
        self._numbers = {digest: number for number, digest in enumerate(digests)}
        self._unnamed = list(range(len(digests)))

    def mark_of(self, text: str) -> str | None:
        number = self._numbers.get(text)
        if number is None or number not in self._unnamed:
            return None
        is_next = number == self._unnamed[0]
        if not is_next and number > marks.LAST_NUMBERED - marks.FIRST_NUMBERED:
            return None
        self._unnamed.remove(number)
        return marks.NEXT_DIGEST if is_next else marks.NUMBERED_DIGEST + chr(marks.FIRST_NUMBERED + number)


def _restore_digests(payload: str, digests: list[str]) -> str:
    unnamed = list(range(len(digests)))

    def replace(match: re.Match[str]) -> str:
        mark = match.group()
        number = unnamed[0] if mark == marks.NEXT_DIGEST else marks.named_number(mark[1])
        unnamed.remove(number)
        return digests[number]

    try:
        return _DIGEST_MARKS.sub(replace, payload)
    except (IndexError, ValueError):
        raise QrPayloadError("structure", "expected each mark of a digest to name a disclosure not named yet") from None


def _mark_issuer(payload: str) -> str:
    match = _ISSUER.search(payload)
    if match is None:
        return payload
    before, after = payload[: match.end()], payload[match.end() :]
    return before + after.replace(f'"{match.group(1)}', f'"{marks.ISSUER}', _MAX_ISSUER_MARKS)


def _restore_issuer(payload: str) -> str:
    count = payload.count(marks.ISSUER)
    if count == 0:
        return payload
    match = _ISSUER.search(payload)
    if match is None or count > _MAX_ISSUER_MARKS:
        raise QrPayloadError("structure", f"expected an issuer before at most {_MAX_ISSUER_MARKS} marks of it")
    return payload.replace(marks.ISSUER, match.group(1))


def _cut_salts(texts: list[str]) -> tuple[bytes, list[str]]:
    salts, cut = bytearray(), []
    for text in texts:
        match = _CUT.fullmatch(text)
        salt = _salt_bytes(match.group(1)) if match else None
        if match and salt:
            salts += salt
            cut.append(match.group(2))
        else:
            cut.append(text)
    return bytes(salts), cut


def _salt_bytes(text: str) -> bytes | None:
    try:
        return b64url_decode(text)
    except DecodingError:
        return None


def _with_salt(part: str, salt: bytes | None) -> str:
    return part if salt is None else f'["{b64url_encode(salt)}",{part}]'


def _encode_part(text: str) -> str:
    if not text or _MARK.search(text):
        raise QrPayloadError("structure", "expected no empty part and no mark that was not resolved")
    return b64url_encode(text.encode("utf-8"))


def _digest(disclosure: str) -> str:
    return b64url_encode(hashlib.sha256(disclosure.encode("ascii")).digest())
