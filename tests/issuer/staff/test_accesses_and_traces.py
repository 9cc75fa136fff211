"""LR-08: what staff do is in the auditors' log and on the holder's own page. LR-14: whom a key or delivery touched."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from shutil import copytree

import pytest

from issuer.audit.trail import Act
from issuer.audit.verifying import verify_trail
from issuer.staff import tracing
from issuer.staff.records import record_reads
from tests.issuer.conftest import START
from tests.issuer.pages.page_world import PageWorld
from tests.issuer.staff.staff_world import StaffBrowser, StaffWorld


@pytest.fixture
def issuing(issued_bank: Path, tmp_path: Path) -> Iterator[StaffWorld]:
    """A bank that has issued one certificate."""
    copytree(issued_bank / "bank", tmp_path / "bank")
    world = StaffWorld(PageWorld(tmp_path / "bank"))
    yield world
    world.bank.close()


@pytest.fixture(scope="module")
def refusing(issued_bank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StaffWorld]:
    """The same for tests in which nothing is ever listed."""
    path = tmp_path_factory.mktemp("refusing") / "bank"
    copytree(issued_bank / "bank", path)
    world = StaffWorld(PageWorld(path))
    yield world
    world.bank.close()


@pytest.fixture(scope="module")
def refused(refusing: StaffWorld) -> StaffBrowser:
    return refusing.operator()


@pytest.fixture(scope="module")
def auditor(kept_world: StaffWorld) -> StaffBrowser:
    return kept_world.auditor()


def key_of(world: StaffWorld) -> str:
    with world.bank.store.read() as transaction:
        return next(iter(transaction.key_uses.by_key()))


def account_of(world: StaffWorld) -> str:
    with world.bank.store.read() as transaction:
        return next(transaction.traces.signed_by(key_of(world))).account_id


def delivery_of(world: StaffWorld, source: str) -> int:
    with world.bank.store.read() as transaction:
        return next(each.id for each in transaction.traces.deliveries(50) if each.source == source)


def test_lr_08_a_look_at_an_account_is_one_record_with_the_five_facts_that_the_holder_and_auditors_see(
    staff_world: StaffWorld,
) -> None:
    holder, auditor = staff_world.pages.holder(), staff_world.auditor()
    operator = staff_world.operator()
    member = staff_world.pages.desk.staff.who(operator.jar["__Host-staff-session"], place="203.0.113.7")
    assert member is not None
    bank = staff_world.bank.acting_as(member.actor)
    record_reads(bank, [Act("account_read", holder.account, detail="the holder called")], now=START)
    assert [act for act in staff_world.acts("account_read") if act[0].startswith("staff:")] == [
        ("staff:minji@203.0.113.7", holder.account, None, "the holder called")
    ]
    page = auditor.get("/en/operator/accesses?name=minji&action=account_read").plain
    assert f"2026-11-22 12:00 minji 203.0.113.7 account looked at {holder.account} – the holder called" in page
    own = holder.get("/en/privacy").plain
    assert "staff: minji" in own
    assert "the holder called" in own
    assert "203.0.113.7" not in own  # from where is for auditors
    assert verify_trail(staff_world.bank, key=staff_world.bank.log_key().public_key()).findings == ()


def test_lr_08_a_changed_place_breaks_the_chain(staff_world: StaffWorld) -> None:
    staff_world.operator()
    with staff_world.bank.store.write() as transaction:
        transaction.audit._connection.exec_driver_sql(
            "UPDATE audit_records SET actor = 'staff:minji@198.51.100.1' WHERE actor = 'staff:minji@127.0.0.1'"
        )
    findings = verify_trail(staff_world.bank, key=staff_world.bank.log_key().public_key()).findings
    assert len(findings) == 1
    assert "is not what it was" in findings[0]


def test_reading_the_log_is_itself_in_the_log_with_what_was_asked(staff_world: StaffWorld) -> None:
    auditor = staff_world.auditor()
    auditor.get("/operator/accesses")
    auditor.get("/operator/accesses?name=MINJI&day=2026-11-22&action=signed_in")
    assert [(actor, detail) for actor, _, _, detail in staff_world.acts("access_log_read")] == [
        ("staff:doyun@127.0.0.1", "everything"),
        ("staff:doyun@127.0.0.1", "name minji, day 2026-11-22, action signed_in"),
    ]
    assert "access log read" in auditor.get("/en/operator/accesses").plain


def test_the_log_is_filtered_by_person_and_korean_day_and_nobody_whose_name_begins_the_same_way_is_shown(
    staff_world: StaffWorld,
) -> None:
    staff_world.operator("min")
    staff_world.operator("minji")
    staff_world.pages.now = START + timedelta(hours=13)  # 01:00 of the next Korean day
    staff_world.operator("minjun")
    auditor = staff_world.auditor()

    def names(query: str) -> set[str]:
        rows = auditor.get(f"/en/operator/accesses?action=staff_signed_in&{query}").text.split("<tr>")[2:]
        return {row.split("<td>")[2].partition("<")[0] for row in rows}

    assert names("") == {"min", "minji", "minjun", "doyun"}
    assert names("name=min") == {"min"}
    assert names("name=min%25") == set()
    assert names("name=m_nji") == set()
    assert names("day=2026-11-22") == {"min", "minji"}
    assert names("day=2026-11-23") == {"minjun", "doyun"}
    assert names("day=2026-11-24") == set()


@pytest.mark.parametrize("day", ["2026-13-01", "yesterday", "0001-01-01", "9999-12-31", "2026-11-22T00:00:00Z"])
def test_something_else_than_a_day_is_refused_and_nothing_is_read(
    kept_world: StaffWorld, auditor: StaffBrowser, day: str
) -> None:
    answer = auditor.get(f"/en/operator/accesses?day={day}")
    assert answer.status == 422
    assert "Give a day such as 2026-11-22." in answer.plain
    assert kept_world.acts("access_log_read") == []


def test_a_long_log_is_shown_by_pages_of_a_hundred(staff_world: StaffWorld) -> None:
    auditor = staff_world.auditor()
    acts = [Act("account_read", detail=f"look {number}") for number in range(105)]
    record_reads(staff_world.bank.acting_as("staff:minji@unknown"), acts, now=START)
    first = auditor.get("/en/operator/accesses?name=minji&action=account_read")
    assert first.text.count("<tr>") == 101
    older = first.text.partition("accesses?name=minji&amp;action=account_read&amp;before=")[2].partition('"')[0]
    rest = auditor.get(f"/en/operator/accesses?name=minji&action=account_read&before={older}")
    assert rest.text.count("<tr>") == 6
    assert "Older records" not in rest.plain
    assert "look 0" in rest.plain


def test_lr_14_given_a_key_all_its_certificates_and_accounts_are_counted_and_listed(issuing: StaffWorld) -> None:
    operator, kid, account = issuing.operator(), key_of(issuing), account_of(issuing)
    path = "/en/operator/traces"
    assert "Certificates 1 Accounts 1" in operator.get(f"{path}?what=key:{kid}").plain
    assert issuing.acts("account_traced") == []  # counts name nobody
    answer = operator.send_with_reason(path, {"what": f"key:{kid}"}, "the key was stolen")
    assert answer.headers["content-disposition"] == 'attachment; filename="trace.csv"'
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["account"], row["status"], row["carrier"]) == (account, "valid", "paper")
    assert issuing.acts("account_traced") == [
        ("staff:minji@127.0.0.1", account, f"key {kid}", "the key was stolen"),
    ]


def test_lr_14_given_a_delivery_accounts_without_a_certificate_are_listed_too(issuing: StaffWorld) -> None:
    other = issuing.pages.holder("SYN-P-002", "other")
    source = "qnet_qualifications"
    what, operator = f"delivery:{delivery_of(issuing, source)}", issuing.operator()
    with issuing.bank.store.read() as transaction:
        accounts = transaction.traces.accounts_of(delivery_of(issuing, source))
    assert {other.account, account_of(issuing)} == set(accounts)
    page = operator.get(f"/en/operator/traces?what={what}").plain
    assert f"delivery {what.partition(':')[2]}: {source}" in page
    assert "Certificates 1 Accounts 2" in page
    rows = [*csv.DictReader(io.StringIO(operator.send_with_reason("/operator/traces", {"what": what}).text))]
    assert {row["account"]: bool(row["number"]) for row in rows} == {account_of(issuing): True, other.account: False}
    assert {account for _, account, *_ in issuing.acts("account_traced")} == set(accounts)
    assert "account listed in a trace" in other.get("/en/privacy").plain


@pytest.mark.parametrize("reason", ["", " ", "x", "\n\t", "x" * 301])
def test_a_list_without_a_reason_is_refused_and_nothing_is_recorded(
    refusing: StaffWorld, refused: StaffBrowser, reason: str
) -> None:
    answer = refused.send_with_reason("/en/operator/traces", {"what": f"key:{key_of(refusing)}"}, reason)
    assert answer.status == 422
    assert "Give a reason of 2 to 300 characters." in answer.plain
    assert refusing.acts("account_traced") == []


@pytest.mark.parametrize(
    "what", ["", "key:", "key:nothing", "delivery:0", "delivery:99999", "delivery:x", "key:../../etc", "account:1"]
)
def test_an_unknown_cause_is_not_there(refusing: StaffWorld, refused: StaffBrowser, what: str) -> None:
    assert refused.send_with_reason("/operator/traces", {"what": what}).status == 404
    if what:
        assert refused.get(f"/operator/traces?what={what}").status == 404
    assert refusing.acts("account_traced") == []


def test_a_list_that_is_too_long_names_the_command_and_nothing_is_recorded(
    refusing: StaffWorld, refused: StaffBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "LARGEST", 0)
    answer = refused.send_with_reason("/en/operator/traces", {"what": f"key:{key_of(refusing)}"})
    assert answer.status == 422
    assert "There are more than 0." in answer.plain
    assert refusing.acts("account_traced") == []


def test_a_reason_is_one_harmless_line(issuing: StaffWorld) -> None:
    operator = issuing.operator()
    operator.send_with_reason("/operator/traces", {"what": f"key:{key_of(issuing)}"}, "<b>a\r\nb</b>\u202e  c")
    ((_, _, _, detail),) = issuing.acts("account_traced")
    assert detail is not None
    assert "\u202e" not in detail
    assert detail.startswith("<b>a b</b>")
