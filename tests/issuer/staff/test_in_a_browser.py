"""The pages for staff in Chromium: journeys by keyboard without scripts, axe and no sideways scroll on `ADDRESSES`."""

import shutil
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from issuer.cli.main import main
from issuer.deliveries.files import ImportOrder, import_delivery
from tests.axe import faults_once
from tests.calculator import CHROMIUM
from tests.issuer.conftest import START
from tests.issuer.pages.page_world import PageWorld
from tests.issuer.pages.served import Late
from tests.issuer.staff.recognition_steps import COURSE, OWN, PDF, QUEUE, begun, press, submitted
from tests.issuer.staff.staff_world import STAFF_PASSWORD, StaffBrowser, StaffWorld
from tests.keys.gate.serving import serving
from tests.verifier.web.visiting import DESK, PHONE, chromium, fits

pytestmark = pytest.mark.slow

ADDRESSES = [
    ("auditor", "/operator"),
    ("auditor", "/operator/keys?number=CB-2026-00000001"),
    ("auditor", "/operator/accesses?name=doyun"),
    ("auditor", "/operator/traces?what=delivery:1"),
    ("operator", "/operator/sources"),
    ("operator", "/operator/sources/qnet_qualifications"),
    ("operator", "/operator/runs/1"),
    ("operator", "/operator/runs/{waiting}"),
    ("operator", "/operator/runs/{tried}"),
    ("operator", "/operator/held"),
    ("operator", "/operator/held/{held}"),
    ("operator", "/operator/statuses"),
    ("operator", "/operator/entries"),
    ("operator", "/operator/notices"),
    ("operator", "/operator/notices/1"),
    ("operator", QUEUE),
    ("operator", f"{QUEUE}/{{reviewed}}"),
    ("university", "/operator"),
    ("university", OWN),
    ("university", f"{OWN}/{{draft}}"),
    ("university", f"{OWN}/{{asked}}"),
    ("auditor", "/operator/sign-in/settings"),
    ("nobody", "/operator/sign-in"),
]
"""Who looks at which page, with the names of `Served.ids`; whoever adds a page for staff adds it here."""


HEADING = (
    "person_ref,course_code,course_name,programme,department,campus,term,credits,hours,passed,grade_letter,ncs_units"
)
NOTICE = {"title_ko": "점검", "title_en": "Maintenance", "text_ko": "멈춥니다.", "text_en": "Closed at night."}


@dataclass
class Served:
    """A bank with staff that is serving, a browser to visit it, and what a signed-in browser of each role carries."""

    world: StaffWorld
    browser: Browser
    states: dict[str, Any]
    ids: dict[str, str]

    def page(self, role: str, **options: Any) -> Page:  # noqa: ANN401 - passed on to the browser
        state = self.states.get(role)
        context = self.browser.new_context(base_url=self.world.pages.issuer, storage_state=state, **options)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        return page


