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
    if sorted(arguments) == ["--json", "--version"]:
        return _tell_versions()
    _open_closed_streams()
    try:
        code = _run(arguments)
        sys.stdout.flush()
        return code
    except SystemExit as stop:  # argparse ends this way, with 0 for --help and 2 for wrong usage
        return stop.code if isinstance(stop.code, int) else 2
    except BrokenPipeError:
        _discard_output()
        return 5
    except OSError as error:
        import errno

        if error.errno not in (errno.ENOSPC, errno.EBADF, errno.EIO):
            return _tell_fault(error)
        _discard_output()
        print(f"cb-verifier: the answer could not be written ({error.strerror})", file=sys.stderr)
        return 5
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the top-level handler: anything else is a bug, and says only its kind
        return _tell_fault(error)


def _tell_versions() -> int:
    import json

    from credential_schemas.version import VERSION
    from verifier.presentations.versions import SPECIFICATIONS

    print(json.dumps({"program": "cb-verifier", "version": VERSION, "specifications": dict(SPECIFICATIONS)}))
    return 0


def _run(arguments: list[str]) -> int:
    named = arguments[:1] if arguments[:1] and arguments[0] in _COMMANDS else _COMMANDS
    parser = build_parser(named)
    from verifier.cli.options import UsageMistake

    try:
        chosen = parser.parse_args(arguments)
    except UsageMistake as mistake:
        return _tell_usage(str(mistake), mistake.program, arguments)
    return int(chosen.run(chosen))


def _tell_usage(message: str, program: str, arguments: list[str]) -> int:
    from credential_schemas.usage import language_of_command, usage_sentence

    language = language_of_command(arguments, os.environ)
    print(f"{program}: {usage_sentence(message, language, program=program)}", file=sys.stderr)
    return 2


def build_parser(names: "Sequence[str]" = _COMMANDS) -> "argparse.ArgumentParser":
    """Build the parser with every command, or with those named; a command module is small until it runs."""
    import argparse
    from importlib import import_module

    from verifier.cli.options import Parser

    parser = Parser(prog="cb-verifier", description="Check competency certificates.")
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
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


def _tell_fault(error: Exception) -> int:
    kind = getattr(error, "place", "") or type(error).__name__  # a reader of evidence says where it failed
    print(f"cb-verifier: a fault in the program ({kind}). Please report it.", file=sys.stderr)
    return 70


def _open_closed_streams() -> None:
    """A closed standard input is an empty one; an answer that nobody can get must not end with 0: it does not fit."""
    for name, mode, place in (("stdin", "r", os.devnull), ("stdout", "w", "/dev/full"), ("stderr", "w", os.devnull)):
        if getattr(sys, name) is None:
            setattr(sys, name, open(place, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - for the life of the program


def _discard_output() -> None:
    """Our output cannot be written, or its reader has gone; keep Python from complaining about it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
