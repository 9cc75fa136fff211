"""The published worked examples come out exactly."""

from typing import Any

import pytest

from credential_schemas.criteria.case import Decisions
from credential_schemas.criteria.entries import read_entries
from credential_schemas.criteria.scoring import score_applicant
from tests.credential_schemas.criteria.given import EXAMPLES, entry, notice, policy, scored


@pytest.mark.parametrize("case", EXAMPLES["cases"], ids=lambda case: case["id"])
def test_a_published_example_comes_out_exactly(case: dict[str, Any]) -> None:
    decisions = Decisions(case["adjudications"], case["ratings"])
    entries = read_entries(case["entries"])
    score = score_applicant(policy(), notice(case["notice"]), entries, decisions=decisions, basis="verified").to_json()
    assert {name: score[name] for name in case["expected"]} == case["expected"]


@pytest.mark.parametrize("vector", EXAMPLES["band_vectors"], ids=lambda vector: f"{vector['test']} {vector['value']}")
def test_a_band_begins_and_ends_where_the_table_says(vector: dict[str, Any]) -> None:
    test = entry("e1", "language_test", test=vector["test"], test_date="2025-11-09", score=vector["value"])
    assert scored(test, under="B").bonus["language"] == vector["points"]
