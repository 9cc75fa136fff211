"""The page about running against the code: every event of the log, every stage, and no other."""

import ast
import re
from pathlib import Path

from tests.test_house import modules, tree

PAGE = (Path(__file__).resolve().parent.parent / "docs/operations.md").read_text("utf-8")
LEVELS = {"info", "warning", "error", "exception", "critical", "debug"}


def listed(heading: str) -> dict[str, str]:
    """The first two columns of the table below a heading."""
    part = PAGE.partition(f"### {heading}\n")[2].partition("\n### ")[0].partition("\n## ")[0]
    return dict(re.findall(r"^\| `([a-z._]+)` \| ([^|]+?) \|", part, re.MULTILINE))


def calls(*names: str) -> list[tuple[str, ast.Call]]:
    """Every call of a function of these names, with the name."""
    found = []
    for path in modules("keys", "credential_schemas", "issuer", "verifier", "wallet_cli"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func).rpartition(".")[2]
                found += [(name, node)] if name in names else []
    return found


def constant_of(call: ast.Call, known: dict[str, str]) -> str:
    first = call.args[0]
    return known[first.id] if isinstance(first, ast.Name) else str(ast.literal_eval(first))


def test_the_page_names_every_event_of_the_log_with_its_level_and_no_other() -> None:
    known = {"REQUEST": "request", "_DROPPED": "traces_dropped"}
    named = {constant_of(call, known) for _, call in calls("log_event")}
    assert named == set(listed("Logs"))
    assert len(named) >= 11
    assert set(listed("Logs").values()) <= {"info", "warning", "error"}


def test_every_line_of_the_log_is_an_event() -> None:
    lines = [call for _, call in calls(*LEVELS) if ast.unparse(call.func).startswith("_LOG.")]
    assert len(lines) >= 14
    assert not [ast.unparse(call) for call in lines if "extra" not in {each.arg for each in call.keywords}]


def test_the_level_of_an_event_is_that_of_its_line() -> None:
    assert {"error", "warning", "info"} >= {name for name, call in calls(*LEVELS) if "_LOG." in ast.unparse(call.func)}
    for path in modules("keys", "issuer", "verifier"):
        text = path.read_text("utf-8")
        for level, body in re.findall(r"_LOG\.(\w+)\(([^\n]*)", text):
            for name in re.findall(r'log_event\("(\w+)"', body):
                assert listed("Logs")[name] == level, f"{path.name}: {name}"


def test_the_page_names_every_stage_and_no_other() -> None:
    named = {constant_of(call, {}) for name, call in calls("stage") if ast.unparse(call.func) == "stage"}
    assert named == set(listed("Stages"))
    assert len(named) >= 15


def test_the_words_about_a_stage_or_event_are_on_the_page() -> None:
    own = [call for name, call in calls("stage", "happened") if ast.unparse(call.func) == name]
    words = {each.arg for call in own for each in call.keywords} - {None}
    told = {"host": "server.address", "method": "http.request.method"}
    assert words >= {"host", "source", "task", "ended"}
    for word in words:
        assert f"`{told.get(str(word), f'cb.{word}')}`" in PAGE
