"""The key of a token that brings its certificates in `x5c`, if they lead to a root the caller trusts.

A credential or status list names its issuer, a presentation request its verifier; for both the chain is judged alike.

Rules enforced:
* `x5c` is an array of 1 to 4 different certificates, each DER in canonical base64 with padding (RFC 7515 section
  4.1.6), at most 4,096 characters;
* keys are on P-256 and signatures ECDSA with SHA-256 throughout (S11);
* no certificate names itself as its issuer: neither is the leaf self-signed, nor is the anchor part of `x5c` (SD-JWT VC
  section 2.5, HAIP 1.0 section 6.1.1);
* the path is built and checked by `cryptography`'s RFC 5280 verifier at the caller's time, path lengths and name
  constraints included, and it is exactly the certificates of `x5c` in their order, then a root;
* the leaf is no CA, its key usage holds digitalSignature, and it has no critical extension that is not understood here;
* the leaf of a status key names status list signing among its extended usages (Token Status List section 10); the leaf
  of a credential key names no extended usages, or any (a certificate of a web server does not sign credentials);
* the leaf names the issuer: if it has URIs among its alternative names, one is the issuer's URL; else one of its DNS
  names or addresses is the URL's host, without wildcards.

Left to the caller: which roots stand for which issuer, keys that are distrusted, and revocation: nothing is fetched.
"""

import base64
import hashlib
import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, SignatureAlgorithmOID

from keys._pdf_seal.sealer_certificate import find_path
from keys.certificates import EKU_STATUS_LIST, LeafKind, certificate_hosts
from keys.encoding import JsonValue, b64url_encode
from keys.errors import CertificateChainRefused, CertificateError, UrlError
from keys.jwk import PublicKey, public_key_of
from keys.limits import MAX_CERTIFICATE_CHARACTERS, MAX_CHAIN_CERTIFICATES
from keys.pem import load_certificate, load_der
from keys.urls import parse_url
from keys.values import dataclass

_UNDERSTOOD_WHEN_CRITICAL: Final = frozenset(
    {
        x509.BasicConstraints.oid,
        x509.KeyUsage.oid,
        x509.ExtendedKeyUsage.oid,
        x509.SubjectAlternativeName.oid,
    }
)


# Not ASCII and not base64 are ValueErrors.
_UNREADABLE: Final = (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion)


@dataclass(frozen=True, slots=True)
class ChainDemands:
    """What a chain has to prove.

    Attributes:
        kind: what the key signs, credentials or status lists.
        issuer_url: the issuer that the leaf must name.
        roots: PEM certificates that the trust list gives for this issuer.
        at: the time at which every certificate must be valid, seconds since 1970.
    """

    kind: LeafKind
    issuer_url: str
    roots: Sequence[str]
    at: int


@dataclass(frozen=True, slots=True)
class CertifiedRequester:
    """Who signed a presentation request.

    Attributes:
        key: of the certificate.
        certificate_hash: as `certificate_hash`.
        hosts: names (lower case) and addresses that the certificate is for.
        names: of the organisation, as the certification authority wrote them.
    """

    key: PublicKey
    certificate_hash: str
    hosts: tuple[str, ...]
    names: tuple[str, ...]


def certified_key(x5c: JsonValue, demands: ChainDemands) -> PublicKey:
    """Return the key of the first certificate of `x5c`, named by `PublicKey.short_name`.

    Raises:
        CertificateChainRefused: kind `untrusted` when there is no root to judge it, `limit` or `format` when it is no
            chain at all, else `untrusted`.

    Source: RFC 7515 section 4.1.6, RFC 5280 section 6, SD-JWT VC draft -19 section 2.5
    """
    if not demands.roots:
        raise _untrusted("expected a key of the trust list, found a chain and no root listed for this issuer")
    chain = _certificates(x5c)
    _check_signing_leaf(chain)
    _check_leaf(chain[0], demands)
    _check_path(chain, demands.roots, at=demands.at)
    return _key_of(chain[0])


def certified_requester(x5c: JsonValue, *, roots: Sequence[str], at: int) -> CertifiedRequester:
    """Return who signed a presentation request, by the first certificate of `x5c`; its purposes may be any.

    Args:
        x5c: of the request's header, hostile.
        roots: PEM certificates under which the wallet knows verifiers.
        at: when every certificate must be valid, seconds since 1970.

    Raises:
        CertificateChainRefused: as `certified_key`.

    Source: OpenID4VP 1.0 section 5.9.3
    """
    if not roots:
        raise _untrusted("expected a root under which verifiers are known, found none")
    chain = _certificates(x5c)
    _check_signing_leaf(chain)
    _check_path(chain, roots, at=at)
    leaf = chain[0]
    organisations = leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return CertifiedRequester(
        key=_key_of(leaf),
        certificate_hash=certificate_hash(leaf.public_bytes(Encoding.DER)),
        hosts=certificate_hosts(leaf.public_bytes(Encoding.PEM).decode("ascii")),
        names=tuple(str(each.value) for each in organisations),
    )


def certificate_hash(der: bytes) -> str:
    """Return the hash by which the prefix `x509_hash` names a certificate: SHA-256 of its DER as base64url."""
    return b64url_encode(hashlib.sha256(der).digest())


