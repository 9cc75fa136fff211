"""Who of the staff may sign in: `cb-issuer staff`, its refusals, and that a name is never somebody else's."""

import json
from datetime import UTC, datetime

import pytest

from issuer.holders.errors import NewPasswordRefused
from issuer.staff.administration import NewStaff, Proof
from issuer.staff.errors import StaffNameRefused, StaffNameTaken, StaffRolesRefused, StaffUnknown
from tests.issuer.conftest import World
from tests.issuer.staff.staff_world import STAFF_PASSWORD, StaffWorld

HANBIT = ("hanbit", "Hanbit university")


@pytest.mark.parametrize("name", ["", "Minji", "-minji", "min ji", "민지", "m" * 65, "minji\n", "minji@bank", "a/b"])
def test_a_name_of_another_form_is_refused(kept_world: StaffWorld, name: str) -> None:
    with pytest.raises(StaffNameRefused):
        kept_world.add(name, "operator")


@pytest.mark.parametrize(
    ("shown", "institution"),
    [
        ("x" * 101, None),
        ("shown\u202e", None),
        ("", ("", "Hanbit university")),
        ("", ("han bit", "Hanbit university")),
        ("", ("hanbit", " ")),
        ("", ("hanbit", "x" * 101)),
    ],
)
def test_a_shown_name_or_institution_of_another_form_is_refused(
    kept_world: StaffWorld, shown: str, institution: tuple[str, str] | None
) -> None:
    roles = ["operator"] if institution is None else ["university"]
    with pytest.raises(StaffNameRefused):
        kept_world.administration.add(NewStaff("somebody", roles, shown, institution), Proof(STAFF_PASSWORD))


@pytest.mark.parametrize(
    ("roles", "institution", "problem"),
    [
        ([], None, "expected one or more of"),
        (["administrator"], None, "expected one or more of"),
        (["operator", "root"], None, "expected one or more of"),
        (["university"], None, "go together"),
        (["operator"], HANBIT, "go together"),
        (["university", "auditor"], HANBIT, "no role of the bank"),
    ],
)
def test_roles_that_do_not_go_together_are_refused_when_they_are_given_and_when_they_are_changed(
    kept_world: StaffWorld, roles: list[str], institution: tuple[str, str] | None, problem: str
) -> None:
    with pytest.raises(StaffRolesRefused, match=problem):
        kept_world.administration.add(NewStaff("somebody", roles, institution=institution), Proof(STAFF_PASSWORD))
    name = f"there-{len(roles)}-{'u' if institution else 'b'}"
    if name not in {row.name for row in kept_world.administration.listing()}:
        kept_world.add(name, "university" if institution else "operator", institution=institution)
    with pytest.raises(StaffRolesRefused, match=problem):
        kept_world.administration.set_roles(name, roles)


@pytest.mark.parametrize(
    ("password", "kind"), [("short", "short"), ("somebody.else", "short"), ("passwordpassword", "listed")]
)
def test_a_weak_password_is_refused(kept_world: StaffWorld, password: str, kind: str) -> None:
    with pytest.raises(NewPasswordRefused, match=kind):
        kept_world.administration.add(NewStaff("somebody", ["operator"]), Proof(password))
    with pytest.raises(StaffUnknown):
        kept_world.administration.set_password("somebody", STAFF_PASSWORD, without_second_step=False)


def test_a_name_or_identity_that_was_somebodys_is_never_given_to_somebody_else(kept_world: StaffWorld) -> None:
    people = kept_world.administration
    people.add(NewStaff("first", ["operator"]), Proof(identity=("https://login.example", "1")))
    with pytest.raises(StaffNameTaken):
        people.add(NewStaff("first", ["auditor"]), Proof(STAFF_PASSWORD))
    with pytest.raises(StaffNameTaken):
        people.add(NewStaff("second", ["auditor"]), Proof(identity=("https://login.example", "1")))
    people.add(NewStaff("second", ["auditor"]), Proof(STAFF_PASSWORD))
    with pytest.raises(StaffNameTaken):
        people.link("second", "https://login.example", "1")
    people.remove("first")
    with pytest.raises(StaffNameTaken):
        people.add(NewStaff("first", ["auditor"]), Proof(STAFF_PASSWORD))
    people.link("second", "https://login.example", "1")  # the person is known by another name now
    with pytest.raises(StaffUnknown):
        people.remove("first")
    with pytest.raises(StaffUnknown):
        people.link("first", "https://login.example", "2")


