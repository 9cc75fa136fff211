"""Whom a run believes, and the status lists that came with it: from a trust list or from a signed bundle.

Rules enforced for a bundle:
* its issuer stands in the installed list: a bundle key pinned there must have signed it, and neither its list nor the
  bundle may be older than what is installed;
* its issuer is not installed: a person named the file, as with a plain list; the signature then proves that the
  bundle is in one piece;
* it is not older than the newest bundle seen of the same key, where something can be remembered.

Source: docs/formats/trust-bundle.md
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from credential_schemas.errors import TrustBundleError
from credential_schemas.trust_bundle import (
    TrustBundle,
    believed_bundle_keys,
    is_trust_bundle,
    read_bundle_by_pins,
)
from keys.jwk import PublicKey
from keys.trust_list import TrustedIssuer, TrustList
from keys.values import dataclass, field
from verifier.errors import BundleRefused, TrustMissing
from verifier.statuses.lookup import BundledLists
from verifier.statuses.state import SeenBundle, StateFolder
from verifier.trust_files import bundle_text, offered, read_trust_bytes
from verifier.trust_folder import TrustFolder, lists_of


@dataclass(frozen=True, slots=True)
class TrustContext:
    """What a bundle is held against.

    Args:
        installed: the installed trust list, whether or not it exists.
        state: what was seen before, or None when nothing can be remembered.
        now: seconds since 1970.
    """

    installed: Path | None
    state: StateFolder | None
    now: int


@dataclass(frozen=True, slots=True)
class TrustInUse:
    """The trust list of a run, and the bytes of the file it came from, which is `folder` or `only_bundle`."""

    trust: TrustList
    data: bytes = field(repr=False)
    folder: TrustFolder | None = None
    only_bundle: TrustBundle | None = None

    @property
    def sha256(self) -> str:
        """The SHA-256 of these bytes in hex, as receipts name them."""
        return hashlib.sha256(self.data).hexdigest()

    def bundle_of(self, issuer: TrustedIssuer) -> TrustBundle | None:
        """Return the bundle of an issuer, expired or not; None where there is none."""
        if self.folder is not None:
            return self.folder.bundle(issuer.id)
        return self.only_bundle

    def bundled(self, issuer: TrustedIssuer) -> BundledLists | None:
        """Return the status lists of the bundle of an issuer, as the status look-up wants them."""
        bundle = self.bundle_of(issuer)
        return lists_of(bundle) if bundle is not None else None


def trust_in_use(chosen: Path | None, context: TrustContext) -> TrustInUse:
    """Read the trust list or bundle that a run is to use.

    Raises:
        TrustMissing: there is no such file.
        TrustFileError: it cannot be read, or is not a trust list.
        BundleRefused: it is a bundle that is not believed.
    """
    if chosen is None:
        raise TrustMissing("expected a trust list, found none")
    data = read_trust_bytes(chosen)
    if is_trust_bundle(data):
        bundle = judged_bundle(data, context, chosen=chosen)
        return TrustInUse(bundle.trust, data, only_bundle=bundle)
    return TrustInUse(offered(data).trust, data, folder=TrustFolder(chosen))


def judged_bundle(data: bytes, context: TrustContext, *, chosen: Path | None = None) -> TrustBundle:
    """Read a bundle by the rules of this module, and remember it as seen.

    Args:
        data: the bundle.
        context: what it is held against.
        chosen: the file it came from, which cannot vouch for itself.

    Raises:
        BundleRefused: it is not believed.
        TrustFileError: the installed list cannot be read.
    """
    folder = _installed_folder(context, chosen)
    installed = folder.trust().issuers if folder is not None else {}

    def pinned(issuer_id: str) -> Mapping[str, PublicKey] | None:
        issuer = installed.get(issuer_id)
        return believed_bundle_keys(issuer, now=context.now) if issuer is not None else None

    try:
        bundle = read_bundle_by_pins(bundle_text(data), pinned=pinned, now=context.now)
    except TrustBundleError as error:
        raise BundleRefused(error.kind, error.detail) from error
    if folder is not None and bundle.issuer.id in installed:
        folder.check_newer(bundle)
    check_newest_seen(bundle, context.state)
    remember_as_newest(bundle, context.state)
    return bundle


def check_newest_seen(bundle: TrustBundle, state: StateFolder | None) -> None:
    """Refuse a bundle older than the newest one seen of its key; without state nothing can be said.

    Raises:
        BundleRefused: kind `rolled_back`.
    """
    seen = state.seen_bundle(bundle.signed_by.thumbprint()) if state is not None else None
    if seen is not None and (bundle.trust.version < seen.version or bundle.made_at < seen.made_at):
        raise BundleRefused("rolled_back", "a newer one was seen before")


def remember_as_newest(bundle: TrustBundle, state: StateFolder | None) -> None:
    """Remember a bundle that was believed; where nothing can be written, the next run knows less."""
    found, signer = SeenBundle(bundle.trust.version, bundle.made_at), bundle.signed_by.thumbprint()
    if state is not None and state.seen_bundle(signer) != found:
        state.remember_bundle(signer, found)


def _installed_folder(context: TrustContext, chosen: Path | None) -> TrustFolder | None:
    installed = context.installed
    if installed is None or installed == chosen:
        return None
    try:
        return None if is_trust_bundle(read_trust_bytes(installed)) else TrustFolder(installed)
    except TrustMissing:
        return None
