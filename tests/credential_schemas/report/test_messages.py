"""Reasons, sentences and headlines: complete, in both languages, and the same as the documentation."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from credential_schemas.certificate_claims import CertificateClaims
from credential_schemas.report.facts import Evidence
from credential_schemas.report.headlines import Sign, headline
from credential_schemas.report.messages import (
    Language,
    Sentence,
    check_label,
    contact_sentence,
    entry_status_word,
    headline_texts,
    lookup_kinds,
    lookup_texts,
    notice,
    outcome_sentence,
    part_label,
    part_sentence,
    place_words,
    reason_sentence,
    unreadable_kinds,
    unreadable_texts,
)
from credential_schemas.report.model import ACCEPTABLE, Check
from credential_schemas.report.outcomes import (
    CheckName,
    DocumentPart,
    EntryStatus,
    EvidenceKind,
    Outcome,
    StatusPart,
    Verdict,
)
from credential_schemas.report.reasons import ROWS, Contact, Reason, reason_row
from credential_schemas.wording.certificate import Imprint, certificate_wording
from keys.encoding import JsonValue
from tests.credential_schemas.report.test_model import failed, report, unknown

DOCUMENTATION = Path(__file__).parents[3] / "docs" / "formats" / "report.md"
MESSAGES = Path(__file__).parents[3] / "credential_schemas" / "report" / "messages.json"
VALUES: dict[str, JsonValue] = {"date": "2026-11-20", "count": 2, "have": 1, "total": 2, "limit": 10, "found": "GIF"}
HANGUL = re.compile(r"[가-힣]")


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_one_row_and_a_sentence_in_both_languages(reason: Reason) -> None:
    sentence = reason_sentence(reason, VALUES)
    assert [row.reason for row in ROWS].count(reason) == 1
    assert HANGUL.search(sentence.ko)
    assert not HANGUL.search(sentence.en)
    assert "{" not in sentence.ko + sentence.en


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_that_can_lower_a_verdict_names_whom_to_ask(reason: Reason) -> None:
    silent = {Reason.HOLDER_NOT_BOUND, Reason.RECIPIENT_OPEN}
    assert (reason_row(reason).contact is Contact.NOBODY) == (reason in silent)


def test_rows_stand_in_the_order_of_the_checks() -> None:
    order = [list(CheckName).index(row.check) for row in ROWS]
    assert order == sorted(order)


@pytest.mark.parametrize("name", list(CheckName))
def test_every_check_has_a_label_and_sentences_for_passed_and_skipped(name: CheckName) -> None:
    for sentence in (
        check_label(name),
        outcome_sentence(name, Outcome.PASSED),
        outcome_sentence(name, Outcome.SKIPPED),
    ):
        assert HANGUL.search(sentence.ko)
        assert not HANGUL.search(sentence.en)


def test_every_part_value_contact_and_status_word_has_both_languages() -> None:
    parts = {"credential": Verdict, "document": DocumentPart, "status": StatusPart}
    sentences = [part_sentence(part, value.value) for part, values in parts.items() for value in values]
    sentences += [part_label(part) for part in parts]
    sentences += [contact_sentence(contact) for contact in Contact]
    sentences += [entry_status_word(status) for status in EntryStatus]
    assert all(HANGUL.search(sentence.ko) and not HANGUL.search(sentence.en) for sentence in sentences)


def test_every_kind_of_what_cannot_be_read_or_looked_up_is_known_by_name() -> None:
    texts = json.loads(MESSAGES.read_text("utf-8"))
    assert unreadable_kinds() == texts["unreadable"]["kinds"].keys()
    assert lookup_kinds() == {"number_unknown", "too_many_lookups", "issuer_unreachable"}


@pytest.mark.parametrize("kind", ["number_unknown", "too_many_lookups", "issuer_unreachable"])
def test_number_that_led_nowhere_gets_its_sentence_under_one_heading(kind: str) -> None:
    heading, sentence = lookup_texts(kind)
    assert heading == Sentence("확인번호를 확인하지 못했습니다.", "The confirmation number was not confirmed.")
    texts = json.loads(MESSAGES.read_text("utf-8"))["lookups"]["kinds"][kind]
    assert sentence.to_json() == texts


def test_check_that_passed_says_so_and_one_that_was_skipped_does_not() -> None:
    assert outcome_sentence(CheckName.SEAL, Outcome.PASSED).ko == "은행의 봉인이 온전합니다."
    assert outcome_sentence(CheckName.SEAL, Outcome.SKIPPED).en == "The seal was not checked."


@pytest.mark.parametrize("kind", sorted(unreadable_kinds()))
def test_what_is_no_certificate_gets_a_sentence_that_never_says_forged(kind: str) -> None:
    heading, sentence = unreadable_texts(kind, VALUES)
    assert HANGUL.search(heading.ko)
    assert not re.search("위조|변조|forge", sentence.ko + sentence.en)


def test_sentence_is_read_in_the_language_that_was_asked_for() -> None:
    sentence = notice("holder_proven")
    assert (sentence.in_language("ko"), sentence.in_language("en")) == (sentence.ko, sentence.en)


def test_partial_codes_have_their_own_heading() -> None:
    heading, _ = unreadable_texts("codes_missing", VALUES)
    assert heading.ko == "QR 2장 중 1장을 읽었습니다."
    assert unreadable_texts("empty", VALUES)[0].ko == "인정서를 찾지 못했습니다."


def test_an_unknown_text_is_an_error_of_the_program() -> None:
    with pytest.raises(KeyError):
        notice("no_such_notice")


def test_an_unknown_case_is_an_error_of_the_program() -> None:
    with pytest.raises(KeyError):
        headline_texts("no_such_case")


def test_sentence_is_never_filled_with_anything_but_numbers_and_dates() -> None:
    with pytest.raises(KeyError):
        reason_sentence(Reason.EXPIRED, {"date": ["2026"]})


@pytest.mark.parametrize(
    ("checks", "case", "sign"),
    [
        ((), "valid_pageless", Sign.TICK),
        (
            tuple(Check(n, Outcome.PASSED) for n in (CheckName.CONTAINER, CheckName.SEAL, CheckName.PRINT_MATCH)),
            "valid",
            Sign.TICK,
        ),
        (
            (Check(CheckName.ENTRY_STATUS, Outcome.PASSED, Reason.SUPERSEDED, {"count": 1}),),
            "valid_superseded",
            Sign.TICK,
        ),
        ((failed(Reason.DOCUMENT_MISMATCH, count=3),), "print_differs", Sign.CROSS),
        ((failed(Reason.SEAL_MISSING),), "not_original", Sign.CROSS),
        ((failed(Reason.LOG_PROOF_MISSING),), "invalid", Sign.CROSS),
        ((failed(Reason.QR_DIFFERS),), "qr_differs", Sign.CROSS),
        ((failed(Reason.SIGNATURE_INVALID),), "tampered", Sign.CROSS),
        ((failed(Reason.DISCLOSURE_FOREIGN),), "tampered", Sign.CROSS),
        ((failed(Reason.FORMAT_INVALID),), "invalid", Sign.CROSS),
        ((failed(Reason.REVOKED),), "revoked", Sign.CROSS),
        ((failed(Reason.SUSPENDED),), "suspended", Sign.CROSS),
        ((failed(Reason.CORRECTED),), "corrected", Sign.CROSS),
        ((failed(Reason.EXPIRED, date="2026-11-20"),), "expired", Sign.CROSS),
        ((failed(Reason.NOT_YET_VALID, date="2026-11-23"),), "not_yet_valid", Sign.CROSS),
        ((failed(Reason.NO_ENTRY_IN_FORCE),), "no_entry_in_force", Sign.CROSS),
        ((unknown(Reason.ISSUER_NOT_TRUSTED),), "untrusted", Sign.TRIANGLE),
        ((unknown(Reason.KEY_UNKNOWN),), "key_unknown", Sign.TRIANGLE),
        ((unknown(Reason.STATUS_UNAVAILABLE),), "status_unknown", Sign.TRIANGLE),
        ((unknown(Reason.RECIPIENT_MISMATCH),), "undecided", Sign.TRIANGLE),
        ((failed(Reason.REVOKED), failed(Reason.SEAL_BROKEN)), "revoked", Sign.CROSS),
        ((failed(Reason.DOCUMENT_MISMATCH, count=1), failed(Reason.SEAL_BROKEN)), "print_differs", Sign.CROSS),
    ],
)
def test_headline_fits_the_case(checks: tuple[Check, ...], case: str, sign: Sign) -> None:
    band = headline(report(*checks))
    assert (band.case, band.sign) == (case, sign)
    assert "{" not in band.sentence.ko + band.sentence.en


@pytest.mark.parametrize("kind", [EvidenceKind.IMAGE, EvidenceKind.QR, EvidenceKind.PDF])
def test_headline_of_a_page_that_was_not_compared_asks_to_compare_it(kind: EvidenceKind) -> None:
    band = headline(replace(report(), evidence=Evidence(kind, "00" * 32, "page")))
    assert band.case == "valid_unprinted"
    assert "by eye" in band.sentence.en


def test_certificate_found_by_the_number_on_a_paper_asks_to_compare_the_paper() -> None:
    by_number = Check(CheckName.PRINT_MATCH, Outcome.SKIPPED, Reason.LOOKED_UP_BY_NUMBER)
    assert headline(report(by_number)).case == "valid_unprinted"


def test_other_open_check_speaks_when_the_rules_accept_an_unknown_status() -> None:
    checks = (unknown(Reason.STATUS_UNAVAILABLE), unknown(Reason.RECIPIENT_MISMATCH))
    assert headline(report(*checks, accepted=ACCEPTABLE)).case == "undecided"


def test_no_sentence_points_at_a_text_below_or_says_who_forged() -> None:
    text = json.dumps(json.loads(MESSAGES.read_text("utf-8")), ensure_ascii=False)
    assert not re.search("below|아래|forged|위조된|위조하", text)


def test_nothing_that_also_covers_suspension_speaks_of_cancellation_alone() -> None:
    sentences = [reason_sentence(reason, VALUES) for reason in (Reason.SUPERSEDED, Reason.NO_ENTRY_IN_FORCE)]
    assert all("정지" in sentence.ko and "suspended" in sentence.en for sentence in sentences)


def test_accepted_offline_answer_says_that_cancellation_was_not_checked() -> None:
    band = headline(report(unknown(Reason.STATUS_UNAVAILABLE), accepted=ACCEPTABLE))
    assert (band.case, band.sign) == ("valid_offline", Sign.TRIANGLE)
    assert "not checked" in band.sentence.en


def test_no_sentence_outside_of_an_accepted_offline_answer_calls_a_certificate_valid_while_its_status_is_unknown() -> (
    None
):
    band = headline(report(unknown(Reason.STATUS_STALE)))
    assert band.heading.en == "Cannot be decided yet."


def test_documented_table_is_the_table_of_the_code() -> None:
    documented = re.findall(
        r"^\| (\w+) \| `(\w+)` \| (.*?) \| (.*?) \| (.*?) \|$", DOCUMENTATION.read_text("utf-8"), re.M
    )
    expected = []
    for row in ROWS:
        sentence = reason_sentence(row.reason, {"date": "D", "count": "N"})
        codes = ", ".join(f"`{code}`" for code in row.codes)
        expected.append((row.check.value, row.reason.value, codes, sentence.ko, sentence.en))
    assert documented == expected


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("edition", ["standard", "blind"])
def test_every_place_of_a_certificate_has_words(
    sample: CertificateClaims, language: Language, edition: Literal["standard", "blind"]
) -> None:
    imprint = Imprint({"ko": "은행", "en": "Bank"}, "bank.example", legal_basis="법", specimen=True)
    given = replace(sample, edition=edition, applicant_no="7", recipient="공단")
    wording = certificate_wording(given, language=language, imprint=imprint, confirmation_code="A")
    places = [line.where for line in wording.lines()]
    assert {"entries[0].cells[3]", "notes[0]", "certificate.recipient", "legal_basis"} <= {*places}
    for place in (*places, "page", "page_number", "specimen", "certificate"):
        words = place_words(place)
        assert words is not None, place
        assert words.ko != words.en
        assert not {*"[]_{}"} & {*words.ko, *words.en}


@pytest.mark.parametrize("place", ["", "x", "entries[0].x", "entries[99999]", "entries[0]title", "certificates", "ko"])
def test_place_that_no_certificate_has_gets_no_words(place: str) -> None:
    assert place_words(place) is None
