"""`cb-verifier trust`: the verifier's own trust list: add issuers after a look at the fingerprint, list, remove."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from verifier.cli.options import add_language, add_trust, language_of
from verifier.errors import OptionError, TrustFileError, TrustMissing, VerifierError
from verifier.settings import Settings

if TYPE_CHECKING:
    from verifier.trust_files import Offered

SUMMARY = "Say whose certificates to believe: add, list or remove issuers of the trust list."
EXAMPLES = """examples:
  cb-verifier trust add trust.json
  cb-verifier trust add https://bank.example/trust.json --fingerprint 3f2a...
  cb-verifier trust list
  cb-verifier trust remove https://bank.example"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the three verbs and their options."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    add = verbs.add_parser(
        "add", help="add the issuers of a trust list", epilog="example: cb-verifier trust add f.json"
    )
    add.add_argument("source", metavar="FILE|URL", help="a trust.json, or the https address of one")
    add.add_argument(
        "--fingerprint", metavar="HEX", help="SHA-256 the list must have; needed for a URL without a terminal"
    )
    show = verbs.add_parser("list", help="list the trusted issuers", epilog="example: cb-verifier trust list --json")
    show.add_argument("--json", action="store_true", help="print one JSON document")
    remove = verbs.add_parser(
        "remove", help="stop believing an issuer", epilog="example: cb-verifier trust remove https://bank.example"
    )
    remove.add_argument("issuer", metavar="ID", help="the issuer's id as `trust list` shows it")
    for verb in (add, show, remove):
        add_trust(verb)
        add_language(verb)


def run(arguments: argparse.Namespace) -> int:
    """Carry out one verb and return the exit code."""
    from keys.errors import FetchError
    from verifier.exit_codes import OF_ERROR, ExitCode
    from verifier.rendering.plain_text import harmless
    from verifier.rendering.words import word

    settings = Settings.from_environment(os.environ)
    verbs: dict[str, Callable[[argparse.Namespace, Path], None]] = {"add": _add, "list": _list, "remove": _remove}
    try:
        path = arguments.trust or settings.trust_file
        if path is None:
            raise TrustMissing("expected a place for the trust list, found no home folder")
        verbs[arguments.verb](arguments, path)
    except TrustMissing:
        print(f"cb-verifier trust: {word('trust_missing', language_of(arguments))}", file=sys.stderr)
        return ExitCode.USAGE
    except FetchError as error:
        print(f"cb-verifier trust: {harmless(error.message)}", file=sys.stderr)
        return ExitCode.REFUSED
    except VerifierError as error:
        print(f"cb-verifier trust: {harmless(str(error))}", file=sys.stderr)
        return OF_ERROR[type(error)]
    return 0


def _add(arguments: argparse.Namespace, path: Path) -> None:
    from verifier.rendering.plain_text import harmless
    from verifier.trust_files import add_issuers

    remote = arguments.source.startswith(("https://", "http://"))
    new = _fetched(arguments.source) if remote else _from_file(Path(arguments.source))
    _describe(new)
    if arguments.fingerprint is not None:
        if arguments.fingerprint.lower().replace(":", "") != new.fingerprint:
            raise TrustFileError("expected the fingerprint you gave, found another; nothing was changed")
    elif remote:
        _confirm()
    for issuer in add_issuers(path, new):
        print(f"trusted: {harmless(issuer)}")


def _from_file(source: Path) -> "Offered":
    from verifier.trust_files import offered

    try:
        return offered(source.read_bytes())
    except OSError as error:
        raise TrustFileError(f"expected a readable trust list, found: {error.strerror}") from error


def _fetched(url: str) -> "Offered":
    from urllib.parse import urlsplit

    from keys.errors import UrlError
    from keys.fetch import Fetcher
    from keys.limits import MAX_TRUST_LIST_BYTES
    from verifier.trust_files import offered

    parts = urlsplit(url)
    try:
        fetcher = Fetcher([f"{parts.scheme}://{parts.netloc}"])
    except UrlError as error:
        raise OptionError(error.message) from error
    return offered(fetcher.get(url, accept="application/json", max_bytes=MAX_TRUST_LIST_BYTES))


def _describe(new: "Offered") -> None:
    from verifier.rendering.plain_text import harmless

    print(f"fingerprint (SHA-256): {new.fingerprint}", file=sys.stderr)
    for issuer in new.trust.issuers.values():
        mark = " (test issuer)" if issuer.development else ""
        print(f"issuer: {harmless(issuer.id)} {harmless(issuer.name['ko'])}{mark}", file=sys.stderr)
        for kid, key in issuer.keys.items():
            print(f"  key {harmless(kid)}, thumbprint {key.thumbprint()}", file=sys.stderr)


def _confirm() -> None:
    """Ask a person whether the fingerprint is the one the issuer made known elsewhere."""
    if not sys.stdin.isatty():
        raise OptionError("expected --fingerprint for a list from the network; ask the issuer for it by another way")
    print("Is this the fingerprint the issuer told you by another way? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise TrustFileError("the list was not confirmed; nothing was changed")


def _list(arguments: argparse.Namespace, path: Path) -> None:
    import json

    from verifier.rendering.plain_text import harmless
    from verifier.trust_files import read_trust

    trust = read_trust(path)
    if arguments.json:
        issuers = [
            {"id": issuer.id, "name": dict(issuer.name), "keys": sorted(issuer.keys), "dev": issuer.development}
            for issuer in trust.issuers.values()
        ]
        print(json.dumps({"version": trust.version, "issuers": issuers}))
        return
    for issuer in trust.issuers.values():
        mark = " (test issuer)" if issuer.development else ""
        print(f"{harmless(issuer.id)}  {harmless(issuer.name['ko'])} / {harmless(issuer.name['en'])}{mark}")


def _remove(arguments: argparse.Namespace, path: Path) -> None:
    from verifier.trust_files import remove_issuer

    remove_issuer(path, arguments.issuer)
    print(f"removed: {arguments.issuer}")
