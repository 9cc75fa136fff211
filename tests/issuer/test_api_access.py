"""Who may use the bank's API: tokens with scopes and ends, sessions; others' certificates are not there."""

from collections.abc import Iterator
from typing import Final

import pytest

from issuer.api.callers import Session
from issuer.bank import Bank
from issuer.desk_errors import TokenNotFound
from issuer.errors import AccountNotFound, InvalidOption
from issuer.tokens import LONGEST_DAYS, PREFIX, TokenWish, create_token, list_tokens, revoke_token
from tests.issuer.api_client import KEY, Client, problem_of, service, token_of
from tests.issuer.conftest import Document, World

NUMBER: Final = "CB-2026-00000001"
MISSING: Final = "CB-2026-99999999"
ROUTES: Final = [
    ("GET", "/api/v1/account", "read"),
    ("GET", "/api/v1/account/entries", "read"),
    ("GET", "/api/v1/certificates", "read"),
    ("GET", f"/api/v1/certificates/{NUMBER}", "read"),
    ("GET", f"/api/v1/certificates/{NUMBER}/pdf", "read"),
    ("POST", "/api/v1/certificates/preview", "read"),
    ("POST", "/api/v1/certificates", "issue"),
    ("POST", f"/api/v1/certificates/{NUMBER}/revoke", "revoke"),
    ("POST", "/api/v1/reprints", "issue"),
]


@pytest.fixture
def bank(world: World, issued: Document) -> Iterator[Bank]:
    """A bank with one certificate, NUMBER."""
    opened = world.open()
    yield opened
    opened.close()


@pytest.fixture
def anybody(world: World, bank: Bank) -> Client:
    return Client(service(world, bank))


def ask(client: Client, method: str, path: str, **headers: str) -> tuple[int, str]:
    body: object = b"eyJh~" if path.endswith("reprints") else ({} if method == "POST" else None)
    kind = {"content_type": "application/dc+sd-jwt"} if path.endswith("reprints") else {}
    return problem_of(client.ask(method, path, body, **kind, **headers))


def test_nobody_gets_nothing(anybody: Client) -> None:
    answers = {ask(anybody, method, path) for method, path, _ in ROUTES}
    assert answers == {(401, "sign_in_required")}


@pytest.mark.parametrize("scope", ["read", "issue", "revoke"])
def test_a_token_without_the_scope_may_not(world: World, bank: Bank, anybody: Client, holder: str, scope: str) -> None:
    others = [each for each in ("read", "issue", "revoke") if each != scope]
    anybody.token = token_of(world, bank, holder, *others)
    answers = {ask(anybody, method, path) for method, path, needed in ROUTES if needed == scope}
    assert answers == {(403, "scope_missing")}


NO_TOKENS: Final = ["Bearer nothing", "Basic YTpi", "Bearer", "Bearer a b", f"Bearer {PREFIX}{'A' * 300}", "bearer é"]


def test_what_is_no_token_of_ours_opens_nothing(anybody: Client) -> None:
    answers = [anybody.ask("GET", "/api/v1/account", authorization=sent) for sent in NO_TOKENS]
    assert {problem_of(answer) for answer in answers} == {(401, "token_invalid")}
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}


def test_wrong_tokens_are_counted_against_the_network_that_sends_them(anybody: Client) -> None:
    question = ("GET", "/api/v1/account", None, {"authorization": "Bearer nothing"})
    answers = anybody.ask_all([question] * 31)
    assert [answer.status_code for answer in answers].count(429) == 1


def test_a_token_ends_on_its_day(world: World, bank: Bank, anybody: Client, holder: str) -> None:
    anybody.token = token_of(world, bank, holder, "read", days=1)
    assert anybody.ask("GET", "/api/v1/account").status_code == 200
    world.wait(days=1)
    assert problem_of(anybody.ask("GET", "/api/v1/account")) == (401, "token_invalid")


def test_a_revoked_token_opens_nothing_any_more(world: World, bank: Bank, anybody: Client, holder: str) -> None:
    made = world.json("token", "create", "--account", holder, "--name", "payroll", "--scope", "read")
    anybody.token = made["token"]
    assert anybody.ask("GET", "/api/v1/account").status_code == 200
    assert world.json("token", "revoke", made["id"])["revoked_at"] is not None
    assert problem_of(anybody.ask("GET", "/api/v1/account")) == (401, "token_invalid")


def test_a_certificate_of_another_account_is_as_one_that_does_not_exist(
    world: World, bank: Bank, anybody: Client, issued: Document
) -> None:
    anybody.token = token_of(world, bank, world.open_account("SYN-P-003"))
    assert issued["number"] == NUMBER
    for number in (NUMBER, MISSING):
        where = f"/api/v1/certificates/{number}"
        code = {"x_confirmation_code": issued["confirmation_code"]}
        answers = [
            anybody.ask("GET", where),
            anybody.ask("GET", f"{where}/pdf", **code),
            anybody.ask("POST", f"{where}/revoke"),
        ]
        bodies = [{**answer.json(), "request_id": ""} for answer in answers]
        assert all(body == {**bodies[0]} for body in bodies)
        assert problem_of(answers[0]) == (404, "certificate_not_found")


