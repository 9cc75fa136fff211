"""The worked examples of docs/adding.md are true: what can be run is run, what is named is there.

The example of a source is run by `tests/issuer/sources/test_new_institution.py`.
"""

import json
import re
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from credential_schemas.certificate_claims import (
    CertificateClaims,
    CertificateEntry,
    from_payload,
    to_payload,
)
from credential_schemas.criteria.case import Decisions
from credential_schemas.criteria.entries import read_entries
from credential_schemas.criteria.errors import PolicyError
from credential_schemas.criteria.language import Policy
from credential_schemas.criteria.loading import load_policy
from credential_schemas.criteria.notice import read_notice
from credential_schemas.criteria.scoring import score_applicant
from credential_schemas.entry_types import EntryTypes
from credential_schemas.errors import EntryTypeError
from credential_schemas.json_schema import certificate_schema
from credential_schemas.type_metadata import type_metadata
from keys.encoding import JsonValue
from tests.sample_certificate import sample_certificate

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/adding.md").read_text("utf-8")
POLICY = (ROOT / "verifier/policies/published/example-company-role-1.0.0.yaml").read_text("utf-8")
PLACED = ("rules: [CO-TRAINING]", "rules: [CO-TRAINING, CO-COURSES]")
BEHIND = "  - id: CO-EXPERIENCE\n"


