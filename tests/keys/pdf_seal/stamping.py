"""A small time-stamping authority for tests: sound tokens, and tokens with one thing changed."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.keys.pdf_seal.sealing import Authority

STAMPED_AT = datetime(2026, 11, 1, 9, 30, 2, tzinfo=UTC)
HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
    "sha1": hashes.SHA1(),
}

StampKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


@dataclass
class StampUsage:
    """What the certificate of a time-stamping authority says of itself."""

    purposes: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.TIME_STAMPING,)
    critical: bool = True
    ca: bool = False
    signs: bool | None = True
    critical_unknown: bool = False
    not_before: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    not_after: datetime = datetime(2030, 1, 1, tzinfo=UTC)
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ()


def certify(root: Authority, key: StampKey, usage: StampUsage) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test time stamps")]))
        .issuer_name(root.name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(usage.not_before)
        .not_valid_after(usage.not_after)
        .add_extension(x509.BasicConstraints(ca=usage.ca, path_length=None), critical=True)
    )
    if usage.purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usage.purposes), critical=usage.critical)
    if usage.signs is not None:
        names = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign")
        flags = dict.fromkeys((*names, "crl_sign", "encipher_only", "decipher_only"), False)
        flags["data_encipherment"] = not usage.signs
        builder = builder.add_extension(x509.KeyUsage(digital_signature=usage.signs, **flags), critical=True)
    if usage.critical_unknown:
        unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
        builder = builder.add_extension(unknown, critical=True)
    for extension, critical in usage.extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(root.key, hashes.SHA256())


@dataclass
class StampAuthority:
    """A client that answers from memory; `change` may spoil the token after it was signed."""

    root: Authority
    key: StampKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    usage: StampUsage = field(default_factory=StampUsage)
    made_at: datetime = STAMPED_AT
    digest: str = "sha256"
    chain: tuple[Authority, ...] = ()
    info: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    algorithm: str | None = None
    imprint: bytes | None = None
    change: Callable[[cms.SignedData], None] | None = None
    calls: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.certificate = certify(self.root, self.key, self.usage)

    def time_stamp(self, imprint: bytes) -> bytes:
        self.calls.append(imprint)
        info = self._info(self.imprint or imprint).dump()
        certificates = [self.certificate, *(each.certificate for each in self.chain)]
        ders = [each.public_bytes(Encoding.DER) for each in certificates]
        attributes = self._attributes(info, ders[0])
        leaf = asn1_x509.Certificate.load(ders[0])
        signed_data = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [{"algorithm": self.digest}],
                "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(info)},
                "certificates": [asn1_x509.Certificate.load(each) for each in ders],
                "signer_infos": [
                    {
                        "version": "v1",
                        "sid": {
                            "issuer_and_serial_number": {"issuer": leaf.issuer, "serial_number": leaf.serial_number}
                        },
                        "digest_algorithm": {"algorithm": self.digest},
                        "signed_attrs": attributes,
                        "signature_algorithm": {"algorithm": self.algorithm or self._algorithm()},
                        "signature": self._sign(attributes.dump()),
                    }
                ],
            }
        )
        if self.change is not None:
            self.change(signed_data)
        return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed_data}).dump())

    def _info(self, imprint: bytes) -> tsp.TSTInfo:
        return tsp.TSTInfo(
            {
                "version": "v1",
                "policy": "1.2.3.4",
                "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": imprint},
                "serial_number": 42,
                "gen_time": self.made_at,
                **self.info,
            }
        )

    def _attributes(self, info: bytes, certificate: bytes) -> cms.CMSAttributes:
        named = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(certificate).digest()}]})
        values = {
            "content_type": "tst_info",
            "message_digest": hashlib.new(self.digest, info).digest(),
            "signing_certificate_v2": named,
            **self.attributes,
        }
        return cms.CMSAttributes([{"type": kind, "values": [value]} for kind, value in values.items()])

    def _algorithm(self) -> str:
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return f"{self.digest}_ecdsa"
        return f"{self.digest}_rsa"

    def _sign(self, message: bytes) -> bytes:
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(message, ec.ECDSA(HASHES[self.digest]))
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(message, padding.PKCS1v15(), HASHES[self.digest])
        return self.key.sign(message)
