"""The page about files names every file that the programs write: those of new folders, and those named in the code."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from issuer.cli.main import main as bank_program
from issuer.holders.own_records import own_data_document
from issuer.issuing.making import Issued
from tests.test_house import PACKAGES, ROOT, modules, tracked_files, tree
from verifier.cli.main import main as verifier_program
from wallet_cli.cli.main import main as wallet_program

PAGE = (ROOT / "docs/files.md").read_text("utf-8")
FILE_NAME = re.compile(r"[\w.-]*\.(?:json|jsonl|pem|jwt|jws|db|sqlite|sdjwt|key|pepper|lock|csv|tlog-proof)")
NAMED = set(re.findall(r"[\w./-]+", PAGE))
OUR_OWN_WORDS = {".examples.json", "FILE.csv", "direct_post.jwt"}  # an ending, a word of help, a way of answering
DOCUMENTED = "".join(path.read_text("utf-8") for path in (ROOT / "docs").rglob("*.md"))


def place_is_named(place: Path) -> bool:
    """Whether a file or a folder around it stands on the page, by its place or by its name."""
    around = {str(place), place.name, *(f"{each}/" for each in place.parents)}
    return bool(around & NAMED)


def files_below(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def test_every_file_of_new_folders_is_on_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ISSUER", "VERIFIER", "WALLET"):
        monkeypatch.setenv(f"{name}_PASSPHRASE", "correct horse battery staple")
    monkeypatch.setenv("VERIFIER_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("VERIFIER_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("WALLET_HOME", str(tmp_path / "wallet"))
    assert bank_program(["init", "--data", str(tmp_path / "bank"), "--url", "https://bank.example"]) == 0
    assert verifier_program(["init"]) == 0
    assert wallet_program(["init"]) == 0
    for folder, at_least in (("bank", 15), ("config", 3), ("wallet", 1)):
        made = files_below(tmp_path / folder)
        assert len(made) >= at_least, folder
        assert [str(place) for place in sorted(made) if not place_is_named(place)] == []
        readable = {place for place in made if (tmp_path / folder / place).stat().st_mode & 0o077}
        said = {row for row in PAGE.splitlines() if "*public*" in row}
        assert [str(place) for place in sorted(readable) if not any(top(place) in row for row in said)] == []


def top(place: Path) -> str:
    """How the page names what a file belongs to: its folder, or itself."""
    return f"`{place.parts[0]}/`" if len(place.parts) > 1 else f"`{place.name}`"


def named_in_code() -> Iterator[str]:
    """Every text of the packages that is the name of a file, and no file of the repository."""
    shipped = "".join(f"{path.name}\n" for path in tracked_files())
    for module in modules(*PACKAGES):
        for node in ast.walk(tree(module)):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and FILE_NAME.fullmatch(text) and f"{text}\n" not in shipped:
                yield text


def test_every_file_that_the_code_names_is_on_some_page() -> None:
    found = set(named_in_code())
    assert len(found) > 30
    assert sorted(name for name in found - OUR_OWN_WORDS if name not in DOCUMENTED) == []


def test_what_a_holder_takes_away_is_described_member_by_member() -> None:
    rows = {row.partition("|")[2].partition("|")[0]: row for row in PAGE.splitlines() if row.startswith("| `")}
    (account,) = (row for name, row in rows.items() if "competency-account.json" in name)
    written = re.findall(r'^ {8}"(\w+)": ', inspect.getsource(own_data_document), re.MULTILINE)
    assert re.findall(r"`(\w+)`", account) == written
    (reveal,) = (row for name, row in rows.items() if "-reveal.json" in name)
    members = re.findall(r'"(\w+)": ', inspect.getsource(Issued.__dict__["reveal"].fget))
    assert re.findall(r'"(\w+)": ', reveal) == members
