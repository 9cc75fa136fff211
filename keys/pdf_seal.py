"""Seal a PDF, and check a seal: PAdES baseline B-B or B-T, certifying, over the whole file. The one door to pyHanko.

`check_seal` keeps one rule and has no tolerant mode (see `docs/security.md`). It asks in this order, and the first
"no" is the answer:

1. bytes (`layout`): one `/ByteRange`, whose only gap is the value of `/Contents`, and which ends with the file;
2. signature (`signed_data`): one signer, ES256, the digest is that of this file, the certificate is the one named;
3. sealer (`sealer_certificate`): the certificate is for sealing, and leads to a root that the caller trusts;
4. time stamp (`time_stamp`), if there is one: it is of this signature, by an authority that the caller trusts;
5. structure (here): the file is one revision and the update that sealed it; the one signature field holds the one
   signature value, which is the one of step 1; it certifies the document and permits no change (DocMDP, P = 1).

A PDF parser sees the file only in step 5, when every byte of it is known to come from a trusted sealer. So a hostile
file costs one hash, one small ASN.1 structure and a few signatures, and cannot make two parsers disagree.

What the pages show, and what is attached, is left to the caller; so is the question whether the seal's time is
plausible beside the credential's.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from keys._pdf_seal.layout import MAX_CONTENTS_BYTES, MAX_PDF_BYTES, SealBytes, find_seal
from keys._pdf_seal.reasons import SealReason, SealRefused
from keys._pdf_seal.sealer_certificate import check_sealer, may_seal
from keys._pdf_seal.signed_data import SealSignature, build_signed_data, read_signed_data
from keys._pdf_seal.time_stamp import MAX_TIME_STAMP_BYTES, read_time_stamp
from keys._pdf_seal.time_stamping import TimestampClient, TimeStamping, stamper
from keys.errors import SealError
from keys.jwk import PublicKey
from keys.signer import Signer

if TYPE_CHECKING:
    from pyhanko.sign.signers.pdf_byterange import PdfSignedData

__all__ = [
    "SealCheck",
    "SealOutcome",
    "SealReason",
    "Sealer",
    "TimeStamping",
    "TimestampClient",
    "apply_seal",
    "check_seal",
]

SealOutcome = Literal["intact", "missing", "broken", "untrusted"]

MAX_OBJECTS: Final = 20_000  # S2
SUB_FILTER: Final = "/ETSI.CAdES.detached"
_CLOCK_TOLERANCE: Final = timedelta(minutes=5)  # between the clocks of a time-stamping authority and of the caller
_REVISIONS: Final = 2  # the file as drawn, and the update that sealed it
_NOT_CERTIFYING: Final = SealReason.NOT_CERTIFYING
_NO_CHANGES: Final = 1  # DocMDP, P: no change to the document is permitted
# What a parser of a foreign format may answer to a file it cannot make sense of.
_PARSER_FAILURES: Final = (PdfError, ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError)
_OUTCOMES: Final[dict[SealReason, SealOutcome]] = {
    SealReason.MISSING: "missing",
    SealReason.UNTRUSTED: "untrusted",
    SealReason.EXPIRED: "untrusted",
}


@dataclass(frozen=True, slots=True)
class Sealer:
    """Who seals: a key, its certificate (PEM), and what leads from it to the root (PEM, the root itself left out).

    With `time_stamping` the seal is of level B-T, without it B-B.
    """

    signer: Signer
    certificate_pem: str
    chain_pem: tuple[str, ...] = ()
    time_stamping: TimeStamping | None = None


@dataclass(frozen=True, slots=True)
class SealCheck:
    """What a seal shows. Only `intact` means that the file is, byte for byte, what a trusted sealer sealed.

    `reason` is None exactly then; `detail` says in English what was expected and what was found. `signer_subject`
    (RFC 4514) is given once the sealer's certificate was found trusted; `signed_at` is the sealer's own claim,
    `stamped_at` what a trusted time-stamping authority says; None for a seal without time stamp.
    """

    outcome: SealOutcome
    reason: SealReason | None
    detail: str
    signer_subject: str | None
    signed_at: datetime | None
    stamped_at: datetime | None = None


def check_seal(pdf: bytes, *, roots: Sequence[str], now: datetime, tsa_roots: Sequence[str] = ()) -> SealCheck:
    """Check the seal of a file by the one rule; never raises for hostile bytes.

    Args:
        pdf: a whole file, hostile.
        roots: PEM certificates of the authorities whose sealers the caller trusts for this issuer.
        now: aware; when the sealer's certificate must be valid.
        tsa_roots: PEM certificates of the time-stamping authorities the caller trusts. A time stamp that does not lead
            to one of them makes the seal broken; a seal without time stamp is none the worse.
    """
    subject = None
    try:
        found = find_seal(pdf)
        signature = read_signed_data(found.contents)
        signature.verify(_digest(pdf, found))
        check_sealer(signature.leaf, signature.certificates, roots=roots, now=now)
        subject = signature.leaf.subject.rfc4514_string()
        stamped_at = _check_time_stamp(signature, roots=tsa_roots)
        _expect(stamped_at is None or stamped_at <= now + _CLOCK_TOLERANCE, "a time stamp that is not of the future")
        signed_at = _examine_structure(pdf, found)
    except SealRefused as refusal:
        outcome = _OUTCOMES.get(refusal.reason, "broken")
        return SealCheck(outcome, refusal.reason, refusal.detail, subject, None)
    return SealCheck("intact", None, "one intact certifying seal over the whole file", subject, signed_at, stamped_at)


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
        sealer: key and certificates, and where its time stamps come from.
        signed_at: aware; stands in the file as the claimed time of sealing.
        field_name: name of the signature field; it shows nothing on the page.
        reason: text for the signature dictionary, shown by PDF readers; nobody's personal data.

    Raises:
        SealError: the file cannot be sealed, or the key, certificate and time do not fit each other, or the
            time stamp is not one that `check_seal` accepts.

    What the time-stamp client raises passes through; then nothing is sealed.
    The update leaves document information and XMP metadata as they are, so a PDF/A file stays one. Two runs differ
    only in the signature itself.
    """
    certificates, time_stamping = _sealing_certificates(sealer, signed_at), sealer.time_stamping
    _expect_unsealed(pdf)
    try:
        writer = _open_for_sealing(pdf)
        value = _placeholder(certificates, reason=reason, signed_at=signed_at, stamped=time_stamping is not None)
        gap, output = _write_update(writer, value, field_name=field_name)
    except _PARSER_FAILURES as error:
        raise SealError("expected a well-formed PDF to seal, found one that cannot be read strictly") from error
    stamp = stamper(time_stamping)
    contents = build_signed_data(gap.document_digest, certificates, sign=sealer.signer.sign, stamp=stamp)
    _expect_own_signature(contents, gap.document_digest, tsa_roots=time_stamping.roots if time_stamping else ())
    gap.fill_with_cms(output, contents)
    sealed = bytes(output.getvalue())
    if len(sealed) > MAX_PDF_BYTES:
        raise SealError(f"expected a sealed file of at most {MAX_PDF_BYTES} bytes, found {len(sealed)}")
    return sealed


