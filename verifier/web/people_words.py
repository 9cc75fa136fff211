"""The words of the sign-in, account and settings pages in both languages, read once from `people_words.json`."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from credential_schemas.report.messages import Language, Sentence


def people_word(name: str, language: Language, **values: object) -> str:
    """Return a text; it is escaped where it enters a page."""
    text = people_words()[name].in_language(language)
    return text.format_map(values) if values else text


@cache
def people_words() -> Mapping[str, Sentence]:
    """Return every text by its name."""
    document = json.loads(files(__package__).joinpath("people_words.json").read_text("utf-8"))
    return {name: Sentence(node["ko"], node["en"]) for name, node in document.items()}
