"""A service whose committee works: browsers of an officer, two reviewers and an administrator, a notice, applicants."""

import json
from dataclasses import replace
from pathlib import Path

import httpx

from credential_schemas.report.model import Report
from tests.verifier.committee.chamber import FORM, POLICY
from tests.verifier.people.entrance_world import PASSWORD, Browser, House
from tests.verifier.scoring.office import course
from tests.verifier.world import World, claims, entry
from verifier.people.administration import Proof
from verifier.people.roles import Role

NAME = "홍길동"


class Hall:
    """What the tests of the pages visit."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.house = world, House(world, folder)
        self.house.people.add("sora", "", roles={Role.REVIEWER}, proof=Proof(PASSWORD))
        self.officer = self.house.signed_in("doyun")
        self.reviewer = self.house.signed_in("minji")
        self.second = self.house.signed_in("sora")
        self.administrator = self.house.signed_in("haneul")
        self._names = 0
        self.saved = self.officer.post("/criteria", yaml=POLICY.decode(), reason="공고 준비")
        self.criteria = self.saved.headers["location"].rpartition("/")[2]

    def draft(self, *, four_eyes: bool = False, **fields: str) -> str:
        """Return the address of a new draft."""
        self._names += 1
        form = {**FORM, "name": f"SYN-{self._names}", "decision_on": "2026-12-01", "retention_days": "30"}
        eyes = {"four_eyes": "yes"} if four_eyes else {}
        answer = self.officer.post("/notices", criteria=self.criteria, is_blind="yes", **{**form, **eyes, **fields})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def notice(self, *numbers: str, four_eyes: bool = False) -> str:
        """Return the address of a notice with these applicants."""
        address = self.draft(four_eyes=four_eyes)
        assert self.officer.post(f"{address}/use").status_code == 303
        reports = [self.report(number, place) for place, number in enumerate(numbers)]
        if reports:
            assert self.upload(address, reports).status_code == 200
        return address

    def report(self, number: str, place: int = 0) -> Report:
        given = claims(course(idx=21 + place), entry())
        given = replace(given, applicant_no=number, number=f"N-{number}", holder=replace(given.holder, name=NAME))
        return self.world.check(self.world.token(given))

    def upload(self, address: str, reports: list[Report], *, browser: Browser | None = None) -> httpx.Response:
        """Hand in results as a form does."""
        lines = b"".join(json.dumps(each.to_json()).encode() + b"\n" for each in reports)
        return self.send(address, browser=browser, results=("r.jsonl", lines))

    def send(self, address: str, *, browser: Browser | None = None, **files: tuple[str, bytes]) -> httpx.Response:
        visitor = browser or self.officer
        fields = {"form_token": visitor.form_token, "notice": address.rpartition("/")[2]}
        return visitor.ask(
            "POST", "/notices/uploads", data=fields, files=files, headers={"Origin": "http://verifier.test"}
        )

    @staticmethod
    def questions(page: str) -> list[str]:
        """Return the names of the radio groups on a page."""
        import re

        return list(dict.fromkeys(re.findall(r'name="(a:[^"]+)"', page)))

    def answer(
        self, address: str, place: int = 1, *, browser: Browser | None = None, level: str = "good"
    ) -> httpx.Response:
        """Answer everything about an applicant."""
        visitor = browser or self.reviewer
        page = visitor.get(f"{address}/queue/{place}").text
        form = {name: "yes" if "adjudications" in name else level for name in self.questions(page)}
        return visitor.post(f"{address}/queue/{place}", **form)
