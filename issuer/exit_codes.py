"""What the shell hears: each family of errors and its exit code, in one table."""

from enum import IntEnum

from credential_schemas.errors import CredentialError
from issuer.errors import IssuerError, RefusedError, UnreadableError, UsageError
from keys.errors import KeysError


class ExitCode(IntEnum):
    """The exit codes of all programs; 1 and 3 are verdicts, which the bank never gives."""

    DONE = 0
    USAGE = 2
    UNREADABLE = 4
    REFUSED = 5
    BUG = 70


_TABLE: tuple[tuple[type[Exception], ExitCode], ...] = (
    (UsageError, ExitCode.USAGE),
    (UnreadableError, ExitCode.UNREADABLE),
    (RefusedError, ExitCode.REFUSED),
    (IssuerError, ExitCode.REFUSED),
    (KeysError, ExitCode.REFUSED),
    (CredentialError, ExitCode.REFUSED),
)
EXPECTED_ERRORS: tuple[type[Exception], ...] = tuple(kind for kind, _ in _TABLE)
_WORST_FIRST = (ExitCode.BUG, ExitCode.REFUSED, ExitCode.UNREADABLE, ExitCode.USAGE, ExitCode.DONE)


def exit_code_of(error: Exception) -> ExitCode:
    """Return the exit code for an error; one that no line of the table knows is a bug."""
    return next((code for kind, code in _TABLE if isinstance(error, kind)), ExitCode.BUG)


def worst(*codes: ExitCode) -> ExitCode:
    """Return the worst of several exit codes."""
    return next(code for code in _WORST_FIRST if code in codes)
