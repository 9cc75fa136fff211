"""The page on which an operator suspends, reinstates or revokes one entry; who may, and what the holder sees of it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from shutil import copytree

import pytest

from issuer.deliveries.files import ImportOrder, import_delivery
from issuer.operating.finding import Filter, find_certificates
from issuer.operating.status_jobs import work_name
from issuer.store.entries import StoredEntry
from tests.issuer.conftest import DELIVERIES
from tests.issuer.pages.page_world import PageWorld
from tests.issuer.staff.staff_world import StaffBrowser, StaffWorld

ENTRIES = "/operator/entries"
NUMBER = "CB-2026-00000001"


@pytest.fixture
def issuing(issued_bank: Path, tmp_path: Path) -> Iterator[StaffWorld]:
    """A bank that has issued one certificate with every entry of an account."""
    copytree(issued_bank / "bank", tmp_path / "bank")
    world = StaffWorld(PageWorld(tmp_path / "bank"))
    yield world
    world.bank.close()


def training(world: StaffWorld) -> StoredEntry:
    with world.bank.store.read() as transaction:
        carried = {each.source_entry_id for each in transaction.certificates.carried_entries(NUMBER)}
        (entry,) = (each for each in transaction.entries.entries_to_change(sorted(carried)) if each.source == SOURCE)
    return entry


SOURCE = "hrdnet_training"


def order(world: StaffWorld, **fields: str) -> dict[str, str]:
    record = f"{SOURCE}:{training(world).source_record_id}"
    return {"action": "suspend", "slug": "under_review", "record": record, "reason": "a call", **fields}


def code_of(text: str) -> str:
    found = re.search(r'name="code" value="([0-9a-f]{16})"', text)
    return found[1] if found else ""


def press(world: StaffWorld, operator: StaffBrowser, count: str = "1", **fields: str) -> str:
    """Dry run and change; answer where it leads, or the page that says why not."""
    filled = order(world, **fields)
    code = code_of(operator.send(f"/en{ENTRIES}/dry-run", filled).text)
    answer = operator.send(f"/en{ENTRIES}/change", {**filled, "code": code, "count": count})
    return answer.location or answer.plain


def carried(world: StaffWorld) -> int:
    entry = training(world)
    with world.bank.store.read() as transaction:
        (found,) = (
            each for each in transaction.certificates.carried_entries(NUMBER) if each.source_entry_id == entry.id
        )
    return found.status


def test_a_dry_run_says_what_would_change_and_changes_nothing(issuing: StaffWorld) -> None:
    operator = issuing.operator()
    shown = operator.send(f"/en{ENTRIES}/dry-run", order(issuing)).plain
    for said in (
        "The entry would be suspended",
        "Nothing was changed",
        f"{NUMBER} ",
        "Would change 1",
        "valid suspended",
    ):
        assert said in shown, said
    assert (carried(issuing), training(issuing).bank_status) == (0, "valid")
    ((who, _, subject, why),) = issuing.acts("entry_status_rehearsed")
    assert (who, subject, why) == ("staff:minji@127.0.0.1", training(issuing).id, "a call")


def test_an_entry_is_suspended_and_reinstated_with_the_number_typed_and_its_holder_sees_it(issuing: StaffWorld) -> None:
    operator = issuing.operator()
    for count in ("", "0", "2", "one", "-1", "\u0661"):
        assert "Nothing was changed; look again" in press(issuing, operator, count), count
        assert (carried(issuing), training(issuing).bank_status) == (0, "valid")
    assert press(issuing, operator) == f"/en{ENTRIES}?said=changed"
    assert (carried(issuing), training(issuing).bank_status) == (2, "suspended")
    assert "its holder can see it" in operator.get(f"/en{ENTRIES}?said=changed").plain
    assert press(issuing, operator, action="reinstate", slug="review_finished").startswith("/en")
    assert (carried(issuing), training(issuing).bank_status) == (0, "valid")
    details = [detail for _, _, _, detail in issuing.acts("entry_status_changed")]
    assert details == ["suspended under_review: a call", "valid review_finished: a call"]
    with issuing.bank.store.read() as transaction:
        certificate = transaction.certificates.certificate(NUMBER)
        assert certificate is not None
        account = transaction.accounts.account(certificate.account_id)
        assert account is not None
        seen = [(each.actor, each.action) for each in transaction.audit.about(account.id, account.person_link)]
    assert seen.count(("staff:minji@127.0.0.1", "entry_status_changed")) == 2
    assert ("staff:minji@127.0.0.1", "entry_status_rehearsed") in seen


def test_a_code_of_another_state_changes_nothing(issuing: StaffWorld) -> None:
    operator, filled = issuing.operator(), order(issuing)
    code = code_of(operator.send(f"{ENTRIES}/dry-run", filled).text)
    press(issuing, operator)
    press(issuing, operator, action="reinstate")
    again = {**filled, "code": code, "count": "1"}
    assert operator.send(f"{ENTRIES}/change", again).status == 303  # it stands for a state, which is the same again
    press(issuing, operator, action="reinstate")
    file = issuing.bank.folder.path / "hrdnet.xml"
    delivered = (DELIVERIES / "hrdnet_training.xml").read_text("utf-8")
    changed = delivered.replace(training(issuing).title, "another title")
    assert changed != delivered
    file.write_text(changed, "utf-8")
    import_delivery(issuing.bank, SOURCE, file, order=ImportOrder(), now=issuing.pages.now)
    answer = operator.send(f"{ENTRIES}/change", again)
    assert (answer.status, training(issuing).bank_status) == (422, "valid")


def test_an_entry_that_has_the_status_already_is_left_alone_and_a_revocation_is_final(issuing: StaffWorld) -> None:
    operator = issuing.operator()
    shown = operator.send(f"/en{ENTRIES}/dry-run", order(issuing, action="reinstate"))
    assert "nothing would change" in shown.plain
    assert 'action="/en/operator/entries/change"' not in shown.text
    assert "No certificate would change." in press(issuing, operator, "0", action="reinstate")
    assert press(issuing, operator, action="revoke", slug="issued_in_error").startswith("/en")
    assert carried(issuing) == 1
    assert "The entry is revoked, which is final" in press(issuing, operator, action="reinstate")
    assert (carried(issuing), training(issuing).bank_status) == (1, "revoked")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"action": ""}, "Choose one of revoke"),
        ({"action": "delete"}, "Choose one of revoke"),
        ({"slug": "weather"}, "Choose a kind of reason"),
        ({"record": " "}, "0 entries have this record id"),
        ({"record": "nowhere"}, "0 entries have this record id"),
        ({"record": "hrdnet_training:' OR 1=1"}, "0 entries have this record id"),
        ({"reason": " "}, "Give a reason"),
    ],
)
def test_an_order_that_cannot_be_read_says_where(issuing: StaffWorld, fields: dict[str, str], said: str) -> None:
    operator = issuing.operator()
    for path in (f"/en{ENTRIES}/dry-run", f"/en{ENTRIES}/change"):
        answer = operator.send(path, {**order(issuing, **fields), "count": "1"})
        assert (answer.status, said in answer.plain) == (422, True), path
    assert carried(issuing) == 0
    assert issuing.acts("entry_status_rehearsed") == []


def test_only_operators_change_and_everybody_else_learns_nothing(issuing: StaffWorld) -> None:
    operator, auditor, university = issuing.operator(), issuing.auditor(), issuing.university()
    holder, filled = issuing.pages.holder(person="SYN-P-003", name="onlooker"), order(issuing)
    code = code_of(operator.send(f"{ENTRIES}/dry-run", filled).text)
    assert auditor.get(ENTRIES).status == 200
    assert "dry-run" not in auditor.get(ENTRIES).text
    assert (university.get(ENTRIES).status, holder.get(ENTRIES).status) == (404, 303)
    for way in ("dry-run", "change"):
        sent = {**filled, "code": code, "count": "1"}
        assert [who.send(f"{ENTRIES}/{way}", sent).status for who in (auditor, university)] == [404, 404]
        assert holder.send(f"{ENTRIES}/{way}", sent).status == 401
        assert operator.post(f"{ENTRIES}/{way}", sent).status == 403
        assert issuing.nobody().post(f"{ENTRIES}/{way}", sent).status == 401
    assert carried(issuing) == 0


def test_the_task_about_affected_certificates_leads_to_where_they_are_dealt_with(issuing: StaffWorld) -> None:
    operator, statuses = issuing.operator(), "/en/operator/statuses"
    chosen = {"action": "suspend", "slug": "under_review", "affected": "yes", "reason": "a call"}
    assert "affected=yes" not in operator.get("/en/operator").text
    assert "0 certificates would be suspended" in operator.send(f"{statuses}/dry-run", chosen).plain
    press(issuing, operator)
    issuing.pages.now += timedelta(minutes=1)
    page = operator.get("/en/operator").text
    assert "1 certificate in force carries an entry" in page
    assert f'href="{statuses}?affected=yes"' in page
    assert re.search('name="affected" value="yes"[^>]*checked', operator.get(f"{statuses}?affected=yes").text)
    assert not re.search('name="affected" value="yes"[^>]*checked', operator.get(statuses).text)
    tried = operator.send(f"{statuses}/dry-run", chosen).text
    assert "1 certificate would be suspended" in tried
    begun = operator.send(f"{statuses}/begin", {**chosen, "code": code_of(tried), "count": "1"})
    issuing.pages.desk.operating.works.wait(work_name(1))
    assert begun.location == f"{statuses}/1"
    with issuing.bank.store.read() as transaction:
        certificate = transaction.certificates.certificate(NUMBER)
    assert certificate is not None
    assert certificate.status == "suspended"
    issuing.pages.now += timedelta(minutes=1)
    assert "affected=yes" not in operator.get("/en/operator").text


def test_a_certificate_that_is_over_is_not_affected(issuing: StaffWorld) -> None:
    press(issuing, issuing.operator())
    found = find_certificates(issuing.bank, Filter(affected_on="2026-11-22"))
    assert [each.number for each in found] == [NUMBER]
    assert find_certificates(issuing.bank, Filter(affected_on="2036-11-22")) == []
