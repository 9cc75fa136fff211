"""The worked example of a new kind of rule in docs/adding.md, followed to the letter in a copy of the repository."""

import json
import re
import sys
from pathlib import Path

import pytest

from tests.copied_project import copy_into, run

PATCH = "examples/adding/rule.patch"
POLICY = "verifier/policies/published/example-company-role-1.0.0.yaml"
RULE = """  - id: CO-DIFFERENT
    kind: different
    title: {ko: 서로 다른 교과목, en: Different courses}
    entries: [school_course]
    claim: course_code
    points_each: 1
    most: 3
"""
USES = """
from pathlib import Path
from credential_schemas.criteria.asking import uses
from credential_schemas.criteria.loading import load_policy
for use in uses(load_policy(Path("own.yaml").read_bytes(), name="own.yaml"), None):
    print(use.rule, use.claim)
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with the patch applied, and what is written from the code written anew."""
    folder = tmp_path_factory.mktemp("copy")
    copy_into(folder)
    run(folder, "git", "apply", PATCH)
    run(folder, sys.executable, "docs/generate_reference.py")
    return folder


def test_the_tests_of_the_new_kind_and_of_the_language_pass(copy: Path) -> None:
    told = run(
        copy, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/credential_schemas/criteria"
    )
    assert re.search(r"\d{3} passed", told)


def test_a_policy_may_say_it_and_is_asked_about_like_any_other(copy: Path) -> None:
    text = (copy / POLICY).read_text("utf-8")
    behind = "  - id: CO-EXPERIENCE\n"
    written = text.replace(behind, RULE + behind).replace("rules: [CO-TRAINING]", "rules: [CO-TRAINING, CO-DIFFERENT]")
    (copy / "own.yaml").write_text(written, "utf-8")
    program = "from verifier.cli.main import main; raise SystemExit(main(['policy', 'check', 'own.yaml']))"
    run(copy, sys.executable, "-c", program)
    assert "CO-DIFFERENT course_code" in run(copy, sys.executable, "-c", USES).splitlines()


def test_the_page_and_the_schema_for_editors_have_the_new_kind(copy: Path) -> None:
    schema = json.loads((copy / "credential_schemas/criteria/policy.schema.json").read_text("utf-8"))
    assert schema["$defs"]["DifferentRule"]["properties"]["kind"]["const"] == "different"
    assert "## DifferentRule" in (copy / "docs/reference/hiring-criteria.md").read_text("utf-8")
