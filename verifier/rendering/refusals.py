"""The sentence a person reads when a command cannot be carried out."""

from credential_schemas.report.messages import Language
from verifier.errors import BundleRefused, OptionError, VerifierError
from verifier.rendering.plain_text import harmless
from verifier.rendering.words import word


def sentence_of(error: VerifierError, language: Language) -> str:
    """Return what went wrong and what to do; in English where there is no sentence in both languages."""
    if error.code in ("trust_missing", "receipt_passphrase"):
        return word(error.code, language)
    if isinstance(error, BundleRefused):
        return word(f"bundle_{error.kind}", language)
    if isinstance(error, OptionError) and error.kind is not None:
        return word(f"option_{error.kind}", language)
    return harmless(str(error))
