"""`cb-verifier analyse` from checks to page and table: who is in it, what it says, and what it never says."""

import csv
import io
import json
import re
import shlex
import shutil
from datetime import date
from pathlib import Path

import pytest

from tests.verifier.analysis.people import EMPLOYEES, EXAMPLE, PROTECTION, ROOT, Company, call, unit_entry
from tests.verifier.world import VCT
from tests.verifier.world import entry as qualification
from verifier.analysis.tables import COLUMNS
from verifier.analysis.texts import texts
from verifier.cli.main import main

ROLE = str(EXAMPLE / "information-security.yaml")
PAGE = (ROOT / "docs/analyse.md").read_text("utf-8")
AGREED = "map;placement;training,2026-01-01,2199-12-31,HR-1,"


def test_everybody_agreed_and_everything_counts(company: Company) -> None:
    company.five()
    found = company.analysed("--role", ROLE)
    assert company.code == 0
    assert found["map"]["fields"][0]["levels"] == [{"from": 4, "to": 4, "people": 5}]
    assert found["roles"][0]["competencies"][1]["people"] == {
        "met": 5,
        "below": 0,
        "level_unknown": 0,
        "not_shown": 0,
    }
    assert [each["employee"] for each in found["employees"]] == [*EMPLOYEES]
    assert found["basis"]["evidence_signed"] is False


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (None, "no_consent"),
        ("E-05,map,2199-01-01,2199-12-31,HR-1,", "consent_not_begun"),
        ("E-05,map,2026-01-01,2026-01-02,HR-1,", "consent_ended"),
        ("E-05,map,2026-01-01,2199-12-31,HR-1,2026-01-03", "consent_withdrawn"),
    ],
)
def test_who_did_not_agree_is_in_no_part_of_it(company: Company, row: str | None, reason: str) -> None:
    company.five()
    company.consents(*(f"{number},{AGREED}" for number in EMPLOYEES[:4]), *([row] if row else []))
    found = company.analysed("--smallest-group", "1", "--role", ROLE)
    assert company.code == 3
    assert found["left_out"] == [{"employee": "E-05", "part": "everything", "reason": reason}]
    assert found["map"]["people"] == 4
    assert "E-05" not in json.dumps(found["employees"])
    assert "E-05" in company.told


def test_each_purpose_is_its_own_consent(company: Company) -> None:
    company.five()
    company.consents(
        "E-01,map,2026-01-01,2199-12-31,HR-1,",
        "E-02,training,2026-01-01,2199-12-31,HR-1,",
        *(f"{number},map;placement,2026-01-01,2199-12-31,HR-1," for number in EMPLOYEES[2:]),
    )
    found = company.analysed("--role", ROLE)
    assert company.code == 0
    assert found["map"] == {"depth": "middle", "people": 4, "fields": [], "fields_too_small": 0}
    assert [each["employee"] for each in found["employees"]] == ["E-02", "E-03", "E-04", "E-05"]
    assert found["employees"][0]["placement_suggested"] is False
    assert found["employees"][1]["roles"][0]["training"] is None
    assert {"employee": "E-01", "part": "placement", "reason": "no_consent"} in found["left_out"]
    assert company.analysed()["left_out"] == [{"employee": "E-02", "part": "map", "reason": "no_consent"}]


@pytest.mark.parametrize("flaw", ["revoked", "entry_cancelled", "untrusted", "expired", "forged", "simulated", "other"])
def test_only_what_is_verified_trusted_and_in_force_is_counted(company: Company, flaw: str) -> None:
    company.five()
    world, idx = company.world, 33
    world.statuses = {"revoked": {7: 1}, "entry_cancelled": {idx: 1}}.get(flaw, {})
    world.simulated = flaw == "simulated"
    more = {"applicant_no": "A-9"} if flaw == "other" else {}
    shown = unit_entry("0202010101_99v1", 2, idx)
    if flaw == "expired":
        shown = qualification("정보처리기사", idx=idx, valid_until=date(2026, 11, 21).isoformat())
        shown.fields["ncs_units"] = ["0202010101_99v1"]  # type: ignore[index]  # a dictionary, made by `entry`
    line = company.check("E-01", shown, **more)
    if flaw == "forged":
        company.lines.pop()
        token = world.token() + "WyJzIiwibmFtZSIsIngiXQ~"
        line = world.check(token).to_json()
        company.lines.append(line | {"batch": {"n": 9, "applicant_no": "E-01", "match": None}})
    if flaw == "untrusted":
        world.issuer["types"] = [{"vct": VCT, "entry_types": ["national_technical_qualification"]}]
        company.put("trust.json", json.dumps(world.trust))
        assert company.run() == 2
        return
    found = company.analysed("--smallest-group", "1", "--depth", "major")
    assert [row["code"] for row in found["map"]["fields"]] == ["20"]
    assert company.code == (0 if flaw in ("expired",) else 3)


def test_whose_certificate_it_is_must_be_clear(company: Company) -> None:
    company.five()
    company.check("E-01", unit_entry("0202010101_99v1", 2), name="임꺽정")
    company.check("E-02", unit_entry("0202010101_99v1", 2), match="differs")
    found = company.analysed("--smallest-group", "1")
    assert [(each["employee"], each["reason"]) for each in found["left_out"]] == [
        ("E-01", "holder_unclear"),
        ("E-02", "holder_unclear"),
    ]
    assert company.code == 3


