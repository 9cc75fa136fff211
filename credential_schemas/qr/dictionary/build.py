"""Builds a dictionary file from its vocabulary, always to the same bytes.

The vocabulary is text, one word a line in three parts: `[frames]`, `[names]`, `[preset]`. A mark is written `{04}`, its
number in hexadecimal. Order matters: the first 16 frames become one byte each, the next 2,048 words get the shorter
two-byte codes, and the last lines of the preset are the nearest, so the cheapest, for DEFLATE.
"""

import re

from credential_schemas.qr.stream import MAX_WORDS, encode_stream

MAX_WORD_BYTES = 255
MAX_PRESET_BYTES = 32_000  # DEFLATE looks back 32 KiB at most
_MARK = re.compile(r"\{([01][0-9A-F])\}")


def build_dictionary(vocabulary: str) -> bytes:
    """Build the bytes of a dictionary file.

    Raises:
        ValueError: parts are missing, a word occurs twice, or there are too many.
    """
    match = re.fullmatch(r"(?:#.*\n)*\[frames\]\n(.*)\n\[names\]\n(.*)\n\[preset\]\n(.*)\n", vocabulary, re.DOTALL)
    if match is None:
        raise ValueError("expected the parts [frames], [names] and [preset]")
    frames, names, preset = ([_with_marks(line) for line in part.split("\n")] for part in match.groups())
    if len(set(frames + names)) != len(frames + names) or "" in frames + names:
        raise ValueError("expected each word once, and no empty one")
    if len(frames) + len(names) > MAX_WORDS:
        raise ValueError(f"expected at most {MAX_WORDS} words")
    preset_bytes = encode_stream("".join(preset))
    if len(preset_bytes) > MAX_PRESET_BYTES:
        raise ValueError(f"expected at most {MAX_PRESET_BYTES} bytes of preset dictionary, found {len(preset_bytes)}")
    counts = len(frames).to_bytes(2) + len(names).to_bytes(2)
    words = [encode_stream(word) for word in (*frames, *names)]
    if max(map(len, words)) > MAX_WORD_BYTES:
        raise ValueError(f"expected words of at most {MAX_WORD_BYTES} bytes")
    return counts + b"".join(bytes((len(word),)) + word for word in words) + preset_bytes


def _with_marks(line: str) -> str:
    return _MARK.sub(lambda match: chr(int(match.group(1), 16)), line)
