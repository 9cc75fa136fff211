"""The published policies, two notices, and short ways to write entries, for the tests of criteria."""

import copy
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from credential_schemas.criteria.case import Decisions
from credential_schemas.criteria.documents import read_document
from credential_schemas.criteria.entries import read_entries
from credential_schemas.criteria.language import Policy
from credential_schemas.criteria.loading import load_policy
from credential_schemas.criteria.notice import Notice, chosen_readings, read_notice
from credential_schemas.criteria.score import Score
from credential_schemas.criteria.scoring import score_applicant
from keys.encoding import JsonValue

ROOT = Path(__file__).parents[3]
POLICY_FILE = ROOT / "verifier/policies/published/ts-hiring-criteria-1.0.0.yaml"
COMPANY_FILE = ROOT / "verifier/policies/published/example-company-role-1.0.0.yaml"
EXAMPLES = json.loads((ROOT / "tests/vectors/criteria/ts-hiring-examples.json").read_text("utf-8"))

Json = dict[str, JsonValue]
Steps = tuple[str | int, ...]
GONE: Any = object()


@cache
def policy_bytes() -> bytes:
    return POLICY_FILE.read_bytes()


def policy(readings: Mapping[str, str] | None = None) -> Policy:
    """Return the policy of the transport authority, under other readings if some are given."""
    return _policy(tuple(sorted((readings or {}).items())))


@cache
def _policy(readings: tuple[tuple[str, str], ...]) -> Policy:
    return load_policy(policy_bytes(), name="ts.yaml", readings=dict(readings))


@cache
def published(name: str) -> Any:  # noqa: ANN401 - a policy as plain JSON
    """Return what a published policy says: `ts`, or `company`."""
    data = {"ts": POLICY_FILE, "company": COMPANY_FILE}[name].read_bytes()
    return json.loads(json.dumps(read_document(data, name=name).value, default=float))


def edited(*edits: tuple[Steps, Any], name: str = "ts") -> Policy:
    """Return a published policy in which some values were replaced, or taken out; nobody looked for contradictions."""
    value = copy.deepcopy(published(name))
    for place, to in edits:
        inside = value
        for step in place[:-1]:
            inside = inside[step]
        if to is GONE:
            del inside[place[-1]]
        else:
            inside[place[-1]] = to
    return Policy.model_validate_json(json.dumps(value))


def notice_document(name: str = "A", /, **changes: JsonValue) -> Json:
    """Return notice A (entry-level) or B (experienced) of the examples, with changes."""
    return {**EXAMPLES["notices"][name], **changes}


def notice(name: str = "A", **changes: JsonValue) -> Notice:
    return read_notice(notice_document(name, **changes), policy())


def entry(entry_id: str, entry_type: str, **claims: JsonValue) -> Json:
    return {"id": entry_id, "type": entry_type, "verified": True, "disclosed": True, "status": "valid", **claims}


def course(entry_id: str, credits: float = 3, **claims: JsonValue) -> Json:  # noqa: A002 - the claim's name
    named: Json = {"provider": "SYN-UNIV-01", "course_code": entry_id, "course_name": "교통정책론", "passed": True}
    return entry(entry_id, "school_course", credits=credits, **(named | claims))


def training(entry_id: str, hours: float = 40, **claims: JsonValue) -> Json:
    named: Json = {"course_id": f"AIG2025000090{entry_id:>04}", "session": 1, "completed": True}
    return entry(entry_id, "vocational_training", hours=hours, **(named | {"completion_certificate": True} | claims))


def technical(entry_id: str, name: str, series: str, **claims: JsonValue) -> Json:
    return entry(entry_id, "national_technical_qualification", name=name, grade=series, **claims)


def private(entry_id: str, name: str, grade: str | None, **claims: JsonValue) -> Json:
    return entry(entry_id, "certified_private_qualification", name=name, grade=grade, **claims)


def rated(track: str = "A", level: str = "good") -> dict[str, dict[str, str]]:
    """Return ratings for every question of a track, all at one level."""
    names = {"A": ("self_introduction", "career_description"), "B": ("job_plan", "career_description")}[track]
    items = {
        "self_introduction": ("idea_improvement", "crisis_overcoming", "collaboration", "vision"),
        "job_plan": ("fitness", "vision"),
        "career_description": ("understanding", "development_effort", "similarity"),
    }
    return {name: dict.fromkeys(items[name], level) for name in names}


def scored(
    *rows: Json,
    under: str = "A",
    related: Mapping[str, bool] | None = None,
    ratings: Mapping[str, Mapping[str, str]] | None = None,
    by: Policy | None = None,
    **changes: JsonValue,
) -> Any:  # noqa: ANN401 - a Score, whose fractions the tests compare with whole numbers
    """Score entries by the authority's policy, or by another; all are related unless `related` says otherwise."""
    document = notice_document(under, **changes)
    its_policy = by or policy(chosen_readings(document))
    given = (
        {str(row["id"]): {"related": True} for row in rows}
        if related is None
        else {entry_id: {"related": value} for entry_id, value in related.items()}
    )
    decisions = Decisions(given, rated(under) if ratings is None else ratings)
    return score_applicant(
        its_policy, read_notice(document, its_policy), read_entries([*rows]), decisions=decisions, basis="verified"
    )


def reach(score: Score) -> JsonValue:
    """Return the least and most that the total can become, as its JSON shows them."""
    return score.to_json()["range"]


policy()  # read here, once for every test: also for those that run with changed code (tests/mutate.py)
published("ts")
published("company")
