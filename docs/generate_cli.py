"""Writes docs/cli.md from the programs' own parsers, so that it cannot fall behind; a test compares the two."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from issuer.cli.main import build_parser as issuer_parser
from verifier.cli.main import build_parser as verifier_parser
from wallet_cli.cli.main import build_parser as wallet_parser

PAGE = Path(__file__).with_name("cli.md")
INTRODUCTION = """# Commands

Written by `docs/generate_cli.py` from the programs themselves; `make fix` writes it again.

Results go to standard output, everything else to standard error. `--json` prints one JSON document, one per line for
several inputs. No command asks a question. Messages are Korean or English (`--lang`, else the locale, else English).

## Exit codes

| Code | Meaning |
|---|---|
| 0 | done; for a check: valid |
| 1 | invalid |
| 2 | wrong usage: an option, an id, an empty selection, a missing trust list |
| 3 | indeterminate: something could not be learnt (issuer or key not listed, status or issuer not reachable) |
| 4 | unreadable input: not a certificate, damaged, a mistyped number, a delivery with rejected rows |
| 5 | refused: wrong passphrase or code, a number the issuer does not know, a full disk, a service that said no |
| 70 | a fault in the program; please report it |

Several inputs end with the worst, in the order 70, 1, 5, 4, 3, 0. Nothing that was not fully verified ever exits 0.
"""


def main() -> int:
    """Write the page; with --check only compare, and return 1 when it is not the generated one."""
    text = cli_page()
    if sys.argv[1:] == ["--check"]:
        return int(PAGE.read_text("utf-8") != text)
    PAGE.write_text(text, "utf-8")
    return 0


def cli_page() -> str:
    """Return the whole page."""
    parts = [INTRODUCTION]
    for parser in (issuer_parser(), verifier_parser(), wallet_parser()):
        parts.append(f"\n## {parser.prog}\n\n{parser.description}\n")
        parts.extend(_commands(parser, parser.prog))
    return "".join(parts)


def _commands(parser: argparse.ArgumentParser, program: str) -> Iterator[str]:
    for action in parser._actions:  # noqa: SLF001 - argparse offers no public way to list its actions
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - the same
            for name, command in action.choices.items():
                yield _command(command, f"{program} {name}")
                yield from _commands(command, f"{program} {name}")


def _command(command: argparse.ArgumentParser, path: str) -> str:
    rows = [
        f"| `{_spelling(action)}` | {(action.help or '').replace('|', '/')} |\n"
        for action in command._actions  # noqa: SLF001 - the same
        if not isinstance(action, argparse._HelpAction | argparse._SubParsersAction)  # noqa: SLF001 - the same
        and action.help is not argparse.SUPPRESS
    ]
    table = "".join(["\n| Option | Meaning |\n|---|---|\n", *rows]) if rows else ""
    example = f"\n```\n{_example(command.epilog)}\n```\n" if command.epilog else ""
    return f"\n### `{path}`\n\n{_sentence(command.description)}\n{table}{example}"


def _spelling(action: argparse.Action) -> str:
    if not action.option_strings:
        return _value(action) or action.dest
    value = _value(action)
    return ", ".join(action.option_strings) + (f" {value}" if value else "")


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    name = action.metavar if isinstance(action.metavar, str) else None
    if name is None:
        name = "/".join(map(str, action.choices)) if action.choices else action.dest.upper()
    return {"+": f"{name}...", "*": f"[{name}...]", "?": f"[{name}]"}.get(str(action.nargs), name)


def _sentence(text: str | None) -> str:
    sentence = (text or "").strip()
    return sentence[:1].upper() + sentence[1:] + ("" if sentence.endswith(".") else ".")


def _example(epilog: str) -> str:
    lines = [line.strip() for line in epilog.splitlines()]
    return "\n".join(line.removeprefix("Example:").removeprefix("Examples:").strip() for line in lines).strip()


if __name__ == "__main__":
    raise SystemExit(main())
