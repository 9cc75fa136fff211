"""The worked example of a new check in docs/adding.md, followed to the letter in a copy of the repository."""

import re
import sys
from pathlib import Path

import pytest

from tests.copied_project import copy_into, run

PATCH = "examples/adding/check.patch"
GOLDEN = re.compile(r"`(\S+)` ([0-9a-f]{16})")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with the patch applied, the golden files renewed, their digests in the changelog, the reference anew."""
    folder = tmp_path_factory.mktemp("copy")
    copy_into(folder)
    run(folder, "git", "apply", PATCH)
    changelog = folder / "CHANGELOG.md"
    for name, digest in GOLDEN.findall(run(folder, sys.executable, "-m", "tests.golden.renew")):
        changelog.write_text(re.sub(rf"`{name}` [0-9a-f]{{16}}", f"`{name}` {digest}", changelog.read_text("utf-8")))
    run(folder, sys.executable, "docs/generate_reference.py")
    return folder


def test_the_tests_of_the_new_check_and_of_all_it_touches_pass(copy: Path) -> None:
    places = ("tests/verifier/checks/test_purpose.py", "tests/verifier/checks/test_assembling.py")
    others = ("tests/credential_schemas/report", "tests/golden/test_golden_files.py")
    told = run(copy, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *places, *others)
    assert re.search(r"\d{3} passed", told)


def test_the_new_option_is_known_to_the_program_and_to_its_pages(copy: Path) -> None:
    here = run(copy, sys.executable, "-c", "import verifier.checks.purpose as found; print(found.__file__)")
    assert here.startswith(str(copy))
    program = "from verifier.cli.main import main; raise SystemExit(main(['check', '--help']))"
    assert "--purpose" in run(copy, sys.executable, "-c", program)
    assert "`--purpose" in (copy / "docs/cli.md").read_text("utf-8")
    assert "purpose_mismatch" in (copy / "docs/formats/report.md").read_text("utf-8")
