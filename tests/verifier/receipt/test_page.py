"""The page of a receipt: readable, complete, pinned to the last byte, harmless whatever an entry says."""

import io
import os
import pickle
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pypdfium2
import pytest
from pypdf import PdfReader

from credential_schemas.report.messages import Language
from credential_schemas.report.outcomes import EvidenceKind, Outcome
from tests.verifier.receipt.conftest import NAME, Office
from tests.verifier.world import claims, entry, training
from verifier.errors import ReceiptRefused
from verifier.receipt.limits import MAX_PAGE_BYTES
from verifier.receipt.marks import SIGN_OF_OUTCOME
from verifier.receipt.sheet import attach, printable
from verifier.receipt.texts import text
from verifier.receipt.token import sign_record


def words(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    pages = [document[number].get_textpage().get_text_range() for number in range(len(document))]
    document.close()
    return " ".join(" ".join(pages).split())


def page(office: Office, token: str | None = None, *, with_content: bool = False) -> bytes:
    pdf = office.page(token or office.world.token(), with_content=with_content).pdf
    assert pdf is not None
    return pdf


def refused(office: Office, data: bytes) -> str:
    with pytest.raises(ReceiptRefused) as caught:
        office.read(data)
    return caught.value.kind


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        (
            "ko",
            (
                "인정서 진위확인서",
                "유효한 인정서입니다.",
                "인정서나 증명서가 아니며",
                "자동으로 불합격",
                "직무능력은행",
            ),
        ),
        (
            "en",
            (
                "Receipt of a certificate check",
                "This certificate is valid.",
                "not a certificate",
                "automatic rejection",
            ),
        ),
    ],
)
def test_page_says_verdict_time_and_what_it_is_not(office: Office, language: Language, parts: tuple[str, ...]) -> None:
    office.language = language
    said = words(page(office))
    assert all(part in said for part in (*parts, NAME, "cb-verifier 0.1.0", "12:00:00"))


def test_page_without_content_shows_nothing_personal(office: Office) -> None:
    said = words(page(office))
    assert not any(value in said for value in ("홍길동", "2026-0001-0001", "정보처리기사", "자바 웹 개발자"))


def test_page_with_content_shows_holder_and_entries_and_warns(office: Office) -> None:
    given = replace(claims(entry(), training()), recipient="한국예시공사")
    office.world.statuses = {12: 2}
    said = words(page(office, office.world.token(given), with_content=True))
    assert all(
        value in said for value in ("홍길동", "2026-0001-0001", "정보처리기사", "정지", "한국예시공사", "개인정보")
    )


def test_page_of_a_blind_copy_says_that_the_holder_is_withheld(office: Office) -> None:
    token = office.world.token(claims(edition="blind"))
    assert "가림" in words(page(office, token, with_content=True))


def test_page_of_a_refusal_says_reason_whom_to_ask_and_the_report_id(office: Office) -> None:
    office.world.statuses = {7: 1}
    pdf = page(office)
    report_id = office.read(pdf).contents.report_id
    said = words(pdf)
    assert all(part in said for part in (report_id, "(revoked)", "지원자(제출한 사람)에게", "위조를 뜻하지 않"))


def test_page_of_an_unknown_issuer_shows_nothing_of_the_credential(office: Office) -> None:
    office.world.issuer["id"] = "https://other.example"
    said = words(page(office, with_content=True))
    assert "등록되지 않은 발급기관" in said
    assert not any(value in said for value in ("홍길동", "정보처리기사", "직무능력은행"))


def test_page_of_a_simulated_check_says_so_first(office: Office) -> None:
    office.world.simulated = True
    assert "실제 판정이 아닙니다" in words(page(office))


def test_page_is_an_a4_pdf_with_title_language_and_the_record_attached(office: Office) -> None:
    receipt = office.page(office.world.token())
    reader = PdfReader(io.BytesIO(receipt.pdf or b""))
    box = reader.pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) == (595, 842)
    assert reader.attachments["receipt.jws"] == [receipt.token.encode()]
    assert str(reader.root_object["/Lang"]) == "ko"
    assert reader.metadata is not None
    assert "진위확인서" in str(reader.metadata.title)


def test_page_and_its_record_prove_each_other(office: Office) -> None:
    receipt = office.page(office.world.token())
    assert office.read(receipt.pdf or b"").page_checked
    assert not office.read(receipt.token).page_checked


@pytest.mark.parametrize("place", [20, 2_000, -30])
def test_page_changed_anywhere_is_refused(office: Office, place: int) -> None:
    pdf = bytearray(page(office))
    pdf[place] ^= 1
    assert refused(office, bytes(pdf)) in {"page_differs", "no_receipt"}


def test_page_with_something_added_is_refused(office: Office) -> None:
    assert refused(office, page(office) + b"\n% more") == "page_differs"


