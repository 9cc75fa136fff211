"""The page of errors: for each program slug, exit code, HTTP status and both sentences, from the programs' tables."""

import ast
import importlib
import json
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import credential_schemas
import issuer
import keys
import verifier
import wallet_cli
from credential_schemas.errors import CredentialError
from issuer import exit_codes as issuer_codes
from issuer.api import problems as issuer_problems
from issuer.errors import IssuerError
from keys.errors import KeysError
from verifier import exit_codes as verifier_codes
from verifier.api import problems as verifier_problems
from verifier.errors import LookupFailed, UnreadableEvidence, VerifierError
from wallet_cli import exit_codes as wallet_codes
from wallet_cli.errors import WalletError

ROOT = Path(__file__).resolve().parent.parent
INTRODUCTION = """# Errors

Written by `docs/generate_reference.py` from the programs. An error is a request or a file that could not be dealt with;
what evidence shows is no error but a [Report with reasons](../formats/report.md). A slug keeps its meaning, and is the
`code` of problem documents; sentences may change. Values stand in braces; `{detail}` says in English what was expected
and found. What the exit codes mean: [commands](../cli.md#exit-codes).
"""
_HEAD = "| Slug | Exit | HTTP | Korean | English |\n|---|---|---|---|---|\n"
_SERVICE_FOLDERS = ("keys/gate", "issuer/api", "issuer/app.py", "verifier/api", "verifier/app.py")


def errors_page() -> str:
    """Return the whole page."""
    for package in (keys, credential_schemas, issuer, verifier, wallet_cli):
        _load_errors(package)
    said = INTRODUCTION + _bank() + _verifier() + _wallet() + _services()
    return said + _in_the_code(said)


def _load_errors(package: ModuleType) -> None:
    """Load every module that defines errors, so that the classes know their subclasses."""
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if module.name.endswith("errors"):
            importlib.import_module(module.name)


def _subclasses(kind: type[Any]) -> Iterator[Any]:
    for each in kind.__subclasses__():
        yield each
        yield from _subclasses(each)


def _words(place: str) -> dict[str, Any]:
    return dict(json.loads((ROOT / place).read_text("utf-8")))


def _row(slug: str, numbers: tuple[object, object], korean: str, english: str) -> str:
    cells = (f"`{slug}`", *(str(each or "") for each in numbers), korean, english)
    return f"| {' | '.join(' '.join(cell.split()).replace('|', '/') for cell in cells)} |\n"


def _bank() -> str:
    korean = _words("issuer/cli/messages.json")["errors"]
    rows = []
    for kind in sorted({IssuerError, *_subclasses(IssuerError)}, key=lambda kind: str(kind.code)):
        if kind.sentence != IssuerError.sentence or kind.code in korean:
            exit_code = next(int(code) for family, code in issuer_codes._TABLE if issubclass(kind, family))  # noqa: SLF001 - the one table
            numbers = (exit_code, issuer_problems._PROBLEMS.get(kind.code, (None,))[0])  # noqa: SLF001 - the one table
            rows.append(_row(kind.code, numbers, korean.get(kind.code, ""), kind.sentence))
    lower = _words("issuer/cli/problems.json")["lower_floors"]
    below = {kind.code for base in (KeysError, CredentialError) for kind in _subclasses(base)}
    rows.extend(
        _row(code, (5, issuer_problems._PROBLEMS.get(code, (None,))[0]), sentence, "{detail}")  # noqa: SLF001 - the same
        for code, sentence in sorted(lower.items())
        if code in below or code == KeysError.code
    )
    note = "The API says most of these in a sentence of its own, which speaks of requests instead of commands."
    return f"\n## cb-issuer\n\n{note}\n\n{_HEAD}{''.join(rows)}"


def _verifier() -> str:
    sentences = _words("verifier/rendering/refusals.json")
    kinds = {kind.code: kind for kind in (VerifierError, *_subclasses(VerifierError))}
    rows = [
        _row(name, _numbers(kinds.get(name.partition(".")[0])), texts["ko"], texts["en"])
        for name, texts in sorted(sentences.items())
    ]
    words = _words("credential_schemas/report/messages.json")
    families = {"unreadable": UnreadableEvidence, **{kind.code: kind for kind in _subclasses(LookupFailed)}}
    said = [
        _row(f"unreadable.{name}", _numbers(families["unreadable"]), texts["ko"], texts["en"])
        for name, texts in sorted(words["unreadable"]["kinds"].items())
    ] + [
        _row(name, _numbers(families[name]), texts["ko"], texts["en"])
        for name, texts in sorted(words["lookups"]["kinds"].items())
    ]
    statuses = verifier_problems._STATUS_OF_ERROR  # noqa: SLF001 - the one table
    listed = {*families.values(), *(kinds.get(name) for name in sentences)}
    other = sorted((kind.code, status) for kind, status in statuses.items() if kind not in listed)
    alone = "".join(f"| `{code}` | {status} |\n" for code, status in other)
    return (
        "\n## cb-verifier\n\nBehind a dot stands the `kind`, which names the sentence.\n\n"
        f"{_HEAD}{''.join(rows)}\n### About evidence and typed numbers: no verdict\n\n{_HEAD}{''.join(said)}"
        f"\n### Only over HTTP\n\nThe `detail` says what was expected.\n\n| Slug | HTTP |\n|---|---|\n{alone}"
    )


