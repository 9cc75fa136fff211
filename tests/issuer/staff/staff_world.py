"""A bank with staff, and browsers of its people."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from issuer.staff.administration import Administration, NewStaff, Proof
from tests.issuer.pages.page_world import PASSWORD, TOKEN, Browser, PageWorld, Shown

STAFF_PASSWORD = "the keys hang beside the door"


@dataclass
class StaffBrowser(Browser):
    """A browser in which somebody of the staff signs in."""

    def token(self) -> str:
        found = TOKEN.search(self.get("/operator/sign-in/settings").text)
        return found[1] if found else ""

    def sign_in(self, name: str = "minji", password: str = STAFF_PASSWORD, **fields: str) -> Shown:
        return self.post("/operator/sign-in", {"name": name, "password": password, **fields})

    def send_with_reason(self, path: str, fields: Mapping[str, Any] | None = None, reason: str = "a test") -> Shown:
        return self.send(path, {"reason": reason, **(fields or {})})

    def heading(self, path: str) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.get(path).text)
        return "" if found is None else found[1]


class StaffWorld:
    """One bank with pages; people of its staff are added when they are first asked for."""

    def __init__(self, pages: PageWorld) -> None:
        self.pages = pages
        self.bank = pages.bank
        self.administration = Administration(pages.bank.acting_as("staff:machine"), pages.desk.staff.outside)

    def add(self, name: str, *roles: str, institution: tuple[str, str] | None = None) -> None:
        self.administration.add(NewStaff(name, roles, institution=institution), Proof(STAFF_PASSWORD))

    def nobody(self) -> StaffBrowser:
        return StaffBrowser(self.pages)

    def browser(self, name: str, *roles: str, institution: tuple[str, str] | None = None) -> StaffBrowser:
        """A browser in which a new person with these roles has signed in."""
        self.add(name, *roles, institution=institution)
        browser = self.nobody()
        assert browser.sign_in(name).status == 303
        return browser

    def operator(self, name: str = "minji") -> StaffBrowser:
        return self.browser(name, "operator")

    def auditor(self, name: str = "doyun") -> StaffBrowser:
        return self.browser(name, "auditor")

    def university(self, institution: str = "hanbit", name: str = "hanbit-staff") -> StaffBrowser:
        return self.browser(name, "university", institution=(institution, f"{institution} university"))

    def acts(self, action: str) -> list[tuple[str, str | None, str | None, str | None]]:
        """Actor, account, subject and detail of every act of one kind, oldest first."""
        with self.bank.store.read() as transaction:
            found = transaction.audit.acts_after(0, [action])
        return [(each.actor, each.account, each.subject, each.detail) for each in found]


__all__ = ["PASSWORD", "STAFF_PASSWORD", "StaffBrowser", "StaffWorld"]
