"""The list of what was taken back: brought up to date from the audit trail, whole lines only, read and done again."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from issuer import taken_back
from issuer.audit.trail import Act, record_acts
from issuer.backup.restored_state import take_back_again
from issuer.bank import Bank
from issuer.errors import StorageUnusable
from issuer.issued.status_changes import NOT_DELIVERED
from issuer.store.share_links import StoredLink
from issuer.taken_back import TakenBack, keep_taken_back, read_taken_back
from tests.issuer.conftest import Document, World

AT = "2026-11-22T03:00:00Z"


@pytest.fixture
def bank(world: World, issued: Document) -> Iterator[Bank]:
    assert issued
    bank = world.open()
    yield bank
    bank.close()


def act(bank: Bank, *acts: Act) -> None:
    with bank.store.write() as transaction:
        record_acts(transaction, *acts, actor="staff:x", at=AT)


def actions(bank: Bank) -> list[tuple[str, str | None]]:
    return [(each.action, each.subject) for each in read_taken_back(bank.folder.taken_back)]


def test_the_list_follows_the_trail_and_gets_nothing_twice(bank: Bank) -> None:
    act(bank, Act("account_read", "a"), Act("token_revoked", "a", "t-1"))
    keep_taken_back(bank)
    keep_taken_back(bank)
    act(bank, Act("link_closed", "a", "CB-1", "l-1"), Act("account_read", "a"))
    keep_taken_back(bank)
    keep_taken_back(bank)
    assert actions(bank) == [("token_revoked", "t-1"), ("link_closed", "CB-1")]
    assert bank.folder.taken_back.stat().st_mode & 0o777 == 0o600


def test_a_line_that_was_cut_off_is_written_again_and_never_read(bank: Bank) -> None:
    act(bank, Act("token_revoked", "a", "t-1"), Act("token_revoked", "a", "t-2"))
    keep_taken_back(bank)
    path = bank.folder.taken_back
    path.write_bytes(path.read_bytes()[:-10])
    assert actions(bank) == [("token_revoked", "t-1")]
    keep_taken_back(bank)
    assert actions(bank) == [("token_revoked", "t-1"), ("token_revoked", "t-2")]


def test_a_line_of_any_length_is_found_again_and_nothing_is_written_twice(bank: Bank) -> None:
    act(bank, Act("token_revoked", "a", "t-1"), Act("certificate_status_changed", "a", "CB-1", "말" * 5000))
    keep_taken_back(bank)
    act(bank, Act("token_revoked", "a", "t-2"))
    keep_taken_back(bank)
    assert actions(bank) == [
        ("token_revoked", "t-1"),
        ("certificate_status_changed", "CB-1"),
        ("token_revoked", "t-2"),
    ]


def test_a_long_trail_without_anything_taken_back_is_not_read_again(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taken_back, "_RECORDS_A_MARK", 3)
    act(bank, Act("token_revoked", "a", "t-1"), *[Act("account_read", "a")] * 3)
    keep_taken_back(bank)
    lines = [json.loads(line) for line in bank.folder.taken_back.read_text().splitlines()]
    assert [line["action"] for line in lines] == ["token_revoked", "read"]
    assert lines[1]["seq"] == lines[0]["seq"] + 3
    assert actions(bank) == [("token_revoked", "t-1")]


@pytest.mark.parametrize("content", [b"{\n", b"[]\n", b'{"seq": null}\n'])
def test_a_damaged_list_is_said_and_keeps_no_command_from_its_work(world: World, bank: Bank, content: bytes) -> None:
    bank.folder.taken_back.write_bytes(content)
    with pytest.raises(StorageUnusable, match="move it away"):
        keep_taken_back(bank)
    assert world.run("accounts", "list").code == 0
    assert bank.folder.taken_back.read_bytes() == content


def test_what_is_not_such_a_list_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list"
    for content in ("[]\n", '{"seq": "1"}\n', "text\n"):
        path.write_text(content)
        with pytest.raises(ValueError, match=r"expected a list|Expecting value"):
            list(read_taken_back(path))


def again(bank: Bank, *taken: tuple[str, str | None, str | None, str | None]) -> int:
    lines = [TakenBack(1, AT, *each) for each in taken]
    with bank.store.write() as transaction:
        return take_back_again(transaction, lines, at=AT)


def status_of(bank: Bank, number: str) -> str:
    with bank.store.read() as transaction:
        stored = transaction.certificates.certificate(number)
    assert stored is not None
    return stored.status


def test_statuses_are_changed_again_in_their_order_and_a_revocation_stays(bank: Bank, issued: Document) -> None:
    number = issued["number"]
    changed = "certificate_status_changed"
    assert again(bank, (changed, None, number, "suspended under_review")) == 1
    assert status_of(bank, number) == "suspended"
    assert again(bank, (changed, None, number, "valid review_finished")) == 1
    assert again(bank, (changed, None, number, "valid review_finished"), (changed, None, "CB-0", "revoked x")) == 0
    assert again(bank, (changed, None, number, NOT_DELIVERED), (changed, None, number, "valid x")) == 1
    assert status_of(bank, number) == "revoked"


def test_an_entry_is_withdrawn_again_in_every_certificate(bank: Bank, issued: Document) -> None:
    with bank.store.read() as transaction:
        carried = transaction.certificates.carried_entries(issued["number"])[0]
    line = ("entry_status_changed", None, carried.source_entry_id, "revoked issued_in_error")
    assert again(bank, line, line, ("entry_status_changed", None, "none", "revoked x")) == 1
    with bank.store.read() as transaction:
        (entry,) = transaction.entries.entries([carried.source_entry_id])
        now = [each.status for each in transaction.certificates.carried_entries(issued["number"])]
    assert (entry.bank_status, now[0]) == ("revoked", 1)


def test_links_are_closed_again_and_what_is_unknown_is_left(bank: Bank, issued: Document, holder: str) -> None:
    with bank.store.write() as transaction:
        transaction.links.add(StoredLink("l-1", issued["number"], AT, 2**40), locator="x", sealed=b"copy")
    assert again(bank, ("link_closed", holder, issued["number"], "l-1")) == 1
    with bank.store.read() as transaction:
        assert [each.closed_at for each in transaction.links.of(issued["number"])] == [AT]
    unknown = [
        ("link_closed", holder, issued["number"], "none"),
        ("token_revoked", holder, "none", None),
        ("consent_withdrawn", holder, None, "999"),
        ("account_closed", "none", None, None),
    ]
    assert again(bank, *unknown) == 0
    closing = ("account_closed", holder, None, None)
    assert again(bank, closing, closing) == 1
