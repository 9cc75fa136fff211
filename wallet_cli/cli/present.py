"""`cb-wallet present`: show credentials to a verifier, after seeing exactly what would leave.

A verifier that speaks OpenID4VP is answered by its request; for any other a presentation is written for its name and
nonce (`presenting_by_hand`).
"""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wallet_cli.cli.context import CommandContext
from wallet_cli.cli.presenting_by_hand import agreed, may_ask, present_by_hand
from wallet_cli.errors import FileUnreadable, OptionsWrong
from wallet_cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from wallet_cli.presenting.choosing import Proposal
    from wallet_cli.presenting.held import Holdings
    from wallet_cli.presenting.request import PresentationRequest
    from wallet_cli.presenting.sending import Opener

SUMMARY = "present credentials to a verifier; shows what would leave and asks first"
EXAMPLE = "cb-wallet present --request 'openid4vp://?client_id=x509_hash:...&request_uri=...'"

_MAX_LINK = 64 * 1024
_MAX_FILE_BYTES = 256 * 1024
_NONCE_BYTES = 32
_END = "-----END CERTIFICATE-----"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's own options."""
    parser.add_argument("--request", metavar="LINK", help="the link of the request, or '-' for stdin")
    parser.add_argument("--aud", metavar="A", help="a verifier without a request: the name it must be made for")
    parser.add_argument("--nonce", metavar="N", help="and the nonce that this verifier gave")
    parser.add_argument("--item", metavar="ID", help="with --aud: which credential (from 'cb-wallet list')")
    parser.add_argument("--entry", action="append", default=[], metavar="E", help="only this entry: qualifications[0]")
    parser.add_argument("--field", action="append", default=[], metavar="PATH", help="only this: trainings[0].hours")
    parser.add_argument("--out", type=Path, metavar="FILE", help="with --aud: where it goes (default: stdout)")
    parser.add_argument("--yes", action="store_true", help="present without asking; the answer still says what left")
    parser.add_argument(
        "--verifiers", type=Path, metavar="FILE", help="PEM file of the roots of known verifiers (WALLET_VERIFIERS)"
    )
    parser.add_argument("--credential", type=Path, metavar="FILE", help="a credential in a file, not of the wallet")
    parser.add_argument("--key", metavar="URI", help="its holder's key: file:KEY.pem (WALLET_PASSPHRASE opens it)")
    parser.add_argument("--dev", action="store_true", help="development: verifiers on this machine, unsigned requests")


def run(arguments: argparse.Namespace, context: CommandContext) -> ExitCode:
    """Judge the request, show what would leave, ask, and send; or make a presentation for a verifier without one."""
    by_hand = arguments.aud is not None
    if by_hand is not (arguments.nonce is not None) or by_hand is (arguments.request is not None):
        raise OptionsWrong("Expected either --request, or --aud and --nonce.")
    if by_hand:
        return present_by_hand(arguments, context, _holdings(arguments, context))
    if arguments.item is not None or arguments.out is not None:
        raise OptionsWrong("Expected --item and --out only with --aud: an answer goes to the verifier that asks.")
    return _answer(arguments, context)


def _answer(arguments: argparse.Namespace, context: CommandContext) -> ExitCode:
    import secrets

    from keys.encoding import b64url_encode
    from keys.fetch import Fetcher
    from wallet_cli.presenting.choosing import Narrowing, propose
    from wallet_cli.presenting.request import Known
    from wallet_cli.presenting.sending import fetch_request

    def open_door(origin: str) -> Fetcher:
        return Fetcher({origin}, allow_loopback=arguments.dev)

    link = sys.stdin.readline(_MAX_LINK + 1) if arguments.request == "-" else arguments.request
    known = Known(_roots(arguments, context), context.unix_now(), arguments.dev)
    request = fetch_request(
        link, known=known, open_door=open_door, new_nonce=lambda: b64url_encode(secrets.token_bytes(_NONCE_BYTES))
    )
    holdings = _holdings(arguments, context)
    narrowing = Narrowing(tuple(arguments.entry), tuple(arguments.field))
    proposal = propose(request, holdings.held(), now=context.unix_now(), narrowing=narrowing)
    if not arguments.json:
        _show(request, proposal, context)
    if not _agreed(arguments, context):
        return _declined(request, proposal, arguments=arguments, context=context, open_door=open_door)
    return _present(request, proposal, holdings, arguments=arguments, context=context)


