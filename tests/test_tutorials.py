"""The tutorials are followed to the letter, in both languages; their rules of comparing are tried on small answers."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tutorials import Reader, Step, masked, renewed, steps_of

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "docs/tutorial").glob("??/*.md"))
NAMES = [f"{page.parent.name}/{page.name}" for page in PAGES]
ON_THE_WAY = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_answers_as_the_page_says(page: Path, tmp_path: Path) -> None:
    reader = Reader(tmp_path, page.parent.name)
    text = page.read_text("utf-8")
    reader.keeps(text)
    for step in steps_of(text):
        assert masked(reader.does(step)) == masked(step.answer), step.command
    assert reader.ended == 0


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent.name == "en"], ids=lambda page: page.name)
def test_both_languages_take_the_same_steps(page: Path) -> None:
    korean = page.parent.with_name("ko") / page.name
    taken = [[step.command.split()[:2] for step in steps_of(each.read_text("utf-8"))] for each in (page, korean)]
    assert len(taken[0]) > 10
    assert taken[0] == taken[1]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_of_a_tutorial_leads_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_what_is_typed_in_the_clone_leads_to_a_folder_with_programs_and_examples(page: Path, tmp_path: Path) -> None:
    typed = "".join(ON_THE_WAY.findall(page.read_text("utf-8"))).splitlines()
    (step,) = (line for line in typed if not line.startswith("make "))
    clone = tmp_path / "clone"
    clone.mkdir()
    for name, place in (("examples", ROOT / "examples"), (".venv", Path(sys.prefix))):
        (clone / name).symlink_to(place)
    places = "for each in python cb-issuer cb-verifier cb-wallet; do command -v $each; done"
    looked = f"{step} && {places} && ls && ls examples/deliveries"
    done = subprocess.run(["/bin/sh", "-ec", looked], cwd=clone, capture_output=True, text=True, check=False)
    programs, found = done.stdout.splitlines()[:4], done.stdout.splitlines()[4:]
    assert (done.returncode, done.stderr) == (0, "")
    assert [Path(each).parent for each in programs] == [clone / ".venv/bin"] * 4
    assert found[0] == "examples"
    assert "persons.json" in found


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_make_command_of_a_tutorial_is_one(page: Path) -> None:
    commands = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE)) <= commands


def test_a_changed_answer_is_noticed_and_a_later_day_is_not() -> None:
    told = "Issued CB-2026-00000001: a.pdf\nIt can be checked until 2027-02-20."
    assert masked("Issued CB-2027-00000001: a.pdf It can be  checked until 2028-02-20.") == masked(told)
    assert masked(told.replace("checked", "read")) != masked(told)
    assert masked("4 new, 0 rejected") != masked("4 new, 1 rejected")


def test_a_command_gets_the_values_of_this_run(tmp_path: Path) -> None:
    reader = Reader(tmp_path, "en")
    reader.does(Step("printf CB-2027-00000007", "CB-2026-00000001"))
    assert reader.does(Step("printf %s CB-2026-00000001", "")) == "CB-2027-00000007"


def test_a_failure_that_the_page_does_not_show_ends_the_reading(tmp_path: Path) -> None:
    reader = Reader(tmp_path, "en")
    reader.does(Step("false", ""))
    with pytest.raises(AssertionError, match="ended with 1"):
        reader.does(Step("true", ""))
    assert reader.does(Step("echo $?", "")) == "1\n"
    assert reader.does(Step("true", "")) == ""


def test_a_file_of_a_page_is_there_when_a_command_needs_it_and_its_exit_status_counts(tmp_path: Path) -> None:
    page = "`bad.py`:\n\n```python\nprint('read')\nraise SystemExit(3)\n```\n"
    reader = Reader(tmp_path, "en")
    reader.keeps(page)
    assert reader.does(Step("python bad.py", "")) == "read\n"
    assert reader.does(Step("echo $?", "")) == "3\n"


def test_a_page_is_written_anew_with_what_was_answered(tmp_path: Path) -> None:
    page = 'Say it:\n\n```console\n$ export WORD=now\n$ printf "$WORD"\nthen\n```\n\nDone.\n'
    found = renewed(page, Reader(tmp_path, "en"))
    assert found == page.replace("then", "now")
