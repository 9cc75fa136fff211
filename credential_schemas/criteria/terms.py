"""The words that every part of a policy is made of: texts, exact numbers, and what a notice may say."""

from fractions import Fraction
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema

from credential_schemas.criteria.values import number

_ID: Final = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
MAX_ITEMS: Final = 500


def exact(value: object) -> Fraction:
    """Return a number of a policy exactly as it is written.

    Raises:
        ValueError: no number, or beyond a billion.
    """
    found = None if isinstance(value, str) else number(value)
    if found is None or abs(found) > 10**9:
        raise ValueError("expected a number, at most 1,000,000,000")
    return found


Number = Annotated[Fraction, PlainValidator(exact), WithJsonSchema({"type": "number"})]
Id = Annotated[str, Field(pattern=_ID)]
Word = Annotated[str, Field(min_length=1, max_length=300)]
Texts = Annotated[tuple[Word, ...], Field(max_length=MAX_ITEMS)]


class Part(BaseModel):
    """What every part of a policy has in common: nothing may be added, nothing changes, nothing is converted."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Both(Part):
    """A text in Korean and English."""

    ko: Word
    en: Word

    def in_language(self, language: Literal["ko", "en"]) -> str:
        """Return the text in one language."""
        return self.ko if language == "ko" else self.en


Sayings = Annotated[tuple[Both, ...], Field(max_length=MAX_ITEMS)]


class Header(Part):
    """Whose policy it is, and which version of it."""

    id: Id
    version: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
    title: Both
    agency: Both
    basis_ko: Word | None = None
    principle: Both | None = None


class DateParameter(Part):
    """A day that the notice names; `default` is another day of the notice."""

    type: Literal["date"]
    required: bool = False
    default: Id | None = None


class ChoiceParameter(Part):
    """One of some words, for example the track."""

    type: Literal["choice"]
    required: bool = True
    values: dict[str, Both]


class RequirementsParameter(Part):
    """Qualifications without which nobody may apply: a list of `{any_of: [names]}`."""

    type: Literal["requirements"]


class RowsParameter(Part):
    """Rows that a notice adds to a rule's own: qualification families, or members of a list."""

    type: Literal["families", "members"]


class PointsParameter(Part):
    """Points that only the notice can name, within what the policy allows.

    `month_bands` is a list of `{min_months, points}`; `word_points` maps a word, such as a prize, to points. Absent
    means undetermined, never zero.
    """

    type: Literal["month_bands", "word_points"]
    allowed_points: Annotated[tuple[Number, ...], Field(min_length=1)]


Parameter = Annotated[
    DateParameter | ChoiceParameter | RequirementsParameter | RowsParameter | PointsParameter,
    Field(discriminator="type"),
]


class NumberByChoice(Part):
    """A number for each value of a choice."""

    by: Id
    values: dict[str, Number]


def _number_or_choice(value: object) -> "Fraction | NumberByChoice":
    return NumberByChoice.model_validate(value) if isinstance(value, dict) else exact(value)


Cap = Annotated[
    Fraction | NumberByChoice,
    PlainValidator(_number_or_choice),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "object", "required": ["by", "values"]}]}),
]
"""A number, or `{by: choice, values: {...}}`."""
