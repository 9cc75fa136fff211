"""One certificate in PEM, read for its form alone; whether to trust it is decided elsewhere."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from keys.errors import CertificateError
from keys.pem_form import certificate_der, serial_number_is_positive

_UNREADABLE: Final = (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion)


def load_certificate(pem: str) -> x509.Certificate:
    """Read one certificate, with its extensions and a public key of a known kind; for modules of `keys` only.

    Raises:
        CertificateError: not exactly one PEM certificate, one that cannot be read to its end, or one whose serial
            number is not positive (RFC 5280, 4.1.2.2).
    """
    try:
        certificate = load_der(certificate_der(pem))
        _read_to_its_end(certificate)
    except _UNREADABLE as error:
        raise CertificateError("expected one certificate in PEM, found something else") from error
    return certificate


def readable_roots(pems: Iterable[str]) -> list[x509.Certificate]:
    """Read the roots of a trust list, one or more in each text; a text with one that cannot be read counts for nothing.

    A trust list is checked when it is taken over (`trust_list.check_certificates`); one that was changed since is no
    reason to stop, and its spoiled roots vouch for nobody.
    """
    found: list[x509.Certificate] = []
    for pem in pems:
        with suppress(*_UNREADABLE):
            certificates = x509.load_pem_x509_certificates(pem.encode("utf-8"))
            for certificate in certificates:
                _read_to_its_end(certificate)
            found.extend(certificates)
    return found


def _read_to_its_end(certificate: x509.Certificate) -> None:
    certificate.public_key()
    list(certificate.extensions)


def load_der(der: bytes) -> x509.Certificate:
    """Read a certificate from DER, hostile; a serial number that is not positive is refused before the library warns.

    Raises:
        ValueError, TypeError, x509.InvalidVersion: it is none.
    """
    if not serial_number_is_positive(der):
        raise ValueError("expected a positive serial number")
    return x509.load_der_x509_certificate(der)
