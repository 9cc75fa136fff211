"""`cb-wallet select ID`: what of a credential can be chosen, by the paths that `present` and `print` take."""

import argparse
import json

from wallet_cli.cli.context import CommandContext
from wallet_cli.exit_codes import ExitCode
from wallet_cli.presenting.choosing import leaving_of
from wallet_cli.presenting.held import Held
from wallet_cli.presenting.preview import value_line, word

SUMMARY = "list what of a credential can be presented, by path and value"
EXAMPLE = "cb-wallet select 3fa9c1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's own options."""
    parser.add_argument("id", metavar="ID", help="id from 'cb-wallet list', or enough of its start")


def run(arguments: argparse.Namespace, context: CommandContext) -> ExitCode:
    """Print every path with its value, and what always goes along."""
    kept, language = context.keeper().item(arguments.id), context.language
    leaving = leaving_of("", Held(kept.id, kept.id, kept.sd_jwt), kept.sd_jwt)
    if arguments.json:
        choices = [{"path": path, "value": value} for path, value in leaving.shown]
        document = {"id": kept.id, "choices": choices, "always": [*leaving.always]}
        print(json.dumps(document, ensure_ascii=False), file=context.out)
        return ExitCode.DONE
    print(word("choices", language), file=context.out)
    for path, value in leaving.shown:
        print(value_line(path, value), file=context.out)
    print(f"  {word('always', language)}: {', '.join(leaving.always)}", file=context.out)
    return ExitCode.DONE
