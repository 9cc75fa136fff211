"""The page about standards names what is there, and leaves no step of the verification without its line."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/standards.md").read_text("utf-8")
CREDENTIAL = (ROOT / "docs/formats/credential.md").read_text("utf-8")
NAMED = re.compile(r"`([\w/.]+\.py)::(\w+)`")
LINK = re.compile(r"\]\(([^)#]*)(?:#[^)]*)?\)")
RFC = re.compile(r"RFCs? (\d{4})\b")
PACKAGES = ("keys", "credential_schemas", "issuer", "verifier", "wallet_cli")
SEVERAL = (7515, 7519)
CODE_COLUMN, TEST_COLUMN = 2, 3
PARTS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@cache
def parts_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, PARTS))


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def tables() -> dict[tuple[str, ...], list[list[str]]]:
    """Return the rows of the page by the headings of their tables; tables with the same headings together."""
    found: dict[tuple[str, ...], list[list[str]]] = {}
    for block in re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE):
        heading, _, *rows = block.splitlines()
        found.setdefault(tuple(cells(heading)), []).extend(cells(row) for row in rows)
    return found


ENFORCED = [row for heading, rows in tables().items() if heading[-2:] == ("Where", "Test") for row in rows]


def test_page_names_only_functions_and_tests_that_are_there() -> None:
    named = NAMED.findall(PAGE)
    assert len(named) > 200
    assert [f"{path}::{name}" for path, name in named if name not in parts_of(path)] == []


def test_every_rule_names_code_that_enforces_it_and_a_test_that_shows_it() -> None:
    assert len(ENFORCED) > 100
    for row in ENFORCED:
        (code, _), (test, name) = *NAMED.findall(row[CODE_COLUMN]), *NAMED.findall(row[TEST_COLUMN])
        assert not code.startswith("tests/"), row
        assert test.startswith("tests/"), row
        assert name.startswith("test_"), row


def test_no_step_of_the_verification_is_without_clause_and_line() -> None:
    by_clause = tables()["Clause", "What it asks", "Steps"]
    covered = {int(number) for row in by_clause for number in row[2].split(", ")}
    assert covered == set(range(32))
    described = set(re.findall(r"^\| (\d+) \|", CREDENTIAL + PAGE, re.MULTILINE))
    assert {int(number) for number in described} == covered


def test_everything_left_out_has_its_reason() -> None:
    left_out = tables()["Clause", "What we do", "Why"]
    assert len(left_out) > 15
    assert [row for row in left_out if len(row) != 3 or not all(row)] == []


def test_every_link_and_decision_that_is_named_is_there() -> None:
    links = [target for target in LINK.findall(PAGE) if target]
    decisions = re.findall(r"`(decisions/[\w-]+\.md)`", PAGE)
    assert [target for target in (*links, *decisions) if not (ROOT / "docs" / target).exists()] == []


def test_every_rfc_that_the_code_names_is_on_the_page() -> None:
    files = [path for room in PACKAGES for path in (ROOT / room).rglob("*.py")]
    named = {found for path in files for found in RFC.findall(path.read_text("utf-8"))}
    assert len(named) > 60
    first, last = SEVERAL
    assert {each for each in named if int(each) not in range(first, last + 1)} - set(RFC.findall(PAGE)) == set()


def test_the_page_says_in_one_which_rfcs_come_one_after_another() -> None:
    assert "RFC {} to {},".format(*SEVERAL) in PAGE
