"""The sentence a person reads when a command cannot be carried out: what happened and what to do, in both languages.

Every code has one in `refusals.json`, and so have the kinds that a person can cause by options and files; the detail
behind it says what was expected and found, in English.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from credential_schemas.report.messages import Language, Sentence, read_sentences
from keys.errors import KeysError
from verifier.errors import LookupFailed, UnreadableEvidence, VerifierError
from verifier.rendering.plain_text import harmless
from verifier.rendering.words import no_verdict_texts


def sentence_of(error: VerifierError | KeysError, language: Language) -> str:
    """Return what went wrong and what to do; an error of a lower floor has the sentence of its code, too."""
    if isinstance(error, UnreadableEvidence | LookupFailed):
        return no_verdict_texts(error)[1].in_language(language)
    sentences, kind = refusal_sentences(), getattr(error, "kind", None)
    sentence = sentences.get(f"{error.code}.{kind}") or sentences.get(error.code) or sentences[VerifierError.code]
    return sentence.in_language(language).format_map({"detail": harmless(str(error))})


@cache
def refusal_sentences() -> Mapping[str, Sentence]:
    """Return every sentence by code, or code, dot and kind."""
    return read_sentences(Path(__file__).with_name("refusals.json"))
