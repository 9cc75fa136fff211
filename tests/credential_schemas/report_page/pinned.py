"""Writes down the words and the markup of two results, one valid and one not, as pages show them.

    .venv/bin/python -m tests.credential_schemas.report_page.pinned

Look at the difference first, in a browser too: people decide by these pages.
"""

import json
from pathlib import Path
from typing import Any

from credential_schemas.report.messages import Language
from credential_schemas.report_page.markup import result_html
from credential_schemas.report_page.view import view_of
from keys.encoding import JsonValue

FILE = Path(__file__).with_name("pinned.json")
LANGUAGES: tuple[Language, ...] = ("ko", "en")
BANDS: dict[str, dict[str, JsonValue]] = {
    "valid": {
        "sign": "tick",
        "heading": {"ko": "유효한 인정서입니다.", "en": "Valid certificate."},
        "sentence": {"ko": "페이지는 대조하지 않았습니다.", "en": "The page was not compared."},
    },
    "invalid": {
        "sign": "cross",
        "heading": {"ko": "믿지 마십시오.", "en": "Do not believe it."},
        "sentence": {"ko": "문서가 다릅니다.", "en": "The page differs."},
    },
    "plain": {
        "sign": "tick",
        "heading": {"ko": "유효한 인정서입니다.", "en": "Valid certificate."},
        "sentence": {"ko": "모두 확인했습니다.", "en": "Everything was checked."},
    },
    "unreadable": {"sign": "dash", "heading": {"ko": "인정서가 아닙니다.", "en": "No certificate."}, "sentence": {}},
}


def check(name: str, outcome: str, reason: str | None = None, **detail: object) -> dict[str, Any]:
    message = {"ko": f"{name} 문장", "en": f"sentence of {name}"}
    return {"name": name, "outcome": outcome, "reason": reason, "detail": detail, "message": message}


ENTRIES = [
    {
        "type": "national_technical_qualification",
        "category": "qualifications",
        "title": {"ko": "정보처리기사", "en": "Engineer <Information>"},
        "issuing_body": {"ko": "한국산업인력공단", "en": "HRD Korea"},
        "status": "valid",
        "as_of": "2026-11-01",
        "idx": 7,
        "item_code": "1320",
        "series": "기사",
        "acquired_date": "2023-06-09",
        "ncs_units": ["2001020211_19v4", "2001030105_19v4"],
    },
    {
        "type": "vocational_training",
        "category": "trainings",
        "title": {"ko": "데이터 분석"},
        "issuing_body": {},
        "status": "suspended",
        "as_of": None,
        "idx": 8,
        "start_date": "2025-03-01",
        "end_date": "2025-05-31",
        "hours": 120,
        "completed": True,
    },
    {
        "type": "ncs_competency_unit",
        "category": "units",
        "title": {"ko": "요구사항 확인"},
        "issuing_body": {"ko": "기관"},
        "status": "revoked",
        "as_of": "2026-10-30",
        "idx": 10,
        "unit_code": "2001020211_19v4",
        "unit_level": 5,
        "acquired_via": 8,
    },
    {
        "type": "of_the_future",
        "category": "achievements",
        "title": {"ko": "새것"},
        "issuing_body": {"ko": "기관"},
        "status": "unknown",
        "as_of": "2026-10-31",
        "idx": 9,
        "level": 5,
    },
]
VALID: dict[str, Any] = {
    "verdict": "valid",
    "parts": {"credential": "valid", "document": "not_checked", "status": "superseded"},
    "checks": [
        check("issuer_trust", "passed", development=True),
        check("status", "unknown", "status_stale"),
        check("seal", "skipped"),
    ],
    "certificate": {
        "number": "CB-2026-00000001",
        "issuer": {"id": "https://bank.example", "name": {"ko": "직무능력은행", "en": "Competency Bank"}},
        "issued_on": "2026-11-01",
        "valid_until": "2026-12-01",
        "purpose": "job",
        "recipient": "가나다 & 상사",
        "applicant_no": "A-7",
        "holder_binding": "verified",
    },
    "disclosed": {"holder": {"name": "김표본", "name_en": "KIM", "birth_date": "2000-01-01"}, "entries": ENTRIES},
    "evidence": {"kind": "pdf", "sha256": "00ff", "name": "a.pdf"},
    "freshness": {"status_as_of": "2026-11-22T02:30:00Z", "status_age_s": 1800, "trust_version": "3"},
    "verified_at": "2026-11-22T03:00:00Z",
    "profile": "default",
    "simulated": True,
    "id": "0123456789abcdef",
    "advice": None,
}
INVALID: dict[str, Any] = {
    **VALID,
    "verdict": "invalid",
    "parts": {"credential": "indeterminate", "document": "invalid", "status": "unknown"},
    "checks": [
        check("status", "unknown", "status_unavailable"),
        check(
            "print_match",
            "failed",
            "document_mismatch",
            differences=[
                {"where": "entries[0].title", "page": 1, "printed": "정보처리기사 1급", "signed": "정보처리기사"},
                {"where": "entries[1]", "page": 2, "printed": "", "signed": "데이터 분석"},
                {"where": "holder.name", "page": 1, "printed": "김견본", "signed": ""},
            ],
            links=["https://evil.example/<x>", "https://b.example"],
        ),
        check("container", "passed"),
    ],
    "certificate": {**VALID["certificate"], "holder_binding": "none", "purpose": "own words", "recipient": None},
    "disclosed": {"holder": {}, "entries": ENTRIES[:1]},
    "evidence": {"kind": "image", "sha256": "11", "name": "a.png"},
    "freshness": {"status_as_of": None, "status_age_s": None, "trust_version": None},
    "simulated": False,
    "advice": {
        "ask": [
            {"contact": "applicant"},
            {"contact": "issuer"},
            {"contact": "operator"},
            {"contact": "somebody", "ko": "누군가", "en": "Somebody"},
        ]
    },
}
PLAIN: dict[str, Any] = {
    **VALID,
    "parts": {"credential": "valid", "document": "valid", "status": "valid"},
    "checks": [check("seal", "passed")],
    "disclosed": {"holder": VALID["disclosed"]["holder"], "entries": []},
    "simulated": False,
}
UNREADABLE: dict[str, Any] = {
    "error": {
        "name": "scan <1>.pdf",
        "message": {"ko": "손상된 파일입니다.", "en": "The file is damaged."},
        "ask": {"ko": "다시 받으십시오.", "en": "Ask for it again."},
        "notice": {"ko": "자동으로 탈락시키지 마십시오.", "en": "Do not reject automatically."},
    }
}
RESULTS = {"plain": PLAIN, "valid": VALID, "invalid": INVALID, "unreadable": UNREADABLE}


def pages() -> dict[str, Any]:
    """Return words and markup of every result in both languages."""
    made: dict[str, Any] = {}
    for name, result in RESULTS.items():
        for language in LANGUAGES:
            view = view_of(result, BANDS[name], language=language)
            markup = str(result_html(view, language=language, standing_alone=name != "invalid"))
            made[f"{name} {language}"] = {"view": view, "markup": markup.replace("><", ">\n<").split("\n")}
    return made


if __name__ == "__main__":
    FILE.write_text(json.dumps(pages(), ensure_ascii=False, indent=1) + "\n", "utf-8")
