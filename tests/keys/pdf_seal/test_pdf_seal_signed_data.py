"""The CMS structure: every way to say more, or something else, than a baseline signature does."""

import hashlib
from collections.abc import Callable

import pytest
from asn1crypto import cms, core, tsp
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding

from keys._pdf_seal.cms_parts import signature_verifies
from keys._pdf_seal.reasons import SealReason, SealRefused
from keys._pdf_seal.signed_data import build_signed_data, read_signed_data
from tests.keys.pdf_seal.sealing import Authority, SoftwareSigner, der_of

DIGEST = hashlib.sha256(b"file").digest()
AUTHORITY = Authority("Root")
SEALER = AUTHORITY.sealer()
DER = der_of(SEALER)
ONLY_BASELINE = "expected a baseline B-B or B-T signature in DER, and nothing beside it"


def built() -> bytes:
    return build_signed_data(DIGEST, [DER], sign=SEALER.signer.sign)


def refused(contents: bytes) -> SealRefused:
    with pytest.raises(SealRefused) as refusal:
        read_signed_data(contents)
    return refusal.value


def unverified(contents: bytes, digest: bytes = DIGEST) -> str:
    with pytest.raises(SealRefused) as refusal:
        read_signed_data(contents).verify(digest)
    assert refusal.value.reason is SealReason.BROKEN
    return refusal.value.detail


def changed(change: Callable[[cms.SignedData], None]) -> bytes:
    content_info = cms.ContentInfo.load(built())
    change(content_info["content"])
    return bytes(content_info.dump())


def signer_of(signed_data: cms.SignedData) -> cms.SignerInfo:
    return signed_data["signer_infos"][0]


def with_attributes(attributes: list[dict[str, object]]) -> bytes:
    def replace(signed_data: cms.SignedData) -> None:
        signer_of(signed_data)["signed_attrs"] = cms.CMSAttributes(attributes)

    return changed(replace)


def signing_certificate(**changes: object) -> tsp.SigningCertificateV2:
    return tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(DER).digest(), **changes}]})


CONTENT_TYPE = {"type": "content_type", "values": ["data"]}
MESSAGE_DIGEST = {"type": "message_digest", "values": [DIGEST]}
CERTIFICATE = {"type": "signing_certificate_v2", "values": [signing_certificate()]}


def test_what_was_built_is_read_and_verifies() -> None:
    read_signed_data(built() + bytes(100)).verify(DIGEST)


def test_the_certificate_is_among_what_is_read() -> None:
    signature = read_signed_data(built())
    assert signature.certificates == (signature.leaf,)


def test_another_file_is_refused() -> None:
    assert unverified(built(), hashlib.sha256(b"other").digest()) == "the file is not the one that was sealed"


def test_a_signature_by_another_key_is_refused() -> None:
    forged = build_signed_data(DIGEST, [DER], sign=AUTHORITY.sealer().signer.sign)
    assert unverified(forged) == "the signature of the seal does not verify"


def test_a_signature_of_zeros_is_refused() -> None:
    forged = build_signed_data(DIGEST, [DER], sign=lambda _: bytes(64))
    assert unverified(forged) == "the signature of the seal does not verify"


def add_unsigned_attribute(signed_data: cms.SignedData) -> None:
    signer_of(signed_data)["unsigned_attrs"] = cms.CMSAttributes([CONTENT_TYPE])


def attach_content(signed_data: cms.SignedData) -> None:
    signed_data["encap_content_info"] = {"content_type": "data", "content": b"other"}


def change_version(signed_data: cms.SignedData) -> None:
    signed_data["version"] = "v3"


def name_signer_by_key(signed_data: cms.SignedData) -> None:
    signer_of(signed_data)["sid"] = cms.SignerIdentifier({"subject_key_identifier": core.OctetString(b"key")})


def name_other_serial_number(signed_data: cms.SignedData) -> None:
    issuer = asn1_x509.Certificate.load(DER).issuer
    signer_of(signed_data)["sid"] = cms.SignerIdentifier(
        {"issuer_and_serial_number": {"issuer": issuer, "serial_number": 7}},
    )


def name_other_signature_algorithm(signed_data: cms.SignedData) -> None:
    signer_of(signed_data)["signature_algorithm"] = {"algorithm": "sha512_ecdsa"}


def name_second_digest_algorithm(signed_data: cms.SignedData) -> None:
    signed_data["digest_algorithms"] = [{"algorithm": "sha256"}, {"algorithm": "sha512"}]


@pytest.mark.parametrize(
    "change",
    [
        add_unsigned_attribute,
        attach_content,
        change_version,
        name_signer_by_key,
        name_other_serial_number,
        name_other_signature_algorithm,
        name_second_digest_algorithm,
    ],
)
def test_whatever_a_baseline_signature_does_not_hold_is_refused(change: Callable[[cms.SignedData], None]) -> None:
    refusal = refused(changed(change))
    assert (refusal.reason, refusal.detail) == (SealReason.BROKEN, ONLY_BASELINE)


def test_two_signers_are_refused_as_more_than_one() -> None:
    def double(signed_data: cms.SignedData) -> None:
        signed_data["signer_infos"] = [signer_of(signed_data).copy(), signer_of(signed_data).copy()]

    assert refused(changed(double)).reason is SealReason.MORE_THAN_ONE


def test_another_digest_algorithm_is_refused() -> None:
    def change(signed_data: cms.SignedData) -> None:
        signer_of(signed_data)["digest_algorithm"] = {"algorithm": "sha512"}

    assert refused(changed(change)).detail == "expected the digest algorithm SHA-256"