def _numbers(kind: type[VerifierError] | None) -> tuple[object, object]:
    """Exit code and HTTP status of an error."""
    if kind is None:
        return (None, None)  # of a lower floor: as what came to it
    return (
        int(verifier_codes.OF_ERROR[kind]) if kind in verifier_codes.OF_ERROR else None,
        verifier_problems._STATUS_OF_ERROR.get(kind),  # noqa: SLF001 - the one table
    )


def _wallet() -> str:
    korean = _words("wallet_cli/cli/messages.json")
    kinds = {kind.code: kind for kind in _subclasses(WalletError)}
    rows = [
        _row(
            name,
            (int(wallet_codes._BY_ERROR[kinds[name.partition(".")[0]]]), None),  # noqa: SLF001 - the one table
            sentence,
            (kinds[name].__doc__ or "").partition("\n")[0] if name in kinds else "{detail}",
        )
        for name, sentence in sorted(korean.items())
    ]
    note = "The English sentence says in each case what was found; here stands what the error means."
    return f"\n## cb-wallet\n\n{note}\n\n{_HEAD}{''.join(rows)}"


def _services() -> str:
    """List what the gate and the end points refuse themselves, as it stands in their code."""
    found: dict[tuple[str, int], set[str]] = {}
    for place in _SERVICE_FOLDERS:
        path = ROOT / place
        for module in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            for code, status in _refusals(ast.parse(module.read_text("utf-8"))):
                found.setdefault((code, status), set()).add(place.partition("/")[0])
    who = {"keys": "both services", "issuer": "the bank", "verifier": "the verifier"}
    rows = [
        f"| `{code}` | {status} | {who['keys'] if 'keys' in rooms or len(rooms) > 1 else who[min(rooms)]} |\n"
        for (code, status), rooms in sorted(found.items())
    ]
    note = "Refused before a program is asked: by the gate, for the form of the request, for who asks."
    return f"\n## The services themselves\n\n{note}\n\n| Slug | HTTP | Said by |\n|---|---|---|\n{''.join(rows)}"


def _in_the_code(said: str) -> str:
    """List the errors that no program tells by their own slug: what stands above, a reason or a verdict tells them."""
    bases = (KeysError, CredentialError, IssuerError, VerifierError, WalletError)
    kinds = sorted(
        {each for base in bases for each in (base, *_subclasses(base))}, key=lambda kind: (kind.code, kind.__name__)
    )
    rows = [
        f"| `{kind.code}` | `{kind.__module__}` `{kind.__name__}` | {_first_sentence(kind)} |\n"
        for kind in kinds
        if "code" in vars(kind) and f"| `{kind.code}`" not in said
    ]
    note = (
        "Errors of the packages that no program tells by this slug: their caller turns them into one of those above,\n"
        "a [reason](../formats/report.md#checks-reasons-codes-sentences), or the answer of a standard. Who uses a\n"
        "package as a library meets them."
    )
    return f"\n## In the code\n\n{note}\n\n| Slug | Class | What it says |\n|---|---|---|\n{''.join(rows)}"


def _first_sentence(kind: type[Any]) -> str:
    return " ".join((kind.__doc__ or "").partition("\n\n")[0].split()).replace("|", "/")


def _refusals(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Refusal", "problem"):
            constants = [each.value for each in node.args if isinstance(each, ast.Constant)]
            named: Mapping[str | None, Any] = {
                each.arg: each.value.value for each in node.keywords if isinstance(each.value, ast.Constant)
            }
            status = next((each for each in constants if isinstance(each, int)), None)
            code = named.get("code") or next((each for each in constants if isinstance(each, str)), None)
            if status and code:
                yield code, status
        if isinstance(node, ast.Dict):  # status to code and detail
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, int) and isinstance(value, ast.Tuple):
                    first = value.elts[0]
                    if isinstance(first, ast.Constant) and isinstance(first.value, str):
                        yield first.value, key.value
