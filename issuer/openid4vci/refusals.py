"""What the standards answer when a wallet's request is refused: one of their error codes, and a sentence.

Source: OpenID4VCI 1.0 sections 6.3, 8.3.1, 11.3; RFC 6749 section 5.2; RFC 6750 section 3.1
"""

from typing import Final, Literal

TokenError = Literal["invalid_request", "invalid_grant", "unsupported_grant_type"]
CredentialError = Literal[
    "invalid_credential_request",
    "unknown_credential_configuration",
    "unknown_credential_identifier",
    "invalid_proof",
    "invalid_nonce",
    "invalid_encryption_parameters",
    "credential_request_denied",
]
NoticeError = Literal["invalid_notification_id", "invalid_notification_request"]
AccessError = Literal["invalid_token", "invalid_request"]
BAD_REQUEST: Final = 400
UNAUTHORIZED: Final = 401


class Refused(Exception):
    """A request was refused; nothing was issued by it.

    `error` is the code of the standard, None for a request without any token (RFC 6750: no code then). `description` is
    plain ASCII without quotes, and names no value that was sent. `status` is 400, or 401 for what the token lacks.
    """

    def __init__(
        self,
        error: TokenError | CredentialError | NoticeError | AccessError | None,
        description: str,
        *,
        status: int = BAD_REQUEST,
    ) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status