def test_page_with_the_record_of_another_check_is_refused(office: Office) -> None:
    other = office.page(office.world.token(claims(training()))).token
    mine = office.page(office.world.token(claims(entry())))
    assert mine.pdf is not None
    moved = mine.pdf.replace(mine.token.encode(), other.encode())
    moved = moved.replace(b"/Length %d >>" % len(mine.token), b"/Length %d >>" % len(other))
    assert refused(office, moved) == "page_differs"


def test_page_with_a_record_that_vouches_for_no_page_is_refused(office: Office) -> None:
    mine = office.page(office.world.token())
    bare = sign_record({**office.read(mine.token).signed.record, "page_sha256": 0}, signer=office.signer)
    assert mine.pdf is not None
    moved = mine.pdf.replace(mine.token.encode(), bare.encode())
    moved = moved.replace(b"/Length %d >>" % len(mine.token), b"/Length %d >>" % len(bare))
    assert refused(office, moved) == "page_unsigned"


def test_page_with_two_records_is_refused(office: Office) -> None:
    pdf = page(office)
    assert refused(office, pdf + pdf) == "no_receipt"


@pytest.mark.parametrize("length", [b"0", b"9999999", b"17"])
def test_record_of_another_length_is_refused(office: Office, length: bytes) -> None:
    mine = office.page(office.world.token())
    assert mine.pdf is not None
    lied = mine.pdf.replace(b"/Length %d >>" % len(mine.token), b"/Length %b >>" % length)
    assert refused(office, lied) == "no_receipt"


@pytest.mark.parametrize("data", [b"%PDF-1.7\n%%EOF\n", b"%PDF-"])
def test_any_other_pdf_is_no_receipt(office: Office, data: bytes) -> None:
    assert refused(office, data) == "no_receipt"


def test_certificate_is_no_receipt(office: Office) -> None:
    assert refused(office, office.world.sealed()) == "no_receipt"


def test_page_that_is_too_large_is_refused(office: Office) -> None:
    assert refused(office, b"%PDF-" + b"0" * MAX_PAGE_BYTES) == "too_large"


def test_record_of_another_length_is_never_attached(office: Office) -> None:
    with pytest.raises(ValueError, match="length"):
        attach(page(office), "short")


def test_hostile_entry_text_stays_literal_and_breaks_no_page(office: Office) -> None:
    title = "<b>굵게</b> & <para> <font size=90> " + "가" * 300
    said = words(page(office, office.world.token(claims(entry(title))), with_content=True))
    assert "<b>굵게</b> & <para>" in said


def test_a_line_break_in_the_name_of_a_file_starts_no_line(office: Office) -> None:
    maker = office.maker()
    named = office.check(office.world.token(), name="a.pdf\n판정")
    pdf = maker.as_page(maker.record(named, with_content=True)).pdf
    assert pdf is not None
    assert "a.pdf<U+000A>판정" in words(pdf)


@pytest.mark.parametrize("kind", list(EvidenceKind))
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_kind_of_evidence_has_a_word(kind: EvidenceKind, language: Language) -> None:
    assert text(f"kind_{kind.value}", language)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_a_word_and_a_shape(outcome: Outcome) -> None:
    assert text(f"outcome_{outcome.value}", "ko") != text(f"outcome_{outcome.value}", "en")
    assert outcome in SIGN_OF_OUTCOME


def test_character_without_a_shape_is_written_out() -> None:
    assert printable("a\u202eb\U0001f600") == "a<U+202E>b<U+1F600>"


DRAW = """
import pickle, sys
from keys.jwk import PublicKey
from verifier.receipt.page import ReceiptPage
from verifier.receipt.sheet import draw_sheets, pinned_digest
recorded, circumstances, jwk, languages = pickle.load(sys.stdin.buffer)
key = PublicKey.from_jwk(jwk)
for language in languages:
    page = ReceiptPage(recorded, circumstances, key=key, language=language)
    drawn = draw_sheets(page.sheets, page.story, record_length=2000)
print(pinned_digest(drawn))
"""


@pytest.mark.slow
def test_the_same_record_is_drawn_as_the_same_bytes_in_any_process_place_and_order(office: Office) -> None:
    """But for the record itself, whose signature is made with a new random number each time."""
    maker = office.maker()
    recorded = maker.record(office.check(office.world.token()), with_content=True)
    version = SimpleNamespace(version=maker.circumstances.rules.trust.version)
    rules: Any = replace(maker.circumstances.rules, trust=cast("Any", version), statuses=cast("Any", None))
    drawn = []
    for seed, zone, languages in (("1", "Asia/Seoul", ("ko",)), ("2", "America/New_York", ("en", "ko"))):
        given = (recorded, replace(maker.circumstances, rules=rules), office.signer.public_jwk(), languages)
        done = subprocess.run(
            [sys.executable, "-c", DRAW],
            input=pickle.dumps(given),
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            stdout=subprocess.PIPE,
            check=True,
        )
        drawn.append(done.stdout)
    assert drawn[0] == drawn[1]
