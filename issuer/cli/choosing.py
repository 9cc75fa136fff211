"""The options of `issue` and `offer` that say what is disclosed, and the choice that they make."""

import argparse
from typing import TYPE_CHECKING

from issuer.cli.options import short_text

if TYPE_CHECKING:
    from credential_schemas.certificate_claims import Edition
    from credential_schemas.wording.model import Language
    from issuer.accounts.selection import Choice


def add_choice(parser: argparse.ArgumentParser, *, title: str) -> None:
    """Add the options that choose entries and fields, under a title."""
    chosen = parser.add_argument_group(f"{title} (nothing by default)")
    chosen.add_argument("--entry", metavar="E", nargs="+", action="extend", default=[], help="entries, by id")
    chosen.add_argument(
        "--type", metavar="T", nargs="+", action="extend", default=[], help="all entries of these types"
    )
    chosen.add_argument("--all", action="store_true", help="all entries that are in force")
    chosen.add_argument("--hide", metavar="E.FIELD", nargs="+", action="extend", default=[], help="leave out a field")
    chosen.add_argument(
        "--show", metavar="E.FIELD", nargs="+", action="extend", default=[], help="show a field left out by default"
    )


def add_terms(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what a certificate is for, and how long it can be checked."""
    parser.add_argument("--kind", choices=("competency", "education"), default="competency", help="kind of certificate")
    parser.add_argument("--purpose", metavar="T", type=short_text, help="what the certificate is for")
    parser.add_argument("--valid-days", metavar="N", type=int, default=90, help="days it can be checked (default: 90)")


def choice_of(arguments: argparse.Namespace, *, edition: "Edition" = "standard") -> "Choice":
    """Return what was chosen."""
    from issuer.accounts.selection import Choice

    return Choice(
        entries=tuple(arguments.entry),
        types=tuple(arguments.type),
        everything=arguments.all,
        hide=tuple(arguments.hide),
        show=tuple(arguments.show),
        kind=arguments.kind,
        edition=edition,
    )


def language_of(arguments: argparse.Namespace) -> "Language":
    """Return the language of what is issued."""
    return "en" if getattr(arguments, "lang", None) == "en" else "ko"
