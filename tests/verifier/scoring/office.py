"""A personnel office for the tests of scoring: two issuers, certificates that were really checked, and the commands."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from credential_schemas.certificate_claims import CertificateEntry, StatusReference
from credential_schemas.report.model import Report
from keys.encoding import JsonValue
from tests.verifier.world import ISSUER, NAMES, STATUS_URI, VCT, World, claims, entry
from verifier.cli.main import main

LANGUAGE_ISSUER = "https://language.example"
LANGUAGE_VCT = f"{LANGUAGE_ISSUER}/vct/competency-certificate/1"
LANGUAGE_LIST = f"{LANGUAGE_ISSUER}/status/1"
ROOT = Path(__file__).parents[3]
EXAMPLES: dict[str, Any] = json.loads((ROOT / "tests/vectors/criteria/ts-hiring-examples.json").read_text("utf-8"))
AT = "2026-03-20T10:00:00+09:00"

LEVELS = {
    "A": {
        "self_introduction": ("idea_improvement", "crisis_overcoming", "collaboration", "vision"),
        "career_description": ("understanding", "development_effort", "similarity"),
    },
    "B": {
        "job_plan": ("fitness", "vision"),
        "career_description": ("understanding", "development_effort", "similarity"),
    },
}


def item(entry_type: str, category: str, title: str, idx: int, **fields: JsonValue) -> CertificateEntry:
    return CertificateEntry(
        type=entry_type,
        category=category,
        title=title,
        title_en=None,
        issuing_body="가상기관",
        fields=fields,
        as_of=date(2026, 3, 1),
        idx=idx,
    )


def course(title: str = "교통정책론", *, idx: int = 21, credits: float = 3) -> CertificateEntry:  # noqa: A002 - the claim's name
    named: dict[str, JsonValue] = {"provider": "가상대학교", "course_code": f"TP{idx}", "passed": True}
    return item("school_course", "educations", title, idx, credits=credits, **named)


def language_test(idx: int = 31) -> CertificateEntry:
    return item("language_test", "achievements", "TOEIC", idx, score_or_grade="960", test_date="2025-11-09")


class Office:
    """A folder with a trust list that names two issuers, and the commands `score`, `request` and `policy`."""

    def __init__(self, world: World, capsys: pytest.CaptureFixture[str]) -> None:
        self.world, self._capsys, self.folder = world, capsys, world.folder
        issuers = world.trust["issuers"]
        assert isinstance(issuers, list)
        issuers.append(self._language_issuer())
        world.network = self._network
        self.trust = self.put("trust.json", json.dumps(world.trust))
        self.notice("A")

    def _language_issuer(self) -> dict[str, JsonValue]:
        return {
            "id": LANGUAGE_ISSUER,
            "name": {**NAMES},
            "types": [{"vct": LANGUAGE_VCT, "entry_types": ["language_test"]}],
            "jwks": {"keys": [{**self.world.keys.stranger.public_jwk()}]},
            "status_jwks": {"keys": [{**self.world.keys.holder.public_jwk()}]},
            "origins": [LANGUAGE_ISSUER],
        }

    def _network(self, uri: str) -> bytes:
        if uri == LANGUAGE_LIST:
            return self.world.status_token(signer=self.world.keys.holder, uri=uri).encode()
        assert uri == STATUS_URI
        return self.world.status_token().encode()

    def put(self, name: str, content: str | bytes) -> str:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def notice(self, name: str, **changes: JsonValue) -> str:
        self.notice_file = self.put("notice.json", json.dumps({**EXAMPLES["notices"][name], **changes}))
        return self.notice_file

    def checked(
        self, *entries: CertificateEntry, applicant: str | None = "A-1", number: str = "N-1", name: str = "홍길동"
    ) -> Report:
        """Return the report of a certificate of the bank."""
        given = claims(*entries)
        given = replace(given, applicant_no=applicant, number=number, holder=replace(given.holder, name=name))
        return self.world.check(self.world.token(given))

    def language_report(self, *entries: CertificateEntry, applicant: str = "A-1") -> Report:
        """Return the report of a certificate of the issuer of language tests."""
        given = replace(claims(*entries), issuer=LANGUAGE_ISSUER, vct=LANGUAGE_VCT, applicant_no=applicant)
        given = replace(given, number="L-1", status=StatusReference(LANGUAGE_LIST, 7))
        return self.world.check(self.world.token(given, signer=self.world.keys.stranger))

    def results(self, *reports: Report | Mapping[str, JsonValue]) -> str:
        lines = [json.dumps(each.to_json() if isinstance(each, Report) else each) for each in reports]
        return self.put("results.jsonl", "\n".join(lines) + "\n")

    def ratings(self, *applicants: str, under: str = "A", level: str = "good") -> str:
        lines = [
            {
                "notice": EXAMPLES["notices"][under]["id"],
                "applicant": applicant,
                "ratings": {
                    rubric: {each: {"level": level, "officer": "이예시", "at": AT} for each in items}
                    for rubric, items in LEVELS[under].items()
                },
            }
            for applicant in applicants
        ]
        return self.put("ratings.jsonl", "\n".join(json.dumps(line) for line in lines))

    def related(self, *entries: str, applicant: str = "A-1", under: str = "A") -> str:
        decision: JsonValue = {"decision": True, "officer": "김표본", "at": AT}
        line = {
            "notice": EXAMPLES["notices"][under]["id"],
            "applicant": applicant,
            "adjudications": {each: {"related": decision} for each in entries},
        }
        return self.put("adjudications.jsonl", json.dumps(line))

    def score(self, *arguments: str) -> int:
        common = ["--policy", "ts-hiring-criteria", "--notice", self.notice_file]
        own = [] if "--self-check" in arguments else ["--trust", self.trust]
        return main(["score", *common, *own, *arguments])

    def scored(self, *arguments: str) -> list[dict[str, Any]]:
        """Score and return the results; the exit code is that of the last run."""
        self._capsys.readouterr()
        self.code = self.score(*arguments, "--json")
        out, self.told = self._capsys.readouterr()
        return [json.loads(line) for line in out.splitlines()]

    def output(self) -> tuple[str, str]:
        captured = self._capsys.readouterr()
        return captured.out, captured.err


__all__ = ["ISSUER", "VCT", "Office", "course", "entry", "item", "language_test"]
