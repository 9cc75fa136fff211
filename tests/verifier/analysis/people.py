"""Employees for the tests of the analysis: entries by hand, and a company whose certificates were really checked."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from credential_schemas.certificate_claims import CertificateEntry
from credential_schemas.criteria.entries import ScoringEntry
from keys.encoding import JsonValue
from tests.verifier.scoring.office import item
from tests.verifier.world import NOW, World, claims
from verifier.analysis.competencies import Person
from verifier.cli.analysing import analyse_command
from verifier.cli.main import build_parser

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples/analysis"
EMPLOYEES = ("E-01", "E-02", "E-03", "E-04", "E-05")
HEAD = "employee_no,purposes,given_on,until,record,withdrawn_on"
PROTECTION = "2001060101_99v1"


def entry(entry_type: str = "ncs_competency_unit", entry_id: str = "1", **fields: JsonValue) -> ScoringEntry:
    return ScoringEntry(entry_id, entry_type, {"title": "가상 항목", **fields})


def unit(code: str, level: int | None, entry_id: str = "1") -> ScoringEntry:
    return entry(entry_id=entry_id, unit_code=code, unit_level=level)


def person(number: str, *entries: ScoringEntry) -> Person:
    return Person(number, entries)


def unit_entry(code: str, level: int, idx: int = 21) -> CertificateEntry:
    return item("ncs_competency_unit", "units", "가상 능력단위", idx, unit_code=code, unit_level=level)


def call(*words: str) -> int:
    """Run the command two days after the checks of the world."""
    arguments = build_parser(["analyse"]).parse_args(words)
    return analyse_command(arguments, now=lambda: NOW + timedelta(days=2))


class Company:
    """A folder with trust list, consents and checks of employees, and the command."""

    def __init__(self, world: World, capsys: pytest.CaptureFixture[str]) -> None:
        self.world, self.folder, self._capsys = world, world.folder, capsys
        self.lines: list[dict[str, JsonValue]] = []
        self.put("trust.json", json.dumps(world.trust))
        self.consents(*(f"{number},map;placement;training,2026-01-01,2199-12-31,HR-1," for number in EMPLOYEES))

    def put(self, name: str, content: str) -> str:
        path = self.folder / name
        path.write_text(content, "utf-8")
        return str(path)

    def consents(self, *rows: str) -> None:
        self.put("consents.csv", "\n".join((HEAD, *rows)))

    def check(
        self, number: str | None, *entries: CertificateEntry, name: str = "홍길동", match: str = "yes", **more: str
    ) -> dict[str, JsonValue]:
        """Check a certificate as a batch would for an employee, and keep the line."""
        given = replace(claims(*entries), number=f"N-{len(self.lines)}", applicant_no=more.get("applicant_no"))
        given = replace(given, holder=replace(given.holder, name=name))
        line = self.world.check(self.world.token(given)).to_json()
        line["batch"] = {"n": len(self.lines), "applicant_no": number, "match": {"result": match}}
        self.lines.append(line)
        return line

    def five(self, code: str = PROTECTION, level: int = 4) -> None:
        for number in EMPLOYEES:
            self.check(number, unit_entry(code, level))

    def run(self, *more: str) -> int:
        self.put("results.jsonl", "".join(json.dumps(line) + "\n" for line in self.lines))
        folder = self.folder
        given = ["--consent", str(folder / "consents.csv"), "--trust", str(folder / "trust.json"), *more]
        return call("analyse", "--reports", str(folder / "results.jsonl"), *given)

    def analysed(self, *more: str) -> dict[str, Any]:
        """Run it and return the document; the exit code and what was told are kept."""
        self._capsys.readouterr()
        self.code = self.run("--json", *more)
        out, self.told = self._capsys.readouterr()
        document: dict[str, Any] = json.loads(out)
        return document

    def output(self) -> tuple[str, str]:
        captured = self._capsys.readouterr()
        return captured.out, captured.err
