"""A certification authority of the tests: roots, intermediates and leaves that differ from good ones in one thing."""

import base64
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from keys.certificates import EKU_STATUS_LIST

ISSUER = "https://bank.example"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
AnyKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Made:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: AnyKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode("ascii")

    @property
    def x5c(self) -> str:
        return base64.b64encode(self.certificate.public_bytes(Encoding.DER)).decode("ascii")


@dataclass(frozen=True)
class Plan:
    """What a certificate is to say; `usage` names the set bits of its key usage, None leaves the extension out."""

    name: str
    ca: bool = False
    path_length: int | None = None
    usage: tuple[str, ...] | None = ("digital_signature",)
    purposes: tuple[x509.ObjectIdentifier, ...] = ()
    names: tuple[x509.GeneralName, ...] = (x509.DNSName("bank.example"), x509.UniformResourceIdentifier(ISSUER))
    start: datetime = NOW - timedelta(days=30)
    days: int = 365
    key: AnyKey = field(default_factory=new_key)
    digest: hashes.SHA256 | hashes.SHA384 = field(default_factory=hashes.SHA256)
    more: tuple[tuple[x509.ExtensionType, bool], ...] = ()


LEAF = Plan("leaf")
STATUS_LEAF = replace(LEAF, purposes=(EKU_STATUS_LIST,))


def authority(name: str, *, path_length: int | None = None, **more: object) -> Plan:
    plan = Plan(name, ca=True, path_length=path_length, usage=("key_cert_sign", "crl_sign"), names=())
    return replace(plan, **more)  # type: ignore[arg-type] # the names and types of Plan, checked when it runs


def make(plan: Plan, signer: Made | None = None) -> Made:
    """Make a certificate; without a signer it signs itself."""
    subject = _name(plan.name)
    key = plan.key
    issuer_key = signer.key if signer is not None else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer.certificate.subject if signer is not None else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(plan.start)
        .not_valid_after(plan.start + timedelta(days=plan.days))
        .add_extension(x509.BasicConstraints(ca=plan.ca, path_length=plan.path_length), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    for extension, critical in _extensions(plan):
        builder = builder.add_extension(extension, critical=critical)
    return Made(builder.sign(issuer_key, plan.digest), key)


def _extensions(plan: Plan) -> list[tuple[x509.ExtensionType, bool]]:
    found: list[tuple[x509.ExtensionType, bool]] = [*plan.more]
    if plan.usage is not None:
        bits = {
            name: name in plan.usage
            for name in (
                "digital_signature",
                "content_commitment",
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "key_cert_sign",
                "crl_sign",
                "encipher_only",
                "decipher_only",
            )
        }
        found.append((x509.KeyUsage(**bits), True))
    if plan.purposes:
        found.append((x509.ExtendedKeyUsage(plan.purposes), False))
    if plan.names:
        found.append((x509.SubjectAlternativeName(plan.names), False))
    return found


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
