"""What makes a seal long-lived (PAdES baseline B-LT): certificates and revocation data, collected before it is made.

The document security store (DSS, ETSI EN 319 142-1) usually comes in an update behind the signature. Ours stands inside
the sealed revision, so that nothing follows the seal: whose certificate seals is known beforehand, and so is, with what
the caller knows or one stamp made for that purpose, whose certificate stamps.

A check of ours does not need the store, and does not read it; it is for other validators, and for the years after the
authorities have stopped answering.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from keys._pdf_seal.revocation import RevocationSource, proof_of_validity
from keys._pdf_seal.sealer_certificate import find_path
from keys._pdf_seal.time_stamp import may_stamp
from keys.errors import RevocationUnproven, SealError
from keys.values import dataclass

MAX_STORE_BYTES: Final = 1024 * 1024

Path = list[x509.Certificate]


@dataclass(frozen=True, slots=True)
class LongTerm:
    """What a seal of level B-LT needs beside its time stamp.

    Attributes:
        revocation: asked about every certificate below a root.
        roots: PEM, to which the sealer's certificate leads.
        authorities: PEM, certificates of the time-stamping authority that are known beforehand, those that sign stamps
            and those between them and the root; without them, one more stamp is asked for to learn them.
    """

    revocation: RevocationSource
    roots: tuple[str, ...]
    authorities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SecurityStore:
    """The content of a document security store, in DER."""

    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    ocsp_responses: tuple[bytes, ...]


def load_pems(pems: Iterable[str]) -> Path:
    """Read certificates from PEM texts, each of one or more.

    Raises:
        SealError: a text is not PEM.
    """
    try:
        return [each for pem in pems for each in x509.load_pem_x509_certificates(pem.encode("utf-8"))]
    except ValueError as error:
        raise SealError("expected certificates in PEM form") from error


def sealer_path(certificates: Sequence[bytes], *, roots: Sequence[str], at: datetime) -> Path:
    """Return the path from the sealer's certificate (DER, the first) to its root.

    Raises:
        SealError: there is none.
    """
    loaded = [x509.load_der_x509_certificate(each) for each in certificates]
    path = find_path(loaded[0], loaded[1:], trusted=load_pems(roots), at=at)
    if path is None:
        raise SealError("expected a sealing certificate that leads to one of the named roots")
    return path


def stamper_paths(known: Sequence[x509.Certificate], *, roots: Sequence[str], at: datetime) -> list[Path]:
    """Return the path of every known certificate that may sign stamps at a moment."""
    trusted = load_pems(roots)
    paths = (find_path(each, known, trusted=trusted, at=at) for each in dict.fromkeys(known) if may_stamp(each))
    return [path for path in paths if path is not None]


def security_store(paths: Iterable[Path], *, source: RevocationSource, at: datetime) -> SecurityStore:
    """Collect the certificates of all paths, and for each below a root one proof that it is not revoked.

    Raises:
        CertificateRevoked: a certificate is revoked.
        RevocationUnproven: nothing shows that one is not.
        SealError: all together is too large.
    """
    certificates: dict[bytes, None] = {}
    crls: dict[bytes, None] = {}
    answers: dict[bytes, None] = {}
    unproven: RevocationUnproven | None = None
    for path in paths:
        certificates |= dict.fromkeys(each.public_bytes(Encoding.DER) for each in path)
        for certificate, issuer in pairwise(path):
            try:
                proof = proof_of_validity(certificate, issuer, source=source, at=at)
            except RevocationUnproven as error:  # another one may be revoked, which says more
                unproven = unproven or error
                continue
            crls |= dict.fromkeys(proof.crls)
            answers |= dict.fromkeys(proof.ocsp_responses)
    if unproven is not None:
        raise unproven
    size = sum(len(each) for part in (certificates, crls, answers) for each in part)
    if size > MAX_STORE_BYTES:
        raise SealError(f"expected at most {MAX_STORE_BYTES} bytes of certificates and revocation data, found {size}")
    return SecurityStore(tuple(certificates), tuple(crls), tuple(answers))
