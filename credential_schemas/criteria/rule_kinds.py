"""The eight kinds of rules of the policy language, as types. `docs/formats/criteria.md` explains every word of it."""

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from credential_schemas.criteria.terms import Both, Id, Number, Part, Texts, Word, exact


class Condition(Part):
    """A claim that must have one of some values; `otherwise` is the reason when it has another."""

    claim: Word
    among: Annotated[tuple[bool | str, ...], Field(min_length=1)]
    otherwise: Id


class Rule(Part):
    """What every rule has.

    Attributes:
        id: its name in every trace.
        title: what it is about.
        source_ko: the words of the published criteria it comes from, quoted.
        applies: choices of the notice under which it counts; every one must fit.
        entries: entry types that can earn its points.
        when: conditions on claims.
        needs: decisions by people, for example `related`; true lets an entry count.
        never_ask: claims it does not need and a request must not ask for.
        ambiguities: ids of the readings it depends on.
    """

    id: Id
    title: Both
    source_ko: Texts = ()
    applies: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    entries: tuple[Id, ...] = ()
    when: tuple[Condition, ...] = ()
    needs: tuple[Id, ...] = ()
    never_ask: Texts = ()
    ambiguities: tuple[Id, ...] = ()


class OncePer(Part):
    """Entries with equal claims are one: the one with the largest amount is kept, or the first by its id."""

    same: Annotated[tuple[Word, ...], Field(min_length=1)]
    keep: Literal["largest", "first"]


class AmountRule(Rule):
    """Points for each unit of an amount, for example 2 for a credit, 1 for 10 hours.

    `round: down` drops the rest that is no full unit, of all entries together (`over: all`) or of each (`over: each`).
    """

    kind: Literal["amount"]
    amount: Word
    per: Number = Fraction(1)
    points: Number
    round: Literal["none", "down"] = "none"
    over: Literal["all", "each"] = "all"
    once_per: OncePer | None = None


class Moment(Part):
    """A day of the notice, or some whole years before it."""

    parameter: Id
    years_before: Annotated[int, Field(ge=0, le=100)] = 0


class Window(Part):
    """Days from first to last, both included, that a claim must lie in."""

    claim: Word
    first: Moment
    last: Moment


class Row(Part):
    """Points from a lower bound on: a number, or a grade of the table's `order`."""

    at_least: Annotated[
        Fraction | str,
        PlainValidator(lambda value: value if isinstance(value, str) else exact(value)),
        WithJsonSchema({"type": ["number", "string"]}),
    ]
    points: Number


class Table(Part):
    """The rows of one test, best first, and what a value of it can be.

    A number lies between 0 and `highest` in steps of `step`; a grade is a word of `order`, best first. A table under
    `review` gives no points and asks a person, for example when the test has another scale today.
    """

    names: Annotated[tuple[Word, ...], Field(min_length=1)]
    highest: Number | None = None
    step: Number = Fraction(1)
    order: tuple[Word, ...] = ()
    rows: tuple[Row, ...] = ()
    review: bool = False


class BandsRule(Rule):
    """Points by table: the entry's title names the table, a claim its value; the best entry counts."""

    kind: Literal["bands"]
    value: Word
    window: Window | None = None
    tables: dict[str, Table]


class Family(Part):
    """One qualification with its grades.

    Points come from `flat_points`, else from `points` by grade, else from the rule's `grade_points` for `grades`.
    """

    family: Word
    aliases: Texts = ()
    kind: Id
    grades: Texts = ()
    points: dict[str, Number] | None = None
    flat_points: Number | None = None
    grade_aliases: dict[str, str] = Field(default_factory=dict)
    rule: Id | None = None


class FamiliesByChoice(Part):
    """Families for each value of a choice."""

    by: Id
    values: dict[str, tuple[Family, ...]]


class QualificationsRule(Rule):
    """Points for qualifications by family and grade.

    Required qualifications are taken out first, then only the best of each family counts, then all are added.
    """

    kind: Literal["qualifications"]
    kinds: dict[Id, tuple[Id, ...]]
    grade_in_title: tuple[Id, ...] = ()
    grade_points: dict[str, Number]
    lists: FamiliesByChoice
    common: tuple[Family, ...] = ()
    added_by: Id | None = None
    highest_per_family: bool = True


class Member(Part):
    """An entry that a list names: by type, title, grade and other claims, and by a decision where one is needed."""

    id: Id
    types: Annotated[tuple[Id, ...], Field(min_length=1)]
    title: Texts = ()
    grade: Texts = ()
    claims: dict[str, Texts] = Field(default_factory=dict)
    needs: tuple[Id, ...] = ()


class MembersByChoice(Part):
    """Members for each value of a choice."""

    by: Id
    values: dict[str, tuple[Member, ...]]


class ListRule(Rule):
    """Points for each entry that a list names, or, with `exempts`, a way past this stage.

    `same_basis` names members that may rest on one fact; when two of them count, a person is told.
    """

    kind: Literal["list"]
    lists: MembersByChoice
    added_by: Id | None = None
    points_each: Number = Fraction(0)
    exempts: bool = False
    same_basis: tuple[tuple[Id, ...], ...] = ()


class PeriodsRule(Rule):
    """Points by bands of whole months in the union of periods; the bands are the notice's."""

    kind: Literal["periods"]
    start: Word
    end: Word
    bands: Id


class WordsRule(Rule):
    """Points by a word, such as a prize; the points are the notice's, the best entry counts."""

    kind: Literal["words"]
    word: Word
    points: Id


class Item(Part):
    """One question of a rubric, with the points of each level."""

    title: Both
    points: dict[str, Number]


class RubricRule(Rule):
    """Points by the level that people gave to each question; a missing level leaves the result incomplete."""

    kind: Literal["rubric"]
    total: Number
    items: dict[Id, Item]


class Unit(Part):
    """A competency that a role needs: an NCS unit code or the beginning of one, and from which level on."""

    code: Annotated[str, Field(pattern=r"^[0-9]{2,10}(_[0-9]{2}v[0-9]{1,3})?$")]
    title: Both
    level: Annotated[int, Field(ge=1, le=8)] = 1
    points: Number


class UnitsRule(Rule):
    """Points for each competency of a role profile that some entry shows, once each."""

    kind: Literal["units"]
    wanted: Annotated[tuple[Unit, ...], Field(min_length=1)]


AnyRule = Annotated[
    AmountRule | BandsRule | QualificationsRule | ListRule | PeriodsRule | WordsRule | RubricRule | UnitsRule,
    Field(discriminator="kind"),
]
