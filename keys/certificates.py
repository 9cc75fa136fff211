"""Our own X.509 certificates: a root, and leaves for credential, status, seal and request keys.

What each leaf may do stands in `_PURPOSES`, one line per kind. All keys are P-256, all signatures ECDSA with SHA-256.
The root may only sign leaves (path length 0). Times are arguments; only serial numbers are random (RFC 5280 section
4.1.2.2). Left to the caller: when to renew, and which roots to trust.
"""

import ipaddress
import re
import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from keys._pdf_seal.sealer_certificate import DOCUMENT_SIGNING
from keys.errors import CertificateError, UrlError
from keys.jwk import PublicKey, public_key_of
from keys.key_files import PrivateKey
from keys.pem import load_certificate
from keys.urls import parse_url
from keys.values import dataclass, field

_MAX_ROOT_YEARS: Final = 30
_MAX_LEAF_DAYS: Final = 3 * 366
_DAYS_A_YEAR: Final = 365
_MAX_NAME_CHARACTERS: Final = 64  # RFC 5280 appendix A.1, ub-organization-name and ub-common-name
_COUNTRY: Final = re.compile("[A-Z]{2}")
# The draft of Token Status List (section 10) leaves the number of its status-signing usage to IANA, which has not given
# one. Until then ours is a UUID-based identifier (ITU-T X.667), which belongs to nobody else.
EKU_STATUS_LIST: Final = ObjectIdentifier(f"2.25.{uuid.UUID('2988eb07-be76-459d-8a8a-76668aad405c').int}")


class LeafKind(StrEnum):
    """What the key of a leaf certificate signs."""

    CREDENTIAL = "credential"
    STATUS = "status"
    SEAL = "seal"
    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class _Purpose:
    non_repudiation: bool
    extended_key_usage: ObjectIdentifier | None
    names_issuer: bool


_PURPOSES: Final = {
    LeafKind.CREDENTIAL: _Purpose(non_repudiation=False, extended_key_usage=None, names_issuer=True),
    LeafKind.STATUS: _Purpose(non_repudiation=False, extended_key_usage=EKU_STATUS_LIST, names_issuer=True),
    LeafKind.REQUEST: _Purpose(non_repudiation=False, extended_key_usage=None, names_issuer=True),
    LeafKind.SEAL: _Purpose(non_repudiation=True, extended_key_usage=DOCUMENT_SIGNING, names_issuer=False),
}


@dataclass(frozen=True, slots=True)
class SubjectNames:
    """Who a certificate belongs to, in Korean and English (both stand in the certificate).

    Attributes:
        organisation: the Korean name, such as 직무능력은행.
        organisation_en: the English name.
        common_name: what the key is for, in either language.
        country: two letters.
        issuer_url: the https URL of the credential issuer, or of the verifier whose requests the key signs, without
            query and fragment. Obligatory for credential, status and request keys, where it becomes the subject
            alternative names (dNSName of the host, and URI); else None.
    """

    organisation: str
    organisation_en: str
    common_name: str
    country: str = "KR"
    issuer_url: str | None = None

    def __post_init__(self) -> None:
        names = (self.organisation, self.organisation_en, self.common_name)
        if not all(0 < len(name) <= _MAX_NAME_CHARACTERS for name in names) or not _COUNTRY.fullmatch(self.country):
            raise CertificateError(
                f"expected names of 1 to {_MAX_NAME_CHARACTERS} characters and a country of 2 capital letters"
            )


@dataclass(frozen=True, slots=True)
class CertificateAuthority:
    """A root certificate with the private key that belongs to it."""

    certificate_pem: str
    key: PrivateKey = field(repr=False)

    def __post_init__(self) -> None:
        if certificate_key(self.certificate_pem) != self.key.public_key():
            raise CertificateError("expected the private key of the root certificate, found another key")


@dataclass(frozen=True, slots=True)
class Validity:
    """From when to when a certificate counts; both times carry a time zone and count in whole seconds."""

    not_before: datetime
    not_after: datetime

    def __post_init__(self) -> None:
        if self.not_before.utcoffset() is None or self.not_after.utcoffset() is None:
            raise CertificateError("expected times with a time zone, found one without")
        if self.not_before >= self.not_after:
            raise CertificateError("expected a certificate that ends after it begins")


def create_root(subject: SubjectNames, *, key: PrivateKey, not_before: datetime, years: int) -> CertificateAuthority:
    """Make a self-signed root that may sign leaves and nothing else.

    Args:
        subject: names; organisation and common name must not be empty.
        key: the root's key.
        not_before: with time zone.
        years: 1 to 30, counted as 365 days.

    Raises:
        CertificateError: a name, the time or the number of years is not usable.
    """
    if not 1 <= years <= _MAX_ROOT_YEARS:
        raise CertificateError(f"expected a root for 1 to {_MAX_ROOT_YEARS} years, found {years}")
    validity = Validity(not_before, not_before + timedelta(days=years * _DAYS_A_YEAR))
    name, public_key = _name(subject), key.public_key().cryptography_key()
    builder = (
        _builder(name, name, public_key, validity=validity)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public_key), critical=False)
    )
    return CertificateAuthority(_sign(builder, key), key)


