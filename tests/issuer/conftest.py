"""A small real bank: plain development keys, the sample deliveries imported, a clock that stands still."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from issuer.bank import Bank, open_bank
from issuer.cli.main import main
from issuer.store.engine import Store, create_server_store, open_store
from issuer.store.entries import StoredEntry
from tests.issuer.cheap_codes import at_the_least_price, cheap_codes

if TYPE_CHECKING:
    from tests.postgresql import PostgresqlServer

__all__ = ["cheap_codes"]

DELIVERIES = Path(__file__).resolve().parents[2] / "examples/deliveries"
START = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
URL = "https://bank.example"
FOUNDED_WITH = (
    "business_registration",
    "consigned_qualifications",
    "cqnet_qualifications",
    "employment_career",
    "hrdnet_training",
    "lifelong_learning",
    "military",
    "ncs_units",
    "persons",
    "polytechnic_records",
    "qnet_qualifications",
    "university_courses",
)


Document = dict[str, Any]
"""A JSON document that a command printed."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Document:
        return dict(json.loads(self.out))


@dataclass(slots=True)
class World:
    """A bank in a folder, with a clock to set and commands to run in it."""

    path: Path
    capture: Callable[[], tuple[str, str]]
    now: datetime = START
    files: Path = field(init=False)

    def __post_init__(self) -> None:
        self.files = self.path.parent

    def run(self, *arguments: object) -> Ran:
        self.capture()
        code = main([*map(str, arguments), "--data", str(self.path)], clock=lambda: self.now)
        return Ran(code, *self.capture())

    def json(self, *arguments: object) -> Document:
        ran = self.run(*arguments, "--json")
        assert ran.code == 0, ran.err
        return ran.document

    def wait(self, **duration: float) -> None:
        self.now += timedelta(**duration)

    def open_account(self, person: str = "SYN-P-001", *options: str) -> str:
        return str(self.json("accounts", "open", "--person", person, *(options or ("--consent-all",)))["id"])

    def entries(self, account: str) -> Document:
        """The entries of an account by title."""
        return {entry["title"]: entry for entry in self.json("accounts", "show", account)["entries"]}

    def issue(self, account: str, *options: object) -> Document:
        chosen = options if {"--all", "--entry", "--type"} & set(options) else (*options, "--all")
        return self.json("issue", "--account", account, *chosen, "--out", self.files / "certificate.pdf")

    def deliver(self, source: str, content: str, *options: object) -> Ran:
        suffix = ".csv" if content.startswith("person_ref") else ".json" if content.startswith("{") else ".xml"
        file = self.files / f"{source}{suffix}"
        file.write_text(content, "utf-8")
        return self.run("import", source, file, *options, "--json")

    def open(self) -> Bank:
        return open_bank(self.path, passphrase=None)

    def stored_entry(self, record_id: str) -> StoredEntry:
        bank = self.open()
        with bank.store.read() as transaction:
            (entry,) = transaction.entries.with_source_record(record_id, None)
        bank.close()
        return entry

    def published_value(self, idx: int, list_no: int = 1) -> int:
        """The value that the published status list, verified, has at an index."""
        from credential_schemas.status_list import verify_status_token
        from keys.trust_list import TrustList

        token = (self.path / "public/status" / str(list_no)).read_text("ascii")
        (issuer,) = TrustList.parse((self.path / "trust.json").read_bytes()).issuers.values()
        verified = verify_status_token(
            token, uri=f"{URL}/status/{list_no}", keys=issuer.status_keys, now=int(self.now.timestamp())
        )
        return verified.status_list.value(idx)


