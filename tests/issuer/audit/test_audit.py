"""The audit trail: what is recorded, what its heads hold, and what `audit verify` finds."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta

import pytest

from issuer.audit.heads import RECORDS_A_HEAD, keep_head, read_head
from issuer.audit.trail import Act, link, record_acts
from issuer.audit.verifying import TrailReport, verify_trail
from issuer.bank import Bank
from issuer.store.audit import AuditRecord
from keys.errors import NoteError
from keys.signed_note import sign_note
from tests.issuer.conftest import START, URL, Document, World

AT = "2026-11-22T03:00:00Z"


@pytest.fixture
def bank(world: World) -> Iterator[Bank]:
    opened = world.open()
    yield opened
    opened.close()


def trail(bank: Bank) -> list[AuditRecord]:
    with bank.store.read() as transaction:
        return [AuditRecord(*row) for row in transaction.audit.rows()]


def record(bank: Bank, count: int, *, at: str = AT) -> None:
    with bank.store.write() as transaction:
        record_acts(transaction, *(Act("account_read", f"account {n}") for n in range(count)), actor="staff:x", at=at)


def verify(bank: Bank, *kept: bytes) -> TrailReport:
    return verify_trail(bank, key=bank.log_key().public_key(), kept=kept)


def sign(bank: Bank) -> None:
    bank.log_key()
    assert keep_head(bank, now=START)


def tamper(bank: Bank, statement: str, *values: object) -> None:
    with bank.store.write() as transaction:
        transaction.audit._connection.exec_driver_sql(statement, values)


def chain_anew(bank: Bank) -> None:
    """What an insider with the database would do: compute all hashes again, and leave no gap."""
    rows = trail(bank)
    tamper(bank, "DELETE FROM audit_records")
    before = bytes(32)
    again = []
    for seq, each in enumerate(rows, start=1):
        before = link(before, seq, each.at, each.actor, each.action, each.account, each.subject, each.detail)
        again.append(
            AuditRecord(seq, each.at, each.actor, each.action, each.account, each.subject, each.detail, before)
        )
    with bank.store.write() as transaction:
        transaction.audit.append(again)


def actions(bank: Bank) -> list[str]:
    return [each.action for each in trail(bank)]


def test_what_staff_does_with_an_account_is_recorded(world: World, bank: Bank) -> None:
    before = len(trail(bank))
    account = world.open_account()
    world.run("accounts", "show", account)
    world.run("accounts", "list", "--held")
    world.run("accounts", "consent", account, "--unspecified", "--all")
    world.run("issue", "--account", account, "--all", "--preview", "--out", world.files / "p.pdf")
    number = world.issue(account)["number"]
    world.run("revoke", number)
    recorded = trail(bank)[before:]
    assert [each.action for each in recorded] == [
        "account_opened",
        "account_linked",
        "consent_recorded",
        "account_read",
        "held_entries_read",
        "consent_recorded",
        "certificate_previewed",
        "certificate_issued",
        "certificate_status_changed",
    ]
    assert {each.actor for each in recorded} == {recorded[0].actor}
    assert recorded[0].actor.startswith("staff:")
    assert (recorded[7].account, recorded[7].subject) == (account, number)


def test_operator_is_who_the_setting_names(world: World, account: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISSUER_OPERATOR", "kim")
    accesses = world.json("accounts", "show", account)
    assert accesses["entries"]
    assert world.json("accounts", "history", account)["accesses"][-1]["actor"] == "staff:kim"


def test_what_a_source_changes_is_recorded_under_its_name(world: World, bank: Bank) -> None:
    recorded = trail(bank)  # of the sample deliveries
    by_source = [each for each in recorded if each.actor.startswith("source:")]
    assert {each.action for each in by_source} == {"entry_added", "person_registered"}
    assert "source:qnet_qualifications" in {each.actor for each in by_source}
    deliveries = [each for each in recorded if each.action == "delivery_taken"]
    assert all(each.actor.startswith("staff:") for each in deliveries)


def test_delivery_that_changes_nothing_records_no_change(world: World, bank: Bank) -> None:
    from tests.issuer.conftest import DELIVERIES

    before = len(trail(bank))
    file = next(DELIVERIES.glob("persons.*"))
    world.run("import", "persons", file)
    assert [each.action for each in trail(bank)[before:]] == ["delivery_taken"]


def test_holder_sees_every_access_to_account_entries_and_certificates(
    world: World, issued: Document, holder: str
) -> None:
    world.wait(minutes=1)
    world.run("accounts", "show", holder)
    world.run("reprint", issued["number"], "--code", issued["confirmation_code"], "--out", world.files / "r.pdf")
    world.run("suspend", issued["number"])
    seen = world.json("accounts", "history", holder)["accesses"]
    happened = [each["action"] for each in seen]
    for action in ("entry_added", "person_registered", "account_opened", "certificate_issued", "account_read"):
        assert action in happened
    assert happened[-2:] == ["certificate_reprinted", "certificate_status_changed"]
    assert world.json("accounts", "history", holder)["accesses"][-1]["action"] == "history_read"


def test_holder_sees_look_ups_by_code_and_nothing_of_others(world: World, issued: Document, holder: str) -> None:
    from issuer.issued.confirmations import ConfirmationDesk

    other = world.open_account("SYN-P-002")
    bank = world.open()
    ConfirmationDesk(bank, clock=lambda: START).look_up(issued["confirmation_code"], "employer")
    bank.close()
    mine = world.json("accounts", "history", holder)["accesses"]
    theirs = world.json("accounts", "history", other)["accesses"]
    assert ("asker:employer", "code_looked_up") in [(each["actor"], each["action"]) for each in mine]
    assert all(each["action"] not in ("code_looked_up", "certificate_issued") for each in theirs)


def test_trail_says_nothing_of_a_person(world: World, issued: Document, holder: str, bank: Bank) -> None:
    person = world.json("accounts", "show", holder)["person"]
    text = json.dumps([[each.actor, each.action, each.account, each.subject, each.detail] for each in trail(bank)])
    for value in (person["name"], person["birth_date"], "SYN-P-001", issued["confirmation_code"]):
        assert value not in text


@pytest.mark.sqlite
def test_read_that_cannot_be_recorded_shows_nothing(world: World, account: str, bank: Bank) -> None:
    tamper(bank, "CREATE TRIGGER full BEFORE INSERT ON audit_records BEGIN SELECT RAISE(FAIL, 'full'); END")
    ran = world.run("accounts", "show", account)
    assert ran.code != 0
    assert ran.out == ""


def test_sound_trail_verifies_up_to_its_head(world: World, bank: Bank) -> None:
    record(bank, 5)
    sign(bank)
    report = verify(bank)
    assert report.findings == ()
    assert report.signed == report.size == len(trail(bank))


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("DELETE FROM audit_records WHERE seq = 3", "record 3 is missing"),
        ("DELETE FROM audit_records WHERE seq = 1", "record 1 is missing"),
        ("UPDATE audit_records SET actor = 'staff:y' WHERE seq = 4", "record 4 is not what it was"),
        (
            "UPDATE audit_records SET account = NULL WHERE seq = (SELECT max(seq) FROM audit_records)",
            "is not what it was",
        ),
        ("UPDATE audit_records SET at = '2026-01-01T00:00:00Z' WHERE seq = 2", "record 2 is not what it was"),
        ("UPDATE audit_records SET detail = '' WHERE seq = 2", "record 2 is not what it was"),
        ("UPDATE audit_records SET seq = CASE seq WHEN 1 THEN -2 ELSE -1 END WHERE seq < 3", "record 1 is missing"),
        ("DELETE FROM audit_records WHERE seq = (SELECT max(seq) FROM audit_records)", "records were signed at"),
        ("DELETE FROM audit_records", "records were signed at"),
    ],
)
def test_deletion_change_and_truncation_are_found(bank: Bank, statement: str, finding: str) -> None:
    record(bank, 5)
    sign(bank)
    tamper(bank, statement)
    assert any(finding in each for each in verify(bank).findings)


def test_two_records_that_changed_places_are_found(bank: Bank) -> None:
    record(bank, 5)
    tamper(bank, "UPDATE audit_records SET seq = -seq WHERE seq IN (2, 3)")
    tamper(bank, "UPDATE audit_records SET seq = 5 + seq WHERE seq < 0")
    assert verify(bank).findings[0] == "record 2 is not what it was, or not in its place"


@pytest.mark.parametrize(
    "statement", ["DELETE FROM audit_records WHERE seq = 2", "UPDATE audit_records SET actor = 'y' WHERE seq = 2"]
)
def test_trail_that_was_chained_anew_does_not_fit_its_heads(bank: Bank, statement: str) -> None:
    record(bank, 5)
    sign(bank)
    tamper(bank, statement)
    chain_anew(bank)
    findings = verify(bank).findings
    assert findings
    assert all("signed at" in finding for finding in findings)


def test_trail_that_was_cut_is_found_by_the_published_head_alone(bank: Bank) -> None:
    record(bank, 5)
    sign(bank)
    tamper(bank, "DELETE FROM audit_heads")
    tamper(bank, "DELETE FROM audit_records WHERE seq = (SELECT max(seq) FROM audit_records)")
    chain_anew(bank)
    assert "and there are only" in verify(bank).findings[0]


def test_trail_that_was_cut_with_all_its_heads_is_found_by_a_kept_one(bank: Bank) -> None:
    record(bank, 5)
    sign(bank)
    kept = bank.folder.audit_head.read_bytes()
    bank.folder.audit_head.unlink()
    tamper(bank, "DELETE FROM audit_heads")
    tamper(bank, "DELETE FROM audit_records WHERE seq = (SELECT max(seq) FROM audit_records)")
    chain_anew(bank)
    assert verify(bank).findings == ()
    assert "and there are only" in verify(bank, kept).findings[0]


def test_end_that_the_database_forgot_is_found_without_any_head(bank: Bank) -> None:
    record(bank, 5)
    tamper(bank, "DELETE FROM audit_heads")
    bank.folder.audit_head.unlink(missing_ok=True)
    tamper(bank, "DELETE FROM audit_records WHERE seq = (SELECT max(seq) FROM audit_records)")
    assert "and went on" in verify(bank).findings[0]


def test_head_of_somebody_else_is_refused(bank: Bank) -> None:
    record(bank, 1)
    assert verify(bank, b"x\n").findings[0].startswith("a signed head is refused")


@pytest.mark.parametrize(
    "text", ["bank.example/audit\n1\nAAAA\nnow\n", "bank.example/audit\n1\n", "other\n1\nAAAA\nnow\n"]
)
def test_signed_text_that_is_no_head_is_refused(bank: Bank, text: str) -> None:
    note = sign_note(text, name="bank.example/audit", key=bank.log_key())
    with pytest.raises(NoteError) as refused:
        read_head(note, issuer=URL, key=bank.log_key().public_key())
    assert refused.value.kind == "format"


def test_head_is_due_after_a_minute_or_a_thousand_records(world: World) -> None:
    def due(bank: Bank, seconds: int) -> bool:
        signed = keep_head(bank, now=START + timedelta(seconds=seconds))
        bank._log_key = None  # as in a program that has not opened it
        return signed

    bank = world.open()
    sign(bank)
    bank._log_key = None
    assert not due(bank, 600)  # nothing new
    record(bank, 1)
    assert not due(bank, 59)
    assert due(bank, 60)
    record(bank, RECORDS_A_HEAD - 1)
    assert not due(bank, 61)
    record(bank, 1)
    assert due(bank, 61)
    record(bank, 1)
    bank.log_key()
    assert due(bank, 62)
    bank.close()


def test_commands_verify_and_name_findings(world: World, account: str, bank: Bank) -> None:
    world.wait(minutes=1)
    world.run("accounts", "show", account)
    report = world.json("audit", "verify", "--head", world.path / "public/audit-head")
    assert report["sound"] is True
    assert report["signed"] == report["size"]
    tamper(bank, "UPDATE audit_records SET actor = 'y' WHERE seq = 2")
    ran = world.run("audit", "verify")
    assert ran.code == 5
    assert "record 2 is not what it was" in ran.out
    assert world.run("audit", "verify", "--head", world.files / "nothing").code == 4


def test_bank_without_a_log_has_a_trail_without_heads(world: World) -> None:
    world.path = world.files / "plain"
    shutil.rmtree(world.path, ignore_errors=True)
    world.json("init", "--dev", "--url", URL, "--no-log")
    bank = world.open()
    record(bank, 3)
    assert not keep_head(bank, now=START)
    bank.close()
    assert world.json("audit", "verify") == {"sound": True, "size": 3, "signed": 0, "findings": []}
