"""The few words around a terminal report that are not sentences of the Report itself, in both languages."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from credential_schemas.report.messages import Language, Sentence


def word(name: str, language: Language, **values: object) -> str:
    """Return a word or short phrase; values must be harmless already."""
    text = _words()[name].in_language(language)
    return text.format_map(values) if values else text


@cache
def _words() -> Mapping[str, Sentence]:
    document = json.loads(files(__package__).joinpath("words.json").read_text("utf-8"))
    return {name: Sentence(texts["ko"], texts["en"]) for name, texts in document.items()}
