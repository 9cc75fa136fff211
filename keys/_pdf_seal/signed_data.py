"""The CMS structure of a seal: build it, and take it apart strictly.

Rules (RFC 5652, RFC 5035, ETSI EN 319 142-1 baseline B-B and B-T):

* one signer, named by issuer and serial number; digest SHA-256, signature ECDSA with SHA-256 on P-256 (ES256);
* signed attributes: content type `data`, message digest and signing-certificate-v2, each once and with one value;
  others may stand beside them, because they are signed and nothing here depends on them;
* unsigned attributes: none, or one signature-time-stamp with one token, which `time_stamp` reads as strictly;
* the signer's certificate is the one that signing-certificate-v2 names by its SHA-256;
* nothing else: what is read is encoded again from certificates, signed attributes, signature and token alone, and
  must give the same bytes. So there is no room for other unsigned attributes, revocation data, attached content,
  other algorithms, other versions, lengths in other forms, or anything that could be changed without being noticed;
* behind the structure only zero bytes.

Left to the caller: the digest of the file, whether the certificate is to be trusted, and the time stamp.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

from asn1crypto import cms, parser
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from keys._pdf_seal.cms_parts import (
    NOT_A_STRUCTURE,
    NULL,
    VERSION_1,
    attribute_values,
    certificates_of,
    content_info,
    expect,
    implicitly_tagged,
    load_certificates,
    named_certificate,
    octets,
    oid,
    sequence,
    set_of,
    signed_attributes,
    signer_identifier,
    tagged,
)
from keys._pdf_seal.reasons import SealReason, SealRefused
from keys.jwk import raw_to_der
from keys.values import dataclass

_TIME_STAMP: Final = "signature_time_stamp_token"


@dataclass(frozen=True, slots=True)
class SealSignature:
    """What one signer states: the digest of the file, and the certificates (DER) that came with it."""

    message_digest: bytes
    leaf: x509.Certificate
    certificates: tuple[x509.Certificate, ...]
    signed_attributes: bytes
    signature: bytes
    time_stamp: bytes | None  # a token, not checked

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


def build_signed_data(
    digest: bytes,
    certificates: Sequence[bytes],
    *,
    sign: Callable[[bytes], bytes],
    stamp: Callable[[bytes], bytes] | None = None,
) -> bytes:
    """Build the CMS structure of a seal.

    Args:
        digest: SHA-256 of the byte range, 32 bytes.
        certificates: DER; the sealer's own certificate first, then what leads to its root.
        sign: ES256, answers the raw `r || s` of 64 bytes.
        stamp: asked for a time-stamp token (DER) over the signature value, of which it gets the SHA-256; None for none.

    Returns:
        DER of a ContentInfo.
    """
    signing_certificate = sequence(sequence(sequence(octets(hashlib.sha256(certificates[0]).digest()))))
    attributes = set_of(
        sequence(_CONTENT_TYPE, set_of(_DATA)),
        sequence(_MESSAGE_DIGEST, set_of(octets(digest))),
        sequence(_SIGNING_CERTIFICATE_V2, set_of(signing_certificate)),
    )
    signature = raw_to_der(sign(attributes))
    parts = _Parts(
        certificates=tuple(sorted(certificates)),
        signer=signer_identifier(asn1_x509.Certificate.load(certificates[0])),
        digest_algorithms=(_SHA256, _SHA256),
        attributes=attributes,
        signature=signature,
        time_stamp=stamp(hashlib.sha256(signature).digest()) if stamp is not None else None,
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
    time_stamp: bytes | None

    def encode(self) -> bytes:
        """Return the DER of the one ContentInfo that has these parts."""
        unsigned = b""
        if self.time_stamp is not None:
            unsigned = tagged(1, sequence(_SIGNATURE_TIME_STAMP, set_of(self.time_stamp)))
        signer_info = sequence(
            VERSION_1,
            self.signer,
            self.digest_algorithms[1],
            implicitly_tagged(0, self.attributes),
            _ECDSA_WITH_SHA256,
            octets(self.signature),
            unsigned,
        )
        signed_data = sequence(
            VERSION_1,
            set_of(self.digest_algorithms[0]),
            sequence(_DATA),
            tagged(0, b"".join(self.certificates)),
            set_of(signer_info),
        )
        return content_info(signed_data)


_DATA: Final = oid("1.2.840.113549.1.7.1")
_CONTENT_TYPE: Final = oid("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST: Final = oid("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE_V2: Final = oid("1.2.840.113549.1.9.16.2.47")
_SIGNATURE_TIME_STAMP: Final = oid("1.2.840.113549.1.9.16.2.14")
_SHA256: Final = sequence(oid("2.16.840.1.101.3.4.2.1"))
_SHA256_FORMS: Final = (_SHA256, sequence(oid("2.16.840.1.101.3.4.2.1"), NULL))
_ECDSA_WITH_SHA256: Final = sequence(oid("1.2.840.10045.4.3.2"))


def read_signed_data(contents: bytes) -> SealSignature:
    """Take the contents of a signature dictionary apart.

    Args:
        contents: a DER structure and its zero padding; hostile, limited in size by the caller.

    Raises:
        SealRefused: `BROKEN` if any rule above is not kept, `MORE_THAN_ONE` for several signers.
    """
    try:
        length = parser.peek(contents)
        expect(not any(contents[length:]), "one DER structure, then zero bytes")
        signed_data = cms.ContentInfo.load(contents[:length], strict=True)["content"]
        if len(signed_data["signer_infos"]) != 1:
            raise SealRefused(SealReason.MORE_THAN_ONE, "expected one signer in the seal")
        parts, leaf = _take_apart(signed_data)
        expect(parts.encode() == contents[:length], "a baseline B-B or B-T signature in DER, and nothing beside it")
        return _signature(parts, leaf)
    except NOT_A_STRUCTURE as error:
        raise SealRefused(SealReason.BROKEN, "the seal is not a CMS structure") from error


def _take_apart(signed_data: cms.SignedData) -> tuple[_Parts, bytes]:
    """Copy the parts as they stand in the file; returns the signer's certificate (DER) beside them."""
    signer_info = signed_data["signer_infos"][0]
    attributes = signed_attributes(signer_info)
    certificates = certificates_of(signed_data)
    leaf = named_certificate(certificates, attribute_values(attributes))
    algorithms = bytes(signed_data["digest_algorithms"][0].dump()), bytes(signer_info["digest_algorithm"].dump())
    expect(all(each in _SHA256_FORMS for each in algorithms), "the digest algorithm SHA-256")
    parts = _Parts(
        certificates=certificates,
        signer=signer_identifier(asn1_x509.Certificate.load(leaf)),
        digest_algorithms=algorithms,
        attributes=attributes,
        signature=bytes(signer_info["signature"].native),
        time_stamp=_time_stamp(signer_info),
    )
    return parts, leaf


def _time_stamp(signer_info: cms.SignerInfo) -> bytes | None:
    """Return the first token; whatever else stands beside it is noticed when the parts are encoded again."""
    unsigned = signer_info["unsigned_attrs"]
    if not unsigned or unsigned[0]["type"].native != _TIME_STAMP or not unsigned[0]["values"]:
        return None
    return bytes(unsigned[0]["values"][0].dump())


def _signature(parts: _Parts, leaf: bytes) -> SealSignature:
    values = attribute_values(parts.attributes)
    expect(values["content_type"].native == "data", "the signed content type data")
    return SealSignature(
        message_digest=bytes(values["message_digest"].native),
        certificates=load_certificates(parts.certificates),
        leaf=x509.load_der_x509_certificate(leaf),
        signed_attributes=parts.attributes,
        signature=parts.signature,
        time_stamp=parts.time_stamp,
    )
