"""`cb-issuer`: finds the command, gives it settings and the clock, turns errors into a sentence and an exit code."""

import argparse
import errno
import importlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, NoReturn

from credential_schemas.version import VERSION
from issuer.cli.context import CommandContext
from issuer.cli.messages import error_sentence, language_of
from issuer.cli.options import add_common_options

PROGRAM: Final = "cb-issuer"
_OUTPUT_FAILED: Final = (errno.ENOSPC, errno.EBADF, errno.EIO)
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
    arguments = list(sys.argv[1:] if argv is None else argv)
    if sorted(arguments) == ["--json", "--version"]:
        from issuer.openid4vci.versions import SPECIFICATIONS
        from issuer.presented.versions import SPECIFICATIONS as EXPORTS

        specifications = {**SPECIFICATIONS, **EXPORTS}
        print(json.dumps({"program": PROGRAM, "version": VERSION, "specifications": specifications}))
        return 0
    try:
        code = _run(arguments, clock)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 2
    except KeyboardInterrupt:
        print(f"{PROGRAM}: interrupted", file=sys.stderr)
        return 5
    except BrokenPipeError:
        # Whoever read our output has gone; nothing more may be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 5
    except Exception as error:  # noqa: BLE001 - the top-level handler: anything else is a bug and says only its kind
        if isinstance(error, OSError) and error.errno in _OUTPUT_FAILED:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            print(f"{PROGRAM}: the answer could not be written ({error.strerror})", file=sys.stderr)
            return 5
        print(f"{PROGRAM}: a fault in the program ({_place_of(error)}). Please report it.", file=sys.stderr)
        return 70


def _run(argv: list[str], clock: Callable[[], datetime]) -> int:
    try:
        arguments = build_parser(argv[:1] if argv[:1] and argv[0] in COMMAND_MODULES else COMMAND_MODULES).parse_args(
            argv
        )
    except _UsageMistake as mistake:
        return _tell_usage(str(mistake), mistake.program, argv)
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
    parser = _Parser(prog=PROGRAM, description="The competency bank: accounts, certificates and their status.")
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {VERSION}")
    add_common_options(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
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
    return 2


def _place_of(error: BaseException) -> str:
    """Kind and place of a fault; its message may hold a person's data and stays unsaid."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" in {trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
    return f"{type(error).__name__}{place}"
