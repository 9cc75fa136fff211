"""`cb-verifier serve`: the checking service over HTTP."""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from verifier.cli.options import add_language, add_trust, language_of
from verifier.errors import VerifierError
from verifier.settings import Settings

if TYPE_CHECKING:
    from verifier.checks.rules import Rules
    from verifier.receipt.making import ReceiptDesk

SUMMARY = "Serve the check over HTTP (POST /api/v1/checks)."
EXAMPLES = """examples:
  cb-verifier serve --trust trust.json
  cb-verifier serve --host 0.0.0.0 --port 8080 --profile rules.json"""

_STATUS_REUSE_S = 10
_STATUS_RETRY_S = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8081, help="port to listen on (default: 8081)")
    parser.add_argument("--profile", type=Path, metavar="FILE", help="verification rules (default: VERIFIER_PROFILE)")
    parser.add_argument(
        "--status-map", type=Path, metavar="FILE", help="JSON file that names a token file for each list"
    )
    parser.add_argument("--offline", action="store_true", help="never use the network")
    add_trust(parser)
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve until stopped."""
    from keys.errors import GateError
    from verifier.confirmations import read_issuer_tokens
    from verifier.exit_codes import OF_ERROR, ExitCode
    from verifier.rendering.plain_text import harmless
    from verifier.rendering.refusals import sentence_of

    settings = Settings.from_environment(os.environ)
    try:
        rules, proxies, desk = _rules(arguments, settings), settings.proxies(), _desk(settings)
        settings.kept_days()
        read_issuer_tokens(settings.issuer_tokens)
    except VerifierError as error:
        print(f"cb-verifier serve: {sentence_of(error, language_of(arguments))}", file=sys.stderr)
        return OF_ERROR[type(error)]
    try:
        _serve(arguments, rules, settings=settings, proxies=proxies, desk=desk)
    except GateError as error:
        print(f"cb-verifier serve: {harmless(error.message)}", file=sys.stderr)
        return ExitCode.REFUSED
    return 0


def _desk(settings: Settings) -> "ReceiptDesk | None":
    """The service gives receipts when it has the passphrase of their key."""
    if settings.passphrase is None:
        return None
    from verifier.receipt.making import ReceiptDesk
    from verifier.receipt.signing_key import open_receipt_key

    return ReceiptDesk(open_receipt_key(settings.config_folder, passphrase=settings.passphrase), settings.name)


def _serve(
    arguments: argparse.Namespace, rules: "Rules", *, settings: Settings, proxies: int, desk: "ReceiptDesk | None"
) -> None:
    from keys.gate.gate import Visitors
    from keys.gate.server import listen, serve
    from verifier.app import Offers, create_app
    from verifier.confirmations import ask_listed_issuer, read_issuer_tokens

    visitors = Visitors.open(rate_storage=settings.rate_storage, trusted_proxies=proxies, token_file=settings.tokens)
    ask = None if arguments.offline else ask_listed_issuer(read_issuer_tokens(settings.issuer_tokens))
    folder = settings.state_folder / "jobs" if settings.state_folder is not None else None
    offers = Offers(desk, folder, settings.kept_days())
    app = create_app(rules, ask=ask, visitors=visitors, offers=offers)
    where = f"http://{arguments.host}:{arguments.port}"
    serve(app, listen(arguments.host, arguments.port), ready=lambda: print(f"listening: {where}", flush=True))


def _rules(arguments: argparse.Namespace, settings: Settings) -> "Rules":
    from verifier.checks.rules import Rules
    from verifier.policies.profile import DEFAULT_PROFILE, read_profile
    from verifier.statuses.lookup import Freshness, StatusLookup, StatusSources
    from verifier.statuses.network import fetch_from_listed_origins
    from verifier.statuses.state import StateFolder
    from verifier.statuses.status_map import read_status_map
    from verifier.trust_in_use import TrustContext, trust_in_use

    profile_file = arguments.profile or settings.profile
    profile = read_profile(profile_file) if profile_file is not None else DEFAULT_PROFILE
    state = StateFolder(settings.state_folder) if settings.state_folder is not None else None
    trust = trust_in_use(
        arguments.trust or settings.trust_file,
        TrustContext(settings.trust_file, state, int(datetime.now(UTC).timestamp())),
    )
    sources = StatusSources(
        prefetched=read_status_map(arguments.status_map) if arguments.status_map is not None else {},
        fetch=None if arguments.offline else fetch_from_listed_origins(),
        state=state,
        bundled=trust.bundled,
    )
    statuses = StatusLookup(
        sources, freshness=Freshness(profile.status_grace_s), reuse_s=_STATUS_REUSE_S, retry_s=_STATUS_RETRY_S
    )
    return Rules(trust.trust, statuses, profile=profile, nonces=state, trust_sha256=trust.sha256)
