"""The recipes: every command of docs/batch.md, the shell pipeline and the script, as a person would run them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.verifier.batch.corpus import FORGERY, NOW_TEXT, application, write_lists
from tests.verifier.world import World

ROOT = Path(__file__).parents[3]
PIPELINES = ROOT / "examples/pipelines"
PAGE = ROOT / "docs/batch.md"

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(world: World) -> World:
    """Three applications: one good, one forged, one with another birth date."""
    folder = world.folder / "applications"
    folder.mkdir()
    for number, tail in enumerate(("", FORGERY, "")):
        (folder / f"{number}.sdjwt").write_text(world.token(application(number)) + tail)
    rows = ["A-0,applications/0.sdjwt,홍길동0,2026-11-21", "A-1,applications/1.sdjwt,,"]
    rows += ["A-2,applications/2.sdjwt,홍길동2,1999-01-01"]
    text = "\n".join(["applicant_no,path,name,birth_date", *rows])
    (world.folder / "applications.csv").write_text(text, "utf-8")
    write_lists(world)
    return world


def run(world: World, line: str) -> "subprocess.CompletedProcess[str]":
    """Run a line of shell where the programs are found, without the network, at the time of the world."""
    environment = {
        "PATH": f"{PIPELINES}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(world.folder),
        "LANG": "C.UTF-8",
    }
    command = line.replace("--trust trust.json", f"--trust trust.json --status-map map.json --offline --now {NOW_TEXT}")
    return subprocess.run(
        ["/bin/sh", "-c", command], cwd=world.folder, env=environment, capture_output=True, text=True, check=False
    )


def test_every_command_of_the_page_does_what_it_says(shop: World) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    commands = [line for block in blocks for line in block.splitlines() if line]
    assert len(commands) == 5
    for command in commands:
        done = run(shop, command)
        assert (done.returncode, "Traceback" in done.stderr) == (1, False), command
    for name in ("results.jsonl", "results.xlsx", "results.csv", "again.jsonl", "today.jsonl"):
        assert (shop.folder / name).stat().st_size > 0


def test_pipeline_lists_what_a_person_must_look_at(shop: World) -> None:
    done = run(shop, "nightly.sh applications applications.csv today.jsonl --trust trust.json")
    rows = (shop.folder / "today.jsonl.to-look-at.tsv").read_text("utf-8").splitlines()
    assert done.returncode == 1
    assert [row.split("\t")[:2] for row in rows[1:]] == [
        ["A-1", "applications/1.sdjwt"],
        ["A-2", "applications/2.sdjwt"],
    ]
    assert rows[2].endswith("birth_date_differs")


def test_pipeline_with_nothing_to_look_at_ends_with_0(shop: World) -> None:
    for name in ("1.sdjwt", "2.sdjwt"):
        (shop.folder / "applications" / name).unlink()
    (shop.folder / "applications.csv").write_text("applicant_no,path,name\nA-0,applications/0.sdjwt,홍길동0", "utf-8")
    assert run(shop, "nightly.sh applications applications.csv today.jsonl --trust trust.json").returncode == 0


def test_pipeline_that_could_check_nothing_ends_with_2(shop: World) -> None:
    done = run(shop, "nightly.sh applications absent.csv today.jsonl --trust trust.json")
    assert done.returncode == 2
    assert not (shop.folder / "today.jsonl.to-look-at.tsv").exists()
