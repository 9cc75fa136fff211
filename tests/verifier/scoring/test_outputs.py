"""Results as files: tables without formulas, sheets that a committee can sign, a ranking that decides nothing."""

import csv
import html
import io
import json
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from openpyxl import load_workbook

from keys.encoding import JsonValue
from tests.verifier.scoring.office import Office, course, entry, item
from verifier.cli import scoring
from verifier.scoring.page import page, shown
from verifier.scoring.ranking import rank
from verifier.scoring.ranking_page import ranking_sheet
from verifier.scoring.results import Result
from verifier.scoring.tables import safe
from verifier.scoring.texts import text


def written(office: Office, name: str, *arguments: str, lang: str = "en") -> Path:
    path = office.folder / name
    office.score(*arguments, "--out", str(path), "--lang", lang)
    return path


@pytest.fixture
def several(office: Office) -> list[str]:
    """Three applicants: two with the same total, one with an open question."""
    reports = office.results(
        office.checked(entry(), applicant="A-1"),
        office.checked(entry(), applicant="A-2", number="N-2"),
        office.checked(course(), applicant="A-3", number="N-3"),
    )
    return ["--reports", reports, "--ratings", office.ratings("A-1", "A-2", "A-3")]


def test_csv_has_one_row_an_applicant(office: Office, several: list[str]) -> None:
    data = written(office, "s.csv", *several).read_bytes()
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert data.startswith(b"\xef\xbb\xbf")
    assert [(row["applicant"], row["status"], row["total"]) for row in rows] == [
        ("A-1", "scored", "45"),
        ("A-2", "scored", "45"),
        ("A-3", "incomplete", ""),
    ]
    assert (rows[2]["range_min"], rows[2]["range_max"], rows[2]["component_academic"]) == ("40", "46", "")
    assert {row["human_review_required"] for row in rows} == {"True"}
    assert len(rows[0]["policy_sha256"]) == 64


def test_xlsx_has_results_points_excluded_entries_and_flags(office: Office, several: list[str]) -> None:
    book = load_workbook(written(office, "s.xlsx", *several, lang="ko"))
    assert book.sheetnames == ["results", "trace", "excluded", "flags"]
    trace = [[cell.value for cell in row] for row in book["trace"].iter_rows()]
    assert trace[1] == ["A-1", "verified", "TS-D6", 5, "bank.example/N-1/11", "정보처리 기사"]
    assert book["flags"]["C2"].value == "adjudication_missing:bank.example/N-3/21:related"


def test_json_holds_every_result_as_it_is_printed(office: Office, several: list[str]) -> None:
    results = json.loads(written(office, "s.json", *several).read_bytes())
    office.output()
    assert [each["applicant"] for each in results] == ["A-1", "A-2", "A-3"]
    assert [each["total"] for each in office.scored(*several)] == [each["total"] for each in results]


def test_results_are_for_their_owner_only(office: Office, several: list[str]) -> None:
    assert written(office, "s.csv", *several).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_a_text_that_a_spreadsheet_would_compute_stays_a_text(start: str) -> None:
    assert safe(start).startswith("'")


def test_a_harmless_text_stays_as_it_is_and_one_that_acts_is_written_out() -> None:
    assert safe("정보처리기사") == "정보처리기사"
    assert safe("\x1b[31m") == "<U+001B>[31m"


def test_a_hostile_applicant_number_is_no_formula_in_any_table(office: Office) -> None:
    hostile = '=HYPERLINK("http://x")'
    arguments = ["--reports", office.results(office.checked(entry(), applicant=None)), "--applicant", hostile]
    rows = written(office, "s.csv", *arguments).read_bytes().decode("utf-8-sig").splitlines()
    assert rows[1].startswith("\"'=HYPERLINK(")
    book = load_workbook(written(office, "s.xlsx", *arguments))
    for sheet in book.worksheets:
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "b"}
    assert book["results"]["A2"].value == f"'{hostile}"


def sheet(office: Office, *arguments: str, lang: str = "ko") -> str:
    return written(office, "s.html", *arguments, lang=lang).read_text("utf-8")