def test_every_change_is_in_the_trail_with_who_made_it(staff_world: StaffWorld) -> None:
    people = staff_world.administration
    staff_world.add("minji", "operator")
    people.set_roles("minji", ["auditor", "operator"])
    people.set_password("minji", STAFF_PASSWORD + "!", without_second_step=False)
    people.set_password("minji", STAFF_PASSWORD, without_second_step=True)
    people.link("minji", "https://login.example", "1")
    people.remove("minji")
    assert [(actor, subject, detail) for actor, _, subject, detail in staff_world.acts("staff_changed")] == [
        ("staff:machine", "minji", "added: operator"),
        ("staff:machine", "minji", "roles: auditor, operator"),
        ("staff:machine", "minji", "password"),
        ("staff:machine", "minji", "password, second step removed"),
        ("staff:machine", "minji", "identity linked"),
        ("staff:machine", "minji", "removed"),
    ]


def test_the_command_adds_lists_changes_and_removes(world: World) -> None:
    password = world.files / "minji.txt"
    password.write_text(STAFF_PASSWORD + "\n")
    given = ("--password-file", password)
    assert world.run("staff", "add", "minji", "--role", "operator", "--role", "auditor", *given).code == 0
    institution = ("--institution", "hanbit", "--institution-name", "Hanbit university")
    identity = ("--issuer", "https://login.example", "--subject", "1f6b")
    assert world.run("staff", "add", "doyun", "--role", "university", *institution, *identity).code == 0
    assert world.run("staff", "roles", "minji", "operator").code == 0
    assert world.run("staff", "password", "minji", "--remove-second-step", *given).code == 0
    assert world.run("staff", "link", "minji", "--issuer", "https://login.example", "--subject", "2").code == 0
    listed = json.loads(world.run("staff", "list", "--json").out)["staff"]
    doyun, minji = listed
    assert (doyun["institution"], doyun["password"], doyun["provider"]) == (
        {"id": "hanbit", "name": "Hanbit university"},
        False,
        True,
    )
    assert (minji["roles"], minji["password"], minji["second_step"], minji["provider"]) == (
        ["operator"],
        True,
        False,
        True,
    )
    assert world.run("staff", "remove", "minji").code == 0
    lines = world.run("staff", "list", "--lang", "en").out.splitlines()
    assert lines[0] == "doyun  doyun  [university hanbit]  OpenID"
    assert lines[1].startswith("minji  minji  removed at 2026-")


def test_the_command_says_what_is_wrong_and_changes_nothing(world: World) -> None:
    adding = ("add", "minji", "--role", "operator")
    for arguments, code, sentence in (
        (("remove", "nobody"), 2, "Nobody of the staff has the name nobody."),
        (("roles", "nobody", "auditor"), 2, "Nobody of the staff has the name nobody."),
        ((*adding, "--issuer", "https://login.example"), 2, "expected both or none"),
        (("add", "minji", "--role", "university", "--institution", "hanbit"), 2, "expected both or none"),
        (adding, 2, "nobody can type here"),
        ((*adding, "--password-file", "none.txt"), 4, "none.txt"),
        ((*adding[:3], "root"), 2, "--role cannot be 'root'"),
    ):
        result = world.run("staff", *arguments, "--lang", "en")
        assert (result.code, sentence in result.err) == (code, True), result
    assert json.loads(world.run("staff", "list", "--json").out) == {"staff": []}


def test_sessions_that_are_over_are_forgotten(staff_world: StaffWorld) -> None:
    staff_world.operator()
    with staff_world.bank.store.write() as transaction:
        transaction.staff.forget_sessions(started_before=int(datetime(2026, 11, 23, tzinfo=UTC).timestamp()))
    assert staff_world.pages.desk.staff.who("x" * 43, place="") is None
    assert staff_world.pages.desk.staff.who("short", place="") is None
