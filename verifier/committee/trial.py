"""Trial scoring: worked examples through the same engine, expected beside found, before criteria are used.

An examples file has `notices` by letter and `cases`, each with entries, decisions and what must come out; those of the
published criteria come with the program. Nothing here is about a real person, and nothing is kept.
"""

from collections.abc import Mapping
from importlib.resources import files

from credential_schemas.criteria.case import Decisions
from credential_schemas.criteria.entries import read_entries
from credential_schemas.criteria.errors import NoticeError, PolicyError, ScoringInputError
from credential_schemas.criteria.notice import chosen_readings, read_notice
from credential_schemas.criteria.scoring import score_applicant
from keys.encoding import JsonValue, decode_json_object
from keys.errors import DecodingError
from keys.values import dataclass
from verifier.committee.criteria import policy_of
from verifier.committee.errors import CommitteeRefused

MAX_EXAMPLES_BYTES = 1024 * 1024
MAX_CASES = 500
_SUFFIX = ".examples.json"


@dataclass(frozen=True, slots=True)
class Tried:
    """One example: `differs` names each member that came out otherwise, with expected and found; `problem` says why
    the example could not be tried at all.
    """

    id: str
    title: str
    found_total: JsonValue
    expected_total: JsonValue
    differs: tuple[tuple[str, str, str], ...] = ()
    problem: str | None = None

    @property
    def agrees(self) -> bool:
        """Whether everything came out as it must."""
        return not self.differs and self.problem is None


def published_examples(policy_id: str) -> bytes | None:
    """Return the examples that come with the program for a policy, of whichever version, None if there are none."""
    folder = files("verifier.policies").joinpath("published")
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(_SUFFIX))
    known = {name.removesuffix(_SUFFIX).rpartition("-")[0]: name for name in names}
    return folder.joinpath(known[policy_id]).read_bytes() if policy_id in known else None


def try_examples(criteria: bytes, examples: bytes) -> tuple[Tried, ...]:
    """Score every example.

    Args:
        criteria: a policy that can be read.
        examples: JSON, at most a megabyte.

    Raises:
        CommitteeRefused: `examples`, the file has another form.
    """
    try:
        document = decode_json_object(examples, max_bytes=MAX_EXAMPLES_BYTES)
    except DecodingError as error:
        raise CommitteeRefused("examples", error.message) from error
    notices, cases = document.get("notices"), document.get("cases")
    if not isinstance(notices, dict) or not isinstance(cases, list) or len(cases) > MAX_CASES:
        raise CommitteeRefused("examples", f"expected notices, and at most {MAX_CASES} cases")
    return tuple(_tried(criteria, notices, case, number) for number, case in enumerate(cases, start=1))


def _tried(criteria: bytes, notices: Mapping[str, JsonValue], case: JsonValue, number: int) -> Tried:
    if not isinstance(case, dict):
        raise CommitteeRefused("examples", f"cases[{number}]: expected an object")
    name, title = str(case.get("id", number)), str(case.get("title", ""))
    expected = case.get("expected")
    expected = expected if isinstance(expected, dict) else {}
    try:
        found = _scored(criteria, notices.get(str(case.get("notice"))), case)
    except (NoticeError, PolicyError, ScoringInputError, KeyError) as error:
        return Tried(name, title, None, expected.get("total"), problem=str(error))
    differs = tuple(
        (member, str(value), str(found.get(member))) for member, value in expected.items() if found.get(member) != value
    )
    return Tried(name, title, found.get("total"), expected.get("total"), differs)


def _scored(criteria: bytes, notice: JsonValue, case: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    document = notice if isinstance(notice, dict) else {}
    policy = policy_of(criteria, tuple(sorted(chosen_readings(document).items())))
    decisions = Decisions(_of_entries(case.get("adjudications")), _of_rubrics(case.get("ratings")))
    levels = {level for each in decisions.ratings.values() for level in each.values()}
    if not levels <= set(policy.levels):
        raise ScoringInputError(f"ratings: expected levels of the policy, found {min(levels - set(policy.levels))}")
    read = read_notice(document, policy)
    entries = read_entries(case.get("entries"))
    return score_applicant(policy, read, entries, decisions=decisions, basis="verified").to_json()


def _of_entries(given: JsonValue) -> dict[str, dict[str, bool]]:
    return {about: {name: answer is True for name, answer in inner.items()} for about, inner in _inner(given)}


def _of_rubrics(given: JsonValue) -> dict[str, dict[str, str]]:
    return {about: {name: str(level) for name, level in inner.items()} for about, inner in _inner(given)}


def _inner(given: JsonValue) -> list[tuple[str, dict[str, JsonValue]]]:
    members = given if isinstance(given, dict) else {}
    return [(about, inner) for about, inner in members.items() if isinstance(inner, dict)]
