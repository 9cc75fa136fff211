"""`cb-issuer offer`: offer credentials to the wallet of an account's holder (OpenID4VCI)."""

import argparse
import sys

from issuer.cli.choosing import add_choice, add_terms, choice_of, language_of
from issuer.cli.context import CommandContext

SUMMARY = "offer a certificate, or single entries, to a wallet: a link, a QR code and a transaction code"
EXAMPLE = "cb-issuer offer --account 7k2m9qxdab --all --tx-code"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--account", metavar="ID", required=True, help="account of the holder")
    add_choice(parser, title="what is offered")
    add_terms(parser)
    parser.add_argument("--flat", action="store_true", help="each entry as a credential of its own, one of a kind")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--tx-code", action="store_true", help="ask for a transaction code, which is printed here")
    how.add_argument("--sign-in", action="store_true", help="the holder signs in and allows it on a page of the bank")


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Make the offer and show it."""
    from credential_schemas.look.qr_codes import qr_lines
    from issuer.issuing.claims import DEFAULT_PURPOSE, IssueRequest
    from issuer.openid4vci.offers import OfferWish, make_offer
    from issuer.times import utc_text

    language = language_of(arguments)
    purpose = arguments.purpose or DEFAULT_PURPOSE[language]
    request = IssueRequest(arguments.account, choice_of(arguments), language, purpose, valid_days=arguments.valid_days)
    with context.bank() as bank:
        wish = OfferWish(request, arguments.flat, arguments.tx_code, sign_in=arguments.sign_in)
        made = make_offer(bank, wish, now=context.clock())
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
