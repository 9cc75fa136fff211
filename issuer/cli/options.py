"""Kinds of option values that several commands share."""

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import Final

_MAX_PASSWORD_BYTES: Final = 4096


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
    """Read a text for a certificate or for the record: visible characters, at most 1,000."""
    from credential_schemas.errors import EntryTypeError
    from credential_schemas.field_kinds import check_text

    try:
        return check_text(text, path="text")
    except EntryTypeError as error:
        raise argparse.ArgumentTypeError(error.detail) from None


def file_content(file: Path) -> bytes:
    """Return what is in a file that was named on the command line.

    Raises:
        FileUnreadable: it cannot be opened.
    """
    from issuer.errors import FileUnreadable

    try:
        return file.read_bytes()
    except OSError as error:
        raise FileUnreadable(error.strerror or "unknown reason", file=str(file)) from error


def check_one_of(arguments: argparse.Namespace) -> None:
    """Refuse a password beside shares.

    Raises:
        InvalidOption: both were named.
    """
    from issuer.errors import InvalidOption

    if arguments.shares is not None and arguments.password_file is not None:
        problem = "shares take the place of a password; expected only one of both"
        raise InvalidOption(problem, option="--shares")


def typed_password(file: Path | None, *, twice: bool = True) -> str:
    """Return a password: the first line of a file, or what is typed, a new one twice; never from the command line.

    Raises:
        FileUnreadable, InvalidOption: there is none; the sentence says why.
    """
    from getpass import getpass

    from issuer.errors import FileUnreadable, InvalidOption

    if file is not None:
        try:
            with file.open("rb") as opened:
                return opened.read(_MAX_PASSWORD_BYTES).decode("utf-8").partition("\n")[0].rstrip("\r")
        except (OSError, UnicodeDecodeError) as error:
            problem = getattr(error, "strerror", None) or "expected UTF-8"
            raise FileUnreadable(problem, file=file.name) from error
    option = "--password-file"
    if not sys.stdin.isatty():
        problem = "expected a file, because nobody can type here"
        raise InvalidOption(problem, option=option)
    first = getpass("password: ", sys.stderr)
    if twice and getpass("again: ", sys.stderr) != first:
        problem = "the two passwords differ; nothing was made"
        raise InvalidOption(problem, option=option)
    return first
