"""Check `container`: the PDF holds exactly what a certificate may hold."""

from credential_schemas.report.model import Check, passed, skipped
from credential_schemas.report.outcomes import CheckName, Outcome
from credential_schemas.report.reasons import Reason
from verifier.evidence.reader import PdfFacts

_REASON_OF_FINDING = {
    "attachment_repeated": Reason.ATTACHMENT_REPEATED,
    "attachment_unexpected": Reason.ATTACHMENT_UNEXPECTED,
    "attachment_missing": Reason.ATTACHMENT_MISSING,
    "attachment_missing_signed": Reason.ATTACHMENT_MISSING,
    "active_content": Reason.ACTIVE_CONTENT,
}


def check_container(pdf: PdfFacts | None, *, require_document: bool) -> Check:
    """Judge what was found in a PDF; without one there is nothing to judge, unless a document is required."""
    if pdf is None and require_document:
        return Check(CheckName.CONTAINER, Outcome.UNKNOWN, Reason.DOCUMENT_REQUIRED)
    if pdf is None:
        return skipped(CheckName.CONTAINER)
    if not pdf.findings:
        return passed(CheckName.CONTAINER)
    reason = next(_REASON_OF_FINDING[finding] for finding in pdf.findings if finding in _REASON_OF_FINDING)
    return Check(CheckName.CONTAINER, Outcome.FAILED, reason, {"findings": [*pdf.findings]})
