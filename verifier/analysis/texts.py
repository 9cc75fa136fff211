"""The words of an analysis, in both languages."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from credential_schemas.report.messages import Language, Sentence, read_sentences


def text(name: str, language: Language, **values: object) -> str:
    """Return a word or sentence; values must be harmless already."""
    return texts()[name].text(language, **values)


@cache
def texts() -> Mapping[str, Sentence]:
    """Return every word by its name."""
    return read_sentences(files(__package__) / "texts.json")