def test_an_entry_of_another_account_is_as_one_that_does_not_exist(
    world: World, bank: Bank, anybody: Client, holder: str
) -> None:
    foreign = world.json("accounts", "show", holder)["entries"][0]["id"]
    anybody.token = token_of(world, bank, world.open_account("SYN-P-003"))
    details = {anybody.issue({"entries": [entry]}).json()["code"] for entry in (foreign, "0" * 32)}
    assert details == {"entry_not_found"}


def test_a_credential_of_another_account_is_not_printed(world: World, bank: Bank, anybody: Client) -> None:
    anybody.token = token_of(world, bank, world.open_account("SYN-P-003"))
    credential = (world.files / "c.sdjwt").read_bytes()
    answer = anybody.ask("POST", "/api/v1/reprints", credential, content_type="application/dc+sd-jwt")
    assert problem_of(answer) == (422, "not_our_certificate")


def test_an_account_without_a_person_has_nothing_to_show(world: World, bank: Bank, anybody: Client) -> None:
    anybody.token = token_of(world, bank, world.json("accounts", "open")["id"])
    assert problem_of(anybody.ask("GET", "/api/v1/account")) == (409, "account_not_linked")


@pytest.mark.parametrize(("allows", "expected"), [(True, 200), (False, 403)])
def test_a_session_changes_something_only_from_a_page_of_ours(
    world: World, bank: Bank, holder: str, allows: bool, expected: int
) -> None:
    client = Client(service(world, bank, session=lambda _: Session(holder, f"holder:{holder}", allows)))
    assert client.ask("GET", "/api/v1/certificates").status_code == 200
    answer = client.ask("POST", f"/api/v1/certificates/{NUMBER}/revoke")
    assert answer.status_code == expected


def test_a_request_with_a_token_is_never_taken_for_a_session(world: World, bank: Bank, holder: str) -> None:
    client = Client(service(world, bank, session=lambda _: Session(holder, f"holder:{holder}", True)), token="wrong")
    assert problem_of(client.ask("GET", "/api/v1/account")) == (401, "token_invalid")


def test_a_retry_key_of_another_account_opens_nothing(world: World, bank: Bank, holder: str) -> None:
    entries = world.json("accounts", "show", holder)["entries"]
    other = world.open_account("SYN-P-003")
    own = [world.json("accounts", "show", each)["entries"][0]["id"] for each in (holder, other)]
    assert entries[0]["id"] == own[0]
    app = service(world, bank)
    first, second = (
        Client(app, token_of(world, bank, each)).issue({"entries": [entry]}, KEY)
        for each, entry in ((holder, own[0]), (other, own[1]))
    )
    assert first.status_code == second.status_code == 201
    assert first.json()["number"] != second.json()["number"]


@pytest.mark.sqlite
def test_the_bank_keeps_no_token_but_its_hash(world: World, bank: Bank, holder: str) -> None:
    ran = world.run("token", "create", "--account", holder, "--name", "payroll", "--scope", "read", "issue")
    text = ran.out.strip()
    assert text.startswith(PREFIX)
    assert text not in ran.err
    assert text.encode() not in (world.path / "bank.db").read_bytes()
    (listed,) = world.json("token", "list")["tokens"]
    assert (listed["name"], listed["scopes"], listed["account"]) == ("payroll", ["read", "issue"], holder)
    assert "token" not in listed
    assert listed["id"] in world.run("token", "list", "--account", holder).out


NO_WISHES: Final = [
    TokenWish("", ("read",), 30),
    TokenWish("a\nb", ("read",), 30),
    TokenWish("x" * 65, ("read",), 30),
    TokenWish("x", (), 30),
    TokenWish("x", ("everything",), 30),
    TokenWish("x", ("read",), 0),
    TokenWish("x", ("read",), LONGEST_DAYS + 1),
]


def test_a_token_that_cannot_be_is_refused(world: World, bank: Bank, holder: str) -> None:
    for wish in NO_WISHES:
        with pytest.raises(InvalidOption):
            create_token(bank, holder, wish, now=world.now)
    assert list_tokens(bank) == []


def test_a_token_of_no_account_or_no_token_is_refused(world: World, bank: Bank) -> None:
    with pytest.raises(AccountNotFound):
        create_token(bank, "nobody", TokenWish("x", ("read",), 1), now=world.now)
    with pytest.raises(TokenNotFound, match="No token has the id"):
        revoke_token(bank, "nothing", now=world.now)


def test_revoking_a_token_twice_keeps_the_first_time(world: World, bank: Bank, holder: str) -> None:
    made = create_token(bank, holder, TokenWish("x", ("read",), 1), now=world.now).record
    first = revoke_token(bank, made.id, now=world.now)
    world.wait(hours=1)
    assert revoke_token(bank, made.id, now=world.now) == first
