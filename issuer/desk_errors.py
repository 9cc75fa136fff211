"""What a holder or a program cannot do at the bank's desk, in words for people and with stable codes."""

from issuer.errors import RefusedError, UsageError


class TokenNotFound(UsageError):
    """No token has this id."""

    code = "token_not_found"
    sentence = "No token has the id {token}; `cb-issuer token list` shows the ids."


class LinkUnknown(UsageError):
    """A link leads to nothing: it never did, it has ended, or it was switched off."""

    code = "link_unknown"
    sentence = "This link does not lead to a document (any more). The certificate itself does not depend on it."


class LinksTooMany(RefusedError):
    """A certificate has as many open links as it may have."""

    code = "links_too_many"
    sentence = "This certificate has {count} open links already; switch one off first."


class LinkTooLong(UsageError):
    """A link was to end on a day that is not allowed."""

    code = "link_too_long"
    sentence = "A link may last from 1 to {days} days."


class IssuedTooMany(RefusedError):
    """An account got as many certificates in an hour as it may get."""

    code = "issued_too_many"
    sentence = "This account got as many certificates as it may get in an hour; try again in {seconds} seconds."


class IssuingBusy(RefusedError):
    """As many certificates are being made as the service makes at once."""

    code = "issuing_busy"
    sentence = "Too many certificates are being made; try again in a moment."
