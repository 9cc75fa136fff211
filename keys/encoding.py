"""Strict decoding of what gets signed: base64url and JSON, one accepted form each (S1, S11).

Rules enforced:
* base64url without padding, RFC 4648 section 5 alphabet only, and no stray bits in the last character, so that one
  value has one text (RFC 7515 section 2).
* JSON is strict UTF-8 without byte order mark, one value, nothing behind it (RFC 8259 section 8.1).
* No duplicate members, also when written with different escapes (RFC 7515 section 4, RFC 8725 section 2.4).
* No `NaN`, `Infinity`, numbers that overflow to infinity, integers of 2^53 or more, or negative zero: readers disagree
  about these (RFC 7493 section 2.2).
* No lone surrogates, neither read nor written (RFC 7493 section 2.1).
* At most 20 levels, and 1,000 members an object.

Left to the caller: the size limit of each document, and what the members mean.
"""

import binascii
import json
import math
from collections.abc import Iterable, Sequence
from json.encoder import c_make_encoder, encode_basestring  # type: ignore[attr-defined]  # the stubs name the class only
from json.scanner import make_scanner
from typing import NoReturn, TypeAlias, cast

from keys.errors import DecodingError
from keys.limits import MAX_JSON_DEPTH, MAX_JSON_INTEGER, MAX_JSON_MEMBERS

JsonValue: TypeAlias = bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"] | None

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
# What is no base64url becomes a character that the strict decoder refuses: it skips nothing.
_TO_STANDARD_ALPHABET = bytes.maketrans(b"-_+/=", b"+/!!!")
# By the characters beyond the last whole group of four: those that may end a text, the others have stray bits.
_LAST_CHARACTERS = (frozenset[str](), frozenset[str](), frozenset(_ALPHABET[::16]), frozenset(_ALPHABET[::4]))
_PADDING = (b"", b"===", b"==", b"=")
# By the same count and the last character: what makes whole groups of a text, which is then followed by zero bytes.
_FILLERS = tuple(
    dict.fromkeys(permitted, filler)
    for permitted, filler in zip((_ALPHABET, "", _ALPHABET[::16], _ALPHABET[::4]), ("AAAA", "", "AA", "A"), strict=True)
)
_ZERO_BYTES = (3, 0, 2, 1)
_TO_URL_ALPHABET = bytes.maketrans(b"+/", b"-_")

_CONTAINERS = (dict, list)
_SAFE_INTEGER_CHARACTERS = len(f"{MAX_JSON_INTEGER}")
_MAX_INTEGER_CHARACTERS = len(f"-{MAX_JSON_INTEGER}")


