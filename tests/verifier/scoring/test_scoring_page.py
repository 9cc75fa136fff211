"""docs/scoring.md: its commands run as they stand there, on the files of examples/scoring."""

import json
import re
import shlex
import shutil

import pytest

from tests.verifier.scoring.office import ROOT, Office, course, entry, item
from verifier.cli.main import main

PAGE = (ROOT / "docs/scoring.md").read_text("utf-8")
COMMANDS = [
    shlex.split(line)
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
    if line
]


@pytest.fixture
def example(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    for file in (ROOT / "examples/scoring").iterdir():
        shutil.copy(file, office.folder)
    award = item("contest_award", "achievements", "공모전", 13, prize="대상", award_date="2025-05-01")
    office.results(
        office.checked(entry(), course(idx=12), applicant="A-001", number="CB-2026-00000001"),
        office.checked(entry(idx=14), award, applicant="A-002", number="CB-2026-00000002"),
    )
    monkeypatch.chdir(office.folder)
    return office


def test_every_command_of_the_page_does_what_the_page_says(example: Office, capsys: pytest.CaptureFixture[str]) -> None:
    codes = [main(words[1:]) for words in COMMANDS]
    assert [words[:2] for words in COMMANDS] == [
        ["cb-verifier", "policy"],
        ["cb-verifier", "request"],
        ["cb-verifier", "score"],
        ["cb-verifier", "score"],
        ["cb-verifier", "score"],
    ]
    assert codes == [0, 0, 3, 3, 3]
    assert "not verified" in capsys.readouterr().out
    scores = json.loads((example.folder / "scores.json").read_text("ascii"))
    assert [(each["applicant"], each["status"], each["total"]) for each in scores] == [
        ("A-001", "scored", 51),
        ("A-002", "incomplete", None),
    ]
    assert scores[0]["decisions"][0]["officer"] == "김표본"
    for name in ("scores.csv", "scores.xlsx", "sheets.html"):
        assert (example.folder / name).stat().st_size > 500
    sheets = sorted((example.folder / "sheets").iterdir())
    assert [path.name for path in sheets] == ["sheet-00001-A-001.html", "sheet-00002-A-002.html"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in sheets)
    first, second = (path.read_text("utf-8") for path in sheets)
    assert ("A-001" in first, "A-002" in first) == (True, False)
    assert ("A-001" in second, "A-002" in second) == (False, True)


def test_the_page_names_every_member_that_a_result_adds(example: Office) -> None:
    (result, _) = example.scored("--reports", str(example.folder / "results.jsonl"))
    for name in (*result["evidence"][0], "evidence_signed", "scored_at", "applicant"):
        assert f"`{name}`" in PAGE
