"""`cb-wallet`: the holder's program. Finds the command, gives it settings and the time, maps errors to exit codes."""

import argparse
import importlib
import locale
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

from credential_schemas.version import VERSION
from wallet_cli.exit_codes import ExitCode, exit_code_of

if TYPE_CHECKING:
    from credential_schemas.wording.model import Language

    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse gives it no public name

_OWN_COMMANDS = {"import": "import_file", "list": "list_items", "show": "show", "precheck": "precheck"}
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
    if arguments == ["--version"]:
        print(f"cb-wallet {VERSION}")
        return ExitCode.DONE
    try:
        return _run(arguments, os.environ, now=now_in_utc())
    except BrokenPipeError:
        return ExitCode.REFUSED
    except Exception as error:  # noqa: BLE001 - the top-level handler: anything else is a bug and says only its kind
        print(f"cb-wallet: a fault in the program ({type(error).__name__}). Please report it.", file=sys.stderr)
        return ExitCode.BUG


def now_in_utc() -> datetime:
    """Return the time; the only clock of this room."""
    return datetime.now(UTC)


def _run(argv: list[str], environment: Mapping[str, str], *, now: datetime) -> int:
    from wallet_cli.errors import WalletError

    parser, registered = _parser_for(argv[0] if argv else None)
    arguments = parser.parse_args(argv)
    if registered is not None:
        return registered.run(arguments)
    from wallet_cli.cli.context import CommandContext
    from wallet_cli.settings import Settings, read_settings

    settings = read_settings(environment, user_home=Path.home())
    if arguments.trust is not None:
        settings = Settings(home=settings.home, trust=arguments.trust)
    language = arguments.lang or _language_of(environment)
    context = CommandContext(settings=settings, now=now, language=language, out=sys.stdout)
    command = importlib.import_module(f"wallet_cli.cli.{_OWN_COMMANDS[arguments.command]}")
    try:
        return int(command.run(arguments, context))
    except WalletError as error:
        print(f"cb-wallet {arguments.command}: {error}", file=sys.stderr)
        return exit_code_of(error)


def build_parser() -> argparse.ArgumentParser:
    """Build the parser with every command, those of other rooms included."""
    return _parser_for("--help")[0]


def _parser_for(chosen: str | None) -> tuple[argparse.ArgumentParser, RegisteredCommand | None]:
    """Build the parser; another room's command is loaded only when it is chosen or must be listed in the help."""
    from importlib.metadata import entry_points

    parser = argparse.ArgumentParser(prog="cb-wallet", description="Keep and look at your competency certificates.")
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
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
    module.add_arguments(own)


def _language_of(environment: Mapping[str, str]) -> "Language":
    """Return "ko" for a Korean locale, else "en"."""
    named = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    return "ko" if locale.normalize(named).startswith("ko") else "en"