def block(language: str) -> str:
    """The one block of the page in this language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(text: str) -> list[tuple[str, str]]:
    """The first two cells of each row that begins with a place in the tree."""
    return re.findall(r"^\| `([\w/.]+)` \| (.*?) \|$", text, re.MULTILINE)


@pytest.fixture(scope="module")
def types() -> EntryTypes:
    """The committed types, and the one of the page."""
    files = (ROOT / "credential_schemas/types").glob("[a-z]*.json")
    documents = {file.name: json.loads(file.read_bytes()) for file in files}
    return EntryTypes.read({**documents, "safety_training.json": json.loads(block("json"))})


def certificate(**changes: JsonValue) -> CertificateClaims:
    """A certificate of one entry of the new type."""
    fields: dict[str, JsonValue] = {"completed_on": "2026-03-02", "hours": 6}
    entry = CertificateEntry(
        type="safety_training",
        category="trainings",
        title="정기교육",
        title_en=None,
        issuing_body="(가상)안전교육원",
        fields={**fields, **changes},
        as_of=date(2026, 11, 1),
        idx=2,
    )
    return replace(sample_certificate(), entries=(entry,), recipient=None)


def test_a_new_type_is_certified_described_and_read_back_without_code(types: EntryTypes) -> None:
    payload, _ = to_payload(certificate(), types=types)
    assert from_payload(payload, types=types) == certificate()
    Draft202012Validator(certificate_schema(types)).validate(payload)
    described = {
        tuple(each["path"]): each for each in json.loads(type_metadata("https://b.example", types=types))["claims"]
    }
    assert described["trainings", None, "completed_on"]["display"][0]["label"] == "이수일"


def test_what_the_page_says_of_the_new_types_fields_is_so(types: EntryTypes) -> None:
    added = types["safety_training"]
    assert added.title_field == "course"
    assert [field.name for field in added.own_fields] == ["completed_on", "hours", "workplace"]
    assert [field.name for field in added.fields if field.fixed] == ["course", "completed_on", "hours"]
    with pytest.raises(EntryTypeError) as caught:
        to_payload(replace(certificate(workplace="(가상)공장"), edition="blind", applicant_no="7"), types=types)
    assert caught.value.field == "trainings[0].workplace"


def policy_with(placed: str) -> Policy:
    text = POLICY.replace(PLACED[0], placed).replace(BEHIND, block("yaml") + "\n" + BEHIND)
    return load_policy(text.encode(), name="company.yaml")


def points_of(*, passed: bool) -> tuple[Any, Any]:
    policy = policy_with(PLACED[1])
    bands: JsonValue = [{"min_months": 12, "points": 5}]
    notice = read_notice(
        {"id": "job-7", "notice_date": "2026-03-02", "level": "junior", "experience_bands": bands}, policy
    )
    course: JsonValue = {
        "id": "1",
        "type": "school_course",
        "verified": True,
        "disclosed": True,
        "status": "valid",
        "provider": "SYN-UNIV-01",
        "course_code": "DB101",
        "credits": 3,
        "passed": passed,
    }
    decisions = Decisions({"1": {"related": True}}, {"portfolio": {"code": "strong", "design": "strong"}})
    score = score_applicant(policy, notice, read_entries([course]), decisions=decisions, basis="verified")
    return score.components["training"], score.excluded_entries


def test_the_added_rule_gives_two_points_for_each_credit() -> None:
    assert points_of(passed=True) == (6, {})


def test_the_added_rule_says_why_a_course_does_not_count() -> None:
    assert points_of(passed=False) == (0, {"1": "not_passed"})


def test_a_rule_that_stands_in_no_place_is_refused_as_the_page_says() -> None:
    with pytest.raises(PolicyError) as caught:
        policy_with(PLACED[0])
    place, told = str(caught.value).rsplit(": ", 1)
    assert "CO-COURSES" in place
    assert f"`{told}`" in PAGE


def test_everything_that_the_example_check_is_stands_where_the_page_says() -> None:
    places = rows(section("A check"))
    assert len(places) > 8
    text = {place: (ROOT / place).read_text("utf-8") for place, _ in places}
    missing = [(place, cell) for place, cell in places if cell.strip("`").replace("\\|", "|") not in text[place]]
    assert missing == []


def test_the_worked_example_of_a_new_check_still_applies() -> None:
    (patch,) = re.findall(r"git apply (\S+)", section("A check"))
    done = subprocess.run(["git", "apply", "--check", patch], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    told = re.search(r"# (\d+) data file, (\d+) modules, (\d+) page, (\d+) tests", section("A check"))
    assert told is not None
    changed = re.findall(r"^diff --git a/(\S+)", (ROOT / patch).read_text("utf-8"), re.MULTILINE)
    assert len(changed) == sum(int(number) for number in told.groups())


def test_every_file_of_words_is_named_and_every_named_one_has_words() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.json"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split()
    rooms = ("credential_schemas/", "issuer/", "verifier/", "wallet_cli/", "keys/")
    data = ("/types/", "/versions/", "/dictionary/", "/published/", ".schema.json")
    spoken = {
        name
        for name in listed
        if name.startswith(rooms)
        and not any(part in name for part in data)
        and re.search("[가-힣]", (ROOT / name).read_text("utf-8"))
    }
    assert {place for place, _ in rows(section("A language"))} == spoken


def test_the_heading_of_the_example_of_a_language_is_written_once() -> None:
    told = re.search(r"`headlines` / `(\w+)` in `(\S+)`", section("A language"))
    assert told is not None
    heading = json.loads((ROOT / told[2]).read_text("utf-8"))["headlines"][told[1]]["heading"]
    rooms = ("credential_schemas", "issuer", "verifier", "wallet_cli", "keys")
    files = [path for room in rooms for ext in ("py", "json", "js", "txt") for path in (ROOT / room).rglob(f"*.{ext}")]
    for text in heading.values():
        assert [str(path.relative_to(ROOT)) for path in files if text in path.read_text("utf-8")] == [told[2]]


def test_every_kind_of_change_of_the_table_has_its_section_and_its_example() -> None:
    for title in re.findall(r"^\| \[.*?\]\(#([a-z-]+)\) \|", PAGE, re.MULTILINE):
        heading = title.replace("-", " ").capitalize()
        assert f"\n## {heading}\n" in PAGE, heading
        assert "### Worked example" in section(heading) or heading == "A printed word", heading
