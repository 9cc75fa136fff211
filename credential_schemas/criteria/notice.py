"""What one recruitment notice says: the values of a policy's parameters, checked once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Final, TypeAlias, cast

from pydantic import TypeAdapter, ValidationError

from credential_schemas.criteria.contradictions import family_problems
from credential_schemas.criteria.entries import TITLE, canonical_claim
from credential_schemas.criteria.errors import NoticeError
from credential_schemas.criteria.language import Policy
from credential_schemas.criteria.rule_kinds import Family, ListRule, Member, Moment, QualificationsRule
from credential_schemas.criteria.terms import (
    ChoiceParameter,
    DateParameter,
    NumberByChoice,
    PointsParameter,
    RequirementsParameter,
    RowsParameter,
)
from credential_schemas.criteria.values import day, months_later, number
from credential_schemas.entry_types import entry_types
from keys.encoding import JsonValue, encode_json
from keys.values import dataclass

_OWN_MEMBERS: Final = frozenset({"id", "readings", "title"})
_MAX_ROWS: Final = 200

MonthBand: TypeAlias = tuple[int, Fraction]
Requirement: TypeAlias = tuple[str, ...]
Value: TypeAlias = (
    "date | str | tuple[MonthBand, ...] | Mapping[str, Fraction] | tuple[Requirement, ...] | tuple[Family, ...]"
    " | tuple[Member, ...] | None"
)

_FAMILIES: Final = TypeAdapter(tuple[Family, ...])
_MEMBERS: Final = TypeAdapter(tuple[Member, ...])


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice under one policy; `values` has every parameter, None where it is undetermined."""

    id: str
    values: Mapping[str, Value]

    def day(self, name: str) -> date:
        """Return a day of the notice; reading made sure that every day of the policy has one."""
        return cast("date", self.values[name])

    def moment(self, wanted: Moment) -> date:
        """Return a day of the notice, or so many whole years before it."""
        return months_later(self.day(wanted.parameter), -12 * wanted.years_before)

    def bands(self, name: str) -> tuple[MonthBand, ...] | None:
        """Return the bands of a notice, the lowest first, None if it leaves them undetermined."""
        return cast("tuple[MonthBand, ...] | None", self.values[name])

    def words(self, name: str) -> Mapping[str, Fraction] | None:
        """Return the points by word of a notice, None if it leaves them undetermined."""
        return cast("Mapping[str, Fraction] | None", self.values[name])

    def choice(self, name: str) -> str:
        """Return the value of a choice."""
        return str(self.values[name])

    def fits(self, applies: Mapping[str, tuple[str, ...]]) -> bool:
        """Return whether a part of the policy counts under this notice."""
        return all(self.values.get(name) in wanted for name, wanted in applies.items())

    def number(self, cap: "Fraction | NumberByChoice | None") -> Fraction | None:
        """Return a number of the policy that may depend on a choice."""
        if isinstance(cap, NumberByChoice):
            return cap.values[self.choice(cap.by)]
        return cap

    def requirements(self, name: str) -> tuple[Requirement, ...]:
        """Return the requirements of the notice, each a tuple of names of which one is enough."""
        return cast("tuple[Requirement, ...]", self.values[name])

    def families(self, name: str | None) -> tuple[Family, ...]:
        """Return the families that the notice adds."""
        return cast("tuple[Family, ...]", self.values[name]) if name is not None else ()

    def members(self, name: str | None) -> tuple[Member, ...]:
        """Return the list members that the notice adds."""
        return cast("tuple[Member, ...]", self.values[name]) if name is not None else ()


def chosen_readings(document: Mapping[str, JsonValue]) -> dict[str, str]:
    """Return the readings of ambiguities that a notice chose, before its policy is loaded.

    Raises:
        NoticeError: `readings` is no object of texts.
    """
    found = document.get("readings", {})
    if not isinstance(found, dict) or not all(isinstance(option, str) for option in found.values()):
        raise NoticeError("readings: expected an object of ambiguity ids and options")
    return {name: str(option) for name, option in found.items()}


