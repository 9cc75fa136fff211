"""From a policy file to a `Policy`: shape first, then everything that one part says about another."""

import json
from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError

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
        first = error.errors(include_url=False, include_input=False)[0]
        place = list(first["loc"])
        if place and place[0] in _TOLD_APART:
            del place[2:3]  # the kind of rule or parameter, which is no step in the file
        raise _error(document, tuple(place), str(first["msg"])) from None


def _error(document: Document, place: Place, problem: str) -> PolicyError:
    found = _existing(document.value, place)
    rule = _rule_at(document.value, found)
    where = "/".join(str(step) for step in found) or "the document"
    return PolicyError(f"{document.name}:{document.line(found)}: {rule}{where}: {problem}")


def _existing(value: Plain, place: Place) -> Place:
    """Return the steps of a place that the document has; a validator's own words between them are left out."""
    found: list[str | int] = []
    for step in place:
        inside: list[Plain] = []
        if isinstance(value, dict):
            inside = [value[step]] if isinstance(step, str) and step in value else []
        if isinstance(value, list):
            inside = value[step : step + 1] if isinstance(step, int) else []
        if inside:
            value = inside[0]
            found.append(step)
    return tuple(found)


def _rule_at(value: Plain, place: Place) -> str:
    if len(place) < 2 or place[0] != "rules" or not isinstance(value, dict):
        return ""
    rules, number = value["rules"], place[1]
    rule = rules[number] if isinstance(rules, list) and isinstance(number, int) else None
    name = rule.get("id") if isinstance(rule, dict) else None
    return f"rule {name}: " if isinstance(name, str) else ""


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
