"""What a score may rest on: reports of checks, from a file or from signed receipts, and whether each can count.

A report from a file is as good as the file: whoever can edit it can edit the result. A receipt is signed by the
verifier that made the check. Both are read back strictly, and neither makes more of a check than the check found.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, TypeAlias

from credential_schemas.criteria.entries import ScoringEntry, entry_name, entry_of_report
from credential_schemas.entry_types import entry_types
from credential_schemas.errors import ReportUnreadable
from credential_schemas.report.facts import CertificateFacts, DisclosedEntry
from credential_schemas.report.model import Report
from credential_schemas.report.outcomes import DocumentPart, StatusPart, Verdict
from credential_schemas.report.reading import read_report
from keys.encoding import JsonValue, decode_json_object
from keys.errors import DecodingError
from keys.jwk import PublicKey
from keys.trust_list import TrustList
from keys.values import dataclass, replace
from verifier.errors import ReceiptRefused, ScoringEvidenceRefused, ScoringFileError
from verifier.receipt.limits import MAX_PAGE_BYTES
from verifier.receipt.reading import read_receipt
from verifier.scoring.criteria_files import read_limited
from verifier.scoring.limits import MAX_LINE_BYTES, MAX_RESULTS_BYTES

Source: TypeAlias = Literal["report", "receipt"]

_REASON_OF_STATUS = {
    StatusPart.REVOKED: "revoked",
    StatusPart.SUSPENDED: "suspended",
    StatusPart.EXPIRED: "expired",
    StatusPart.SUPERSEDED: "superseded",
    StatusPart.NOT_YET_VALID: "not_yet_valid",
    StatusPart.UNKNOWN: "status_unknown",
}
_UNLIKE = frozenset({"no", "differs"})  # what a batch says of a holder who is not as the application says


@dataclass(frozen=True, slots=True)
class Evidence:
    """One check of one certificate.

    Attributes:
        report: what the check found.
        source: whether it came from a file of reports or from a signed receipt.
        place: file and line, for messages.
        signed_by: the pinned key that signed the receipt.
        applicant: whom the line of a batch names, if it names somebody.
        differs: whether the batch found that the holder is not, or may not be, as the application says.
    """

    report: Report
    source: Source
    place: str
    signed_by: str | None = None
    applicant: str | None = None
    differs: bool = False

    def not_counted(self, applicant: str | None) -> str | None:
        """Return why nothing of it can earn points for an applicant, None if it can."""
        facts = self.report.certificate
        if self.report.context.simulated:
            return "simulated"
        if self.report.verdict is not Verdict.VALID:
            return self._refusal()
        named = facts.applicant_no if facts is not None else None
        return "other_applicant" if named is not None and applicant is not None and named != applicant else None

    def _refusal(self) -> str:
        parts = self.report.parts
        proved = parts.credential is Verdict.VALID and parts.document is not DocumentPart.INVALID
        return _REASON_OF_STATUS.get(parts.status, "not_verified") if proved else "not_verified"

    def entries(self, trust: TrustList, applicant: str | None) -> Iterator[ScoringEntry]:
        """Yield the disclosed entries, each with the reason for which it cannot count.

        Raises:
            ScoringEvidenceRefused: an entry of a type that this program does not know.
        """
        facts, disclosed = self.report.certificate, self.report.disclosed
        if facts is None or disclosed is None:
            return
        refusal = self.not_counted(applicant)
        for position, entry in enumerate(disclosed.entries):
            if entry_types().in_credentials(entry.type) is None:
                raise ScoringEvidenceRefused(f"{self.place}: expected known entry types, found another")
            read = entry_of_report(
                self._entry_id(facts, entry, position), entry, trusted=_trusts(trust, facts, entry.type)
            )
            if refusal == "superseded" and read.excluded is not None:
                yield read  # no entry is in force, and each says itself why
            else:
                yield read if refusal is None else replace(read, excluded=refusal)

    def _entry_id(self, facts: CertificateFacts, entry: DisclosedEntry, position: int) -> str:
        """Return the id of an entry; where a wallet withholds the number, the digest of what it sent stands for it."""
        number = facts.number or self.report.evidence.sha256[:16]
        return entry_name(facts.issuer.id, number, entry.idx if entry.idx is not None else f"n{position}")

    def to_json(self, applicant: str | None) -> dict[str, JsonValue]:
        """Return what a result says of this check; the name of the file is not repeated, it is personal too often."""
        facts, report = self.report.certificate, self.report
        refusal = self.not_counted(applicant)
        return {
            "report": report.id,
            "verdict": report.verdict.value,
            "status": report.parts.status.value,
            "verified_at": report.context.verified_at.isoformat().replace("+00:00", "Z"),
            "issuer": facts.issuer.id if facts is not None else None,
            "number": facts.number if facts is not None else None,
            "evidence_sha256": report.evidence.sha256,
            "source": self.source,
            "signed_by": self.signed_by,
            "counted": refusal is None,
            "not_counted": refusal,
        }


@dataclass(frozen=True, slots=True)
class NoVerdict:
    """A line of a results file about an input that was no certificate: there is nothing to score in it."""

    place: str


def read_results(path: Path) -> Iterator[Evidence | NoVerdict]:
    """Yield the reports of a JSON Lines file, and where inputs were that nothing could be found out about.

    Raises:
        ScoringFileError: the file cannot be read, or a line is no strict JSON object.
        ScoringEvidenceRefused: a line is no report, or one that was changed.
    """
    for place, line in _lines(path):
        yield read_line(line, place)


def read_line(line: bytes, place: str) -> Evidence | NoVerdict:
    """Return the report of one line of results, or that its input was none.

    Raises:
        ScoringFileError, ScoringEvidenceRefused: as `read_results`; `place` is what messages call the line.
    """
    try:
        document = decode_json_object(line, max_bytes=MAX_LINE_BYTES)
    except DecodingError as error:
        raise ScoringFileError(f"{place}: {error.message}") from error
    if "error" in document and "verdict" not in document:
        return NoVerdict(place)
    return _of_line(document, place)


def read_receipt_file(path: Path, *, keys: Mapping[str, PublicKey]) -> Evidence:
    """Return the check that a receipt vouches for.

    Raises:
        ScoringFileError: the file cannot be read.
        ScoringEvidenceRefused: it is not a receipt by a pinned key, or the report is not inside.
    """
    return read_signed(read_limited(path, MAX_PAGE_BYTES), path.name, keys=keys)


def read_signed(data: bytes, place: str, *, keys: Mapping[str, PublicKey]) -> Evidence:
    """Return the check that a receipt vouches for.

    Args:
        data: the receipt, as text or as its page; hostile.
        place: what messages call it.
        keys: the pinned keys by `kid`.

    Raises:
        ScoringEvidenceRefused: it is not a receipt by a pinned key, or the report is not inside.
    """
    try:
        receipt = read_receipt(data, keys=keys)
    except ReceiptRefused as error:
        raise ScoringEvidenceRefused(f"{place}: expected a receipt by a pinned key ({error.kind})") from error
    inside = receipt.signed.record.get("report")
    if not isinstance(inside, dict):
        raise ScoringEvidenceRefused(f"{place}: expected a receipt made with --receipt-with-content")
    key = receipt.signed.key
    return Evidence(_report(inside, place), "receipt", place, signed_by=key.kid or key.short_name())


def _of_line(document: Mapping[str, JsonValue], place: str) -> Evidence:
    """Return the check of one line, with what a batch knows beside it (docs/formats/report.md)."""
    batch = document.get("batch")
    known: Mapping[str, JsonValue] = batch if isinstance(batch, dict) else {}
    named, match = known.get("applicant_no"), known.get("match")
    return Evidence(
        _report(document, place),
        "report",
        place,
        applicant=named if isinstance(named, str) and named else None,
        differs=isinstance(match, dict) and match.get("result") in _UNLIKE,
    )


def _report(document: Mapping[str, JsonValue], place: str) -> Report:
    try:
        return read_report(document)
    except ReportUnreadable as error:
        raise ScoringEvidenceRefused(f"{place}: {error.detail}") from error


def _lines(path: Path) -> Iterator[tuple[str, bytes]]:
    read = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(iter(lambda: file.readline(MAX_LINE_BYTES + 1), b""), start=1):
                read += len(line)
                if len(line) > MAX_LINE_BYTES or read > MAX_RESULTS_BYTES:
                    raise ScoringFileError(f"{path.name}:{number}: expected a shorter line or file")
                if line.strip():
                    yield f"{path.name}:{number}", line
    except OSError as error:
        raise ScoringFileError(f"{path.name}: expected a readable file, found: {error.strerror}") from error


def _trusts(trust: TrustList, facts: CertificateFacts, entry_type: str) -> bool:
    """Return whether the trust list trusts this issuer for this type of entry in this type of credential."""
    issuer = trust.issuer(facts.issuer.id)
    listed = issuer.trusted_type(facts.vct) if issuer is not None else None
    return listed is not None and (listed.entry_types is None or entry_type in listed.entry_types)
