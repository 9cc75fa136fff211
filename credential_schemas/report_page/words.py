"""The words around a result, in both languages: read once from `words.json`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from credential_schemas.report.messages import Language, Sentence, read_sentences


def result_word(name: str, language: Language, **values: object) -> str:
    """Return one of these texts, safe to stand in HTML; values must be so already."""
    return result_words()[name].text(language, **values)


@cache
def result_words() -> Mapping[str, Sentence]:
    """Return every text by its name."""
    return read_sentences(files(__package__) / "words.json")
