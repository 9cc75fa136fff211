"""The rules of the house that a program can check; rules about imports are in pyproject.toml (`make lint`)."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from credential_schemas.program import INTERRUPTED

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("keys", "credential_schemas", "issuer", "verifier", "wallet_cli")
MODULE_LINES = 400
TEST_LINES = 600
FUNCTION_LINES = 60
PARAMETERS = 5
NAMES_THAT_SAY_NOTHING = {"utils.py", "common.py", "helpers.py", "misc.py", "util.py", "shared.py"}
CATEGORIES = {"qualifications", "trainings", "educations", "careers", "military", "businesses", "units", "achievements"}


@cache
def tracked_files() -> tuple[Path, ...]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return tuple(ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


def modules(*folders: str) -> list[Path]:
    return [path for path in tracked_files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_module_is_longer_than_its_limit() -> None:
    too_long = {
        str(path.relative_to(ROOT)): lines
        for path in modules(*PACKAGES, "tests", "examples", "benchmarks")
        if (lines := len(path.read_text("utf-8").splitlines()))
        > (TEST_LINES if path.is_relative_to(ROOT / "tests") else MODULE_LINES)
    }
    assert too_long == {}


def test_no_function_is_longer_than_its_limit() -> None:
    too_long = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in modules(*PACKAGES, "examples")
        for node in functions(path)
        if (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES
    ]
    assert too_long == []


def test_no_function_takes_too_many_parameters() -> None:
    too_many = []
    templates = ROOT / "keys/value_templates.py"  # of classes with many fields
    for path in set(modules(*PACKAGES)) - {templates}:
        for node in functions(path):
            names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
            if (
                len([name for name in names if name not in {"self", "cls"}]) > PARAMETERS
                and node.name != "certificate_wording"
            ):
                too_many.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert too_many == []


def test_every_module_is_named_after_what_it_does() -> None:
    assert [path for path in modules(*PACKAGES) if path.name in NAMES_THAT_SAY_NOTHING] == []


def test_every_module_begins_by_saying_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in modules(*PACKAGES, "tests", "examples", "benchmarks")
        if not ast.get_docstring(tree(path))
    ]
    assert silent == []


def public_functions(path: Path) -> Iterator[ast.FunctionDef]:
    """Every public function and method of public classes."""
    bodies = [tree(path).body]
    while bodies:
        for each in bodies.pop():
            if isinstance(each, ast.ClassDef) and not each.name.startswith("_"):
                bodies.append(each.body)
            if isinstance(each, ast.FunctionDef) and not each.name.startswith("_"):
                yield each


def names_in(expression: ast.expr | None) -> list[str]:
    return [] if expression is None else re.findall(r"\w+", ast.unparse(expression))


def raised_in(node: ast.AST, caught: frozenset[str] = frozenset()) -> Iterator[str]:
    """The names of errors that a function's own lines let out; a bug is no part of what it promises."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.Raise) and child.exc is not None:
            error = child.exc.func if isinstance(child.exc, ast.Call) else child.exc
            name = ast.unparse(error).rpartition(".")[2]
            if name[0].isupper() and name not in caught | {"AssertionError", "RuntimeError"}:
                yield name
        own = caught
        if isinstance(node, ast.Try) and child in node.body:
            own |= {name for each in node.handlers for name in names_in(each.type)}
        yield from raised_in(child, own)


def test_a_public_function_that_raises_says_what() -> None:
    """Edges are exempt: what commands and end points raise is told by one table for each; migrations refuse alike."""
    edges = {"cli", "api", "migrations"}
    silent = [
        f"{path.relative_to(ROOT)}: {function.name} raises {name}"
        for path in modules(*PACKAGES)
        if not edges & set(path.relative_to(ROOT).parts)
        for function in public_functions(path)
        for name in sorted(set(raised_in(function)))
        if name not in (said := ast.get_docstring(function) or "")
        and not re.search(r"Raises:|[Ee]rrors as|raises as", said)
    ]
    assert silent == []


def test_package_files_hold_no_logic() -> None:
    allowed = (ast.Expr, ast.ImportFrom, ast.Import, ast.Assign)
    with_logic = [
        str(path.relative_to(ROOT))
        for path in modules(*PACKAGES)
        if path.name == "__init__.py" and not all(isinstance(node, allowed) for node in tree(path).body)
    ]
    assert with_logic == []


