"""A committee for tests: a store in a folder, officers of every role, a notice, and certificates that were checked."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from credential_schemas.certificate_claims import CertificateEntry
from credential_schemas.report.model import Report
from keys.encoding import JsonValue
from keys.trust_list import TrustList
from tests.verifier.scoring.office import course
from tests.verifier.world import World, claims, entry
from verifier.committee.committee import Committee, Means
from verifier.committee.criteria import published_texts
from verifier.committee.notices import Terms
from verifier.committee.officers import Officer
from verifier.committee.panel import Answer
from verifier.committee.parameters import PREFIX, READING
from verifier.committee.questions import Question
from verifier.evidence.gathering import Submission
from verifier.jobs.desk import Besides, JobDesk
from verifier.jobs.storage import JobStorage
from verifier.store.engine import STORE_FILE, open_store

POLICY = published_texts()["ts-hiring-criteria-1.0.0"]
KIM = Officer("p-kim", "김담당", frozenset({"officer"}))
LEE = Officer("p-lee", "이심사", frozenset({"reviewer"}))
PARK = Officer("p-park", "박심사", frozenset({"reviewer"}))
CHOI = Officer("p-choi", "최심사", frozenset({"reviewer"}))
ADMIN = Officer("p-admin", "관리자", frozenset({"administrator"}))
STRANGER = Officer("p-nobody", "아무개", frozenset())
TERMS = Terms(is_blind=True, four_eyes=False, decision_on="2026-12-01", retention_days=30)
FORM = {
    "name": "SYN-2026-01",
    "title": "신규직 행정",
    PREFIX + "notice_date": "2026-11-02",
    PREFIX + "track": "new",
    PREFIX + "job_family": "administrative",
    PREFIX + "career_bonus_bands": "12 = 3\n24 = 4",
    PREFIX + "contest_bonus": "대상 = 3",
    READING + "AMB-01": "no_cap",
}


class Chamber:
    """The committee of one test; `now` can be moved, `trust` exchanged."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.now: datetime = world.now
        self.trust: TrustList = world.rules().trust
        self.keys: Mapping[str, Any] = {}
        self.store = open_store(folder / STORE_FILE)
        self.jobs = JobDesk(
            self._check,
            storage=JobStorage(folder / "jobs"),
            now=self.clock,
            besides=Besides(None, lambda owner, job: self.committee.job_finished(owner, job)),
        )
        self.committee = Committee(
            Means(self.store, self.clock, lambda: self.trust, lambda: self.keys, self.jobs, kept_days=0)
        )

    def _check(self, submission: Submission) -> Report:
        report = self.world.check(submission.data)
        return replace(report, evidence=replace(report.evidence, name=submission.name))

    def clock(self) -> datetime:
        return self.now

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def criteria(self, text: bytes = POLICY) -> int:
        return self.committee.criteria.save(KIM, text, reason="공고 준비")

    def draft(self, *, terms: Terms = TERMS, **fields: str) -> int:
        return self.committee.notices.create(KIM, self.criteria(), form={**FORM, **fields}, terms=terms)

    def notice(self, *, four_eyes: bool = False, blind: bool = True, **fields: str) -> int:
        """Return a notice that is open for applicants."""
        number = self.draft(terms=replace(TERMS, four_eyes=four_eyes, is_blind=blind), **fields)
        self.committee.notices.use(KIM, number)
        return number

    def checked(
        self, *entries: CertificateEntry, applicant: str | None = "A-1", number: str = "N-1", name: str = "홍길동"
    ) -> Report:
        given = claims(*entries)
        given = replace(given, applicant_no=applicant, number=number, holder=replace(given.holder, name=name))
        return self.world.check(self.world.token(given))

    @staticmethod
    def lines(*reports: Report | Mapping[str, JsonValue]) -> bytes:
        documents = [each.to_json() if isinstance(each, Report) else each for each in reports]
        return b"".join(json.dumps(each).encode() + b"\n" for each in documents)

    def take(self, notice: int, *reports: Report | Mapping[str, JsonValue]) -> None:
        self.committee.intake.take(KIM, notice, files=[("results.jsonl", self.lines(*reports))])

    def applied(self, notice: int, *numbers: str) -> None:
        """Let applicants hand in one certificate each, with a course and a qualification."""
        for count, number in enumerate(numbers):
            self.take(notice, self.checked(course(idx=21 + count), entry(), applicant=number, number=f"N-{number}"))

    def questions(self, notice: int, place: int = 1) -> list[Question]:
        _, sheet = self.committee.sheets.sheet(KIM, notice, place)
        return [each.question for each in sheet.questions]

    def answered(self, notice: int, *reviewers: Officer, place: int = 1, level: str = "good") -> None:
        """Let reviewers answer everything about an applicant alike."""
        asked = self.questions(notice, place)
        for reviewer in reviewers:
            answers = [Answer(each, True if each.kind == "adjudications" else level) for each in asked]
            self.committee.panel.answer(reviewer, notice, place, answers=answers)

    def confirmed(self, notice: int, place: int = 1) -> None:
        self.answered(notice, LEE, place=place)
        self.committee.sheets.confirm(KIM, notice, place, reason="")

    def close(self) -> None:
        self.store.close()
