"""The finishing pass: drawn pages become a PDF/A-3a and PDF/UA-1 file with the credential attached.

Source: ISO 19005-3, 6.2.4 (output intent), 6.6 (metadata), 6.8 (embedded files); ISO 14289-1, 7. ReportLab draws the
pages and cuts the fonts; its own file would not conform (stream ends, Unicode values), so the file is written here.
"""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from credential_schemas.creator_tool import TOOL
from issuer.certificate.assets import read_asset
from issuer.certificate.closing import code_name
from issuer.certificate.font_subsets import add_fonts
from issuer.certificate.ornaments import Form, forms
from issuer.certificate.pdf_file import PdfFile, array, reference, text_string
from issuer.certificate.qr_symbol import QrSymbol
from issuer.certificate.structure import add_structure
from issuer.certificate.style import PAGE_HEIGHT, PAGE_WIDTH
from issuer.certificate.tagged_canvas import DrawnPages
from issuer.certificate.xmp import FileFacts

# Pillow's sRGB profile (littlecms), its time of creation frozen at 2026-01-01.
PROFILE_SHA256 = "81d313ce695fe3d921806c24018e87561b90127a69057797cfe20f9b508359b8"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in the file, and what it is to the page (ISO 19005-3, 6.8; ISO 32000-2, 14.13)."""

    name: str
    media_type: str
    relationship: str
    description: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Finish:
    """What the finishing pass adds to the drawn pages; attachments in the order of their names."""

    symbols: Sequence[QrSymbol]
    attachments: Sequence[Attachment]
    facts: FileFacts


def attached_credential(credential: str) -> Attachment:
    """Return the credential as the source of the page."""
    return Attachment("credential.sdjwt", "application/dc+sd-jwt", "Source", "SD-JWT VC", credential.encode("ascii"))


def attached_log_proof(proof: bytes) -> Attachment:
    """Return the proof that the credential was logged, which supplements it."""
    return Attachment("credential.tlog-proof", "text/plain", "Supplement", "Transparency log proof", proof)


def finish_pdf(drawn: DrawnPages, finish: Finish) -> bytes:
    """Write the file.

    Args:
        drawn: pages, fonts and structure.
        finish: codes, attachment and facts.

    Returns:
        The file; the same bytes for the same arguments.
    """
    file, facts = PdfFile(), finish.facts
    tree, pages = _add_pages(file, drawn, finish.symbols)
    catalog = [
        f"/Type /Catalog /Pages {reference(tree)} /MarkInfo << /Marked true >> /Lang {text_string(facts.language)}",
        f"/StructTreeRoot {reference(add_structure(file, drawn.root, pages))}",
        f"/ViewerPreferences << /DisplayDocTitle true >> /Metadata {reference(_add_metadata(file, facts))}",
        f"/OutputIntents [{reference(_add_output_intent(file))}]",
    ]
    if finish.attachments:
        attached = {each.name: reference(_attach(file, each, facts)) for each in finish.attachments}
        names = array(f"({name}) {number}" for name, number in attached.items())
        catalog.append(f"/AF {array(attached.values())} /Names << /EmbeddedFiles << /Names {names} >> >>")
    information = file.add(
        f"<< /Title {text_string(facts.title)} /Creator {text_string(facts.creator)} /Producer ({TOOL})"
        f" /CreationDate ({facts.pdf_date}) /ModDate ({facts.pdf_date}) >>"
    )
    root = file.add(f"<< {' '.join(catalog)} >>")
    return file.write(root=root, information=information)


def _add_pages(file: PdfFile, drawn: DrawnPages, symbols: Sequence[QrSymbol]) -> tuple[int, list[int]]:
    """Add the pages, the codes on the last of them; return the numbers of the page tree and of the pages."""
    fonts = add_fonts(file, drawn.fonts)
    shared = [f"/{name} {reference(_add_form(file, form))}" for name, form in forms().items()]
    codes = [f"/{code_name(at)} {reference(_add_stencil(file, code))}" for at, code in enumerate(symbols, start=1)]
    tree = file.reserve()
    pages: list[int] = []
    for index, content in enumerate(drawn.contents):
        stream = reference(file.add_stream(content))
        pictures = " ".join([*shared, *(codes if index == len(drawn.contents) - 1 else [])])
        pages.append(
            file.add(
                f"<< /Type /Page /Parent {reference(tree)} /MediaBox [0 0 {PAGE_WIDTH:.4f} {PAGE_HEIGHT:.4f}]"
                f" /Resources << /Font {fonts} /XObject << {pictures} >> >> /Contents {stream}"
                f" /StructParents {index} /Tabs /S >>"
            )
        )
    file.put(tree, f"<< /Type /Pages /Kids {array(map(reference, pages))} /Count {len(pages)} >>")
    return tree, pages


def _add_form(file: PdfFile, form: Form) -> int:
    bounds = array(f"{value:.2f}" for value in form.bounds)
    return file.add_deflated(form.deflated, f"/Type /XObject /Subtype /Form /BBox {bounds} /Resources << >>")


def _add_stencil(file: PdfFile, symbol: QrSymbol) -> int:
    """Add a code as a one-bit stencil, painted without interpolation."""
    side = f"/Width {symbol.modules} /Height {symbol.modules}"
    return file.add_stream(symbol.stencil, f"/Type /XObject /Subtype /Image {side} /ImageMask true /BitsPerComponent 1")


def _add_metadata(file: PdfFile, facts: FileFacts) -> int:
    """Add the XMP packet, uncompressed, so that any program finds it (ISO 19005-3, 6.6.2.1)."""
    return file.add_plain(facts.xmp(), "/Type /Metadata /Subtype /XML")


@cache
def _deflated_profile() -> bytes:
    return zlib.compress(read_asset("srgb.icc", sha256=PROFILE_SHA256), 9)


def _add_output_intent(file: PdfFile) -> int:
    profile = file.add_deflated(_deflated_profile(), "/N 3")
    return file.add(
        "<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB IEC61966-2.1)"
        f" /Info (sRGB IEC61966-2.1) /DestOutputProfile {reference(profile)} >>"
    )


def _attach(file: PdfFile, attachment: Attachment, facts: FileFacts) -> int:
    """Attach a file, unchanged (ISO 19005-3, 6.8)."""
    name, data = attachment.name, attachment.data
    # ISO 32000-1, table 46, prescribes MD5 here: a check for transport, not a protection.
    checksum = hashlib.md5(data, usedforsecurity=False).hexdigest().upper()
    parameters = f"<< /Size {len(data)} /CheckSum <{checksum}> /ModDate ({facts.pdf_date}) >>"
    subtype = attachment.media_type.replace("/", "#2F")
    embedded = reference(file.add_stream(data, f"/Type /EmbeddedFile /Subtype /{subtype} /Params {parameters}"))
    return file.add(
        f"<< /Type /Filespec /F ({name}) /UF ({name}) /Desc ({attachment.description})"
        f" /AFRelationship /{attachment.relationship} /EF << /F {embedded} /UF {embedded} >> >>"
    )
