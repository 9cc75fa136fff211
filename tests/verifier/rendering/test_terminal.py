"""Reports in a terminal: 80 columns, nothing that acts, every refusal complete, both languages."""

import unicodedata
from dataclasses import replace

import pytest

from credential_schemas.report.messages import Language
from credential_schemas.report.model import Report
from tests.verifier.world import World, claims, entry, training
from verifier.errors import UnreadableEvidence
from verifier.rendering.plain_text import WIDTH, columns, harmless, padded, wrapped
from verifier.rendering.terminal import report_text, unreadable_text

HOSTILE = "a\x1b[31mb\r\n\u202ec\u2066\x9b\u200b\u2028d\u3164"


@pytest.mark.parametrize(
    "character", ["\x1b", "\x9b", "\r", "\n", "\x07", "\u202e", "\u2066", "\u200b", "\u2028", "\ufeff", "\u3164"]
)
def test_character_that_acts_or_cannot_be_seen_is_written_out(character: str) -> None:
    assert harmless(f"a{character}b") == f"a<U+{ord(character):04X}>b"


def test_hangul_takes_two_columns_and_a_combining_mark_none() -> None:
    assert (columns("가나"), columns("ab"), columns("e\u0301x")) == (4, 2, 2)
    assert padded("가", width=4) == "가  "


def test_long_words_are_broken_and_no_line_is_wider_than_asked() -> None:
    lines = wrapped("가" * 50 + " " + "b" * 30, width=20)
    assert all(columns(line) <= 20 for line in lines)
    assert "".join(lines).replace(" ", "") == "가" * 50 + "b" * 30


def test_nothing_wraps_to_one_empty_line() -> None:
    assert wrapped("", width=10) == [""]


def texts(world: World, language: Language) -> list[str]:
    """Reports of many kinds, as a person would read them."""
    long = claims(entry("정보처리기사 " * 12, idx=11), training(), entry("열", idx=14, valid_until="2026-01-01"))
    named = replace(long, recipient="아주 긴 이름을 가진 한국 공공기관 " * 5, purpose="그 밖의 용도 " * 10)
    token = world.token(named)
    reports = [
        world.check(token),
        world.check(token, world.rules(offline=True, recipient="다른 회사")),
        world.check(world.token(signer=world.keys.stranger)),
        world.check(token[:-40] + "A" * 30 + "~"),
    ]
    return [report_text(report, language) for report in reports]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_no_line_of_a_report_is_wider_than_80_columns_or_acts(world: World, language: Language) -> None:
    for text in texts(world, language):
        for line in text.splitlines():
            assert columns(line) <= WIDTH, line
            assert not any(unicodedata.category(character) in ("Cc", "Cf") for character in line)


def refused(world: World) -> Report:
    world.statuses = {7: 1}
    return world.check(world.token())


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        (
            "en",
            ("[x]", "Ask the applicant", "must not lead to automatic rejection", "(revoked)", "does not mean forgery"),
        ),
        ("ko", ("[x]", "지원자", "자동으로 불합격", "(revoked)", "위조를 뜻하지 않습니다")),
    ],
)
def test_refusal_prints_id_reason_contact_and_that_it_must_not_reject(
    world: World, language: Language, parts: tuple[str, ...]
) -> None:
    report = refused(world)
    text = " ".join(report_text(report, language).split())
    assert all(part in text for part in (*parts, report.id))


def test_undecided_report_prints_id_contact_and_that_it_must_not_reject(world: World) -> None:
    report = world.check(world.token(signer=world.keys.stranger))
    text = " ".join(report_text(report, "en").split())
    assert all(part in text for part in ("[?]", report.id, "(key_unknown)", "automatic rejection", "Ask whoever"))
    assert "홍길동" not in text


def test_report_of_an_unknown_issuer_shows_nothing_of_the_credential(world: World) -> None:
    world.issuer["id"] = "https://other.example"
    text = report_text(world.check(world.token()), "ko")
    assert not any(value in text for value in ("홍길동", "정보처리기사", "2026-0001-0001", "직무능력은행"))


def test_blind_report_says_that_the_holder_is_withheld(world: World) -> None:
    assert "withheld" in report_text(world.check(world.token(claims(edition="blind"))), "en")


def test_simulated_and_test_issuer_are_said(world: World) -> None:
    world.simulated = True
    world.issuer["dev"] = True
    text = " ".join(report_text(world.check(world.token()), "en").split())
    assert "not an actual decision" in text
    assert "Not a real certificate" in text


def test_proved_holder_is_said(world: World) -> None:
    from tests.verifier.checks.test_holder_binding import present

    report = world.check(present(world), world.rules(key_binding=world.asked()))
    assert "The sender proved to be the holder." in report_text(report, "en")


def test_differences_are_listed_and_the_rest_counted(world: World) -> None:
    printed = replace(claims(*(entry(f"가짜 {n}", idx=20 + n) for n in range(12))), number="2026-9999-9999")
    report = world.check(world.pdf(world.token(), printed))
    text = report_text(report, "en")
    assert "- page 1, certificate number: printed" in text
    assert "more differences" in text


def test_unreadable_evidence_gets_one_sentence_and_a_harmless_name() -> None:
    text = unreadable_text(UnreadableEvidence("empty"), name=HOSTILE, language="en")
    assert text.startswith("[-]")
    assert "\x1b" not in text
    assert "No certificate found." in text
