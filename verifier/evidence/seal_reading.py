"""In the child process: check the seal of a PDF through the one door for seals."""

from datetime import datetime

from keys.encoding import JsonValue
from keys.pdf_seal import check_seal


def read_seal(pdf: bytes, roots: list[str], now: datetime) -> dict[str, JsonValue]:
    """Return `intact`, and the reason's slug, signer and sealing time where there are any."""
    found = check_seal(pdf, roots=roots, now=now)
    return {
        "outcome": found.outcome,
        "reason": str(found.reason) if found.reason is not None else None,
        "detail": found.detail,
        "signer": found.signer_subject,
        "signed_at": found.signed_at.isoformat() if found.signed_at is not None else None,
    }
