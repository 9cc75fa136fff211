"""What the bank keeps of a certificate: PDF and credential together, encrypted under the confirmation code.

Form of the plaintext: the length of the credential (4 bytes, big endian), the credential (ASCII), the PDF.
"""

from dataclasses import dataclass
from typing import Final

from issuer.bank import Bank
from issuer.errors import CodeWrong
from issuer.store.certificates import StoredCertificate
from keys.confirmation_code import SEALED_MORE_BYTES, code_locator, open_under_code, seal_under_code
from keys.errors import ConfirmationCodeError

_LENGTH_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class OpenedRecord:
    """The stored bytes of a certificate, as they were issued."""

    pdf: bytes
    credential: str


def seal_record(bank: Bank, number: str, *, pdf: bytes, credential: str, code: str) -> bytes:
    """Encrypt PDF and credential so that only the code opens them again."""
    text = credential.encode("ascii")
    plaintext = len(text).to_bytes(_LENGTH_BYTES, "big") + text + pdf
    return seal_under_code(plaintext, code=code, pepper=bank.pepper, associated_data=number.encode())


def pdf_bytes_of(sealed_bytes: int, *, credential: str) -> int:
    """Return how large the PDF is in a record of so many bytes that holds this credential; nothing is opened for it."""
    return sealed_bytes - SEALED_MORE_BYTES - _LENGTH_BYTES - len(credential)


def open_record(bank: Bank, certificate: StoredCertificate, *, code: str) -> OpenedRecord:
    """Decrypt the stored bytes of a certificate.

    Raises:
        CodeWrong: mistyped, or the code of another certificate.
    """
    try:
        # The locator tells a wrong code without the cost of a key derivation.
        if code_locator(code, pepper=bank.pepper) != certificate.locator:
            raise CodeWrong(number=certificate.number)
        plaintext = open_under_code(
            certificate.sealed, code=code, pepper=bank.pepper, associated_data=certificate.number.encode()
        )
    except ConfirmationCodeError as error:
        raise CodeWrong(number=certificate.number) from error
    end = _LENGTH_BYTES + int.from_bytes(plaintext[:_LENGTH_BYTES], "big")
    return OpenedRecord(pdf=plaintext[end:], credential=plaintext[_LENGTH_BYTES:end].decode("ascii"))
