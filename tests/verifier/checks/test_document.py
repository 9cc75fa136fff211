"""Checks `container`, `seal` and `print_match`: a sealed original, and every way in which a PDF is not one."""

import io
from collections.abc import Callable
from dataclasses import replace

import pypdfium2
import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from credential_schemas.qr.payload import encode_qr_payload
from credential_schemas.report.model import Report
from credential_schemas.report.outcomes import CheckName, DocumentPart, EvidenceKind, Outcome, StatusPart, Verdict
from credential_schemas.report.reasons import Reason
from credential_schemas.wording import published
from keys.pdf_seal import apply_seal
from tests.verifier.checks.test_credential import found
from tests.verifier.world import NOW, World, claims, entry, make_sealer, training
from verifier.errors import UnreadableEvidence

CONTAINER, SEAL, PRINT = CheckName.CONTAINER, CheckName.SEAL, CheckName.PRINT_MATCH
DRAWN: dict[str, bytes] = {}


@pytest.fixture
def drawn(world: World) -> bytes:
    """The standard certificate, drawn once for a run of the tests."""
    return DRAWN.setdefault("ko", world.pdf())


def rewritten(pdf: bytes, change: Callable[[PdfWriter], object]) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    change(writer)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def refused(report: Report, name: CheckName, reason: Reason) -> None:
    """A document that is not the original: its credential is still reported apart."""
    assert found(report, name) == (Outcome.FAILED, reason)
    assert (report.verdict, report.parts.document) == (Verdict.INVALID, DocumentPart.INVALID)
    assert (report.parts.credential, report.parts.status) == (Verdict.VALID, StatusPart.VALID)


def test_sealed_original_is_a_valid_document(world: World, drawn: bytes) -> None:
    report = world.check(world.seal(drawn))
    assert (report.verdict, report.parts.document) == (Verdict.VALID, DocumentPart.VALID)
    assert report.check(SEAL).detail["signed_at"] == "2026-11-21T02:00:00+00:00"


def test_english_edition_is_a_valid_document(world: World) -> None:
    assert world.check(world.sealed(language="en", specimen=False)).parts.document is DocumentPart.VALID


def test_a_line_about_the_legal_basis_is_compared_with_the_trust_list(world: World) -> None:
    printed = world.sealed(legal_basis="시험법 제1조")
    assert world.check(printed).parts.document is DocumentPart.INVALID
    world.issuer["legal_lines"] = ["다른 법", "시험법 제1조"]
    assert world.check(printed).parts.document is DocumentPart.VALID


def test_blind_edition_is_a_valid_document(world: World) -> None:
    given = claims(edition="blind")
    assert world.check(world.sealed(given=given)).parts.document is DocumentPart.VALID


def test_pdf_without_a_seal_is_not_the_original(world: World, drawn: bytes) -> None:
    refused(world.check(drawn), SEAL, Reason.SEAL_MISSING)


def test_changed_byte_breaks_the_seal(world: World, drawn: bytes) -> None:
    sealed = bytearray(world.seal(drawn))
    sealed[sealed.index(b"/Producer") + 12] ^= 1
    refused(world.check(bytes(sealed)), SEAL, Reason.SEAL_BROKEN)


def test_bytes_after_the_seal_are_refused(world: World, drawn: bytes) -> None:
    refused(world.check(world.seal(drawn) + b"\n% more"), SEAL, Reason.SEAL_NOT_WHOLE_FILE)


def test_seal_of_another_authority_is_refused(world: World, drawn: bytes) -> None:
    _, stranger = make_sealer()
    refused(world.check(apply_seal(drawn, sealer=stranger, signed_at=NOW)), SEAL, Reason.SEAL_UNTRUSTED)


def test_seal_cannot_be_judged_without_a_sealing_root(world: World, drawn: bytes) -> None:
    world.issuer["seal_roots"] = []
    report = world.check(world.seal(drawn))
    assert found(report, SEAL) == (Outcome.UNKNOWN, Reason.SEAL_UNTRUSTED)
    assert (report.verdict, report.parts.document) == (Verdict.INDETERMINATE, DocumentPart.NOT_CHECKED)


def test_expired_sealing_certificate_is_told_apart(world: World, drawn: bytes) -> None:
    sealed = world.seal(drawn)
    world.now = NOW.replace(year=2028)
    assert found(world.check(sealed), SEAL) == (Outcome.FAILED, Reason.SEAL_EXPIRED)


def test_document_of_an_unknown_issuer_is_not_judged(world: World, drawn: bytes) -> None:
    sealed = world.seal(drawn)
    world.issuer["id"] = "https://other.example"
    report = world.check(sealed)
    assert found(report, SEAL) == found(report, PRINT) == (Outcome.SKIPPED, None)
    assert (report.verdict, report.parts.document) == (Verdict.INDETERMINATE, DocumentPart.NOT_CHECKED)


