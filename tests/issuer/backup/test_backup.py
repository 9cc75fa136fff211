"""Backup and restore: the drill on both databases, what came after the backup, and what is refused."""

import io
import json
import resource
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from credential_schemas.status_list import StatusList, StatusToken
from credential_schemas.status_list_issue import build_status_token
from issuer.backup import making as backing_up
from issuer.backup.errors import BackupUnreadable
from issuer.backup.restoring import check_backup
from issuer.bank import Bank
from issuer.bank.key_ring import published_issuer
from issuer.holders.closing import close_account
from issuer.holders.collecting_consents import withdraw_disclosure, withdraw_source
from issuer.log.verifying import verify_log
from issuer.store.copying import CopyBook
from issuer.store.schema import SCHEMA_VERSION
from keys.sealed_file import SealPrice
from keys.sealed_stream import StreamSealer, open_stream
from keys.trust_list import TrustList
from tests.issuer.conftest import Document, World

PASSWORD = "한 번도 쓰지 않은 긴 비밀번호"
TRAINING = "vocational_training"
Line = dict[str, object] | list[object]


@dataclass(slots=True)
class Life:
    """A bank, its backup, and what happened to it afterwards."""

    world: World
    account: str
    closed: str
    before: list[Document]
    after: Document
    token: str

    def file(self, name: str) -> Path:
        return self.world.files / name

    def restore(self, *options: object, data: str = "new") -> Document:
        new = World(self.file(data), self.world.capture, self.world.now)
        ran = new.run("restore", self.file("bank.backup"), "--password-file", self.file("password"), *options, "--json")
        return {"code": ran.code, "err": ran.err, **(ran.document if ran.code == 0 else {})}

    def since(self) -> tuple[object, ...]:
        bank = self.world.path
        return ("--published", bank / "public", "--taken-back", bank / "taken-back.jsonl")


def back_up(world: World, name: str = "bank.backup") -> Document:
    (world.files / "password").write_text(f"{PASSWORD}\n")
    return world.json("backup", "--out", world.files / name, "--password-file", world.files / "password")


