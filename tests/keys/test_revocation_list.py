"""Our own revocation list: read by another library, and by the seal that carries it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import crl
from cryptography import x509

from keys.certificates import CertificateAuthority, SubjectNames, Validity, create_root
from keys.errors import CertificateError
from keys.key_files import FileSigner, create_key
from keys.pem import load_certificate
from keys.revocation_list import create_revocation_list, list_validity

START = datetime(2026, 11, 22, tzinfo=UTC)
WEEK = Validity(START, START + timedelta(days=7))
NAMES = SubjectNames("직무능력은행", "Competency Bank", "Root")
KEY = create_key()


@pytest.fixture(scope="module")
def authority() -> CertificateAuthority:
    return create_root(NAMES, key=KEY, not_before=START, years=10)


def made(authority: CertificateAuthority, revoked: Mapping[int, datetime]) -> bytes:
    return create_revocation_list(authority.certificate_pem, signer=FileSigner(KEY), validity=WEEK, revoked=revoked)


@pytest.mark.parametrize("revoked", [{}, {5: START, 2**150: START}], ids=["nothing", "two"])
def test_a_list_says_what_is_revoked_and_from_when_to_when(
    authority: CertificateAuthority, revoked: dict[int, datetime]
) -> None:
    found = x509.load_der_x509_crl(made(authority, revoked))
    root = load_certificate(authority.certificate_pem)
    assert found.is_signature_valid(root.public_key())  # type: ignore[arg-type] # a key of ours
    assert (found.issuer, found.last_update_utc, found.next_update_utc) == (root.subject, START, WEEK.not_after)
    assert {each.serial_number: each.revocation_date_utc for each in found} == revoked


def test_a_list_names_its_authority_and_has_a_number_that_rises(authority: CertificateAuthority) -> None:
    extensions = x509.load_der_x509_crl(made(authority, {})).extensions
    root = load_certificate(authority.certificate_pem)
    own = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    assert extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier == own
    assert extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == int(START.timestamp())


def test_a_list_tells_when_it_counts(authority: CertificateAuthority) -> None:
    assert list_validity(made(authority, {})) == WEEK


def test_bytes_that_are_no_list_are_refused() -> None:
    with pytest.raises(
        CertificateError, match=r"^expected a certificate revocation list in DER, found something else$"
    ):
        list_validity(b"no list")


def test_a_list_without_end_is_refused(authority: CertificateAuthority) -> None:
    """RFC 5280 wants one; the form allows to leave it out."""
    endless = crl.CertificateList.load(made(authority, {}))
    del endless["tbs_cert_list"]["next_update"]
    with pytest.raises(CertificateError, match="says until when it counts"):
        list_validity(endless.dump(force=True))


def test_the_key_of_another_authority_is_refused(authority: CertificateAuthority) -> None:
    with pytest.raises(CertificateError, match="private key of the root certificate"):
        create_revocation_list(authority.certificate_pem, signer=FileSigner(create_key()), validity=WEEK, revoked={})