def test_the_other_form_of_naming_sha_256_is_accepted() -> None:
    def change(signed_data: cms.SignedData) -> None:
        signer_of(signed_data)["digest_algorithm"] = {"algorithm": "sha256", "parameters": core.Null()}

    read_signed_data(changed(change)).verify(DIGEST)


def test_more_certificates_than_any_path_needs_are_refused() -> None:
    stuffed = build_signed_data(DIGEST, [DER] * 9, sign=SEALER.signer.sign)
    assert refused(stuffed).detail == "expected at most 8 certificates"


def test_as_many_certificates_as_the_longest_path_has_are_read() -> None:
    others = [AUTHORITY.certificate.public_bytes(Encoding.DER)] * 7
    assert len(read_signed_data(build_signed_data(DIGEST, [DER, *others], sign=SEALER.signer.sign)).certificates) == 8


def test_the_signers_certificate_twice_is_refused() -> None:
    doubled = build_signed_data(DIGEST, [DER, DER], sign=SEALER.signer.sign)
    assert refused(doubled).detail == "expected exactly one certificate that signing-certificate-v2 names"


@pytest.mark.parametrize(
    ("attributes", "detail"),
    [
        ([CONTENT_TYPE, MESSAGE_DIGEST], "the seal is not a CMS structure"),
        ([CONTENT_TYPE, CERTIFICATE], "the seal is not a CMS structure"),
        ([MESSAGE_DIGEST, CERTIFICATE], "the seal is not a CMS structure"),
        ([CONTENT_TYPE, MESSAGE_DIGEST, MESSAGE_DIGEST, CERTIFICATE], "expected no signed attribute twice"),
        (
            [CONTENT_TYPE, {"type": "message_digest", "values": [DIGEST, bytes(32)]}, CERTIFICATE],
            "expected one value in each signed attribute",
        ),
        (
            [{"type": "content_type", "values": ["signed_data"]}, MESSAGE_DIGEST, CERTIFICATE],
            "expected the signed content type data",
        ),
        (
            [
                CONTENT_TYPE,
                MESSAGE_DIGEST,
                {"type": "signing_certificate_v2", "values": [signing_certificate(cert_hash=bytes(32))]},
            ],
            "expected exactly one certificate that signing-certificate-v2 names",
        ),
        (
            [
                CONTENT_TYPE,
                MESSAGE_DIGEST,
                {
                    "type": "signing_certificate_v2",
                    "values": [signing_certificate(hash_algorithm={"algorithm": "sha512"})],
                },
            ],
            "expected the signer's certificate named by its SHA-256",
        ),
    ],
)
def test_signed_attributes_that_are_missing_repeated_or_different_are_refused(
    attributes: list[dict[str, object]],
    detail: str,
) -> None:
    assert refused(with_attributes(attributes)).detail == detail


@pytest.mark.parametrize(
    "contents", [b"", b"\x00" * 64, b"\x30\x80\x00\x00", b"\x30\x03\x02\x01\x01", b"\x30\x84\xff\xff\xff\xff"]
)
def test_what_is_no_cms_structure_is_refused(contents: bytes) -> None:
    assert refused(contents).reason is SealReason.BROKEN


def with_serial_number(number: int) -> bytes:
    certificate = asn1_x509.Certificate.load(DER)
    certificate["tbs_certificate"]["serial_number"] = number
    return build_signed_data(DIGEST, [certificate.dump(force=True)], sign=SEALER.signer.sign)


def test_a_certificate_with_a_serial_number_of_zero_is_refused() -> None:
    assert refused(with_serial_number(0)).detail == "expected certificates with positive serial numbers"


def test_a_certificate_with_the_smallest_serial_number_is_read() -> None:
    assert read_signed_data(with_serial_number(1)).leaf.serial_number == 1


def test_a_key_of_an_unknown_kind_is_refused() -> None:
    certificate = asn1_x509.Certificate.load(DER)
    key = certificate["tbs_certificate"]["subject_public_key_info"]
    key["public_key"] = asn1_keys.ECPointBitString(b"\x04" + bytes(64))
    forged = build_signed_data(DIGEST, [certificate.dump(force=True)], sign=SEALER.signer.sign)
    assert unverified(forged) == "the sealing key is of an unknown kind"


def test_a_key_on_another_curve_is_refused() -> None:
    other = AUTHORITY.sealer(SoftwareSigner(ec.generate_private_key(ec.SECP384R1())))
    assert unverified(build_signed_data(DIGEST, [der_of(other)], sign=SEALER.signer.sign)) == (
        "expected a sealing key on P-256"
    )


@pytest.mark.parametrize("algorithm", [hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])
def test_a_signature_verifies_over_its_own_message_only(algorithm: hashes.HashAlgorithm) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    signature = key.sign(b"message", ec.ECDSA(algorithm))
    assert signature_verifies(key.public_key(), signature, b"message", algorithm=algorithm)
    assert not signature_verifies(key.public_key(), signature, b"another", algorithm=algorithm)


def test_a_signature_with_a_broken_digest_or_by_another_kind_of_key_does_not_verify() -> None:
    key, other = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()
    by_sha_1 = key.sign(b"message", ec.ECDSA(hashes.SHA1()))
    assert not signature_verifies(key.public_key(), by_sha_1, b"message", algorithm=hashes.SHA1())
    by_other = other.sign(b"message")
    for algorithm in (None, hashes.SHA256()):  # Ed25519 names no digest
        assert not signature_verifies(other.public_key(), by_other, b"message", algorithm=algorithm)
