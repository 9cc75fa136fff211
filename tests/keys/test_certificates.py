"""Our own certificate authority: what its certificates say, and what it refuses to sign."""

import base64
import ipaddress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID, NameOID, ObjectIdentifier

from keys.certificates import (
    EKU_STATUS_LIST,
    CertificateAuthority,
    LeafKind,
    SubjectNames,
    Validity,
    certificate_key,
    certificate_validity,
    create_leaf,
    create_root,
    valid_until,
)
from keys.errors import CertificateError
from keys.key_files import FileSigner, create_key
from keys.pem import load_certificate

START = datetime(2026, 11, 22, tzinfo=UTC)
YEAR = Validity(START, START + timedelta(days=365))
SUBJECT = SubjectNames(organisation="직무능력은행", organisation_en="Competency Bank", common_name="발급 키")
ISSUER = replace(SUBJECT, issuer_url="https://bank.example/issuer")


@pytest.fixture(scope="module")
def authority() -> CertificateAuthority:
    return create_root(replace(SUBJECT, common_name="Root"), key=create_key(), not_before=START, years=10)


def leaf(
    kind: LeafKind, authority: CertificateAuthority, *, subject: SubjectNames, signer: FileSigner
) -> x509.Certificate:
    pem = create_leaf(kind, authority, subject=subject, public_key=signer.public_key, validity=YEAR)
    return load_certificate(pem)


def usages(certificate: x509.Certificate) -> set[str]:
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    names = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"]
    return {name for name in [*names, "key_cert_sign", "crl_sign"] if getattr(usage.value, name)}


def extended_usages(certificate: x509.Certificate) -> list[str]:
    return [oid.dotted_string for oid in certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value]


def test_a_root_may_sign_leaves_and_nothing_else(authority: CertificateAuthority) -> None:
    root = load_certificate(authority.certificate_pem)
    constraints = root.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (constraints.critical, constraints.value) == (True, x509.BasicConstraints(ca=True, path_length=0))
    assert usages(root) == {"key_cert_sign", "crl_sign"}


def test_a_root_is_signed_by_itself_for_the_asked_years(authority: CertificateAuthority) -> None:
    root = load_certificate(authority.certificate_pem)
    root.verify_directly_issued_by(root)
    assert (root.not_valid_before_utc, root.not_valid_after_utc) == (START, START + timedelta(days=3650))


@pytest.mark.parametrize("years", [1, 30])
def test_a_root_may_last_one_to_thirty_years(years: int) -> None:
    root = create_root(SUBJECT, key=create_key(), not_before=START, years=years)
    assert valid_until(root.certificate_pem) == START + timedelta(days=365 * years)


def test_who_does_not_know_what_limits_a_key_must_not_use_it(
    authority: CertificateAuthority, signer: FileSigner
) -> None:
    """What limits a key is critical; what names keys and people is not (RFC 5280, 4.2.1)."""
    root = load_certificate(authority.certificate_pem)
    leaves = [
        leaf(LeafKind.STATUS, authority, subject=ISSUER, signer=signer),
        leaf(LeafKind.SEAL, authority, subject=SUBJECT, signer=signer),
    ]
    limits = {ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE}
    for certificate in (root, *leaves):
        assert {extension.oid for extension in certificate.extensions if extension.critical} == limits


def test_names_of_one_and_of_the_most_characters_are_allowed() -> None:
    subject = replace(SUBJECT, organisation="x", organisation_en="y" * 64)
    assert (subject.organisation, subject.organisation_en) == ("x", "y" * 64)


