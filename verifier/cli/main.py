"""`cb-verifier`: find the command, give it settings and the language, turn errors into exit codes."""

import os
import sys

TYPE_CHECKING = False  # `typing` and what else is imported late would double the time of `--version`
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

_COMMANDS = ("init", "check", "batch", "score", "request", "policy", "receipt", "trust", "serve", "doctor")


def main(argv: "Sequence[str] | None" = None) -> int:
    """Run one command and return its exit code (docs/cli.md)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments == ["--version"]:
        from credential_schemas.version import VERSION

        print(f"cb-verifier {VERSION}")
        return 0
    try:
        return _run(arguments)
    except SystemExit as stop:  # argparse ends this way, with 0 for --help and 2 for wrong usage
        return stop.code if isinstance(stop.code, int) else 2
    except BrokenPipeError:
        _discard_output()
        return 5
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the top-level handler: anything else is a bug, and says only its kind
        print(f"cb-verifier: a fault in the program ({type(error).__name__}). Please report it.", file=sys.stderr)
        return 70


def _run(arguments: list[str]) -> int:
    named = arguments[:1] if arguments[:1] and arguments[0] in _COMMANDS else _COMMANDS
    chosen = build_parser(named).parse_args(arguments)
    return int(chosen.run(chosen))


def build_parser(names: "Sequence[str]" = _COMMANDS) -> "argparse.ArgumentParser":
    """Build the parser with every command, or with those named; a command module is small until it runs."""
    import argparse
    from importlib import import_module

    parser = argparse.ArgumentParser(prog="cb-verifier", description="Check competency certificates.")
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


def _discard_output() -> None:
    """The reader of our output has gone; keep Python from complaining about it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
