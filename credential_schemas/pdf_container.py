"""Read what a PDF carries: exactly the attachments of a certificate, and nothing that acts.

Rules (ISO 19005-3 6.8 and Annex E; S2 of docs/security.md):

* exactly one attachment `credential.sdjwt`, with its media type and relationship, in the catalogue's `/AF` and
  `/Names`, named alike in the name tree, `/F` and `/UF`; at most one `credential.tlog-proof`; nothing else anywhere;
* no encryption, no script, no action, no form of XFA, no multimedia;
* size, pages, objects and streams within limits, most of them checked before parsing (`pdf_bounds`).

`inspect_container` finds all it can, so that one defect does not hide another; `read_container` accepts only a file
without findings. Both are for hostile bytes and belong into a child process with a CPU limit. Left to the caller:
the seal (`keys.pdf_seal`), the credential itself, the text of the pages.
"""

from credential_schemas._pdf_container.facts import (
    CREDENTIAL,
    MAX_TLOG_PROOF_BYTES,
    TLOG_PROOF,
    AttachmentParameters,
    PdfInspection,
    attachment_parameters,
)
from credential_schemas._pdf_container.plain import inspect_plain
from credential_schemas.errors import PdfContainerError
from keys.values import dataclass

__all__ = [
    "CREDENTIAL",
    "MAX_TLOG_PROOF_BYTES",
    "TLOG_PROOF",
    "AttachmentParameters",
    "PdfContainer",
    "PdfInspection",
    "attachment_parameters",
    "inspect_container",
    "inspect_plain",
    "read_container",
]


@dataclass(frozen=True, slots=True)
class PdfContainer:
    """What a PDF without findings carries."""

    credential: str
    tlog_proof: bytes | None
    pages: int


def read_container(pdf: bytes) -> PdfContainer:
    """Read a certificate in PDF form.

    Raises:
        PdfContainerError: with the `kind` of the first finding; `attachment_missing` goes before others, because such
            a file is no certificate in PDF form at all.
    """
    inspection = inspect_container(pdf)
    found = dict(zip(inspection.findings, inspection.details, strict=True))
    if "attachment_missing" in found:
        raise PdfContainerError("attachment_missing", found["attachment_missing"])
    for kind, detail in found.items():
        raise PdfContainerError(kind, detail)
    if inspection.credential is None or inspection.pages is None:
        raise AssertionError("a file without findings has a credential and pages")
    return PdfContainer(inspection.credential, inspection.tlog_proof, inspection.pages)


def inspect_container(pdf: bytes) -> PdfInspection:
    """Find out all that can be learnt about a PDF; never raises for hostile bytes.

    A file as our issuer writes it is read plainly; a general parser, loaded when it is first needed, reads any other.

    Args:
        pdf: a whole file, hostile.
    """
    plainly = inspect_plain(pdf)
    if plainly is not None:
        return plainly
    from credential_schemas._pdf_container.parsing import parse_container  # nearly every certificate is plain

    return parse_container(pdf)
