"""From a policy file to a `Policy`: shape first, then everything that one part says about another."""

import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from credential_schemas.criteria.contradictions import contradictions
from credential_schemas.criteria.documents import Document, Place, Plain, read_document
from credential_schemas.criteria.errors import PolicyError
from credential_schemas.criteria.language import Policy

_TOLD_APART: Final = frozenset({"rules", "parameters"})


def load_policy(data: bytes, *, name: str, readings: Mapping[str, str] | None = None) -> Policy:
    """Read a policy.

    Args:
        data: a YAML file, at most 256 KiB.
        name: what messages call it.
        readings: ambiguity id to the option a notice chose instead of the policy's own.

    Raises:
        PolicyError: with file, line and rule, if the file breaks the language or contradicts itself.

    Source: docs/formats/criteria.md
    """
    document = read_document(data, name=name)
    policy = _agreeing(document)
    return _agreeing(_reread(document, policy, readings)) if readings else policy


def _agreeing(document: Document) -> Policy:
    policy = _shaped(document)
    for place, problem in contradictions(policy):
        raise _error(document, place, problem)
    return policy


def _shaped(document: Document) -> Policy:
    try:
        return Policy.model_validate_json(json.dumps(document.value, default=float))
    except ValidationError as error:
        first, problem = _told_first(error.errors())
        place = list(first["loc"])
        if place and place[0] in _TOLD_APART:
            del place[2:3]  # the kind of rule or parameter, which is no step in the file
        raise _error(document, tuple(place), problem) from None


def _told_first(errors: Sequence[ErrorDetails]) -> tuple[ErrorDetails, str]:
    """Return the mistake to tell of, and how: a word that is missing with a mistyped one in its place, if any."""
    first = errors[0]
    if first["type"] != "missing":
        return first, str(first["msg"])
    *part, word = first["loc"]
    strange = {
        str(each["loc"][-1]): each
        for each in errors
        if each["type"] == "extra_forbidden" and [*each["loc"][:-1]] == part
    }
    for mistyped in get_close_matches(str(word), strange, n=1):
        return strange[mistyped], f"expected {word}, found {mistyped}"
    return first, f"expected {word}, found none"


def _error(document: Document, place: Place, problem: str) -> PolicyError:
    found = _existing(document.value, place)
    rule = _rule_at(document.value, found)
    where = "/".join(str(step) for step in found) or "the document"
    return PolicyError(f"{document.name}:{document.line(found)}: {rule}{where}: {problem}")


def _existing(value: Plain, place: Place) -> Place:
    """Return the steps of a place as far as the document has them; behind them may stand a validator's own words."""
    found: list[str | int] = []
    for step in place:
        if isinstance(value, dict) and isinstance(step, str) and step in value:  # noqa: SIM114  # two kinds of steps
            value = value[step]
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            break
        found.append(step)
    return tuple(found)


def _rule_at(value: Plain, place: Place) -> str:
    match place, value:
        case ("rules", int(number), *_), {"rules": [*rules]}:
            rule = rules[number]
            name = rule.get("id") if isinstance(rule, dict) else None
            return f"rule {name}: " if isinstance(name, str) else ""
    return ""


def _reread(document: Document, policy: Policy, readings: Mapping[str, str]) -> Document:
    """Return the document as other options of its ambiguities read it."""
    ambiguities = {ambiguity.id: ambiguity for ambiguity in policy.ambiguities}
    value = json.loads(json.dumps(document.value, default=float))
    rules = {rule["id"]: rule for rule in value["rules"]}
    written = {ambiguity["id"]: ambiguity for ambiguity in value["ambiguities"]}
    for ambiguity_id, option in readings.items():
        if ambiguity_id not in ambiguities or option not in ambiguities[ambiguity_id].options:
            raise PolicyError(f"{document.name}: expected a known reading, found {ambiguity_id}: {option}")
        for change in ambiguities[ambiguity_id].options[option].changes:
            part = value["document_screening"] if change.rule is None else rules[change.rule]
            part[change.member] = change.to
        written[ambiguity_id]["chosen"] = option
    return Document(document.name, value, document.lines)