def test_a_certificate_carries_korean_and_english_names(authority: CertificateAuthority, signer: FileSigner) -> None:
    subject = leaf(LeafKind.SEAL, authority, subject=SUBJECT, signer=signer).subject
    organisations = [name.value for name in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    assert organisations == ["직무능력은행", "Competency Bank"]


@pytest.mark.parametrize("kind", list(LeafKind))
def test_a_leaf_is_signed_by_the_root_and_may_sign_no_certificate(
    authority: CertificateAuthority, signer: FileSigner, kind: LeafKind
) -> None:
    subject = SUBJECT if kind is LeafKind.SEAL else ISSUER
    found = leaf(kind, authority, subject=subject, signer=signer)
    found.verify_directly_issued_by(load_certificate(authority.certificate_pem))
    constraints = found.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (constraints.critical, constraints.value.ca) == (True, False)
    assert certificate_key(found.public_bytes(Encoding.PEM).decode()) == signer.public_key


def test_a_leaf_points_to_the_key_of_its_root(authority: CertificateAuthority, signer: FileSigner) -> None:
    root = load_certificate(authority.certificate_pem).extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    found = leaf(LeafKind.SEAL, authority, subject=SUBJECT, signer=signer).extensions
    assert found.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier == root.value.digest
    assert found.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest != root.value.digest


def test_a_credential_leaf_names_the_issuer_and_has_no_special_usage(
    authority: CertificateAuthority, signer: FileSigner
) -> None:
    found = leaf(LeafKind.CREDENTIAL, authority, subject=ISSUER, signer=signer)
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert list(names) == [
        x509.DNSName("bank.example"),
        x509.UniformResourceIdentifier("https://bank.example/issuer"),
    ]
    assert usages(found) == {"digital_signature"}
    assert ExtensionOID.EXTENDED_KEY_USAGE not in {extension.oid for extension in found.extensions}


def test_a_status_leaf_has_the_status_usage_only(authority: CertificateAuthority, signer: FileSigner) -> None:
    found = leaf(LeafKind.STATUS, authority, subject=ISSUER, signer=signer)
    assert extended_usages(found) == [EKU_STATUS_LIST.dotted_string]
    assert usages(found) == {"digital_signature"}


def test_a_seal_leaf_is_for_document_signing_with_non_repudiation(
    authority: CertificateAuthority, signer: FileSigner
) -> None:
    found = leaf(LeafKind.SEAL, authority, subject=SUBJECT, signer=signer)
    assert extended_usages(found) == ["1.3.6.1.5.5.7.3.36"]
    assert usages(found) == {"digital_signature", "content_commitment"}


def test_a_development_issuer_on_loopback_is_named_by_its_address(
    authority: CertificateAuthority, signer: FileSigner
) -> None:
    subject = replace(SUBJECT, issuer_url="http://127.0.0.1:8080")
    found = leaf(LeafKind.CREDENTIAL, authority, subject=subject, signer=signer)
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert list(names) == [
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.UniformResourceIdentifier("http://127.0.0.1:8080"),
    ]


def test_two_certificates_never_share_a_serial_number(authority: CertificateAuthority, signer: FileSigner) -> None:
    serials = {leaf(LeafKind.SEAL, authority, subject=SUBJECT, signer=signer).serial_number for _ in range(8)}
    assert len(serials) == 8
    assert min(serials) > 2**64


@pytest.mark.parametrize("years", [0, 31])
def test_a_root_for_no_or_too_many_years_is_refused(years: int) -> None:
    with pytest.raises(CertificateError, match="1 to 30 years"):
        create_root(SUBJECT, key=create_key(), not_before=START, years=years)


@pytest.mark.parametrize(
    "change",
    [{"organisation": ""}, {"organisation_en": "x" * 65}, {"common_name": ""}, {"country": "KOR"}, {"country": "kr"}],
)
def test_a_name_that_x509_does_not_allow_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(CertificateError, match="names of 1 to 64 characters and a country of 2 capital letters"):
        replace(SUBJECT, **change)


@pytest.mark.parametrize("kind", [LeafKind.CREDENTIAL, LeafKind.STATUS])
@pytest.mark.parametrize(
    ("url", "message"),
    [(None, "found none"), ("http://bank.example", "expected https"), ("bank", "absolute https URL")],
)
def test_a_credential_or_status_leaf_without_a_usable_issuer_url_is_refused(
    authority: CertificateAuthority, signer: FileSigner, kind: LeafKind, url: str | None, message: str
) -> None:
    with pytest.raises(CertificateError, match=message):
        leaf(kind, authority, subject=replace(SUBJECT, issuer_url=url), signer=signer)


def test_a_seal_leaf_with_an_issuer_url_is_refused(authority: CertificateAuthority, signer: FileSigner) -> None:
    with pytest.raises(CertificateError, match="no issuer URL in the certificate of a seal key"):
        leaf(LeafKind.SEAL, authority, subject=ISSUER, signer=signer)


@pytest.mark.parametrize(
    ("validity", "message"),
    [
        (Validity(START - timedelta(seconds=1), START + timedelta(days=1)), "only while its root is"),
        (Validity(START + timedelta(days=3600), START + timedelta(days=3651)), "only while its root is"),
        (Validity(START, START + timedelta(days=1099)), "at most 1098 days"),
    ],
)
def test_a_leaf_for_a_time_its_root_does_not_cover_is_refused(
    authority: CertificateAuthority, signer: FileSigner, validity: Validity, message: str
) -> None:
    with pytest.raises(CertificateError, match=message):
        create_leaf(LeafKind.SEAL, authority, subject=SUBJECT, public_key=signer.public_key, validity=validity)


@pytest.mark.parametrize(
    "validity",
    [
        Validity(START, START + timedelta(days=1098)),
        Validity(START + timedelta(days=3600), START + timedelta(days=3650)),
    ],
    ids=["the longest time", "until the root ends"],
)
def test_a_leaf_may_last_as_long_as_its_root_and_three_years(
    authority: CertificateAuthority, signer: FileSigner, validity: Validity
) -> None:
    pem = create_leaf(LeafKind.SEAL, authority, subject=SUBJECT, public_key=signer.public_key, validity=validity)
    assert valid_until(pem) == validity.not_after


@pytest.mark.parametrize("zone", ["before", "after"])
def test_a_time_without_zone_is_refused(zone: str) -> None:
    naive = START.replace(tzinfo=None)
    times = (naive, START) if zone == "before" else (START, naive)
    with pytest.raises(CertificateError, match="with a time zone"):
        Validity(*times)


def test_a_validity_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(CertificateError, match="ends after it begins"):
        Validity(START, START)


def test_a_root_with_the_key_of_another_is_refused(authority: CertificateAuthority) -> None:
    with pytest.raises(CertificateError, match="private key of the root certificate"):
        CertificateAuthority(authority.certificate_pem, create_key())


def test_text_that_is_not_one_certificate_is_refused(authority: CertificateAuthority) -> None:
    with pytest.raises(CertificateError, match="one certificate in PEM"):
        load_certificate("한글")
    with pytest.raises(CertificateError, match="one certificate in PEM"):
        load_certificate(authority.certificate_pem * 2)


@pytest.mark.parametrize(
    ("part", "spoiled"),
    [
        (b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", b"\x06\x08" + bytes(8)),
        (b"\x06\x03\x55\x1d\x0f", b"\x06\x03\x55\x1d\x13"),
    ],
    ids=["a curve that nobody knows", "an extension twice"],
)
def test_a_certificate_that_cannot_be_read_to_its_end_is_refused(
    authority: CertificateAuthority, part: bytes, spoiled: bytes
) -> None:
    """Its outer form alone would do for a list; whoever used it later would fail."""
    der = load_certificate(authority.certificate_pem).public_bytes(Encoding.DER)
    assert der.count(part) == 1
    body = base64.encodebytes(der.replace(part, spoiled)).decode()
    with pytest.raises(CertificateError, match="one certificate in PEM"):
        load_certificate(f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n")


def test_the_end_of_a_certificate_is_told_with_its_time_zone(authority: CertificateAuthority) -> None:
    assert valid_until(authority.certificate_pem) == START + timedelta(days=3650)


def test_a_certificate_counts_from_its_first_moment_to_its_last(authority: CertificateAuthority) -> None:
    assert certificate_validity(authority.certificate_pem) == Validity(START, START + timedelta(days=3650))


def test_a_certificate_for_another_kind_of_key_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "other")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, START, START + timedelta(days=1))
    pem = builder.sign(key, hashes.SHA384()).public_bytes(Encoding.PEM).decode()
    with pytest.raises(CertificateError, match="on P-256"):
        certificate_key(pem)


def test_the_status_usage_is_an_identifier_of_our_own() -> None:
    assert ObjectIdentifier(EKU_STATUS_LIST.dotted_string).dotted_string.startswith("2.25.")
