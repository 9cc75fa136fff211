"""The way to a certificate as a browser goes it, for tests."""

import re
from dataclasses import dataclass
from html import unescape

from tests.issuer.pages.page_world import Browser, Shown

NEW = "/certificates/new"
CONFIRM = "/certificates/new/confirm"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
BOX = re.compile(r'<input type="checkbox" id="c-(entry|with)-([^"]+)"[^>]*>')
SWITCH = re.compile(r'<input class="switch" type="checkbox" role="switch" id="sw-([^"]+)"([^>]*)>')


@dataclass
class Form:
    """What a page's form would send, and what it shows."""

    shown: Shown

    @property
    def rows(self) -> dict[str, str]:
        """Whether each row is ticked: by entry, `entry`, `with` or nothing."""
        ticked = {}
        for found in BOX.finditer(self.shown.text):
            ticked[found[2]] = found[1] if " checked" in found[0] else ""
        return ticked

    @property
    def switches(self) -> dict[str, str]:
        """What each switch is: on, off, fixed on, fixed off; by ENTRY.FIELD."""
        return {
            found[1]: ("fixed " if "aria-disabled" in found[2] else "") + ("on" if " checked" in found[2] else "off")
            for found in SWITCH.finditer(self.shown.text)
        }

    @property
    def fields(self) -> dict[str, list[str]]:
        """The fields that the switches of a page send."""
        on = [name for name, state in self.switches.items() if state == "on"]
        drawn = re.findall(r'name="switches" value="([^"]+)"', self.shown.text)
        return {"shown": on, "switches": drawn}

    @property
    def hidden(self) -> dict[str, list[str]]:
        """The hidden fields of the form that asks for consent, but its token."""
        text, found = self.shown.text, dict[str, list[str]]()
        end = text.find('name="consent"')
        for name, value in HIDDEN.findall(text[text.rfind("<form", 0, end) : end]):
            if name != "form_token":
                found.setdefault(name, []).append(unescape(value))
        return found


def pick(browser: Browser, entries: list[str], **fields: str | list[str]) -> Form:
    """Send the first page as filled in."""
    sent = {"entry": entries, "purpose": "job", "days": "90", "language": "ko", "shown_for": "standard", **fields}
    return Form(browser.send(NEW, sent))


def go_on(browser: Browser, entries: list[str], **fields: str | list[str]) -> Form:
    """Go to the second page."""
    sent = {"entry": entries, "purpose": "job", "days": "90", "language": "ko", "shown_for": "standard", **fields}
    return Form(browser.send(CONFIRM, {**sent, "do": "confirm"}))


def agree(browser: Browser, confirm: Form, **fields: str | list[str]) -> Shown:
    """Press the button of the second page."""
    return browser.send(CONFIRM, {**confirm.hidden, "consent": "yes", "do": "issue", **fields})


def issue(browser: Browser, entries: list[str], **fields: str | list[str]) -> str:
    """Go the whole way; answer the number."""
    answer = agree(browser, go_on(browser, entries, **fields))
    assert answer.status == 303, answer.plain[:300]
    return answer.location.rpartition("/")[2]
