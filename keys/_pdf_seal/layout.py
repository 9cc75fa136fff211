"""Where the seal lies in the bytes of a file, found without any PDF parser.

Rules (ISO 32000-1, 12.8.1; ETSI EN 319 142-1, 5.3), all of them exact:

* the name `/ByteRange` occurs once, with the form `[0 a b c]` of direct integers;
* `c` ends at the last byte of the file: not one byte follows what was sealed;
* between `a` and `b` stands one hexadecimal string, `<` and `>` included, directly behind the key `/Contents`;
* its digits are of one letter case, so that no bit of the file can change without being noticed.

What the bytes in the string mean is the business of `signed_data`; that the parsed objects agree with what is found
here, of `keys.pdf_seal`.
"""

import re

from keys._pdf_seal.reasons import SealReason, SealRefused
from keys.values import dataclass

MAX_PDF_BYTES = 10 * 1024 * 1024  # S2
MAX_CONTENTS_BYTES = 32 * 1024  # of one CMS structure and its padding; ours reserves 4 KiB

_BYTE_RANGE_KEY = b"/ByteRange"
_WHITE = rb"[\x00\t\n\x0c\r ]"
_BYTE_RANGE = re.compile(
    _BYTE_RANGE_KEY + _WHITE + rb"{0,9}\[" + (_WHITE + rb"{0,9}(\d{1,9})") * 4 + _WHITE + rb"{0,99}\]",
)
_CONTENTS_KEY_AT_END = re.compile(rb"/Contents" + _WHITE + rb"{0,9}\Z")
_HEX = re.compile(rb"(?:[0-9A-F]{2})+|(?:[0-9a-f]{2})+")
# What a removed or damaged seal leaves behind: then the file was sealed once, and "missing" would be too kind a word.
_TRACES = (b"/DocMDP", b"ETSI.CAdES.detached", b"/adbe.pkcs7", b"/TransformParams")


@dataclass(frozen=True, slots=True)
class SealBytes:
    """The one gap of the sealed byte range: `pdf[start:end]` is the hexadecimal string, `contents` its value."""

    start: int
    end: int
    contents: bytes


def find_seal(pdf: bytes) -> SealBytes:
    """Find the one seal of a file by its bytes alone.

    Args:
        pdf: a whole file; nothing about it is trusted.

    Raises:
        SealRefused: with `MISSING`, `MORE_THAN_ONE`, `NOT_WHOLE_FILE`, `BROKEN` or `UNREADABLE`.

    Takes time linear in the size of the file, which is limited first.
    """
    if len(pdf) > MAX_PDF_BYTES:
        raise SealRefused(SealReason.UNREADABLE, f"expected at most {MAX_PDF_BYTES} bytes, found {len(pdf)}")
    if not pdf.startswith(b"%PDF-"):
        raise SealRefused(SealReason.UNREADABLE, "expected a file that begins with %PDF-")
    count = pdf.count(_BYTE_RANGE_KEY)
    if count == 0 and not any(trace in pdf for trace in _TRACES):
        raise SealRefused(SealReason.MISSING, "the file has no seal")
    if count == 0:
        raise SealRefused(SealReason.BROKEN, "traces of a seal, but no /ByteRange")
    if count > 1:
        raise SealRefused(SealReason.MORE_THAN_ONE, f"expected one /ByteRange, found {count}")
    return _gap(pdf)


def _gap(pdf: bytes) -> SealBytes:
    match = _BYTE_RANGE.search(pdf)
    if match is None:
        raise SealRefused(SealReason.BROKEN, "expected /ByteRange to be an array of four direct integers")
    first, start, end, rest = (int(number) for number in match.groups())
    if end + rest != len(pdf) or first != 0:
        raise SealRefused(
            SealReason.NOT_WHOLE_FILE, f"expected a seal over {len(pdf)} bytes, found one over {end + rest}"
        )
    if not 0 < start < end - 2 or end - start - 2 > 2 * MAX_CONTENTS_BYTES:
        raise SealRefused(SealReason.BROKEN, f"expected a gap of at most {2 * MAX_CONTENTS_BYTES} digits")
    if pdf[start : start + 1] != b"<" or pdf[end - 1 : end] != b">":
        raise SealRefused(SealReason.BROKEN, "expected the gap to be one hexadecimal string")
    digits = pdf[start + 1 : end - 1]
    if _HEX.fullmatch(digits) is None:
        raise SealRefused(SealReason.BROKEN, "expected hexadecimal digits of one letter case, in pairs")
    if _CONTENTS_KEY_AT_END.search(pdf[max(0, start - 32) : start]) is None:
        raise SealRefused(SealReason.BROKEN, "expected /Contents before the gap")
    return SealBytes(start=start, end=end, contents=bytes.fromhex(digits.decode("ascii")))
