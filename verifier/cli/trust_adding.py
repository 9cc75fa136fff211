"""`trust add`: read what is offered, show its fingerprint, and ask a person whether it is the right one."""

import argparse
import sys
from pathlib import Path
from typing import Final

from credential_schemas.limits import MAX_TRUST_BUNDLE_BYTES
from credential_schemas.report.messages import Language
from verifier.cli.options import language_of
from verifier.cli.telling import tell
from verifier.errors import OptionError, TrustFileError
from verifier.rendering.plain_text import harmless
from verifier.rendering.words import word
from verifier.trust_files import Offered, offered_list_or_bundle
from verifier.trust_sources import fetched

_YES: Final = ("y", "yes", "예")


def confirmed_offer(arguments: argparse.Namespace, *, now: int) -> tuple[Offered, str | None]:
    """Return the list or bundle that a person, or `--fingerprint`, has confirmed, and the URL it came from.

    Raises:
        OptionError: there is nobody to ask and no fingerprint, or the address is not allowed.
        TrustFileError: it cannot be read, was not confirmed, or is of a test issuer without `--dev`.
        BundleRefused: it is a bundle that could not be believed.
        FetchError: the network failed.
    """
    remote = arguments.source.startswith(("https://", "http://"))
    data = fetched(arguments.source, development=arguments.dev) if remote else _read(Path(arguments.source))
    offer = offered_list_or_bundle(data, now=now)
    language = language_of(arguments)
    _describe(offer, language)
    if not arguments.dev and any(issuer.development for issuer in offer.trust.issuers.values()):
        raise TrustFileError(
            "expected a real issuer, found a test issuer; --dev adds it all the same", kind="test_issuer"
        )
    if arguments.fingerprint is None:
        _confirm(language)
    elif arguments.fingerprint.lower().replace(":", "").replace(" ", "") != offer.fingerprint:
        raise TrustFileError(
            "expected the fingerprint you gave, found another; nothing was changed", kind="fingerprint"
        )
    return offer, arguments.source if remote else None


def _read(source: Path) -> bytes:
    try:
        with source.open("rb") as file:
            return file.read(MAX_TRUST_BUNDLE_BYTES + 1)
    except OSError as error:
        raise TrustFileError(f"expected a readable trust list, found: {error.strerror}", kind="unreadable") from error


def _describe(offer: Offered, language: Language) -> None:
    kind = word("trust_kind_bundle" if offer.bundle is not None else "trust_kind_list", language)
    tell(word("trust_fingerprint", language, fingerprint=offer.fingerprint, kind=kind))
    for issuer in offer.trust.issuers.values():
        name = "trust_offered_test" if issuer.development else "trust_offered"
        tell(word(name, language, issuer=harmless(issuer.id), called=harmless(issuer.name[language])))
        for kid, key in issuer.keys.items():
            tell(word("trust_offered_key", language, kid=harmless(kid), thumbprint=key.thumbprint()))


def _confirm(language: Language) -> None:
    """Ask a person whether the fingerprint is the one the issuer made known elsewhere."""
    if not sys.stdin.isatty():
        raise OptionError(
            "expected --fingerprint where nobody can be asked; ask the issuer for it by another way",
            kind="fingerprint_missing",
        )
    print(word("trust_ask", language), end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in _YES:
        raise TrustFileError("the list was not confirmed; nothing was changed", kind="not_confirmed")
