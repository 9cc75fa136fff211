"""Kinds of option values that several commands share."""

import argparse
from datetime import date
from pathlib import Path


def add_common_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that every command has."""
    absent = argparse.SUPPRESS
    parser.add_argument("--data", type=Path, metavar="DIR", default=absent, help="data directory (ISSUER_DATA, ./bank)")
    parser.add_argument("--json", action="store_true", default=absent, help="print one JSON document")
    parser.add_argument("--lang", choices=("ko", "en"), default=absent, help="language; of the certificate, too")


def add_action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, summary: str, example: str
) -> argparse.ArgumentParser:
    """Add one action of a command; the common options may stand before or after it."""
    parser = actions.add_parser(name, help=summary, description=summary, epilog=f"Example: {example}")
    add_common_options(parser)
    return parser


def day(text: str) -> date:
    """Read a day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        msg = "expected a day as YYYY-MM-DD"
        raise argparse.ArgumentTypeError(msg) from None


def short_text(text: str) -> str:
    """Read a text that will be printed on a certificate."""
    from credential_schemas.errors import EntryTypeError
    from credential_schemas.field_kinds import check_text

    try:
        return check_text(text, path="text")
    except EntryTypeError as error:
        raise argparse.ArgumentTypeError(error.detail) from None
