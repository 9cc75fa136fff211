"""One certificate in PEM, read for its form alone; whether to trust it is decided elsewhere."""

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from keys.errors import CertificateError


def load_certificate(pem: str) -> x509.Certificate:
    """Read one certificate, with its extensions and a public key of a known kind; for modules of `keys` only.

    Raises:
        CertificateError: not exactly one PEM certificate, or one that cannot be read to its end.
    """
    try:
        (certificate,) = x509.load_pem_x509_certificates(pem.encode("utf-8"))
        certificate.public_key()
        list(certificate.extensions)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion) as error:
        raise CertificateError("expected one certificate in PEM, found something else") from error
    return certificate
