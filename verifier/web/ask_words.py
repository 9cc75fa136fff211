"""The words of the pages that ask wallets, in both languages, read once from `ask_words.json`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from credential_schemas.report.messages import Language, Sentence, read_sentences


def ask_word(name: str, language: Language, /, **values: object) -> str:
    """Return a text; it is escaped where it enters a page."""
    return ask_words()[name].text(language, **values)


@cache
def ask_words() -> Mapping[str, Sentence]:
    """Return every text by its name."""
    return read_sentences(files(__package__) / "ask_words.json")
