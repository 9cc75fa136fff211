"""Options that commands share, and the language of messages."""

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from credential_schemas.report.messages import Language


class UsageMistake(Exception):
    """A command line cannot be read; `program` is program and command as they are typed."""

    def __init__(self, message: str, program: str) -> None:
        super().__init__(message)
        self.program = program


class Parser(argparse.ArgumentParser):
    """Leaves it to `main` to say, in the reader's language, what is wrong with a command line."""

    def error(self, message: str) -> NoReturn:
        """Raise `UsageMistake`."""
        raise UsageMistake(message, self.prog)


def add_language(parser: argparse.ArgumentParser) -> None:
    """Add `--lang`."""
    parser.add_argument("--lang", choices=("ko", "en"), help="language of messages (default: from the locale, else en)")


def add_trust(parser: argparse.ArgumentParser) -> None:
    """Add `--trust`."""
    parser.add_argument(
        "--trust", type=Path, metavar="FILE", help="trust list (default: VERIFIER_TRUST, else the one of `trust add`)"
    )


def language_of(arguments: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> "Language":
    """Return the chosen language, else Korean for a Korean locale, else English."""
    if arguments.lang in ("ko", "en"):
        chosen: Language = "ko" if arguments.lang == "ko" else "en"
        return chosen
    locale = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    return "ko" if locale.lower().startswith("ko") else "en"
