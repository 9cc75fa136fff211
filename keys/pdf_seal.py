"""Seal a PDF, and check a seal: PAdES baseline B-B, B-T or B-LT, certifying, over the whole file.

`check_seal` keeps one rule and has no tolerant mode (see `docs/security.md`). It asks in this order, and the first
"no" is the answer:

1. bytes (`layout`): one `/ByteRange`, whose only gap is the value of `/Contents`, and which ends with the file;
2. signature (`signed_data`): one signer, ES256, the digest is that of this file, the certificate is the one named;
3. time stamp (`time_stamp`), if there is one: it is of this signature. By an authority that the caller trusts, it
   proves when the seal was there; by another, the seal stands by its own and its time stays a claim;
4. sealer (`sealer_certificate`): the certificate is for sealing, and led to a root that the caller trusts, at the
   proved time, else now;
5. structure (`structure`): the file is one revision and the update that sealed it; the one signature field holds the
   one signature value, which is the one of step 1; it certifies the document and permits no change (DocMDP, P = 1).

A PDF parser sees the file only in step 5, when every byte of it is known to come from a trusted sealer, and only if
the file is not plain (`keys.plain_pdf`). So a hostile file costs one hash, two small ASN.1 structures and a few
signatures, and cannot make two parsers disagree.

What the pages show, and what is attached, is left to the caller; so is the question whether the seal's time is
plausible beside the credential's, and everything in a document security store (`security_store`), which is for other
validators. This module and its parts are the one door to pyHanko.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib import import_module
from typing import Final, Literal, TypeGuard

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from keys._pdf_seal.layout import MAX_PDF_BYTES, SealBytes, find_seal
from keys._pdf_seal.plain_structure import plainly_sealed_at
from keys._pdf_seal.reasons import SealReason, SealRefused
from keys._pdf_seal.revocation import RevocationData, RevocationSource
from keys._pdf_seal.sealer_certificate import check_sealer, may_seal
from keys._pdf_seal.security_store import LongTerm, SecurityStore, load_pems, sealer_path, security_store, stamper_paths
from keys._pdf_seal.signed_data import SealSignature, build_signed_data, read_signed_data
from keys._pdf_seal.time_stamp import TimeStamp, read_time_stamp
from keys._pdf_seal.time_stamping import TimestampClient, TimeStamping, ask_for_stamp, stamper
from keys.errors import SealError
from keys.jwk import PublicKey, public_key_of
from keys.signer import Signer
from keys.values import dataclass

__all__ = [
    "LongTerm",
    "RevocationData",
    "RevocationSource",
    "SealCheck",
    "SealOutcome",
    "SealReason",
    "Sealer",
    "TimeStampState",
    "TimeStamping",
    "TimestampClient",
    "apply_seal",
    "check_plain_seal",
    "check_seal",
    "expect_in_force",
    "load_parser",
]

SealOutcome = Literal["intact", "missing", "broken", "untrusted"]
TimeStampState = Literal["none", "trusted", "untrusted"]

_CLOCK_TOLERANCE: Final = timedelta(minutes=5)  # between the clocks of a time-stamping authority and of the caller
_ATTEMPTS: Final = 2  # an authority with several keys may stamp with one that was not known
_OUTCOMES: Final[dict[SealReason, SealOutcome]] = {
    SealReason.MISSING: "missing",
    SealReason.UNTRUSTED: "untrusted",
    SealReason.EXPIRED: "untrusted",
}


@dataclass(frozen=True, slots=True)
class Sealer:
    """Who seals: a key, its certificate (PEM), and what leads from it to the root (PEM, the root itself left out).

    Without `time_stamping` the seal is of level B-B, with it B-T, and with `long_term` beside it B-LT.
    """

    signer: Signer
    certificate_pem: str
    chain_pem: tuple[str, ...] = ()
    time_stamping: TimeStamping | None = None
    long_term: LongTerm | None = None


@dataclass(frozen=True, slots=True)
class SealCheck:
    """What a seal shows. Only `intact` means that the file is, byte for byte, what a trusted sealer sealed.

    `reason` is None exactly then; `detail` says in English what was expected and what was found. `signer_subject`
    (RFC 4514) is given once the sealer's certificate was found trusted; `signed_at` is the sealer's own claim,
    `stamped_at` what a trusted time-stamping authority says, None without one. `time_stamp` says whether there is a
    stamp and whether the caller trusts its authority; if not, `detail` says what it lacks.
    """

    outcome: SealOutcome
    reason: SealReason | None
    detail: str
    signer_subject: str | None
    signed_at: datetime | None
    stamped_at: datetime | None = None
    time_stamp: TimeStampState = "none"


def check_seal(pdf: bytes, *, roots: Sequence[str], now: datetime, tsa_roots: Sequence[str] = ()) -> SealCheck:
    """Check the seal of a file by the one rule; never raises for hostile bytes.

    Args:
        pdf: a whole file, hostile.
        roots: PEM certificates of the authorities whose sealers the caller trusts for this issuer.
        now: aware; when the sealer's certificate must be valid, unless a trusted time stamp proves that the seal is
            older: then the time of the stamp counts.
        tsa_roots: PEM certificates of the time-stamping authorities the caller trusts. A stamp that does not lead to
            one of them proves nothing, and the file is judged as one without; a stamp that is not of this seal, or
            does not verify, makes the seal broken.
    """
    return _check(_Question(tuple(roots), now, tuple(tsa_roots)), pdf, with_parser=True)


def check_plain_seal(
    pdf: bytes, *, roots: Sequence[str], now: datetime, tsa_roots: Sequence[str] = ()
) -> SealCheck | None:
    """Return what `check_seal` says, without any PDF parser; None when step 5 needs one."""
    try:
        return _check(_Question(tuple(roots), now, tuple(tsa_roots)), pdf, with_parser=False)
    except _ParserNeeded:
        return None


@dataclass(frozen=True, slots=True)
class _Question:
    """Whom the caller trusts, and when."""

    roots: tuple[str, ...]
    now: datetime
    tsa_roots: tuple[str, ...]


class _ParserNeeded(Exception):
    """The file came to step 5 and is not plain."""


def _check(asked: _Question, pdf: bytes, *, with_parser: bool) -> SealCheck:
    subject, now = None, asked.now
    try:
        found = find_seal(pdf)
        signature = read_signed_data(found.contents)
        signature.verify(_digest(pdf, found))
        stamp = _read_stamp(signature)
        distrust = None if stamp is None else stamp.distrust(asked.tsa_roots)
        stamped_at = None if stamp is None or distrust is not None else stamp.made_at
        if stamped_at is not None and stamped_at > now + _CLOCK_TOLERANCE:
            raise SealRefused(SealReason.BROKEN, "expected a time stamp that is not of the future")
        check_sealer(signature.leaf, signature.certificates, roots=asked.roots, now=stamped_at or now)
        subject = signature.leaf.subject.rfc4514_string()
        signed_at = plainly_sealed_at(pdf, found) or _parsed_time(pdf, found, with_parser=with_parser)
    except SealRefused as refusal:
        outcome = _OUTCOMES.get(refusal.reason, "broken")
        return SealCheck(outcome, refusal.reason, refusal.detail, subject, None)
    detail = "one intact certifying seal over the whole file" + (f"; {distrust}" if distrust is not None else "")
    state: TimeStampState = "none" if stamp is None else "trusted" if distrust is None else "untrusted"
    return SealCheck("intact", None, detail, subject, signed_at, stamped_at, state)


def _parsed_time(pdf: bytes, found: SealBytes, *, with_parser: bool) -> datetime | None:
    if not with_parser:
        raise _ParserNeeded
    from keys._pdf_seal.structure import examine_structure  # nearly every sealed file is plain, and needs no parser

    return examine_structure(pdf, found)


def load_parser() -> None:
    """Load what `check_seal` needs for a file that is not plain, for a process that can load nothing later."""
    import_module("keys._pdf_seal.structure")


def apply_seal(
    pdf: bytes,
    *,
    sealer: Sealer,
    signed_at: datetime,
    field_name: str = "Seal",
    reason: str | None = None,
) -> bytes:
    """Seal a finished file: append one update that holds a certification signature over all of it.

    Args:
        pdf: one revision, unencrypted, without form or signature.
        sealer: key and certificates, where its time stamps come from, and what makes its seals long-lived.
        signed_at: aware; stands in the file as the claimed time of sealing.
        field_name: name of the signature field; it shows nothing on the page.
        reason: text for the signature dictionary, shown by PDF readers; nobody's personal data.

    Raises:
        SealError: the file cannot be sealed, or the key, certificate and time do not fit each other, or the
            time stamp is not one that `check_seal` accepts, or the data for a long life is not complete.

    What the time-stamp client or the source of revocation data raises passes through; then nothing is sealed.
    The update leaves document information and XMP metadata as they are, so a PDF/A file stays one. Two runs differ
    only in the signature itself.
    """
    certificates = _sealing_certificates(sealer, signed_at)
    _expect_unsealed(pdf)
    task = _Task(pdf, sealer, certificates, signed_at, field_name, reason)
    if sealer.long_term is None:
        return _seal(task, None)
    return _seal_for_long(task, sealer.long_term)


def expect_in_force(certificate_pem: str, *, roots: Sequence[str], source: RevocationSource, at: datetime) -> None:
    """Make sure that a sealer's certificate, and what leads from it to one of the roots, is not revoked at a moment.

    Raises:
        SealError: it leads to none of the roots.
        CertificateRevoked: something on the way is revoked.
        RevocationUnproven: nothing shows that it is not.
    """
    own = [each.public_bytes(Encoding.DER) for each in load_pems([certificate_pem])]
    security_store([sealer_path(own, roots=roots, at=at)], source=source, at=at)


@dataclass(frozen=True, slots=True)
class _Task:
    """One file to seal, and everything about it that stays the same when the authority changes its key meanwhile."""

    pdf: bytes
    sealer: Sealer
    certificates: list[bytes]
    signed_at: datetime
    field_name: str
    reason: str | None


def _seal_for_long(task: _Task, long_term: LongTerm) -> bytes:
    """Seal with a security store that has what the time stamp needs, though the stamp is made after it."""
    stamping, at = task.sealer.time_stamping, task.signed_at
    if stamping is None:
        raise SealError("expected time stamping for a seal of level B-LT")
    own = sealer_path(task.certificates, roots=long_term.roots, at=at)
    known = load_pems(long_term.authorities)
    if not stamper_paths(known, roots=stamping.roots, at=at):
        known += ask_for_stamp(stamping, hashlib.sha256(task.pdf).digest()).certificates
    for _ in range(_ATTEMPTS):
        paths = stamper_paths(known, roots=stamping.roots, at=at)
        store = security_store([own, *paths], source=long_term.revocation, at=at)
        sealed = _seal(task, store)
        stamp = _read_stamp(read_signed_data(find_seal(sealed).contents))
        if stamp is not None and stamp.authority in {path[0] for path in paths}:
            return sealed
        known += stamp.certificates if stamp is not None else ()
    raise SealError("expected a time stamp by an authority that was known before, found another each time")


def _seal(task: _Task, store: SecurityStore | None) -> bytes:
    from keys._pdf_seal.sealing_update import open_for_sealing, placeholder, write_security_store, write_update
    from keys._pdf_seal.structure import PARSER_FAILURES

    sealer, stamping = task.sealer, task.sealer.time_stamping
    try:
        writer = open_for_sealing(task.pdf)
        if store is not None:
            write_security_store(writer, store)
        value = placeholder(
            task.certificates, reason=task.reason, signed_at=task.signed_at, stamped=stamping is not None
        )
        gap, output = write_update(writer, value, field_name=task.field_name)
    except PARSER_FAILURES as error:
        raise SealError("expected a well-formed PDF to seal, found one that cannot be read strictly") from error
    stamp = stamper(stamping)
    contents = build_signed_data(gap.document_digest, task.certificates, sign=sealer.signer.sign, stamp=stamp)
    _expect_own_signature(contents, gap.document_digest, tsa_roots=stamping.roots if stamping else ())
    gap.fill_with_cms(output, contents)
    sealed = bytes(output.getvalue())
    if len(sealed) > MAX_PDF_BYTES:
        raise SealError(f"expected a sealed file of at most {MAX_PDF_BYTES} bytes, found {len(sealed)}")
    return sealed


def _read_stamp(signature: SealSignature) -> TimeStamp | None:
    """Read the time stamp if there is one, and make sure that it is of this signature."""
    if signature.time_stamp is None:
        return None
    stamp = read_time_stamp(signature.time_stamp)
    stamp.check_origin(signature.signature)
    return stamp


def _digest(pdf: bytes, found: SealBytes) -> bytes:
    digest = hashlib.sha256(memoryview(pdf)[: found.start])
    digest.update(memoryview(pdf)[found.end :])
    return digest.digest()


def _sealing_certificates(sealer: Sealer, signed_at: datetime) -> list[bytes]:
    """Read the certificates and make sure that a verifier will accept what this sealer makes."""
    if signed_at.tzinfo is None:
        raise SealError("expected the time of sealing with its time zone")
    try:
        pems = (sealer.certificate_pem, *sealer.chain_pem)
        certificates = [x509.load_pem_x509_certificate(pem.encode("utf-8")) for pem in pems]
    except ValueError as error:
        raise SealError("expected the sealer's certificates in PEM form") from error
    leaf = certificates[0]
    sealing_key = PublicKey.from_jwk({**sealer.signer.public_jwk()})
    certified = leaf.public_key()
    if not _is_on_p256(certified) or not public_key_of(certified).is_same_as(sealing_key):
        raise SealError("expected the certificate of the sealing key, found that of another key")
    if not may_seal(leaf):
        raise SealError("expected a certificate for sealing documents, with the key usage non-repudiation")
    if not leaf.not_valid_before_utc <= signed_at <= leaf.not_valid_after_utc:
        raise SealError("expected a certificate that is valid at the time of sealing")
    return [each.public_bytes(Encoding.DER) for each in certificates]


def _is_on_p256(key: object) -> TypeGuard[ec.EllipticCurvePublicKey]:
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)


def _expect_unsealed(pdf: bytes) -> None:
    try:
        find_seal(pdf)
    except SealRefused as refusal:
        if refusal.reason is SealReason.MISSING:
            return
        raise SealError(f"expected a PDF without a seal; {refusal.detail}") from refusal
    raise SealError("expected a PDF without a seal, found a sealed one")


def _expect_own_signature(contents: bytes, digest: bytes, *, tsa_roots: Sequence[str]) -> None:
    """Never hand out a seal that the check would refuse, after a fault of a key device or of a foreign authority."""
    try:
        signature = read_signed_data(contents)
        signature.verify(digest)
    except SealRefused as refusal:
        raise SealError("expected the sealing key to make a valid signature") from refusal
    try:
        stamp = _read_stamp(signature)
    except SealRefused as refusal:
        raise SealError(f"the time stamp cannot be used: {refusal.detail}") from refusal
    if stamp is None:
        return
    problem, leaf = stamp.distrust(tsa_roots), signature.leaf
    if problem is None and not leaf.not_valid_before_utc <= stamp.made_at <= leaf.not_valid_after_utc:
        problem = "expected a time stamp made while the sealer's certificate was valid"
    if problem is not None:
        raise SealError(f"the time stamp cannot be used: {problem}")