def create_leaf(
    kind: LeafKind,
    authority: CertificateAuthority,
    *,
    subject: SubjectNames,
    public_key: PublicKey,
    validity: Validity,
) -> str:
    """Make the certificate of one signing key.

    Args:
        kind: what the key signs.
        authority: the root that vouches for it.
        subject: names; with the URL for credential, status and request keys.
        public_key: the key, so that its private half never has to be here.
        validity: at most three years, and inside the root's own.

    Returns:
        PEM text.

    Raises:
        CertificateError: a name, time or URL is not usable.

    Source: RFC 5280, RFC 9336 (document signing), SD-JWT VC section 2.5 (x5c)
    """
    purpose = _PURPOSES[kind]
    root = load_certificate(authority.certificate_pem)
    _check_leaf_validity(validity, root)
    builder = (
        _builder(_name(subject), root.subject, public_key.cryptography_key(), validity=validity)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(digital_signature=True, content_commitment=purpose.non_repudiation), critical=True)
        .add_extension(_authority_identifier(root), critical=False)
    )
    if purpose.extended_key_usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose.extended_key_usage]), critical=False)
    if purpose.names_issuer:
        builder = builder.add_extension(_alternative_names(subject.issuer_url), critical=False)
    elif subject.issuer_url is not None:
        raise CertificateError(f"expected no issuer URL in the certificate of a {kind} key")
    return _sign(builder, authority.key)


def valid_until(pem: str) -> datetime:
    """Return the end of a certificate's validity, with time zone.

    Raises:
        CertificateError: not one PEM certificate.
    """
    return load_certificate(pem).not_valid_after_utc


def certificate_validity(pem: str) -> Validity:
    """Return from when to when a certificate counts.

    Raises:
        CertificateError: not one PEM certificate.
    """
    certificate = load_certificate(pem)
    return Validity(certificate.not_valid_before_utc, certificate.not_valid_after_utc)


def certificate_hosts(pem: str) -> tuple[str, ...]:
    """Return the host names (lower case) and addresses that a certificate is for.

    Raises:
        CertificateError: not one PEM certificate.
    """
    found = [each.value for each in load_certificate(pem).extensions]
    names = next((value for value in found if isinstance(value, x509.SubjectAlternativeName)), None)
    if names is None:
        return ()
    hosts = [name.lower() for name in names.get_values_for_type(x509.DNSName)]
    return (*hosts, *(str(address) for address in names.get_values_for_type(x509.IPAddress)))


def certificate_key(pem: str) -> PublicKey:
    """Return the public key of a certificate, named by `PublicKey.short_name`.

    Raises:
        CertificateError: not one PEM certificate, or not a P-256 key.
    """
    key = load_certificate(pem).public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise CertificateError("expected a certificate for a key on P-256, found another kind of key")
    return public_key_of(key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, validity: Validity
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity.not_before)
        .not_valid_after(validity.not_after)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _sign(builder: x509.CertificateBuilder, key: PrivateKey) -> str:
    return builder.sign(key.cryptography_key(), hashes.SHA256()).public_bytes(Encoding.PEM).decode("ascii")


def _name(subject: SubjectNames) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, subject.country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, subject.organisation),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, subject.organisation_en),
            x509.NameAttribute(NameOID.COMMON_NAME, subject.common_name),
        ]
    )


def _key_usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _authority_identifier(root: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _alternative_names(issuer_url: str | None) -> x509.SubjectAlternativeName:
    if issuer_url is None:
        raise CertificateError("expected the URL for a credential, status or request key, found none")
    try:
        host = parse_url(issuer_url, allow_loopback=True).host
    except UrlError as error:
        raise CertificateError(f"issuer URL: {error.message}") from None
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(issuer_url)]
    try:
        names.insert(0, x509.IPAddress(ipaddress.ip_address(host)))
    except ValueError:
        names.insert(0, x509.DNSName(host))
    return x509.SubjectAlternativeName(names)


def _check_leaf_validity(validity: Validity, root: x509.Certificate) -> None:
    if validity.not_after - validity.not_before > timedelta(days=_MAX_LEAF_DAYS):
        raise CertificateError(f"expected a certificate for at most {_MAX_LEAF_DAYS} days")
    if validity.not_before < root.not_valid_before_utc or validity.not_after > root.not_valid_after_utc:
        raise CertificateError("expected a certificate that is valid only while its root is")
