"""The bank's API: what it issues, shows, previews, prints and revokes, and for whom."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import pytest

from issuer.bank import Bank
from issuer.store.certificates import CertificateLine
from keys.gate.rate_limits import Rate
from tests.issuer.api_client import KEY, Client, problem_of, service, token_of
from tests.issuer.conftest import Document, World

CERTIFICATES = "/api/v1/certificates"


@pytest.fixture
def bank(world: World) -> Iterator[Bank]:
    opened = world.open()
    yield opened
    opened.close()


@pytest.fixture
def client(world: World, bank: Bank, account: str) -> Client:
    return Client(service(world, bank), token_of(world, bank, account))


@pytest.fixture
def entries(client: Client) -> dict[str, Document]:
    """The entries of the account by title, as the API lists them."""
    listed = client.ask("GET", "/api/v1/account/entries").json()["entries"]
    return {entry["title"]: entry for entry in listed}


def of_type(entries: dict[str, Document], *types: str) -> list[str]:
    return [entry["id"] for entry in entries.values() if entry["type"] in types]


@pytest.fixture
def training(entries: dict[str, Document]) -> list[str]:
    return of_type(entries, "vocational_training")


def lines(bank: Bank, account: str) -> list[CertificateLine]:
    with bank.store.read() as transaction:
        return transaction.certificates.lines(account)


def actions(bank: Bank, account: str) -> list[tuple[str, str]]:
    with bank.store.read() as transaction:
        return [(each.actor, each.action) for each in transaction.audit.about(account, None)]


def test_the_account_says_whose_it_is_and_how_much_is_in_it(client: Client, entries: dict[str, Document]) -> None:
    shown = client.ask("GET", "/api/v1/account").json()
    assert shown["linked"] is True
    assert shown["person"].keys() == {"name", "name_en", "birth_date"}
    assert shown["entries"] == sum(shown["entries_by_category"].values()) == len(entries)


def test_entries_are_listed_as_the_command_lists_them(world: World, client: Client, account: str) -> None:
    listed = client.ask("GET", "/api/v1/account/entries").json()["entries"]
    assert listed == world.json("accounts", "show", account)["entries"]


def test_a_certificate_is_issued_and_answered_once_for_each_key(
    bank: Bank, client: Client, account: str, training: list[str]
) -> None:
    body = {"entries": training, "purpose": "면접", "valid_days": 30}
    first = client.issue(body)
    again = client.issue(body)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    issued = first.json()
    assert [line.number for line in lines(bank, account)] == [issued["number"]]
    assert issued["links"]["pdf"] == f"{CERTIFICATES}/{issued['number']}/pdf"
    assert (issued["purpose"], issued["valid_until"], issued["reveal"]) == ("면접", "2026-12-22", None)


def test_many_requests_at_once_with_one_key_make_one_certificate(
    bank: Bank, client: Client, account: str, training: list[str]
) -> None:
    question = ("POST", CERTIFICATES, {"entries": training}, {"idempotency_key": KEY})
    answers = client.ask_all([question] * 8)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(lines(bank, account)) == 1


def test_another_body_under_the_same_key_is_refused(client: Client, training: list[str]) -> None:
    client.issue({"entries": training})
    assert problem_of(client.issue({"entries": training, "purpose": "x"})) == (422, "retry_key_reused")


@pytest.mark.parametrize("key", ["short", "with a space in it, long"])
def test_a_key_that_keeps_no_answer_is_refused(client: Client, training: list[str], key: str) -> None:
    assert problem_of(client.issue({"entries": training}, key)) == (400, "retry_key_invalid")


def test_a_certificate_without_a_key_is_refused(bank: Bank, client: Client, account: str, training: list[str]) -> None:
    answer = client.ask("POST", CERTIFICATES, {"entries": training})
    assert problem_of(answer) == (400, "retry_key_missing")
    assert lines(bank, account) == []


BODIES: Final = [
    ({}, (422, "selection_empty")),
    ({"entries": []}, (422, "selection_empty")),
    ({"entries": ["nothing"]}, (422, "entry_not_found")),
    ({"entries": "all"}, (422, "body_invalid")),
    ({"entries": [1]}, (422, "body_invalid")),
    ({"entries": ["a"] * 201}, (422, "body_invalid")),
    ({"entries": ["a"], "all": True}, (422, "body_invalid")),
    ({"entries": ["a"], "blind": "yes"}, (422, "body_invalid")),
    ({"entries": ["a"], "language": "fr"}, (422, "body_invalid")),
    ({"entries": ["a"], "language": ["ko"]}, (422, "body_invalid")),
    ({"entries": ["a"], "valid_days": "30"}, (422, "body_invalid")),
    ({"entries": ["a"], "valid_days": True}, (422, "body_invalid")),
    ({"entries": ["a"], "purpose": "a\nb"}, (422, "body_invalid")),
    ({"entries": ["a"], "recipient": ""}, (422, "body_invalid")),
    (b"[]", (422, "body_invalid")),
    (b'{"entries": ["a"], "entries": ["b"]}', (422, "body_invalid")),
    (b"\xff", (422, "body_invalid")),
]


def test_a_body_of_another_form_is_refused(client: Client) -> None:
    for body, expected in BODIES:
        assert problem_of(client.issue(body)) == expected, body


def test_a_time_the_bank_does_not_allow_is_refused(client: Client, training: list[str]) -> None:
    for days in (0, -1, 91, 10**9):
        assert problem_of(client.issue({"entries": training, "valid_days": days})) == (422, "invalid_option")


@pytest.mark.parametrize(
    ("member", "field", "code"),
    [
        ("hide", "course_name", "field_unknown"),
        ("hide", "title", "field_fixed"),
        ("show", "nothing", "field_unknown"),
    ],
)
def test_a_field_that_cannot_be_hidden_or_shown_is_named(
    client: Client, training: list[str], member: str, field: str, code: str
) -> None:
    answer = client.issue({"entries": training, member: [f"{training[0]}.{field}"]})
    assert problem_of(answer) == (422, code)
    assert f"field: {field}" in answer.json()["detail"]


def test_no_sentence_of_a_refusal_speaks_of_a_command(client: Client) -> None:
    answer = client.issue({"entries": ["nothing"]})
    assert "cb-issuer" not in answer.text
    assert "--" not in answer.text


def test_a_body_that_is_no_json_is_refused_by_its_type(client: Client, training: list[str]) -> None:
    body = json.dumps({"entries": training}).encode()
    answer = client.ask("POST", CERTIFICATES, body, content_type="text/plain", idempotency_key=KEY)
    assert problem_of(answer) == (415, "media_type")


def test_without_a_recorded_consent_nothing_is_issued(world: World, bank: Bank) -> None:
    account = world.open_account("SYN-P-001", "--consent-all", "--collect-only")
    client = Client(service(world, bank), token_of(world, bank, account))
    listed = client.ask("GET", "/api/v1/account/entries").json()["entries"]
    assert problem_of(client.issue({"entries": [listed[0]["id"]]})) == (403, "consent_missing")
    assert lines(bank, account) == []


def test_a_blind_certificate_gives_its_holder_what_reveals_the_name(client: Client, training: list[str]) -> None:
    issued = client.issue({"entries": training, "blind": True}).json()
    assert issued["edition"] == "blind"
    assert len(issued["reveal"]["disclosures"]) == 3
    printed = client.ask("GET", issued["links"]["pdf"], x_confirmation_code=issued["confirmation_code"]).content
    assert not any(text.encode() in printed for text in issued["reveal"]["disclosures"])


def test_the_pdf_needs_its_code_and_is_the_one_that_was_issued(
    world: World, bank: Bank, client: Client, training: list[str]
) -> None:
    issued = client.issue({"entries": training}).json()
    where = issued["links"]["pdf"]
    assert problem_of(client.ask("GET", where)) == (403, "code_required")
    wrong = client.ask("GET", where, x_confirmation_code="ABCDE-FGHJK-MNPQR-STVWX")
    assert problem_of(wrong) == (403, "code_wrong")
    assert problem_of(client.ask("GET", where, x_confirmation_code="x" * 101)) == (422, "confirmation_code")
    first = client.ask("GET", where, x_confirmation_code=issued["confirmation_code"])
    assert first.headers["content-type"] == "application/pdf"
    assert first.headers["content-disposition"] == f'attachment; filename="{issued["number"]}.pdf"'
    world.wait(hours=1)
    again = client.ask("GET", where, x_confirmation_code=issued["confirmation_code"].replace("-", " ").lower())
    assert first.content == again.content
    assert first.content.startswith(b"%PDF-")


def test_the_pdf_is_printed_anew_in_the_other_language(client: Client, training: list[str]) -> None:
    issued = client.issue({"entries": training}).json()
    code = issued["confirmation_code"]
    korean = client.ask("GET", issued["links"]["pdf"], x_confirmation_code=code)
    english = client.ask("GET", f"{issued['links']['pdf']}?language=en", x_confirmation_code=code)
    assert english.status_code == 200
    assert korean.content != english.content
    bad = client.ask("GET", f"{issued['links']['pdf']}?language=fr", x_confirmation_code=code)
    assert problem_of(bad) == (422, "parameter")


def test_a_list_has_the_newest_first_and_one_certificate_says_what_it_disclosed(
    world: World, client: Client, training: list[str]
) -> None:
    first = client.issue({"entries": training}).json()
    world.wait(minutes=1)
    second = client.issue({"entries": training[:1], "recipient": "(가상)기관"}, "second-key-of-the-day").json()
    listed = client.ask("GET", CERTIFICATES).json()["certificates"]
    assert [each["number"] for each in listed] == [second["number"], first["number"]]
    assert {each["state"] for each in listed} == {"valid"}
    shown = client.ask("GET", second["links"]["self"]).json()
    assert shown["recipient"] == "(가상)기관"
    assert [each["id"] for each in shown["carried"]] == [each["id"] for each in second["entries"]]
    assert shown["carried"][0]["disclosed"] == second["entries"][0]["fields"]


def test_a_certificate_is_expired_after_its_last_day(world: World, client: Client, training: list[str]) -> None:
    issued = client.issue({"entries": training, "valid_days": 1}).json()
    world.wait(days=2)
    assert client.ask("GET", issued["links"]["self"]).json()["state"] == "expired"


def test_an_entry_cancelled_at_its_source_shows_on_the_certificate(
    world: World, client: Client, entries: dict[str, Document], training: list[str]
) -> None:
    issued = client.issue({"entries": training[:1]}).json()
    record = next(entry["source_record_id"] for entry in entries.values() if entry["id"] == training[0])
    world.json("revoke", "--entry-source", record)
    shown = client.ask("GET", issued["links"]["self"]).json()
    assert (shown["state"], shown["entries_changed"]) == ("superseded", shown["entries"])
    assert problem_of(client.issue({"entries": training[:1]}, "another-key-for-today")) == (409, "entry_not_in_force")


def test_revoking_is_final_and_twice_is_no_error(world: World, client: Client, training: list[str]) -> None:
    issued = client.issue({"entries": training}).json()
    revoke = issued["links"]["revoke"]
    assert problem_of(client.ask("POST", revoke, {"reason": "key_compromised"})) == (422, "body_invalid")
    assert client.ask("POST", revoke).json() == {"number": issued["number"], "before": "valid", "after": "revoked"}
    assert client.ask("POST", revoke, {"reason": "holder_request"}).json()["before"] == "revoked"
    assert client.ask("GET", issued["links"]["self"]).json()["state"] == "revoked"
    assert world.published_value(issued["status"]["idx"]) == 1


def test_a_revoked_certificate_is_still_given_back_as_it_was_but_not_drawn_anew(
    client: Client, training: list[str]
) -> None:
    issued = client.issue({"entries": training}).json()
    client.ask("POST", issued["links"]["revoke"])
    code = issued["confirmation_code"]
    assert client.ask("GET", issued["links"]["pdf"], x_confirmation_code=code).status_code == 200
    drawn = client.ask("GET", f"{issued['links']['pdf']}?language=en", x_confirmation_code=code)
    assert problem_of(drawn) == (409, "certificate_not_in_force")


def test_a_credential_of_the_account_is_printed_anew(world: World, client: Client, account: str) -> None:
    world.issue(account, "--sd-jwt", world.files / "c.sdjwt")
    credential = (world.files / "c.sdjwt").read_bytes()
    printed = client.ask("POST", "/api/v1/reprints", credential, content_type="application/dc+sd-jwt")
    assert printed.content.startswith(b"%PDF-")
    head, dot, rest = credential.partition(b".")
    for changed, code in ((head + dot + b"A" + rest, "not_our_certificate"), (b"\xff~", "certificate_unreadable")):
        refused = client.ask("POST", "/api/v1/reprints", changed, content_type="application/dc+sd-jwt")
        assert problem_of(refused) == (422, code)
    assert problem_of(client.ask("POST", "/api/v1/reprints", credential)) == (415, "media_type")


def test_an_account_gets_only_so_many_certificates_in_an_hour(
    world: World, bank: Bank, account: str, training: list[str]
) -> None:
    one = service(world, bank, issues=Rate("issue", amount=1, seconds=3600))
    first, second = (Client(one, token_of(world, bank, account)) for _ in range(2))
    assert first.issue({"entries": training}).status_code == 201
    refused = second.issue({"entries": training}, "another-key-for-today")
    assert problem_of(refused) == (429, "too_many_requests")
    assert int(refused.headers["retry-after"]) > 0


def test_what_a_token_does_is_recorded_under_its_id(
    world: World, bank: Bank, client: Client, account: str, training: list[str]
) -> None:
    issued = client.issue({"entries": training}).json()
    client.ask("GET", issued["links"]["self"])
    client.ask("GET", issued["links"]["pdf"], x_confirmation_code=issued["confirmation_code"])
    client.ask("GET", CERTIFICATES)
    client.ask("POST", f"{CERTIFICATES}/preview", {"entries": training})
    client.ask("POST", issued["links"]["revoke"])
    (token,) = world.json("token", "list", "--account", account)["tokens"]
    done = [action for actor, action in actions(bank, account) if actor == f"token:{token['id']}"]
    assert done == [
        "account_read",
        "certificate_issued",
        "certificate_read",
        "certificate_reprinted",
        "certificates_listed",
        "certificate_previewed",
        "certificate_status_changed",
    ]


def test_a_service_whose_key_was_distrusted_issues_nothing_and_goes_on_with_the_next(
    world: World, client: Client, bank: Bank, training: list[str]
) -> None:
    kid = bank.signer("credential").key_id.lstrip("-")
    assert world.run("keys", "distrust", kid, "--since", world.now.isoformat()).code == 0
    refused = client.issue({"entries": training})
    assert problem_of(refused) == (503, "key_distrusted")
    assert kid not in refused.text
    world.json("keys", "rotate", "credential")
    assert client.issue({"entries": training}).status_code == 201


def test_a_clock_that_was_set_back_issues_nothing(world: World, client: Client, training: list[str]) -> None:
    world.wait(days=1)
    client.issue({"entries": training})
    world.now -= timedelta(hours=2)
    refused = client.issue({"entries": training}, "another-key-for-today")
    assert problem_of(refused) == (503, "clock_behind")
    assert "2026" not in refused.json()["detail"]
