"""The words of the pages that ask wallets, in both languages, read once from `ask_words.json`."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from credential_schemas.report.messages import Language, Sentence


def ask_word(name: str, language: Language, /, **values: object) -> str:
    """Return a text; it is escaped where it enters a page."""
    found = ask_words()[name].in_language(language)
    return found.format_map(values) if values else found


@cache
def ask_words() -> Mapping[str, Sentence]:
    """Return every text by its name."""
    document = json.loads(files(__package__).joinpath("ask_words.json").read_text("utf-8"))
    return {name: Sentence(node["ko"], node["en"]) for name, node in document.items()}
