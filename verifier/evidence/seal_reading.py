"""In the child process: check the seal of a PDF through the one door for seals."""

from datetime import datetime

from keys.encoding import JsonValue
from keys.pdf_seal import SealCheck, check_plain_seal, check_seal


def read_plain_seal(
    pdf: bytes, *, roots: list[str], tsa_roots: list[str], now: datetime
) -> dict[str, JsonValue] | None:
    """Return what `read_seal` does, without a PDF parser; None when one is needed."""
    found = check_plain_seal(pdf, roots=roots, tsa_roots=tsa_roots, now=now)
    return None if found is None else _facts(found)


def read_seal(pdf: bytes, *, roots: list[str], tsa_roots: list[str], now: datetime) -> dict[str, JsonValue]:
    """Return outcome, the reason's slug, signer, times of sealing and stamping, and what the time stamp is worth."""
    return _facts(check_seal(pdf, roots=roots, tsa_roots=tsa_roots, now=now))


def _facts(found: SealCheck) -> dict[str, JsonValue]:
    return {
        "outcome": found.outcome,
        "reason": str(found.reason) if found.reason is not None else None,
        "detail": found.detail,
        "signer": found.signer_subject,
        "signed_at": found.signed_at.isoformat() if found.signed_at is not None else None,
        "stamped_at": found.stamped_at.isoformat() if found.stamped_at is not None else None,
        "time_stamp": found.time_stamp,
    }
