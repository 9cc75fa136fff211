"""What the standards answer when a wallet's request is refused: one of their error codes, and a sentence.

Source: OpenID4VCI 1.0 sections 6.3, 8.3.1, 9.3, 11.3; RFC 6749 sections 4.1.2.1 and 5.2; RFC 6750 section 3.1;
RFC 9126 section 2.3; RFC 9449 sections 5, 7.1 and 8
"""

from typing import Final, Literal

TokenError = Literal[
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unsupported_grant_type",
    "invalid_dpop_proof",
    "use_dpop_nonce",
]
PushError = Literal["unsupported_response_type", "invalid_scope", "invalid_target"]
CredentialError = Literal[
    "invalid_credential_request",
    "unknown_credential_configuration",
    "unknown_credential_identifier",
    "invalid_proof",
    "invalid_nonce",
    "invalid_encryption_parameters",
    "credential_request_denied",
    "invalid_transaction_id",
]
NoticeError = Literal["invalid_notification_id", "invalid_notification_request"]
AccessError = Literal["invalid_token", "invalid_request"]
Scheme = Literal["Bearer", "DPoP"]
BAD_REQUEST: Final = 400
UNAUTHORIZED: Final = 401


class Refused(Exception):
    """A request was refused; nothing was issued by it.

    `error` is the code of the standard, None for a request without any token (RFC 6750: no code then). `description` is
    plain ASCII without quotes, and names no value that was sent. `status` is 400, or 401 for what the token lacks;
    `scheme` is then the one that was asked for. `dpop_nonce` is the nonce that the next proof must have.
    """

    def __init__(
        self,
        error: TokenError | PushError | CredentialError | NoticeError | AccessError | None,
        description: str,
        *,
        status: int = BAD_REQUEST,
        scheme: Scheme = "Bearer",
        dpop_nonce: str | None = None,
    ) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status
        self.scheme = scheme
        self.dpop_nonce = dpop_nonce
