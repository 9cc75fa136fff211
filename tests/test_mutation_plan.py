"""The plan of mutation testing names every module it should, and the report knows a sentence from behaviour."""

import ast
import tomllib
from pathlib import Path

import pytest

from tests.mutate import PLAN, chosen, files, parts
from tests.mutation_report import ROOT, body, sentences

STRICT = ("keys", "credential_schemas", "verifier/checks")


def function(text: str) -> ast.FunctionDef:
    (found,) = ast.parse(text).body
    assert isinstance(found, ast.FunctionDef)
    return found


def test_every_module_of_the_strict_rooms_is_in_exactly_one_part() -> None:
    planned = [module for part in parts() for module in part.modules]
    modules = [str(path.relative_to(ROOT)) for room in STRICT for path in (ROOT / room).rglob("*.py")]
    assert sorted(planned) == sorted(module for module in modules if not module.endswith("__init__.py"))


def test_every_pattern_of_the_plan_fits_something() -> None:
    plan = tomllib.loads(PLAN.read_text("utf-8"))
    patterns = [pattern for part in plan.values() for pattern in (*part["modules"], *part["tests"])]
    assert [pattern for pattern in patterns if not files([pattern])] == []


def test_a_part_or_a_module_can_be_chosen() -> None:
    assert [part.name for part in chosen(["jwk"])] == ["jwk"]
    assert [part.modules for part in chosen(["keys/pem_form.py"])] == [("keys/pem_form.py",)]
    assert chosen(["no such thing"]) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('raise Refused(f"expected {limit}", kind="size")', 'raise Refused(None, kind="size")'),
        ('raise Refused("expected a number", kind="size")', 'raise Refused("XXexpected a numberXX", kind="size")'),
        ('return text.encode("utf-8")', 'return text.encode("UTF-8")'),
        ('return number.to_bytes(4, "big")', "return number.to_bytes(4)"),
        ('return cast("list[int]", value)', "return cast(None, value)"),
    ],
)
def test_a_change_of_a_sentence_or_a_spelling_is_none(before: str, after: str) -> None:
    assert body(function(f"def f():\n    {before}")) == body(function(f"def f():\n    {after}"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('raise Refused(f"expected {limit}", kind="size")', 'raise Refused(f"expected {limit}", kind="SIZE")'),
        ("return len(text) > 5", "return len(text) >= 5"),
        ('return number.to_bytes(4, "little")', "return number.to_bytes(4)"),
        ('return text.encode("utf-8")', 'return text.encode("utf-16")'),
        ('return text.partition(" ")', 'return text.rpartition(" ")'),
        ('return link(f"{name} {code}")', "return link(None)"),
        ('return f"{number % 10:06}"', 'return f"{number / 10:06}"'),
        ('return text.split(" ")', "return text.split(None)"),
    ],
)
def test_a_change_of_what_is_done_is_one(before: str, after: str) -> None:
    assert body(function(f"def f():\n    {before}")) != body(function(f"def f():\n    {after}"))


def test_mutants_that_change_a_sentence_only_are_found_by_name(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text(
        'def x_f__mutmut_orig():\n    return Refused("too long", 1)\n'
        "def x_f__mutmut_1():\n    return Refused(None, 1)\n"
        'def x_f__mutmut_2():\n    return Refused("too long", 2)\n'
    )
    assert sentences(tmp_path / "m.py", ["m.x_f__mutmut_1", "m.x_f__mutmut_2"]) == ["m.x_f__mutmut_1"]
