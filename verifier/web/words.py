"""The words of the pages that are not sentences of a Report, in both languages: those around a result, and our own."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from credential_schemas.report.messages import Language, Sentence
from credential_schemas.report_page.words import result_words


def page_word(name: str, language: Language, **values: object) -> str:
    """Return a text of the pages, safe to stand in HTML; values must be so already."""
    text = page_words()[name].in_language(language)
    return text.format_map(values) if values else text


@cache
def page_words() -> Mapping[str, Sentence]:
    """Return every text by its name."""
    document = json.loads(files(__package__).joinpath("words.json").read_text("utf-8"))
    return {**result_words(), **{name: Sentence(node["ko"], node["en"]) for name, node in document.items()}}
