"""Every reason a check can give: a stable slug, the check it belongs to, the codes behind it, whom to ask.

Programs may rely on the slugs; a slug is never reused for another meaning. The sentences are in `messages.json`,
the table of all three in `docs/formats/report.md`, which a test compares with this module.
"""

from enum import StrEnum

from credential_schemas.report.outcomes import CheckName
from keys.values import dataclass


class Reason(StrEnum):
    """Why a check did not simply pass."""

    # container
    ACTIVE_CONTENT = "active_content"
    ATTACHMENT_MISSING = "attachment_missing"
    ATTACHMENT_UNEXPECTED = "attachment_unexpected"
    ATTACHMENT_REPEATED = "attachment_repeated"
    DOCUMENT_REQUIRED = "document_required"
    # format
    LIMIT_EXCEEDED = "limit_exceeded"
    FORMAT_INVALID = "format_invalid"
    DUPLICATE_MEMBER = "duplicate_member"
    TOKEN_TYPE_INVALID = "token_type_invalid"  # noqa: S105 - a slug, not a secret
    ALGORITHM_NOT_ALLOWED = "algorithm_not_allowed"
    CRITICAL_HEADER = "critical_header"
    KEY_IN_HEADER = "key_in_header"
    # issuer_trust
    ISSUER_NOT_TRUSTED = "issuer_not_trusted"
    KEY_UNKNOWN = "key_unknown"
    TYPE_NOT_TRUSTED = "type_not_trusted"
    # signature
    SIGNATURE_INVALID = "signature_invalid"
    # digests
    DIGESTS_INVALID = "digests_invalid"
    DISCLOSURE_FOREIGN = "disclosure_foreign"
    DISCLOSURE_REPEATED = "disclosure_repeated"
    CLAIM_OVERRIDDEN = "claim_overridden"
    # type_schema
    TYPE_NOT_ACCEPTED = "type_not_accepted"
    ENTRY_TYPE_NOT_TRUSTED = "entry_type_not_trusted"
    CLAIMS_INVALID = "claims_invalid"
    CLAIMS_MISSING = "claims_missing"
    # validity_time
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    # status
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    CORRECTED = "corrected"
    STATUS_UNAVAILABLE = "status_unavailable"
    STATUS_STALE = "status_stale"
    STATUS_INVALID = "status_invalid"
    STATUS_ROLLED_BACK = "status_rolled_back"
    STATUS_VALUE_UNKNOWN = "status_value_unknown"
    # entry_status
    SUPERSEDED = "superseded"
    NO_ENTRY_IN_FORCE = "no_entry_in_force"
    NO_ENTRY_DISCLOSED = "no_entry_disclosed"
    ENTRY_STATUS_UNAVAILABLE = "entry_status_unavailable"
    ENTRY_STATUS_UNDEFINED = "entry_status_undefined"
    # holder_binding
    HOLDER_NOT_BOUND = "holder_not_bound"
    HOLDER_BINDING_MISSING = "holder_binding_missing"
    HOLDER_BINDING_NOT_ASKED = "holder_binding_not_asked"
    HOLDER_BINDING_INVALID = "holder_binding_invalid"
    HOLDER_BINDING_OTHER_REQUEST = "holder_binding_other_request"
    HOLDER_BINDING_TIME = "holder_binding_time"
    NONCE_REUSED = "nonce_reused"
    NONCE_NOT_TRACKED = "nonce_not_tracked"
    # seal
    SEAL_MISSING = "seal_missing"
    SEAL_BROKEN = "seal_broken"
    SEAL_NOT_WHOLE_FILE = "seal_not_whole_file"
    SEAL_NOT_CERTIFYING = "seal_not_certifying"
    SEAL_MORE_THAN_ONE = "seal_more_than_one"
    SEAL_UNTRUSTED = "seal_untrusted"
    SEAL_EXPIRED = "seal_expired"
    SEAL_UNREADABLE = "seal_unreadable"
    SEAL_TIME_STAMP_UNTRUSTED = "seal_time_stamp_untrusted"
    # print_match
    DOCUMENT_MISMATCH = "document_mismatch"
    QR_DIFFERS = "qr_differs"
    QR_MISSING = "qr_missing"
    QR_LINK_FOREIGN = "qr_link_foreign"
    WORDING_UNKNOWN = "wording_unknown"
    LOOKED_UP_BY_NUMBER = "looked_up_by_number"
    # recipient
    RECIPIENT_MISMATCH = "recipient_mismatch"
    RECIPIENT_OPEN = "recipient_open"
    RECIPIENT_WITHHELD = "recipient_withheld"
    # log_inclusion
    LOG_PROOF_MISSING = "log_proof_missing"
    LOG_WITNESSES_MISSING = "log_witnesses_missing"
    LOG_KEY_UNKNOWN = "log_key_unknown"
    LOG_PROOF_INVALID = "log_proof_invalid"
    LOGGED_TOO_LATE = "logged_too_late"