@pytest.fixture(scope="module")
def lived(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a bank, its backup, and what is known of it; copied for each test."""
    folder = tmp_path_factory.mktemp("lived")
    shutil.copytree(founded, folder / "bank")
    out, err = io.StringIO(), io.StringIO()

    def capture() -> tuple[str, str]:
        said = out.getvalue(), err.getvalue()
        for stream in (out, err):
            stream.seek(0)
            stream.truncate()
        return said

    world = World(folder / "bank", capture)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name in ("ISSUER_PASSPHRASE", "ISSUER_DATABASE", "LC_ALL", "LC_MESSAGES", "LANG"):
            patch.delenv(name, raising=False)
        (folder / "known.json").write_text(json.dumps(live(world)))
    return folder


def live(world: World) -> Document:
    holder, closed = world.open_account(), world.open_account("SYN-P-002")
    before = [world.issue(holder, "--type", TRAINING) for _ in range(2)]
    token = world.json("token", "create", "--account", holder, "--name", "x", "--scope", "read", "--days", "30")
    back_up(world)
    world.wait(hours=1)
    after = world.issue(holder, "--type", TRAINING)
    world.json("revoke", before[1]["number"], "--reason", "holder_request")
    world.json("token", "revoke", token["id"])
    bank = world.open()
    close_account(bank, closed, revoke=False, now=world.now)
    withdraw_source(bank, holder, "hrdnet_training", now=world.now)
    with bank.store.read() as transaction:
        consent = transaction.accounts.consents(holder, "disclosure")[0]
    withdraw_disclosure(bank, holder, consent.id, now=world.now)
    bank.close()
    world.json("accounts", "list")
    return {"account": holder, "closed": closed, "before": before, "after": after, "token": token["id"]}


@pytest.fixture
def life(lived: Path, world: World) -> Life:
    shutil.rmtree(world.path)
    shutil.copytree(lived, world.files, dirs_exist_ok=True)
    world.wait(hours=2)
    return Life(world, **json.loads((lived / "known.json").read_text()))


@pytest.fixture
def opened(life: Life) -> Iterator[Callable[[str], Bank]]:
    banks: list[Bank] = []

    def open_new(data: str = "new") -> Bank:
        banks.append(World(life.file(data), lambda: ("", "")).open())
        return banks[-1]

    yield open_new
    for bank in banks:
        bank.close()


def test_a_bank_that_lived_on_after_its_backup_is_restored_and_nothing_comes_back(
    life: Life, opened: Callable[[str], Bank]
) -> None:
    checkpoint = (life.world.path / "public/log/checkpoint").read_bytes()
    version = TrustList.parse((life.world.path / "trust.json").read_bytes()).version
    restored = life.restore(*life.since())
    assert (restored["code"], restored["since"]) == (0, {"log": 1, "statuses": 1, "taken_back": 4, "keys": 0}), (
        restored["err"]
    )
    bank = opened("new")
    issuer = published_issuer(bank)
    assert issuer is not None
    assert issuer.log_key is not None
    assert verify_log(bank, key=issuer.log_key, earlier=checkpoint).findings == ()
    assert TrustList.parse((life.file("new") / "public/trust.json").read_bytes()).version >= version
    with bank.store.read() as transaction:
        first, second = (transaction.certificates.certificate(each["number"]) for each in life.before)
        assert first is not None
        assert second is not None
        assert (first.status, second.status) == ("valid", "revoked")
        assert transaction.certificates.certificate(life.after["number"]) is None
        closed = transaction.accounts.account(life.closed)
        assert closed is not None
        assert closed.closed_at is not None
        assert transaction.entries.counts_of(closed.person_link or "") == {}
        token = transaction.tokens.token(life.token)
        assert token is not None
        assert token.revoked_at is not None
        assert [each.names("sources") for each in transaction.accounts.consents(life.account, "collection")] == []
        acts = list(transaction.audit.rows())
    assert (acts[-1][3], acts[-1][6].startswith(f"backup of {life.world.now.date()}")) == ("bank_restored", True)
    assert "published head of" in acts[-1][6]
    new = World(life.file("new"), life.world.capture, life.world.now)
    assert new.published_value(second.idx) == 1
    assert new.published_value(first.idx) == 0


def test_what_only_the_published_files_know_is_taken_over(life: Life, opened: Callable[[str], Bank]) -> None:
    old, world = life.world.open(), life.world
    with old.store.write() as transaction:
        second = transaction.status_lists.open_list()
        (carried, *_) = transaction.certificates.carried_entries(life.before[0]["number"])
        (entry,) = transaction.entries.entries([carried.source_entry_id])
    old.close()
    account = world.open_account("SYN-P-003")
    newest = world.issue(account, "--all")
    world.json("revoke", newest["number"])
    world.json("suspend", "--entry-source", entry.source_record_id)
    published = world.path / "public/trust.json"
    trust = json.loads(published.read_bytes())
    published.write_text(json.dumps({**trust, "version": trust["version"] + 3}))
    (world.path / "public/audit-head").unlink()
    (world.path / "taken-back.jsonl").write_text("")
    restored = life.restore(*life.since())
    assert restored["code"] == 0, restored["err"]
    assert (restored["since"]["log"], restored["since"]["taken_back"]) == (2, 0)
    new = World(life.file("new"), world.capture, world.now)
    assert new.published_value(newest["status"]["idx"], second) == 1
    assert new.published_value(carried.idx) == 2
    assert TrustList.parse((new.path / "trust.json").read_bytes()).version > trust["version"] + 3
    with opened("new").store.read() as transaction:
        (again, *_) = transaction.certificates.carried_entries(life.before[0]["number"])
        assert (again.status, transaction.status_lists.numbers()[:2]) == (2, [1, second])
        assert [each.reason for each in transaction.certificates.events(again.number)] == ["restored"]


def test_an_entry_that_was_suspended_at_the_backup_and_cancelled_since_stays_cancelled(life: Life) -> None:
    world = life.world
    bank = world.open()
    with bank.store.read() as transaction:
        (carried, *_) = transaction.certificates.carried_entries(life.before[0]["number"])
        (entry,) = transaction.entries.entries([carried.source_entry_id])
    bank.close()
    world.json("suspend", "--entry-source", entry.source_record_id)
    back_up(world, "last.backup")
    shutil.move(life.file("last.backup"), life.file("bank.backup"))
    world.json("revoke", "--entry-source", entry.source_record_id)
    (world.path / "taken-back.jsonl").write_text("")  # as after a delivery of the source, of which it says nothing
    restored = life.restore(*life.since())
    assert restored["code"] == 0, restored["err"]
    assert World(life.file("new"), world.capture, world.now).published_value(carried.idx) == 1


def test_a_published_list_of_another_size_is_refused(life: Life) -> None:
    bank = life.world.open()
    now = int(life.world.now.timestamp())
    token = StatusToken(bank.profile.status_uri(1), StatusList(2, bytes(64)), now, now + 60, 60)
    signed = build_status_token(token, signer=bank.signer("status"))
    (life.world.path / "public/status/1").write_text(signed)
    bank.close()
    restored = life.restore(*life.since())
    assert (restored["code"], "it has another size than the list" in restored["err"]) == (4, True), restored["err"]


def test_a_restore_after_which_nothing_happened_takes_over_nothing(life: Life) -> None:
    back_up(life.world, "last.backup")
    shutil.move(life.file("last.backup"), life.file("bank.backup"))
    restored = life.restore(*life.since())
    assert (restored["code"], restored["since"]) == (0, {"log": 0, "statuses": 0, "taken_back": 0, "keys": 0}), (
        restored["err"]
    )


@pytest.mark.slow
def test_no_number_and_no_index_is_given_twice_after_a_restore(life: Life) -> None:
    assert life.restore(*life.since(), "--beyond", "5")["code"] == 0
    new = World(life.file("new"), life.world.capture, life.world.now)
    account = new.open_account("SYN-P-003")
    issued = new.issue(account, "--all")
    assert int(issued["number"][-8:]) > int(life.after["number"][-8:]) + 1
    assert issued["status"]["uri"] not in {each["status"]["uri"] for each in (*life.before, life.after)}
    verified = new.run("log", "verify")
    assert (verified.code, "lost-2: logged after a backup that was restored" in verified.out) == (0, True)
    assert new.run("audit", "verify").code == 0
    copy = (
        "reprint",
        life.before[0]["number"],
        "--code",
        life.before[0]["confirmation_code"],
        "--out",
        life.file("r.pdf"),
    )
    assert new.run(*copy).code == 0


@pytest.mark.slow
def test_a_backup_says_what_is_in_it_and_is_made_while_the_bank_issues(
    life: Life, monkeypatch: pytest.MonkeyPatch, opened: Callable[[str], Bank]
) -> None:
    account, rows = life.world.open_account("SYN-P-003"), CopyBook.rows
    issued = []

    def issuing(book: CopyBook, name: str) -> Iterator[object]:
        if name == "deliveries":
            issued.append(life.world.issue(account, "--all")["number"])
        return rows(book, name)

    with monkeypatch.context() as patch:
        patch.setattr(CopyBook, "rows", issuing)
        made = back_up(life.world, "second.backup")
    checked = life.world.json(
        "restore", life.file("second.backup"), "--check", "--password-file", life.file("password")
    )
    assert {**checked, "sha256": ""} == {**made, "sha256": ""} | {"sha256": ""} or checked["rows"] == made["rows"]
    assert not life.file("new").exists()
    shutil.move(life.file("second.backup"), life.file("bank.backup"))
    assert life.restore("--nothing-since")["code"] == 0
    with opened("new").store.read() as transaction:
        assert transaction.certificates.certificate(issued[0]) is None
        assert transaction.certificates.count() == 3
        assert transaction.log.state().size == made["log_size"] == 3


def test_nothing_of_a_backup_can_be_read_without_its_password(life: Life) -> None:
    content = life.file("bank.backup").read_bytes()
    assert life.file("bank.backup").stat().st_mode & 0o777 == 0o600
    for secret in (b"SYN-P", b"BEGIN", b"issuer", life.account.encode(), b"sha256"):
        assert secret not in content


def halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def altered(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("change", "problem", "korean"),
    [
        (halved, "was changed, or its end is missing", "끝이 없습니다"),
        (altered, "was changed, or its end is missing", "끝이 없습니다"),
        (lambda path: path.with_name("password").write_text("another password"), "does not open", "비밀번호가 맞지"),
        (lambda path: path.write_bytes(b"%PDF-1.7"), "another format", "백업 파일이 아닙니다"),
        (lambda path: path.unlink(), "No such file", "없습니다"),
    ],
)
def test_a_backup_that_cannot_be_used_is_refused_before_anything_is_written(
    life: Life, change: Callable[[Path], object], problem: str, korean: str
) -> None:
    change(life.file("bank.backup"))
    before = sorted(life.world.files.iterdir())
    for options in (("--nothing-since",), ("--check",)):
        restored = life.restore(*options)
        assert (restored["code"], problem in restored["err"]) == (4, True), restored["err"]
    assert korean in life.restore("--check", "--lang", "ko")["err"]
    assert sorted(life.world.files.iterdir()) == before


def test_what_stands_in_the_way_is_refused(life: Life) -> None:
    assert life.restore("--nothing-since", data="bank")["code"] == 2
    assert "overwrites nothing" in life.restore("--nothing-since", data="password")["err"]
    for options in ((), ("--published", "x"), (*life.since(), "--nothing-since"), ("--nothing-since", "--beyond", "0")):
        assert life.restore(*options)["code"] == 2
    again = life.world.run("backup", "--out", life.file("bank.backup"), "--password-file", life.file("password"))
    assert (again.code, "never overwrites one" in again.err) == (2, True)
    life.file("password").write_text("short")
    short = life.world.run("backup", "--out", life.file("b"), "--password-file", life.file("password"))
    assert (short.code, "at least 8 characters" in short.err, life.file("b").exists()) == (5, True, False)


def write(name: str, content: bytes) -> Callable[[Life], object]:
    return lambda life: (life.world.path / name).write_bytes(content)


def remove(name: str) -> Callable[[Life], object]:
    return lambda life: (life.world.path / name).unlink()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (write("public/log/checkpoint", b"bank.example/log\n9\n"), "public/log/checkpoint"),
        (remove("public/log/checkpoint"), "No such file"),
        (remove("public/log/tile/entries/000.p/3"), "No such file"),
        (write("public/log/tile/entries/000.p/3", b"\0\x29short"), "not a bundle of entries"),
        (
            write("public/log/tile/entries/000.p/3", (b"\0\x29" + bytes(41)) * 3),
            "does not begin with that of the backup",
        ),
        (write("public/status/1", b"e30.e30.e30"), "not a status list of this bank"),
        (remove("public/status/1"), "No such file"),
        (write("public/trust.json", b"{}"), "not a trust list"),
        (remove("public/trust.json"), "No such file"),
        (write("public/audit-head", b"a note"), "no signed head"),
        (remove("taken-back.jsonl"), "No such file"),
        (write("taken-back.jsonl", b"[]\n"), "not a list of what was taken back"),
        (write("taken-back.jsonl", b"{\n"), "not a list of what was taken back"),
    ],
)
def test_what_came_after_the_backup_is_refused_when_it_does_not_fit(
    life: Life, change: Callable[[Life], object], problem: str
) -> None:
    change(life)
    before = sorted(life.world.files.iterdir())
    restored = life.restore(*life.since())
    assert (restored["code"], problem in restored["err"]) == (4, True), restored["err"]
    assert sorted(life.world.files.iterdir()) == before


@pytest.mark.slow
def test_a_full_disk_leaves_neither_a_backup_nor_half_a_bank(life: Life) -> None:
    before = sorted(life.world.files.iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
    try:
        made = life.world.run("backup", "--out", life.file("b"), "--password-file", life.file("password"))
        restored = life.restore("--nothing-since")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (made.code, restored["code"]) == (5, 5), (made.err, restored["err"])
    assert sorted(life.world.files.iterdir()) == before
    assert life.restore("--nothing-since")["code"] == 0


def test_keys_that_change_while_they_are_copied_stop_the_backup(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backing_up, "table_line", lambda table: _touched(life.world.path / "keys/log.pem", table))
    made = life.world.run("backup", "--out", life.file("b"), "--password-file", life.file("password"))
    assert (made.code, "keys/log.pem was changed" in made.err, life.file("b").exists()) == (5, True, False)


def _touched(path: Path, table: object) -> bytes:
    path.write_bytes(path.read_bytes() + b"\n")
    return json.dumps({"table": str(table)}).encode() + b"\n"


def test_what_would_be_missing_from_a_backup_is_said(life: Life) -> None:
    outside = life.file("log.pem")
    shutil.move(life.world.path / "keys/log.pem", outside)
    profile = life.world.path / "bank.json"
    profile.write_text(profile.read_text().replace("dev-file:keys/log.pem", f"dev-file:{outside}"))
    made = life.world.run("backup", "--out", life.file("b"), "--password-file", life.file("password"), "--json")
    assert (made.code, made.document["keys_elsewhere"]) == (0, ["log"]), made.err
    assert "Not in this backup: the keys log" in made.err
    (life.world.path / "secrets.link").symlink_to(life.world.path / "secrets")
    refused = life.world.run(
        "backup", "--out", life.file("c"), "--password-file", life.file("password"), "--lang", "ko"
    )
    assert (refused.code, "secrets.link은(는) 백업에 담을 수 없습니다" in refused.err) == (5, True), refused.err


def lines_of(life: Life) -> list[Line]:
    with life.file("bank.backup").open("rb") as file:
        content = b"".join(open_stream(file, passphrase=PASSWORD))
    return [json.loads(line) for line in content.splitlines()]


def sealed(backup: Path, lines: Sequence[object], *, end: bytes = b"\n") -> None:
    with backup.open("wb") as file:
        sealer = StreamSealer(file, passphrase=PASSWORD, random_bytes=secrets.token_bytes, price=SealPrice())
        sealer.write(b"\n".join(json.dumps(line).encode() for line in lines) + end)
        sealer.finish()


@pytest.mark.slow
def test_a_backup_of_an_older_schema_is_migrated_and_of_a_newer_one_refused(
    life: Life, opened: Callable[[str], Bank]
) -> None:
    heading, *rest = lines_of(life)
    assert isinstance(heading, dict)
    sealed(life.file("bank.backup"), [{**heading, "schema": "9999"}, *rest])
    newer = life.restore("--nothing-since")
    assert (newer["code"], "install the newest version" in newer["err"]) == (4, True)
    sealed(life.file("bank.backup"), [{**heading, "schema": "0006"}, *_without_newer(rest)])
    older = life.restore("--nothing-since")
    assert older["code"] == 0, older["err"]
    with opened("new").store.read() as transaction:
        assert transaction.copies.schema() == SCHEMA_VERSION
        assert transaction.certificates.count() == 2


def _without_newer(lines: list[Line]) -> list[Line]:
    """What a program of schema 0006 would have written: no table of wallets, runs or key uses, no later column."""
    later, kept, left_out, cut = (
        ("wallet_", "source_", "rejected_", "resolved_", "key_", "issuing_", "notices"),
        list[Line](),
        False,
        0,
    )
    end = lines[-1]
    assert isinstance(end, dict)
    for line in lines[:-1]:
        if isinstance(line, dict) and "table" in line:
            left_out = str(line["table"]).startswith(later)
            cut = 2 if line["table"] == "certificates" else 0
            line = {**line, "columns": list(line["columns"])[: len(list(line["columns"])) - cut]}  # type: ignore[call-overload] # a list
        elif isinstance(line, list) and cut:
            line = line[:-cut]
        if not left_out:
            kept.append(line)
    rows = {name: count for name, count in dict(end["rows"]).items() if not name.startswith(later)}  # type: ignore[call-overload] # a mapping
    return [*kept, {**end, "rows": rows}]


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([[]], "not in the form"),
        ([3], "not in the form"),
        ([{"backup": 2}], "not in the form"),
        ([{"backup": 1, "issuer": "x"}], "not in the form"),
        ([{"backup": 1, "issuer": 3, "made_at": "", "schema": "", "log_size": 0, "audit_size": 0}], "not in the form"),
        ([..., [1]], "not in the form"),
        ([..., {"table": "a", "columns": ["b"]}, [1, 2]], "not in the form"),
        ([..., {"table": "a", "columns": ["b"]}, [{"c": 2}]], "not in the form"),
        ([..., {"table": "a", "columns": ["b"]}, [{"b": "?"}]], "not in the form"),
        ([..., {"file": "../x", "content": {"b": ""}}], "not in the form"),
        ([..., {"file": "/x", "content": {"b": ""}}], "not in the form"),
        ([..., {"file": "keys/.x", "content": {"b": ""}}], "not in the form"),
        ([..., {"file": "x", "content": "text"}], "not in the form"),
        ([...], "not whole"),
        ([..., {"end": 1, "files": 1, "rows": {}}], "not whole"),
        ([..., {"end": 1, "files": 0, "rows": {}}, {"end": 1}], "not whole"),
    ],
)
def test_a_sealed_file_that_is_no_backup_is_refused(tmp_path: Path, lines: list[object], problem: str) -> None:
    heading = {
        "backup": 1,
        "issuer": "x",
        "made_at": "2026-11-22T03:00:00Z",
        "schema": "0009",
        "log_size": 0,
        "audit_size": 0,
    }
    sealed(tmp_path / "b", [heading if each is ... else each for each in lines])
    with pytest.raises(BackupUnreadable, match=problem):
        check_backup(tmp_path / "b", passphrase=PASSWORD)


def test_a_backup_that_was_cut_within_a_line_or_has_an_endless_one_is_refused(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = lines_of(life)
    sealed(life.file("bank.backup"), lines, end=b"")
    assert "it is not whole" in life.restore("--check")["err"]
    monkeypatch.setattr("issuer.backup.file._MAX_LINE_BYTES", 10)
    assert "not in the form of a backup" in life.restore("--check")["err"]


def heading_of_another(lines: list[Document]) -> None:
    lines[0]["issuer"] = "https://other.example"


def table_of_old(lines: list[Document]) -> None:
    (table,) = (line for line in lines if line.get("table") == "accounts")
    table["table"] = "accounts_of_old"
    lines[-1]["rows"] = {name.replace("accounts", table["table"]): count for name, count in lines[-1]["rows"].items()}


def column_of_old(lines: list[Document]) -> None:
    (table,) = (line for line in lines if line.get("table") == "accounts")
    table["columns"] = [*table["columns"][:-1], "of_old"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (heading_of_another, "name two banks"),
        (table_of_old, "nobody knows"),
        (column_of_old, "nobody knows"),
    ],
)
def test_a_backup_whose_parts_do_not_fit_leaves_nothing(
    life: Life, change: Callable[[list[Document]], None], problem: str
) -> None:
    lines = lines_of(life)
    change([line for line in lines if isinstance(line, dict)])
    sealed(life.file("bank.backup"), lines)
    before = sorted(life.world.files.iterdir())
    refused = life.restore("--nothing-since")
    assert (refused["code"], problem in refused["err"]) == (5, True), refused["err"]
    assert sorted(life.world.files.iterdir()) == before


@pytest.mark.slow
def test_a_log_that_was_changed_in_the_backup_is_found_before_the_bank_appears(life: Life) -> None:
    lines = lines_of(life)
    for place, line in enumerate(lines):
        if isinstance(line, dict) and line.get("table") == "audit_records":
            record = lines[place + 1]
            assert isinstance(record, list)
            record[2] = "somebody else"
    sealed(life.file("bank.backup"), lines)
    refused = life.restore("--nothing-since")
    assert (refused["code"], "not in order" in refused["err"]) == (5, True), refused["err"]
    assert not life.file("new").exists()
    korean = life.restore("--nothing-since", "--lang", "ko")["err"]
    assert "온전하지 않습니다" in korean


def test_two_of_three_shares_restore_a_backup_and_anything_else_is_refused(life: Life) -> None:
    for name in ("one", "two"):
        life.file(name).mkdir()
        life.world.json("backup", "--out", life.file(f"{name}.backup"), "--shares", life.file(name))
    one, two = (sorted(life.file(name).iterdir()) for name in ("one", "two"))
    assert [each.stat().st_mode & 0o777 for each in one] == [0o600] * 3

    def restore(*shares: Path) -> tuple[int, str]:
        new = World(life.file("shared"), life.world.capture, life.world.now)
        ran = new.run("restore", life.file("one.backup"), "--shares", *shares, "--nothing-since")
        return ran.code, ran.err

    for shares, code, said in (
        ((one[0], one[0]), 5, "found the same one twice"),
        ((two[0], two[1]), 4, "the passphrase does not open this file"),
        ((one[0], two[1]), 5, "belong to two different secrets"),
        ((one[0], life.file("password")), 5, "expected 33 words"),
        ((one[0], life.file("one.backup")), 4, "expected UTF-8"),
        ((one[0], life.file("nowhere")), 4, "No such file"),
        ((one[0], one[1], "--password-file", life.file("password")), 2, "only one of both"),
    ):
        assert (restore(*shares)[0], said in restore(*shares)[1]) == (code, True), said
    assert not life.file("shared").exists()
    code, err = restore(one[2], one[0])
    assert code == 0, err


def test_shares_are_never_written_over_others_nor_without_their_backup(life: Life) -> None:
    life.file("three").mkdir()
    refused = life.world.run("backup", "--out", life.file("bank.backup"), "--shares", life.file("three"))
    assert (refused.code, [*life.file("three").iterdir()]) == (2, [])
    (life.file("three") / "share-3.txt").write_text("of another backup")
    refused = life.world.run("backup", "--out", life.file("3.backup"), "--shares", life.file("three"))
    assert ("never overwrites one" in refused.err, life.file("3.backup").exists()) == (True, False)
    refused = life.world.run("backup", "--out", life.file("3.backup"), "--shares", life.file("no"))
    assert "its folder does not exist" in refused.err
