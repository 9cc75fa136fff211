"""What `print` and `export` share: choose what the issuer gets to see, show it, and ask the holder."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from keys.values import dataclass
from wallet_cli.cli.context import CommandContext
from wallet_cli.cli.presenting_by_hand import agreed, may_ask
from wallet_cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from keys.encoding import JsonValue
    from keys.trust_list import TrustedIssuer
    from wallet_cli.presenting.choosing import Leaving
    from wallet_cli.presenting.held import Held, VaultHoldings
    from wallet_cli.presenting.to_issuer import Errand


@dataclass(frozen=True, slots=True)
class Showing:
    """What the issuer would get to see at one of its addresses."""

    issuer: "TrustedIssuer"
    leaving: "Leaving"
    holdings: "VaultHoldings"
    address: str
    warnings: tuple[str, ...] = ()

    def document(self) -> dict[str, "JsonValue"]:
        """Return it for programs."""
        from wallet_cli.presenting.preview import leaving_json

        return {"audience": self.address, "leaving": leaving_json(self.leaving), "warnings": [*self.warnings]}


def add_choice(parser: argparse.ArgumentParser) -> None:
    """Add the options by which a holder chooses."""
    parser.add_argument("id", metavar="ID", help="id from 'cb-wallet list', or enough of its start")
    parser.add_argument("--entry", action="append", default=[], metavar="E", help="only this entry: trainings[0]")
    parser.add_argument("--field", action="append", default=[], metavar="PATH", help="only this: trainings[0].hours")
    parser.add_argument("--page", choices=("ko", "en"), default="ko", help="language of what is made (default: ko)")
    parser.add_argument("--yes", action="store_true", help="present without asking")


def choose(
    arguments: argparse.Namespace,
    context: CommandContext,
    path: str,
    *,
    cut: Callable[["Held", Sequence[str]], "Leaving"],
    warnings: tuple[str, ...] = (),
) -> Showing:
    """Choose the copy, and cut it to what the holder named."""
    from wallet_cli.presenting.held import VaultHoldings
    from wallet_cli.presenting.to_issuer import copy_to_show

    trust, holdings = context.trust_list(), VaultHoldings(context.vault())
    copy, issuer = copy_to_show(holdings.held(), arguments.id, path, trust=trust, now=context.unix_now())
    leaving = cut(copy, (*arguments.entry, *arguments.field))
    return Showing(issuer, leaving, holdings, f"{issuer.id}{path}", warnings)


def holder_agrees(showing: Showing, arguments: argparse.Namespace, context: CommandContext) -> ExitCode | None:
    """Show what would be presented and ask; answer the exit code where the holder does not agree."""
    from wallet_cli.presenting.preview import preview_by_hand, word

    language = context.language
    if not arguments.json:
        name = f"{showing.issuer.name[language]} {showing.address}"
        for line in preview_by_hand(showing.leaving, name, showing.warnings, language):
            print(line, file=context.out)
    if agreed(arguments, word("ask_by_hand", language), out=context.out):
        return None
    if arguments.json:
        print(json.dumps({**showing.document(), "out": None}, ensure_ascii=False), file=context.out)
        return ExitCode.DONE
    asked = may_ask()
    print(word("not_made" if asked else "not_asked_by_hand", language), file=context.out if asked else sys.stderr)
    return ExitCode.DONE if asked else ExitCode.USAGE


def ask(showing: Showing, errand: "Errand", context: CommandContext) -> bytes:
    """Present it to the issuer, and return what it answers; errors as `presenting.to_issuer.ask_issuer`."""
    from keys.fetch import Fetcher
    from wallet_cli.offer import origins_of
    from wallet_cli.presenting.to_issuer import ask_issuer

    issuer = showing.issuer
    door = Fetcher(origins_of(issuer), allow_loopback=issuer.development)
    return ask_issuer(showing.leaving, issuer, errand, door=door, clock=context.unix_now)