def test_nothing_that_counts_and_nothing_at_all_are_told(company: Company) -> None:
    company.world.statuses = {21: 1}
    company.check("E-01", unit_entry(PROTECTION, 3))
    company.world.statuses = {}
    company.check("E-02", unit_entry(PROTECTION, 3))
    company.check(None, unit_entry(PROTECTION, 3))
    company.lines.append({"error": {"kind": "not_a_certificate"}})
    found = company.analysed("--smallest-group", "1")
    reasons = {each["employee"]: each["reason"] for each in found["left_out"]}
    assert reasons == {"E-01": "nothing_counts", **dict.fromkeys(EMPLOYEES[2:], "nothing_handed_in")}
    assert "belong to nobody" in company.told
    assert "without a verdict" in company.told


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_has_a_table_beside_each_chart_and_neither_script_nor_name(company: Company, language: str) -> None:
    company.five()
    company.check("E-01", unit_entry("2001020601_99v1", 5, 22), name="홍길동")
    out = company.folder / "a.html"
    assert company.run("--role", ROLE, "--out", str(out), "--lang", language) == 0
    page = out.read_text("utf-8")
    assert page.count('<svg role="img"') == 2
    assert all("<table" in part for part in page.split("</figure>")[1:])
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert "홍길동" not in page
    assert {"ko": "밝힌 항목 없음", "en": "no entry disclosed"}[language] in page
    assert {"ko": "그 능력이 없다는 뜻이 아닙니다", "en": "does not mean that somebody cannot"}[language] in page
    assert out.stat().st_mode & 0o077 == 0


def test_the_page_tells_how_many_are_left_out_and_not_who(company: Company) -> None:
    company.five()
    for number in range(10, 16):
        company.check(f"X-{number}", unit_entry(PROTECTION, 4))
    out = company.folder / "a.html"
    assert company.run("--out", str(out), "--out", str(company.folder / "a.csv")) == 3
    for name in ("a.html", "a.csv"):
        assert "X-1" not in (company.folder / name).read_text("utf-8")
    assert '<td class="n">6</td>' in out.read_text("utf-8")


def test_too_few_people_have_neither_map_nor_coverage(company: Company) -> None:
    company.check("E-01", unit_entry(PROTECTION, 4))
    out = company.folder / "a.html"
    company.run("--role", ROLE, "--out", str(out), "--lang", "en")
    assert out.read_text("utf-8").count("Fewer than 5 people take part") == 2
    assert "<svg" not in out.read_text("utf-8")


def test_the_table_has_the_documented_columns_and_no_formula(company: Company) -> None:
    company.five()
    for line in company.lines:
        line["batch"] = {"applicant_no": "=1+1", "match": None}
    company.consents(f"=1+1,{AGREED}")
    assert company.run("--smallest-group", "1", "--role", ROLE, "--out", str(company.folder / "a.csv")) == 0
    rows = list(csv.DictReader(io.StringIO((company.folder / "a.csv").read_text("utf-8-sig"))))
    assert [*rows[0]] == [*COLUMNS]
    assert {row["employee_no"] for row in rows if row["part"] == "employee"} == {"'=1+1"}
    for column in COLUMNS:
        assert f"`{column}`" in PAGE


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--smallest-group", "0"], 2, "give a number from 1 on"),
        (["--out", "a.xlsx"], 2, "end it with .html, .csv or .json"),
        (["--role", "ts-hiring-criteria"], 2, "a role profile (--role) cannot be used"),
        (["--receipt-keys", "k.json"], 2, "--receipt-keys"),
        (["--consent", "absent.csv"], 2, "absent.csv"),
        (["--role", "x"] * 51, 2, "too many role profiles"),
    ],
)
def test_options_that_cannot_be_used_end_with_2_and_a_sentence(
    company: Company, options: list[str], code: int, message: str
) -> None:
    company.five()
    assert company.run(*options, "--lang", "en") == code
    assert message in company.output()[1]


def test_without_consents_without_checks_and_without_anybody_who_agreed_nothing_is_analysed(company: Company) -> None:
    results, trust = str(company.folder / "results.jsonl"), str(company.folder / "trust.json")
    assert main(["analyse", "--reports", results, "--trust", trust]) == 2
    assert "--consent" in company.output()[1]
    assert main(["analyse", "--consent", str(company.folder / "consents.csv"), "--trust", trust, "--lang", "ko"]) == 2
    assert "분석할 검증 결과가 없습니다" in company.output()[1]
    company.five()
    company.consents(f"Z-9,{AGREED}")
    assert company.run("--lang", "en") == 2
    assert "nobody with a recorded consent" in company.output()[1]


def test_a_report_that_was_changed_is_refused(company: Company) -> None:
    company.five()
    company.lines[0]["verdict"] = "invalid"
    assert company.run() == 1


def test_every_command_of_the_page_does_what_the_page_says(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    company.five("2001030101_99v1", 3)
    company.check("E-06", unit_entry(PROTECTION, 4))
    company.run()
    for file in EXAMPLE.iterdir():
        shutil.copy(file, company.folder)
    monkeypatch.chdir(company.folder)
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    commands = [shlex.split(line) for block in blocks for line in block.splitlines() if line]
    assert [call(*words[1:]) for words in commands] == [3, 3]
    document = json.loads(Path("analysis.json").read_text("ascii"))
    assert {"employee": "E-06", "part": "everything", "reason": "consent_withdrawn"} in document["left_out"]
    assert [each["employee"] for each in document["employees"]] == ["E-01", "E-02", "E-04"]
    for name in ("map.html", "analysis.html", "analysis.csv"):
        assert Path(name).stat().st_size > 500


def test_every_reason_and_part_has_words_in_both_languages() -> None:
    reasons = re.findall(r"`(no_consent|consent_\w+|holder_unclear|nothing_\w+)`", PAGE)
    assert len(set(reasons)) == 7
    for name in (*reasons, "part_everything", "part_map", "part_placement", "part_training"):
        assert texts()[name].ko
        assert texts()[name].en
