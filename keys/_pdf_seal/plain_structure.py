"""The structure of a sealed file that is plain (`keys.plain_pdf`), known without a parser.

In a plain file the update has one form, one field and one signature value, linked with each other, certifying and
permitting no change, and else changes nothing of what was drawn. What is left to see is that the value is the one whose
bytes were checked, and that nothing drawn is part of a form or of a signature. Whether everything drawn can be read is
for whoever reads it; not one byte of it is other than the sealer sealed.
"""

import re
from datetime import datetime
from typing import Final

from keys._pdf_seal.layout import SealBytes
from keys.plain_pdf import read_plain_pdf

# Keys and values of forms and signatures, and names written with escapes, which could be one of them.
_OF_SIGNATURES: Final = re.compile(rb"/(?:AcroForm|ByteRange|DSS|FT|Fields|Perms|Sig)|#(?!2F)")


def plainly_sealed_at(pdf: bytes, found: SealBytes) -> datetime | None:
    """Return the claimed time of sealing if the file is plain and its seal the one that was found; else None.

    None says nothing against the file: `structure` judges it then, and it alone refuses.
    """
    plain = read_plain_pdf(pdf)
    if plain is None or plain.seal is None or (plain.seal.start, plain.seal.end) != (found.start, found.end):
        return None
    if any(map(_OF_SIGNATURES.search, plain.objects)):
        return None
    try:
        return datetime.fromisoformat(f"{plain.seal.signed_at[:8]}T{plain.seal.signed_at[8:]}Z")
    except ValueError:  # no such day or hour
        return None
