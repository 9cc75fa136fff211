"""The time stamp on a seal: that another authority saw the signature, and when (RFC 3161, PAdES baseline B-T).

Rules:

* the token is signed data over a TSTInfo by one signer, RSA (PKCS#1 v1.5) or ECDSA with SHA-256, SHA-384 or SHA-512;
* signed attributes: content type TSTInfo, message digest and signing-certificate-v2, which names the authority's own
  certificate by its SHA-256; nothing is unsigned, and, as with the seal, the parts encoded again give the same bytes;
* the imprint is the SHA-256 of the seal's signature value, and the signature verifies.

A stamp that keeps these rules is one of this seal, but anybody can make such a stamp. It is believed when

* the authority's certificate names time stamping as its only purpose, critically, is not a CA, may sign, and led to one
  of the caller's roots when the stamp was made: a stamp outlives the certificate of its authority;
* it came with no other certificates than those that lead to the root.

Left to the caller: whether the time lies in the future, and what a file without stamp, or with one that is not
believed, is worth. Whoever holds a file can take the stamp off or put a later one on; a stamp proves "not later than",
never that it was the only one.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

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
    signature_verifies,
    signed_attributes,
    signer_identifier,
    tagged,
)
from keys._pdf_seal.reasons import SealReason, SealRefused
from keys._pdf_seal.sealer_certificate import UNDERSTOOD_WHEN_CRITICAL, find_path
from keys.pem import readable_roots
from keys.values import dataclass

MAX_TIME_STAMP_BYTES = 8 * 1024  # a token with the authority's path, RSA of 4096 bits, is about 6 KiB
_VERSION_3: Final = bytes(core.Integer(3).dump())
_TST_INFO: Final = oid("1.2.840.113549.1.9.16.1.4")
_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_DIGEST_OIDS: Final = {
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
_RSA: Final = "1.2.840.113549.1.1.1"  # with the digest that the signer names beside it
_RSA_OIDS: Final = {
    "sha256": "1.2.840.113549.1.1.11",
    "sha384": "1.2.840.113549.1.1.12",
    "sha512": "1.2.840.113549.1.1.13",
}
_ECDSA_OIDS: Final = {"sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3", "sha512": "1.2.840.10045.4.3.4"}


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """A token, taken apart strictly; nothing in it is believed before `check_origin` and `distrust`."""

    made_at: datetime
    imprint: bytes
    authority: x509.Certificate
    certificates: tuple[x509.Certificate, ...]
    signed_attributes: bytes
    signature: bytes
    digest: str

    def check_origin(self, signature: bytes) -> None:
        """Check that the stamp is of this seal, and by the key of the certificate that it names.

        Args:
            signature: the seal's signature value.

        Raises:
            SealRefused: `BROKEN`, with the rule that is not kept.
        """
        expect(self.imprint == hashlib.sha256(signature).digest(), "a time stamp of this seal, found one of another")
        genuine = False
        with suppress(ValueError, UnsupportedAlgorithm):  # a key of an unknown kind
            key = self.authority.public_key()
            genuine = signature_verifies(key, self.signature, self.signed_attributes, algorithm=_HASHES[self.digest])
        expect(genuine, "a time stamp whose signature verifies, RSA or ECDSA")

    def distrust(self, roots: Sequence[str]) -> str | None:
        """Return what the stamp lacks to be believed by somebody who trusts these roots (PEM); None for nothing."""
        if not may_stamp(self.authority):
            return "expected a time stamp by a certificate for time stamping and nothing else"
        trusted = readable_roots(roots)
        path = find_path(self.authority, self.certificates, trusted=trusted, at=self.made_at) if trusted else None
        if path is None:
            return "expected a time stamp by an authority that led to a listed root when it was made"
        if not set(self.certificates) <= set(path):
            return "expected a time stamp with only certificates that lead to the root"
        return None


def read_time_stamp(token: bytes) -> TimeStamp:
    """Take a time-stamp token apart.

    Args:
        token: DER of a ContentInfo; hostile.

    Raises:
        SealRefused: `BROKEN` if it is not of the one form described above.
    """
    try:
        expect(len(token) <= MAX_TIME_STAMP_BYTES, f"a time stamp of at most {MAX_TIME_STAMP_BYTES} bytes")
        signed_data = cms.ContentInfo.load(token, strict=True)["content"]
        expect(len(signed_data["signer_infos"]) == 1, "one signer of the time stamp")
        signer_info = signed_data["signer_infos"][0]
        certificates = certificates_of(signed_data)
        attributes = signed_attributes(signer_info)
        values = attribute_values(attributes)
        authority = named_certificate(certificates, values)
        info = bytes(signed_data["encap_content_info"]["content"].contents)
        digest = signer_info["digest_algorithm"]["algorithm"].native
        expect(digest in _HASHES, "a time stamp with SHA-256, SHA-384 or SHA-512")
        again = _encode(signed_data, authority=authority, certificates=certificates, digest=digest)
        expect(again == token, "a time stamp in DER, with its certificates, and nothing beside them")
        expect(values["content_type"].native == "tst_info", "the signed content type TSTInfo in the time stamp")
        stated = hashlib.new(digest, info).digest()
        expect(values["message_digest"].native == stated, "the time stamp's digest to be that of its content")
        imprint, made_at = _read_info(info)
        return TimeStamp(
            made_at=made_at,
            imprint=imprint,
            certificates=load_certificates(certificates),
            authority=x509.load_der_x509_certificate(authority),
            signed_attributes=attributes,
            signature=bytes(signer_info["signature"].native),
            digest=digest,
        )
    except NOT_A_STRUCTURE as error:
        raise SealRefused(SealReason.BROKEN, "the time stamp is not a CMS structure") from error


def _encode(signed_data: cms.SignedData, *, authority: bytes, certificates: Sequence[bytes], digest: str) -> bytes:
    """Return the DER of the one token that has these parts."""
    signer_info = signed_data["signer_infos"][0]
    digest_algorithms = bytes(signed_data["digest_algorithms"][0].dump()), bytes(signer_info["digest_algorithm"].dump())
    expect(all(each in _forms(_DIGEST_OIDS[digest]) for each in digest_algorithms), "one digest in the time stamp")
    algorithm = bytes(signer_info["signature_algorithm"].dump())
    signatures = (_RSA, _RSA_OIDS[digest], _ECDSA_OIDS[digest])
    known = [form for dotted in signatures for form in _forms(dotted)]
    expect(algorithm in known, "a time stamp signed by RSA (PKCS#1 v1.5) or ECDSA over the digest it names")
    signer = sequence(
        VERSION_1,
        signer_identifier(asn1_x509.Certificate.load(authority)),
        digest_algorithms[1],
        implicitly_tagged(0, signed_attributes(signer_info)),
        algorithm,
        octets(bytes(signer_info["signature"].native)),
    )
    content = octets(bytes(signed_data["encap_content_info"]["content"].contents))
    return content_info(
        sequence(
            _VERSION_3,
            set_of(digest_algorithms[0]),
            sequence(_TST_INFO, tagged(0, content)),
            tagged(0, b"".join(certificates)),
            set_of(signer),
        )
    )


def _forms(dotted: str) -> tuple[bytes, bytes]:
    """RFC 5754 permits an algorithm without parameters in two forms."""
    return sequence(oid(dotted)), sequence(oid(dotted), NULL)


def _read_info(content: bytes) -> tuple[bytes, datetime]:
    """Return imprint and time of a TSTInfo (RFC 3161, 2.4.2); an extension that must be understood is refused."""
    info = tsp.TSTInfo.load(content, strict=True)
    imprint = info["message_imprint"]
    expect(info["version"].native == "v1", "a TSTInfo of version 1")
    expect(imprint["hash_algorithm"]["algorithm"].native == "sha256", "a time stamp over a SHA-256 imprint")
    expect(not any(each["critical"].native for each in info["extensions"]), "no critical extension in the time stamp")
    made_at: datetime = info["gen_time"].native
    expect(made_at.utcoffset() == timedelta(0), "a time stamp in UTC")
    return bytes(imprint["hashed_message"].native), made_at


def may_stamp(certificate: x509.Certificate) -> bool:
    """Return whether a certificate is one for time stamping (RFC 3161, 2.3), by its extensions alone; never raises."""
    try:
        extensions = list(certificate.extensions)
    except (x509.DuplicateExtension, ValueError):
        return False
    if any(each.critical and each.oid not in UNDERSTOOD_WHEN_CRITICAL for each in extensions):
        return False
    values = [each.value for each in extensions]
    is_ca = any(isinstance(value, x509.BasicConstraints) and value.ca for value in values)
    usages = [value for value in values if isinstance(value, x509.KeyUsage)]
    signs = all(usage.digital_signature or usage.content_commitment for usage in usages)
    purposes = [each for each in extensions if isinstance(each.value, x509.ExtendedKeyUsage)]
    only = [each.critical and list(each.value) == [ExtendedKeyUsageOID.TIME_STAMPING] for each in purposes]
    return signs and not is_ca and only == [True]
