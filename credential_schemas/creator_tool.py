"""How a PDF says which version of the wording its page was written in: as the tool that created it.

The information dictionary and the XMP packet carry it, and the seal covers both. Issuer and verifier read and write it
here alone.
"""

import re
from typing import Final

TOOL: Final = "competency-bank"
_CREATOR: Final = re.compile(rf"{TOOL} \(wording ([1-9][0-9]{{0,3}})\)", re.ASCII)


def creator_tool(wording: int) -> str:
    """Return the name of the tool that wrote a page in a version of the wording."""
    return f"{TOOL} (wording {wording})"


def wording_of(creator: str) -> int | None:
    """Return the version that a file names, published or not; None when it names none."""
    match = _CREATOR.fullmatch(creator)
    return int(match.group(1)) if match else None
