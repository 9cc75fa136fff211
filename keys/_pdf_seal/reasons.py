"""Why a seal is refused: the closed list of reasons, and the exception that carries one of them up to `pdf_seal`."""

from enum import StrEnum


class SealReason(StrEnum):
    """Stable slugs; the value is what a Report shows."""

    MISSING = "seal_missing"
    MORE_THAN_ONE = "seal_more_than_one"
    NOT_WHOLE_FILE = "seal_not_whole_file"
    NOT_CERTIFYING = "seal_not_certifying"
    BROKEN = "seal_broken"
    UNTRUSTED = "seal_untrusted"
    EXPIRED = "seal_expired"
    UNREADABLE = "seal_unreadable"


class SealRefused(Exception):
    """The seal cannot be accepted; never leaves `keys.pdf_seal`."""

    def __init__(self, reason: SealReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