def _check_time_stamp(signature: SealSignature, *, roots: Sequence[str]) -> datetime | None:
    """Check the time stamp if there is one; returns when it was made."""
    if signature.time_stamp is None:
        return None
    stamp = read_time_stamp(signature.time_stamp)
    stamp.verify(signature.signature, sealer=signature.leaf, roots=roots)
    return stamp.made_at


def _digest(pdf: bytes, found: SealBytes) -> bytes:
    digest = hashlib.sha256(memoryview(pdf)[: found.start])
    digest.update(memoryview(pdf)[found.end :])
    return digest.digest()


# --- sealing (pyhanko.sign doubles the cost of this import, and a check needs nothing of it: so it is imported late)


class _SealingWriter(IncrementalPdfFileWriter):
    """Writes the sealing update and nothing else: no clock, no random identifier, no changed metadata."""

    def _update_meta(self) -> None:
        """Keep document information and XMP as drawn; pyHanko would write the clock's time into both."""

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> generic.ArrayObject:
        """Keep the first identifier; the second follows from the content (ISO 32000-1, 14.4)."""
        content = hashlib.sha256(prev.stream.getvalue()).digest()[:16]
        first = prev.trailer["/ID"][0] if "/ID" in prev.trailer else content
        original = getattr(first, "original_bytes", first)
        return generic.ArrayObject([generic.ByteStringObject(original), generic.ByteStringObject(content)])


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
    if not isinstance(certified, ec.EllipticCurvePublicKey) or _point(certified) != (sealing_key.x, sealing_key.y):
        raise SealError("expected the certificate of the sealing key, found that of another key")
    if not may_seal(leaf):
        raise SealError("expected a certificate for sealing documents, with the key usage non-repudiation")
    if not leaf.not_valid_before_utc <= signed_at <= leaf.not_valid_after_utc:
        raise SealError("expected a certificate that is valid at the time of sealing")
    return [each.public_bytes(Encoding.DER) for each in certificates]


