"""The words of an analysis, in both languages."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from credential_schemas.report.messages import Language, Sentence


def text(name: str, language: Language, **values: object) -> str:
    """Return a word or sentence; values must be harmless already."""
    found = texts()[name].in_language(language)
    return found.format_map(values) if values else found


@cache
def texts() -> Mapping[str, Sentence]:
    """Return every word by its name."""
    document = json.loads(files(__package__).joinpath("texts.json").read_text("utf-8"))
    return {name: Sentence(each["ko"], each["en"]) for name, each in document.items()}
