"""The stages of an application and the steps between them; every other step is refused."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from issuer.recognition.errors import StepRefused


class Stage(StrEnum):
    """How far an application is."""

    DRAFT = "draft"
    """The university fills it in; the bank does not see it."""
    RECEIVED = "received"
    """접수."""
    IN_REVIEW = "in_review"
    """심사 중."""
    QUESTIONS = "questions"
    """보완 요청: the university's turn."""
    RECOGNISED = "recognised"
    """인정."""
    REFUSED = "refused"
    """불인정."""
    WITHDRAWN = "withdrawn"
    """The university took it back."""


class Step(StrEnum):
    """What can be done with an application."""

    EDIT = "edit"
    ATTACH = "attach"
    SUBMIT = "submit"
    ANSWER = "answer"
    WITHDRAW = "withdraw"
    TAKE = "take"
    ASK = "ask"
    NOTE = "note"
    SCREEN = "screen"
    DECIDE = "decide"
    GRANT = "grant"
    REFUSE = "refuse"
    END = "end"


NEXT: Final[Mapping[tuple[Stage, Step], Stage]] = {
    (Stage.DRAFT, Step.EDIT): Stage.DRAFT,
    (Stage.DRAFT, Step.ATTACH): Stage.DRAFT,
    (Stage.DRAFT, Step.SUBMIT): Stage.RECEIVED,
    (Stage.DRAFT, Step.WITHDRAW): Stage.WITHDRAWN,
    (Stage.RECEIVED, Step.TAKE): Stage.IN_REVIEW,
    (Stage.RECEIVED, Step.NOTE): Stage.RECEIVED,
    (Stage.RECEIVED, Step.WITHDRAW): Stage.WITHDRAWN,
    (Stage.IN_REVIEW, Step.ASK): Stage.QUESTIONS,
    (Stage.IN_REVIEW, Step.NOTE): Stage.IN_REVIEW,
    (Stage.IN_REVIEW, Step.SCREEN): Stage.IN_REVIEW,
    (Stage.IN_REVIEW, Step.DECIDE): Stage.IN_REVIEW,
    (Stage.IN_REVIEW, Step.GRANT): Stage.RECOGNISED,
    (Stage.IN_REVIEW, Step.REFUSE): Stage.REFUSED,
    (Stage.IN_REVIEW, Step.WITHDRAW): Stage.WITHDRAWN,
    (Stage.QUESTIONS, Step.ATTACH): Stage.QUESTIONS,
    (Stage.QUESTIONS, Step.ANSWER): Stage.IN_REVIEW,
    (Stage.QUESTIONS, Step.NOTE): Stage.QUESTIONS,
    (Stage.QUESTIONS, Step.WITHDRAW): Stage.WITHDRAWN,
    (Stage.RECOGNISED, Step.NOTE): Stage.RECOGNISED,
    (Stage.RECOGNISED, Step.END): Stage.RECOGNISED,
    (Stage.REFUSED, Step.NOTE): Stage.REFUSED,
}
"""The whole machine: which stage follows when a step is done at a stage."""


def stage_after(stage: Stage, step: Step) -> Stage:
    """Return the stage that follows.

    Raises:
        StepRefused: this step is not done at this stage.
    """
    if (stage, step) not in NEXT:
        raise StepRefused(stage=stage.value, step=step.value)
    return NEXT[stage, step]


def is_possible(stage: str, step: Step) -> bool:
    """Return whether a step can be done at a stage."""
    return (Stage(stage), step) in NEXT
