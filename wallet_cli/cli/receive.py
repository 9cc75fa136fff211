"""`cb-wallet receive OFFER`: receive credentials from an issuer of the trust list (OpenID4VCI)."""

import argparse
import json
import sys
import time
import webbrowser
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from wallet_cli.cli.context import CommandContext
from wallet_cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from wallet_cli.asking import Received

SUMMARY = "receive credentials that an issuer offers"
EXAMPLE = "cb-wallet receive 'openid-credential-offer://?credential_offer_uri=...' --tx-code 123456"

_SIGN_IN: Final = {
    "ko": "브라우저에서 이 주소를 열어 로그인하고 무엇을 받을지 고르세요: {address}",
    "en": "Open this address in a browser, sign in and choose what to receive: {address}",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's own options."""
    parser.add_argument("offer", metavar="OFFER", help="the link of the offer, or '-' to read it from stdin")
    parser.add_argument("--tx-code", metavar="N", help="the transaction code that came another way")
    parser.add_argument(
        "--browser", action="store_true", help="open the issuer's page, where you sign in, in the browser"
    )
    parser.add_argument(
        "--copies", metavar="N", type=_count, default=10, help="copies of each credential (default: 10)"
    )


def run(arguments: argparse.Namespace, context: CommandContext) -> ExitCode:
    """Receive, check and keep what is offered."""
    from keys.errors import FetchError
    from keys.fetch import Fetcher, Network
    from keys.trust_list import TrustedIssuer
    from wallet_cli.asking import Outside
    from wallet_cli.errors import ServiceUnreachable
    from wallet_cli.issuance import Order, receive
    from wallet_cli.loopback import LoopbackBrowser
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

    def page(address: str) -> None:
        if not (arguments.browser and webbrowser.open(address)):
            print(_SIGN_IN[context.language].format(address=address), file=sys.stderr, flush=True)

    with ExitStack() as stack:
        browser = stack.enter_context(LoopbackBrowser(page)) if offer.sign_in else None
        outside = Outside(
            lambda *, bearer=None: door(offer.issuer, bearer), trust, context.now, browser, wait=time.sleep
        )
        receive(order, vault, outside, kept=lambda each: _say(each, arguments, context))
    return ExitCode.DONE


def _say(each: "Received", arguments: argparse.Namespace, context: CommandContext) -> None:
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


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError("expected a number from 1 to 100")
    return int(text)