def read_notice(document: Mapping[str, JsonValue], policy: Policy) -> Notice:
    """Check a notice against its policy.

    Args:
        document: `id`, optionally `title` and `readings`, and the policy's parameters by name.
        policy: the policy, loaded with the notice's readings.

    Raises:
        NoticeError: a parameter is missing, unknown or of the wrong kind.
    """
    name = document.get("id")
    if not isinstance(name, str) or not 1 <= len(name) <= 100:
        raise NoticeError("id: expected a text of at most 100 characters")
    unknown = set(document) - _OWN_MEMBERS - set(policy.parameters)
    if unknown:
        raise NoticeError(f"{min(unknown)}: expected a parameter of the policy {policy.policy.id}")
    values: dict[str, Value] = {}
    for parameter_name, parameter in policy.parameters.items():
        read = _READERS[type(parameter)]
        values[parameter_name] = read(document.get(parameter_name), parameter_name, parameter)
    for parameter_name, parameter in policy.parameters.items():
        if isinstance(parameter, DateParameter) and values[parameter_name] is None:
            values[parameter_name] = values[parameter.default] if parameter.default is not None else None
            if values[parameter_name] is None:
                raise NoticeError(f"{parameter_name}: expected a day such as 2026-03-02, found none")
    for rule in policy.rules:
        if isinstance(rule, ListRule) and rule.added_by is not None:
            added = cast("tuple[Member, ...]", values[rule.added_by])
            values[rule.added_by] = tuple(_in_all_spellings(member, rule) for member in added)
    notice = Notice(name, MappingProxyType(values))
    for parameter_name, problem in _added_problems(policy, notice):
        raise NoticeError(f"{parameter_name}: {problem}")
    return notice


def _added_problems(policy: Policy, notice: Notice) -> Iterator[tuple[str, str]]:
    """Yield what does not fit the rules to which the notice adds rows."""
    for rule in policy.rules:
        if isinstance(rule, QualificationsRule) and rule.added_by is not None:
            for problem in family_problems(rule, notice.families(rule.added_by)):
                yield rule.added_by, problem
        if isinstance(rule, ListRule) and rule.added_by is not None:
            named = {name for member in notice.members(rule.added_by) for name in member.types}
            for name in sorted(named - set(entry_types())):
                yield rule.added_by, f"expected known entry types, found {name}"


def _day(given: JsonValue, name: str, _: object) -> Value:
    if given is None:
        return None
    found = day(given)
    if found is None:
        raise NoticeError(f"{name}: expected a day such as 2026-03-02")
    return found


def _choice(given: JsonValue, name: str, parameter: ChoiceParameter) -> Value:
    if not isinstance(given, str) or given not in parameter.values:
        raise NoticeError(f"{name}: expected one of {', '.join(parameter.values)}")
    return given


def _requirements(given: JsonValue, name: str, _: object) -> Value:
    found: list[Requirement] = []
    for row in _rows(given, name):
        names = row.get("any_of") if isinstance(row, dict) and set(row) == {"any_of"} else None
        if not isinstance(names, list) or not names or not all(isinstance(each, str) and each for each in names):
            raise NoticeError(f'{name}: expected a list of {{"any_of": [names]}}')
        found.append(tuple(str(each) for each in names))
    return tuple(found)


def _added(given: JsonValue, name: str, parameter: RowsParameter) -> Value:
    rows = _rows(given, name)
    try:
        if parameter.type == "families":
            return _FAMILIES.validate_json(encode_json(rows))
        members = [_member_row(row, number) for number, row in enumerate(rows, start=1)]
        return _MEMBERS.validate_json(encode_json(members))
    except ValidationError as error:
        first = error.errors()[0]
        where = "/".join(str(step) for step in first["loc"])
        raise NoticeError(f"{name}/{where}: {first['msg']}") from None


