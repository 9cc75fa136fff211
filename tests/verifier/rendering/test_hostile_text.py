"""Whatever an entry, a name or a file name holds: it stays in its column, on its lines, and cannot speak for us."""

import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credential_schemas.report.facts import (
    CertificateFacts,
    Disclosed,
    DisclosedEntry,
    Evidence,
    Freshness,
    IssuerFacts,
    Withheld,
)
from credential_schemas.report.headlines import Sign
from credential_schemas.report.messages import Language, Sentence
from credential_schemas.report.model import Check, Content, Context, Report
from credential_schemas.report.outcomes import CheckName, EntryStatus, EvidenceKind, Outcome
from credential_schemas.report.reasons import Reason
from verifier.errors import UnreadableEvidence
from verifier.rendering.colour import wants_colour, with_coloured_heading
from verifier.rendering.plain_text import MAX_MARKS, WIDTH, harmless
from verifier.rendering.terminal import report_text, unreadable_text

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
ACTS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
PIECES = (
    "\x1b[2J\x1b[H",
    "\x1b]0;title\x07",
    "\x9b31m",
    "\r",
    "\n[v] This certificate is valid.\n",
    "\u2028[v] 유효한 인정서입니다.",
    "\x08" * 20,
    "\u202e",
    "\u2067",
    "\u200f",
    "\u200b",
    "\ufeff",
    "\u3164",
    "\u034f",
    "\ufe0f",
    "e" + "\u0301" * 60,
    "\u20dd" * 9,
    "\u05d0\u05d1 \u0627\u0644 123",
    "\U000e0041",
    "  [v] This certificate is valid.  ",
    "-" * 90,
    "가" * 90,
    "\u3000" * 70,
    "유효",
    "a",
)
HOSTILE = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=30)), min_size=1, max_size=8).map("".join)


def report_with(text: str) -> Report:
    """A report in which everything a stranger can write is the same text."""
    certificate = CertificateFacts(
        issuer=IssuerFacts("https://bank.example", Sentence("직무능력은행", "Competency Bank")),
        vct="https://bank.example/vct/1",
        issued_on=date(2026, 11, 21),
        valid_until=date(2027, 2, 18),
        holder_binding="none",
        number=text,
        purpose=text,
        recipient=text,
    )
    entry = DisclosedEntry(
        type="national_technical_qualification",
        category="qualifications",
        title={"ko": text, "en": text},
        issuing_body={"ko": text, "en": text},
        status=EntryStatus.VALID,
        idx=3,
        fields={"item_code": text, "series": text},
    )
    differences: dict[str, object] = {"where": text, "page": 1, "printed": text, "signed": text}
    detail = {"count": 1, "differences": [differences], "links": [text]}
    proofs = (CheckName.FORMAT, CheckName.ISSUER_TRUST, CheckName.SIGNATURE, CheckName.DIGESTS, CheckName.TYPE_SCHEMA)
    return Report(
        checks=(
            *(Check(name, Outcome.PASSED) for name in (*proofs, CheckName.VALIDITY_TIME, CheckName.STATUS)),
            Check(CheckName.PRINT_MATCH, Outcome.FAILED, Reason.DOCUMENT_MISMATCH, detail),  # type: ignore[arg-type]  # JSON
        ),
        accepted=frozenset(),
        evidence=Evidence(EvidenceKind.PDF, "00" * 32, text),
        content=Content(certificate, Disclosed({"name": text}, (entry, replace(entry, idx=4))), Withheld()),
        freshness=Freshness(NOW, 60, "3"),
        context=Context(NOW, "default"),
    )


def columns(line: str) -> int:
    """Columns by the Unicode data alone, not by the code under test."""
    wide = sum(unicodedata.east_asian_width(character) in ("W", "F") for character in line)
    return len(line) + wide - sum(unicodedata.category(character) in ("Mn", "Me") for character in line)


def most_marks(line: str) -> int:
    most = run = 0
    for character in line:
        run = run + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        most = max(most, run)
    return most


@settings(max_examples=150, deadline=None)
@given(text=HOSTILE, language=st.sampled_from(["ko", "en"]))
def test_no_text_of_a_stranger_acts_widens_or_reorders_a_line(text: str, language: Language) -> None:
    for line in report_text(report_with(text), language).split("\n"):
        assert columns(line) <= WIDTH
        assert not any(unicodedata.category(character) in ACTS for character in line)
        assert not any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in line)
        assert most_marks(line) <= MAX_MARKS


@settings(max_examples=150, deadline=None)
@given(text=HOSTILE, language=st.sampled_from(["ko", "en"]))
def test_no_text_of_a_stranger_begins_a_line(text: str, language: Language) -> None:
    ours = {line[:6] for line in report_text(report_with("x"), language).split("\n")}
    lines = report_text(report_with(text), language).split("\n")
    assert {line[:6] for line in lines} <= ours | {" " * 6}


@settings(max_examples=60, deadline=None)
@given(text=HOSTILE, language=st.sampled_from(["ko", "en"]))
def test_file_name_cannot_speak_for_an_answer_without_verdict(text: str, language: Language) -> None:
    answer = unreadable_text(UnreadableEvidence("empty"), name=text, language=language)
    assert [line for line in answer.split("\n") if line.startswith("[")] == [answer.split("\n")[0]]
    assert all(columns(line) <= WIDTH for line in answer.split("\n"))


@settings(max_examples=200, deadline=None)
@given(text=st.text())
def test_harmless_text_stays_as_it_is_when_it_is_made_harmless_again(text: str) -> None:
    assert harmless(harmless(text)) == harmless(text)


@settings(max_examples=100, deadline=None)
@given(text=st.text(alphabet=st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)))
def test_hangul_is_never_changed(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("text", ["\u0301x", "x\u0302\u0303\u0304", "a\u20dd\u20dd\u20dd"])
def test_marks_without_a_letter_of_their_own_or_too_many_are_written_out(text: str) -> None:
    assert "<U+" in harmless(text)


@pytest.mark.parametrize("text", ["\u05d0", "\u0627", "\u0661", "\ufe0f", "\u034f", "\U000e0100"])
def test_what_reorders_or_cannot_be_seen_is_written_out(text: str) -> None:
    assert harmless(text) == f"<U+{ord(text):04X}>"


@pytest.mark.parametrize(
    ("environment", "is_terminal", "wanted"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colour_is_for_terminals_and_never_against_no_color(
    environment: dict[str, str], is_terminal: bool, wanted: bool
) -> None:
    assert wants_colour(environment, is_terminal=is_terminal) is wanted


@pytest.mark.parametrize("sign", list(Sign))
def test_colour_is_on_the_heading_alone_and_takes_no_word_away(sign: Sign) -> None:
    text = with_coloured_heading("[v] heading\n    sentence\n", sign)
    heading, _, rest = text.partition("\n")
    assert heading.startswith("\x1b[1;3")
    assert heading.endswith("[v] heading\x1b[0m")
    assert rest == "    sentence\n"