def plain(page_text: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", page_text))


def test_a_sheet_shows_every_point_with_rule_published_line_entry_and_reason(office: Office) -> None:
    reports = office.results(office.checked(entry(), course()))
    related = office.related("bank.example/N-1/21")
    found = plain(sheet(office, "--reports", reports, "--ratings", office.ratings("A-1"), "--adjudications", related))
    for words in (
        "서류전형 채점표",
        "TS-D6",
        "1급 : 5점 2급 :3점 기사 : 5점 산업기사 : 3점",
        "정보처리기사",
        "정보처리 기사",
        "교통정책론",
        "3 인정, 1당 2점",
        "공단 업무에 관한 주관과 비전 (5점)",
        "우수",
        "김표본",
        "2026-03-20 10:00 한국시간",
        "채점 완료",
        "위원 3",
        "합격이나 불합격을 정하지 않습니다",
    ):
        assert words in found


def test_an_unsigned_file_of_reports_is_called_what_it_is(office: Office) -> None:
    found = sheet(office, "--reports", office.results(office.checked(entry())))
    assert text("warn_reports", "ko") in html.unescape(found)
    assert "서명 없음" in found


def test_an_open_result_shows_its_range_and_what_is_missing(office: Office) -> None:
    drawn = sheet(office, "--reports", office.results(office.checked(course())), lang="en")
    for part in ("Academic record", "Self-introduction", "Career description"):
        assert f'<td colspan="2">{part}</td><td class="n">open</td>' in drawn
    found = plain(drawn)
    assert "10 to 56" in found
    assert "Incomplete" in found
    assert "a person must decide: bank.example/N-1/21:related" in found


def test_an_exempt_applicant_has_no_points_and_no_range(office: Office) -> None:
    lawyer = item("professional_qualification", "qualifications", "변호사", 41, acquired_date="2020-01-02")
    found = plain(sheet(office, "--reports", office.results(office.checked(lawyer)), lang="en"))
    assert "Exempt" in found
    assert "Waiver of this stage" in found
    assert re.search(r"Waiver of this stage *–", found)
    assert "Possible range" not in found


def test_points_above_a_cap_show_both(office: Office) -> None:
    courses = [course(f"과목{number}", idx=20 + number, credits=9) for number in range(1, 4)]
    related = office.related(*(f"bank.example/N-1/{20 + number}" for number in range(1, 4)))
    found = plain(sheet(office, "--reports", office.results(office.checked(*courses)), "--adjudications", related))
    assert "54 → 35" in found


def test_evidence_that_did_not_count_says_why(office: Office) -> None:
    forged = office.world.check(office.world.token(signer=office.world.keys.holder))
    found = plain(sheet(office, "--reports", office.results(forged), "--applicant", "A-1", lang="en"))
    assert "the entry was not verified" in found
    assert "not shown" in found


def test_a_self_check_is_no_paper_to_sign(office: Office) -> None:
    own: list[JsonValue] = [{"id": "e1", "type": "national_technical_qualification", "name": "정보처리기사"}]
    path = office.folder / "own.html"
    entries = office.put("e.json", json.dumps(own))
    office.score("--self-check", "--entries", entries, "--out", str(path), "--lang", "en")
    found = plain(path.read_text("utf-8"))
    assert text("warn_own", "en") in found
    assert "Signature" not in found
    assert "A self-check, not verified." in office.output()[0]


def test_a_page_asks_nobody_for_anything_and_runs_nothing(office: Office, several: list[str]) -> None:
    found = sheet(office, *several)
    assert "default-src 'none'; style-src 'sha256-" in html.unescape(found)
    assert not re.search(r"<(script|img|link|iframe|object|form)\b|src=|href=|url\(|@import", found)


def test_foreign_text_is_escaped_and_what_acts_is_written_out(office: Office) -> None:
    hostile = "<script>alert(1)</script>"
    title = item(
        "contest_award", "achievements", '<img src="x" onerror="y">', 51, prize="대상", award_date="2025-01-01"
    )
    office.notice("A", title=f"{hostile}\u202e")
    found = sheet(office, "--reports", office.results(office.checked(title)), "--applicant", "A-1")
    assert "<script>" not in found
    assert "<img" not in found
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;U+202E&gt;" in found
    assert shown("a\"b'c&") == "a&quot;b&#x27;c&amp;"


def test_a_ranking_shows_ties_as_ties_and_the_others_apart(office: Office, several: list[str]) -> None:
    found = plain(sheet(office, *several, lang="ko"))
    assert found.count("공동 1") == 2
    assert "판단 대기" in found
    assert "전형 면제와 판단 대기는 순위에 넣지 않으며" in found
    for decided in ("합격자", "불합격자", "탈락"):
        assert decided not in found


def results(office: Office, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> tuple[Result, ...]:
    taken: list[Result] = []

    def keep(found: object, _: object) -> bytes:
        assert isinstance(found, tuple)
        taken.extend(found)
        return b""

    monkeypatch.setattr(scoring, "WRITERS", {".json": keep})
    office.score(*arguments, "--out", str(office.folder / "kept.json"))
    return tuple(taken)


def test_ranks_after_a_tie_are_passed_over(office: Office, several: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, three = results(office, several, monkeypatch)
    lower = replace(one, applicant="A-0", score=replace(one.score, total=Fraction(1)))
    found = rank([lower, three, two, one])
    assert [(each.rank, each.tied, each.result.applicant) for each in found.placed] == [
        (1, True, "A-1"),
        (1, True, "A-2"),
        (3, False, "A-0"),
    ]
    assert [each.applicant for each in found.incomplete] == ["A-3"]
    exempt = replace(three, score=replace(three.score, status="exempt", range=None, total=None))
    assert "Exempt" in ranking_sheet(rank([exempt]), "en")
    assert ranking_sheet(rank([]), "en") == ""


def test_as_many_as_one_scoring_takes_are_ranked_without_comparing_each_with_each(
    office: Office, several: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[Fraction] = []

    class Counted(Fraction):
        """Points that say when they are compared for equality."""

        __hash__ = Fraction.__hash__

        def __eq__(self, other: object) -> bool:
            compared.append(self)
            return super().__eq__(other)

    one, *_ = results(office, several, monkeypatch)
    many = [replace(one, applicant=f"A-{n:04}", score=replace(one.score, total=Counted(n))) for n in range(500)]
    assert [each.rank for each in rank(many).placed] == list(range(1, 501))
    assert len(compared) <= 10 * len(many)


def test_a_self_declared_result_is_never_ranked(
    office: Office, several: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, _ = results(office, several, monkeypatch)
    own = replace(two, score=replace(two.score, basis="self-declared"))
    with pytest.raises(ValueError, match="expected verified results only"):
        rank([one, own])


def test_results_of_two_postings_are_never_ranked_together(
    office: Office, several: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, _ = results(office, several, monkeypatch)
    other = replace(two, posting=replace(two.posting, notice_sha256="0" * 64))
    with pytest.raises(ValueError, match="expected results of one posting"):
        rank([one, other])


def test_an_empty_page_is_a_page() -> None:
    assert page("x", [], "en").startswith("<!doctype html>")


def test_every_word_stands_in_both_languages() -> None:
    for path in (Path(__file__).parents[3] / "verifier/scoring").glob("texts.json"):
        for name, both in json.loads(path.read_text("utf-8")).items():
            assert set(both) == {"ko", "en"}, name
            assert set(re.findall(r"{(\w+)}", both["ko"])) == set(re.findall(r"{(\w+)}", both["en"])), name


def test_sheets_never_lie_beside_those_of_another_scoring(office: Office) -> None:
    reports = office.results(office.checked(entry(), applicant="../A 1"))
    folder = office.folder / "sheets"
    office.score("--reports", reports, "--sheets", str(folder))
    assert [path.name for path in folder.iterdir()] == ["sheet-00001-_A_1.html"]
    assert office.score("--reports", reports, "--sheets", str(folder)) == 2
    assert office.score("--reports", reports, "--sheets", reports) == 2
    assert "--sheets" in office.output()[1]


def test_sheets_that_cannot_be_written_are_told(office: Office) -> None:
    reports = office.results(office.checked(entry()))
    office.put("file", "x")
    assert office.score("--reports", reports, "--sheets", str(office.folder / "file" / "below")) == 2
