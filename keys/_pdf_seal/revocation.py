"""Is a certificate revoked? By lists (RFC 5280) and answers (RFC 6960) that were fetched before and go into the file.

Rules:

* a list is by the issuer of the certificate itself, complete (not a delta, not indirect, all reasons) and for this kind
  of certificate; its issuer may sign lists where its key usage says anything;
* an answer has the status good for exactly this certificate, by its issuer or by a responder whose certificate the
  issuer signed for that purpose and for which no revocation need be asked (id-pkix-ocsp-nocheck);
* both count at the moment the caller names, and say until when;
* whatever does not keep these rules is passed over; but when anything that keeps them says "revoked", the answer is no.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from keys._pdf_seal.cms_parts import signature_verifies
from keys.errors import SealError
from keys.values import dataclass

T = TypeVar("T", bound=x509.ExtensionType)
_CLOCK_TOLERANCE: Final = timedelta(minutes=5)
# What the library may answer to a foreign structure that it reads part by part.
_UNREADABLE: Final = (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, x509.DuplicateExtension)


@dataclass(frozen=True, slots=True)
class RevocationData:
    """Certificate revocation lists and OCSP responses, each in DER."""

    crls: tuple[bytes, ...] = ()
    ocsp_responses: tuple[bytes, ...] = ()


class RevocationSource(Protocol):
    """Where revocation data comes from; files, network and how old they are is its business."""

    def revocation_data(self, certificate: bytes, issuer: bytes) -> RevocationData:
        """Return what may tell whether a certificate (DER) of an issuer (DER) is revoked; more than fits is welcome."""
        ...


def proof_of_validity(
    certificate: x509.Certificate, issuer: x509.Certificate, *, source: RevocationSource, at: datetime
) -> RevocationData:
    """Return one list or answer that shows a certificate as not revoked.

    Raises:
        SealError: it is revoked, or nothing shows that it is not.
    """
    found = source.revocation_data(certificate.public_bytes(Encoding.DER), issuer.public_bytes(Encoding.DER))
    name = certificate.subject.rfc4514_string()
    proofs = []
    for revoked, proof in (
        *_by_answers(found.ocsp_responses, certificate, issuer, at=at),
        *_by_lists(found.crls, certificate, issuer, at=at),
    ):
        if revoked:
            raise SealError(f"expected a certificate in force, but {name} is revoked")
        proofs.append(proof)
    if not proofs:
        raise SealError(f"expected a revocation list or an OCSP answer in force for {name}, found none")
    return proofs[0]


def _by_lists(
    lists: tuple[bytes, ...], certificate: x509.Certificate, issuer: x509.Certificate, *, at: datetime
) -> Iterator[tuple[bool, RevocationData]]:
    for each in lists:
        try:
            crl = x509.load_der_x509_crl(each)
            if _list_counts(crl, certificate, issuer) and _current(crl.last_update_utc, crl.next_update_utc, at=at):
                entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
                yield entry is not None, RevocationData(crls=(each,))
        except _UNREADABLE:
            continue


def _list_counts(crl: x509.CertificateRevocationList, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    if crl.issuer != issuer.subject or certificate.issuer != issuer.subject or not _may_sign_lists(issuer):
        return False
    if not all(_understood(each, certificate) for each in crl.extensions if each.critical):
        return False
    key = issuer.public_key()
    return signature_verifies(key, crl.signature, crl.tbs_certlist_bytes, algorithm=crl.signature_hash_algorithm)


def _understood(extension: x509.Extension[x509.ExtensionType], certificate: x509.Certificate) -> bool:
    """RFC 5280, 5.2.5: which part of the certificates a list covers; any other critical extension is not understood."""
    scope = extension.value
    if not isinstance(scope, x509.IssuingDistributionPoint):
        return False
    if scope.indirect_crl or scope.only_contains_attribute_certs or scope.only_some_reasons is not None:
        return False
    is_ca = _is_authority(certificate)
    if (scope.only_contains_ca_certs and not is_ca) or (scope.only_contains_user_certs and is_ca):
        return False
    return scope.full_name is None or not set(scope.full_name).isdisjoint(_named_lists(certificate))


def _named_lists(certificate: x509.Certificate) -> set[x509.GeneralName]:
    """The names under which a certificate says that its lists are found; a partial list must be one of them."""
    points = _extension(certificate, x509.CRLDistributionPoints) or ()
    return {name for point in points for name in point.full_name or ()}


def _by_answers(
    answers: tuple[bytes, ...], certificate: x509.Certificate, issuer: x509.Certificate, *, at: datetime
) -> Iterator[tuple[bool, RevocationData]]:
    for each in answers:
        try:
            response = ocsp.load_der_ocsp_response(each)
            if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
                continue
            if not _answer_counts(response, certificate, issuer, at=at):
                continue
            status = response.certificate_status
            if status is not ocsp.OCSPCertStatus.UNKNOWN:
                yield status is ocsp.OCSPCertStatus.REVOKED, RevocationData(ocsp_responses=(each,))
        except _UNREADABLE:
            continue


def _answer_counts(
    response: ocsp.OCSPResponse, certificate: x509.Certificate, issuer: x509.Certificate, *, at: datetime
) -> bool:
    asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, response.hash_algorithm).build()
    same = (response.issuer_name_hash, response.issuer_key_hash, response.serial_number) == (
        asked.issuer_name_hash,
        asked.issuer_key_hash,
        asked.serial_number,
    )
    if not same or not _current(response.this_update_utc, response.next_update_utc, at=at):
        return False
    responders = [each for each in response.certificates if _may_answer(each, issuer, at=at)]
    return any(
        signature_verifies(
            each.public_key(),
            response.signature,
            response.tbs_response_bytes,
            algorithm=response.signature_hash_algorithm,
        )
        for each in (issuer, *responders)
    )


def _may_answer(responder: x509.Certificate, issuer: x509.Certificate, *, at: datetime) -> bool:
    """RFC 6960, 4.2.2.2: a responder that the issuer itself named, for this purpose."""
    try:
        responder.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    purposes = _extension(responder, x509.ExtendedKeyUsage)
    named = purposes is not None and ExtendedKeyUsageOID.OCSP_SIGNING in purposes
    unasked = _extension(responder, x509.OCSPNoCheck) is not None
    return named and unasked and responder.not_valid_before_utc <= at <= responder.not_valid_after_utc


def _current(begin: datetime, end: datetime | None, *, at: datetime) -> bool:
    return end is not None and begin <= at + _CLOCK_TOLERANCE and at < end


def _may_sign_lists(issuer: x509.Certificate) -> bool:
    usage = _extension(issuer, x509.KeyUsage)
    return usage is None or usage.crl_sign


def _is_authority(certificate: x509.Certificate) -> bool:
    constraints = _extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def _extension(certificate: x509.Certificate, kind: type[T]) -> T | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
