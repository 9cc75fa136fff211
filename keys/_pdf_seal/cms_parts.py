"""Pieces that the seal's signature and a time stamp's have in common: DER, signed attributes, the named certificate."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from asn1crypto import cms, core, parser, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from keys._pdf_seal.reasons import SealReason, SealRefused

MAX_CERTIFICATES = 8
# How asn1crypto and cryptography refuse what is not DER, or no certificate.
NOT_A_STRUCTURE: Final = (ValueError, TypeError, LookupError, x509.InvalidVersion, UnsupportedAlgorithm)
_SET_OF_TAG: Final = b"\x31"


def expect(condition: bool, expectation: str) -> None:  # noqa: FBT001 - reads as a sentence at each call
    """Refuse what is broken: raise `SealRefused` with `BROKEN` unless the condition holds."""
    if not condition:
        raise SealRefused(SealReason.BROKEN, f"expected {expectation}")


def sequence(*parts: bytes) -> bytes:
    """Return the DER of a SEQUENCE."""
    return bytes(parser.emit(0, 1, 16, b"".join(parts)))


def set_of(*parts: bytes) -> bytes:
    """Return the DER of a SET OF, whose members stand in the order of their encodings (X.690, 11.6)."""
    return bytes(parser.emit(0, 1, 17, b"".join(sorted(parts))))


def tagged(number: int, content: bytes) -> bytes:
    """Return the DER of a constructed value with a context-specific tag."""
    return bytes(parser.emit(2, 1, number, content))


def implicitly_tagged(number: int, encoded: bytes) -> bytes:
    """Return an encoded SET or SEQUENCE with a context-specific tag in the place of its own."""
    return bytes([0xA0 | number]) + encoded[1:]


def octets(value: bytes) -> bytes:
    """Return the DER of an OCTET STRING."""
    return bytes(parser.emit(0, 0, 4, value))


def oid(dotted: str) -> bytes:
    """Return the DER of an OBJECT IDENTIFIER."""
    return bytes(core.ObjectIdentifier(dotted).dump())


NULL: Final = bytes(core.Null().dump())
VERSION_1: Final = bytes(core.Integer(1).dump())
SIGNED_DATA: Final = oid("1.2.840.113549.1.7.2")


def content_info(signed_data: bytes) -> bytes:
    """Return the DER of a ContentInfo that holds signed data."""
    return sequence(SIGNED_DATA, tagged(0, signed_data))


def signer_identifier(certificate: asn1_x509.Certificate) -> bytes:
    """Return the DER of issuer and serial number, which name a signer's certificate."""
    fields = certificate["tbs_certificate"]
    return sequence(fields["issuer"].dump(), fields["serial_number"].dump())


def signed_attributes(signer_info: cms.SignerInfo) -> bytes:
    """Return the attributes as they were signed: the SET OF, not the [0] that stands in the file (RFC 5652, 5.4)."""
    return _SET_OF_TAG + bytes(signer_info["signed_attrs"].dump())[1:]


def attribute_values(attributes: bytes) -> dict[str, Any]:
    """Return the one value of each signed attribute."""
    values: dict[str, Any] = {}
    for attribute in cms.CMSAttributes.load(attributes, strict=True):
        expect(attribute["type"].native not in values, "no signed attribute twice")
        expect(len(attribute["values"]) == 1, "one value in each signed attribute")
        values[attribute["type"].native] = attribute["values"][0]
    return values


def certificates_of(signed_data: cms.SignedData) -> tuple[bytes, ...]:
    """Return the certificates (DER) in the order of the structure."""
    certificates = tuple(bytes(each.chosen.dump()) for each in signed_data["certificates"])
    expect(len(certificates) <= MAX_CERTIFICATES, f"at most {MAX_CERTIFICATES} certificates")
    return certificates


def named_certificate(certificates: Sequence[bytes], values: dict[str, Any]) -> bytes:
    """Return the certificate that signing-certificate-v2 names by its SHA-256 (RFC 5035)."""
    named = tsp.SigningCertificateV2.load(values["signing_certificate_v2"].dump(), strict=True)["certs"][0]
    expect(named["hash_algorithm"]["algorithm"].native == "sha256", "the signer's certificate named by its SHA-256")
    matches = [each for each in certificates if hashlib.sha256(each).digest() == named["cert_hash"].native]
    expect(len(matches) == 1, "exactly one certificate that signing-certificate-v2 names")
    return matches[0]


# Made here, not for each signature: the first one loads modules, and a child process that reads a seal can open none.
_ECDSA: Final = {kind: ec.ECDSA(kind()) for kind in (hashes.SHA256, hashes.SHA384, hashes.SHA512)}


def signature_verifies(
    key: object, signature: bytes, message: bytes, *, algorithm: hashes.HashAlgorithm | None
) -> bool:
    """Return whether a signature is RSA (PKCS#1 v1.5) or ECDSA by this key over a message, with SHA-256 or longer."""
    if not isinstance(algorithm, hashes.SHA256 | hashes.SHA384 | hashes.SHA512):
        return False
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, _ECDSA[type(algorithm)])
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def load_certificates(certificates: Sequence[bytes]) -> tuple[x509.Certificate, ...]:
    """Read certificates from DER; a serial number that is not positive is refused before the library warns of it."""
    serial_numbers = [asn1_x509.Certificate.load(each).serial_number for each in certificates]
    expect(min(serial_numbers) > 0, "certificates with positive serial numbers")
    return tuple(x509.load_der_x509_certificate(each) for each in certificates)
