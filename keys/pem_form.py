"""The form of one certificate in PEM, without the library that reads certificates: it takes long to load.

Rules enforced: one armour, base64, and in it one DER element that is as long as it says, of three parts (RFC 5280,
4.1): what is signed, with a positive serial number, the algorithm, the signature.
Left to the caller: everything inside. `keys.pem` reads a certificate to its end.
"""

import base64
import re
from typing import Final

from keys.errors import CertificateError

_ARMOUR: Final = re.compile(r"-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")
_SEQUENCE: Final = 0x30
_BIT_STRING: Final = 0x03
_VERSION: Final = 0xA0  # [0] EXPLICIT, the one member that may stand before the serial number
_LONG_FORM: Final = 0x80


def certificate_der(pem: str) -> bytes:
    """Return the bytes of one certificate in PEM, if it has the form of one.

    Raises:
        CertificateError: not exactly one PEM certificate, or one of another form.
    """
    try:
        (armoured,) = _ARMOUR.findall(pem)
        der = base64.b64decode("".join(armoured.split()), validate=True)
        well_formed = _is_in_three_parts(der) and serial_number_is_positive(der)
    except ValueError as error:
        raise CertificateError("expected one certificate in PEM, found something else") from error
    if not well_formed:
        raise CertificateError("expected one certificate in PEM, found something else")
    return der


def serial_number_is_positive(der: bytes) -> bool:
    """Look into Certificate and TBSCertificate (RFC 5280, 4.1) as far as the serial number.

    Raises:
        ValueError: it ends before that.
    """
    try:
        at, _ = _content(der, 0)
        at, _ = _content(der, at)
        if der[at] == _VERSION:
            _, at = _content(der, at)
        start, end = _content(der, at)
    except IndexError as error:
        raise ValueError("expected a certificate, found its end") from error
    number = der[start:end]
    return number[:1] < b"\x80" and any(number)


def _is_in_three_parts(der: bytes) -> bool:
    """Return whether an element fills the bytes, and three elements fill it."""
    try:
        at, end = _content(der, 0)
        tags = [der[0]]
        for _part in range(3):
            tags.append(der[at])
            _, at = _content(der, at)
    except IndexError:
        return False
    return tags == [_SEQUENCE, _SEQUENCE, _SEQUENCE, _BIT_STRING] and at == end == len(der)


def _content(der: bytes, at: int) -> tuple[int, int]:
    """Return where the content of the element at a place begins and ends."""
    length, start = der[at + 1], at + 2
    if length < _LONG_FORM:
        return start, start + length
    octets = length - _LONG_FORM
    return start + octets, start + octets + int.from_bytes(der[start : start + octets], "big")
