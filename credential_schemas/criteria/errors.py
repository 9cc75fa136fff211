"""The errors of criteria: what is wrong, and where in the file."""

from credential_schemas.errors import CredentialError


class PolicyError(CredentialError):
    """A policy file is not a policy; the text begins with file and line, and names the rule where there is one."""

    code = "policy"


class NoticeError(CredentialError):
    """A notice does not give what its policy asks for."""

    code = "notice"


class ScoringInputError(CredentialError):
    """Entries, adjudications or ratings do not have the shape that scoring reads."""

    code = "scoring_input"


class PolicySignatureRefused(CredentialError):
    """What should be the signature of a policy is none, or not one by a pinned key over these bytes.

    `kind` is `no_signature`, `key_unknown` or `signature`.
    """

    code = "policy_signature"

    def __init__(self, kind: str) -> None:
        super().__init__(_SIGNATURE[kind])
        self.kind = kind


_SIGNATURE = {
    "no_signature": "expected a detached signature of hiring criteria, found something else",
    "key_unknown": "expected a signature by a pinned key, found one by another",
    "signature": "expected a signature over exactly this policy file, found one over something else",
}
