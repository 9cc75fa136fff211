"""The words around a result, in both languages: read once from `words.json`."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from credential_schemas.report.messages import Language, Sentence


def result_word(name: str, language: Language, **values: object) -> str:
    """Return one of these texts, safe to stand in HTML; values must be so already."""
    text = result_words()[name].in_language(language)
    return text.format_map(values) if values else text


@cache
def result_words() -> Mapping[str, Sentence]:
    """Return every text by its name."""
    document = json.loads(files(__package__).joinpath("words.json").read_text("utf-8"))
    return {name: Sentence(node["ko"], node["en"]) for name, node in document.items()}
