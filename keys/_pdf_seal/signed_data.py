"""The CMS structure of a seal: build it, and take it apart strictly.

Rules (RFC 5652, RFC 5035, ETSI EN 319 142-1 baseline B-B):

* one signer, named by issuer and serial number; digest SHA-256, signature ECDSA with SHA-256 on P-256 (ES256);
* signed attributes: content type `data`, message digest and signing-certificate-v2, each once and with one value;
  others may stand beside them, because they are signed and nothing here depends on them;
* the signer's certificate is the one that signing-certificate-v2 names by its SHA-256;
* nothing else: what is read is encoded again from certificates, signed attributes and signature alone, and must give
  the same bytes. So there is no room for unsigned attributes, revocation data, attached content, other algorithms,
  other versions, lengths in other forms, or anything that could be changed without breaking the signature;
* behind the structure only zero bytes.

Left to the caller: the digest of the file, and whether the certificate is to be trusted.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from asn1crypto import cms, core, parser, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from keys._pdf_seal.reasons import SealReason, SealRefused
from keys.jwk import raw_to_der

MAX_CERTIFICATES = 8
_CONTEXT_0 = b"\xa0"
# How asn1crypto and cryptography refuse what is not DER, or no certificate.
_NOT_A_STRUCTURE: Final = (ValueError, TypeError, LookupError, x509.InvalidVersion, UnsupportedAlgorithm)
_SET_OF_TAG = b"\x31"  # RFC 5652 section 5.4: the signature is over a SET OF, not over the [0] that stands in the file


@dataclass(frozen=True, slots=True)
class SealSignature:
    """What one signer states: the digest of the file, and the certificates (DER) that came with it."""

    message_digest: bytes
    leaf: x509.Certificate
    certificates: tuple[x509.Certificate, ...]
    signed_attributes: bytes
    signature: bytes

    def verify(self, file_digest: bytes) -> None:
        """Check digest and signature; raises `SealRefused` with `BROKEN`.

        Args:
            file_digest: SHA-256 of the file without the gap, computed by the caller.
        """
        if self.message_digest != file_digest:
            raise SealRefused(SealReason.BROKEN, "the file is not the one that was sealed")
        try:
            key = self.leaf.public_key()
        except (ValueError, UnsupportedAlgorithm) as error:
            raise SealRefused(SealReason.BROKEN, "the sealing key is of an unknown kind") from error
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise SealRefused(SealReason.BROKEN, "expected a sealing key on P-256")
        try:
            key.verify(self.signature, self.signed_attributes, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            raise SealRefused(SealReason.BROKEN, "the signature of the seal does not verify") from error


def build_signed_data(digest: bytes, certificates: Sequence[bytes], *, sign: Callable[[bytes], bytes]) -> bytes:
    """Build the CMS structure of a seal.

    Args:
        digest: SHA-256 of the byte range, 32 bytes.
        certificates: DER; the sealer's own certificate first, then what leads to its root.
        sign: ES256, answers the raw `r || s` of 64 bytes.

    Returns:
        DER of a ContentInfo.
    """
    signing_certificate = _sequence(_sequence(_sequence(_octets(hashlib.sha256(certificates[0]).digest()))))
    attributes = _set(
        _sequence(_CONTENT_TYPE, _set(_DATA)),
        _sequence(_MESSAGE_DIGEST, _set(_octets(digest))),
        _sequence(_SIGNING_CERTIFICATE_V2, _set(signing_certificate)),
    )
    parts = _Parts(
        certificates=tuple(sorted(certificates)),
        signer=_signer_identifier(asn1_x509.Certificate.load(certificates[0])),
        digest_algorithms=(_SHA256, _SHA256),
        attributes=attributes,
        signature=raw_to_der(sign(attributes)),
    )
    return parts.encode()


@dataclass(frozen=True, slots=True)
class _Parts:
    """All that differs from one seal to another."""

    certificates: tuple[bytes, ...]  # in the order of the file
    signer: bytes
    digest_algorithms: tuple[bytes, bytes]  # of the structure and of the signer; RFC 5754 section 2 permits two forms
    attributes: bytes  # as signed: a SET OF
    signature: bytes

    def encode(self) -> bytes:
        """Return the DER of the one ContentInfo that has these parts."""
        signer_info = _sequence(
            _VERSION_1,
            self.signer,
            self.digest_algorithms[1],
            _CONTEXT_0 + self.attributes[1:],
            _ECDSA_WITH_SHA256,
            _octets(self.signature),
        )
        certificates = bytes(parser.emit(2, 1, 0, b"".join(self.certificates)))
        signed_data = _sequence(
            _VERSION_1,
            _set(self.digest_algorithms[0]),
            _sequence(_DATA),
            certificates,
            _set(signer_info),
        )
        return _sequence(_SIGNED_DATA, bytes(parser.emit(2, 1, 0, signed_data)))


def _signer_identifier(certificate: asn1_x509.Certificate) -> bytes:
    fields = certificate["tbs_certificate"]
    return _sequence(fields["issuer"].dump(), fields["serial_number"].dump())


def _sequence(*parts: bytes) -> bytes:
    return bytes(parser.emit(0, 1, 16, b"".join(parts)))


def _set(*parts: bytes) -> bytes:
    """DER puts the members of a SET OF in the order of their encodings (X.690, 11.6)."""
    return bytes(parser.emit(0, 1, 17, b"".join(sorted(parts))))


def _octets(value: bytes) -> bytes:
    return bytes(parser.emit(0, 0, 4, value))


def _oid(dotted: str) -> bytes:
    return bytes(core.ObjectIdentifier(dotted).dump())


_VERSION_1: Final = bytes(core.Integer(1).dump())
_DATA: Final = _oid("1.2.840.113549.1.7.1")
_SIGNED_DATA: Final = _oid("1.2.840.113549.1.7.2")
_CONTENT_TYPE: Final = _oid("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST: Final = _oid("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE_V2: Final = _oid("1.2.840.113549.1.9.16.2.47")
_SHA256: Final = _sequence(_oid("2.16.840.1.101.3.4.2.1"))
_SHA256_FORMS: Final = (_SHA256, _sequence(_oid("2.16.840.1.101.3.4.2.1"), bytes(core.Null().dump())))
_ECDSA_WITH_SHA256: Final = _sequence(_oid("1.2.840.10045.4.3.2"))


def read_signed_data(contents: bytes) -> SealSignature:
    """Take the contents of a signature dictionary apart.

    Args:
        contents: a DER structure and its zero padding; hostile, limited in size by the caller.

    Raises:
        SealRefused: `BROKEN` if any rule above is not kept, `MORE_THAN_ONE` for several signers.
    """
    try:
        length = parser.peek(contents)
        _expect(not any(contents[length:]), "one DER structure, then zero bytes")
        signed_data = cms.ContentInfo.load(contents[:length], strict=True)["content"]
        if len(signed_data["signer_infos"]) != 1:
            raise SealRefused(SealReason.MORE_THAN_ONE, "expected one signer in the seal")
        parts, leaf = _take_apart(signed_data)
        _expect(parts.encode() == contents[:length], "a baseline B-B signature in DER, and nothing beside it")
        return _signature(parts, leaf)
    except _NOT_A_STRUCTURE as error:
        raise SealRefused(SealReason.BROKEN, "the seal is not a CMS structure") from error


def _expect(condition: bool, expectation: str) -> None:  # noqa: FBT001 - reads as a sentence at each call
    if not condition:
        raise SealRefused(SealReason.BROKEN, f"expected {expectation}")


def _take_apart(signed_data: cms.SignedData) -> tuple[_Parts, bytes]:
    """Copy the parts as they stand in the file; returns the signer's certificate (DER) beside them."""
    signer_info = signed_data["signer_infos"][0]
    attributes = _SET_OF_TAG + bytes(signer_info["signed_attrs"].dump())[1:]
    certificates = tuple(bytes(each.chosen.dump()) for each in signed_data["certificates"])
    _expect(len(certificates) <= MAX_CERTIFICATES, f"at most {MAX_CERTIFICATES} certificates")
    values = _attribute_values(attributes)
    named = tsp.SigningCertificateV2.load(values["signing_certificate_v2"].dump(), strict=True)["certs"][0]
    _expect(named["hash_algorithm"]["algorithm"].native == "sha256", "the signer's certificate named by its SHA-256")
    matches = [each for each in certificates if hashlib.sha256(each).digest() == named["cert_hash"].native]
    _expect(len(matches) == 1, "exactly one certificate that signing-certificate-v2 names")
    algorithms = bytes(signed_data["digest_algorithms"][0].dump()), bytes(signer_info["digest_algorithm"].dump())
    _expect(all(each in _SHA256_FORMS for each in algorithms), "the digest algorithm SHA-256")
    parts = _Parts(
        certificates=certificates,
        signer=_signer_identifier(asn1_x509.Certificate.load(matches[0])),
        digest_algorithms=algorithms,
        attributes=attributes,
        signature=bytes(signer_info["signature"].native),
    )
    return parts, matches[0]


def _attribute_values(attributes: bytes) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for attribute in cms.CMSAttributes.load(attributes, strict=True):
        _expect(attribute["type"].native not in values, "no signed attribute twice")
        _expect(len(attribute["values"]) == 1, "one value in each signed attribute")
        values[attribute["type"].native] = attribute["values"][0]
    return values


def _signature(parts: _Parts, leaf: bytes) -> SealSignature:
    values = _attribute_values(parts.attributes)
    _expect(values["content_type"].native == "data", "the signed content type data")
    serial_numbers = [asn1_x509.Certificate.load(each).serial_number for each in parts.certificates]
    _expect(min(serial_numbers) > 0, "certificates with positive serial numbers")
    return SealSignature(
        message_digest=bytes(values["message_digest"].native),
        leaf=x509.load_der_x509_certificate(leaf),
        certificates=tuple(x509.load_der_x509_certificate(each) for each in parts.certificates),
        signed_attributes=parts.attributes,
        signature=parts.signature,
    )
