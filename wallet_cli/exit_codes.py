"""Exit codes of `cb-wallet`: the one table from outcomes and errors to numbers."""

from enum import IntEnum

from wallet_cli.errors import (
    AnswerRefused,
    CertificateRefused,
    CodeTooLarge,
    CriteriaUnreadable,
    FileUnreadable,
    IssuerUnknown,
    ItemNotFound,
    NothingToPresent,
    OfferRefused,
    OptionsWrong,
    PassphraseWrong,
    RequestRefused,
    ServiceRefused,
    ServiceUnreachable,
    StorageRefused,
    TrustListMissing,
    VaultUnreadable,
    VerifierUnreachable,
    WalletError,
    WalletExists,
    WalletMissing,
)


class ExitCode(IntEnum):
    """The project's exit codes (docs/cli.md)."""

    DONE = 0
    INVALID = 1
    USAGE = 2
    INDETERMINATE = 3
    UNREADABLE = 4
    REFUSED = 5
    BUG = 70


_BY_ERROR: dict[type[WalletError], ExitCode] = {
    FileUnreadable: ExitCode.UNREADABLE,
    TrustListMissing: ExitCode.USAGE,
    CertificateRefused: ExitCode.INVALID,
    IssuerUnknown: ExitCode.INDETERMINATE,
    ItemNotFound: ExitCode.USAGE,
    CodeTooLarge: ExitCode.USAGE,
    CriteriaUnreadable: ExitCode.USAGE,
    StorageRefused: ExitCode.REFUSED,
    WalletMissing: ExitCode.USAGE,
    WalletExists: ExitCode.USAGE,
    PassphraseWrong: ExitCode.REFUSED,
    VaultUnreadable: ExitCode.UNREADABLE,
    OfferRefused: ExitCode.INVALID,
    ServiceRefused: ExitCode.REFUSED,
    ServiceUnreachable: ExitCode.REFUSED,
    RequestRefused: ExitCode.INVALID,
    NothingToPresent: ExitCode.INVALID,
    AnswerRefused: ExitCode.REFUSED,
    OptionsWrong: ExitCode.USAGE,
    VerifierUnreachable: ExitCode.REFUSED,
}


def exit_code_of(error: WalletError) -> ExitCode:
    """Return the exit code that stands for an error."""
    return _BY_ERROR[type(error)]
