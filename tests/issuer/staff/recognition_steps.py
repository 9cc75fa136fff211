"""Course recognition in steps that several tests take: what a university sends, and what reviewers press."""

import re
from typing import Any

from tests.issuer.pages.page_world import Shown
from tests.issuer.staff.staff_world import StaffBrowser

OWN = "/operator/university"
QUEUE = "/operator/recognition"
PDF = b"%PDF-1.7\nsyllabus\r\n\x00\xff"
COURSE = {
    "code": "IM305",
    "title": "회계원리",
    "hours": "45",
    "level": "3",
    "targets": "0203020101_20v4 전표 작성하기\n0203020101_20v4 증빙서류 관리하기",
    "outcome": "전표를 작성한다.",
    "evaluation": "실기 시험",
}
BOUNDARY = "a-boundary"


def version(browser: StaffBrowser, path: str) -> str:
    """The version that the page's forms carry, as a hidden field."""
    return hidden(browser, path)["version"]


def hidden(browser: StaffBrowser, path: str) -> dict[str, str]:
    """Version and token that the forms of a page carry."""
    found = dict(re.findall(r'name="(version|form_token)" value="([0-9a-f]+)"', browser.get(path).text))
    assert "version" in found, path
    return found


def press(browser: StaffBrowser, page: str, path: str, fields: dict[str, Any] | None = None) -> Shown:
    """Press a button of a page as it stands now."""
    return browser.post(page + path, {**hidden(browser, page), **(fields or {})})


def multipart(fields: dict[str, str], file: bytes) -> bytes:
    """A form with a file as browsers send it; what it says of the file is not true."""
    start = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
    parts = [f'{start}"{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    head = f'{start}"file"; filename="a.pdf"\r\nContent-Type: text/html\r\n\r\n'
    return "".join([*parts, head]).encode() + file + f"\r\n--{BOUNDARY}--\r\n".encode()


def attach(browser: StaffBrowser, case: str, *, file: bytes = PDF, **other: str) -> Shown:
    fields = {"case": case, "position": "1", **hidden(browser, f"{OWN}/{case}")}
    body = multipart(fields | other, file)
    return upload(browser, body)


def upload(browser: StaffBrowser, body: bytes, media_type: str = f"multipart/form-data; boundary={BOUNDARY}") -> Shown:
    headers = {"content-type": media_type, "origin": browser.world.issuer, "sec-fetch-site": "same-origin"}
    return browser._ask("POST", f"{OWN}/syllabus", body, headers)


def begun(browser: StaffBrowser, department: str = "산업경영과") -> str:
    answer = browser.send(OWN, {"department": department})
    assert answer.status == 303, answer.plain
    return answer.location.rpartition("/")[2]


def submitted(browser: StaffBrowser, department: str = "산업경영과") -> str:
    """An application with one course that was handed in."""
    case = begun(browser, department)
    page = f"{OWN}/{case}"
    assert press(browser, page, "/courses", COURSE).status == 303
    assert attach(browser, case).status == 303
    assert press(browser, page, "/submit").status == 303
    return case


def screened(operator: StaffBrowser, case: str, finding: str = "met") -> None:
    """Take an application up and compare its course."""
    page = f"{QUEUE}/{case}"
    assert press(operator, page, "/take").status == 303
    found = {f"finding_1_{place}": finding for place in range(2)} | {f"note_1_{place}": "봄" for place in range(2)}
    assert press(operator, page, "/courses/1/screen", found).status == 303


def decided(operator: StaffBrowser, case: str, outcome: str = "recognised", years: str = "3", words: str = "") -> Shown:
    return press(operator, f"{QUEUE}/{case}", "/decide", {"outcome": outcome, "years": years, "words": words})
