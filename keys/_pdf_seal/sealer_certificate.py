"""Whose seal it is: the path from the sealer's certificate to a root the caller trusts.

Rules:

* the path is built and checked by `cryptography`'s RFC 5280 verifier, at the moment the caller names;
* every certificate above the sealer's is a CA that may sign certificates;
* the sealer's own is not a CA, and its key usage holds non-repudiation (contentCommitment), which the certificates of
  credential and status keys lack; if it names extended usages, document signing (RFC 9336) is one of them;
* it holds no critical extension that is not understood here;
* every certificate in the seal is part of the path: what is not needed was put there by somebody else.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from keys._pdf_seal.reasons import SealReason, SealRefused
from keys.pem import readable_roots

DOCUMENT_SIGNING: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
UNDERSTOOD_WHEN_CRITICAL: Final = frozenset({x509.BasicConstraints.oid, x509.KeyUsage.oid, x509.ExtendedKeyUsage.oid})


def may_seal(certificate: x509.Certificate) -> bool:
    """Return whether a certificate is one for sealing documents, by its extensions alone; never raises."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        extensions = list(certificate.extensions)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False
    if any(each.critical and each.oid not in UNDERSTOOD_WHEN_CRITICAL for each in extensions):
        return False
    values = [each.value for each in extensions]
    is_ca = any(isinstance(value, x509.BasicConstraints) and value.ca for value in values)
    purposes = [value for value in values if isinstance(value, x509.ExtendedKeyUsage)]
    return usage.content_commitment and not is_ca and all(DOCUMENT_SIGNING in purpose for purpose in purposes)


def check_sealer(
    leaf: x509.Certificate,
    certificates: Sequence[x509.Certificate],
    *,
    roots: Sequence[str],
    now: datetime,
) -> None:
    """Check that the sealer's certificate leads to a trusted root.

    Args:
        leaf: the certificate whose key made the signature.
        certificates: all that came with the seal.
        roots: PEM, from the trust list.
        now: aware.

    Raises:
        SealRefused: `EXPIRED` if the path would hold at the beginning of the certificate's validity but not at `now`,
            else `UNTRUSTED`.
    """
    trusted = readable_roots(roots)
    if not trusted:
        raise SealRefused(SealReason.UNTRUSTED, "expected a sealer of this issuer, but none is listed")
    if not may_seal(leaf):
        raise SealRefused(SealReason.UNTRUSTED, "expected a certificate for sealing documents")
    path = find_path(leaf, certificates, trusted=trusted, at=now)
    if path is None and find_path(leaf, certificates, trusted=trusted, at=leaf.not_valid_before_utc) is not None:
        raise SealRefused(SealReason.EXPIRED, "the sealer's certificate is not valid at this time")
    if path is None:
        raise SealRefused(SealReason.UNTRUSTED, "expected a sealer that leads to a listed root")
    known = {each.public_bytes(Encoding.DER) for each in path}
    if any(each.public_bytes(Encoding.DER) not in known for each in certificates):
        raise SealRefused(SealReason.UNTRUSTED, "expected only certificates that lead to the root")


def find_path(
    leaf: x509.Certificate,
    certificates: Sequence[x509.Certificate],
    *,
    trusted: Sequence[x509.Certificate],
    at: datetime,
) -> list[x509.Certificate] | None:
    """Return the path from a certificate to a trusted root, or None; what the leaf may do is left to the caller."""
    authorities = ExtensionPolicy.permit_all()
    # That they are a CA's is demanded by the verifier itself; a test holds it to that.
    authorities = authorities.require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    authorities = authorities.may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _signs_certificates)
    verifier = (
        PolicyBuilder()
        .store(Store(list(trusted)))
        .time(at)
        .extension_policies(ca_policy=authorities, ee_policy=ExtensionPolicy.permit_all())
        .build_client_verifier()
    )
    try:
        path = verifier.verify(leaf, [each for each in certificates if each != leaf]).chain
    except VerificationError:
        return None
    return path if len(path) > 1 else None


def _signs_certificates(_policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("expected the key usage to allow signing certificates")
