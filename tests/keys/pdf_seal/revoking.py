"""Revocation lists and OCSP answers for tests, sound or with one thing changed, and a source that gives them out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from keys.pdf_seal import RevocationData
from tests.keys.pdf_seal.sealing import SIGNED_AT, Authority

BEGIN = SIGNED_AT - timedelta(hours=1)
END = SIGNED_AT + timedelta(days=7)


def list_of(
    authority: Authority,
    *revoked: x509.Certificate,
    begin: datetime = BEGIN,
    end: datetime = END,
    key: ec.EllipticCurvePrivateKey | None = None,
    digest: hashes.SHA224 | hashes.SHA256 | None = None,
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
) -> bytes:
    """Return a revocation list of an authority."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(authority.name).last_update(begin).next_update(end)
    for each in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(each.serial_number).revocation_date(begin).build()
        builder = builder.add_revoked_certificate(entry)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(key or authority.key, digest or hashes.SHA256()).public_bytes(Encoding.DER)


@dataclass
class Responder:
    """Who answers: the authority itself, or somebody with a certificate of it."""

    authority: Authority
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate | None = None


def responder(
    authority: Authority,
    *,
    purposes: Sequence[x509.ObjectIdentifier] = (ExtendedKeyUsageOID.OCSP_SIGNING,),
    unasked: bool = True,
    begin: datetime = BEGIN,
    end: datetime = END,
    signed_by: Authority | None = None,
) -> Responder:
    """Return somebody whose certificate says that they answer for an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Answers")]))
        .issuer_name(authority.name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
    )
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if unasked:
        builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
    return Responder(authority, key, builder.sign((signed_by or authority).key, hashes.SHA256()))


def answer_for(
    certificate: x509.Certificate,
    answering: Responder,
    *,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    begin: datetime = BEGIN,
    end: datetime | None = END,
) -> bytes:
    """Return an OCSP answer about one certificate."""
    revoked = status is ocsp.OCSPCertStatus.REVOKED
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=certificate,
        issuer=answering.authority.certificate,
        algorithm=hashes.SHA1(),
        cert_status=status,
        this_update=begin,
        next_update=end,
        revocation_time=begin if revoked else None,
        revocation_reason=None,
    )
    named = answering.certificate or answering.authority.certificate
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, named)
    if answering.certificate is not None:
        builder = builder.certificates([answering.certificate])
    return builder.sign(answering.key, hashes.SHA256()).public_bytes(Encoding.DER)


@dataclass
class Desk:
    """A source that gives the same data for every question, and remembers what was asked."""

    crls: tuple[bytes, ...] = ()
    ocsp_responses: tuple[bytes, ...] = ()
    asked: list[tuple[bytes, bytes]] = field(default_factory=list)

    def revocation_data(self, certificate: bytes, issuer: bytes) -> RevocationData:
        self.asked.append((certificate, issuer))
        return RevocationData(self.crls, self.ocsp_responses)