def test_no_private_key_is_in_the_repository() -> None:
    marker = b"PRIVATE KEY" + b"-----"
    found = [
        str(path.relative_to(ROOT))
        for path in tracked_files()
        if marker in path.read_bytes() and "TEST-ONLY" not in path.name and "vectors" not in path.parts
    ]
    assert found == []


def test_no_private_key_was_ever_committed() -> None:
    marker = "-----BEGIN (ENCRYPTED |EC )?PRIVATE" + " KEY-----"
    found = subprocess.run(
        ["git", "log", "--all", "--oneline", "-G", marker, "--", ".", ":!tests/vectors"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    assert found.stdout == ""


def test_every_environment_variable_is_documented() -> None:
    pattern = re.compile(r"\b(?:ISSUER|VERIFIER|WALLET)_[A-Z][A-Z_]*[A-Z]\b")
    documented = set(pattern.findall((ROOT / "docs/configuration.md").read_text("utf-8")))
    used = {name for path in modules(*PACKAGES) for name in pattern.findall(path.read_text("utf-8"))}
    names_of_values = {"WALLET_COMMAND", "ISSUER_TRUST", "ISSUER_NOT_TRUSTED"}
    assert used - documented - names_of_values == set()


def test_every_documented_variable_is_read_somewhere() -> None:
    named = re.findall(r"^\|.*?\|", (ROOT / "docs/configuration.md").read_text("utf-8"), re.MULTILINE)
    variables = {name for cell in named for name in re.findall(r"`((?:ISSUER|VERIFIER|WALLET)_[A-Z_]+)`", cell)}
    fields = {
        f"{room}_{node.target.id.upper()}"
        for room, folder in (("ISSUER", "issuer"), ("VERIFIER", "verifier"))
        for node in ast.walk(ast.parse((ROOT / folder / "settings.py").read_text("utf-8")))
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    code = "".join(path.read_text("utf-8") for path in modules(*PACKAGES))
    assert len(variables) > 40
    assert {name for name in variables - fields if name not in code} == set()


@pytest.mark.parametrize(("room", "prefix", "exempt"), [("issuer", "ISSUER_", set()), ("verifier", "VERIFIER_", set())])
def test_every_setting_is_documented(room: str, prefix: str, exempt: set[str]) -> None:
    documented = (ROOT / "docs/configuration.md").read_text("utf-8")
    tree = ast.parse((ROOT / room / "settings.py").read_text("utf-8"))
    settings = next(
        node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name.endswith("Settings")
    )
    fields = {
        node.target.id
        for node in settings.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    missing = {f"{prefix}{field.upper()}" for field in fields if f"{prefix}{field.upper()}" not in documented}
    assert missing - exempt - {f"{prefix}MODEL_CONFIG"} == set()


def test_what_is_generated_from_the_code_is_what_the_code_says() -> None:
    program = [sys.executable, "docs/generate_reference.py", "--check"]
    assert subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False).stdout == ""


def test_the_page_of_commands_explains_every_exit_code_and_no_other() -> None:
    programs = json.loads((ROOT / "tests/golden/exit_codes.json").read_text("utf-8")).values()
    table = (ROOT / "docs/cli.md").read_text("utf-8").partition("## Exit codes")[2].partition("\n## ")[0]
    explained = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    assert explained == {code for program in programs for code in program["codes"].values()} | {INTERRUPTED}


def test_pictures_are_searched_for_qr_codes_only() -> None:
    """A reader of every kind of code finds a bar code by chance now and then, and a test fails by chance."""
    calls = (
        (path.name, call)
        for path in modules(*PACKAGES, "tests", "examples", "benchmarks")
        for call in ast.walk(tree(path))
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("read_barcodes")
    )
    assert [name for name, call in calls if not any(each.arg == "formats" for each in call.keywords)] == []


def test_pre_commit_does_what_make_lint_does() -> None:
    recipe = (ROOT / "Makefile").read_text("utf-8").partition("\nlint:")[2].partition("\n\n")[0]
    hooks = [
        hook
        for repo in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_bytes())["repos"]
        for hook in repo["hooks"]
    ]
    assert [hook["entry"] for hook in hooks] == re.findall(
        r"^\t(.*)$", recipe.replace("$(BIN)", ".venv/bin"), re.MULTILINE
    )
    assert all(hook["language"] == "system" and not hook["pass_filenames"] for hook in hooks)


def test_every_entry_type_speaks_both_languages() -> None:
    for path in sorted((ROOT / "credential_schemas/types").glob("[a-z]*.json")):
        entry_type = json.loads(path.read_text("utf-8"))
        assert entry_type["id"] == path.stem
        assert entry_type["category"] in CATEGORIES, path.name
        assert entry_type["ko"], path.name
        assert entry_type["en"], path.name
        for field in entry_type.get("fields", []):
            assert field["ko"], f"{path.name}: {field['name']}"
            assert field["en"], f"{path.name}: {field['name']}"


def test_every_decision_record_has_its_parts() -> None:
    for path in sorted((ROOT / "docs/decisions").glob("[0-9]*.md")):
        text = path.read_text("utf-8")
        assert re.match(r"# \d{4} ", text), path.name
        for part in ("Status:", "## Context" if "## Context" in text else "Given:", "## Consequences"):
            assert part in text, f"{path.name}: {part}"


def test_every_page_the_code_names_is_there() -> None:
    pattern = re.compile(r"\bdocs/[a-z/_-]+\.(?:md|py)\b")
    named = {name for path in modules(*PACKAGES) for name in pattern.findall(path.read_text("utf-8"))}
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_pages_name_only_places_that_are_there() -> None:
    pattern = re.compile(rf"`((?:{'|'.join((*PACKAGES, 'tests', 'examples', 'benchmarks'))})/[\w/.-]+)`")
    missing = [
        f"{page.relative_to(ROOT)}: {place}"
        for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
        if "decisions" not in page.parts
        for place in pattern.findall(page.read_text("utf-8"))
        if not (ROOT / place).exists()
    ]
    assert missing == []


def test_every_folder_with_python_is_checked_by_mypy() -> None:
    """Packages, tests and benchmarks by its settings; documentation and examples as programs of their own."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]["packages"]
    alone = re.search(r"for folder in ([\w ]+);", (ROOT / ".ci/types").read_text("utf-8"))
    assert alone is not None
    folders = {path.relative_to(ROOT).parts[0] for path in tracked_files() if path.suffix == ".py"}
    assert folders - {*settings, *alone[1].split()} == set()


def test_a_yes_or_no_is_described_in_one_way() -> None:
    other_ways = [
        f"{path.relative_to(ROOT)}: {function.name}"
        for path in modules(*PACKAGES, "tests", "examples", "benchmarks")
        for function in functions(path)
        if re.match(r"(Say|Tell)s? whether|True (when|if|only|for) ", ast.get_docstring(function) or "")
    ]
    assert other_ways == []  # "Return whether ..."


def test_every_document_that_the_code_names_is_one_of_the_repository() -> None:
    """A number of a rule stands beside the page that has it (`S2 of docs/security.md`)."""
    elsewhere = re.compile(r"\b[A-Z]{5,} (?:section \d|[A-Z]\d+\b)")
    named = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in modules(*PACKAGES, "tests", "examples", "benchmarks")
        for found in elsewhere.finditer(path.read_text("utf-8"))
        if path.name != "test_house.py"
    ]
    assert named == []


def names_defined(path: Path) -> Iterator[str]:
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.decorator_list:
            yield node.name
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name):
                yield target.id


def test_no_name_is_there_for_tests_alone() -> None:
    walked_by_tests = {"lookup_kinds", "problem_kinds", "refusal_kinds", "told_codes"}  # closed vocabularies
    named_by_a_page = {"certificate_schema"}  # docs/formats/credential.md
    words = Counter[str]()
    for path in tracked_files():
        if path.suffix in {".py", ".toml", ".html"} and path.relative_to(ROOT).parts[0] != "tests":
            words.update(re.findall(r"\w+", path.read_text("utf-8")))
    idle = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in set(modules(*PACKAGES)) - {ROOT / "keys/value_templates.py"}
        for name in names_defined(path)
        if words[name] == 1 and not name.startswith("__") and name not in walked_by_tests | named_by_a_page
    ]
    assert idle == []


def test_a_private_name_is_used_in_its_module() -> None:
    """The rule above counts words everywhere, and does not see a name that another module has, too."""
    idle = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in set(modules(*PACKAGES)) - {ROOT / "keys/value_templates.py"}
        for name in names_defined(path)
        if name.startswith("_")
        and not name.startswith("__")
        and len(re.findall(rf"\b{name}\b", path.read_text("utf-8"))) == 1
    ]
    assert idle == []


def test_every_reference_table_is_read() -> None:
    code = "".join(path.read_text("utf-8") for path in modules(*PACKAGES))
    tables = sorted((ROOT / "credential_schemas/catalogue").glob("*.csv"))
    assert [table.name for table in tables if table.name not in code] == []
