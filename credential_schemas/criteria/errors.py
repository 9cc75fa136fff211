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