def b64url_encode(data: bytes) -> str:
    """Bytes to base64url text without padding (RFC 7515 section 2)."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL_ALPHABET, b"=").decode()


def b64url_encode_all(values: Sequence[bytes]) -> list[str]:
    """Byte strings that are all of one length, not empty, to their base64url texts, in one go."""
    if not values:
        return []
    length = len(values[0])
    filler = bytes(-length % 3)  # the last characters of a value then belong to it alone
    text = b64url_encode(filler.join([*values, b""]))
    whole, used = (length + 2) // 3 * 4, (length * 4 + 2) // 3
    return [text[start : start + used] for start in range(0, len(values) * whole, whole)]


def b64url_encode_each(values: Iterable[bytes]) -> list[str]:
    """Byte strings of any lengths to their base64url texts, in one go."""
    standard = b"~".join([binascii.b2a_base64(value, newline=False) for value in values])
    return standard.replace(b"+", b"-").replace(b"/", b"_").replace(b"=", b"").decode().split("~")


def b64url_decode(text: str) -> bytes:
    """Base64url text without padding to bytes; only the one canonical text of a value is accepted.

    Raises:
        DecodingError: kind `base64url`; padding, a foreign character, an impossible length or stray bits.

    Source: RFC 4648 sections 3.5 and 5, RFC 7515 section 2
    """
    rest = len(text) & 3
    if not rest or text[-1] in _LAST_CHARACTERS[rest]:
        try:
            standard = text.encode("ascii").translate(_TO_STANDARD_ALPHABET)
            return binascii.a2b_base64(standard + _PADDING[rest] if rest else standard, strict_mode=True)
        except (UnicodeEncodeError, binascii.Error):
            pass
    raise DecodingError("expected canonical base64url without padding", kind="base64url")


def decode_json(data: bytes, *, max_bytes: int) -> JsonValue:
    """Decode one strict JSON document.

    Args:
        data: UTF-8 bytes, exactly the document (JSON white space around it is allowed).
        max_bytes: the caller's limit for this kind of document.

    Returns:
        The value, members in the order of the text.

    Raises:
        DecodingError: `kind` names the rule that was broken; the message holds nothing of the document.

    Source: RFC 8259, RFC 7493, RFC 8725 section 2.4
    """
    if len(data) > max_bytes:
        raise DecodingError(f"expected at most {max_bytes} bytes of JSON, found {len(data)}", kind="size")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DecodingError(f"expected UTF-8, found another byte at {error.start}", kind="utf8") from None
    if text.startswith("\ufeff"):
        raise DecodingError("expected JSON without a byte order mark", kind="utf8")
    try:
        value = _parse(text)
    except json.JSONDecodeError as error:
        raise DecodingError(f"expected JSON, found an error at character {error.pos}", kind="json") from None
    except RecursionError:
        # The C parser counts its own frames and stops far above our limit and far below the end of the stack.
        raise _too_deep() from None
    # Every level is opened by a bracket, so few brackets are proof enough.
    if text.count("{") + text.count("[") > MAX_JSON_DEPTH:
        _check_depth(value)
    if "\\u" in text:
        _check_surrogates(value)
    return value


def decode_json_object(data: bytes, *, max_bytes: int) -> dict[str, JsonValue]:
    """Decode one strict JSON document that must be an object; see `decode_json`.

    Raises:
        DecodingError: as `decode_json`, and kind `json` when the value is not an object.
    """
    value = decode_json(data, max_bytes=max_bytes)
    if not isinstance(value, dict):
        raise DecodingError("expected a JSON object, found another JSON value", kind="json")
    return value


def decode_texts(texts: Sequence[str]) -> list[str] | None:
    """Decode several base64url texts of UTF-8 in one go, when all of them are surely right.

    The texts are decoded as one, with zero bytes between them; only the zero bytes that were put there may be found.

    Args:
        texts: in any number.

    Returns:
        What `b64url_decode(text).decode()` returns for each text; None when one of them may be refused, is empty, or
        holds a zero byte: then the caller has to look at them one by one.

    Source: docs/decisions/0062-verifying-in-fewer-passes.md
    """
    joined = "".join([text + _FILLERS[len(text) & 3].get(text[-1:], "!") for text in texts])
    if "+" in joined or "/" in joined:
        return None
    try:
        data = binascii.a2b_base64(joined.replace("-", "+").replace("_", "/"), strict_mode=True)
        pieces = data.decode("utf-8").split("\0")
    except ValueError:  # no base64, or no UTF-8
        return None
    found = [*filter(None, pieces)]
    zeros = sum([_ZERO_BYTES[len(text) & 3] for text in texts])
    return found if len(pieces) == zeros + 1 and len(found) == len(texts) else None


def decode_json_texts(texts: Sequence[str], *, max_bytes: int) -> list[JsonValue] | None:
    """Decode several base64url texts of strict JSON arrays in one go, when all of them are surely right.

    Args:
        texts: in any number.
        max_bytes: the caller's limit for each document.

    Returns:
        What `decode_json(b64url_decode(text))` returns for each text; None when one of them may be refused, or is
        better looked at alone: then that is what the caller has to ask.
    """
    if not texts or max(map(len, texts)) > max_bytes:
        return None
    values: list[JsonValue] = []
    try:
        for text in decode_texts(texts) or ():
            value, end = _SCAN(text, 0)
            if end != len(text) or type(value) is not list or "\\" in text:
                return None
            if text.count("{") + text.count("[") > MAX_JSON_DEPTH:
                _check_depth(value)
            values.append(value)
    except (StopIteration, RecursionError, ValueError, DecodingError):  # ValueError: no JSON
        return None
    return values or None


def encode_json(value: JsonValue) -> bytes:
    """Write compact UTF-8 JSON with members in insertion order.

    Raises:
        DecodingError: kind `number` for NaN or an infinity, kind `utf8` for a lone surrogate; what we refuse to read
            we do not write.
    """
    try:
        return "".join(_WRITE(value, 0)).encode("utf-8")
    except UnicodeEncodeError:
        raise DecodingError("expected Unicode text, found a lone surrogate", kind="utf8") from None
    except ValueError:
        raise DecodingError("expected finite numbers, found NaN or an infinity", kind="number") from None


def _parse(text: str) -> JsonValue:
    """Parse one document; without white space around it, as everything of ours, in one call of the C scanner."""
    value: JsonValue
    try:
        value, end = _SCAN(text, 0)
    except StopIteration:
        end = -1
    if end != len(text):
        value = _DECODER.decode(text)  # finds the white space, or names the place of the error
    return value


def _check_depth(value: JsonValue) -> None:
    """Walk the containers level by level, without recursion."""
    containers = [value] if type(value) in _CONTAINERS else []
    for _level in range(MAX_JSON_DEPTH):
        containers = [child for container in containers for child in _children(container) if type(child) in _CONTAINERS]
        if not containers:
            return
    raise _too_deep()


def _children(container: JsonValue) -> Iterable[JsonValue]:
    return container.values() if isinstance(container, dict) else cast("list[JsonValue]", container)


def _too_deep() -> DecodingError:
    return DecodingError(f"expected at most {MAX_JSON_DEPTH} levels of JSON", kind="depth")


def _check_surrogates(value: JsonValue) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise DecodingError("expected Unicode text, found a lone surrogate", kind="utf8") from None


def _object_of_pairs(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) == len(pairs) <= MAX_JSON_MEMBERS:
        return members
    if len(pairs) > MAX_JSON_MEMBERS:
        raise DecodingError(f"expected at most {MAX_JSON_MEMBERS} members in an object", kind="size")
    raise DecodingError("expected each member once, found a repeated name", kind="duplicate_member")


def _integer(text: str) -> int:
    # The length first: int() itself is slow, and refuses, on very long texts.
    if len(text) < _SAFE_INTEGER_CHARACTERS and text != "-0":
        return int(text)
    if len(text) <= _MAX_INTEGER_CHARACTERS:
        number = int(text)
        if abs(number) <= MAX_JSON_INTEGER and text != "-0":
            return number
    raise DecodingError("expected an integer below 2^53 and not minus zero", kind="number")


def _fraction(text: str) -> float:
    number = float(text)
    if math.isinf(number) or (number == 0 and text.startswith("-")):
        raise DecodingError("expected a finite number and not minus zero", kind="number")
    return number


def _refuse_constant(text: str) -> NoReturn:
    raise DecodingError(f"expected a JSON number, found {text}", kind="number")


def _refuse_other(value: object) -> NoReturn:
    raise TypeError(f"expected a JSON value, found {type(value).__name__}")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object_of_pairs, parse_int=_integer, parse_float=_fraction, parse_constant=_refuse_constant
)
# The writer that JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")) makes anew for each document.
_NO = False  # neither sorted, nor without odd keys, nor with NaN
_WRITE = c_make_encoder(None, _refuse_other, encode_basestring, None, ":", ",", _NO, _NO, _NO)
_SCAN = make_scanner(_DECODER)  # type: ignore[arg-type]  # the stubs want a scanner to make one of
