"""The plan of mutation testing names every module it should, and the report knows a sentence from behaviour."""

import ast
import json
import tomllib
from pathlib import Path

import pytest

from tests import mutate
from tests.mutate import PLAN, chosen, files, outcomes_that_stand, parts
from tests.mutation_report import ROOT, SENTENCE, SURVIVED, body, report, sentences

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


def test_slow_tests_are_run_only_where_a_part_asks_for_them() -> None:
    assert {part.name for part in parts() if part.slow} == {"pkcs11"}
    assert [part.slow for part in chosen(["keys/pkcs11_signer.py", "jwk"])] == [False, True]


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


def test_functions_that_wait_are_reported_like_others(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text(
        'async def x_f__mutmut_orig():\n    return Refused("too long", 1)\n'
        "async def x_f__mutmut_1():\n    return Refused(None, 1)\n"
        'async def x_f__mutmut_2():\n    return Refused("too long", 2)\n'
    )
    codes = {"m.x_f__mutmut_1": SENTENCE, "m.x_f__mutmut_2": SURVIVED}
    assert sentences(tmp_path / "m.py", codes) == ["m.x_f__mutmut_1"]
    (tmp_path / "m.py.meta").write_text(json.dumps({"exit_code_by_key": codes}))
    assert report(tmp_path) == 1


def test_what_is_known_of_a_function_stands_until_the_function_changes(tmp_path: Path) -> None:
    old = "".join(
        f"def {name}__mutmut_{mutant}():\n    return {value}\n"
        for name in ("x_same", "x_other")
        for mutant, value in (("orig", 1), ("1", 2), ("2", 3))
    )
    target = tmp_path / "m.py"
    assert outcomes_that_stand(target, old) == {}
    target.write_text(old)
    codes = {
        "m.x_same__mutmut_1": SURVIVED,
        "m.x_same__mutmut_2": 1,
        "m.x_other__mutmut_1": 1,
        "m.x_other__mutmut_2": 1,
    }
    (tmp_path / "m.py.meta").write_text(json.dumps({"exit_code_by_key": codes}))
    assert outcomes_that_stand(target, old + "\n\n") == codes
    changed = old.replace("def x_other__mutmut_orig():\n    return 1", "def x_other__mutmut_orig():\n    return 9")
    assert outcomes_that_stand(target, changed) == {"m.x_same__mutmut_1": SURVIVED, "m.x_same__mutmut_2": 1}
    changed = old.replace("def x_other__mutmut_2():\n    return 3", "def x_other__mutmut_2():\n    return 4")
    assert outcomes_that_stand(target, changed) == {
        name: code for name, code in codes.items() if "other__mutmut_2" not in name
    }


class _Below:
    def f(self) -> int:
        return 1


class _Above(_Below):
    def f(self) -> int:
        return super().f()

    def mutant(self) -> int:
        return 2


def test_a_mutant_that_no_longer_asks_the_class_above_can_be_put_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _Above.f.__code__
    monkeypatch.setattr(mutate, "FUNCTIONS", [(_Above.f, {"f__mutmut_1": _Above.mutant})])
    assert _Above().f() == 1
    mutate.put_in_place(f"{__name__}.f__mutmut_1")
    assert _Above().f() == 2
    _Above.f.__code__ = before
