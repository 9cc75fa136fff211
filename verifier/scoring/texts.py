"""The words of results, tables and score sheets, in both languages."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from credential_schemas.report.messages import Language, Sentence


def text(name: str, language: Language, **values: object) -> str:
    """Return a word or sentence; values must be harmless already."""
    found = _texts()[name].in_language(language)
    return found.format_map(values) if values else found


@cache
def _texts() -> Mapping[str, Sentence]:
    document = json.loads(files(__package__).joinpath("texts.json").read_text("utf-8"))
    return {name: Sentence(each["ko"], each["en"]) for name, each in document.items()}
