"""Typed confirmation codes: what is answered, what is recorded, and that nothing tells whether a code exists."""

import asyncio
import json
import logging
import threading
from collections.abc import Iterator

import argon2.low_level
import httpx
import pytest

from issuer.app import Desk, ServiceWork, create_app
from issuer.bank import Bank
from issuer.errors import ConfirmationUnknown, LookupBusy, StorageUnusable
from issuer.issued import confirmations
from issuer.issued.confirmations import ConfirmationDesk
from issuer.publishing import CONFIRMATIONS_PATH
from issuer.store.lookups import Lookup
from keys.confirmation_code import generate_code
from keys.errors import ConfirmationCodeError
from keys.gate.gate import Visitors
from keys.trust_list import TrustList
from tests.issuer.conftest import URL, Document, World


@pytest.fixture
def bank(world: World, issued: Document) -> Iterator[Bank]:
    opened = world.open()
    yield opened
    opened.close()


@pytest.fixture
def desk(world: World, bank: Bank) -> ConfirmationDesk:
    return ConfirmationDesk(bank, clock=lambda: world.now)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each key derivation."""
    done: list[str] = []
    derive = argon2.low_level.hash_secret_raw

    def counted(**how: object) -> bytes:
        done.append("argon2")
        return derive(**how)  # type: ignore[arg-type] # passed on as it came

    monkeypatch.setattr(argon2.low_level, "hash_secret_raw", counted)
    return done


class Client:
    """Asks the service in memory, from addresses of its choice."""

    def __init__(self, world: World, bank: Bank, desk: ConfirmationDesk) -> None:
        nothing = ServiceWork(refresh=lambda: None, problems=list)
        visitors = Visitors(trusted_proxies=1)
        self._app = create_app(bank.folder, bank.profile, nothing, desk=Desk(desk.look_up, visitors))

    def ask(self, content: bytes | object, caller: str = "203.0.113.7") -> httpx.Response:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()

        async def post() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://bank") as client:
                return await client.post(CONFIRMATIONS_PATH, content=body, headers={"X-Forwarded-For": caller})

        return asyncio.run(post())


@pytest.fixture
def client(world: World, bank: Bank, desk: ConfirmationDesk) -> Client:
    return Client(world, bank, desk)


def lookups(bank: Bank, number: str) -> list[Lookup]:
    with bank.store.read() as transaction:
        return transaction.lookups.of(number)


def unknown_on(bank: Bank, day: str) -> int:
    with bank.store.read() as transaction:
        return transaction.lookups.unknown(day)


def test_a_code_gives_the_credential_as_it_was_issued(world: World, issued: Document, client: Client) -> None:
    answer = client.ask({"code": issued["confirmation_code"]})
    assert answer.status_code == 200
    assert answer.text == (world.files / "c.sdjwt").read_text().strip()
    assert answer.headers["content-type"] == "application/dc+sd-jwt"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_code_may_be_typed_as_people_type(issued: Document, client: Client) -> None:
    typed = issued["confirmation_code"].replace("-", " ").lower().replace("0", "o").replace("1", "l")
    assert client.ask({"code": typed}).status_code == 200


def test_a_revoked_certificate_is_still_given_for_the_verifier_says_what_it_is_worth(
    world: World, issued: Document, client: Client
) -> None:
    assert world.run("revoke", issued["number"]).code == 0
    assert client.ask({"code": issued["confirmation_code"]}).status_code == 200


def test_every_code_that_opens_nothing_gets_the_same_answer(client: Client) -> None:
    answers = [client.ask({"code": generate_code()}, f"203.0.113.{host}") for host in range(3)]
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert bodies == [bodies[0]] * 3
    assert {answer.status_code for answer in answers} == {404}
    assert bodies[0]["code"] == "confirmation_unknown"
    names = [sorted(name for name in answer.headers if name != "x-request-id") for answer in answers]
    assert names == [names[0]] * 3


def test_an_unknown_code_costs_as_much_work_as_a_known_one(
    issued: Document, desk: ConfirmationDesk, work: list[str]
) -> None:
    desk.look_up(issued["confirmation_code"])
    known = list(work)
    work.clear()
    with pytest.raises(ConfirmationUnknown):
        desk.look_up(generate_code())
    assert work == known == ["argon2"]


def test_a_mistyped_code_is_told_at_once_without_a_look_up(
    issued: Document, client: Client, bank: Bank, work: list[str]
) -> None:
    code = issued["confirmation_code"]
    other = "A" if code[0] != "A" else "B"
    answer = client.ask({"code": other + code[1:]})
    assert (answer.status_code, answer.json()["code"]) == (422, "confirmation_code")
    assert work == []
    assert unknown_on(bank, "2026-11-22") == 0


@pytest.mark.sqlite
def test_each_look_up_is_recorded_with_time_and_requester_and_no_address(
    issued: Document, bank: Bank, desk: ConfirmationDesk, client: Client
) -> None:
    client.ask({"code": issued["confirmation_code"]})
    desk.look_up(issued["confirmation_code"], requester="acme")
    at = "2026-11-22T03:00:00Z"
    assert lookups(bank, issued["number"]) == [Lookup(issued["number"], at, None), Lookup(issued["number"], at, "acme")]
    database = bank.folder.database.read_bytes() + bank.folder.database.with_name("bank.db-wal").read_bytes()
    assert b"203.0.113.7" not in database


def test_look_ups_that_found_nothing_are_counted_by_the_day(bank: Bank, desk: ConfirmationDesk) -> None:
    for _ in range(2):
        with pytest.raises(ConfirmationUnknown):
            desk.look_up(generate_code())
    assert unknown_on(bank, "2026-11-22") == 2
    assert unknown_on(bank, "2026-11-21") == 0


@pytest.mark.slow
def test_a_caller_who_guesses_is_stopped_after_ten_and_others_are_not(issued: Document, client: Client) -> None:
    statuses = [client.ask({"code": generate_code()}).status_code for _ in range(11)]
    assert statuses == [404] * 10 + [429]
    stopped = client.ask({"code": issued["confirmation_code"]})
    assert stopped.status_code == 429
    assert 1 <= int(stopped.headers["retry-after"]) <= 60
    assert client.ask({"code": issued["confirmation_code"]}, "203.0.113.8").status_code == 200


@pytest.mark.slow
def test_known_codes_are_not_counted(issued: Document, client: Client) -> None:
    statuses = {client.ask({"code": issued["confirmation_code"]}).status_code for _ in range(12)}
    assert statuses == {200}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"code": 1}', b'{"code": null}', b"{}", b'{"code": "a", "code": "b"}', b"\xff"],
)
def test_another_body_is_refused(client: Client, content: bytes) -> None:
    answer = client.ask(content)
    assert (answer.status_code, answer.json()["code"]) == (422, "body_invalid")


@pytest.mark.parametrize("code", ["x" * 101, "' OR 1=1 --", "\u0000", "../../etc/passwd", "<script>", "가나다", ""])
def test_hostile_codes_get_422_and_nothing_of_them_comes_back(client: Client, code: str) -> None:
    answer = client.ask({"code": code})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert code == "" or code not in answer.text


def test_a_body_above_256_kib_is_refused(client: Client) -> None:
    assert client.ask(b" " * (256 * 1024 + 1)).status_code == 413


def test_the_service_says_that_it_is_busy_instead_of_queueing(
    issued: Document, desk: ConfirmationDesk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirmations, "WAIT_S", 0.0)
    desk._free = threading.BoundedSemaphore(1)
    desk._free.acquire()
    answer = client.ask({"code": issued["confirmation_code"]})
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "busy", "2")
    with pytest.raises(LookupBusy):
        desk.look_up(issued["confirmation_code"])


@pytest.mark.sqlite
def test_a_damaged_copy_is_a_failure_of_ours_and_not_an_unknown_code(
    issued: Document, bank: Bank, desk: ConfirmationDesk, client: Client
) -> None:
    with bank.store.write() as transaction:
        connection = transaction.lookups._connection
        connection.exec_driver_sql("UPDATE certificates SET sealed = zeroblob(2000)")
    with pytest.raises(StorageUnusable):
        desk.look_up(issued["confirmation_code"])
    answer = client.ask({"code": issued["confirmation_code"]})
    assert answer.status_code == 503
    assert "database" not in answer.text


def test_neither_code_nor_credential_is_ever_logged(
    issued: Document, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    code = generate_code()
    with caplog.at_level(logging.DEBUG):
        answers = [client.ask({"code": issued["confirmation_code"]}), client.ask({"code": code}), client.ask(b"{")]
    assert [answer.status_code for answer in answers] == [200, 404, 422]
    for secret in (issued["confirmation_code"], code, answers[0].text[:40]):
        assert secret not in caplog.text


def test_the_trust_list_names_the_address(world: World) -> None:
    (issuer,) = TrustList.parse((world.path / "trust.json").read_bytes()).issuers.values()
    assert issuer.confirmation_url == URL + CONFIRMATIONS_PATH


def test_a_mistyped_code_is_no_question(desk: ConfirmationDesk) -> None:
    with pytest.raises(ConfirmationCodeError):
        desk.look_up("hello")


def test_a_service_that_only_shows_files_has_no_such_address(world: World, bank: Bank) -> None:
    app = create_app(bank.folder, bank.profile, ServiceWork(refresh=lambda: None, problems=list))

    async def post() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bank") as client:
            return await client.post(CONFIRMATIONS_PATH, content=b"{}")

    answer = asyncio.run(post())
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.sqlite
def test_an_existing_bank_gets_the_new_table(world: World, issued: Document) -> None:
    bank = world.open()
    with bank.store.write() as transaction:
        connection = transaction.lookups._connection
        newer = ("confirmation_lookups", "store_facts", "kept_answers", "log_entries", "log_nodes", "log_state")
        people = ("kept_choices", "recovery_codes", "sessions", "sign_ins", "api_tokens", "share_links")
        staff = ("staff_recovery_codes", "staff_sessions", "staff")
        wallets = ("wallet_notices", "wallet_nonces", "wallet_tokens", "wallet_offers")
        allowed = ("wallet_requests", "wallet_codes", "wallet_refresh_tokens", "wallet_deferrals")
        pulled = ("rejected_rows", "source_runs", "source_leases", "resolved_references")
        jobs: tuple[str, ...] = ("status_job_numbers", "status_jobs", "issuing_counts", "notices")
        audit = ("audit_records", "audit_heads", "audit_state")
        recognition = ("events", "decisions", "findings", "file_parts", "courses", "cases")
        jobs += tuple(f"recognition_{name}" for name in recognition)
        for table in (*newer, *audit, *people, *staff, *allowed, *wallets, *pulled, *jobs):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("ALTER TABLE accounts DROP COLUMN closed_at")
        for index in (
            "certificates_issued_at",
            "certificates_copy_of",
            "status_lists_unpublished",
            "status_lists_last_iat",
        ):
            connection.exec_driver_sql(f"DROP INDEX ix_{index}")
        for column in ("carrier", "copy_of"):
            connection.exec_driver_sql(f"ALTER TABLE certificates DROP COLUMN {column}")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    bank.close()
    again = world.open()
    assert lookups(again, issued["number"]) == []
    again.close()


def test_look_ups_are_not_thrown_away_by_going_back() -> None:
    from issuer.store.migrations.only_forward import OnlyForward
    from issuer.store.migrations.versions import v0002_confirmation_lookups

    with pytest.raises(OnlyForward):
        v0002_confirmation_lookups.downgrade()
