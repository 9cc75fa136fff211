"""What can go wrong in the wallet; each error is one sentence for the holder."""

from typing import ClassVar


class WalletError(Exception):
    """Base of every error of this room. `code` is a stable slug, `kind` a finer one; the message a whole sentence."""

    code: ClassVar[str] = "wallet"

    def __init__(self, message: str, *, kind: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind


class FileUnreadable(WalletError):
    """The file is missing, too large, or holds no certificate."""

    code = "file_unreadable"


class TrustListMissing(WalletError):
    """No trust list is configured, so nothing can be checked."""

    code = "trust_list_missing"


class CertificateRefused(WalletError):
    """The certificate did not pass the holder's checks, so it is not kept."""

    code = "certificate_refused"


class IssuerUnknown(WalletError):
    """The certificate cannot be judged: its issuer or its key is not on the trust list."""

    code = "issuer_unknown"


class ItemNotFound(WalletError):
    """No kept certificate has this id."""

    code = "item_not_found"


class StorageRefused(WalletError):
    """The disk did not take the file."""

    code = "storage_refused"


class CodeTooLarge(WalletError):
    """The certificate does not fit into QR codes."""

    code = "code_too_large"


class CriteriaUnreadable(WalletError):
    """A policy, a notice or a file of assumptions is not what it should be."""

    code = "criteria_unreadable"
