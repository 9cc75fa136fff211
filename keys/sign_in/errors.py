"""What can go wrong while somebody signs in; who asks is told less than what stands here (docs/sign-in.md)."""

from typing import Literal

from keys.errors import KeysError

PasswordKind = Literal["short", "long", "characters", "listed", "name"]
OidcKind = Literal["configuration", "provider", "expired", "answer", "cancelled", "code", "id_token"]


class SignInError(KeysError):
    """Base of the errors of this room."""

    code = "sign_in"


class PasswordRefused(SignInError):
    """A new password is not taken; `kind` says why.

    Kinds: `short`, `long`, `characters` (a control character or half of a surrogate pair), `listed` (what everybody
    tries first: a common one, a repetition, a sequence), `name` (hardly more than the name of the person or service).
    """

    code = "password_refused"

    def __init__(self, message: str, *, kind: PasswordKind) -> None:
        super().__init__(message)
        self.kind: PasswordKind = kind


class SignInBusy(SignInError):
    """More people sign in at this moment than the machine can check; try again in a moment."""

    code = "sign_in_busy"


class OidcError(SignInError):
    """A sign-in with an OpenID provider failed; `kind` says where.

    Kinds: `configuration` (ours), `provider` (unreachable, or its metadata or keys cannot be used), `expired` (the
    person took too long, or the browser does not know of it), `answer` (what came back is not of this sign-in),
    `cancelled` (the person or the provider said no), `code` (the provider does not take its own code), `id_token` (the
    statement about the person is not to be believed).
    """

    code = "oidc"

    def __init__(self, message: str, *, kind: OidcKind) -> None:
        super().__init__(message)
        self.kind: OidcKind = kind
