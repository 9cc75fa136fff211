"""The staff of a bank whose database is on a PostgreSQL server: what they are shown comes from the same questions."""

import re
from collections.abc import Iterator

import pytest

from issuer.cli.main import main
from issuer.staff.administration import NewStaff, Proof
from issuer.staff.errors import StaffNameTaken
from tests.issuer.conftest import DELIVERIES, START, URL
from tests.issuer.pages.page_world import PageWorld
from tests.issuer.staff.staff_world import StaffWorld
from tests.issuer.staff.test_every_route import NAMES_NUMBER, addresses
from tests.postgresql import PostgresqlServer

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, postgresql: PostgresqlServer) -> Iterator[StaffWorld]:
    path, url = tmp_path_factory.mktemp("on-server") / "bank", postgresql.new_database()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ISSUER_PASSPHRASE", raising=False)
        patch.setenv("ISSUER_DATABASE", url)
        for command in (("init", "--dev", "--url", URL), ("import", "persons", str(DELIVERIES / "persons.json"))):
            assert main([*command, "--data", str(path)], clock=lambda: START) == 0
    made = StaffWorld(PageWorld(path, database=url))
    yield made
    made.bank.close()


def test_every_page_of_the_bank_is_shown_and_the_clocks_are_compared(world: StaffWorld) -> None:
    with world.bank.store.write() as transaction:
        transaction.issuing_counts.took("2026-11-22", 412)
        transaction.issuing_counts.refused("2026-11-21", "entry_changed")
        transaction.issuing_counts.took("2026-08-23", 999)
        assert transaction.issuing_counts.forget("2026-08-24") == 1
    doyun = world.browser("doyun", "operator", "auditor")
    page = doyun.get("/en/operator").plain
    assert "postgresql" in page
    assert "Refused 0 1 Time to issue, median (s) 0.41 0.41" in page
    assert "seconds from the database's. Set the clocks." in page  # the clock of the tests stands still
    for path in ("/operator/keys?number=CB-2026-00000001", "/operator/traces?what=delivery:1", "/operator/accesses"):
        assert doyun.get(path).status == 200, path
    assert doyun.send_with_reason("/operator/traces", {"what": "delivery:1"}).text.startswith("account,number,")
    assert doyun.get("/operator/accesses?name=%00&day=2026-11-22&action=signed_in").status == 200


def test_every_page_for_staff_is_there_and_ids_of_nothing_are_not(world: StaffWorld) -> None:
    people = (world.operator(), world.auditor("seoyeon"), world.university())
    for path in (each for each in addresses(world, "GET") if not each.startswith("/en")):
        for nothing in ("999", "%00"):
            answers = {person.get(re.sub(r"\{[^}]+\}", nothing, path)).status for person in people} - {404}
            assert answers <= {303} if "{" in path or path.endswith(NAMES_NUMBER) else answers == {200}, path
    for path in (each for each in addresses(world, "POST") if "{" in each and not each.startswith("/en")):
        form = {"reason": "a test", "version": "1"}
        for nothing in ("999", "%00"):
            answers = {person.send(re.sub(r"\{[^}]+\}", nothing, path), form).status for person in people}
            assert answers <= {404, 409}, path


def test_names_that_a_server_does_not_take_sign_nobody_in(world: StaffWorld) -> None:
    for name in ("\x00", "doyun\x00", "\ud800", "x" * 100_000):
        answer = world.nobody().post(
            "/operator/sign-in", {"name": name.encode("utf-8", "replace"), "password": "p" * 15}
        )
        assert answer.status in (422, 429)


def test_a_name_and_an_identity_are_somebodys_once(world: StaffWorld) -> None:
    world.add("first", "operator")
    world.administration.link("first", "https://login.example", "7")
    with pytest.raises(StaffNameTaken):
        world.add("first", "auditor")
    with pytest.raises(StaffNameTaken):
        world.administration.add(NewStaff("second", ["operator"]), Proof(identity=("https://login.example", "7")))


def test_a_holder_is_told_that_a_name_is_taken_as_beside_a_file(world: StaffWorld) -> None:
    assert world.pages.browser().sign_up("haneul").status == 303
    again = world.pages.browser().sign_up("haneul")
    assert (again.status, "이미 쓰이는 아이디" in again.plain) == (422, True)


def test_a_notice_is_published_shown_and_withdrawn_as_beside_a_file(world: StaffWorld) -> None:
    typed = {"title_ko": "점검", "title_en": "Maintenance", "text_ko": "멈춥니다.", "text_en": "Closed at night."}
    writer = world.operator("writer")
    assert writer.send_with_reason("/operator/notices", typed).status == 303
    assert "Maintenance" in world.pages.browser().get("/en/").plain
    assert writer.send_with_reason("/operator/notices/1/withdraw").status == 303
    assert "Maintenance" not in world.pages.browser().get("/en/").plain