def test_printed_grade_that_was_not_signed_is_a_mismatch_that_names_the_place(world: World) -> None:
    printed = claims(entry("정보관리기술사"), training())
    report = world.check(world.seal(world.pdf(world.token(), printed)))
    refused(report, PRINT, Reason.DOCUMENT_MISMATCH)
    differences = report.check(PRINT).detail["differences"]
    assert isinstance(differences, list)
    assert isinstance(differences[0], dict)
    assert differences[0]["signed"] == "정보처리기사"
    assert "정보관리기술사" in str(differences[0]["printed"])
    assert differences[0]["page"] == 1


def test_code_of_another_certificate_on_the_page_is_refused(world: World) -> None:
    other = world.token(replace(claims(), number="2026-0001-0002"))
    refused(world.check(world.sealed(code_of=other)), PRINT, Reason.QR_DIFFERS)


def test_page_in_the_words_of_a_version_that_is_not_known_here_is_left_open(
    world: World, next_wording: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = next_wording()
    newer = world.sealed()
    monkeypatch.delitem(published.SHA256, number)
    published.load_wording.cache_clear()
    report = world.check(newer)
    assert found(report, PRINT) == (Outcome.UNKNOWN, Reason.WORDING_UNKNOWN)
    assert report.check(PRINT).detail == {"wording": number}
    assert (report.verdict, report.parts.document) == (Verdict.INDETERMINATE, DocumentPart.NOT_CHECKED)
    assert report.parts.credential is Verdict.VALID


def test_script_in_the_pdf_is_refused(world: World, drawn: bytes) -> None:
    action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x")})

    def add_script(writer: PdfWriter) -> None:
        writer.root_object[NameObject("/OpenAction")] = action

    refused(world.check(rewritten(drawn, add_script)), CONTAINER, Reason.ACTIVE_CONTENT)


def test_second_attachment_is_refused(world: World, drawn: bytes) -> None:
    forged = rewritten(drawn, lambda writer: writer.add_attachment("other.txt", b"hello"))
    refused(world.check(forged), CONTAINER, Reason.ATTACHMENT_UNEXPECTED)


def test_repeated_attachment_is_refused(world: World, drawn: bytes) -> None:
    forged = rewritten(drawn, lambda writer: writer.add_attachment("credential.sdjwt", b"a.b.c~"))
    report = world.check(forged)
    assert found(report, CONTAINER) == (Outcome.FAILED, Reason.ATTACHMENT_REPEATED)
    assert (report.verdict, report.parts.document) == (Verdict.INVALID, DocumentPart.INVALID)


def test_unsigned_pdf_without_attachment_but_with_our_code_is_a_scan(world: World, drawn: bytes) -> None:
    page = pypdfium2.PdfDocument(drawn)[0].render(scale=200 / 72).to_pil()
    scan = io.BytesIO()
    page.convert("RGB").save(scan, "PDF", resolution=200)
    report = world.check(scan.getvalue())
    assert report.evidence.kind is EvidenceKind.IMAGE
    assert (report.verdict, report.parts.document) == (Verdict.VALID, DocumentPart.NOT_CHECKED)


def test_signed_pdf_with_our_code_but_without_attachment_is_refused(world: World, drawn: bytes) -> None:
    page = pypdfium2.PdfDocument(drawn)[0].render(scale=200 / 72).to_pil()
    scan = io.BytesIO()
    page.convert("RGB").save(scan, "PDF", resolution=200)
    clean = rewritten(scan.getvalue(), lambda _: None)
    refused(world.check(world.seal(clean)), CONTAINER, Reason.ATTACHMENT_MISSING)


def test_pdf_that_is_no_certificate_gets_no_verdict(world: World) -> None:
    blank = io.BytesIO()
    Image.new("L", (400, 400), "white").save(blank, "PDF")
    with pytest.raises(UnreadableEvidence) as refusal:
        world.check(blank.getvalue())
    assert refusal.value.kind == "pdf_without_certificate"


@pytest.mark.parametrize(("cut", "kind"), [(20, "pdf_damaged"), (2000, "pdf_damaged")])
def test_truncated_pdf_gets_no_verdict(world: World, drawn: bytes, cut: int, kind: str) -> None:
    with pytest.raises(UnreadableEvidence) as refusal:
        world.check(world.seal(drawn)[:cut])
    assert refusal.value.kind == kind


def test_locked_pdf_gets_no_verdict(world: World, drawn: bytes) -> None:
    locked = rewritten(drawn, lambda writer: writer.encrypt("secret", algorithm="AES-256"))
    with pytest.raises(UnreadableEvidence) as refusal:
        world.check(locked)
    assert refusal.value.kind == "pdf_locked"


def test_code_that_leads_to_another_host_makes_the_page_no_original(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.verifier.world.VERIFY_URL", "https://evil.example/v")
    refused(world.check(world.sealed()), PRINT, Reason.QR_LINK_FOREIGN)


def test_code_is_not_judged_by_its_address_where_the_trust_list_names_none(world: World) -> None:
    del world.issuer["verify_urls"]
    text = "https://elsewhere.example/v#" + encode_qr_payload(world.token())
    assert found(world.check(text, is_code_text=True), PRINT) == (Outcome.SKIPPED, None)
