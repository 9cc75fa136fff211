"""A small sealing world: certificate authorities made on the spot, sealers, drawn files, and ways to damage them."""

import hashlib
import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject, TextStringObject
from reportlab.pdfgen import canvas

from keys._pdf_seal.sealer_certificate import DOCUMENT_SIGNING
from keys._pdf_seal.sealing_update import SealingWriter, placeholder, write_update
from keys._pdf_seal.signed_data import build_signed_data
from keys.encoding import b64url_encode
from keys.jwk import der_to_raw
from keys.pdf_seal import SealCheck, Sealer, check_seal

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
SIGNED_AT = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
GAP = re.compile(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]")


class SoftwareSigner:
    """A signer that keeps its key in memory, for tests only."""

    algorithm = "ES256"
    key_id = "test"

    def __init__(self, key: ec.EllipticCurvePrivateKey | None = None) -> None:
        self.key = key or ec.generate_private_key(ec.SECP256R1())

    def public_jwk(self) -> dict[str, str]:
        numbers = self.key.public_key().public_numbers()
        x, y = (b64url_encode(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}

    def sign(self, message: bytes) -> bytes:
        return der_to_raw(self.key.sign(message, ec.ECDSA(hashes.SHA256())))


@dataclass
class Usage:
    """What a certificate says it may be used for."""

    content_commitment: bool = True
    purposes: tuple[x509.ObjectIdentifier, ...] = (DOCUMENT_SIGNING,)
    ca: bool = False
    cert_sign: bool = False
    crl_sign: bool = True  # where it signs certificates at all
    critical_unknown: bool = False
    with_key_usage: bool = True
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ()


class Authority:
    """A root, or an authority below one, that makes certificates as asked, sound or not."""

    def __init__(self, name: str, *, parent: "Authority | None" = None, usage: Usage | None = None) -> None:
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.key = ec.generate_private_key(ec.SECP256R1())
        usage = usage or Usage(ca=True, cert_sign=True, purposes=(), content_commitment=False)
        issuer = parent or self
        self.certificate = issuer.certify(self.key.public_key(), self.name, usage=usage, days=3650)

    def certify(
        self,
        public_key: ec.EllipticCurvePublicKey,
        subject: x509.Name,
        *,
        usage: Usage,
        not_before: datetime = datetime(2026, 1, 1, tzinfo=UTC),
        days: int = 730,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(not_before)
            .not_valid_after(not_before + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=usage.ca, path_length=None), critical=True)
        )
        flags = dict.fromkeys(
            ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"),
            False,
        )
        key_usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=usage.content_commitment,
            key_cert_sign=usage.cert_sign,
            crl_sign=usage.cert_sign and usage.crl_sign,
            **flags,
        )
        if usage.with_key_usage:
            builder = builder.add_extension(key_usage, critical=True)
        if usage.purposes:
            builder = builder.add_extension(x509.ExtendedKeyUsage(usage.purposes), critical=False)
        if usage.critical_unknown:
            unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
            builder = builder.add_extension(unknown, critical=True)
        for extension, critical in usage.extensions:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(self.key, hashes.SHA256())

    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def sealer(self, signer: SoftwareSigner | None = None, *, usage: Usage | None = None) -> Sealer:
        signer = signer or SoftwareSigner()
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test seal")])
        leaf = self.certify(signer.key.public_key(), subject, usage=usage or Usage())
        return Sealer(signer, leaf.public_bytes(Encoding.PEM).decode())


@dataclass(frozen=True)
class SealWorld:
    root: Authority
    sealer: Sealer
    drawn: bytes
    sealed: bytes

    @property
    def roots(self) -> list[str]:
        return [self.root.pem()]

    def check(self, pdf: bytes) -> SealCheck:
        return check_seal(pdf, roots=self.roots, now=NOW)


def draw(text: str = "Certificate", *, pages: int = 2) -> bytes:
    buffer = io.BytesIO()
    drawing = canvas.Canvas(buffer, pagesize=(595, 842), invariant=True)
    for page in range(pages):
        for line in range(40):
            drawing.drawString(50, 800 - line * 18, f"{text} line {line} page {page}")
        drawing.showPage()
    drawing.save()
    return buffer.getvalue()


def change(pdf: bytes, **entries: str) -> bytes:
    """Append an update that gives the catalogue new entries, as an editor would do it."""
    writer = PdfWriter(io.BytesIO(pdf), incremental=True)
    for key, value in entries.items():
        writer.root_object[NameObject(f"/{key}")] = TextStringObject(value)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def replace_xmp(pdf: bytes, xmp: bytes) -> bytes:
    """Append an update with other metadata; viewers call such a file validly signed."""
    writer = PdfWriter(io.BytesIO(pdf), incremental=True)
    stream = DecodedStreamObject()
    stream.set_data(xmp)
    writer.root_object[NameObject("/Metadata")] = writer._add_object(stream)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def gap_of(pdf: bytes) -> tuple[int, int]:
    """Start and end of the hexadecimal string, brackets included."""
    found = GAP.search(pdf)
    assert found is not None
    return int(found[1]), int(found[2])


def with_contents(pdf: bytes, contents: bytes) -> bytes:
    """Put other contents into the gap, padded with zeros."""
    start, end = gap_of(pdf)
    return pdf[: start + 1] + contents.hex().upper().encode().ljust(end - start - 2, b"0") + pdf[end - 1 :]


def contents_of(pdf: bytes) -> bytes:
    start, end = gap_of(pdf)
    return bytes.fromhex(pdf[start + 1 : end - 1].decode())


def der_of(sealer: Sealer) -> bytes:
    return x509.load_pem_x509_certificate(sealer.certificate_pem.encode()).public_bytes(Encoding.DER)


def reseal(sealed: bytes, sealer: Sealer, *, old: bytes, new: bytes) -> bytes:
    """Change signed bytes, length kept, and let the same sealer sign the result."""
    assert len(old) == len(new)
    assert sealed.count(old) == 1
    changed = sealed.replace(old, new)
    start, end = gap_of(changed)
    digest = hashlib.sha256(changed[:start] + changed[end:]).digest()
    return with_contents(changed, build_signed_data(digest, [der_of(sealer)], sign=sealer.signer.sign))


def sign_with_pyhanko(pdf: bytes, sealer: Sealer, **metadata: Any) -> bytes:  # noqa: ANN401 - pyHanko's own settings, passed on
    """Sign with pyHanko's own signer, as other software would."""
    signer = sealer.signer
    assert isinstance(signer, SoftwareSigner)
    key = signer.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    settings: dict[str, Any] = {
        "field_name": "Other",
        "md_algorithm": "sha256",
        "subfilter": SigSeedSubFilter.PADES,
        **metadata,
    }
    software = signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(der_of(sealer)),
        signing_key=asn1_keys.PrivateKeyInfo.load(key),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call] # pyHanko is partly typed
    )
    output = signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf)),
        signers.PdfSignatureMetadata(**settings),
        signer=software,
    )
    return bytes(output.getvalue())


def seal_again(sealed: bytes, sealer: Sealer) -> bytes:
    """Seal a sealed file once more, past all refusals: two certification signatures, the second over everything."""
    stream = io.BytesIO(sealed)
    writer = SealingWriter(stream, prev=PdfFileReader(stream))
    value = placeholder([der_of(sealer)], reason=None, signed_at=SIGNED_AT)
    gap, output = write_update(writer, value, field_name="Second")
    gap.fill_with_cms(output, build_signed_data(gap.document_digest, [der_of(sealer)], sign=sealer.signer.sign))
    return bytes(output.getvalue())
