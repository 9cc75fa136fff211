"""The two faces that every paper of this project is set in: their files, and that they are the published ones.

Pretendard GOV 1.3.9 (npm package `pretendard-gov`, folder `dist/public/static/alternative`), unmodified, under the SIL
Open Font License 1.1 in `fonts/LICENSE.txt`. It has all 11,172 Hangul syllables and the common Hanja.
"""

import hashlib
from enum import StrEnum
from importlib.resources import files

from credential_schemas.errors import LookDamaged


class Typeface(StrEnum):
    """A face, by its PostScript name."""

    REGULAR = "PretendardGOV-Regular"
    BOLD = "PretendardGOV-Bold"


SHA256 = {
    Typeface.REGULAR: "b288cb28b28b7763c8264cc3cf477e09fc9c4a29d7bf29f63580871ef3c89e06",
    Typeface.BOLD: "4a72e78753b42a16308597b597f050ecd1d4baad92cbae8cdf4bcf0d28828da7",
}


def read_typeface(face: Typeface) -> bytes:
    """Return the TrueType file of a face, about 5.5 MB.

    Raises:
        LookDamaged: the installed file is not the published one.
    """
    data = files(__package__).joinpath(f"fonts/{face}.ttf").read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256[face]:
        raise LookDamaged(f"expected the published file of {face}, found another; install again")
    return data
