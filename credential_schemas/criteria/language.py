"""The policy language: what a policy file may say, as types. `docs/formats/criteria.md` explains every word of it.

Nothing in a policy is code: conditions name a claim and the values it may have, and numbers may depend on a choice the
notice makes (`by`). The JSON Schema for editors is made from these types.
"""

from typing import Annotated, Literal

from pydantic import Field

from credential_schemas.criteria.rule_kinds import AnyRule
from credential_schemas.criteria.terms import (
    MAX_ITEMS,
    Both,
    Cap,
    Header,
    Id,
    Number,
    Parameter,
    Part,
    Sayings,
    Texts,
    Word,
)


class Component(Part):
    """A part of the score: its rules are added up, and the sum is capped."""

    title: Both
    applies: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    cap: Cap | None = None
    rules: Annotated[tuple[Id, ...], Field(min_length=1)]


class DegreeName(Part):
    """What a requirement such as `doctorate:교통` means: entry types, titles, and the claim for the word behind it."""

    types: Annotated[tuple[Id, ...], Field(min_length=1)]
    title: Annotated[Texts, Field(min_length=1)]
    claim: Word


class Requirements(Part):
    """Qualifications that the notice requires earn nothing: one held one is taken out for each of them."""

    parameter: Id
    among: Annotated[tuple[Id, ...], Field(min_length=1)]
    degrees: dict[str, DegreeName] = Field(default_factory=dict)

    def degree(self, name: str) -> tuple[DegreeName, str] | None:
        """Return what a requirement such as `doctorate:교통` means, and the word behind its colon; None for a name."""
        kind, colon, about = name.partition(":")
        degree = self.degrees.get(kind)
        return (degree, about) if degree is not None and colon else None


class ScoredStage(Part):
    """Components to a fixed sum, bonuses on top, and rules that let an applicant pass without a score."""

    title: Both
    components: dict[Id, Component]
    full_marks: Cap | None = None
    bonuses: dict[Id, Component] = Field(default_factory=dict)
    exemptions: tuple[Id, ...] = ()
    required: Requirements | None = None
    cap: Cap | None = None


class Section(Part):
    """A section of a written test; `topics` or one of `subjects`, with what it covers."""

    title: Both
    questions: Annotated[int, Field(ge=1, le=1000)]
    topics: dict[Id, Texts] = Field(default_factory=dict)
    subjects: dict[str, Word] = Field(default_factory=dict)


class WrittenTest(Part):
    """How a written test is made up. Points for a question and the pass mark are not known unless a policy says so."""

    id: Id
    title: Both
    questions: Annotated[int, Field(ge=1, le=1000)]
    sections: Annotated[dict[Id, Section], Field(min_length=1)]
    unknown: Sayings = ()


class Slot(Part):
    """One weighted place of an interview, filled by one of some tasks."""

    weight: Number
    one_of: Annotated[tuple[Id, ...], Field(min_length=1)]


class Interview(Part):
    """Weighted slots; each is scored 0 to 100, the result is the weighted mean."""

    id: Id
    title: Both
    source_ko: Texts = ()
    slots: Annotated[dict[Id, Slot], Field(min_length=1)]
    tasks: dict[Id, Both]
    unknown: Sayings = ()


class Change(Part):
    """What another reading changes: a member of a rule or a stage, and its new value."""

    rule: Id | None = None
    member: Word
    to: bool | int | str | None = None


class Option(Part):
    """One way to read an ambiguous place."""

    text: Both
    changes: tuple[Change, ...] = ()


class Ambiguity(Part):
    """A place that can be read in more than one way, and how it is read here."""

    id: Id
    text: Both
    options: Annotated[dict[Id, Option], Field(min_length=1)]
    chosen: Id
    why: Both | None = None


class Policy(Part):
    """A whole policy."""

    criteria: Literal[1]
    policy: Header
    parameters: dict[Id, Parameter]
    levels: dict[Id, Both] = Field(default_factory=dict)
    rules: Annotated[tuple[AnyRule, ...], Field(min_length=1, max_length=MAX_ITEMS)]
    document_screening: ScoredStage
    written_test: WrittenTest | None = None
    interview: Interview | None = None
    ambiguities: tuple[Ambiguity, ...] = ()

    def rule(self, rule_id: str) -> "AnyRule":
        """Return a rule by its id, which loading has made sure of."""
        return next(rule for rule in self.rules if rule.id == rule_id)
