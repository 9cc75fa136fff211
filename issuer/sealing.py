"""Sealing as the bank's policy says: with which key, with whose time stamp, with which data for a long life."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from issuer.bank import Bank
from issuer.bank.folder import read_certificate
from issuer.certificate.trial_page import draw_trial_page
from issuer.errors import SealCertificateRevoked, SealRevocationUnknown, TimeStampMissing
from issuer.outputs import PRIVATE, storage_errors, write_whole
from issuer.seal_policy import SealLevel, SealPolicy
from issuer.seal_revocation import SealRevocation
from keys.certificates import Validity
from keys.errors import CertificateRevoked, RevocationUnproven, TimeStampError
from keys.pdf_seal import LongTerm, Sealer, TimeStamping, apply_seal, check_seal, expect_in_force
from keys.pem_form import certificate_der
from keys.revocation_list import create_revocation_list, list_validity
from keys.revocation_service import RevocationPlaces, places_named
from keys.time_stamp_service import TimeStampService
from keys.urls import parse_url

OWN_LIST: Final = "root.crl"
_OWN_LIST_LIFETIME: Final = timedelta(days=7)
_OWN_LIST_REFRESH: Final = timedelta(days=1)
_OUTAGES: Final = frozenset({"unreachable", "refused"})


@dataclass(frozen=True, slots=True)
class SealedPdf:
    """A sealed file, and the level that its seal reached."""

    pdf: bytes
    level: SealLevel


def seal_pdf(bank: Bank, drawn: bytes, *, at: datetime) -> SealedPdf:
    """Seal a drawn certificate with the level of the bank's policy.

    Args:
        bank: whose seal it gets.
        drawn: the finished page.
        at: now; the time of sealing that stands in the file.

    Raises:
        TimeStampMissing: the authority gave no time stamp, and the policy does not do without.
        SealCertificateRevoked: a certificate that the seal rests on is revoked; no policy does without that.
        SealRevocationUnknown: nothing shows that it is not, and the policy does not do without.
        FileUnreadable: a certificate or revocation file of the bank.
        PassphraseMissing, KeysError: a key does not open, or the seal cannot be made.
    """
    policy = bank.profile.sealing
    signer, certificate = bank.certified_signer("seal")
    plain = Sealer(signer, read_certificate(certificate))
    revocation = SealRevocation(bank, at=at)
    if policy.level == "B-LT":
        # An answer to another question is no outage: somebody stands between, and nothing is issued.
        with _stamp_or(policy), _proof_or(policy, revocation):
            return SealedPdf(_long_lived(bank, drawn, plain, revocation=revocation, at=at), "B-LT")
    else:
        with _proof_or(policy, revocation):
            _expect_in_force(bank, plain.certificate_pem, revocation, at=at)
    if policy.level != "B-B":
        with _stamp_or(policy):
            return SealedPdf(apply_seal(drawn, sealer=_stamped(bank, plain), signed_at=at), "B-T")
    return SealedPdf(apply_seal(drawn, sealer=plain, signed_at=at), "B-B")


@contextmanager
def _stamp_or(policy: SealPolicy) -> Iterator[None]:
    """Go on behind the block, without its time stamp, when the policy permits that and nobody can be reached."""
    try:
        yield
    except TimeStampError as error:
        if policy.when_unreachable == "refuse" or error.kind not in _OUTAGES:
            raise TimeStampMissing(error.message) from error


@contextmanager
def _proof_or(policy: SealPolicy, revocation: SealRevocation) -> Iterator[None]:
    """Go on behind the block, not knowing whether something is revoked, on the same conditions; never when it is."""
    try:
        yield
    except CertificateRevoked as error:
        raise SealCertificateRevoked(subject=error.subject) from error
    except RevocationUnproven as error:
        if policy.when_unreachable == "refuse" or not (revocation.problems and revocation.outage):
            raise SealRevocationUnknown("; ".join([error.message, *revocation.problems])) from error


def _stamped(bank: Bank, plain: Sealer, long_term: LongTerm | None = None) -> Sealer:
    stamping = TimeStamping(_service(bank), bank.tsa_roots)
    return Sealer(plain.signer, plain.certificate_pem, time_stamping=stamping, long_term=long_term)


def _long_lived(bank: Bank, drawn: bytes, plain: Sealer, *, revocation: SealRevocation, at: datetime) -> bytes:
    if not _told_elsewhere(plain.certificate_pem):
        _keep_own_list(bank, at=at)
    long_term = LongTerm(revocation, (bank.certificate("root"),), bank.tsa_certificates)
    return apply_seal(drawn, sealer=_stamped(bank, plain, long_term), signed_at=at)


def _expect_in_force(bank: Bank, certificate_pem: str, revocation: SealRevocation, *, at: datetime) -> None:
    """A seal certificate that says where one can ask, as those of outside authorities do, is asked about each time."""
    if revocation.places(certificate_der(certificate_pem)):
        expect_in_force(certificate_pem, roots=(bank.certificate("root"),), source=revocation, at=at)


def _told_elsewhere(certificate_pem: str) -> bool:
    """Whether a certificate names a responder or a list, which its authority keeps, then, and not this bank."""
    return places_named(certificate_der(certificate_pem)) != RevocationPlaces()


def _service(bank: Bank) -> TimeStampService:
    """The policy's time-stamping authority, asked through the network door."""
    url = bank.profile.sealing.tsa_url or ""
    development = bank.profile.development
    origin = parse_url(url, allow_loopback=development).origin
    from keys.fetch import Fetcher  # the HTTP code is only loaded where time stamps are fetched

    door = Fetcher([origin], allow_loopback=development)
    return TimeStampService(url, door.post, secrets.token_bytes)


def trial_problem(bank: Bank, *, at: datetime) -> str | None:
    """Seal an empty page as a certificate would be sealed; return what would be wrong with it, None for nothing.

    Raises:
        IssuerError, KeysError: as `seal_pdf`.
    """
    sealed = seal_pdf(bank, draw_trial_page(), at=at)
    roots = (bank.certificate("root"),)
    # The authority's clock may be a little ahead of ours, and its stamp is younger than `at`.
    found = check_seal(sealed.pdf, roots=roots, now=at, tsa_roots=bank.tsa_roots)
    if found.reason is not None:
        return found.detail
    if sealed.level != bank.profile.sealing.level:
        silent = "whoever tells what is revoked" if sealed.level == "B-T" else "the time-stamping authority"
        return f"{silent} does not answer; certificates get level {sealed.level}"
    return None


def _keep_own_list(bank: Bank, *, at: datetime) -> None:
    """The bank's root signs a list of its own every day that it is needed: none of its certificates is revoked."""
    path = bank.folder.revocation / OWN_LIST
    with storage_errors(OWN_LIST):
        bank.folder.revocation.mkdir(exist_ok=True)
        known = path.read_bytes() if path.exists() else None
    if known is not None and timedelta() <= at - list_validity(known).not_before < _OWN_LIST_REFRESH:
        return
    begin = at.replace(microsecond=0)
    made = create_revocation_list(
        bank.certificate("root"),
        signer=bank.signer("root"),
        validity=Validity(begin, begin + _OWN_LIST_LIFETIME),
        revoked={},
    )
    write_whole(path, made, mode=PRIVATE)