class Contact(StrEnum):
    """Who can settle the matter."""

    NOBODY = "nobody"
    APPLICANT = "applicant"
    ISSUER = "issuer"
    OPERATOR = "operator"
    """Whoever runs this verifier: its trust list, its network, its options."""


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One line of the reason table.

    `codes` are the codes of the verification steps that lead here, as found in `detail.code`; empty when the check
    has no finer code.
    """

    reason: Reason
    check: CheckName
    contact: Contact
    codes: tuple[str, ...] = ()


_C = CheckName
_APPLICANT, _ISSUER, _OPERATOR = Contact.APPLICANT, Contact.ISSUER, Contact.OPERATOR

ROWS: tuple[ReasonRow, ...] = (
    ReasonRow(Reason.ACTIVE_CONTENT, _C.CONTAINER, _APPLICANT),
    ReasonRow(Reason.ATTACHMENT_MISSING, _C.CONTAINER, _APPLICANT),
    ReasonRow(Reason.ATTACHMENT_UNEXPECTED, _C.CONTAINER, _APPLICANT),
    ReasonRow(Reason.ATTACHMENT_REPEATED, _C.CONTAINER, _APPLICANT),
    ReasonRow(Reason.DOCUMENT_REQUIRED, _C.CONTAINER, _APPLICANT),
    ReasonRow(Reason.LIMIT_EXCEEDED, _C.FORMAT, _APPLICANT, ("E_LIMIT",)),
    ReasonRow(
        Reason.FORMAT_INVALID,
        _C.FORMAT,
        _APPLICANT,
        ("E_FORMAT", "E_HEADER", "E_PAYLOAD", "E_DISCLOSURE_FORMAT", "E_CLAIM_TYPE"),
    ),
    ReasonRow(Reason.DUPLICATE_MEMBER, _C.FORMAT, _APPLICANT, ("E_DUP_KEY",)),
    ReasonRow(Reason.TOKEN_TYPE_INVALID, _C.FORMAT, _APPLICANT, ("E_TYP",)),
    ReasonRow(Reason.ALGORITHM_NOT_ALLOWED, _C.FORMAT, _APPLICANT, ("E_ALG",)),
    ReasonRow(Reason.CRITICAL_HEADER, _C.FORMAT, _APPLICANT, ("E_CRIT",)),
    ReasonRow(Reason.KEY_IN_HEADER, _C.FORMAT, _APPLICANT, ("E_KEY",)),
    ReasonRow(Reason.ISSUER_NOT_TRUSTED, _C.ISSUER_TRUST, _OPERATOR, ("E_KEY",)),
    ReasonRow(Reason.KEY_UNKNOWN, _C.ISSUER_TRUST, _OPERATOR, ("E_KEY", "E_CERT")),
    ReasonRow(Reason.TYPE_NOT_TRUSTED, _C.ISSUER_TRUST, _OPERATOR, ("E_VCT",)),
    ReasonRow(Reason.SIGNATURE_INVALID, _C.SIGNATURE, _APPLICANT, ("E_SIGNATURE",)),
    ReasonRow(
        Reason.DIGESTS_INVALID,
        _C.DIGESTS,
        _APPLICANT,
        ("E_SD_ALG", "E_SD_FORMAT", "E_DISCLOSURE_FORMAT", "E_DISCLOSURE_ARITY"),
    ),
    ReasonRow(Reason.DISCLOSURE_FOREIGN, _C.DIGESTS, _APPLICANT, ("E_DISCLOSURE_UNREFERENCED",)),
    ReasonRow(Reason.DISCLOSURE_REPEATED, _C.DIGESTS, _APPLICANT, ("E_DISCLOSURE_DUPLICATE", "E_DIGEST_DUPLICATE")),
    ReasonRow(
        Reason.CLAIM_OVERRIDDEN,
        _C.DIGESTS,
        _APPLICANT,
        ("E_RESERVED_NAME", "E_NAME_COLLISION", "E_NOT_SELECTIVELY_DISCLOSABLE"),
    ),
    ReasonRow(Reason.TYPE_NOT_ACCEPTED, _C.TYPE_SCHEMA, _APPLICANT, ("E_VCT",)),
    ReasonRow(Reason.ENTRY_TYPE_NOT_TRUSTED, _C.TYPE_SCHEMA, _OPERATOR),
    ReasonRow(Reason.CLAIMS_INVALID, _C.TYPE_SCHEMA, _ISSUER, ("E_CLAIM_TYPE",)),
    ReasonRow(Reason.CLAIMS_MISSING, _C.TYPE_SCHEMA, _ISSUER, ("E_REQUIRED",)),
    ReasonRow(Reason.EXPIRED, _C.VALIDITY_TIME, _APPLICANT, ("E_EXPIRED",)),
    ReasonRow(Reason.NOT_YET_VALID, _C.VALIDITY_TIME, _APPLICANT, ("E_NOT_YET_VALID", "E_CLAIM_TYPE")),
    ReasonRow(Reason.REVOKED, _C.STATUS, _APPLICANT, ("E_STATUS_INVALID",)),
    ReasonRow(Reason.SUSPENDED, _C.STATUS, _APPLICANT, ("E_STATUS_SUSPENDED",)),
    ReasonRow(Reason.CORRECTED, _C.STATUS, _APPLICANT, ("E_STATUS_CORRECTED",)),
    ReasonRow(Reason.STATUS_UNAVAILABLE, _C.STATUS, _OPERATOR, ("E_STATUS_UNAVAILABLE",)),
    ReasonRow(Reason.STATUS_STALE, _C.STATUS, _OPERATOR, ("E_STATUS_STALE",)),
    ReasonRow(Reason.STATUS_INVALID, _C.STATUS, _ISSUER, ("E_STATUS_TOKEN",)),
    ReasonRow(Reason.STATUS_ROLLED_BACK, _C.STATUS, _OPERATOR, ("E_STATUS_ROLLBACK",)),
    ReasonRow(Reason.STATUS_VALUE_UNKNOWN, _C.STATUS, _ISSUER, ("E_STATUS_VALUE",)),
    ReasonRow(Reason.SUPERSEDED, _C.ENTRY_STATUS, _APPLICANT),
    ReasonRow(Reason.NO_ENTRY_IN_FORCE, _C.ENTRY_STATUS, _APPLICANT),
    ReasonRow(Reason.NO_ENTRY_DISCLOSED, _C.ENTRY_STATUS, _APPLICANT),
    ReasonRow(Reason.ENTRY_STATUS_UNAVAILABLE, _C.ENTRY_STATUS, _OPERATOR),
    ReasonRow(Reason.ENTRY_STATUS_UNDEFINED, _C.ENTRY_STATUS, _ISSUER),
    ReasonRow(Reason.HOLDER_NOT_BOUND, _C.HOLDER_BINDING, Contact.NOBODY),
    ReasonRow(Reason.HOLDER_BINDING_MISSING, _C.HOLDER_BINDING, _APPLICANT, ("E_KB_MISSING",)),
    ReasonRow(Reason.HOLDER_BINDING_NOT_ASKED, _C.HOLDER_BINDING, _OPERATOR),
    ReasonRow(
        Reason.HOLDER_BINDING_INVALID,
        _C.HOLDER_BINDING,
        _APPLICANT,
        ("E_CNF", "E_KB_FORMAT", "E_KB_TYP", "E_KB_ALG", "E_KB_SIGNATURE", "E_KB_CLAIMS", "E_KB_SD_HASH"),
    ),
    ReasonRow(
        Reason.HOLDER_BINDING_OTHER_REQUEST,
        _C.HOLDER_BINDING,
        _APPLICANT,
        ("E_KB_AUD", "E_KB_NONCE", "E_KB_TRANSACTION"),
    ),
    ReasonRow(Reason.HOLDER_BINDING_TIME, _C.HOLDER_BINDING, _APPLICANT, ("E_KB_IAT",)),
    ReasonRow(Reason.NONCE_REUSED, _C.HOLDER_BINDING, _APPLICANT, ("E_KB_NONCE",)),
    ReasonRow(Reason.NONCE_NOT_TRACKED, _C.HOLDER_BINDING, _OPERATOR),
    ReasonRow(Reason.SEAL_MISSING, _C.SEAL, _APPLICANT),
    ReasonRow(Reason.SEAL_BROKEN, _C.SEAL, _APPLICANT),
    ReasonRow(Reason.SEAL_NOT_WHOLE_FILE, _C.SEAL, _APPLICANT),
    ReasonRow(Reason.SEAL_NOT_CERTIFYING, _C.SEAL, _APPLICANT),
    ReasonRow(Reason.SEAL_MORE_THAN_ONE, _C.SEAL, _APPLICANT),
    ReasonRow(Reason.SEAL_UNTRUSTED, _C.SEAL, _APPLICANT),
    ReasonRow(Reason.SEAL_EXPIRED, _C.SEAL, _ISSUER),
    ReasonRow(Reason.SEAL_UNREADABLE, _C.SEAL, _APPLICANT),
    ReasonRow(Reason.SEAL_TIME_STAMP_UNTRUSTED, _C.SEAL, _OPERATOR),
    ReasonRow(Reason.DOCUMENT_MISMATCH, _C.PRINT_MATCH, _APPLICANT),
    ReasonRow(Reason.QR_DIFFERS, _C.PRINT_MATCH, _APPLICANT),
    ReasonRow(Reason.QR_MISSING, _C.PRINT_MATCH, _APPLICANT),
    ReasonRow(Reason.QR_LINK_FOREIGN, _C.PRINT_MATCH, _APPLICANT),
    ReasonRow(Reason.WORDING_UNKNOWN, _C.PRINT_MATCH, _OPERATOR),
    ReasonRow(Reason.LOOKED_UP_BY_NUMBER, _C.PRINT_MATCH, _APPLICANT),
    ReasonRow(Reason.RECIPIENT_MISMATCH, _C.RECIPIENT, _APPLICANT),
    ReasonRow(Reason.RECIPIENT_OPEN, _C.RECIPIENT, Contact.NOBODY),
    ReasonRow(Reason.RECIPIENT_WITHHELD, _C.RECIPIENT, _APPLICANT),
    ReasonRow(Reason.LOG_PROOF_MISSING, _C.LOG_INCLUSION, _APPLICANT),
    ReasonRow(Reason.LOG_WITNESSES_MISSING, _C.LOG_INCLUSION, _ISSUER),
    ReasonRow(Reason.LOG_KEY_UNKNOWN, _C.LOG_INCLUSION, _OPERATOR),
    ReasonRow(Reason.LOG_PROOF_INVALID, _C.LOG_INCLUSION, _APPLICANT),
    ReasonRow(Reason.LOGGED_TOO_LATE, _C.LOG_INCLUSION, _ISSUER),
)

_BY_REASON = {row.reason: row for row in ROWS}


def reason_row(reason: Reason) -> ReasonRow:
    """Return the table line of a reason."""
    return _BY_REASON[reason]
