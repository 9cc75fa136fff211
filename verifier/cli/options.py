"""Options that commands share, and the language of messages."""

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from credential_schemas.usage import language_of as language_of_option

if TYPE_CHECKING:
    from credential_schemas.report.messages import Language


def add_action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, summary: str, example: str
) -> argparse.ArgumentParser:
    """Add an action of a command; the summary is its line in the command's help, and what its own help begins with."""
    return actions.add_parser(name, help=summary, description=summary, epilog=f"example: {example}")


def add_language(parser: argparse.ArgumentParser, *, of: str = "messages") -> None:
    """Add `--lang`; `of` says what is in this language."""
    parser.add_argument("--lang", choices=("ko", "en"), help=f"language of {of} (default: from the locale, else en)")


def add_trust(parser: argparse.ArgumentParser) -> None:
    """Add `--trust`."""
    parser.add_argument(
        "--trust", type=Path, metavar="FILE", help="trust list (default: VERIFIER_TRUST, else the one of `trust add`)"
    )


def language_of(arguments: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> "Language":
    """Return the chosen language, else Korean for a Korean locale, else English."""
    return language_of_option(arguments.lang, environment)
