"""`cb-wallet receive OFFER`: receive credentials from an issuer of the trust list (OpenID4VCI)."""

import argparse
import json
import sys

from wallet_cli.cli.context import CommandContext
from wallet_cli.exit_codes import ExitCode

SUMMARY = "receive credentials that an issuer offers"
EXAMPLE = "cb-wallet receive 'openid-credential-offer://?credential_offer_uri=...' --tx-code 123456"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's own options."""
    parser.add_argument("offer", metavar="OFFER", help="the link of the offer, or '-' to read it from stdin")
    parser.add_argument("--tx-code", metavar="N", help="the transaction code that came another way")
    parser.add_argument(
        "--copies", metavar="N", type=_count, default=10, help="copies of each credential (default: 10)"
    )


def run(arguments: argparse.Namespace, context: CommandContext) -> ExitCode:
    """Receive, check and keep what is offered."""
    from keys.errors import FetchError
    from keys.fetch import Fetcher, Network
    from keys.trust_list import TrustedIssuer
    from wallet_cli.errors import ServiceUnreachable
    from wallet_cli.issuance import Order, receive
    from wallet_cli.offer import MAX_OFFER_BYTES, origins_of, read_offer

    trust, vault, network = context.trust_list(), context.vault(), Network()

    def door(issuer: TrustedIssuer, bearer: str | None = None) -> Fetcher:
        origins = origins_of(issuer)
        return Fetcher(origins, allow_loopback=issuer.development, network=network, bearer=bearer)

    def fetch(issuer: TrustedIssuer, address: str) -> bytes:
        try:
            return door(issuer).get(address, accept="application/json", max_bytes=MAX_OFFER_BYTES)
        except FetchError as error:
            raise ServiceUnreachable(f"The offer could not be fetched: {error.message}.", kind=error.kind) from error

    link = sys.stdin.readline(MAX_OFFER_BYTES + 2) if arguments.offer == "-" else arguments.offer
    offer = read_offer(link.strip(), trust=trust, fetch=fetch)
    tx_code = arguments.tx_code
    if tx_code is None and offer.tx_code is not None and sys.stdin and sys.stdin.isatty():
        print("transaction code: ", end="", file=sys.stderr, flush=True)
        tx_code = sys.stdin.readline().strip() or None
    order = Order(offer, tx_code, arguments.copies)
    received = receive(order, vault, lambda *, bearer=None: door(offer.issuer, bearer), trust=trust, now=context.now)
    for each in received:
        titles = [entry.title for entry in each.claims.entries if entry.title]
        if arguments.json:
            document = {
                "id": each.item,
                "configuration": each.configuration,
                "copies": each.copies,
                "issuer": each.claims.issuer,
                "valid_until": each.claims.valid_until.isoformat(),
                "entries": titles,
            }
            print(json.dumps(document, ensure_ascii=False), file=context.out)
        elif context.language == "ko":
            print(f"{each.item} 번호로 받았습니다: {', '.join(titles)} (사본 {each.copies}개)", file=context.out)
        else:
            print(f"Received {each.item}: {', '.join(titles)} ({each.copies} copies)", file=context.out)
    return ExitCode.DONE


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError("expected a number from 1 to 100")
    return int(text)
