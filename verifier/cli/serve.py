"""`cb-verifier serve`: the checking service over HTTP."""

import argparse
import os
import sys
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from keys.values import replace
from verifier.cli.options import add_language, add_trust, language_of
from verifier.errors import VerifierError
from verifier.settings import Settings

if TYPE_CHECKING:
    from keys.gate.telling import Telling
    from verifier.app import ChangeableTrust, Offers
    from verifier.checks.rules import Rules
    from verifier.jobs.deliveries import Deliveries
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
    parser.add_argument(
        "--dev",
        action="store_true",
        help="development: webhooks, OpenID providers, wallets and issuers added by hand may be on this machine",
    )
    add_trust(parser)
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve until stopped."""
    from keys.errors import GateError
    from verifier.cli.telling import tell_refusal
    from verifier.confirmations import read_issuer_tokens

    settings = Settings.from_environment(os.environ)
    try:
        rules, proxies, desk = _rules(arguments, settings), settings.proxies(), _desk(settings)
        settings.kept_days()
        read_issuer_tokens(settings.issuer_tokens)
        deliveries = _deliveries(arguments, settings)
    except VerifierError as error:
        return tell_refusal("serve", error, language_of(arguments))
    from verifier.app import Offers

    try:
        folder = settings.state_folder / "jobs" if settings.state_folder is not None else None
        contact = _security_txt(settings)
        offers = Offers(desk, folder, settings.kept_days(), deliveries, security_txt=contact)
        _serve(arguments, rules, settings=settings, proxies=proxies, offers=offers)
    except (GateError, VerifierError) as error:
        return tell_refusal("serve", error, language_of(arguments))
    return 0


def _desk(settings: Settings) -> "ReceiptDesk | None":
    """The service gives receipts when it has the passphrase of their key."""
    if settings.passphrase is None:
        return None
    from verifier.receipt.making import ReceiptDesk
    from verifier.receipt.signing_key import open_receipt_key

    return ReceiptDesk(open_receipt_key(settings.config_folder, passphrase=settings.passphrase), settings.name)


def _security_txt(settings: Settings) -> Callable[[], bytes | None] | None:
    """What is shown of the operator's security.txt, if there is one."""
    if settings.security_txt is None:
        return None
    from keys.gate.security_txt import SecurityTxt

    contact = SecurityTxt.read(settings.security_txt)
    return lambda: contact.shown(datetime.now(UTC))


def _deliveries(arguments: argparse.Namespace, settings: Settings) -> "Deliveries | None":
    """Whoever is to be told of finished jobs; nobody without a file of webhooks, or offline."""
    from verifier.jobs.webhooks import deliver_over_network, read_webhooks

    webhooks = read_webhooks(settings.webhooks, development=arguments.dev)
    if not webhooks or arguments.offline:
        return None
    from verifier.app import utc_now
    from verifier.jobs.deliveries import Deliveries

    if arguments.dev:
        print("cb-verifier serve: --dev: webhooks may lead to this machine", file=sys.stderr)
    return Deliveries(webhooks, deliver=deliver_over_network(development=arguments.dev), now=utc_now)


def _serve(
    arguments: argparse.Namespace, rules: "Rules", *, settings: Settings, proxies: int, offers: "Offers"
) -> None:
    from credential_schemas.report.outcomes import Verdict
    from keys.gate.gate import Visitors
    from keys.gate.server import listen, serve
    from keys.gate.telling import telling
    from verifier.app import RULES, create_app
    from verifier.cli.own_address import address_at
    from verifier.cli.serving_people import entrance_of_settings
    from verifier.cli.serving_requests import asks_of_settings
    from verifier.confirmations import ask_listed_issuer, read_issuer_tokens
    from verifier.receipt.signing_key import published_keys

    visitors = Visitors.open(
        rate_storage=settings.rate_storage,
        trusted_proxies=proxies,
        token_file=settings.tokens,
        scopes=frozenset(RULES.scopes.values()),
    )
    ask = None if arguments.offline else ask_listed_issuer(read_issuer_tokens(settings.issuer_tokens))
    trust = _changeable_trust(arguments, settings)
    keys = partial(published_keys, settings.config_folder)
    host, port, limits = arguments.host, arguments.port, visitors.limits
    entrance = entrance_of_settings(settings, limits=limits, host=host, port=port, development=arguments.dev)
    now = datetime.now(UTC)
    asks = asks_of_settings(settings, host=host, port=port, development=arguments.dev, now=now)
    offers = replace(offers, entrance=entrance, trust=trust, receipt_keys=keys, asks=asks)
    drain_s = settings.drain_s()
    with telling(_telling(settings, RULES.bodies)) as teller:
        if teller.metrics is not None:
            count = teller.metrics.counter("cb_checks", "Checks.", label="verdict", values=list(Verdict))
            offers = replace(offers, count=count, show=teller.metrics.read_when_asked)
        app = teller.before(create_app(rules, ask=ask, visitors=visitors, offers=offers))
        listening = listen(host, port)

        def ready() -> None:
            print(f"listening: {address_at(host, port)}", flush=True)

        serve(app, listening, ready=ready, drain_s=drain_s, log_form=settings.log)


def _telling(settings: Settings, known: Collection[str]) -> "Telling":
    """What the settings say of what the service tells about itself."""
    from keys.gate.telling import Telling

    where, share, pass_on = settings.traces, settings.traces_share, settings.traces_pass_on
    return Telling(
        "cb-verifier", settings.metrics, settings.log, where, traces_share=share, traces_pass_on=pass_on, known=known
    )


def _changeable_trust(arguments: argparse.Namespace, settings: Settings) -> "ChangeableTrust | None":
    """The trust list that administrators change on the settings page: a list in a file, not a bundle."""
    from credential_schemas.trust_bundle import is_trust_bundle
    from verifier.app import ChangeableTrust
    from verifier.cli.trust_given import state_of
    from verifier.trust_administration import TrustPlace
    from verifier.trust_files import read_trust_bytes

    path = arguments.trust or settings.trust_file
    if path is None or is_trust_bundle(read_trust_bytes(path)):
        return None
    place = TrustPlace(path, state_of(settings), development=arguments.dev)
    return ChangeableTrust(place, lambda: _rules(arguments, settings))


def _rules(arguments: argparse.Namespace, settings: Settings) -> "Rules":
    from verifier.checks.rules import Rules
    from verifier.cli.trust_given import profile_of, state_of, trust_of
    from verifier.statuses.lookup import Freshness, StatusLookup, StatusSources
    from verifier.statuses.network import fetch_from_listed_origins, fetch_listings_from_listed_origins
    from verifier.statuses.published import PublishedLists
    from verifier.statuses.status_map import read_status_map

    profile, state = profile_of(arguments, settings), state_of(settings)
    trust = trust_of(arguments, settings, state=state, now=int(datetime.now(UTC).timestamp()))
    sources = StatusSources(
        prefetched=read_status_map(arguments.status_map) if arguments.status_map is not None else {},
        fetch=None if arguments.offline else fetch_from_listed_origins(),
        state=state,
        bundled=trust.bundled,
        published=None if arguments.offline else PublishedLists(fetch_listings_from_listed_origins()),
    )
    statuses = StatusLookup(
        sources, freshness=Freshness(profile.status_grace_s), reuse_s=_STATUS_REUSE_S, retry_s=_STATUS_RETRY_S
    )
    return Rules(trust.trust, statuses, profile=profile, nonces=state, trust_sha256=trust.sha256)
