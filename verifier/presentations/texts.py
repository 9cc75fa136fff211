"""The words of presentations: states and reasons, in both languages."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from credential_schemas.report.messages import Sentence, read_sentences
from verifier.presentations.presentation import State


def state_text(state: State) -> Sentence:
    """Return what a state is called."""
    return _texts()[state.value]


def reason_text(reason: str) -> Sentence:
    """Return why a presentation ended as it did."""
    return _texts()[f"reason.{reason}"]


@cache
def _texts() -> Mapping[str, Sentence]:
    return read_sentences(files(__package__) / "texts.json")
