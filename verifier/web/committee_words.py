"""The words of the committee's pages in both languages, read once from `committee_words.json`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from credential_schemas.report.messages import Language, Sentence, read_sentences


def committee_word(name: str, language: Language, /, **values: object) -> str:
    """Return a text; it is escaped where it enters a page."""
    return committee_words()[name].text(language, **values)


@cache
def committee_words() -> Mapping[str, Sentence]:
    """Return every text by its name."""
    return read_sentences(files(__package__) / "committee_words.json")
