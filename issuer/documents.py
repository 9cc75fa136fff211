"""From claims and credential to the sealed PDF: words, codes, page, seal. Used when issuing and when reprinting."""

import threading
import uuid
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from credential_schemas.certificate_claims import CertificateClaims
from credential_schemas.errors import QrPayloadTooLarge
from credential_schemas.qr.payload import encode_qr_payload
from credential_schemas.qr.symbols import SymbolPlan, choose_symbols
from credential_schemas.wording.certificate import Imprint, certificate_wording
from credential_schemas.wording.model import CertificateWording, Language
from issuer.bank import Bank
from issuer.certificate.drawing import DrawRequest, draw_certificate
from issuer.certificate.statement import Statement, draw_statement
from issuer.seal_policy import SealLevel
from issuer.sealing import seal_pdf
from keys.watching import stage

# The libraries of PDF, seal and ASN.1 finish classes and imports when they are first used, and not under a lock: of
# several threads that begin at once, some find half of them. So the first document of a program is made alone.
_FIRST_ALONE: Final = threading.Lock()
_WARM: Final = threading.Event()
_PREVIEW_VERSION: Final = 20
# More than a link needs: the caption under the code says that the file is the proof, and is as wide as the code.
_LINK_VERSION: Final = 16


@dataclass(frozen=True, slots=True)
class DocumentRequest:
    """What to print: claims as the reader will see them, and what else the copy carries where it does.

    `confirmation_code` is printed; `log_proof` proves that the credential was logged, and is attached.
    """

    claims: CertificateClaims
    language: Language
    confirmation_code: str | None
    created_at: datetime
    log_proof: bytes | None = None
    document_id: str = field(default_factory=lambda: f"urn:uuid:{uuid.uuid4()}")


@dataclass(frozen=True, slots=True)
class Document:
    """A sealed PDF and the codes on it; `link_only`: the credential is too large for codes, they carry a link.

    `seal_level` is what the seal reached, which is less than the bank's policy when no time stamp was to be had.
    """

    pdf: bytes
    symbols: SymbolPlan
    link_only: bool
    seal_level: SealLevel


def make_document(bank: Bank, request: DocumentRequest, credential: str) -> Document:
    """Draw and seal a certificate.

    Args:
        bank: whose imprint and seal it gets.
        request: what to print.
        credential: the compact SD-JWT that says the same; attached and packed into the codes.

    Raises:
        DrawingError: the text of an entry cannot be printed.
        TimeStampMissing, SealCertificateRevoked, SealRevocationUnknown, FileUnreadable: it cannot be sealed as the
            policy says.
        PassphraseMissing, KeysError: the seal key does not open, or the seal cannot be made.
    """
    with nullcontext() if _WARM.is_set() else _FIRST_ALONE:
        document = _make_document(bank, request, credential)
    _WARM.set()
    return document


def _make_document(bank: Bank, request: DocumentRequest, credential: str) -> Document:
    symbols, link_only = _plan_symbols(bank, credential)
    with stage("issue.draw"):
        drawn = draw_certificate(
            DrawRequest(
                wording=document_wording(bank, request, link_only=link_only),
                credential=credential,
                qr_texts=symbols.texts,
                symbol_plan=symbols,
                created_at=request.created_at,
                document_id=request.document_id,
                log_proof=request.log_proof,
            )
        )
    with stage("issue.seal"):
        sealed = seal_pdf(bank, drawn, at=request.created_at)
    return Document(sealed.pdf, symbols, link_only, sealed.level)


def statement_document(statement: Statement, data: bytes, *, created_at: datetime) -> bytes:
    """Draw what a holder takes away, with the data attached as JSON; arguments as for `draw_statement`."""
    document_id = f"urn:uuid:{uuid.uuid4()}"
    with nullcontext() if _WARM.is_set() else _FIRST_ALONE:
        return draw_statement(statement, data, created_at=created_at, document_id=document_id)


def preview_document(bank: Bank, request: DocumentRequest) -> bytes:
    """Draw the page marked as a preview: no codes, no attachment, no seal.

    Raises:
        DrawingError: the text of an entry cannot be printed.
    """
    return draw_certificate(
        DrawRequest(
            wording=document_wording(bank, request, link_only=False),
            credential="",
            qr_texts=(),
            symbol_plan=SymbolPlan(_PREVIEW_VERSION, "M", ()),
            created_at=request.created_at,
            document_id=request.document_id,
            preview=True,
        )
    )


def _plan_symbols(bank: Bank, credential: str) -> tuple[SymbolPlan, bool]:
    address = bank.profile.verify_url
    try:
        return choose_symbols(address, encode_qr_payload(credential)), False
    except QrPayloadTooLarge:
        return SymbolPlan(_LINK_VERSION, "M", (address,)), True


def document_wording(bank: Bank, request: DocumentRequest, *, link_only: bool) -> CertificateWording:
    """Return what a certificate says; `link_only` as in `Document`."""
    profile = bank.profile
    imprint = Imprint(
        issuer_name={"ko": profile.name["ko"], "en": profile.name["en"]},
        verify_host=profile.verify_host,
        legal_basis=profile.legal_basis,
        specimen=profile.specimen,
        link_only=link_only,
    )
    return certificate_wording(
        request.claims, language=request.language, imprint=imprint, confirmation_code=request.confirmation_code
    )