def authority_key_identifiers(x5c: JsonValue) -> frozenset[str]:
    """Return what the certificates of a verified `x5c` call the keys that signed them (`aki`), as base64url.

    Source: OpenID4VP 1.0 section 6.1.1.1
    """
    found = [each.value for certificate in _certificates(x5c) for each in certificate.extensions]
    identifiers = [each.key_identifier for each in found if isinstance(each, x509.AuthorityKeyIdentifier)]
    return frozenset(b64url_encode(each) for each in identifiers if each is not None)


def _check_path(chain: list[x509.Certificate], roots: Sequence[str], *, at: int) -> None:
    try:
        trusted = [load_certificate(root) for root in roots]
    except CertificateError as error:
        raise _untrusted(f"x509_roots: {error.message}") from error
    path = find_path(chain[0], chain[1:], trusted=trusted, at=datetime.fromtimestamp(at, UTC))
    if path is None or path[:-1] != chain:
        raise _untrusted("expected certificates that lead, in order and at this time, to a listed root")


def _certificates(x5c: JsonValue) -> list[x509.Certificate]:
    if not isinstance(x5c, list) or not x5c:
        raise CertificateChainRefused("expected x5c to be an array of certificates", kind="format")
    if len(x5c) > MAX_CHAIN_CERTIFICATES:
        raise CertificateChainRefused(f"expected at most {MAX_CHAIN_CERTIFICATES} certificates", kind="limit")
    chain = [_certificate(text) for text in x5c]
    if len(set(chain)) != len(chain):
        raise CertificateChainRefused("expected each certificate once, found one twice", kind="format")
    return chain


def _certificate(text: JsonValue) -> x509.Certificate:
    if not isinstance(text, str):
        raise CertificateChainRefused("expected certificates as text", kind="format")
    if len(text) > MAX_CERTIFICATE_CHARACTERS:
        raise CertificateChainRefused(
            f"expected certificates of at most {MAX_CERTIFICATE_CHARACTERS} characters", kind="limit"
        )
    try:
        der = base64.b64decode(text.encode("ascii"), validate=True)
        certificate = load_der(der)
        certificate.public_key()
        list(certificate.extensions)
    except _UNREADABLE as error:
        raise _no_certificate() from error
    # One certificate has one text: no stray bits, and DER that reads back as the same bytes.
    if base64.b64encode(certificate.public_bytes(Encoding.DER)).decode("ascii") != text:
        raise _no_certificate()
    return certificate


def _check_algorithms(certificate: x509.Certificate) -> None:
    _key_of(certificate)
    if certificate.signature_algorithm_oid != SignatureAlgorithmOID.ECDSA_WITH_SHA256:
        raise _untrusted("expected certificates signed with ECDSA and SHA-256, found another algorithm")
    if certificate.subject == certificate.issuer:
        raise _untrusted("expected neither a self-signed certificate nor the anchor in x5c, found one")


def _key_of(certificate: x509.Certificate) -> PublicKey:
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise _untrusted("expected certificates for keys on P-256, found another kind of key")
    return public_key_of(key)


def _check_signing_leaf(chain: list[x509.Certificate]) -> None:
    for certificate in chain:
        _check_algorithms(certificate)
    leaf = chain[0]
    if any(each.critical and each.oid not in _UNDERSTOOD_WHEN_CRITICAL for each in leaf.extensions):
        raise _untrusted("expected a leaf without unknown critical extensions, found one")
    values = [each.value for each in leaf.extensions]
    if any(isinstance(value, x509.BasicConstraints) and value.ca for value in values):
        raise _untrusted("expected the certificate of a signing key, found one of a certification authority")
    usages = [value for value in values if isinstance(value, x509.KeyUsage)]
    if not usages or not usages[0].digital_signature:
        raise _untrusted("expected a key usage with digitalSignature, found another or none")


def _check_leaf(leaf: x509.Certificate, demands: ChainDemands) -> None:
    values = [each.value for each in leaf.extensions]
    purposes = next((set(value) for value in values if isinstance(value, x509.ExtendedKeyUsage)), None)
    if not _fits(purposes, demands.kind):
        raise _untrusted(f"expected the certificate of a {demands.kind} key, found one for another purpose")
    names = next((value for value in values if isinstance(value, x509.SubjectAlternativeName)), None)
    if names is None or not _names_issuer(names, demands.issuer_url):
        raise _untrusted("expected a certificate that names the issuer, found another name")


def _fits(purposes: set[x509.ObjectIdentifier] | None, kind: LeafKind) -> bool:
    if kind is LeafKind.STATUS:
        return purposes is not None and EKU_STATUS_LIST in purposes
    return purposes is None or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in purposes


def _names_issuer(names: x509.SubjectAlternativeName, issuer_url: str) -> bool:
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    if uris:
        return issuer_url in uris
    try:
        host = parse_url(issuer_url, allow_loopback=True).host
    except UrlError:
        return False
    try:
        return ipaddress.ip_address(host) in names.get_values_for_type(x509.IPAddress)
    except ValueError:
        return host in [name.lower() for name in names.get_values_for_type(x509.DNSName)]


def _untrusted(message: str) -> CertificateChainRefused:
    return CertificateChainRefused(message, kind="untrusted")


def _no_certificate() -> CertificateChainRefused:
    return CertificateChainRefused("expected certificates as DER in base64, found something else", kind="format")
