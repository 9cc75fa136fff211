"""Backup and restore where the database is on a server, and from one kind of database to the other."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from issuer.cli.main import main
from issuer.store.copying import CopyBook
from tests.issuer.conftest import Document
from tests.postgresql import PostgresqlServer
from tests.torture.harness import NOW, Place, found

pytestmark = pytest.mark.slow
PASSWORD = "one long password"


@dataclass(frozen=True, slots=True)
class Office:
    """Commands for a bank whose database may be on a server."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    def run(self, data: Path, database: str | None, *arguments: object) -> tuple[int, str, str]:
        self.capture.readouterr()
        with self.patch.context() as patch:
            for name in ("ISSUER_DATABASE", "ISSUER_PASSPHRASE", "LANG", "LC_ALL"):
                patch.delenv(name, raising=False)
            if database is not None:
                patch.setenv("ISSUER_DATABASE", database)
            code = main([*map(str, arguments), "--data", str(data)], clock=lambda: NOW)
        said = self.capture.readouterr()
        return code, said.out, said.err

    def json(self, data: Path, database: str | None, *arguments: object) -> Document:
        code, out, err = self.run(data, database, *arguments, "--json")
        assert code == 0, err
        return dict(json.loads(out))

    def issue(self, place: Place) -> Document:
        out = self.folder / "c.pdf"
        return self.json(place.bank, place.database, "issue", "--account", place.account, "--all", "--out", out)

    def back_up(self, place: Place, name: str) -> Document:
        (self.folder / "password").write_text(PASSWORD)
        out, password = self.folder / name, self.folder / "password"
        return self.json(place.bank, place.database, "backup", "--out", out, "--password-file", password)

    def restore(self, data: Path, database: str | None, name: str, *options: object) -> tuple[int, str, str]:
        file, password = self.folder / name, self.folder / "password"
        return self.run(data, database, "restore", file, "--password-file", password, *options)


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Office:
    return Office(tmp_path, capsys, monkeypatch)


@pytest.fixture(scope="module")
def on_a_server(tmp_path_factory: pytest.TempPathFactory, postgresql: PostgresqlServer) -> Iterator[Place]:
    url = postgresql.new_database()
    yield found(tmp_path_factory.mktemp("server"), url)
    postgresql.drop(url)


def test_the_drill_on_a_server_while_the_bank_issues(
    office: Office, on_a_server: Place, postgresql: PostgresqlServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, rows, between = on_a_server, CopyBook.rows, list[str]()
    first = office.issue(place)

    def issuing(book: CopyBook, name: str) -> Iterator[object]:
        if name == "deliveries":
            between.append(office.issue(place)["number"])
        return rows(book, name)

    with monkeypatch.context() as patch:
        patch.setattr(CopyBook, "rows", issuing)
        made = office.back_up(place, "b")
    assert made["log_size"] == made["rows"]["certificates"] == 1
    office.json(place.bank, place.database, "revoke", first["number"])
    new, url = office.folder / "new", postgresql.new_database()
    since = ("--published", place.bank / "public", "--taken-back", place.bank / "taken-back.jsonl")
    assert office.restore(new, place.database, "b", *since)[0] == 5  # the database is that of a bank
    code, out, err = office.restore(new, url, "b", *since)
    assert (code, "1 log entries, 1 statuses" in out) == (0, True), err
    restored = Place(new, url, place.account)
    issued = office.issue(restored)
    assert issued["number"] not in (first["number"], *between)
    office.json(new, url, "accounts", "open", "--person", "SYN-P-002", "--consent-all")  # ids in turn go on
    for command in ("log", "audit"):
        assert office.run(new, url, command, "verify")[0] == 0
    with (bank := restored.open()).store.read() as transaction:
        stored = transaction.certificates.certificate(first["number"])
        assert stored is not None
        assert stored.status == "revoked"
    bank.close()
    postgresql.drop(url)


def test_a_bank_moves_from_a_file_to_a_server_and_back(office: Office, postgresql: PostgresqlServer) -> None:
    place, url = found(office.folder / "file", None), postgresql.new_database()
    number = office.issue(place)["number"]
    office.back_up(place, "b")
    moved = Place(office.folder / "moved", url, place.account)
    code, _, err = office.restore(moved.bank, url, "b", "--nothing-since")
    assert code == 0, err
    office.issue(moved)
    office.back_up(moved, "c")
    back = Place(office.folder / "back", None, place.account)
    code, _, err = office.restore(back.bank, None, "c", "--nothing-since")
    assert code == 0, err
    assert office.issue(back)["number"] != number
    assert office.run(back.bank, None, "log", "verify")[0] == 0
    with (bank := back.open()).store.read() as transaction:
        assert transaction.certificates.count() == 3
    bank.close()
    postgresql.drop(url)


def test_a_restore_that_fails_leaves_a_database_that_the_next_one_takes(
    office: Office, postgresql: PostgresqlServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, url = found(office.folder / "file", None), postgresql.new_database()
    office.back_up(place, "b")
    new = office.folder / "new"

    def failing(*_: object, **__: object) -> None:
        raise RuntimeError

    for place_of_failure in ("issuer.store.copying.CopyBook.go_on_counting", "issuer.backup.restoring.publish_all"):
        with monkeypatch.context() as patch:
            patch.setattr(place_of_failure, failing)
            assert office.restore(new, url, "b", "--nothing-since")[0] == 70
        assert not new.exists()
    assert office.restore(new, url, "b", "--nothing-since")[0] == 0
    postgresql.drop(url)
