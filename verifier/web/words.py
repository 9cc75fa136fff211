"""The words of the pages that are not sentences of a Report, in both languages: those around a result, and our own."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from credential_schemas.report.messages import Language, Sentence, read_sentences
from credential_schemas.report_page.words import result_words


def page_word(name: str, language: Language, **values: object) -> str:
    """Return a text of the pages, safe to stand in HTML; values must be so already."""
    return page_words()[name].text(language, **values)


@cache
def page_words() -> Mapping[str, Sentence]:
    """Return every text by its name."""
    return {**result_words(), **read_sentences(files(__package__) / "words.json")}
