"""A Report as a page shows it: every sign and word, hostile texts only shown, and the same result in another page."""

import json
import re
from importlib.resources import files
from typing import Any

import pytest

from credential_schemas.look.markup import Html
from credential_schemas.report.messages import Language
from credential_schemas.report_page.markup import result_html
from credential_schemas.report_page.view import view_of
from credential_schemas.report_page.words import result_word, result_words
from keys.encoding import JsonValue
from tests.credential_schemas.report_page.pinned import FILE, RESULTS, pages

HOSTILE = '<img src=x onerror="alert(1)">\u202e'
BAND: dict[str, JsonValue] = {
    "sign": "tick",
    "heading": {"ko": "유효한 인정서입니다.", "en": "Valid."},
    "sentence": {"ko": "가", "en": "a"},
}


def check(name: str, outcome: str = "passed", reason: str | None = None, **detail: object) -> dict[str, Any]:
    message = {"ko": "말", "en": "word"}
    return {"name": name, "outcome": outcome, "reason": reason, "detail": detail, "message": message}


def report(**members: object) -> dict[str, Any]:
    entry = {
        "type": "national_technical_qualification",
        "category": "qualifications",
        "title": {"ko": HOSTILE},
        "issuing_body": {"ko": "기관", "en": "Body"},
        "status": "valid",
        "as_of": "2026-11-01",
        "idx": 7,
    }
    certificate = {
        "number": "CB-2026-00000001",
        "issuer": {"id": "https://bank.example", "name": {"ko": "은행", "en": "Bank"}},
        "issued_on": "2026-11-01",
        "valid_until": "2026-12-01",
        "purpose": "job",
        "recipient": None,
        "applicant_no": None,
        "holder_binding": "none",
    }
    return {
        "verdict": "valid",
        "parts": {"credential": "valid", "document": "valid", "status": "valid"},
        "checks": [check("signature")],
        "certificate": certificate,
        "disclosed": {"holder": {"name": "김표본", "name_en": "KIM", "birth_date": "2000-01-01"}, "entries": [entry]},
        "evidence": {"kind": "pdf", "sha256": "00", "name": "a.pdf"},
        "freshness": {"status_as_of": None, "status_age_s": None, "trust_version": "3"},
        "verified_at": "2026-11-22T03:00:00Z",
        "profile": "default",
        "simulated": False,
        "id": "0123456789abcdef",
        **members,
    }


def shown(document: dict[str, Any], *, standing_alone: bool = True) -> Html:
    view = view_of(document, BAND, language="en")
    return result_html(view, language="en", standing_alone=standing_alone)


def test_a_hostile_title_is_only_shown() -> None:
    page = shown(report())
    assert "<img" not in page
    assert "&lt;img" in page
    assert "&lt;U+202E&gt;" in page


def test_a_result_in_another_page_has_no_heading_of_the_first_rank_and_is_not_announced() -> None:
    alone, inside = shown(report()), shown(report(), standing_alone=False)
    assert '<h1 id="verdict">' in alone
    assert 'role="status"' in alone
    assert "<h1" not in inside
    assert 'role="status"' not in inside
    assert "verdict" not in re.findall(r'(?:id|aria-labelledby)="([^"]*)"', inside)  # several may stand on one page
    named = r'</?h[13]| id="verdict"| role="status" aria-labelledby="verdict"'
    assert re.sub(named, "", alone) == re.sub(named, "", inside)


def test_a_test_issuer_is_called_one() -> None:
    assert "Test issuer." in shown(report(checks=[check("issuer_trust", development=True)]))


def test_a_result_for_a_chosen_time_says_so() -> None:
    said = "This was checked for a chosen time as a trial; it is not an actual decision."
    assert said in shown(report(simulated=True))
    assert said not in shown(report())


def test_a_place_that_has_no_words_is_named_as_it_is() -> None:
    places = ("x", "notes[2]", "entries[0].cells[3]", "entries[1].x")
    differences = [{"where": where, "page": 1, "printed": "a", "signed": ""} for where in places]
    page = shown(report(verdict="invalid", checks=[check("print_match", "failed", "x", differences=differences)]))
    for text in ("x", "note", "entry 1 · period or date", "entries[1].x", "(nothing)"):
        assert text in page


def test_an_entry_of_a_type_that_is_not_known_shows_what_is_common() -> None:
    document = report()
    document["disclosed"]["entries"][0] |= {"type": "something_new", "status": "revoked", "as_of": None}
    page = shown(document)
    assert "Body" in page
    assert 'class="tag bad"' in page


def test_the_columns_have_the_words_of_the_entry() -> None:
    document = report()
    document["disclosed"]["entries"][0] |= {"acquired_date": "2024-07-05"}
    assert "2024-07-05" in shown(document)


def test_what_is_undecided_or_refused_says_why_and_what_to_do() -> None:
    links = check("print_match", "failed", "qr_link_foreign", links=["https://evil.example"])
    page = shown(
        report(
            verdict="indeterminate",
            parts={"credential": "indeterminate", "document": "not_checked", "status": "unknown"},
            checks=[check("status", "unknown", "status_unavailable"), links],
            certificate=None,
            disclosed=None,
            advice={"ask": [{"contact": "issuer"}, {"contact": "new", "ko": "가", "en": "other"}]},
        )
    )
    for text in ("https://evil.example", "Ask the issuer.", "other", "0123456789abcdef"):
        assert text in page
    assert "by eye" not in page


def test_a_certificate_of_which_nothing_may_be_shown_shows_nothing() -> None:
    for withheld in ({"disclosed": None}, {"certificate": None}):
        page = shown(report(**withheld))
        assert "CB-2026-00000001" not in page
        assert "KIM" not in page


def test_a_band_without_a_sign_and_without_words_stays_neutral() -> None:
    view = view_of(report(), {}, language="en")
    assert (view["sign"], view["heading"], view["sentence"]) == ("na", "", "")


def test_a_scan_that_is_valid_asks_for_a_look_at_the_paper() -> None:
    parts = {"credential": "valid", "document": "not_checked", "status": "valid"}
    assert "by eye" in shown(report(parts=parts))


def test_a_withheld_name_and_a_proved_holder_are_said() -> None:
    document = report(disclosed={"holder": {}, "entries": []})
    document["certificate"] |= {"holder_binding": "verified", "applicant_no": "A-7", "purpose": "own text"}
    page = shown(document)
    for text in ("The name is withheld", "A-7", "Presented by the holder", "own text"):
        assert text in page


def test_what_is_no_certificate_has_no_verdict() -> None:
    said = {"message": {"ko": "가", "en": "damaged"}, "ask": {"ko": "가", "en": "again"}, "notice": None}
    page = shown({"error": {"name": "a.pdf", **said}})
    assert "damaged" in page
    assert "again" in page


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_word_is_there_in_both_languages(language: Language) -> None:
    file = files("credential_schemas.report_page").joinpath("words.json")
    assert set(json.loads(file.read_text("utf-8"))) == set(result_words())
    for name in result_words():
        values = {"page": 1, "version": 1, "time": "t", "count": 1, "day": "d", "n": 1}
        assert result_word(name, language, **values)


@pytest.mark.parametrize("result", [f"{name} {language}" for name in RESULTS for language in ("ko", "en")])
def test_a_whole_result_says_and_shows_what_was_looked_at(result: str) -> None:
    assert pages()[result] == json.loads(FILE.read_text("utf-8"))[result]  # renew: see pinned.py
