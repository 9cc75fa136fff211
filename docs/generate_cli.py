"""The page of commands, from the programs' own parsers; what it reads of them, `generate_share.py` reads too."""

import argparse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from issuer.cli.main import build_parser as issuer_parser
from verifier.cli.main import build_parser as verifier_parser
from wallet_cli.cli.main import build_parser as wallet_parser

PAGE = Path(__file__).with_name("cli.md")
VERIFIER_HELP = PAGE.parent.parent / "verifier/cli/help.txt"
PARSERS: Mapping[str, Callable[[], argparse.ArgumentParser]] = {
    "cb-issuer": issuer_parser,
    "cb-verifier": verifier_parser,
    "cb-wallet": wallet_parser,
}
EXIT_CODES = {
    0: "done; for a check: valid",
    1: "invalid",
    2: "wrong usage: an option, an id, an empty selection, a missing trust list",
    3: "indeterminate: something could not be learnt (issuer or key not listed, status or issuer not reachable)",
    4: "unreadable input: not a certificate, damaged, a mistyped number, a delivery with rejected rows",
    5: "refused: wrong passphrase or code, a number the issuer does not know, a full disk, a service that said no",
    70: "a fault in the program; please report it",
    130: "somebody stopped it (Ctrl-C); what was done already stays done",
}
INTRODUCTION = """# Commands

Written by `docs/generate_reference.py` from the programs themselves; `make fix` writes it again.

Results go to standard output, everything else to standard error. `--json` prints one JSON document, one per line for
several inputs. No command asks a question. Messages are Korean or English (`--lang`, else the locale, else English).

## Exit codes

| Code | Meaning |
|---|---|
{codes}
Several inputs end with the worst, in the order 70, 1, 5, 4, 3, 0. Nothing that was not fully verified ever exits 0.
""".replace("{codes}", "".join(f"| {code} | {meaning} |\n" for code, meaning in EXIT_CODES.items()))


def cli_page() -> str:
    """Return the whole page."""
    parts = [INTRODUCTION]
    for build in PARSERS.values():
        parser = build()
        parts.append(f"\n## {parser.prog}\n\n{parser.description}\n")
        parts.extend(_section(path, command) for path, command in commands_of(parser))
    return "".join(parts)


def prepared_help() -> str:
    """Return the help of the verifier and of each of its commands, which it prints without building its parsers."""
    parser = verifier_parser()
    texts = [("cb-verifier", parser), *commands_of(parser)]
    return "".join(f"=== {path}\n{command.format_help()}" for path, command in texts)


def commands_of(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Return every command below a parser as it is typed, with its own parser."""
    for action in parser._actions:  # noqa: SLF001 - argparse offers no public way to list its actions
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - the same
            for command in action.choices.values():
                yield command.prog, command
                yield from commands_of(command)


def actions_of(command: argparse.ArgumentParser) -> list[argparse.Action]:
    """Return the options and arguments of a command that its reader may use."""
    return [
        action
        for action in command._actions  # noqa: SLF001 - the same
        if not isinstance(action, argparse._HelpAction | argparse._SubParsersAction)  # noqa: SLF001 - the same
        and action.help is not argparse.SUPPRESS
    ]


def _section(path: str, command: argparse.ArgumentParser) -> str:
    rows = [f"| `{spelling_of(each)}` | {(each.help or '').replace('|', '/')} |\n" for each in actions_of(command)]
    table = "".join(["\n| Option | Meaning |\n|---|---|\n", *rows]) if rows else ""
    example = f"\n```\n{example_of(command.epilog)}\n```\n" if command.epilog else ""
    return f"\n### `{path}`\n\n{sentence_of(command.description)}\n{table}{example}"


def spelling_of(action: argparse.Action) -> str:
    """Return an option or argument with its value, as it is typed."""
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


def sentence_of(text: str | None) -> str:
    """Return a description as a sentence."""
    sentence = (text or "").strip()
    return sentence[:1].upper() + sentence[1:] + ("" if sentence.endswith(".") else ".")


def example_of(epilog: str) -> str:
    """Return the commands of an epilog, one a line."""
    lines = [line.strip() for line in epilog.splitlines()]
    return "\n".join(line.removeprefix("Example:").removeprefix("Examples:").strip() for line in lines).strip()
