"""Writing a seal: the update of a PDF that holds its one signature field, and what makes it long-lived.

pyHanko's signing part doubles the cost of importing this package, and a check needs nothing of it: it is imported late.
"""

import hashlib
import threading
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from keys._pdf_seal.layout import MAX_CONTENTS_BYTES
from keys._pdf_seal.pyhanko_reader import IncrementalPdfFileWriter, PdfFileReader, generic
from keys._pdf_seal.security_store import SecurityStore
from keys._pdf_seal.time_stamp import MAX_TIME_STAMP_BYTES
from keys.errors import SealError

if TYPE_CHECKING:
    from pyhanko.sign.signers.pdf_byterange import PdfSignedData

_OURS_ALONE: Final = ("/AcroForm", "/Perms", "/DSS")
_IMPORTING: Final = threading.Lock()


class SealingWriter(IncrementalPdfFileWriter):
    """Writes the sealing update and nothing else: no clock, no random identifier, no changed metadata."""

    def _update_meta(self) -> None:
        """Keep document information and XMP as drawn; pyHanko would write the clock's time into both."""

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> generic.ArrayObject:
        """Keep the first identifier; the second follows from the content (ISO 32000-1, 14.4)."""
        content = hashlib.sha256(prev.stream.getvalue()).digest()[:16]
        first = prev.trailer["/ID"][0] if "/ID" in prev.trailer else content
        original = getattr(first, "original_bytes", first)
        return generic.ArrayObject([generic.ByteStringObject(original), generic.ByteStringObject(content)])


def open_for_sealing(pdf: bytes) -> SealingWriter:
    """Open a file for its sealing update; raises `SealError` for one that cannot be sealed."""
    with _IMPORTING:
        # pyHanko's modules import each other in a circle: of two threads that begin at once, each would find half.
        import pyhanko.sign.signers.cms_embedder
        import pyhanko.sign.signers.pdf_byterange  # noqa: F401 - for those who need it below
    stream = BytesIO(pdf)
    reader = PdfFileReader(stream, strict=True)
    if reader.encrypted or reader.total_revisions != 1 or reader.xrefs.hybrid_xrefs_present:
        raise SealError("expected a PDF of one revision, without encryption")
    if any(name in reader.root for name in _OURS_ALONE):
        raise SealError("expected a PDF without form, permissions and security store")
    return SealingWriter(stream, prev=reader)


def placeholder(
    certificates: list[bytes], *, reason: str | None, signed_at: datetime, stamped: bool = False
) -> "PdfSignedData":
    """Make the signature dictionary, with room for the certificates, one name out of them, and the rest (below 512).

    Raises:
        SealError: the certificates do not fit into a seal.
    """
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers.pdf_byterange import SignatureObject

    room = 512 + len(certificates[0]) + sum(len(each) for each in certificates)
    room += MAX_TIME_STAMP_BYTES if stamped else 0
    digits = 2 * (room + -room % 256)
    if digits > 2 * MAX_CONTENTS_BYTES:
        raise SealError(f"expected certificates that fit into {MAX_CONTENTS_BYTES} bytes")
    return SignatureObject(
        timestamp=signed_at,
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        bytes_reserved=digits,
    )


def write_update(writer: SealingWriter, value: "PdfSignedData", *, field_name: str) -> tuple[Any, BytesIO]:
    """Add signature field and value, write the file, and return pyHanko's record of the gap, and the output."""
    from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec
    from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup

    # A widget without size, outside every page: PDF/A-3 then asks for no appearance and PDF/UA-1 (7.18) for no tag.
    field = SigFieldSpec(
        field_name,
        invis_sig_settings=InvisSigSettings(box_out_of_bounds=True),
        readable_field_name="Seal of the issuer / 발급기관 전자서명",
    )
    page = writer.find_page_for_modification(0)[0].get_object()  # type: ignore[no-untyped-call] # pyHanko is partly typed
    page[generic.pdf_name("/Tabs")] = generic.pdf_name("/S")  # PDF/UA-1, 7.18.3: for each page with an annotation
    steps = PdfCMSEmbedder(field).write_cms(field_name, writer)
    next(steps)
    certify = SigMDPSetup(md_algorithm="sha256", certify=True, docmdp_perms=MDPPerm.NO_CHANGES)
    steps.send(SigObjSetup(sig_placeholder=value, mdp_setup=certify))
    gap, output = steps.send(SigIOSetup(md_algorithm="sha256", output=BytesIO()))
    return gap, output


def write_security_store(writer: SealingWriter, store: SecurityStore) -> None:
    """Add a document security store (ETSI EN 319 142-1, 5.4) to the update; to be called before `write_update`."""
    from pyhanko.sign.signers.constants import ESIC_EXTENSION_1

    entries = {"/Certs": store.certificates, "/CRLs": store.crls, "/OCSPs": store.ocsp_responses}
    dictionary = generic.DictionaryObject({generic.pdf_name("/Type"): generic.pdf_name("/DSS")})  # type: ignore[no-untyped-call] # pyHanko is partly typed
    for name, values in entries.items():
        if values:
            streams = [writer.add_object(generic.StreamObject(stream_data=each)) for each in values]
            dictionary[generic.pdf_name(name)] = generic.ArrayObject(streams)
    writer.root[generic.pdf_name("/DSS")] = writer.add_object(dictionary)
    writer.register_extension(ESIC_EXTENSION_1)
    writer.update_root()  # type: ignore[no-untyped-call] # pyHanko is partly typed