def _present(
    request: "PresentationRequest",
    proposal: "Proposal",
    holdings: "Holdings",
    *,
    arguments: argparse.Namespace,
    context: CommandContext,
) -> ExitCode:
    from keys.fetch import Fetcher
    from wallet_cli.presenting.choosing import bound_presentations
    from wallet_cli.presenting.preview import preview_json, word
    from wallet_cli.presenting.sending import send_presentations

    presentations = bound_presentations(request, proposal, now=context.unix_now())
    for each in proposal.leaving:
        holdings.note_presented(each.held.id, request.client_id)  # before it leaves: it may arrive and we not know
    address = send_presentations(
        request, presentations, open_door=lambda origin: Fetcher({origin}, allow_loopback=arguments.dev)
    )
    if arguments.json:
        document = {**preview_json(request, proposal), "sent": True, "redirect_uri": address}
        print(json.dumps(document, ensure_ascii=False), file=context.out)
        return ExitCode.DONE
    print(word("sent", context.language), file=context.out)
    if address is not None:
        print(word("go_on", context.language, url=address), file=context.out)
    return ExitCode.DONE


def _declined(
    request: "PresentationRequest",
    proposal: "Proposal",
    *,
    arguments: argparse.Namespace,
    context: CommandContext,
    open_door: "Opener",
) -> ExitCode:
    """Send nothing of the holder; only somebody who was asked and said no lets the verifier know."""
    from wallet_cli.presenting.preview import preview_json, word
    from wallet_cli.presenting.sending import send_error

    if arguments.json:
        document = {**preview_json(request, proposal), "sent": False, "redirect_uri": None}
        print(json.dumps(document, ensure_ascii=False), file=context.out)
        return ExitCode.DONE
    if not may_ask():
        print(word("not_asked", context.language), file=sys.stderr)
        return ExitCode.USAGE
    print(word("declined", context.language), file=context.out)
    send_error(request, "access_denied", open_door=open_door)
    return ExitCode.DONE


def _show(request: "PresentationRequest", proposal: "Proposal", context: CommandContext) -> None:
    from wallet_cli.presenting.preview import preview_lines

    for line in preview_lines(request, proposal, context.language):
        print(line, file=context.out)


def _agreed(arguments: argparse.Namespace, context: CommandContext) -> bool:
    from wallet_cli.presenting.preview import word

    return agreed(arguments, word("ask", context.language), out=context.out)


def _roots(arguments: argparse.Namespace, context: CommandContext) -> tuple[str, ...]:
    path = arguments.verifiers or context.settings.verifiers
    if path is None or (arguments.verifiers is None and not path.exists()):
        return ()
    parts = _read(path).split(_END)
    return tuple(f"{part.strip()}\n{_END}\n" for part in parts if part.strip())


def _holdings(arguments: argparse.Namespace, context: CommandContext) -> "Holdings":
    from wallet_cli.presenting.held import OneCredential, VaultHoldings

    if arguments.credential is None:
        if arguments.key is not None:
            raise OptionsWrong("Expected --key only with --credential: the wallet has the keys of what it holds.")
        return VaultHoldings(context.vault())
    if arguments.key is None:
        return OneCredential(_read(arguments.credential).strip(), None)
    from keys.errors import KeysError
    from keys.key_uris import open_signer

    try:
        holder = open_signer(arguments.key, secrets=lambda _: context.passphrase())
    except KeysError as error:
        raise FileUnreadable(f"Expected the holder's key: {error.message}.") from error
    return OneCredential(_read(arguments.credential).strip(), holder)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_FILE_BYTES + 1)
    except OSError as error:
        msg = f"Expected a readable file, but {path} could not be opened: {error.strerror}."
        raise FileUnreadable(msg, kind="missing") from error
    if len(data) > _MAX_FILE_BYTES:
        msg = f"Expected at most {_MAX_FILE_BYTES >> 10} KiB, but {path} is larger."
        raise FileUnreadable(msg, kind="too_large")
    return data.decode("ascii", "replace")
