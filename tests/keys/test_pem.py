"""One certificate in PEM: its form, and the serial numbers that the library would warn the user of."""

import base64
from collections.abc import Callable
from textwrap import wrap

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from keys.errors import CertificateError
from keys.pem import load_certificate, load_der, readable_roots
from keys.pem_form import certificate_der
from tests.keys.chains import LEAF, Made, make


@pytest.fixture(scope="module")
def leaf() -> Made:
    return make(LEAF)


def armoured(der: bytes) -> str:
    lines = "\n".join(wrap(base64.b64encode(der).decode("ascii"), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


def with_serial_number(made: Made, content: bytes) -> bytes:
    """The same certificate with other content in the place of its serial number, of the same length."""
    der = made.certificate.public_bytes(Encoding.DER)
    number = made.certificate.serial_number
    old = number.to_bytes(number.bit_length() // 8 + 1, "big")
    assert der.count(old) == 1
    return der.replace(old, content.rjust(len(old), content[:1]))


def test_a_certificate_is_read(leaf: Made) -> None:
    assert load_certificate(leaf.pem) == leaf.certificate


def test_text_around_the_certificate_does_not_matter(leaf: Made) -> None:
    assert load_certificate(f"subject=bank\n{leaf.pem}\n\n") == leaf.certificate


def test_a_serial_number_of_another_length_is_read() -> None:
    made = make(LEAF)
    assert load_der(made.certificate.public_bytes(Encoding.DER)).serial_number == made.certificate.serial_number


@pytest.mark.parametrize("content", [b"\x00", b"\xff", b"\x80"], ids=["zero", "minus one", "negative"])
def test_a_serial_number_that_is_not_positive_is_refused_without_a_warning(leaf: Made, content: bytes) -> None:
    der = with_serial_number(leaf, content)
    with pytest.raises(ValueError, match="positive serial number"):
        load_der(der)
    with pytest.raises(CertificateError):
        load_certificate(armoured(der))


def test_a_certificate_of_the_first_version_is_looked_into_without_its_version(leaf: Made) -> None:
    der = leaf.certificate.public_bytes(Encoding.DER)
    version = b"\xa0\x03\x02\x01\x02"
    short = der.replace(version, b"", 1)
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the library's own words about the lengths around it
        load_der(short)
    assert "serial number" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "no certificate", "-----BEGIN CERTIFICATE-----\n=\n-----END CERTIFICATE-----"])
def test_what_is_no_certificate_in_pem_is_refused(text: str) -> None:
    with pytest.raises(CertificateError):
        load_certificate(text)


def test_two_certificates_are_refused(leaf: Made) -> None:
    with pytest.raises(CertificateError):
        load_certificate(leaf.pem + leaf.pem)


@pytest.mark.parametrize("length", range(24))
def test_a_certificate_that_ends_early_is_refused(leaf: Made, length: int) -> None:
    with pytest.raises((ValueError, x509.InvalidVersion)):
        load_der(leaf.certificate.public_bytes(Encoding.DER)[:length])


def test_a_length_beyond_every_file_is_refused() -> None:
    with pytest.raises(ValueError, match="found its end"):
        load_der(b"\x30\xff" + b"\xff" * 200)


def test_the_form_of_a_certificate_is_seen_without_reading_it(leaf: Made) -> None:
    assert certificate_der(leaf.pem) == leaf.certificate.public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda der: der[:-1], id="a byte less"),
        pytest.param(lambda der: der + b"\0", id="a byte more"),
        pytest.param(lambda der: der[:4], id="only a beginning"),
        pytest.param(lambda der: der[:1], id="one byte"),
        pytest.param(lambda der: b"\x31" + der[1:], id="another type outside"),
        pytest.param(lambda der: der[:4] + b"\x31" + der[5:], id="another type inside"),
        pytest.param(lambda der: b"\x30\x00", id="nothing inside"),
    ],
)
def test_what_has_not_the_form_of_a_certificate_is_refused(leaf: Made, spoil: Callable[[bytes], bytes]) -> None:
    spoiled = armoured(spoil(leaf.certificate.public_bytes(Encoding.DER)))
    with pytest.raises(CertificateError, match="found something else"):
        certificate_der(spoiled)
    assert readable_roots([spoiled]) == []


SMALLEST_TO_SIGN = bytes.fromhex("3003020105")  # a sequence of a serial number, which is 5


@pytest.mark.parametrize(
    "der",
    [
        pytest.param(b"\x30\x05" + SMALLEST_TO_SIGN, id="only what is signed"),
        pytest.param(b"\x30\x80" + SMALLEST_TO_SIGN + b"\x30\x00\x03\x77" + bytes(119), id="no length given"),
    ],
)
def test_a_good_serial_number_does_not_make_a_certificate(der: bytes) -> None:
    with pytest.raises(CertificateError, match="found something else"):
        certificate_der(armoured(der))


def test_the_smallest_bytes_of_the_form_are_read() -> None:
    der = b"\x30\x09" + SMALLEST_TO_SIGN + b"\x30\x00\x03\x00"
    assert certificate_der(armoured(der)) == der


def test_padding_beyond_what_is_needed_is_refused() -> None:
    text = armoured(b"\x30\x09" + SMALLEST_TO_SIGN + b"\x30\x00\x03\x00")
    assert "=\n-----END" in text
    with pytest.raises(CertificateError, match="found something else"):
        certificate_der(text.replace("\n-----END", "====\n-----END"))


def test_a_root_that_has_the_form_and_cannot_be_read_vouches_for_nothing(leaf: Made) -> None:
    """The key inside is spoiled, so that only reading to the end finds it."""
    der = leaf.certificate.public_bytes(Encoding.DER)
    curve = bytes.fromhex("06082a8648ce3d030107")
    spoiled = armoured(der.replace(curve, curve[:-1] + b"\x7f"))
    assert certificate_der(spoiled)
    with pytest.raises(CertificateError, match="found something else"):
        load_certificate(spoiled)
    assert readable_roots([spoiled, leaf.pem]) == [leaf.certificate]
    assert readable_roots([leaf.pem + spoiled]) == []
