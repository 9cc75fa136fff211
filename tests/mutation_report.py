"""List the mutants that the tests let live, from what tests/mutate.py left; part of `make mutate`.

A mutant that changes nothing but an error sentence, or how something is spelt, is counted and neither run nor listed:
sentences are for people, and the tests ask for codes, kinds and reasons. Everything else needs a better test, or a row
in docs/mutation.md.
"""

import ast
import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MUTANTS = ROOT / "mutants"
SURVIVED, SENTENCE = 0, -1000  # what is kept of a mutant: the exit code of its tests, or that it was not run

CODECS = ("utf-8", "ascii", "latin-1")
AROUND = 60
AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef


class _Blank(ast.NodeTransformer):
    """Leaves out what means nothing to a program.

    Sentences become None, as mutmut makes them: texts with a space in them (of an f-string, beside letters), and
    `message` and `detail` of errors. The name of a codec is written in one way, the byte order that is the default and
    the type of a `cast` are dropped.
    """

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return ast.Constant(None) if node.attr in ("message", "detail") else self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Constant(None) if node.id == "detail" else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        texts = [part.value for part in node.values if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        words = any(" " in text and any(mark.isalpha() for mark in text) for text in texts)
        return ast.Constant(None) if words else self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Constant(None) if isinstance(node.value, str) and " " in node.value.strip() else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        texts = [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        if called == "cast" and len(node.args) == 2:
            return ast.Call(node.func, [self.visit(node.args[1])], [])
        if called in ("encode", "decode", "read_text") and texts and texts[0].lower() in CODECS:
            node.args = [ast.Constant(texts[0].lower()), *node.args[1:]]
        if called in ("to_bytes", "from_bytes") and "big" in texts:
            node.args = [part for part in node.args if not (isinstance(part, ast.Constant) and part.value == "big")]
        return self.generic_visit(node)


def functions(code: str) -> dict[str, AnyFunction]:
    """Return every function of a module of mutants by its mangled name."""
    return {node.name: node for node in ast.walk(ast.parse(code)) if isinstance(node, AnyFunction)}


def body(function: AnyFunction) -> str:
    """Return what a function does, its sentences left out."""
    return "\n".join(ast.unparse(_Blank().visit(statement)) for statement in function.body)


def difference(before: str, after: str) -> str:
    """Return what was changed, old and new, with a little of what stands around it."""
    shorter = min(len(before), len(after))
    start = next((place for place in range(shorter) if before[place] != after[place]), shorter)
    end = next((n for n in range(shorter - start) if before[-1 - n] != after[-1 - n]), shorter - start)
    old, new = (
        " ".join(text[max(0, start - AROUND) : len(text) - max(0, end - AROUND)].split()) for text in (before, after)
    )
    return f"{old}  ->  {new}"


def original(mutant: str) -> str:
    """Return the name, in the module of mutants, of the function that a mutant changes."""
    return mutant.rpartition(".")[2].rpartition("__mutmut_")[0] + "__mutmut_orig"


def sentences(path: Path, mutants: Iterable[str]) -> list[str]:
    """Return those mutants of a module that change nothing but a sentence."""
    bodies = {name: body(function) for name, function in functions(path.read_text("utf-8")).items()}
    return [name for name in mutants if bodies[name.rpartition(".")[2]] == bodies[original(name)]]


def outcome(code: int | None) -> str:
    if code is None:
        return "not run"
    if code < 0 and code != SENTENCE:
        return "killed by the clock"
    return {SURVIVED: "survived", SENTENCE: "only a sentence"}.get(code, "killed")


def report(folder: Path) -> int:
    """Print what became of the mutants of every module, and return how many survived."""
    left = 0
    total: Counter[str] = Counter()
    for meta in sorted(folder.rglob("*.py.meta")):
        codes = json.loads(meta.read_text("utf-8"))["exit_code_by_key"]
        counts = Counter(outcome(code) for code in codes.values())
        total += counts
        print(f"{meta.relative_to(folder).with_suffix('')}: {len(codes)} mutants, {dict(counts)}")
        made = functions(meta.with_suffix("").read_text("utf-8"))
        for name in sorted((key for key, code in codes.items() if code == SURVIVED), key=in_order):
            before, after = body(made[original(name)]), body(made[name.rpartition(".")[2]])
            print(f"  {name.rpartition('.')[2]}\n    {difference(before, after)}")
            left += 1
    print(f"together: {dict(total)}")
    return left


def in_order(mutant: str) -> tuple[str, int]:
    name, _, number = mutant.rpartition("_")
    return name, int(number)


if __name__ == "__main__":
    raise SystemExit(report(Path(sys.argv[1]) if len(sys.argv) > 1 else MUTANTS) > 0)
