"""Codes and pictures: addresses that are not the issuer's, damaged and foreign payloads, bombs, other files."""

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace

from PIL import Image

from credential_schemas.qr.payload import encode_qr_payload
from tests.hostile.cases import Case, Make, good, named
from tests.verifier.world import VERIFY_URL, World, claims


def leading_to(address: str) -> Make:
    """Return the genuine code with another address in front of its payload."""
    return lambda world: f"{address}#{encode_qr_payload(good(world))}"


def _payload(change: Callable[[str], str]) -> Make:
    return lambda world: change(encode_qr_payload(good(world)))


def _two(world: World) -> str:
    other = encode_qr_payload(world.token(replace(claims(), number="2026-0001-0002")))
    return f"{encode_qr_payload(good(world))}\n{other}"


_FOREIGN = (
    *("https://evil.example/v", "https://verify.bank.example.evil.example/v", "https://verify-bank.example/v"),
    *(
        "https://verify.bank.example@evil.example/v",
        "https://verify.bank.example:8443/v",
        "https://verify.bank.example./v",
    ),
    *(
        "http://verify.bank.example/v",
        "https://xn--vrify-1ra.bank.example/v",
        "https://verify.bank.example\\@evil.example",
    ),
    *("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//evil.example/v", "intent://evil", "x", ""),
    *("https://evil.example/https://verify.bank.example/v", "https://[::1]/v", "https://[", "https://127.0.0.1/v"),
)
CODES = [
    *[Case(f"code leads to {a}", leading_to(a), "qr_link_foreign", is_code_text=True) for a in _FOREIGN],
    *[
        Case(f"code: {name}", make, reason, is_code_text=True)
        for name, make, reason in (
            ("one digit changed", _payload(lambda p: p[:-40] + str(9 - int(p[-40])) + p[-39:]), "code_damaged"),
            (
                "two digits changed",
                _payload(lambda p: p[:-43] + p[-42] + str((int(p[-42]) + 1) % 10) + p[-41:]),
                "code_damaged",
            ),
            ("letters", _payload(lambda p: p.replace("1", "l")), "other_code"),
            ("Arabic digits in an address", leading_to("https://a"), "qr_link_foreign"),
            ("too long for any code", lambda _: "1" * 20_000, "code_damaged"),
            ("a web address", lambda _: "https://verify.bank.example/v", "other_code"),
            ("a telephone number", lambda _: "01012345678", "other_code"),
            ("two certificates", _two, "several_certificates"),
            ("nothing", lambda _: "", "empty"),
            ("white space", lambda _: " \n ", "empty"),
            ("Hangul", lambda _: "인정서", "not_a_certificate"),
        )
    ],
]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *, depth: int = 8, colour: int = 0, data: bytes = b"", extra: bytes = b"") -> bytes:
    """Return a PNG whose header says what it is told to say."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = _chunk(b"IHDR", header) + extra + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def _animated() -> bytes:
    frames = [Image.new("L", (50, 50), shade) for shade in (0, 99)]
    output = io.BytesIO()
    frames[0].save(output, "PNG", save_all=True, append_images=frames[1:])
    return output.getvalue()


def _jpeg(cut: int | None = None) -> bytes:
    output = io.BytesIO()
    Image.new("L", (64, 64), "white").save(output, "JPEG")
    return output.getvalue()[:cut]


_ZEROS = zlib.compress(bytes(110))
_PICTURES: dict[str, tuple[bytes, str]] = {
    "100,000 squared": (png(100_000, 100_000), "picture_too_large"),
    "1 by 25,000,000": (png(1, 25_000_000), "picture_too_large"),
    "25,000,000 by 1": (png(25_000_000, 1), "picture_too_large"),
    "5,001 squared": (png(5001, 5001), "picture_too_large"),
    "2^31 wide": (png(2**31 - 1, 2**31 - 1), "picture_too_large"),
    "no pixels": (png(0, 0), "picture_damaged"),
    "odd depth": (png(10, 10, depth=7, data=_ZEROS), "picture_damaged"),
    "odd colour": (png(10, 10, colour=9, data=_ZEROS), "picture_damaged"),
    "colour profile that is a bomb": (
        png(10, 10, data=_ZEROS, extra=_chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(10_000_000)))),
        "picture_damaged",
    ),
    "text that is a bomb": (
        png(10, 10, data=_ZEROS, extra=_chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(70_000_000)))),
        "picture_damaged",
    ),
    "pixels that are a bomb": (png(10, 10, data=zlib.compress(bytes(50_000_000))), "no_code"),
    "no data": (png(10, 10), "picture_damaged"),
    "animated": (_animated(), "picture_animated"),
    "only the first bytes of PNG": (b"\x89PNG\r\n\x1a\n", "picture_damaged"),
    "only the first bytes of JPEG": (b"\xff\xd8\xff", "picture_damaged"),
    "JPEG cut off": (_jpeg(200), "picture_damaged"),
    "JPEG without a code": (_jpeg(), "no_code"),
    "GIF": (b"GIF89a" + bytes(100), "other_kind"),
    "BMP": (b"BM" + bytes(100), "other_kind"),
    "TIFF": (b"II*\0" + bytes(100), "other_kind"),
    "WebP": (b"RIFF" + bytes(100), "other_kind"),
    "HEIC": (b"\0\0\0\x18ftypheic" + bytes(100), "other_kind"),
    "ZIP": (b"PK\3\4" + bytes(100), "other_kind"),
    "an old office file": (b"\xd0\xcf\x11\xe0" + bytes(100), "other_kind"),
    "SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_certificate"),
    "a web page": (b"<html><script>alert(1)</script>", "not_a_certificate"),
    "a program": (b"\x7fELF" + bytes(100), "not_a_certificate"),
    "zero bytes": (bytes(100), "not_a_certificate"),
    "nothing": (b"", "empty"),
    "above 10 MiB": (b"x" * (10 * 1024 * 1024 + 1), "too_large"),
    "above 1 MiB of text": (b"1" * (1024 * 1024 + 1), "not_a_certificate"),
}
PICTURES = [
    *[Case(f"file: {n}", lambda _, d=data: d, reason) for n, (data, reason) in _PICTURES.items()],  # type: ignore[misc]  # defaults bind the loop's values
    *named("file", {"PDF in the middle": lambda w: b"\n\n%PDF-1.7" + good(w).encode()}, "not_a_certificate"),
]
CASES = [*CODES, *PICTURES]
GENUINE_ADDRESSES = (
    VERIFY_URL,
    VERIFY_URL.upper(),
    VERIFY_URL + "?lang=en",
    "https://bank.example/v",
    f"{VERIFY_URL}#x",
)
