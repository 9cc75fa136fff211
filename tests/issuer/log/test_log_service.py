"""The log and the audit head on the web, what a service does each minute, and both on a real PostgreSQL."""

import gzip
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from issuer.app import ServiceWork, create_app
from issuer.audit.trail import Act, record_acts
from issuer.audit.verifying import verify_trail
from issuer.bank import Bank
from issuer.bank.key_secrets import KeySecrets
from issuer.bundling import TRUST_BUNDLE
from issuer.log.appending import log_credential
from issuer.log.files import publish_log
from issuer.log.verifying import verify_log
from issuer.store.engine import create_server_store
from issuer.upkeep import Upkeep
from tests.framework_telemetry import ask_for_telemetry, warnings_of
from tests.issuer.conftest import START, World
from tests.issuer.test_publishing import Client


@pytest.fixture
def bank(world: World) -> Iterator[Bank]:
    opened = world.open()
    for number in range(3):
        log_credential(opened, f"CB-{number}", f"a.b.{number}~", now=START)
    publish_log(opened)
    yield opened
    opened.close()


@pytest.fixture
def client(bank: Bank) -> Client:
    return Client(create_app(bank.folder, bank.profile, ServiceWork(refresh=lambda: None, problems=list)))


def test_checkpoint_is_served_as_text_that_is_soon_old(client: Client, bank: Bank) -> None:
    answer = client.get("/log/checkpoint")
    assert answer.content == (bank.folder.log / "checkpoint").read_bytes()
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=5"


@pytest.mark.parametrize("name", ["tile/0/000.p/3", "tile/entries/000.p/3"])
def test_tiles_are_served_as_bytes_that_never_change(client: Client, bank: Bank, name: str) -> None:
    plain = client.get(f"/log/{name}", {"accept-encoding": "identity"})
    assert plain.content == (bank.folder.log / name).read_bytes()
    assert plain.headers["content-type"] == "application/octet-stream"
    assert "immutable" in plain.headers["cache-control"]
    packed = client.get(f"/log/{name}", {"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert gzip.compress(plain.content)


def test_partial_tile_of_an_earlier_size_is_served(client: Client, bank: Bank) -> None:
    whole = (bank.folder.log / "tile/0/000.p/3").read_bytes()
    assert client.get("/log/tile/0/000.p/2").content == whole[:64]


@pytest.mark.parametrize(
    "name",
    [
        "tile/0/000",
        "tile/0/000.p/4",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/0",
        "tile/64/000",
        "tile/00/000",
        "tile/0/000/000",
        "tile/0/x000/000",
        "tile/data/000.p/3",
        "tile/0/..%2f..%2f..%2fbank.json",
        "..%2fbank.json",
        "",
    ],
)
def test_what_is_no_tile_of_the_log_is_not_found(client: Client, name: str) -> None:
    assert client.get(f"/log/{name}").status_code == 404


def test_service_publishes_log_and_audit_head_each_minute_and_a_bundle_each_hour(world: World, bank: Bank) -> None:
    upkeep = Upkeep(bank, clock=lambda: world.now)
    upkeep.run()
    bundle = bank.folder.public / TRUST_BUNDLE
    first, head = bundle.read_bytes(), bank.folder.audit_head.read_bytes()
    log_credential(bank, "CB-9", "a.b.9~", now=world.now)
    with bank.store.write() as transaction:
        record_acts(transaction, Act("account_read"), actor="x", at="2026-11-22T03:00:00Z")
    world.wait(minutes=1)
    upkeep.run()
    assert verify_log(bank, key=bank.log_key().public_key()).findings == ()
    assert bank.folder.audit_head.read_bytes() != head
    assert bundle.read_bytes() == first
    world.wait(minutes=59)
    upkeep.run()
    assert bundle.read_bytes() != first


def test_audit_head_is_served(client: Client, bank: Bank) -> None:
    Upkeep(bank, clock=lambda: START).run()
    assert client.get("/audit-head").content == bank.folder.audit_head.read_bytes()


@pytest.mark.slow
def test_log_and_trail_are_sound_on_a_server_after_many_writers(request: pytest.FixtureRequest, bank: Bank) -> None:
    server = request.getfixturevalue("postgresql")
    url = server.new_database()
    store = create_server_store(url)
    other = Bank(bank.folder, bank.profile, store=store, secrets=KeySecrets(None))
    bank.folder.log.rename(bank.folder.public / "log-of-the-file")
    bank.folder.audit_head.unlink()  # both are those of the bank's file

    def work(number: int) -> None:
        log_credential(other, f"CB-{number}", f"a.b.{number}~", now=START)
        with store.write() as transaction:
            record_acts(transaction, Act("account_read", str(number)), actor="x", at="2026-11-22T03:00:00Z")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(60)))
    publish_log(other)
    log = verify_log(other, key=other.log_key().public_key())
    trail = verify_trail(other, key=other.log_key().public_key())
    store.close()
    server.drop(url)
    assert (log.size, log.findings) == (60, ())
    assert (trail.size, trail.findings) == (60, ())


def test_no_environment_makes_the_framework_send_telemetry(
    bank: Bank, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    provider = ask_for_telemetry(monkeypatch)
    app = create_app(bank.folder, bank.profile, ServiceWork(refresh=lambda: None, problems=list))
    assert warnings_of(app, caplog) == []
    assert provider.asked == []
