"""`trust add`: read what is offered, show its fingerprint, and ask a person whether it is the right one."""

import argparse
import sys
from pathlib import Path

from credential_schemas.limits import MAX_TRUST_BUNDLE_BYTES
from verifier.errors import OptionError, TrustFileError
from verifier.rendering.plain_text import harmless
from verifier.trust_files import Offered, offered_list_or_bundle
from verifier.trust_sources import fetched


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
    _describe(offer)
    if not arguments.dev and any(issuer.development for issuer in offer.trust.issuers.values()):
        raise TrustFileError(
            "expected a real issuer, found a test issuer; --dev adds it all the same", kind="test_issuer"
        )
    if arguments.fingerprint is None:
        _confirm()
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


def _describe(offer: Offered) -> None:
    kind = "key of the bundle" if offer.bundle is not None else "file"
    print(f"fingerprint (SHA-256): {offer.fingerprint} ({kind})", file=sys.stderr)
    for issuer in offer.trust.issuers.values():
        mark = " (test issuer)" if issuer.development else ""
        print(f"issuer: {harmless(issuer.id)} {harmless(issuer.name['ko'])}{mark}", file=sys.stderr)
        for kid, key in issuer.keys.items():
            print(f"  key {harmless(kid)}, thumbprint {key.thumbprint()}", file=sys.stderr)


def _confirm() -> None:
    """Ask a person whether the fingerprint is the one the issuer made known elsewhere."""
    if not sys.stdin.isatty():
        raise OptionError(
            "expected --fingerprint where nobody can be asked; ask the issuer for it by another way",
            kind="fingerprint_missing",
        )
    print("Is this the fingerprint the issuer told you by another way? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise TrustFileError("the list was not confirmed; nothing was changed", kind="not_confirmed")
