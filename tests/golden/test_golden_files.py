"""The exit codes and the schema of the Report change only together with a line in the CHANGELOG."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError

from credential_schemas.report.schema import report_schema
from keys.encoding import JsonValue
from tests.golden.renew import ROOT, golden_files, stamp
from tests.verifier.world import World

FILES = golden_files()
RENEW = "run `.venv/bin/python -m tests.golden.renew` and say in the CHANGELOG what changed, with the printed digest"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_golden_file_is_what_the_code_says(path: Path) -> None:
    assert path.read_text("utf-8") == FILES[path], RENEW


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_changelog_names_the_present_state_of_a_golden_file(path: Path) -> None:
    assert stamp(path, FILES[path]) in (ROOT / "CHANGELOG.md").read_text("utf-8"), RENEW


def test_page_of_the_report_names_the_schema() -> None:
    assert "credential_schemas/report/report.schema.json" in (ROOT / "docs/formats/report.md").read_text("utf-8")


def test_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(report_schema())


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("verdict", "genuine"),
        ("checks", []),
        ("disclosed", {"holder": {}}),
        ("id", "0123"),
        ("advice", {"ask": [], "notice": {"ko": "a", "en": "b"}}),
        ("verified_at", "2026-11-21"),
        ("note", "not documented"),
    ],
)
def test_schema_refuses_what_is_no_report(world: World, member: str, value: JsonValue) -> None:
    document = world.check(world.token()).to_json() | {member: value}
    with pytest.raises(ValidationError):
        Draft202012Validator(report_schema()).validate(document)
