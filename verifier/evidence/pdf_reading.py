"""In the child process: the facts of a PDF: attachment and findings, text of the pages, codes on them."""

from collections.abc import Iterator

import pypdfium2
from PIL import Image

from credential_schemas.pdf_container import PdfInspection, inspect_container, inspect_plain
from keys.encoding import JsonValue
from verifier.errors import UnreadableEvidence
from verifier.evidence.code_reading import codes_of_pictures
from verifier.evidence.limits import MAX_CODE_PAGES, MAX_PAGE_PIXELS, MAX_PAGE_TEXT, MAX_SIDE, PAGE_PIXELS_WIDE

_NO_VERDICT = {
    "not_pdf": "pdf_damaged",
    "damaged": "pdf_damaged",
    "encrypted": "pdf_locked",
    "too_large": "pdf_too_large",
}


def read_plain(data: bytes) -> dict[str, JsonValue] | None:
    """Return what a plain certificate carries, says and shows, nothing of it verified; None for any other file.

    Raises:
        UnreadableEvidence: `pdf_damaged`.
    """
    inspection = inspect_plain(data)
    return None if inspection is None else _facts(data, inspection)


def read_pdf(data: bytes) -> dict[str, JsonValue]:
    """Return what a PDF carries, says and shows, nothing of it verified.

    Raises:
        UnreadableEvidence: `pdf_damaged`, `pdf_locked` or `pdf_too_large`.
    """
    inspection = inspect_container(data)
    for finding in inspection.findings:
        if finding in _NO_VERDICT:
            raise UnreadableEvidence(_NO_VERDICT[finding])
    return _facts(data, inspection)


def read_shown(data: bytes) -> dict[str, JsonValue]:
    """Return the text of the pages, and what the codes on them carry.

    Raises:
        UnreadableEvidence: `pdf_damaged`.
    """
    try:
        document = pypdfium2.PdfDocument(data)
        texts = [_text(page) for page in document]
        codes = codes_of_pictures(_pictures(document))
        document.close()
    except pypdfium2.PdfiumError as error:
        raise UnreadableEvidence("pdf_damaged") from error
    return {
        "texts": [*texts],
        "codes": [*codes.credentials],
        "code_problem": codes.problem,
        "addresses": [*codes.addresses],
    }


def _facts(data: bytes, inspection: PdfInspection) -> dict[str, JsonValue]:
    return {
        "findings": list(inspection.findings),
        "credential": inspection.credential,
        "log_proof": None if inspection.tlog_proof is None else inspection.tlog_proof.decode("utf-8", "replace"),
        "signed": inspection.signed,
        "wording": inspection.wording,
        **read_shown(data),
    }


def _text(page: pypdfium2.PdfPage) -> str:
    """Return the text layer of a page in content order.

    PDFium says U+FFFE, which no text may hold, for a hyphen at the end of a line before a letter.
    """
    layer = page.get_textpage()
    text: str = layer.get_text_range(0, min(layer.count_chars(), MAX_PAGE_TEXT))
    layer.close()
    return text.replace("\ufffe", "-")


def _pictures(document: pypdfium2.PdfDocument) -> Iterator[Image.Image]:
    """Yield the pages as grey pictures, the last page first, because the code stands there.

    Raises:
        UnreadableEvidence: `pdf_damaged`.
    """
    pages = len(document)
    for index in range(pages - 1, max(-1, pages - 1 - MAX_CODE_PAGES), -1):
        page = document[index]
        width, height = page.get_size()
        scale = PAGE_PIXELS_WIDE / max(width, 1.0)
        scale *= min(1.0, (MAX_PAGE_PIXELS / max(width * height * scale * scale, 1.0)) ** 0.5)
        scale = min(scale, MAX_SIDE / max(width, height, 1.0))
        try:
            bitmap = page.render(scale=scale, grayscale=True)
        except ValueError as error:  # what is left of it when it is cropped has no area
            raise UnreadableEvidence("pdf_damaged") from error
        yield bitmap.to_pil().convert("L")
        page.close()
