"""The small closed vocabularies of a Report: outcomes, verdicts, checks in their fixed order, and part values."""

from enum import StrEnum


class Outcome(StrEnum):
    """What one check found."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It could not be determined, for example because a list could not be fetched."""
    SKIPPED = "skipped"
    """An earlier check must pass first, or there is nothing here to check."""


class Verdict(StrEnum):
    """What all checks together say."""

    VALID = "valid"
    INVALID = "invalid"
    INDETERMINATE = "indeterminate"


class CheckName(StrEnum):
    """Every check, in the order in which a Report lists them."""

    CONTAINER = "container"
    FORMAT = "format"
    ISSUER_TRUST = "issuer_trust"
    SIGNATURE = "signature"
    DIGESTS = "digests"
    TYPE_SCHEMA = "type_schema"
    VALIDITY_TIME = "validity_time"
    STATUS = "status"
    ENTRY_STATUS = "entry_status"
    HOLDER_BINDING = "holder_binding"
    SEAL = "seal"
    PRINT_MATCH = "print_match"
    RECIPIENT = "recipient"
    LOG_INCLUSION = "log_inclusion"


class DocumentPart(StrEnum):
    """What is known about the page: a bare credential or a scan is never `valid` as a document."""

    VALID = "valid"
    INVALID = "invalid"
    NOT_CHECKED = "not_checked"


class StatusPart(StrEnum):
    """Whether the certificate is in force."""

    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


class EntryStatus(StrEnum):
    """Whether one disclosed entry is in force."""

    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    CORRECTED = "corrected"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class EvidenceKind(StrEnum):
    """What was handed in."""

    PDF = "pdf"
    IMAGE = "image"
    QR = "qr"
    SD_JWT = "sd-jwt"
    PRESENTATION = "presentation"


PROOF_CHECKS = (CheckName.FORMAT, CheckName.ISSUER_TRUST, CheckName.SIGNATURE, CheckName.DIGESTS)
"""Nothing of a credential may be read or shown before all of these have passed."""

ALWAYS_REQUIRED = frozenset({*PROOF_CHECKS, CheckName.TYPE_SCHEMA, CheckName.VALIDITY_TIME})
"""No caller and no profile can do without these."""