def _point(key: ec.EllipticCurvePublicKey) -> tuple[bytes, bytes]:
    numbers = key.public_numbers()
    size = (key.key_size + 7) // 8
    return numbers.x.to_bytes(size, "big"), numbers.y.to_bytes(size, "big")


def _expect_unsealed(pdf: bytes) -> None:
    try:
        find_seal(pdf)
    except SealRefused as refusal:
        if refusal.reason is SealReason.MISSING:
            return
        raise SealError(f"expected a PDF without a seal; {refusal.detail}") from refusal
    raise SealError("expected a PDF without a seal, found a sealed one")


def _open_for_sealing(pdf: bytes) -> _SealingWriter:
    stream = BytesIO(pdf)
    reader = PdfFileReader(stream, strict=True)
    if reader.encrypted or reader.total_revisions != 1 or reader.xrefs.hybrid_xrefs_present:
        raise SealError("expected a PDF of one revision, without encryption")
    if "/AcroForm" in reader.root or "/Perms" in reader.root:
        raise SealError("expected a PDF without form and permissions")
    return _SealingWriter(stream, prev=reader)


def _placeholder(
    certificates: list[bytes], *, reason: str | None, signed_at: datetime, stamped: bool = False
) -> "PdfSignedData":
    """Make the signature dictionary, with room for the certificates, one name out of them, and the rest (below 512)."""
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers.pdf_byterange import SignatureObject

    room = 512 + len(certificates[0]) + sum(len(each) for each in certificates)
    room += MAX_TIME_STAMP_BYTES if stamped else 0
    digits = 2 * (room + -room % 256)
    if digits > 2 * MAX_CONTENTS_BYTES:
        raise SealError(f"expected certificates that fit into {MAX_CONTENTS_BYTES} bytes")
    return SignatureObject(
        timestamp=signed_at,
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        bytes_reserved=digits,
    )


def _write_update(writer: _SealingWriter, value: "PdfSignedData", *, field_name: str) -> tuple[Any, BytesIO]:
    """Add signature field and value, write the file, and return pyHanko's record of the gap, and the output."""
    from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec
    from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup

    # A widget without size, outside every page: PDF/A-3 then asks for no appearance and PDF/UA-1 (7.18) for no tag.
    field = SigFieldSpec(
        field_name,
        invis_sig_settings=InvisSigSettings(box_out_of_bounds=True),
        readable_field_name="Seal of the issuer / 발급기관 전자서명",
    )
    page = writer.find_page_for_modification(0)[0].get_object()  # type: ignore[no-untyped-call] # pyHanko is partly typed
    page[generic.pdf_name("/Tabs")] = generic.pdf_name("/S")  # PDF/UA-1, 7.18.3: for each page with an annotation
    steps = PdfCMSEmbedder(field).write_cms(field_name, writer)
    next(steps)
    certify = SigMDPSetup(md_algorithm="sha256", certify=True, docmdp_perms=MDPPerm.NO_CHANGES)
    steps.send(SigObjSetup(sig_placeholder=value, mdp_setup=certify))
    gap, output = steps.send(SigIOSetup(md_algorithm="sha256", output=BytesIO()))
    return gap, output


def _expect_own_signature(contents: bytes, digest: bytes, *, tsa_roots: Sequence[str]) -> None:
    """Never hand out a seal that the check would refuse, after a fault of a key device or of a foreign authority."""
    try:
        signature = read_signed_data(contents)
        signature.verify(digest)
    except SealRefused as refusal:
        raise SealError("expected the sealing key to make a valid signature") from refusal
    try:
        _check_time_stamp(signature, roots=tsa_roots)
    except SealRefused as refusal:
        raise SealError(f"the time stamp cannot be used: {refusal.detail}") from refusal


# --- the structure of a file whose bytes are already known to be a trusted sealer's


