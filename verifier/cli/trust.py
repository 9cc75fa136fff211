"""`cb-verifier trust`: the verifier's own trust list: add issuers by their fingerprint, refresh, list, remove."""

import argparse
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from verifier.cli.options import add_action, add_language, add_trust, language_of
from verifier.errors import TrustMissing, VerifierError
from verifier.settings import Settings

SUMMARY = "Say whose certificates to believe: add, list, refresh or remove issuers of the trust list."
EXAMPLES = """examples:
  cb-verifier trust add https://bank.example/trust-bundle.jwt
  cb-verifier trust add trust.json --fingerprint 3f2a...
  cb-verifier trust list
  cb-verifier trust refresh
  cb-verifier trust refresh bank.bundle
  cb-verifier trust remove https://bank.example"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the four verbs and their options."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    add = add_action(verbs, "add", "add the issuers of a trust list or bundle", "cb-verifier trust add trust.json")
    add.add_argument("source", metavar="FILE|URL", help="a trust list or bundle, or the https address of one")
    add.add_argument(
        "--fingerprint", metavar="HEX", help="the fingerprint it must have; needed without a terminal to ask at"
    )
    add.add_argument("--dev", action="store_true", help="accept a test issuer, also on this machine; for development")
    show = add_action(
        verbs, "list", "list the trusted issuers and how fresh their bundles are", "cb-verifier trust list"
    )
    refresh = add_action(
        verbs,
        "refresh",
        "fetch newer signed bundles of the issuers, or take them from files",
        "cb-verifier trust refresh",
    )
    refresh.add_argument("bundles", nargs="*", type=Path, metavar="BUNDLE", help="bundle files; none means the network")
    for verb in (show, refresh):
        verb.add_argument("--json", action="store_true", help="print one JSON document")
    remove = add_action(verbs, "remove", "stop believing an issuer", "cb-verifier trust remove https://bank.example")
    remove.add_argument("issuer", metavar="ID", help="the issuer's id as `trust list` shows it")
    for verb in (add, show, refresh, remove):
        add_trust(verb)
        add_language(verb)


def run(arguments: argparse.Namespace) -> int:
    """Carry out one verb and return the exit code."""
    from keys.errors import FetchError
    from verifier.cli.telling import tell_refusal

    settings, now = Settings.from_environment(os.environ), int(datetime.now(UTC).timestamp())
    verbs: dict[str, Callable[[argparse.Namespace, Path], int]] = {
        "add": lambda given, path: _add(given, path, now=now),
        "list": lambda given, path: _list(given, path, now=now),
        "refresh": lambda given, path: _refresh(given, path, settings=settings, now=now),
        "remove": lambda given, path: _remove(given, path, now=now),
    }
    try:
        path = arguments.trust or settings.trust_file
        if path is None:
            raise TrustMissing("expected a place for the trust list, found no home folder")
        return verbs[arguments.verb](arguments, path)
    except (FetchError, VerifierError) as error:
        return tell_refusal("trust", error, language_of(arguments))


def _add(arguments: argparse.Namespace, path: Path, *, now: int) -> int:
    from verifier.cli.trust_adding import confirmed_offer
    from verifier.rendering.plain_text import harmless
    from verifier.rendering.words import word
    from verifier.trust_folder import TrustFolder

    offer, source = confirmed_offer(arguments, now=now)
    for issuer in TrustFolder(path).add(offer, source=source, now=now):
        print(word("trust_added", language_of(arguments), issuer=harmless(issuer)))
    return 0


def _list(arguments: argparse.Namespace, path: Path, *, now: int) -> int:
    import json

    from verifier.trust_listing import listing

    found = listing(path, now=now)
    if arguments.json:
        print(json.dumps(found.document()))
        return 0
    for line in found.lines(language_of(arguments)):
        print(line)
    return 0


def _refresh(arguments: argparse.Namespace, path: Path, *, settings: Settings, now: int) -> int:
    import json

    from verifier.cli.trust_given import state_of
    from verifier.exit_codes import worst
    from verifier.trust_in_use import TrustContext
    from verifier.trust_refreshing import refresh, refresh_text

    results = refresh(path, arguments.bundles, TrustContext(path, state_of(settings), now))
    if arguments.json:
        print(json.dumps({"issuers": [result.document() for result in results]}))
    else:
        for result in results:
            print(refresh_text(result, language_of(arguments)))
    return worst(result.exit_code for result in results) if results else 0


def _remove(arguments: argparse.Namespace, path: Path, *, now: int) -> int:
    from verifier.rendering.plain_text import harmless
    from verifier.rendering.words import word
    from verifier.trust_folder import TrustFolder

    TrustFolder(path).remove(arguments.issuer, now=now)
    print(word("trust_removed", language_of(arguments), issuer=harmless(arguments.issuer)))
    return 0
