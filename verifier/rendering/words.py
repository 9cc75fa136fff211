"""The few words around a terminal report that are not sentences of the Report itself, in both languages."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from credential_schemas.report.messages import Language, Sentence, lookup_texts, read_sentences, unreadable_texts
from verifier.errors import LookupFailed, UnreadableEvidence


def word(name: str, language: Language, **values: object) -> str:
    """Return a word or short phrase; values must be harmless already."""
    return _words()[name].text(language, **values)


def no_verdict_texts(error: UnreadableEvidence | LookupFailed) -> tuple[Sentence, Sentence]:
    """Return heading and sentence for an input about which there is no verdict."""
    if isinstance(error, LookupFailed):
        return lookup_texts(error.code)
    return unreadable_texts(error.kind, error.values)


@cache
def _words() -> Mapping[str, Sentence]:
    return read_sentences(Path(__file__).with_name("words.json"))
