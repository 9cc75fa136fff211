"""The worked example of an entry type in docs/adding.md, followed to the letter in a copy of the repository."""

import re
import sys
from pathlib import Path

import pytest

from tests.copied_project import copy_into, run
from tests.test_house import ROOT

PAGE = (ROOT / "docs/adding.md").read_text("utf-8").partition("## An entry type")[2].partition("\n## ")[0]
NAME, FOLDER, CONTENT = re.findall(r"^`(\S+\.json)` in `(\S+)`:\n\n```json\n(.*?)```$", PAGE, re.MULTILINE | re.DOTALL)[
    0
]
MEASURE = re.findall(r"`\.venv/bin/python -m (benchmarks\S+) (--\S+)`", PAGE)[0]
PLACES = (
    "tests/credential_schemas/qr/test_sizes.py",
    "tests/credential_schemas/wording",
    "tests/credential_schemas/test_entry_types.py",
    "tests/credential_schemas/test_json_schema.py",
    "tests/credential_schemas/test_type_metadata.py",
    "tests/golden",
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with the type, its words frozen, the printed hash where the page says, and its codes measured."""
    folder = tmp_path_factory.mktemp("copy")
    copy_into(folder)
    (folder / FOLDER / NAME).write_text(CONTENT, "utf-8")
    digest = run(folder, sys.executable, "-m", "tests.vectors.wording.freeze", "1").strip().removeprefix("1: ")
    published = folder / "credential_schemas/wording/published.py"
    code, changed = re.subn(
        r'^(SHA256: Final = \{1: )"[0-9a-f]{64}"', rf'\1"{digest}"', published.read_text("utf-8"), flags=re.M
    )
    assert changed == 1
    published.write_text(code, "utf-8")
    run(folder, sys.executable, "-m", *MEASURE)
    return folder


def test_the_codes_of_the_new_type_are_measured_beside_those_that_were(copy: Path) -> None:
    results = Path("benchmarks/results/qr_sizes.json")
    lines = (copy / results).read_text("utf-8").splitlines()
    before = (ROOT / results).read_text("utf-8").splitlines()
    assert set(before) <= set(lines)
    assert sum(f"1 {NAME.removesuffix('.json')}, " in line for line in lines) == 2


def test_the_tests_of_types_words_codes_and_published_files_pass(copy: Path) -> None:
    told = run(copy, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow", *PLACES)
    assert re.search(r"\d{3,} passed", told)
