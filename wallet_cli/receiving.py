"""Take a certificate in: read the file, check it as its holder must, and say what it is.

The checks are those of a holder on receipt: format, issuer, signature, digests and types. Whether the
certificate has been cancelled since is the question of `cb-wallet verify`, not of keeping it.
"""

from pathlib import Path

from credential_schemas.certificate_claims import CertificateClaims, from_payload
from credential_schemas.errors import (
    EntryTypeError,
    IssuerNotTrusted,
    KeyUnknown,
    PdfContainerError,
    SdJwtRefused,
)
from credential_schemas.pdf_bounds import MAX_PDF_BYTES
from credential_schemas.sd_jwt.issuer_keys import trust_list_key_finder
from credential_schemas.sd_jwt.policy import VerificationPolicy
from credential_schemas.sd_jwt.verify import verify_sd_jwt_vc
from keys.trust_list import TrustList
from keys.values import dataclass
from wallet_cli.errors import CertificateRefused, FileUnreadable, IssuerUnknown


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """What a file holds: the credential text, and the whole file when it is a PDF."""

    sd_jwt: str
    pdf: bytes | None


def read_certificate_file(path: Path) -> ReceivedFile:
    """Read a sealed PDF or a text file with an SD-JWT.

    Raises:
        FileUnreadable: no such file, more than 10 MiB, or no certificate in it.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_PDF_BYTES + 1)
    except OSError as error:
        msg = f"Expected a readable file, but {path} could not be opened: {error.strerror}."
        raise FileUnreadable(msg, kind="missing") from error
    if len(data) > MAX_PDF_BYTES:
        msg = f"Expected a certificate of at most {MAX_PDF_BYTES >> 20} MiB, but {path} is larger."
        raise FileUnreadable(msg, kind="too_large")
    if data.startswith(b"%PDF-"):
        return ReceivedFile(_credential_of_pdf(data, path), data)
    try:
        text = data.decode("ascii").strip()
    except UnicodeDecodeError:
        text = ""
    if "~" not in text:
        msg = f"Expected a certificate (sealed PDF or SD-JWT text), but found neither in {path}."
        raise FileUnreadable(msg)
    return ReceivedFile(text, None)


def check_received(sd_jwt: str, *, trust: TrustList, now: int) -> CertificateClaims:
    """Check a credential as its holder and return what it says.

    Args:
        sd_jwt: compact SD-JWT without key binding.
        trust: the issuers the holder accepts.
        now: seconds since 1970.

    Raises:
        IssuerUnknown: issuer or key is not on the trust list, so nothing can be said.
        CertificateRefused: any other check failed.
    """
    try:
        verified = verify_sd_jwt_vc(
            sd_jwt,
            policy=VerificationPolicy(expected_types=trust.types, required_claims=frozenset({"exp", "status"})),
            keys=trust_list_key_finder(trust),
            now=now,
        )
        return from_payload(verified.payload)
    except (IssuerNotTrusted, KeyUnknown) as error:
        msg = (
            f"The certificate's issuer or its key is not on the trust list (version {trust.version}); it was not kept."
        )
        raise IssuerUnknown(msg) from error
    except SdJwtRefused as error:
        msg = f"The certificate was not kept: check {error.step} of the credential failed ({error.code})."
        raise CertificateRefused(msg) from error
    except EntryTypeError as error:
        msg = f"The certificate was not kept: {error.field} is not as its type demands."
        raise CertificateRefused(msg) from error


def _credential_of_pdf(data: bytes, path: Path) -> str:
    # Imported here: a text file must not pay for the PDF reader.
    from credential_schemas.pdf_container import read_container

    try:
        return read_container(data).credential
    except PdfContainerError as error:
        msg = f"Expected a PDF certificate with one attached credential, but {path} is not one ({error.kind})."
        raise FileUnreadable(msg) from error
