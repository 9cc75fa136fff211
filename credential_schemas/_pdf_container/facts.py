"""What may be attached to a certificate, and everything that can be learnt about a PDF."""

from typing import Final

from credential_schemas.limits import MAX_SD_JWT_BYTES
from keys.values import dataclass

MAX_TLOG_PROOF_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class AttachmentParameters:
    """How one of our attachments is written into a PDF."""

    name: str
    media_type: str
    relationship: str  # the value of /AFRelationship, without the slash
    max_bytes: int


CREDENTIAL: Final = AttachmentParameters("credential.sdjwt", "application/dc+sd-jwt", "Source", MAX_SD_JWT_BYTES)
TLOG_PROOF: Final = AttachmentParameters("credential.tlog-proof", "text/plain", "Supplement", MAX_TLOG_PROOF_BYTES)


def attachment_parameters() -> tuple[AttachmentParameters, ...]:
    """Return the attachments a certificate may have: the credential always, the log's proof sometimes."""
    return CREDENTIAL, TLOG_PROOF


@dataclass(frozen=True, slots=True)
class PdfInspection:
    """Everything that could be learnt about a PDF.

    `findings` are kinds of `PdfContainerError`, each once, and `details` the sentences that belong to them, in the
    same order. `credential` is there whenever exactly one sound attachment of that name is, whatever else is wrong.
    `wording` is the version of the wording that the file says its page is written in.
    `signed`: the file has something like a signature. A file that is not signed and lacks our attachment
    (`attachment_missing`) may be a scan; a signed one has the finding `attachment_missing_signed` instead.
    """

    findings: tuple[str, ...]
    details: tuple[str, ...]
    credential: str | None = None
    tlog_proof: bytes | None = None
    pages: int | None = None
    signed: bool = False
    wording: int | None = None
