"""Every address for staff, none left out: as nobody, as a holder, in each role, with ids of nothing.

Whoever may not see an address gets the page of one that is not there, and so does whoever may, with an id of nothing.
"""

import re
from collections.abc import Iterator

import pytest

from issuer.api.staff.routing import is_for_staff
from tests.issuer.staff.staff_world import StaffBrowser, StaffWorld
from tests.served_routes import routes_within

ROLES = ("operator", "auditor", "university")
SEEN = {
    "": "operator auditor university",
    "/accesses": "auditor",
    "/entries": "operator auditor",
    "/held": "operator auditor",
    "/keys": "operator auditor",
    "/notices": "operator auditor",
    "/recognition": "operator auditor",
    "/runs": "operator auditor",
    "/sources": "operator auditor",
    "/statuses": "operator auditor",
    "/traces": "operator auditor",
    "/university": "university",
}
"""Who sees the pages of each group; what changes something is for operators alone, but for the groups below."""
ALSO_SENT_BY = {"/keys": "auditor", "/traces": "auditor", "/university": "university"}
NOT_SENT_BY_OPERATORS = ("/university",)
OWN_SESSION = ("/resume", "/sign-in", "/sign-out")
NOT_HELD = "/operator/held/{entry}/open"
"""Says that the entry is held no more, of any entry that is not: of an id of nothing, too."""
NAMES_NUMBER = "/keys/proof"


@pytest.fixture(scope="module")
def people(kept_world: StaffWorld) -> dict[str, StaffBrowser]:
    return {"operator": kept_world.operator(), "auditor": kept_world.auditor(), "university": kept_world.university()}


def group_of(path: str) -> str:
    found = re.match(r"(?:/en)?/operator(/[a-z-]+)?", path)
    assert found is not None
    return found[1] or ""


def addresses(world: StaffWorld, method: str) -> Iterator[str]:
    for route in routes_within(world.pages.app.routes):
        if method in (route.methods or ()) and is_for_staff(route.path) and group_of(route.path) not in OWN_SESSION:
            yield route.path


def with_ids_of_nothing(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "999", path)


def may(role: str, path: str, method: str) -> bool:
    group = group_of(path)
    if method == "GET":
        return role in SEEN[group].split()
    return role in ALSO_SENT_BY.get(group, "") or (role == "operator" and group not in NOT_SENT_BY_OPERATORS)


def test_every_group_of_addresses_is_named_here_and_there(kept_world: StaffWorld) -> None:
    found = {group_of(path) for method in ("GET", "POST") for path in addresses(kept_world, method)}
    assert found == SEEN.keys()
    assert len([*addresses(kept_world, "GET")]) > 40
    assert len([*addresses(kept_world, "POST")]) > 50


def test_nobody_and_a_holder_are_led_to_the_sign_in_of_staff(kept_world: StaffWorld) -> None:
    holder = StaffBrowser(kept_world.pages, dict(kept_world.pages.holder(name="onlooker", agrees=False).jar))
    for browser in (kept_world.nobody(), holder):
        for path in map(with_ids_of_nothing, addresses(kept_world, "GET")):
            answer = browser.get(path)
            assert (answer.status, "/operator/sign-in?next=" in answer.location) == (303, True), path
        for path in map(with_ids_of_nothing, addresses(kept_world, "POST")):
            assert browser.post(path, {"form_token": "0" * 64, "reason": "a test"}).status == 401, path


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_a_role_may_not_is_not_there(
    kept_world: StaffWorld, people: dict[str, StaffBrowser], role: str, method: str
) -> None:
    browser, tried = people[role], 0
    missing = {prefix: browser.get(f"{prefix}/operator/sign-in/with/nobody").plain for prefix in ("", "/en")}
    for path in addresses(kept_world, method):
        if may(role, path, method):
            continue
        asked, tried = with_ids_of_nothing(path), tried + 1
        answer = browser.get(asked) if method == "GET" else browser.send(asked, {"reason": "a test", "version": "1"})
        assert (answer.status, answer.plain) == (404, missing["/en" if path.startswith("/en") else ""]), path
    assert tried > 1


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_a_role_may_is_there_and_an_id_of_nothing_is_not(
    kept_world: StaffWorld, people: dict[str, StaffBrowser], role: str, method: str
) -> None:
    browser, tried = people[role], 0
    missing = {prefix: browser.get(f"{prefix}/operator/sign-in/with/nobody").plain for prefix in ("", "/en")}
    for path in addresses(kept_world, method):
        if not may(role, path, method) or "{" not in path:
            continue
        asked, tried = with_ids_of_nothing(path), tried + 1
        answer = browser.get(asked) if method == "GET" else browser.send(asked, {"reason": "a test", "version": "1"})
        if path.removeprefix("/en") == NOT_HELD:
            assert answer.status == 409, path
        else:
            assert (answer.status, answer.plain) == (404, missing["/en" if path.startswith("/en") else ""]), path
    assert tried > 1 or role == "auditor"


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_its_pages(kept_world: StaffWorld, people: dict[str, StaffBrowser], role: str) -> None:
    plain = [path for path in addresses(kept_world, "GET") if "{" not in path and not path.endswith(NAMES_NUMBER)]
    shown = {path: people[role].get(path).status for path in plain if may(role, path, "GET")}
    assert [path for path, status in shown.items() if status != 200] == []
    assert len(shown) > 3