def _member_row(row: JsonValue, number: int) -> JsonValue:
    """Return a row in the words of the language; published lists say `name`, `degree`, `exam` and claims as such."""
    if not isinstance(row, dict) or "entry_type" not in row:
        return row
    found: dict[str, JsonValue] = {}
    claims: dict[str, JsonValue] = {}
    for word, value in row.items():
        if word == "entry_type":
            continue
        several: JsonValue = [value.removeprefix("adjudication.")] if isinstance(value, str) and word != "id" else value
        meant = word if word in Member.model_fields else _claim_meant(word, row["entry_type"])
        if meant in found or meant in claims:
            found[f"{meant} and {word}"] = several  # said twice: no word of the language, so it is refused
        elif meant is not None and meant not in Member.model_fields:
            claims[meant] = several
        else:
            found[meant or word] = several
    if claims:
        found["claims and others" if "claims" in found else "claims"] = claims
    return {"id": f"added-{number}", "types": [row["entry_type"]], **found}


def _claim_meant(word: str, entry_type: JsonValue) -> str | None:
    """Return the claim that a word of a row names for entries of a type, None when they have no such claim."""
    known = entry_types().get(entry_type) if isinstance(entry_type, str) else None
    if known is None:
        return TITLE if word == "name" else None
    meant = canonical_claim(word, known.id)
    return meant if meant == TITLE or meant in {field.name for field in known.own_fields} else None


def _in_all_spellings(member: Member, rule: ListRule) -> Member:
    """Return an added row that means all spellings which the rule's own rows of its types have for its words.

    So `doctorate` finds what is called 박사, as it does where the policy itself says so.
    """
    rows = rule.lists.values.values()
    own = [each for row in rows for each in row if set(each.types) & set(member.types)]
    claims = {
        claim: _spellings(words, (each.claims.get(claim, ()) for each in own)) for claim, words in member.claims.items()
    }
    return member.model_copy(update={"title": _spellings(member.title, (each.title for each in own)), "claims": claims})


def _spellings(words: tuple[str, ...], groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    known = [group for group in groups if any(word in group for word in words)]
    return tuple(dict.fromkeys((*words, *(word for group in known for word in group))))


def _points(given: JsonValue, name: str, parameter: PointsParameter) -> Value:
    if given is None:
        return None
    if parameter.type == "word_points":
        if not isinstance(given, dict):
            raise NoticeError(f"{name}: expected an object of words and points")
        return MappingProxyType({word: _allowed(points, name, parameter) for word, points in given.items()})
    bands: list[MonthBand] = []
    for row in _rows(given, name):
        months = row.get("min_months") if isinstance(row, dict) and set(row) == {"min_months", "points"} else None
        if not isinstance(row, dict) or isinstance(months, bool) or not isinstance(months, int) or months < 0:
            raise NoticeError(f'{name}: expected a list of {{"min_months": n, "points": n}}')
        bands.append((months, _allowed(row["points"], name, parameter)))
    if len({months for months, _ in bands}) != len(bands):
        raise NoticeError(f"{name}: expected each number of months once")
    return tuple(sorted(bands))


def _allowed(given: JsonValue, name: str, parameter: PointsParameter) -> Fraction:
    found = None if isinstance(given, str) else number(given)
    if found is None or found not in parameter.allowed_points:
        allowed = ", ".join(str(points) for points in parameter.allowed_points)
        raise NoticeError(f"{name}: expected points that the policy allows ({allowed})")
    return found


def _rows(given: JsonValue, name: str) -> list[JsonValue]:
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > _MAX_ROWS:
        raise NoticeError(f"{name}: expected a list of at most {_MAX_ROWS} rows")
    return given


_READERS: Final[Mapping[type, Callable[..., Value]]] = MappingProxyType(
    {
        DateParameter: _day,
        ChoiceParameter: _choice,
        RequirementsParameter: _requirements,
        RowsParameter: _added,
        PointsParameter: _points,
    }
)