@pytest.fixture(scope="module")
def served(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: the pages are not tried")
    path = tmp_path_factory.mktemp("served") / "bank"
    shutil.copytree(founded, path)
    late = Late()
    with serving(late) as port:
        world = StaffWorld(PageWorld(path, issuer=f"http://127.0.0.1:{port}"))
        late.app = world.pages.app
        world.pages.now = START + timedelta(hours=1)  # later than what the bank has, so that it can be missing
        people = {"operator": world.operator(), "auditor": world.auditor(), "university": world.university()}
        people["second"] = world.operator("seojun")
        ids = {"held": _held(world, path.parent)} | _applications(people["university"], people["operator"])
        ids |= _deliveries(world, path.parent, people["operator"])
        people["operator"].send_with_reason("/operator/notices", NOTICE)
        states = {
            role: {"cookies": [_cookie(name, value) for name, value in browser.jar.items()], "origins": []}
            for role, browser in people.items()
        }
        with sync_playwright() as playwright, chromium(playwright) as browser:
            yield Served(world, browser, states, ids)
        world.bank.close()


def _cookie(name: str, value: str) -> dict[str, Any]:
    return {"name": name, "value": value, "domain": "127.0.0.1", "path": "/", "sameSite": "Lax", "httpOnly": True}


def _held(world: StaffWorld, folder: Path) -> str:
    """Have an entry held that looks like one of the account of SYN-P-001; return its id."""
    file = folder / "held.csv"
    head = "person_ref,exam_body,item_name,grade,certificate_number,acquired_date,status"
    file.write_text(f"{head}\nSYN-X-9,KCCI,컴퓨터활용능력,1급,24-K9-777777,2024-03-15,valid\n")
    import_delivery(world.bank, "consigned_qualifications", file, order=ImportOrder(), now=START)
    with world.bank.store.read() as transaction:
        held = [each.id for each in transaction.entries.held() if each.title == "컴퓨터활용능력"]
    return held[0]


def _deliveries(world: StaffWorld, folder: Path, operator: StaffBrowser) -> dict[str, str]:
    """Two runs that were held back: one that waits for its dry run, and one that was tried out; their numbers."""
    runs = {}
    for name, source, empty in (
        ("waiting", "polytechnic_records", HEADING),
        ("tried", "military", '{"duties": [], "qualifications": []}'),
    ):
        file = folder / source
        file.write_text(empty, "utf-8")
        command = ["import", source, str(file), "--complete", "--data", str(world.pages.path)]
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            code = main(command, clock=lambda: world.pages.now)
        assert code == 5
        with world.bank.store.read() as transaction:
            runs[name] = str(transaction.pulls.runs(source, limit=1)[0].id)
    operator.send_with_reason(f"/operator/runs/{runs['tried']}/dry-run")
    world.pages.desk.operating.works.wait("source military")
    return runs


def _applications(university: StaffBrowser, operator: StaffBrowser) -> dict[str, str]:
    """Three applications: one that is being written, one in review and one with a question."""
    reviewed, asked = submitted(university), submitted(university, "전기과")
    for case in (reviewed, asked):
        press(operator, f"{QUEUE}/{case}", "/take")
    press(operator, f"{QUEUE}/{asked}", "/ask", {"question": "실기 시험은 어떻게 합니까?"})
    draft = begun(university, "기계과")
    press(university, f"{OWN}/{draft}", "/courses", COURSE)
    return {"draft": draft, "reviewed": reviewed, "asked": asked}


def test_the_way_in_to_the_first_task_and_out_by_keyboard_alone(served: Served) -> None:
    page = served.page("nobody", viewport=DESK, java_script_enabled=False)
    page.goto("/en/operator/keys")
    expect(page.get_by_role("heading", level=1)).to_have_text("Staff sign-in")
    page.get_by_label("Sign-in name").focus()
    page.keyboard.type("minji")
    page.keyboard.press("Tab")
    page.keyboard.type(STAFF_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Keys and log")
    expect(page.get_by_text("Not checked yet.")).to_be_visible()
    page.get_by_role("button", name="Check everything now").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not checked yet.")).to_have_count(0)
    page.goto("/en/operator/sign-in/settings")
    page.get_by_role("button", name="Sign out here").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Staff sign-in")


@pytest.mark.parametrize(("role", "address"), ADDRESSES)
def test_no_page_has_a_fault_or_scrolls_sideways(served: Served, role: str, address: str) -> None:
    for language, size in (("", PHONE), ("/en", DESK)):
        page = served.page(role, viewport=size)
        answer = page.goto(f"{language}{address}".format(**served.ids))
        assert answer is not None
        assert answer.status == 200
        assert faults_once(page) == []
        page.set_viewport_size(size)
        assert fits(page)
        page.context.close()


def test_the_decision_about_a_delivery_and_the_dry_run_of_an_entry_are_accessible(served: Served) -> None:
    with served.world.bank.store.read() as transaction:
        standing = transaction.entries.standing("qnet_qualifications")
        (entry,) = transaction.entries.entries_to_change([standing[0].id])
    for language, size in (("", PHONE), ("/en", DESK)):
        page = served.page("operator", viewport=size)
        page.goto(f"{language}/operator/runs/{served.ids['waiting']}")
        expect(page.locator('form[action$="/dry-run"]')).to_have_count(1)
        page.goto(f"{language}/operator/runs/{served.ids['tried']}")
        expect(page.locator("#f-count")).to_be_visible()
        page.locator("#f-count").fill("999")
        page.locator("#f-reason").fill("a test")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()
        assert faults_once(page) == []
        page.goto(f"{language}/operator/entries")
        page.locator('[name="action"][value="suspend"]').check()
        page.locator("#f-slug").select_option("under_review")
        page.locator("#f-record").fill(f"qnet_qualifications:{entry.source_record_id}")
        page.locator("#f-reason").fill("a test")
        page.keyboard.press("Enter")
        expect(page.locator('input[name="code"]')).to_have_count(1)
        assert faults_once(page) == []
        page.set_viewport_size(size)
        assert fits(page)
        page.context.close()


def test_a_held_entry_is_laid_beside_what_it_may_be(served: Served) -> None:
    for language, size in (("", PHONE), ("/en", DESK)):
        page = served.page("operator", viewport=size)
        page.goto(f"{language}/operator/held/{served.ids['held']}")
        page.locator("#f-reason").fill("the holder asked")
        page.keyboard.press("Enter")
        cards = page.locator(".side > section")
        expect(cards).to_have_count(2)
        first, second = (cards.nth(place).bounding_box() for place in range(2))
        assert first is not None
        assert second is not None
        side_by_side = second["x"] > first["x"]
        assert side_by_side is (size == DESK)
        assert faults_once(page) == []
        page.set_viewport_size(size)
        assert fits(page)
        page.context.close()


def test_a_university_applies_on_a_telephone_and_two_reviewers_recognise_by_keyboard_without_scripts(
    served: Served, tmp_path: Path
) -> None:
    syllabus = tmp_path / "syllabus.pdf"
    syllabus.write_bytes(PDF)
    own = served.page("university", viewport=PHONE, java_script_enabled=False)
    own.goto(OWN)
    own.get_by_label("학과").fill("항공정비과")
    own.get_by_role("button", name="신청서 쓰기").click()
    own.get_by_role("button", name="신청서 제출").click()
    expect(own.get_by_role("alert")).to_contain_text("교과가 하나 이상 있고")
    for name, value in COURSE.items():
        own.locator(f"#f-{name}").fill("three" if name == "hours" else value)
    own.get_by_role("button", name="교과 더하기").click()
    expect(own.get_by_role("alert")).to_contain_text("시수를")
    expect(own.get_by_label("교과목명")).to_have_value("회계원리")  # nothing is typed twice
    own.get_by_label("총 시수").fill("45")
    own.get_by_role("button", name="교과 더하기").click()
    own.get_by_label("강의계획서: 회계원리").set_input_files(syllabus)
    own.get_by_role("button", name="강의계획서 붙이기").click()
    own.get_by_role("button", name="신청서 제출").click()
    assert fits(own)
    case = own.url.partition(f"{OWN}/")[2].partition("?")[0]

    desk = served.page("operator", viewport=DESK, java_script_enabled=False)
    desk.goto(f"/en{QUEUE}")
    _press(desk.get_by_role("link", name=case, exact=True))
    _press(desk.get_by_role("button", name="Take it up"))
    _type(desk, "What is asked", "Who marks the practical test?")
    _press(desk.get_by_role("button", name="Send the questions"))
    expect(desk.get_by_role("main")).to_contain_text("Questions")

    own.reload()
    expect(own.get_by_role("main")).to_contain_text("Who marks the practical test?")
    own.get_by_label("답변").fill("두 사람이 따로 매깁니다.")
    own.get_by_role("button", name="답변 보내기").click()
    expect(own.get_by_role("main")).to_contain_text("심사 중")

    desk.goto(f"/en{QUEUE}/{case}")
    expect(desk.get_by_role("main")).to_contain_text("두 사람이 따로 매깁니다.")
    for place in range(2):
        desk.locator(f"#f-finding_1_{place}").focus()
        desk.keyboard.type("Met")
        desk.locator(f"#f-note_1_{place}").focus()
        desk.keyboard.type("seen")
    _press(desk.get_by_role("button", name="Save the comparison"))
    _decide(desk)
    second = served.page("second", viewport=DESK, java_script_enabled=False)
    second.goto(f"/en{QUEUE}/{case}")
    expect(second.get_by_role("main")).to_contain_text("Another reviewer has decided.")
    _decide(second)
    expect(second.get_by_role("main")).to_contain_text("Recognised for 3 years")

    own.reload()
    expect(own.get_by_role("main")).to_contain_text("인정, 3년")
    assert fits(own)
    own.goto(OWN)
    expect(own.get_by_role("table", name="인정된 교과")).to_contain_text("IM305 회계원리")


def _press(control: Locator) -> None:
    control.focus()
    control.press("Enter")


def _type(page: Page, label: str, text: str) -> None:
    page.get_by_label(label).focus()
    page.keyboard.type(text)


def _decide(page: Page) -> None:
    page.get_by_label("Recognise", exact=True).focus()
    page.keyboard.press("Space")
    _press(page.get_by_role("button", name="Save decision"))
