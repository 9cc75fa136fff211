"""`cb-wallet`: the holder's program. Finds the command, gives it settings and the time, maps errors to exit codes."""

import argparse
import errno
import importlib
import locale
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, NoReturn, Protocol

from credential_schemas.version import VERSION
from wallet_cli.exit_codes import ExitCode, exit_code_of

if TYPE_CHECKING:
    from credential_schemas.wording.model import Language

    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse gives it no public name

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
_OUTPUT_FAILED = (errno.ENOSPC, errno.EBADF, errno.EIO)
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
    if sorted(arguments) == ["--json", "--version"]:
        return _tell_versions()
    try:
        code = _run(arguments, os.environ, now=now_in_utc())
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except BrokenPipeError:
        return ExitCode.REFUSED
    except Exception as error:  # noqa: BLE001 - the top-level handler: anything else is a bug and says only its kind
        if isinstance(error, OSError) and error.errno in _OUTPUT_FAILED:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            print(f"cb-wallet: the answer could not be written ({error.strerror})", file=sys.stderr)
            return ExitCode.REFUSED
        print(f"cb-wallet: a fault in the program ({type(error).__name__}). Please report it.", file=sys.stderr)
        return ExitCode.BUG


def _tell_versions() -> int:
    import json

    from wallet_cli.versions import SPECIFICATIONS

    print(json.dumps({"program": "cb-wallet", "version": VERSION, "specifications": dict(SPECIFICATIONS)}))
    return ExitCode.DONE


def now_in_utc() -> datetime:
    """Return the time; the only clock of this room."""
    return datetime.now(UTC)


def _run(argv: list[str], environment: Mapping[str, str], *, now: datetime) -> int:
    from wallet_cli.errors import WalletError

    parser, registered = _parser_for(argv[0] if argv else None)
    try:
        arguments = parser.parse_args(argv)
    except _UsageMistake as mistake:
        return _tell_usage(str(mistake), mistake.program, argv)
    if registered is not None:
        return registered.run(arguments)
    from wallet_cli.cli.context import CommandContext
    from wallet_cli.settings import read_settings

    settings = read_settings(environment, user_home=Path.home())
    if arguments.trust is not None:
        settings = replace(settings, trust=arguments.trust)
    if arguments.identity is not None:
        settings = replace(settings, identity=arguments.identity)
    language = arguments.lang or _language_of(environment)
    context = CommandContext(settings=settings, now=now, language=language, out=sys.stdout)
    command = importlib.import_module(f"wallet_cli.cli.{_OWN_COMMANDS[arguments.command]}")
    try:
        return int(command.run(arguments, context))
    except WalletError as error:
        from wallet_cli.cli.messages import error_sentence

        print(f"cb-wallet {arguments.command}: {error_sentence(error, language)}", file=sys.stderr)
        return exit_code_of(error)


def build_parser() -> argparse.ArgumentParser:
    """Build the parser with every command, those of other rooms included."""
    return _parser_for("--help")[0]


def _parser_for(chosen: str | None) -> tuple[argparse.ArgumentParser, RegisteredCommand | None]:
    """Build the parser; another room's command is loaded only when it is chosen or must be listed in the help."""
    from importlib.metadata import entry_points

    parser = _Parser(prog="cb-wallet", description="Keep and look at your competency certificates.")
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


class _UsageMistake(Exception):
    """A command line cannot be read; `program` is program and command as they are typed."""

    def __init__(self, message: str, program: str) -> None:
        super().__init__(message)
        self.program = program


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Leave it to `main` to say what is wrong, in the reader's language."""
        raise _UsageMistake(message, self.prog)


def _tell_usage(message: str, program: str, argv: Sequence[str]) -> int:
    from credential_schemas.usage import language_of_command, usage_sentence

    language = language_of_command(argv, os.environ)
    print(f"{program}: {usage_sentence(message, language, program=program)}", file=sys.stderr)
    return ExitCode.USAGE


def _add_own_command(commands: "_Subparsers", name: str, *, module: ModuleType) -> None:
    example = f"Example: {module.EXAMPLE}"
    own = commands.add_parser(name, help=module.SUMMARY, description=module.SUMMARY, epilog=example)
    own.add_argument("--json", action="store_true", help="print JSON, one document per line")
    own.add_argument("--lang", choices=("ko", "en"), help="language of the messages")
    own.add_argument("--trust", type=Path, metavar="FILE", help="trust list (default: WALLET_TRUST)")
    own.add_argument("--identity", metavar="NAME", help="the encrypted wallet to use (default: WALLET_IDENTITY)")
    module.add_arguments(own)


def _language_of(environment: Mapping[str, str]) -> "Language":
    """Return "ko" for a Korean locale, else "en"."""
    named = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    return "ko" if locale.normalize(named).startswith("ko") else "en"
