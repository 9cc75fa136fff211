"""In the child process: decode a PNG or JPEG within limits taken from its header, and read the codes in it."""

import io
import struct
import warnings
import zlib
from typing import Final

from PIL import Image, UnidentifiedImageError

from keys.encoding import JsonValue
from verifier.errors import UnreadableEvidence
from verifier.evidence.code_reading import codes_of_pictures
from verifier.evidence.limits import MAX_PIXELS, MAX_SIDE

# What the decoder of a foreign format may answer to a file it cannot make sense of.
_DECODER_FAILURES: Final = (
    UnidentifiedImageError,
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    NotImplementedError,
    struct.error,
    zlib.error,
    Warning,
)


def read_picture(data: bytes) -> dict[str, JsonValue]:
    """Return `credential`, the one certificate whose codes are in a picture, and the `addresses` before its payload.

    Raises:
        UnreadableEvidence: `picture_too_large`, `picture_damaged`, `picture_animated`, or a kind of `CodeSet.only`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a picture that makes the decoder complain is not read any further
            grey = _grey(data)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadableEvidence("picture_too_large", limit=MAX_PIXELS // 1_000_000) from error
    except _DECODER_FAILURES as error:
        raise UnreadableEvidence("picture_damaged") from error
    codes = codes_of_pictures([grey])
    return {"credential": codes.only(), "addresses": [*codes.addresses]}


def _grey(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as picture:
        width, height = picture.size
        if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
            raise UnreadableEvidence("picture_too_large", limit=MAX_PIXELS // 1_000_000)
        if picture.format == "PNG" and getattr(picture, "n_frames", 1) != 1:
            raise UnreadableEvidence("picture_animated")
        if "A" in picture.getbands() or "transparency" in picture.info:
            paper = Image.new("L", picture.size, "white")
            paper.paste(picture.convert("L"), mask=picture.convert("RGBA").getchannel("A"))
            return paper
        return picture.convert("L")
