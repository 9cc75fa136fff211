"""What can go wrong with a presentation: for whoever asks (our API) and for the wallet (the standard's errors)."""

from verifier.errors import VerifierError


class RequestRefused(VerifierError):
    """A request cannot be made as it was asked for; `kind` says why.

    Kinds: `body`, `query`, `policy`, `type`, `prefix`, `key`, `url`, `return_url`.
    """

    code = "presentation_refused"


class PresentationUnknown(VerifierError):
    """There is no such presentation, or not of this caller."""

    code = "presentation_unknown"


class TooManyPresentations(VerifierError):
    """Too many requests are open; the caller should try again when some have ended."""

    code = "too_many_presentations"


class WalletRefused(VerifierError):
    """What a wallet sent is not taken; `kind` is the error code of the standard, the message its description."""

    code = "wallet_refused"

    def __init__(self, message: str, *, kind: str = "invalid_request") -> None:
        super().__init__(message, kind=kind)
        self.kind: str = kind
