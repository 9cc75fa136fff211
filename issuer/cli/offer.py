"""`cb-issuer offer`: offer credentials to the wallet of an account's holder (OpenID4VCI)."""

import argparse
import sys

from issuer.cli.context import CommandContext
from issuer.cli.options import short_text

SUMMARY = "offer a certificate, or single entries, to a wallet: a link, a QR code and a transaction code"
EXAMPLE = "cb-issuer offer --account 7k2m9qxdab --all --tx-code"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--account", metavar="ID", required=True, help="account of the holder")
    chosen = parser.add_argument_group("what is offered (nothing by default)")
    chosen.add_argument("--entry", metavar="E", nargs="+", action="extend", default=[], help="entries, by id")
    chosen.add_argument(
        "--type", metavar="T", nargs="+", action="extend", default=[], help="all entries of these types"
    )
    chosen.add_argument("--all", action="store_true", help="all entries that are in force")
    chosen.add_argument("--hide", metavar="E.FIELD", nargs="+", action="extend", default=[], help="leave out a field")
    chosen.add_argument(
        "--show", metavar="E.FIELD", nargs="+", action="extend", default=[], help="show a field left out by default"
    )
    parser.add_argument("--flat", action="store_true", help="each entry as a credential of its own, one of a kind")
    parser.add_argument("--tx-code", action="store_true", help="ask for a transaction code, which is printed here")
    parser.add_argument("--kind", choices=("competency", "education"), default="competency", help="kind of certificate")
    parser.add_argument("--purpose", metavar="T", type=short_text, help="what the certificate is for")
    parser.add_argument("--valid-days", metavar="N", type=int, default=90, help="days it can be checked (default: 90)")


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Make the offer and show it."""
    from credential_schemas.look.qr_codes import qr_lines
    from credential_schemas.wording.model import Language
    from issuer.certified_claims import DEFAULT_PURPOSE, IssueRequest
    from issuer.openid4vci.offers import OfferWish, make_offer
    from issuer.selection import Choice
    from issuer.times import utc_text

    language: Language = "en" if getattr(arguments, "lang", None) == "en" else "ko"
    choice = Choice(
        entries=tuple(arguments.entry),
        types=tuple(arguments.type),
        everything=arguments.all,
        hide=tuple(arguments.hide),
        show=tuple(arguments.show),
        kind=arguments.kind,
    )
    purpose = arguments.purpose or DEFAULT_PURPOSE[language]
    request = IssueRequest(arguments.account, choice, language, purpose, valid_days=arguments.valid_days)
    with context.bank() as bank:
        made = make_offer(bank, OfferWish(request, arguments.flat, arguments.tx_code), now=context.clock())
    until = utc_text(made.expires_at)
    document = {
        "id": made.id,
        "offer": made.by_reference,
        "offer_by_value": made.by_value,
        "tx_code": made.tx_code,
        "configurations": [*made.configurations],
        "expires_at": until,
    }
    lines = [context.text("offer.made", uri=made.by_reference, until=until)]
    if made.tx_code is not None:
        lines.append(context.text("offer.code", code=made.tx_code))
    picture = qr_lines(made.by_reference) if sys.stdout.isatty() else []
    context.answer(document, *picture, *lines)
    return 0
