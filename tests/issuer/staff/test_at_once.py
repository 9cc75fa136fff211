"""Two presses, two tabs, two operators at the same moment: each thing is done once, and every answer is a page."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from issuer.operating.status_jobs import work_name
from tests.issuer.staff.staff_world import StaffBrowser, StaffWorld
from tests.issuer.staff.test_held_deliveries import FILES, hold_file, house_at, newest, standing, wait
from tests.issuer.staff.test_operating_pages import NUMBER, ORDER, STATUSES, hidden, made, status

ENTRIES = "/operator/entries"
TABS = 4
Press = Callable[[StaffBrowser], int]


def at_once(browsers: list[StaffBrowser], press: Press) -> list[int]:
    """Press in all tabs at the same moment; answer the statuses, smallest first."""
    with ThreadPoolExecutor(len(browsers)) as pool:
        return sorted(pool.map(press, browsers))


def tabs_of(browser: StaffBrowser) -> list[StaffBrowser]:
    return [StaffBrowser(browser.world, dict(browser.jar)) for _ in range(TABS)]


def sending(path: str, fields: Mapping[str, str]) -> Press:
    return lambda tab: tab.post(path, fields).status


def wait_for_jobs(world: StaffWorld) -> None:
    """Wait until the orders that were begun are carried out; there are at most as many as tabs."""
    for number in range(1, TABS + 1):
        world.pages.desk.operating.works.wait(work_name(number))


@pytest.fixture
def house(founded: Path, tmp_path: Path) -> Iterator[StaffWorld]:
    shutil.copytree(founded, tmp_path / "bank")
    world = house_at(tmp_path / "bank")
    yield world
    world.pages.desk.operating.works.end()
    world.bank.close()


@pytest.fixture
def operated(issued_bank: Path, tmp_path: Path) -> Iterator[StaffWorld]:
    world = made(issued_bank, tmp_path)
    yield world
    world.pages.desk.operating.works.end()
    world.bank.close()


def test_a_held_delivery_that_is_accepted_in_four_tabs_is_taken_once(house: StaffWorld) -> None:
    operator, path = house.operator(), hold_file(house)
    operator.send_with_reason(f"{path}/dry-run")
    wait(house, FILES)
    fields = {"form_token": operator.token(), "reason": "a test", "count": "6"}
    answers = at_once(tabs_of(operator), sending(f"{path}/accept", fields))
    wait(house, FILES)
    assert answers[0] == 303
    assert set(answers) <= {303, 404, 409, 422}
    assert (newest(house, FILES)[1], standing(house, FILES)) == ("taken", 0)
    withdrawn = [entry for _, _, entry, detail in house.acts("entry_changed") if detail == "withdrawn"]
    assert len(withdrawn) == len(set(withdrawn)) == 6
    assert [subject for *_, subject, _ in house.acts("delivery_accepted") if subject != FILES] == withdrawn


def test_an_order_about_certificates_that_is_begun_in_four_tabs_changes_each_once(operated: StaffWorld) -> None:
    operator = operated.operator()
    tried = operator.send(f"{STATUSES}/dry-run", ORDER)
    fields = {**ORDER, "form_token": operator.token(), "code": hidden(tried.text, "code"), "count": "1"}
    answers = at_once(tabs_of(operator), sending(f"{STATUSES}/begin", fields))
    wait_for_jobs(operated)
    assert answers[0] == 303
    assert set(answers) <= {303, 409, 422}
    assert status(operated) == "suspended"
    assert [(subject, detail) for *_, subject, detail in operated.acts("certificate_status_changed")] == [
        (NUMBER, "suspended under_review: a call")
    ]


def test_a_form_of_yesterday_that_the_back_button_brings_changes_nothing(operated: StaffWorld) -> None:
    operator = operated.operator()
    tried = operator.send(f"{STATUSES}/dry-run", ORDER)
    fields = {**ORDER, "form_token": operator.token(), "code": hidden(tried.text, "code"), "count": "1"}
    assert operator.post(f"{STATUSES}/begin", fields).status == 303
    wait_for_jobs(operated)
    again = operator.post(f"{STATUSES}/begin", fields)
    assert (again.status, "<h1>" in again.text) == (422, True)
    assert len(operated.acts("certificate_status_changed")) == 1
    assert len(operated.acts("status_job_begun")) == 1
