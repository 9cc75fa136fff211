"""Is a certificate revoked? By lists (RFC 5280) and answers (RFC 6960) that were fetched before and go into the file.

Rules:

* a list is by the issuer of the certificate itself, complete (not a delta, not indirect, all reasons) and for this kind
  of certificate; its issuer may sign lists where its key usage says anything;
* an answer has the status good for exactly this certificate, by its issuer or by a responder whose certificate the
  issuer signed for that purpose and for which no revocation need be asked (id-pkix-ocsp-nocheck);
* both count at the moment the caller names, and say until when;
* whatever does not keep these rules is passed over; but when anything that keeps them says "revoked", the answer is no.
"""

from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from keys._pdf_seal.cms_parts import signature_verifies
from keys.errors import CertificateRevoked, RevocationError, RevocationUnproven
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


@dataclass(frozen=True, slots=True)
class Standing:
    """What one list or answer (DER) says about one certificate, and from when to when it counts."""

    proof: bytes
    revoked: bool
    begin: datetime
    end: datetime


def proof_of_validity(
    certificate: x509.Certificate, issuer: x509.Certificate, *, source: RevocationSource, at: datetime
) -> RevocationData:
    """Return one list or answer that shows a certificate as not revoked.

    Raises:
        CertificateRevoked: it is revoked.
        RevocationUnproven: nothing shows that it is not.
    """
    found = source.revocation_data(certificate.public_bytes(Encoding.DER), issuer.public_bytes(Encoding.DER))
    name = certificate.subject.rfc4514_string()
    answers = [RevocationData(ocsp_responses=(each,)) for each in found.ocsp_responses]
    lists = [RevocationData(crls=(each,)) for each in found.crls]
    proofs = []
    for each in (*answers, *lists):
        try:
            standing = _read(each, certificate, issuer, at=at)
        except RevocationError:
            continue
        if standing.revoked:
            raise CertificateRevoked(f"expected a certificate in force, but {name} is revoked", subject=name)
        proofs.append(each)
    if not proofs:
        raise RevocationUnproven(f"expected a revocation list or an OCSP answer in force for {name}, found none")
    return proofs[0]


def _read(one: RevocationData, certificate: x509.Certificate, issuer: x509.Certificate, *, at: datetime) -> Standing:
    if one.crls:
        return read_list(one.crls[0], certificate, issuer, at=at)
    return read_answer(one.ocsp_responses[0], certificate, issuer, at=at)


def read_list(made: bytes, certificate: x509.Certificate, issuer: x509.Certificate, *, at: datetime) -> Standing:
    """Read a revocation list, which must count for a certificate at a moment.

    Raises:
        RevocationError: it does not; `kind` says why.
    """
    try:
        crl = x509.load_der_x509_crl(made)
        if crl.issuer != issuer.subject or certificate.issuer != issuer.subject:
            raise RevocationError("expected a list by the certificate's issuer, found one by another", kind="other")
        if not all(_understood(each, certificate) for each in crl.extensions if each.critical):
            raise RevocationError("expected a complete list for this kind of certificate", kind="other")
        key, digest = issuer.public_key(), crl.signature_hash_algorithm
        signed = signature_verifies(key, crl.signature, crl.tbs_certlist_bytes, algorithm=digest)
        if not _may_sign_lists(issuer) or not signed:
            raise RevocationError("expected a list that its issuer signed, found another signature", kind="signer")
        revoked = crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None
        return _standing(made, (crl.last_update_utc, crl.next_update_utc), revoked=revoked, at=at)
    except _UNREADABLE as error:
        raise RevocationError("expected a revocation list in DER, found something else", kind="form") from error


def read_answer(made: bytes, certificate: x509.Certificate, issuer: x509.Certificate, *, at: datetime) -> Standing:
    """Read an OCSP response, which must count for a certificate at a moment; its nonce is the caller's business.

    Raises:
        RevocationError: it does not; `kind` says why.
    """
    try:
        response = ocsp.load_der_ocsp_response(made)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            said = response.response_status.name.lower().replace("_", " ")
            raise RevocationError(f"expected an answer, found the refusal: {said}", kind="refused")
        if not _is_about(response, certificate, issuer):
            raise RevocationError("expected an answer about this certificate, found one about another", kind="other")
        if not _is_signed(response, issuer, at=at):
            problem = "expected an answer by the certificate's issuer or a responder that it named, found another's"
            raise RevocationError(problem, kind="signer")
        status = response.certificate_status
        if status is ocsp.OCSPCertStatus.UNKNOWN:
            raise RevocationError(
                "expected an answer that knows the certificate, found one that does not", kind="unknown"
            )
        times = (response.this_update_utc, response.next_update_utc)
        return _standing(made, times, revoked=status is ocsp.OCSPCertStatus.REVOKED, at=at)
    except _UNREADABLE as error:
        raise RevocationError("expected an OCSP response in DER, found something else", kind="form") from error


def _is_about(response: ocsp.OCSPResponse, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, response.hash_algorithm).build()
    return (response.issuer_name_hash, response.issuer_key_hash, response.serial_number) == (
        asked.issuer_name_hash,
        asked.issuer_key_hash,
        asked.serial_number,
    )


def _is_signed(response: ocsp.OCSPResponse, issuer: x509.Certificate, *, at: datetime) -> bool:
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


def _standing(proof: bytes, times: tuple[datetime, datetime | None], *, revoked: bool, at: datetime) -> Standing:
    begin, end = times
    if end is None or begin > at + _CLOCK_TOLERANCE or at >= end:
        raise RevocationError("expected one that is in force, found one that is over or not yet begun", kind="time")
    return Standing(proof, revoked, begin, end)


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
