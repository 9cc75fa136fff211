"""`cb-wallet`: the holder's program. Finds the command, gives it settings and the time, maps errors to exit codes."""

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final, Protocol

from credential_schemas.command_line import Parser
from credential_schemas.program import run_program
from credential_schemas.usage import language_of
from credential_schemas.version import VERSION
from keys.values import replace
from wallet_cli.exit_codes import ExitCode, exit_code_of

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse gives it no public name

PROGRAM: Final = "cb-wallet"
_OWN_COMMANDS = {
    "init": "init",
    "receive": "receive",
    "renew": "renew",
    "import": "import_file",
    "list": "list_items",
    "show": "show",
    "select": "select",
    "present": "present",
    "print": "print_pdf",
    "export": "export",
    "precheck": "precheck",
    "backup": "backup",
    "restore": "restore",
    "doctor": "doctor",
}
_COMMANDS_OF_OTHER_ROOMS = "competency_bank.wallet_commands"


class RegisteredCommand(Protocol):
    """A command that another room offers to the holder through the entry point group."""

    name: str
    summary: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code of docs/cli.md."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    run = partial(_run, arguments, os.environ, now=now_in_utc())
    return run_program(PROGRAM, arguments, run=run, environment=os.environ)


def _tell_versions() -> int:
    import json

    from wallet_cli.versions import SPECIFICATIONS

    print(json.dumps({"program": PROGRAM, "version": VERSION, "specifications": dict(SPECIFICATIONS)}))
    return ExitCode.DONE


def now_in_utc() -> datetime:
    """Return the time; the only clock of this room."""
    return datetime.now(UTC)


def _run(argv: list[str], environment: Mapping[str, str], *, now: datetime) -> int:
    from wallet_cli.errors import WalletError

    if argv == ["--version"]:
        print(f"{PROGRAM} {VERSION}")
        return ExitCode.DONE
    if sorted(argv) == ["--json", "--version"]:
        return _tell_versions()
    parser, registered = _parser_for(argv[0] if argv else None)
    arguments = parser.parse_args(argv)
    if registered is not None:
        return registered.run(arguments)
    from wallet_cli.cli.context import CommandContext
    from wallet_cli.settings import read_settings

    settings = read_settings(environment, user_home=Path.home())
    if arguments.trust is not None:
        settings = replace(settings, trust=arguments.trust)
    if arguments.identity is not None:
        settings = replace(settings, identity=arguments.identity)
    language = language_of(arguments.lang, environment)
    context = CommandContext(settings=settings, now=now, language=language, out=sys.stdout)
    command = importlib.import_module(f"wallet_cli.cli.{_OWN_COMMANDS[arguments.command]}")
    try:
        return int(command.run(arguments, context))
    except WalletError as error:
        from wallet_cli.cli.messages import error_sentence

        print(f"{PROGRAM} {arguments.command}: {error_sentence(error, language)}", file=sys.stderr)
        return exit_code_of(error)


def build_parser() -> argparse.ArgumentParser:
    """Build the parser with every command, those of other rooms included."""
    return _parser_for("--help")[0]


def _parser_for(chosen: str | None) -> tuple[argparse.ArgumentParser, RegisteredCommand | None]:
    """Build the parser; another room's command is loaded only when it is chosen or must be listed in the help."""
    from importlib.metadata import entry_points

    parser = Parser(prog=PROGRAM, description="Keep and look at your competency certificates.")
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    commands: _Subparsers = parser.add_subparsers(  # type: ignore[assignment] # its parsers are ours
        dest="command", metavar="COMMAND", required=True
    )
    for name, module_name in _OWN_COMMANDS.items():
        _add_own_command(commands, name, module=importlib.import_module(f"wallet_cli.cli.{module_name}"))
    registered: RegisteredCommand | None = None
    for point in entry_points(group=_COMMANDS_OF_OTHER_ROOMS):
        if chosen in (point.name, "--help", "-h"):
            command: RegisteredCommand = point.load()
            command.add_arguments(commands.add_parser(point.name, help=command.summary, description=command.summary))
            registered = command if chosen == point.name else None
    return parser, registered


def _add_own_command(commands: "_Subparsers", name: str, *, module: ModuleType) -> None:
    example = f"Example: {module.EXAMPLE}"
    own = commands.add_parser(name, help=module.SUMMARY, description=module.SUMMARY, epilog=example)
    own.add_argument("--json", action="store_true", help="print JSON, one document per line")
    own.add_argument("--lang", choices=("ko", "en"), help="language of the messages")
    own.add_argument("--trust", type=Path, metavar="FILE", help="trust list (default: WALLET_TRUST)")
    own.add_argument("--identity", metavar="NAME", help="the encrypted wallet to use (default: WALLET_IDENTITY)")
    module.add_arguments(own)
