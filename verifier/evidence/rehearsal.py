"""In the server: read small files of our own once, so that whatever the libraries load late is loaded before the fork.

A child can open no file, so it cannot import anything: what is missing here would make it fail
(`tests/verifier/evidence/test_confinement.py`).
"""

import codecs
import io
import zlib
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from verifier.errors import UnreadableEvidence

_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
_ENCODINGS: Final = ("ascii", "charmap", "latin-1", "utf-8", "utf-16", "utf-16-be", "utf-16-le")


def rehearse_plain_pdf() -> None:
    """Draw one small page with text, and look for a certificate in it."""
    from verifier.evidence.pdf_reading import read_plain, read_shown

    _load_encodings()
    _load_dictionaries()
    sample = sample_pdf()
    read_plain(sample)
    read_shown(sample)


def rehearse_pdf() -> None:
    """Read one small page with text and an attachment."""
    from verifier.evidence.pdf_reading import read_pdf

    _load_encodings()
    _load_dictionaries()
    with suppress(UnreadableEvidence):
        read_pdf(sample_pdf())


def rehearse_picture() -> None:
    """Read an empty picture of each form."""
    from PIL import Image

    from verifier.evidence.picture_reading import read_picture

    _load_dictionaries()
    for form in ("PNG", "JPEG"):
        file = io.BytesIO()
        Image.new("L", (32, 32), "white").save(file, form)
        with suppress(UnreadableEvidence):
            read_picture(file.getvalue())


def rehearse_plain_seal() -> None:
    """Look for the seal of a file that has none."""
    from verifier.evidence.seal_reading import read_plain_seal

    _load_encodings()
    read_plain_seal(sample_pdf(), roots=[], tsa_roots=[], now=_NOW)


def rehearse_seal() -> None:
    """Look for the seal of a file that has none, with the parser loaded."""
    from keys.pdf_seal import load_parser
    from verifier.evidence.seal_reading import read_seal

    _load_encodings()
    load_parser()
    read_seal(sample_pdf(), roots=[], tsa_roots=[], now=_NOW)


def _load_encodings() -> None:
    for encoding in _ENCODINGS:
        codecs.lookup(encoding)


def _load_dictionaries() -> None:
    from credential_schemas.qr.dictionary import SHA256, load_dictionary  # who reads seals needs none

    for version in SHA256:
        load_dictionary(version)


def sample_pdf() -> bytes:
    """Return a low page with a letter, and one small compressed attachment under the name of ours."""
    compressed = zlib.compress(b"no credential")
    page = b"BT /F 6 Tf 2 2 Td (a) Tj ET"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R/AF[6 0 R]/Names<</EmbeddedFiles<</Names[(credential.sdjwt)6 0 R]>>>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 900 9]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(page), page),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/Filespec/F(credential.sdjwt)/UF(credential.sdjwt)/AFRelationship/Source/EF<</F 7 0 R>>>>",
        b"<</Type/EmbeddedFile/Subtype/application#2Fdc+sd-jwt/Filter/FlateDecode/Length %d>>stream\n%b\nendstream"
        % (len(compressed), compressed),
    )
    file = bytearray(b"%PDF-1.7\n")
    starts = []
    for number, body in enumerate(objects, start=1):
        starts.append(len(file))
        file += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    end = len(objects) + 1
    file += b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        end,
        table,
        end,
        len(file),
    )
    return bytes(file)