def founding_deliveries() -> list[Path]:
    """The sample deliveries of the bank that tests begin with; a source that is added later changes no count."""
    return [file for file in sorted(DELIVERIES.iterdir()) if file.stem in FOUNDED_WITH]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store on each database."""
    if request.param == "sqlite":
        opened = open_store(tmp_path / "bank.db")
        yield opened
        opened.close()
        return
    server = request.getfixturevalue("postgresql")
    url = server.new_database()
    opened = create_server_store(url)
    yield opened
    opened.close()
    server.drop(url)


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bank with every sample delivery in it; never used directly."""
    path = tmp_path_factory.mktemp("founded") / "bank"
    previous = os.environ.pop("ISSUER_PASSPHRASE", None)
    data = ["--data", str(path)]
    assert main(["init", "--dev", "--url", URL, *data], clock=lambda: START) == 0
    for file in founding_deliveries():
        assert main(["import", file.stem, str(file), *data], clock=lambda: START) == 0, file.name
    if previous is not None:
        os.environ["ISSUER_PASSPHRASE"] = previous
    return path


@pytest.fixture
def world(founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> World:
    """A bank of one's own."""
    for name in ("ISSUER_PASSPHRASE", "ISSUER_DATA", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "bank"
    shutil.copytree(founded, path)

    def capture() -> tuple[str, str]:
        captured = capsys.readouterr()
        return captured.out, captured.err

    return World(path, capture)


@pytest.fixture
def account(world: World) -> str:
    """The account of SYN-P-001, with every consent."""
    return world.open_account()


@pytest.fixture(scope="session")
def issued_bank(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bank with one account and one certificate of all its entries; the files lie beside it."""
    folder = tmp_path_factory.mktemp("issued")
    shutil.copytree(founded, folder / "bank")

    def run(name: str, *arguments: object) -> Document:
        with (folder / f"{name}.json").open("w+") as out, redirect_stdout(out):
            data = ["--data", str(folder / "bank"), "--json"]
            assert main([*map(str, arguments), *data], clock=lambda: START) == 0
        return dict(json.loads((folder / f"{name}.json").read_text()))

    account = run("account", "accounts", "open", "--person", "SYN-P-001", "--consent-all")["id"]
    files = ("--out", folder / "certificate.pdf", "--sd-jwt", folder / "c.sdjwt")
    with at_the_least_price():
        run("issued", "issue", "--account", account, "--all", *files)
    return folder


@pytest.fixture
def issued(world: World, issued_bank: Path) -> Document:
    """What `issue` answered; the bank of `world` has issued it, `certificate.pdf` and `c.sdjwt` lie beside it."""
    shutil.rmtree(world.path)
    shutil.copytree(issued_bank, world.files, dirs_exist_ok=True)
    return dict(json.loads((world.files / "issued.json").read_text()))


@pytest.fixture
def holder(world: World, issued: Document) -> str:
    """The account that `issued` belongs to."""
    return str(json.loads((world.files / "account.json").read_text())["id"])


@dataclass(frozen=True, slots=True)
class OnServer:
    """A bank: its folder, and the URL of its database."""

    path: Path
    url: str


@pytest.fixture(scope="session")
def founded_on_server(tmp_path_factory: pytest.TempPathFactory, postgresql: "PostgresqlServer") -> Iterator[OnServer]:
    """A bank with every sample delivery in it, on a server; never used directly."""
    path, url = tmp_path_factory.mktemp("on-server") / "bank", postgresql.new_database()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ISSUER_PASSPHRASE", raising=False)
        patch.setenv("ISSUER_DATABASE", url)
        commands = [["init", "--dev", "--url", URL]]
        commands += [["import", file.stem, str(file)] for file in founding_deliveries()]
        for command in commands:
            assert main([*command, "--data", str(path)], clock=lambda: START) == 0
    yield OnServer(path, url)
    postgresql.drop(url)


@pytest.fixture
def server_world(
    tmp_path: Path,
    founded_on_server: OnServer,
    postgresql: "PostgresqlServer",
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[World]:
    """A bank of one's own, on a server."""
    monkeypatch.delenv("ISSUER_PASSPHRASE", raising=False)
    monkeypatch.setenv("LANG", "C")
    url = postgresql.new_database(copy_of=founded_on_server.url)
    monkeypatch.setenv("ISSUER_DATABASE", url)
    shutil.copytree(founded_on_server.path, tmp_path / "server" / "bank")

    def capture() -> tuple[str, str]:
        captured = capsys.readouterr()
        return captured.out, captured.err

    yield World(tmp_path / "server" / "bank", capture)
    postgresql.drop(url)
