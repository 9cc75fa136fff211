"""The words of presentations: states and reasons, in both languages."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from credential_schemas.report.messages import Sentence
from verifier.presentations.presentation import State


def state_text(state: State) -> Sentence:
    """Return what a state is called."""
    return _texts()[state.value]


def reason_text(reason: str) -> Sentence:
    """Return why a presentation ended as it did."""
    return _texts()[f"reason.{reason}"]


@cache
def _texts() -> Mapping[str, Sentence]:
    document = json.loads(files(__package__).joinpath("texts.json").read_text("utf-8"))
    return {name: Sentence(each["ko"], each["en"]) for name, each in document.items()}
