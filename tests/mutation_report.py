"""List the mutants that the tests let live, from what `mutmut` left in `mutants/`; part of `make mutate`.

A mutant that changes nothing but an error sentence is counted and not listed: sentences are for people, and the tests
ask for codes, kinds and reasons. Everything else needs a better test, or a row in docs/mutation.md.
"""

import ast
import json
import sys
from collections import Counter
from pathlib import Path

MUTANTS = Path(__file__).resolve().parent.parent / "mutants"
SURVIVED = 0  # the exit code of the tests


class _Blank(ast.NodeTransformer):
    """Replaces sentences by None, as mutmut does: texts with a space in them, and `message` and `detail` of errors."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return ast.Constant(None) if node.attr in ("message", "detail") else self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Constant(None) if node.id == "detail" else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return ast.Constant(None)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Constant(None) if isinstance(node.value, str) and " " in node.value else node


def functions(path: Path) -> dict[str, ast.FunctionDef]:
    """Return every function of a module of mutants by its mangled name."""
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def body(function: ast.FunctionDef) -> str:
    """Return what a function does, its sentences left out."""
    return "\n".join(ast.unparse(_Blank().visit(statement)) for statement in function.body)


def lines_that_differ(before: str, after: str) -> str:
    """Return the changed lines, old and new."""
    old, new = before.splitlines(), after.splitlines()
    gone = [line.strip() for line in old if line not in new]
    come = [line.strip() for line in new if line not in old]
    return f"{' / '.join(gone)}  ->  {' / '.join(come)}"


def report(folder: Path) -> int:
    """Print the survivors of every module, and return how many there are beside the sentences."""
    left = 0
    for meta in sorted(folder.rglob("*.py.meta")):
        codes = json.loads(meta.read_text("utf-8"))["exit_code_by_key"]
        outcome = Counter(
            "not run" if code is None else "survived" if code == SURVIVED else "killed" for code in codes.values()
        )
        if not outcome["killed"] and not outcome["survived"]:
            continue
        made = functions(meta.with_suffix(""))
        sentences, lived = 0, []
        for name in sorted(key for key, code in codes.items() if code == SURVIVED):
            mangled = name.rpartition(".")[2]
            original = made[mangled.rpartition("__mutmut_")[0] + "__mutmut_orig"]
            before, after = body(original), body(made[mangled])
            if before == after:
                sentences += 1
            else:
                lived.append(f"  {name}\n    {lines_that_differ(before, after)}")
        left += len(lived)
        print(f"{meta.relative_to(folder).with_suffix('')}: {dict(outcome)}, of the survivors {sentences} sentences")
        print("\n".join(lived), end="\n" if lived else "")
    return left


if __name__ == "__main__":
    raise SystemExit(report(Path(sys.argv[1]) if len(sys.argv) > 1 else MUTANTS) > 0)
