"""Every word of a receipt that is not a sentence of the Report, in Korean and English."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from credential_schemas.report.messages import Language, Sentence


def text(name: str, language: Language, **values: object) -> str:
    """Return one text with its placeholders filled."""
    return _texts()[name].text(language, **values)


def refusal(kind: str) -> Sentence:
    """Return why a receipt is refused."""
    return _refusals()[kind]


def refusal_kinds() -> frozenset[str]:
    """Return every kind `refusal` knows."""
    return frozenset(_refusals())


@cache
def _texts() -> Mapping[str, Sentence]:
    return {name: Sentence(node["ko"], node["en"]) for name, node in _document().items() if name != "refused"}


@cache
def _refusals() -> Mapping[str, Sentence]:
    return {kind: Sentence(node["ko"], node["en"]) for kind, node in _document()["refused"].items()}


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(files(__package__).joinpath("texts.json").read_text("utf-8"))
    return document
