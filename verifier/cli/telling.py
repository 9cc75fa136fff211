"""What every command says on standard error, and the exit code of a command that cannot be carried out."""

import sys

from credential_schemas.report.messages import Language
from keys.errors import KeysError
from verifier.errors import VerifierError
from verifier.exit_codes import OF_ERROR, ExitCode
from verifier.rendering.refusals import sentence_of


def tell(message: str) -> None:
    """Print a line beside the results; characters that act must be written out already (`harmless`)."""
    print(message, file=sys.stderr)


def tell_refusal(command: str, error: VerifierError | KeysError, language: Language) -> ExitCode:
    """Say why a command cannot be carried out, and return its exit code.

    Args:
        command: without the program, such as `check`.
        error: of the verifier; or that of the network or the gate of a service, which is always a refusal.
        language: of the sentence.
    """
    tell(f"cb-verifier {command}: {sentence_of(error, language)}")
    return OF_ERROR[type(error)] if isinstance(error, VerifierError) else ExitCode.REFUSED
