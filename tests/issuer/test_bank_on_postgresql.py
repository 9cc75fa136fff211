"""The same bank with its database on a PostgreSQL server: the commands do what they do with a file."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

import pytest

from examples.source_stubs import Stub
from issuer.accounts.selection import Choice
from issuer.bank import open_bank
from issuer.deliveries.errors import SourceBusy
from issuer.deliveries.reconciling import Allowance
from issuer.errors import AccountNotFound
from issuer.issuing.claims import IssueRequest
from issuer.openid4vci.access import find_access
from issuer.openid4vci.approving import RequestDecidedError, approve
from issuer.openid4vci.configurations import CERTIFICATE_ID
from issuer.openid4vci.credentials import answer_credential_request
from issuer.openid4vci.handles import new_nonce
from issuer.openid4vci.metadata import GRANT
from issuer.openid4vci.offers import OfferWish, make_offer
from issuer.openid4vci.refusals import Refused
from issuer.openid4vci.tokens import exchange_code
from issuer.pulling.fetching import Outside
from issuer.pulling.running import pull_source
from issuer.pulling.settings_file import AskedSource
from tests.issuer.conftest import DELIVERIES, START, URL, World
from tests.issuer.openid4vci.code_wallet import CodeWallet
from tests.issuer.openid4vci.conftest import Office, code_of
from tests.issuer.pages.page_world import PageWorld
from tests.issuer.pulling.conftest import StubDoor

pytestmark = pytest.mark.slow
T = TypeVar("T")


def test_a_certificate_lives_on_a_server_as_in_a_file(
    server_world: World, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not (server_world.path / "bank.db").exists()
    account = server_world.open_account()
    on_server = server_world.issue(account)
    numbers = [on_server["number"], server_world.issue(account)["number"]]
    assert numbers == ["CB-2026-00000001", "CB-2026-00000002"]
    assert server_world.json("reprint", numbers[0], "--code", on_server["confirmation_code"], "--out", "/dev/null")
    assert server_world.json("suspend", "--entry-source", "23900000001A")["changed"] == 2
    assert server_world.json("reinstate", "--entry-source", "23900000001A")["changed"] == 2
    assert server_world.json("revoke", numbers[1])["changed"] == 1
    assert server_world.published_value(on_server["status"]["idx"]) == 0
    doctor = server_world.run("doctor")
    assert "database" in doctor.out
    monkeypatch.delenv("ISSUER_DATABASE")
    in_a_file = world.issue(world.open_account())
    said = ("number", "kind", "edition", "issued_on", "valid_until", "purpose", "left_out")
    assert {name: on_server[name] for name in said} == {name: in_a_file[name] for name in said}
    titles = [sorted(entry["title"] for entry in issued["entries"]) for issued in (on_server, in_a_file)]
    assert titles[0] == titles[1]


def test_the_beginning_of_an_accounts_id_names_it_on_a_server(server_world: World) -> None:
    account = server_world.open_account()
    assert server_world.json("accounts", "show", account[:8])["id"] == account
    ran = server_world.run("accounts", "show", "nothing")
    assert (ran.code, str(AccountNotFound(account="nothing")) in ran.err) == (2, True)


def test_keys_are_counted_distrusted_and_replaced_on_a_server(server_world: World) -> None:
    server_world.issue(server_world.open_account())
    (old,) = [each for each in server_world.json("keys", "list")["keys"] if each["use"] == "credential"]
    assert (old["certificates"], old["last_day"]) == (1, "2027-02-20")
    told = server_world.json("keys", "distrust", old["kid"].lstrip("-"), "--since", START.isoformat())
    assert told["certificates"] == {"stays_valid": 0, "refused": 1, "open": 0}
    new = server_world.json("keys", "rotate", "credential")
    assert (new["follows"], new["signs_from"]) == (old["kid"], "2026-11-22T03:00:00Z")


def test_a_server_that_is_not_there_is_one_sentence(server_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISSUER_DATABASE", "postgresql://somebody:secret@127.0.0.1:1/bank")
    ran = server_world.run("accounts", "list")
    assert ran.code == 5
    assert "no database server answers" in ran.err
    assert "secret" not in ran.err


def test_without_its_setting_a_bank_does_not_begin_anew(server_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ISSUER_DATABASE")
    ran = server_world.run("accounts", "list")
    assert ran.code == 5
    assert "set ISSUER_DATABASE" in ran.err
    assert not (server_world.path / "bank.db").exists()


def test_a_second_bank_is_not_founded_in_the_same_database(server_world: World, tmp_path: Path) -> None:
    second = World(tmp_path / "second", server_world.capture)
    ran = second.run("init", "--dev", "--url", "https://other.example")
    assert ran.code == 5
    assert f"it is that of the issuer {URL}" in ran.err
    assert not second.path.exists()


def test_an_operation_and_an_import_do_not_undo_each_other(server_world: World) -> None:
    account = server_world.open_account()
    server_world.issue(account)
    server_world.json("revoke", "--entry-source", "23900000001A")
    again = server_world.json("import", "qnet_qualifications", DELIVERIES / "qnet_qualifications.xml")
    assert again["statuses_changed"] == 0
    assert server_world.entries(account)["정보처리기사"]["status"] == "revoked"


def test_holders_sign_in_link_agree_and_close_their_accounts(server_world: World) -> None:
    pages = PageWorld(server_world.path, database=os.environ["ISSUER_DATABASE"])
    first, second = pages.holder("SYN-P-001", "first"), pages.browser()
    second.sign_up("second")
    assert second.link("SYN-P-001").location == "/account/sources?done=joined"
    assert second.account == first.account
    assert "전체 <b>8</b>" in second.get("/account").text
    assert first.send("/account/sources/withdraw", {"source": "hrdnet_training"}).location.endswith("done=withdrawn")
    assert second.send("/sign-out/elsewhere").status == 303
    assert first.get("/account").status == 303
    assert "계좌를 해지했습니다" in second.send("/privacy/close", {"confirmed": "yes"}).plain
    for name in ("first", "first\0", "\0", "fir\u200bst"):
        assert pages.browser().sign_in(name).status == 422, name
    pages.bank.close()


def test_instances_that_ask_a_source_at_once_take_its_delivery_once(server_world: World) -> None:
    source, url = "hrdnet_training", os.environ["ISSUER_DATABASE"]
    server_world.wait(hours=1)
    stub = Stub(source, DELIVERIES / f"{source}.xml", fault="vanished", made_at=server_world.now)
    asked = AskedSource(source, "https://source.example/note.json", 60, 48, 5, 1, 1_000_000, Allowance())
    outside = Outside(lambda: server_world.now, lambda seconds: False, lambda: 0.0, lambda _: StubDoor(stub))
    outcomes: list[str] = []
    start = threading.Barrier(3)

    def ask() -> None:
        bank = open_bank(server_world.path, passphrase=None, database=url)
        start.wait()
        try:
            outcomes.append(pull_source(bank, asked, outside).run.outcome)
        except SourceBusy:
            outcomes.append("busy")
        bank.close()

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("taken") == 1
    assert set(outcomes) <= {"taken", "busy", "unchanged"}
    way = ("asked", "taken")
    (taken,) = (run for run in server_world.json("runs", "list", source)["runs"] if (run["way"], run["outcome"]) == way)
    assert (taken["counts"]["unchanged"], taken["counts"]["withdrawn"]) == (2, 2)
    bank = open_bank(server_world.path, passphrase=None, database=url)
    with bank.store.write() as transaction:
        now_s = int(server_world.now.timestamp())
        assert transaction.pulls.hold(source, "one", now_s=now_s, until_s=now_s + 300)
        assert not transaction.pulls.hold(source, "two", now_s=now_s, until_s=now_s + 300)
        assert transaction.pulls.hold(source, "two", now_s=now_s + 300, until_s=now_s + 600)
    bank.close()


def test_wallets_get_a_token_and_a_credential_once_however_many_ask(server_world: World) -> None:
    account = server_world.open_account()
    bank = open_bank(server_world.path, passphrase=None, database=os.environ["ISSUER_DATABASE"])
    request = IssueRequest(account, Choice(types=("vocational_training",)), "ko", "취업 제출")
    made = make_offer(bank, OfferWish(request, with_code=False), now=server_world.now)
    office = Office(bank, account, server_world.now)
    form = f"grant_type={GRANT}&pre-authorized_code={code_of(made)}".encode()
    tokens = [answer["access_token"] for answer in at_once(lambda: exchange_code(bank, form, now=server_world.now))]
    assert len(tokens) == 1
    wallet, now_s = office.wallet(), int(server_world.now.timestamp())
    access = find_access(bank, f"Bearer {tokens[0]}", now_s=now_s)
    nonce = new_nonce(bank, now_s=now_s)
    proofs = [wallet.proof(nonce) for _ in range(2)]
    body = json.dumps({"credential_configuration_id": CERTIFICATE_ID, "proofs": {"jwt": proofs}}).encode()
    answers = list(at_once(lambda: answer_credential_request(bank, access, body, now=server_world.now).body))
    assert len(answers) == 1
    with bank.store.read() as transaction:
        (issued,) = transaction.certificates.of_account(account)
        assert transaction.certificates.further_copies(issued.number) == [f"{issued.number}/2"]
    with bank.store.write() as transaction:
        transaction.wallets.forget_expired(now_s=now_s + 3600)
        assert transaction.wallets.offer(made.id) is None
    bank.close()


def test_an_authorization_is_allowed_and_exchanged_once_and_a_replay_ends_it(server_world: World) -> None:
    account = server_world.open_account()
    bank = open_bank(server_world.path, passphrase=None, database=os.environ["ISSUER_DATABASE"])
    office = Office(bank, account, server_world.now)
    wallet, thief = CodeWallet(office), CodeWallet(office)
    question, _ = wallet.question(wallet.push())
    chosen = {CERTIFICATE_ID: [question.wanted[CERTIFICATE_ID][0].entry.id]}

    def allow() -> str:
        try:
            return approve(bank, question, chosen, language="ko", now=server_world.now)
        except RequestDecidedError as error:
            raise Refused("invalid_request", "decided") from error

    (address,) = at_once(allow)
    code = dict(parse_qsl(urlsplit(address).query))["code"]
    first = wallet.exchange(code).json()
    assert first["token_type"] == "DPoP"
    lost = wallet.renew(first["refresh_token"]).json()["refresh_token"]
    second = wallet.renew(first["refresh_token"]).json()["refresh_token"]
    assert wallet.renew(lost).status_code == 400
    with bank.store.write() as transaction:
        now_s = int(server_world.now.timestamp())
        assert transaction.pulls.hold("hrdnet_training", "one", now_s=now_s, until_s=now_s + 300)
        assert transaction.pulls.asked_now(now_s=now_s) == {"hrdnet_training"}
        transaction.wallets.forget_expired(now_s=now_s + 3600)
        transaction.pulls.release("hrdnet_training", "one")
    wallet.renew(second)
    assert wallet.credential().status_code == 200
    assert thief.exchange(code).status_code == 400
    assert wallet.credential().status_code == 401
    with bank.store.write() as transaction:
        transaction.wallets.end_all(account)
    bank.close()


def at_once(work: Callable[[], T]) -> Iterator[T]:
    """Do a work four times at once; yield what came of those that were not refused by the protocol."""

    def one(_: int) -> T | None:
        try:
            return work()
        except Refused:
            return None

    with ThreadPoolExecutor(4) as pool:
        yield from (each for each in pool.map(one, range(4)) if each is not None)