def _expect(condition: bool, expectation: str, *, reason: SealReason = SealReason.BROKEN) -> None:  # noqa: FBT001 - reads as a sentence at each call
    if not condition:
        raise SealRefused(reason, f"expected {expectation}")


def _examine_structure(pdf: bytes, found: SealBytes) -> datetime | None:
    """Compare the parsed document with the bytes that were checked; returns the claimed time of sealing."""
    try:
        reader = PdfFileReader(BytesIO(pdf), strict=True)
        _expect(not reader.encrypted, "a file without encryption")
        _examine_revisions(reader, found)
        field, value = _only_signature(reader)
        _examine_value(value, found)
        _examine_certification(reader.root, field, value)
        return generic.parse_pdf_date(value["/M"]) if "/M" in value else None
    except _PARSER_FAILURES as error:
        raise SealRefused(SealReason.UNREADABLE, "expected a well-formed PDF behind the seal") from error


def _examine_revisions(reader: PdfFileReader, found: SealBytes) -> None:
    """Two cross-reference sections, one before the gap, one behind it; the strict reader searches for neither."""
    _expect(reader.total_revisions == _REVISIONS, "the file as drawn and one update that sealed it")
    _expect(not reader.xrefs.hybrid_xrefs_present, "one cross-reference table for every reader")
    drawn, sealing = (reader.xrefs.get_xref_container_info(number) for number in range(_REVISIONS))
    _expect(drawn.end_location < found.start < found.end < sealing.start_location, "the seal inside the last update")


def _only_signature(reader: PdfFileReader) -> tuple[generic.DictionaryObject, generic.DictionaryObject]:
    fields = reader.root["/AcroForm"]["/Fields"]
    objects = list(_dictionaries(reader))
    signature_fields = [each for each in objects if each.get("/FT") == "/Sig"]
    values = [each for each in objects if "/ByteRange" in each]
    alone = len(fields) == len(signature_fields) == len(values) == 1
    _expect(alone, "one form field, with one signature", reason=SealReason.MORE_THAN_ONE)
    field = fields[0]
    _expect(field.get("/FT") == "/Sig" and "/Kids" not in field, "one signature field")
    return field, field["/V"]


def _dictionaries(reader: PdfFileReader) -> Iterator[generic.DictionaryObject]:
    """Every object of every revision that is a dictionary, each in its latest form."""
    references = {each for number in range(_REVISIONS) for each in reader.xrefs.explicit_refs_in_revision(number)}
    _expect(len(references) <= MAX_OBJECTS, f"at most {MAX_OBJECTS} objects")
    for reference in references:
        found = reader.get_object(reference)  # type: ignore[no-untyped-call] # pyHanko is partly typed
        if isinstance(found, generic.DictionaryObject):
            yield found


def _examine_value(value: generic.DictionaryObject, found: SealBytes) -> None:
    gap = [0, found.start, found.end, value["/ByteRange"][3]]
    _expect(list(value["/ByteRange"]) == gap, "the signature value to be the one that was checked")
    _expect(bytes(value.raw_get("/Contents")) == found.contents, "the contents to be those that were checked")
    _expect(value.get("/SubFilter") == SUB_FILTER, f"a signature of the form {SUB_FILTER}")


def _examine_certification(
    root: generic.DictionaryObject,
    field: generic.DictionaryObject,
    value: generic.DictionaryObject,
) -> None:
    """The catalogue names this value, and no other, as certifying; it permits no change."""
    _expect("/Perms" in root, "the catalogue to name a certifying signature", reason=_NOT_CERTIFYING)
    permissions = root["/Perms"]
    _expect(list(permissions) == ["/DocMDP"], "the catalogue to name the seal as certifying", reason=_NOT_CERTIFYING)
    certifying = permissions.raw_get("/DocMDP")
    _expect(certifying == field.raw_get("/V"), "the certifying signature to be the seal", reason=_NOT_CERTIFYING)
    references = value.get("/Reference", [])
    _expect(len(references) == 1, "one reference in the seal", reason=_NOT_CERTIFYING)
    rule = references[0]["/TransformMethod"], references[0]["/TransformParams"].get("/P")
    _expect(rule == ("/DocMDP", _NO_CHANGES), "DocMDP with P = 1, no change permitted", reason=_NOT_CERTIFYING)
