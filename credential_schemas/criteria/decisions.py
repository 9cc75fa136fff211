"""What people decided about applicants, with officer and time: files of one JSON object a line.

    {"notice": …, "applicant": …, "adjudications": {ENTRY: {"related": {"decision": true, "officer": …, "at": …}}}}
    {"notice": …, "applicant": …, "ratings": {RUBRIC: {ITEM: {"level": "good", "officer": …, "at": …}}}}

Rules enforced: nothing unknown, nothing decided twice, every decision one that the policy asks for, every level one
that it has, an officer, and a time with its zone that has passed. A mistake is reported with file, line and place.

Source: docs/scoring.md
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, Literal, TypeAlias

from credential_schemas.criteria.case import Decisions
from credential_schemas.criteria.errors import ScoringInputError
from credential_schemas.criteria.language import Policy
from credential_schemas.criteria.notice import Notice
from credential_schemas.criteria.rule_kinds import ListRule, RubricRule
from keys.encoding import JsonValue, decode_json_object
from keys.errors import DecodingError
from keys.values import dataclass

Kind: TypeAlias = Literal["adjudications", "ratings"]

MAX_DECISION_BYTES: Final = 64 * 1024 * 1024
MAX_LINE_BYTES: Final = 1024 * 1024
_ANSWERS: Final[Mapping[Kind, str]] = {"adjudications": "decision", "ratings": "level"}


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of one officer.

    Attributes:
        kind: which file it comes from.
        applicant: whose entry or text it is about.
        about: the entry id, or the rubric.
        name: which decision, for example `related`, or the item of the rubric.
        answer: yes or no, or the level.
        officer, at: who took it, and when.
        place: where it stands, for messages.
    """

    kind: Kind
    applicant: str
    about: str
    name: str
    answer: bool | str
    officer: str
    at: datetime
    place: str

    def to_json(self) -> dict[str, JsonValue]:
        """Return the decision as a result names it."""
        return {
            "about": self.about,
            "name": self.name,
            _ANSWERS[self.kind]: self.answer,
            "officer": self.officer,
            "at": self.at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """Which decisions a policy asks people for: names of decisions about entries, and levels by rubric and item."""

    notice: str
    decisions: frozenset[str]
    items: Mapping[str, frozenset[str]]
    levels: tuple[str, ...]


def asked_of_people(policy: Policy, notice: Notice) -> Asked:
    """Return what a policy asks people to decide under a notice."""
    needs = {need for rule in policy.rules for need in rule.needs}
    for rule in policy.rules:
        if isinstance(rule, ListRule):
            listed = (*notice.members(rule.added_by), *(each for row in rule.lists.values.values() for each in row))
            needs |= {need for member in listed for need in member.needs}
    stage = policy.document_screening
    items = {
        name: frozenset(item for rule_id in part.rules for item in _items(policy, rule_id))
        for name, part in (*stage.components.items(), *stage.bonuses.items())
    }
    return Asked(
        notice.id, frozenset(needs), {name: found for name, found in items.items() if found}, (*policy.levels,)
    )


def _items(policy: Policy, rule_id: str) -> tuple[str, ...]:
    rule = policy.rule(rule_id)
    return tuple(rule.items) if isinstance(rule, RubricRule) else ()


def read_decisions(
    data: bytes, asked: Asked, *, kind: Kind, name: str, now: datetime
) -> dict[str, tuple[Decision, ...]]:
    """Read a file of decisions, and return them by applicant.

    Args:
        data: JSON Lines, at most 64 MiB.
        asked: what the policy asks people for.
        kind: which of the two files it is.
        name: what messages call the file.
        now: decisions of a later time are refused.

    Raises:
        ScoringInputError: with file, line and place.
    """
    found: dict[tuple[str, str, str], Decision] = {}
    for line, document in json_lines(data, name=name):
        for decision in _line(document, asked, kind=kind, line=line):
            key = decision.applicant, decision.about, decision.name
            if key in found:
                raise ScoringInputError(f"{decision.place}: expected each decision once, found it twice")
            if decision.at > now:
                raise ScoringInputError(f"{decision.place}: expected a time that has passed")
            found[key] = decision
    by_applicant: dict[str, list[Decision]] = {}
    for decision in found.values():
        by_applicant.setdefault(decision.applicant, []).append(decision)
    return {applicant: tuple(each) for applicant, each in by_applicant.items()}


def json_lines(data: bytes, *, name: str) -> Iterator[tuple[str, dict[str, JsonValue]]]:
    """Yield place (`file:line`) and object of every line; empty lines are passed over.

    Raises:
        ScoringInputError: more than 64 MiB, or a line that is no strict JSON object of at most 1 MiB.
    """
    if len(data) > MAX_DECISION_BYTES:
        raise ScoringInputError(f"{name}: expected at most {MAX_DECISION_BYTES >> 20} MiB, found more")
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            yield f"{name}:{number}", decode_json_object(line, max_bytes=MAX_LINE_BYTES)
        except DecodingError as error:
            raise ScoringInputError(f"{name}:{number}: {error.message}") from None


def decisions_of(decisions: Iterable[Decision]) -> Decisions:
    """Return what was decided about one applicant, as the engine reads it."""
    adjudications: dict[str, dict[str, bool]] = {}
    ratings: dict[str, dict[str, str]] = {}
    for each in decisions:
        if isinstance(each.answer, bool):
            adjudications.setdefault(each.about, {})[each.name] = each.answer
        else:
            ratings.setdefault(each.about, {})[each.name] = each.answer
    return Decisions(adjudications, ratings)


def read_assumptions(document: JsonValue, asked: Asked, *, kind: Kind, name: str) -> dict[str, dict[str, bool | str]]:
    """Read what an applicant assumes that people will decide: `{"ENTRY": {"related": true}}`, or levels by rubric.

    Raises:
        ScoringInputError: with file and place.
    """
    found: dict[str, dict[str, bool | str]] = {}
    for about, inner in _object(document, name).items():
        place = f"{name}: {about}"
        answers = _object(inner, place)
        found[about] = {each: _answer(answers[each], asked, kind=kind, place=f"{place}/{each}") for each in answers}
        for each in answers:
            _check_asked(asked, kind=kind, about=about, name=each, place=f"{place}/{each}")
    return found


def assumed(
    adjudications: Mapping[str, Mapping[str, bool | str]], ratings: Mapping[str, Mapping[str, bool | str]]
) -> Decisions:
    """Return assumptions as the engine reads decisions."""
    return Decisions(
        {about: {name: answer is True for name, answer in given.items()} for about, given in adjudications.items()},
        {about: {name: str(answer) for name, answer in given.items()} for about, given in ratings.items()},
    )


def _line(document: Mapping[str, JsonValue], asked: Asked, *, kind: Kind, line: str) -> Iterator[Decision]:
    unknown = set(document) - {"notice", "applicant", kind}
    if unknown:
        raise ScoringInputError(f"{line}: expected notice, applicant and {kind}, found {min(unknown)}")
    if document.get("notice") != asked.notice:
        raise ScoringInputError(f"{line}: expected decisions for the notice {asked.notice}, found another")
    applicant = _text(document.get("applicant"), f"{line}: applicant")
    for about, inner in _object(document.get(kind), f"{line}: {kind}").items():
        for name, given in _object(inner, f"{line}: {kind}/{about}").items():
            place = f"{line}: {kind}/{about}/{name}"
            _check_asked(asked, kind=kind, about=about, name=name, place=place)
            members = _object(given, place)
            if set(members) != {_ANSWERS[kind], "officer", "at"}:
                raise ScoringInputError(f"{place}: expected {_ANSWERS[kind]}, officer and at, and nothing else")
            yield Decision(
                kind=kind,
                applicant=applicant,
                about=about,
                name=name,
                answer=_answer(members[_ANSWERS[kind]], asked, kind=kind, place=place),
                officer=_text(members["officer"], f"{place}/officer"),
                at=_moment(members["at"], f"{place}/at"),
                place=place,
            )


def _check_asked(asked: Asked, *, kind: Kind, about: str, name: str, place: str) -> None:
    names = asked.decisions if kind == "adjudications" else asked.items.get(about, frozenset())
    if name not in names:
        known = ", ".join(sorted(names)) or "no such decision"
        raise ScoringInputError(f"{place}: expected what the policy asks people for ({known})")


def _answer(value: JsonValue, asked: Asked, *, kind: Kind, place: str) -> bool | str:
    if kind == "adjudications":
        if not isinstance(value, bool):
            raise ScoringInputError(f"{place}: expected true or false")
        return value
    if not isinstance(value, str) or value not in asked.levels:
        raise ScoringInputError(f"{place}: expected one of {', '.join(asked.levels)}")
    return value


def _object(value: JsonValue, place: str) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise ScoringInputError(f"{place}: expected an object")
    return value


def _text(value: JsonValue, place: str) -> str:
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= 100:
        raise ScoringInputError(f"{place}: expected a text of at most 100 characters")
    return value


def _moment(value: JsonValue, place: str) -> datetime:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ScoringInputError(f"{place}: expected a time with its zone, such as 2026-03-20T10:00:00+09:00")
    return found
