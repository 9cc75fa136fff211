"""Exit codes of `cb-verifier`, and which one several inputs end with."""

from collections.abc import Iterable
from enum import IntEnum

from credential_schemas.report.outcomes import Verdict
from verifier.errors import (
    BatchRefused,
    BundleRefused,
    EvidenceReaderFailed,
    IssuerChoice,
    IssuerUnreachable,
    NumberUnknown,
    OptionError,
    PeopleRefused,
    PolicyRefused,
    ProfileError,
    ProvidersFileError,
    ReceiptKeyError,
    ReceiptPassphraseMissing,
    ReceiptRefused,
    ReceiptWriteError,
    ScoringEvidenceRefused,
    ScoringFileError,
    StatusMapError,
    StoreUnusable,
    TooBusy,
    TooManyLookups,
    TrustFileError,
    TrustMissing,
    UnreadableEvidence,
    VerifierError,
)


class ExitCode(IntEnum):
    """What a command's exit status means."""

    VALID = 0
    INVALID = 1
    USAGE = 2
    INDETERMINATE = 3
    UNREADABLE = 4
    REFUSED = 5
    BUG = 70


OF_VERDICT = {
    Verdict.VALID: ExitCode.VALID,
    Verdict.INVALID: ExitCode.INVALID,
    Verdict.INDETERMINATE: ExitCode.INDETERMINATE,
}

OF_ERROR: dict[type[VerifierError], ExitCode] = {
    UnreadableEvidence: ExitCode.UNREADABLE,
    TrustMissing: ExitCode.USAGE,
    TrustFileError: ExitCode.USAGE,
    BatchRefused: ExitCode.USAGE,
    BundleRefused: ExitCode.USAGE,
    ProfileError: ExitCode.USAGE,
    StatusMapError: ExitCode.USAGE,
    OptionError: ExitCode.USAGE,
    ReceiptKeyError: ExitCode.USAGE,
    ReceiptPassphraseMissing: ExitCode.USAGE,
    ReceiptRefused: ExitCode.INVALID,
    ReceiptWriteError: ExitCode.USAGE,
    ScoringFileError: ExitCode.USAGE,
    ScoringEvidenceRefused: ExitCode.INVALID,
    PolicyRefused: ExitCode.INVALID,
    StoreUnusable: ExitCode.REFUSED,
    PeopleRefused: ExitCode.USAGE,
    ProvidersFileError: ExitCode.USAGE,
    EvidenceReaderFailed: ExitCode.BUG,
    TooBusy: ExitCode.REFUSED,
    IssuerChoice: ExitCode.USAGE,
    NumberUnknown: ExitCode.REFUSED,
    TooManyLookups: ExitCode.REFUSED,
    IssuerUnreachable: ExitCode.INDETERMINATE,
}

_WORST_FIRST = (
    ExitCode.BUG,
    ExitCode.INVALID,
    ExitCode.REFUSED,
    ExitCode.UNREADABLE,
    ExitCode.INDETERMINATE,
    ExitCode.VALID,
)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the code several inputs end with: the worst of 70, 1, 5, 4, 3, 0. Nothing at all is a usage error."""
    met = set(codes)
    return next((code for code in _WORST_FIRST if code in met), ExitCode.USAGE)
