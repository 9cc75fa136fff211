"""From what was handed in to the credential in it: one path for each form of evidence."""

import hashlib
from typing import TYPE_CHECKING

from credential_schemas.report.facts import Evidence
from credential_schemas.report.outcomes import EvidenceKind
from keys.values import dataclass
from verifier.errors import UnreadableEvidence
from verifier.evidence.kinds import Form, form_of, text_of
from verifier.evidence.reader import EvidenceReader, PdfFacts

if TYPE_CHECKING:
    from verifier.evidence.codes import CodeSet

NAME_OF_TEXT = "text"
_MISSING = frozenset({"attachment_missing", "attachment_missing_signed"})


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody handed in: bytes with the name they gave it, or the text of codes (then `is_code_text`).

    `asked_issuer` when they handed in a confirmation number: the id of the issuer that gave `data` for it.
    """

    name: str
    data: bytes
    is_code_text: bool = False
    asked_issuer: str | None = None

    @property
    def by_number(self) -> bool:
        """Whether a confirmation number was handed in."""
        return self.asked_issuer is not None


@dataclass(frozen=True, slots=True)
class Gathered:
    """The unverified credential found in a submission, and where it was found.

    `pdf` and `pdf_bytes` are there for a PDF that claims to be a certificate; one that is only a scan has none.
    `addresses` are the places to which the codes lead a person who opens them.
    """

    evidence: Evidence
    unverified_token: str | None
    pdf: PdfFacts | None = None
    pdf_bytes: bytes = b""
    addresses: tuple[str, ...] = ()


def gather(submission: Submission, *, reader: EvidenceReader) -> Gathered:
    """Find the credential in a submission.

    Raises:
        UnreadableEvidence: it is not a certificate, or not one that can be read; `kind` says why.
    """
    data = submission.data
    if not data.strip():
        raise UnreadableEvidence("empty")
    form = Form.CODE_TEXT if submission.is_code_text else form_of(data)
    if form is Form.PDF:
        return _from_pdf(submission, reader.read_pdf(data))
    if form is Form.PICTURE:
        picture = reader.read_picture(data)
        image = _evidence(submission, EvidenceKind.IMAGE)
        return Gathered(image, picture.credential, addresses=picture.addresses)
    text = text_of(data)
    if form is Form.CODE_TEXT:
        codes = _codes_in(text)
        return Gathered(_evidence(submission, EvidenceKind.QR), codes.only(), addresses=codes.addresses)
    bound = "~" in text and not text.endswith("~")
    kind = EvidenceKind.PRESENTATION if bound else EvidenceKind.SD_JWT
    return Gathered(_evidence(submission, kind), text)


def _from_pdf(submission: Submission, facts: PdfFacts) -> Gathered:
    """A PDF without our attachment and without a signature, but with our readable code, is a scan.

    Without such a code it is no certificate at all, unless it shows that it wants to be one: an attachment of our name
    that cannot be read is such a sign, so that damaging it does not turn a forged original into an honest scan.
    """
    code = facts.codes[0] if len(facts.codes) == 1 else None
    attached = facts.credential is not None or _MISSING.isdisjoint(facts.findings)
    if attached or (facts.signed and facts.codes):
        evidence = _evidence(submission, EvidenceKind.PDF)
        return Gathered(evidence, facts.credential or code, facts, submission.data, facts.addresses)
    if len(facts.codes) > 1:
        raise UnreadableEvidence("several_certificates")
    if code is None:
        raise UnreadableEvidence("pdf_without_certificate")
    return Gathered(_evidence(submission, EvidenceKind.IMAGE), code, addresses=facts.addresses)


def _codes_in(text: str) -> "CodeSet":
    from verifier.evidence.codes import CodeSet  # the codec and its dictionary are only needed for codes

    codes = CodeSet()
    for line in text.split():
        codes.add(line)
    return codes


def well_formed(name: str) -> str:
    """Return a name as text that can be written down: bytes of a file name that are no UTF-8 become escapes."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _evidence(submission: Submission, kind: EvidenceKind) -> Evidence:
    return Evidence(kind, hashlib.sha256(submission.data).hexdigest(), well_formed(submission.name))
