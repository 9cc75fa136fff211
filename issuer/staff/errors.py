"""What is said when somebody of the staff cannot be added, changed, or found."""

from issuer.errors import RefusedError, UsageError


class StaffNameRefused(UsageError):
    """A sign-in name of the staff has another form."""

    code = "staff_name_refused"
    sentence = "A sign-in name of the staff has 1 to 64 lower-case letters, digits, dots, underscores and hyphens."


class StaffNameTaken(UsageError):
    """The name or the identity is somebody's, or was: the audit trail names staff by it."""

    code = "staff_name_taken"
    sentence = "This name or identity is somebody's already, or was; a name is never given to somebody else."


class StaffUnknown(UsageError):
    """Nobody of the staff has this name."""

    code = "staff_unknown"
    sentence = "Nobody of the staff has the name {name}."


class StaffRolesRefused(UsageError):
    """Roles and institution do not go together."""

    code = "staff_roles_refused"
    sentence = "These roles cannot be given: {problem}."


class TraceTooLarge(RefusedError):
    """More certificates or accounts than one answer lists."""

    code = "trace_too_large"
    sentence = "There are more than {largest}; use `cb-issuer keys distrust --dry-run --out` on the machine."


class TraceUnknown(UsageError):
    """There is no such key of credentials, or no such delivery."""

    code = "trace_unknown"
    sentence = "There is no such key of credentials and no such delivery."


class ReasonMissing(RefusedError):
    """A change or a look at somebody's data came without a reason."""

    code = "reason_missing"
    sentence = "Say why in 2 to 300 characters; it is written down with what is done."
