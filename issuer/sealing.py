"""Sealing as the bank's policy says: with which key, with whose time stamp, with which data for a long life."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

from issuer.bank import Bank
from issuer.bank.folder import read_certificate
from issuer.certificate.trial_page import draw_trial_page
from issuer.errors import FileUnreadable, TimeStampMissing
from issuer.outputs import PRIVATE, storage_errors, write_whole
from issuer.seal_policy import SealLevel
from keys.certificates import Validity
from keys.errors import TimeStampError
from keys.pdf_seal import LongTerm, RevocationData, Sealer, TimeStamping, apply_seal, check_seal
from keys.revocation_list import create_revocation_list, list_validity
from keys.time_stamp_service import TimeStampService
from keys.urls import parse_url

OWN_LIST: Final = "root.crl"
_OWN_LIST_LIFETIME: Final = timedelta(days=7)
_OWN_LIST_REFRESH: Final = timedelta(days=1)
_MAX_REVOCATION_BYTES: Final = 1024 * 1024
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
        FileUnreadable: a certificate or revocation file of the bank.
        PassphraseMissing, KeysError: a key does not open, or the seal cannot be made.
    """
    policy = bank.profile.sealing
    signer, certificate = bank.certified_signer("seal")
    plain = Sealer(signer, read_certificate(certificate))
    if policy.level == "B-B":
        return SealedPdf(apply_seal(drawn, sealer=plain, signed_at=at), "B-B")
    stamping = TimeStamping(_service(bank), bank.tsa_roots)
    long_term = _long_term(bank, at=at) if policy.level == "B-LT" else None
    sealer = Sealer(plain.signer, plain.certificate_pem, time_stamping=stamping, long_term=long_term)
    try:
        return SealedPdf(apply_seal(drawn, sealer=sealer, signed_at=at), policy.level)
    except TimeStampError as error:
        # An answer to another question is no outage: somebody stands between, and nothing is issued.
        if policy.when_unreachable == "refuse" or error.kind not in _OUTAGES:
            raise TimeStampMissing(error.message) from error
    return SealedPdf(apply_seal(drawn, sealer=plain, signed_at=at), "B-B")


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
        return f"the time-stamping authority does not answer; certificates get level {sealed.level}"
    return None


def _long_term(bank: Bank, *, at: datetime) -> LongTerm:
    _keep_own_list(bank, at=at)
    return LongTerm(_RevocationFolder(bank.folder.revocation), (bank.certificate("root"),), bank.tsa_certificates)


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


class _RevocationFolder:
    """Revocation data from files: `*.crl` and `*.ocsp` (both DER); read once for one seal."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def revocation_data(self, certificate: bytes, issuer: bytes) -> RevocationData:  # noqa: ARG002 - all that is there
        """Return everything in the folder; the seal takes what fits."""
        return self._everything

    @cached_property
    def _everything(self) -> RevocationData:
        return RevocationData(self._read("*.crl"), self._read("*.ocsp"))

    def _read(self, pattern: str) -> tuple[bytes, ...]:
        return tuple(_read(path) for path in sorted(self._path.glob(pattern)))


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileUnreadable(error.strerror or "unknown reason", file=path.name) from error
    if len(content) > _MAX_REVOCATION_BYTES:
        raise FileUnreadable(f"expected at most {_MAX_REVOCATION_BYTES} bytes", file=path.name)
    return content
