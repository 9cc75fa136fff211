"""`cb-issuer`: finds the command, gives it settings and the clock, turns errors into a sentence and an exit code."""

import argparse
import importlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from credential_schemas.command_line import Parser
from credential_schemas.program import run_program
from credential_schemas.usage import language_of
from credential_schemas.version import VERSION
from issuer.cli.context import CommandContext
from issuer.cli.messages import error_sentence
from issuer.cli.options import add_common_options

PROGRAM: Final = "cb-issuer"
COMMAND_MODULES: Final = {
    "init": "init",
    "sources": "sources",
    "import": "import_deliveries",
    "pull": "pull",
    "runs": "runs",
    "accounts": "accounts",
    "issue": "issue",
    "issue-batch": "issue_batch",
    "offer": "offer",
    "reprint": "reprint",
    "revoke": "revoke",
    "suspend": "suspend",
    "reinstate": "reinstate",
    "keys": "keys",
    "trust-bundle": "trust_bundle",
    "log": "log",
    "audit": "audit",
    "sealing": "sealing",
    "token": "token",
    "staff": "staff",
    "serve": "serve",
    "backup": "backup",
    "restore": "restore",
    "doctor": "doctor",
}


def system_clock() -> datetime:
    """Return the time of the machine."""
    return datetime.now(UTC)


def main(argv: Sequence[str] | None = None, *, clock: Callable[[], datetime] = system_clock) -> int:
    """Run one command and return the exit code of docs/cli.md."""
    words = list(sys.argv[1:] if argv is None else argv)
    return run_program(PROGRAM, words, run=lambda: _run(words, clock), environment=os.environ)


def _tell_versions() -> int:
    from issuer.openid4vci.versions import SPECIFICATIONS
    from issuer.presented.versions import SPECIFICATIONS as EXPORTS

    print(json.dumps({"program": PROGRAM, "version": VERSION, "specifications": {**SPECIFICATIONS, **EXPORTS}}))
    return 0


def _run(words: list[str], clock: Callable[[], datetime]) -> int:
    if sorted(words) == ["--json", "--version"]:
        return _tell_versions()
    names = words[:1] if words[:1] and words[0] in COMMAND_MODULES else COMMAND_MODULES
    arguments = build_parser(names).parse_args(words)
    from issuer.errors import InvalidOption
    from issuer.exit_codes import EXPECTED_ERRORS, exit_code_of
    from issuer.settings import IssuerSettings

    language = language_of(getattr(arguments, "lang", None), os.environ)
    try:
        settings = IssuerSettings.from_environment(os.environ)
    except InvalidOption as error:
        print(f"{PROGRAM}: {error_sentence(error, language)}", file=sys.stderr)
        return int(exit_code_of(error))
    context = CommandContext(
        settings=settings,
        clock=clock,
        language=language,
        json=getattr(arguments, "json", False),
        data=getattr(arguments, "data", None),
    )
    try:
        return int(arguments.run(arguments, context))
    except EXPECTED_ERRORS as error:
        context.complain(f"{PROGRAM} {arguments.command}", error)
        return int(exit_code_of(error))


def build_parser(names: Iterable[str] = COMMAND_MODULES) -> argparse.ArgumentParser:
    """Build the parser with every command, or with those named; a command module is small until it runs."""
    parser = Parser(prog=PROGRAM, description="The competency bank: accounts, certificates and their status.")
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {VERSION}")
    add_common_options(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, prog=parser.prog)
    for name in names:
        module = importlib.import_module(f"issuer.cli.{COMMAND_MODULES[name]}")
        command = commands.add_parser(
            name,
            help=module.SUMMARY,
            description=module.SUMMARY,
            epilog=f"Example: {module.EXAMPLE}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        add_common_options(command)
        command.set_defaults(run=module.run)
        module.add_arguments(command)
    return parser
