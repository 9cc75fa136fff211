"""Which QR symbols a payload needs: arithmetic on capacities, no drawing.

A text of ours is up to three segments: scheme and host in capitals in alphanumeric mode, the rest of the address with
its `#` in byte mode, the digits in numeric mode. The plan prefers one code at level M, then level L, then more codes,
and stays within version 22 (105 modules).

Source: ISO/IEC 18004:2015 section 7.4 (segments) and table 7 (data codewords)
"""

import re
from typing import Final, Literal

from credential_schemas.errors import QrPayloadTooLarge
from credential_schemas.qr.framing import split_into_codes
from credential_schemas.qr.limits import MAX_CODES, MAX_TEXT_CHARACTERS
from credential_schemas.qr.payload import qr_text
from keys.values import dataclass

Level = Literal["L", "M"]
Mode = Literal["alphanumeric", "byte", "numeric"]

MAX_VERSION = 22
LARGEST_VERSION = 40
_DATA_CODEWORDS: dict[Level, tuple[int, ...]] = {
    "L": (
        *(19, 34, 55, 80, 108, 136, 156, 194, 232, 274, 324, 370, 428, 461, 523, 589, 647, 721, 795, 861),
        *(932, 1006, 1094, 1174, 1276, 1370, 1468, 1531, 1631, 1735, 1843, 1955, 2071, 2191, 2306, 2434),
        *(2566, 2702, 2812, 2956),
    ),
    "M": (
        *(16, 28, 44, 64, 86, 108, 124, 154, 182, 216, 254, 290, 334, 365, 415, 453, 507, 563, 627, 669),
        *(714, 782, 860, 914, 1000, 1062, 1128, 1193, 1267, 1373, 1455, 1541, 1631, 1725, 1812, 1914),
        *(1992, 2102, 2216, 2334),
    ),
}
_LEVELS: tuple[Level, ...] = ("M", "L")  # in the order of preference
_MODE_BITS = 4
_SECOND_CLASS, _THIRD_CLASS = 10, 27  # the first versions whose segments have longer counts
# Fewer capitals than this are cheaper in the byte segment, where the rest of the address stands anyway.
_CAPITALS = re.compile(r"[0-9A-Z $%*+\-./:]{8,}")
_REST_BITS = (0, 4, 7)  # of one or two digits after the last group of three


@dataclass(frozen=True, slots=True)
class _CountBits:
    """How many bits say how long a segment is."""

    numeric: int
    alphanumeric: int
    byte: int


_COUNT_BITS = (_CountBits(10, 9, 8), _CountBits(12, 11, 16), _CountBits(14, 13, 16))


@dataclass(frozen=True, slots=True)
class SymbolPlan:
    """The codes to draw: all of one version and level; `texts` is what each says, in order."""

    version: int
    level: Level
    texts: tuple[str, ...]

    @property
    def codes(self) -> int:
        """How many codes there are."""
        return len(self.texts)

    @property
    def modules(self) -> int:
        """The side of each symbol in modules, without the quiet zone."""
        return modules_of(self.version)


def modules_of(version: int) -> int:
    """Return the side of a symbol in modules, without the quiet zone."""
    return 17 + 4 * version


def capacity_bits(version: int, level: Level) -> int:
    """Return the bits that segments may fill in a symbol."""
    return 8 * _DATA_CODEWORDS[level][version - 1]


def segments_of(text: str) -> tuple[tuple[Mode, str], ...]:
    """Divide a text made by `qr_text` into the segments of its symbol: each a mode and its characters."""
    address, mark, payload = text.rpartition("#")
    capitals = _CAPITALS.match(address)
    dense = capitals.group() if capitals else ""
    first: tuple[tuple[Mode, str], ...] = (("alphanumeric", dense),) if dense else ()
    return (*first, ("byte", address[len(dense) :] + mark), ("numeric", payload))


def needed_bits(address: str, digits: int, *, version: int) -> int:
    """Return the bits of an ASCII address with its `#`, then decimal digits, in symbols of this version's class."""
    sizes = _COUNT_BITS[(version >= _SECOND_CLASS) + (version >= _THIRD_CLASS)]
    capitals = _CAPITALS.match(address)
    dense = len(capitals.group()) if capitals else 0
    alphanumeric = _MODE_BITS + sizes.alphanumeric + 11 * (dense // 2) + 6 * (dense % 2) if dense else 0
    rest = _MODE_BITS + sizes.byte + 8 * (len(address) - dense)
    return alphanumeric + rest + _MODE_BITS + sizes.numeric + 10 * (digits // 3) + _REST_BITS[digits % 3]


def needed_version(text: str, *, level: Level) -> int | None:
    """Return the smallest version that holds a text made by `qr_text`, or None when none does."""
    address, mark, payload = text.rpartition("#")
    for version in range(1, LARGEST_VERSION + 1):
        if needed_bits(address + mark, len(payload), version=version) <= capacity_bits(version, level):
            return version
    return None


@dataclass(frozen=True, slots=True)
class CodeUse:
    """How full the codes are: the bytes of one code that would hold everything, the bytes that one code holds at most.

    `codes` is how many there will be. Bytes are data codewords at level L, which the plan takes where M does not do.
    """

    needed_bytes: int
    capacity_bytes: int
    codes: int


def code_use(verify_url: str, payload: str, *, max_version: int = MAX_VERSION) -> CodeUse:
    """Return how full the codes are that `choose_symbols` takes for the same arguments.

    Raises:
        QrPayloadTooLarge, QrPayloadError: as `choose_symbols`.
    """
    plan = choose_symbols(verify_url, payload, max_version=max_version)
    address, mark, digits = qr_text(verify_url, payload).rpartition("#")
    bits = needed_bits(address + mark, len(digits), version=max_version)
    return CodeUse(-(-bits // 8), _DATA_CODEWORDS["L"][max_version - 1], plan.codes)


SYMBOL_BYTES: Final = _DATA_CODEWORDS["L"][MAX_VERSION - 1]
"""The bytes that the largest code holds."""


def choose_symbols(verify_url: str, payload: str, *, max_version: int = MAX_VERSION) -> SymbolPlan:
    """Choose version, level and number of codes.

    Args:
        verify_url: the address before the `#`, ASCII.
        payload: from `encode_qr_payload`.
        max_version: the largest version to draw.

    Raises:
        QrPayloadTooLarge: four codes at level L do not hold it; `.needed_modules` is the side of four that would.
        QrPayloadError: kind `address` or `digits`.
    """
    for codes in range(1, MAX_CODES + 1):
        texts = tuple(qr_text(verify_url, part) for part in split_into_codes(payload, codes=codes))
        longest = max(texts, key=len)
        for level in _LEVELS:
            version = needed_version(longest, level=level)
            if version is not None and version <= max_version and len(longest) <= MAX_TEXT_CHARACTERS:
                return SymbolPlan(version, level, texts)
    shares = split_into_codes(payload, codes=MAX_CODES)
    needed = needed_version(max((qr_text(verify_url, share) for share in shares), key=len), level="L")
    side = None if needed is None else modules_of(needed)
    raise QrPayloadTooLarge(side, f"expected at most {MAX_CODES} codes of version {max_version}")
