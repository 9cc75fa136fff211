"""The words of the sign-in, account and settings pages in both languages, read once from `people_words.json`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from credential_schemas.report.messages import Language, Sentence, read_sentences


def people_word(name: str, language: Language, **values: object) -> str:
    """Return a text; it is escaped where it enters a page."""
    return people_words()[name].text(language, **values)


@cache
def people_words() -> Mapping[str, Sentence]:
    """Return every text by its name."""
    return read_sentences(files(__package__) / "people_words.json")
