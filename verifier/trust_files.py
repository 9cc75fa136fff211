"""Read what says whom to believe: a trust list, or a signed trust bundle with a list inside."""

import hashlib
from pathlib import Path

from credential_schemas.errors import TrustBundleError
from credential_schemas.limits import MAX_TRUST_BUNDLE_BYTES
from credential_schemas.trust_bundle import TrustBundle, is_trust_bundle, read_unpinned_bundle
from keys.errors import TrustListError
from keys.trust_list import TrustList, check_certificates
from keys.values import dataclass
from verifier.errors import BundleRefused, TrustFileError, TrustMissing


@dataclass(frozen=True, slots=True)
class Offered:
    """Something that may be trusted: its bytes, the trust list, and its fingerprint in hex, for people to compare.

    The fingerprint of a plain list is the SHA-256 of its bytes; that of a bundle is its signing key's thumbprint, which
    stays the same from bundle to bundle.
    """

    data: bytes
    trust: TrustList
    fingerprint: str
    bundle: TrustBundle | None = None


def read_offered(path: Path | None) -> Offered:
    """Read the trust list in use with its bytes and fingerprint; a bundle is read by `verifier.trust_in_use`.

    Raises:
        TrustMissing: there is no such file, or nothing says where it would be.
        TrustFileError: it cannot be read or breaks the rules of trust lists.
    """
    return offered(read_trust_bytes(path))


def read_trust_bytes(path: Path | None) -> bytes:
    """Read a trust list or bundle, no further than the limit of bundles; errors as `read_offered`."""
    if path is None:
        raise TrustMissing("expected a trust list, found none")
    try:
        with path.open("rb") as file:
            return file.read(MAX_TRUST_BUNDLE_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise TrustMissing("expected a trust list, found none") from error
    except OSError as error:
        raise TrustFileError(f"expected a readable trust list, found: {error.strerror}", kind="unreadable") from error


def offered(data: bytes) -> Offered:
    """Return a plain trust list with its fingerprint.

    Raises:
        TrustFileError: it is not a trust list.
    """
    try:
        return Offered(data, TrustList.parse(data), hashlib.sha256(data).hexdigest())
    except TrustListError as error:
        raise TrustFileError(error.message, kind="content") from error


def offered_list_or_bundle(data: bytes, *, now: int) -> Offered:
    """Return a trust list, or a bundle that is in one piece, for a person to decide about.

    Raises:
        TrustFileError: it is not a trust list, or has a certificate that cannot be read.
        BundleRefused: it is a bundle, but not one that could be believed.
    """
    found = _offered_bundle(data, now=now) if is_trust_bundle(data) else offered(data)
    expect_certificates(found.trust)
    return found


def expect_certificates(trust: TrustList) -> None:
    """Read every certificate of a list that is about to be trusted.

    Raises:
        TrustFileError: one cannot be read.
    """
    try:
        check_certificates(trust)
    except TrustListError as error:
        raise TrustFileError(error.message, kind="content") from error


def _offered_bundle(data: bytes, *, now: int) -> Offered:
    try:
        bundle = read_unpinned_bundle(bundle_text(data), now=now)
    except TrustBundleError as error:
        raise BundleRefused(error.kind, error.detail) from error
    return Offered(data, bundle.trust, bundle.signed_by.fingerprint(), bundle)


def bundle_text(data: bytes) -> str:
    """Return the bytes of a bundle as text, without white space around it; what is not ASCII fails as a token."""
    return data.strip().decode("ascii", "replace")
