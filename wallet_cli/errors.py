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


class WalletMissing(WalletError):
    """There is no encrypted wallet of this name."""

    code = "wallet_missing"


class WalletExists(WalletError):
    """There is a wallet, or another file, where a new one should be."""

    code = "wallet_exists"


class PassphraseWrong(WalletError):
    """The passphrase is missing, too short for a new wallet, or does not open this one."""

    code = "passphrase_wrong"


class VaultUnreadable(WalletError):
    """A file is no wallet of this program, or cannot be read."""

    code = "vault_unreadable"


class OfferRefused(WalletError):
    """A credential offer, or the issuer behind it, breaks a rule; nothing was kept."""

    code = "offer_refused"


class ServiceRefused(WalletError):
    """The issuer refused; the sentence has its own error code."""

    code = "service_refused"


class ServiceUnreachable(WalletError):
    """The issuer did not answer in time, in form or in size."""

    code = "service_unreachable"


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


class RequestRefused(WalletError):
    """A verifier's request breaks a rule, so it is not answered; `kind` says which.

    Kinds: `link`, `prefix`, `signature`, `identity`, `unsigned`, `audience`, `replayed`, `expired`, `request`, `nonce`,
    `response_uri`, `query`, `transaction_data`, `formats`, `encryption`.
    """

    code = "request_refused"


class NothingToPresent(WalletError):
    """No credential in this wallet answers the request; nothing was sent."""

    code = "nothing_to_present"


class OptionsWrong(WalletError):
    """Options of a command do not go together."""

    code = "options_wrong"


class AnswerRefused(WalletError):
    """The verifier did not take the answer."""

    code = "answer_refused"


class VerifierUnreachable(WalletError):
    """The verifier did not answer in time, in form or in size; `kind` is `request` or `answer`."""

    code = "verifier_unreachable"
