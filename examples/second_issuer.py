"""A second issuer with its own key, and an employer who trusts each of the two for what it knows.

The second issuer is small: a key, a status list, language tests and contest awards. It also signs something that is
not its business, and the employer's program tells the difference. Exit status 0 only if everything ended as it must.
"""

import json
import os
import secrets
import subprocess
import sys
from argparse import ArgumentParser
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from credential_schemas.certificate_claims import (
    CertificateClaims,
    CertificateEntry,
    Holder,
    StatusReference,
    to_payload,
)
from credential_schemas.sd_jwt.build import Disclosable, build_sd_jwt
from credential_schemas.status_list import StatusToken
from credential_schemas.status_list_issue import StatusBitmap, build_status_token
from keys.key_files import FileSigner, create_key

ISSUER = "https://language-tests.example"
VCT = f"{ISSUER}/vct/competency-certificate/1"
STATUS_LIST = f"{ISSUER}/status/1"
TRUSTED_FOR = ("contest_award", "language_test")
NOTICE = Path(__file__).resolve().parent / "scoring/notice.json"
APPLICANT = "A-001"
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class SecondIssuer:
    """The keys of an office that holds language tests and contests; they never leave this process."""

    credential: FileSigner = field(default_factory=lambda: FileSigner(create_key()))
    status: FileSigner = field(default_factory=lambda: FileSigner(create_key()))

    def trust_entry(self) -> dict[str, Any]:
        """Return the issuer as an employer writes it into a trust list: trusted for two types of entries, no more."""
        return {
            "id": ISSUER,
            "name": {"ko": "예시 어학시험·공모전 사무국", "en": "Example Office of Language Tests and Contests"},
            "types": [{"vct": VCT, "entry_types": [*TRUSTED_FOR]}],
            "jwks": {"keys": [dict(self.credential.public_jwk())]},
            "status_jwks": {"keys": [dict(self.status.public_jwk())]},
            "origins": [ISSUER],
        }

    def issue(self, number: str, *entries: CertificateEntry, now: datetime) -> str:
        """Sign entries of the demo's holder."""
        claims = CertificateClaims(
            issuer=ISSUER,
            vct=VCT,
            issued_on=now.date() - timedelta(days=1),
            valid_until=now.date() + timedelta(days=60),
            number=number,
            kind="competency",
            edition="standard",
            purpose="job",
            recipient=None,
            applicant_no=APPLICANT,
            holder=Holder("홍길동", None, datetime(1995, 3, 2, tzinfo=UTC).date()),
            entries=entries,
            status=StatusReference(STATUS_LIST, entries[0].idx - 1),
        )
        payload, paths = to_payload(claims)
        return build_sd_jwt(
            payload, disclose=Disclosable(frozenset(paths)), signer=self.credential, random_bytes=secrets.token_bytes
        )

    def status_token(self, *, now: datetime) -> str:
        """Sign its status list: nothing was revoked."""
        seconds = int(now.timestamp())
        token = StatusToken(STATUS_LIST, StatusBitmap(size=1024).freeze(), seconds, seconds + DAY_S, DAY_S // 2)
        return build_status_token(token, signer=self.status)


def language_test(now: datetime) -> CertificateEntry:
    """Return a result of a language test, within the two years before the notice of the example."""
    fields = {"score_or_grade": "960", "test_date": "2025-11-09"}
    return _entry("language_test", "achievements", "TOEIC", fields, idx=11, now=now)


def contest_award(now: datetime) -> CertificateEntry:
    """Return an award that the notice of the example gives points for."""
    fields = {"prize": "대상", "award_date": "2025-05-01"}
    return _entry("contest_award", "achievements", "예시 교통 데이터 공모전", fields, idx=12, now=now)


def not_its_business(now: datetime) -> CertificateEntry:
    """Return a qualification, which such an office cannot know of."""
    fields = {"item_code": "1320", "series": "기사", "acquired_date": "2024-06-18"}
    return _entry("national_technical_qualification", "qualifications", "정보처리기사", fields, idx=21, now=now)


def _entry(
    kind: str, category: str, title: str, fields: dict[str, Any], *, idx: int, now: datetime
) -> CertificateEntry:
    return CertificateEntry(
        type=kind,
        category=category,
        title=title,
        title_en=None,
        issuing_body="예시 어학시험·공모전 사무국",
        fields=fields,
        as_of=now.date() - timedelta(days=1),
        idx=idx,
    )


def set_up(folder: Path, now: datetime) -> None:
    """Write what the second issuer gives to its holder, and what the employer writes down about both issuers."""
    office = SecondIssuer()
    (folder / "awards.sdjwt").write_text(office.issue("LT-1", language_test(now), contest_award(now), now=now))
    (folder / "not-its-business.sdjwt").write_text(office.issue("LT-2", not_its_business(now), now=now))
    (folder / "language-status.jwt").write_text(office.status_token(now=now))
    trust = json.loads((folder / "bank/trust.json").read_text("utf-8"))
    trust["issuers"].append(office.trust_entry())
    (folder / "two-issuers.json").write_text(json.dumps(trust, ensure_ascii=False, indent=1), "utf-8")
    lists = json.loads((folder / "status-map.json").read_text("utf-8"))
    lists[STATUS_LIST] = str(folder / "language-status.jwt")
    (folder / "two-lists.json").write_text(json.dumps(lists), "utf-8")


def table_of_trust(folder: Path, programs: Path) -> list[str]:
    """Return which issuers are trusted for which type of entry, a line each, as the employer's program has it."""
    _, (listed,) = run(folder, programs, "trust", "list")
    return [f"{name:<36}{', '.join(issuers)}" for name, issuers in listed["trusted_for"].items()]


def run(folder: Path, programs: Path, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """Run `cb-verifier` in the folder; return its exit status and what it printed."""
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder / "home"),
        "LANG": "C.UTF-8",
        "VERIFIER_STATE": str(folder / "verifier-state"),
    }
    command = [str(programs / "cb-verifier"), *arguments, "--trust", "two-issuers.json", "--json"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def decision_of_a_person() -> str:
    """Return what a member of the committee decided: the award is related to the work."""
    decision = {"decision": True, "officer": "김표본", "at": "2026-03-20T10:00:00+09:00"}
    award = f"{ISSUER.removeprefix('https://')}/LT-1/12"
    notice = json.loads(NOTICE.read_text("utf-8"))["id"]
    document = {"notice": notice, "applicant": APPLICANT, "adjudications": {award: {"related": decision}}}
    return json.dumps(document, ensure_ascii=False) + "\n"


def check_and_score(folder: Path, programs: Path) -> list[str]:
    """Check what both issuers signed, score it, and return what did not end as it must."""
    files = ("certificate-en.sdjwt", "awards.sdjwt", "not-its-business.sdjwt")
    code, reports = run(folder, programs, "check", *files, "--status-map", "two-lists.json", "--offline")
    (folder / "two-issuers.jsonl").write_text("".join(json.dumps(each) + "\n" for each in reports))
    for name, report in zip(files, reports, strict=True):
        print(f"   {name:<26}{report['verdict'].upper():<15}{report['certificate']['issuer']['name']['en']}")
    (folder / "related.jsonl").write_text(decision_of_a_person(), "utf-8")
    scoring = ("--policy", "ts-hiring-criteria", "--notice", str(NOTICE), "--applicant", APPLICANT)
    given = ("--reports", "two-issuers.jsonl", "--adjudications", "related.jsonl")
    _, (result,) = run(folder, programs, "score", *scoring, *given)
    for name, points in (result["components"] | result["bonus"]).items():
        print(f"   {name:<26}{'open' if points is None else points}")
    for entry, reason in result["excluded_entries"].items():
        print(f"   not counted: {entry}: {result['excluded_because'][reason]['en']}")
    foreign = [reason for entry, reason in result["excluded_entries"].items() if "/LT-2/" in entry]
    scored = {entry for line in result["trace"] for entry in line["entries"]}
    found = {
        "verdicts": [report["verdict"] for report in reports],
        "exit status": code,
        "points for the award": any("/LT-1/12" in entry for entry in scored),
        "points from the bank's certificate": any(entry.startswith("bank.example/") for entry in scored),
        "points for what is not its business": any("/LT-2/" in entry for entry in scored),
        "left out": foreign,
    }
    wanted = {
        "verdicts": ["valid", "valid", "indeterminate"],
        "exit status": 3,
        "points for the award": True,
        "points from the bank's certificate": True,
        "points for what is not its business": False,
        "left out": ["not_verified"],
    }
    return [
        f"{name}: expected {wanted[name]!r}, found {value!r}" for name, value in found.items() if value != wanted[name]
    ]


def tell(folder: Path, programs: Path) -> list[str]:
    """Tell the story in a folder that the demo left; return what did not end as it must."""
    set_up(folder, datetime.now(UTC))
    print("   Who is trusted for what:")
    for line in table_of_trust(folder, programs):
        print(f"      {line}")
    return check_and_score(folder, programs)


def main() -> int:
    """Tell the story on its own."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="what the demo leaves: trust list, a certificate, its status list")
    parser.add_argument(
        "programs", nargs="?", type=Path, default=Path(sys.executable).parent, help="where cb-verifier is installed"
    )
    arguments = parser.parse_args()
    surprises = tell(arguments.folder.resolve(), arguments.programs)
    for surprise in surprises:
        print(f"   !! {surprise}")
    print("Every step ended as it must." if not surprises else "Not every step ended as it must.")
    return int(bool(surprises))


if __name__ == "__main__":
    raise SystemExit(main())
