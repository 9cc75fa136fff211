"""`cb-verifier`: find the command, give it settings and the language, turn errors into exit codes."""

import os
import sys

TYPE_CHECKING = False  # `typing` and what else is imported late would double the time of `--version`
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

_COMMANDS = (
    "init",
    "check",
    "batch",
    "score",
    "analyse",
    "request",
    "policy",
    "receipt",
    "trust",
    "users",
    "serve",
    "doctor",
)


def main(argv: "Sequence[str] | None" = None) -> int:
    """Run one command and return its exit code (docs/cli.md)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments == ["--version"]:
        from credential_schemas.version import VERSION

        print(f"cb-verifier {VERSION}")
        return 0
    from credential_schemas.program import run_program

    return run_program("cb-verifier", arguments, run=lambda: _run(arguments), environment=os.environ)


def _tell_versions() -> int:
    import json

    from credential_schemas.version import VERSION
    from verifier.presentations.versions import SPECIFICATIONS

    print(json.dumps({"program": "cb-verifier", "version": VERSION, "specifications": dict(SPECIFICATIONS)}))
    return 0


def _run(arguments: list[str]) -> int:
    if arguments and arguments[-1] in ("--help", "-h"):
        prepared = _prepared_help(" ".join(["cb-verifier", *arguments[:-1]]))
        if prepared:
            sys.stdout.write(prepared)
            return 0
    if sorted(arguments) == ["--json", "--version"]:
        return _tell_versions()
    named = arguments[:1] if arguments[:1] and arguments[0] in _COMMANDS else _COMMANDS
    chosen = build_parser(named).parse_args(arguments)
    return int(chosen.run(chosen))


def _prepared_help(command: str) -> str:
    """Return the help of a command, which `docs/generate_reference.py` wrote; empty for what is no command."""
    with open(os.path.join(os.path.dirname(__file__), "help.txt"), encoding="utf-8") as file:  # noqa: PTH118, PTH120, PTH123 - `pathlib` would double the time
        return file.read().partition(f"=== {command}\n")[2].partition("=== ")[0]


def build_parser(names: "Sequence[str]" = _COMMANDS) -> "argparse.ArgumentParser":
    """Build the parser with every command, or with those named; a command module is small until it runs."""
    import argparse
    from importlib import import_module

    from credential_schemas.command_line import Parser

    parser = Parser(prog="cb-verifier", description="Check competency certificates.")
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, prog=parser.prog)
    for name in names:
        module = import_module(f"verifier.cli.{name}")
        own = commands.add_parser(
            name,
            help=module.SUMMARY,
            description=module.SUMMARY,
            epilog=module.EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        own.set_defaults(run=module.run)
        module.add_arguments(own)
    return parser
