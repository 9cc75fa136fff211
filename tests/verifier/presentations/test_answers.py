"""What a wallet may send and when: replay, races, mixed sessions, expiry, other errors; nothing counts by accident."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from credential_schemas.sd_jwt.select import keep_disclosures
from tests.verifier.checks.test_forms import FLAT_VCT, flat_token
from tests.verifier.presentations.counter import ASKED, TITLE, URL, Counter, JsonObject, Wallet, at_once, decoded
from tests.verifier.world import STATUS_URI, Keys, World
from verifier.errors import TooBusy
from verifier.evidence.reader import EvidenceReader
from verifier.presentations import desk as desk_module

FORM = "application/x-www-form-urlencoded"
OPTIONAL = {
    "id": "other",
    "format": "dc+sd-jwt",
    "meta": TITLE["meta"],
    "claims": [{"path": ["trainings", None, "title"]}],
}


def error(answer: "object") -> tuple[int, str]:
    """Return status and error of a refusal, whose form is that of the standard."""
    document = answer.json()  # type: ignore[attr-defined] # an answer of httpx
    assert set(document) == {"error", "error_description"}
    assert answer.headers["cache-control"] == "no-store"  # type: ignore[attr-defined] # as above
    return answer.status_code, document["error"]  # type: ignore[attr-defined] # as above


def test_states_follow_the_way_of_a_presentation(counter: Counter, wallet: Wallet) -> None:
    made = counter.asked()
    assert counter.state(made) == "created"
    request = wallet.fetch(made)
    assert counter.state(made) == "fetched"
    wallet.answer(request, {"vp_token": {"licence": [wallet.presentation(request)]}})
    shown = counter.view(made)
    assert (shown["state"], shown["finished"], shown["reason"]) == ("verified", True, None)


def test_answer_is_taken_once(counter: Counter, wallet: Wallet) -> None:
    made = counter.asked()
    request = wallet.fetch(made)
    members = {"vp_token": {"licence": [wallet.presentation(request)]}}
    assert wallet.answer(request, members).status_code == 200
    assert error(wallet.answer(request, members)) == (400, "invalid_request")
    assert error(counter.ask("GET", made["request_uri"])) == (400, "invalid_request")
    assert counter.state(made) == "verified"


def test_of_answers_at_the_same_time_one_is_taken(counter: Counter, wallet: Wallet) -> None:
    made = counter.asked(response_mode="direct_post")
    request = wallet.fetch(made)
    members = {"vp_token": {"licence": [wallet.presentation(request)]}}
    codes = [answer.status_code for answer in at_once(4, lambda: wallet.answer(request, members))]
    assert sorted(codes) == [200, 400, 400, 400]
    assert counter.state(made) == "verified"


def test_presentation_for_another_request_is_refused(counter: Counter, wallet: Wallet) -> None:
    first, second = counter.asked(), counter.asked()
    presentation = wallet.presentation(wallet.fetch(first))
    assert error(wallet.answer(wallet.fetch(second), {"vp_token": {"licence": [presentation]}}))[0] == 400
    assert (counter.state(first), counter.state(second)) == ("fetched", "refused")


def test_answer_with_the_state_of_another_request_changes_nothing(counter: Counter, wallet: Wallet) -> None:
    first, second = counter.asked(), counter.asked()
    state, request = wallet.fetch(first)["state"], wallet.fetch(second)
    members = {"vp_token": {"licence": [wallet.presentation(request)]}}
    for wrong in (state, None, 7):
        assert error(wallet.answer(request, {**members, "state": wrong})) == (400, "invalid_request")
    assert (counter.state(first), counter.state(second)) == ("fetched", "fetched")
    assert wallet.answer(request, members).status_code == 200


def test_request_expires_and_is_forgotten(counter: Counter, wallet: Wallet) -> None:
    made = counter.asked()
    request = wallet.fetch(made)
    counter.now += timedelta(seconds=300)
    assert error(wallet.answer(request, {"vp_token": {"licence": [wallet.presentation(request)]}}))[0] == 400
    shown = counter.view(made)
    assert (shown["state"], shown["finished"], shown["finished_at"]) == ("expired", True, None)
    counter.now += timedelta(seconds=600)
    gone = counter.ask("GET", f"/api/v1/presentations/{made['id']}", authorization="Bearer token-of-the-employer")
    assert (gone.status_code, gone.json()["code"]) == (404, "presentation_unknown")


@pytest.mark.parametrize("address", ["/openid4vp/request?id=nobody", "/openid4vp/request"])
def test_unknown_request_is_refused_as_a_used_one(counter: Counter, address: str) -> None:
    assert error(counter.ask("GET", address)) == (400, "invalid_request")
    assert error(counter.ask("POST", address, b"", content_type=FORM)) == (400, "invalid_request")
    answer = address.replace("request", "response")
    assert error(counter.ask("POST", answer, b"a=1", content_type=FORM)) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"{}", "application/json"),
        (b"", FORM),
        (b"vp_token", FORM),
        (b"\xff=1", FORM),
        (b"state=a&state=b", FORM),
        (b"a=%ff", FORM),
        (b"&".join(b"a%d=1" % number for number in range(40)), FORM),
        (b"vp_token=%7B%7D", FORM),
        (b"response=a.b.c.d.e", FORM),
        (b"x=1", FORM),
    ],
)
def test_body_that_is_no_answer_changes_nothing(counter: Counter, wallet: Wallet, body: bytes, media_type: str) -> None:
    made = counter.asked()
    request = wallet.fetch(made)
    assert error(counter.ask("POST", request["response_uri"], body, content_type=media_type))[0] == 400
    assert counter.state(made) == "fetched"


def test_plain_success_is_not_believed_where_encryption_was_asked(counter: Counter, wallet: Wallet) -> None:
    made = counter.asked()
    request = wallet.fetch(made)
    members = {"vp_token": {"licence": [wallet.presentation(request)]}}
    assert error(wallet.answer(request, members, encrypt=False)) == (400, "invalid_request")
    assert counter.state(made) == "fetched"


def test_encrypted_answer_is_not_taken_where_none_was_asked(counter: Counter, wallet: Wallet) -> None:
    encrypted, plain = counter.asked(), counter.asked(response_mode="direct_post")
    request = {**wallet.fetch(plain), "client_metadata": wallet.fetch(encrypted)["client_metadata"]}
    members = {"vp_token": {"licence": [wallet.presentation(request)]}}
    assert error(wallet.answer(request, members, encrypt=True)) == (400, "invalid_request")
    assert counter.state(plain) == "fetched"


def test_answer_encrypted_to_the_key_of_another_request_is_refused(counter: Counter, wallet: Wallet) -> None:
    first, second = wallet.fetch(counter.asked()), wallet.fetch(counter.asked())
    keys = [request["client_metadata"]["jwks"]["keys"] for request in (first, second)]
    assert keys[0][0]["x"] != keys[1][0]["x"]
    mixed = {**second, "client_metadata": first["client_metadata"]}
    members = {"vp_token": {"licence": [wallet.presentation(second)]}}
    assert error(wallet.answer(mixed, members)) == (400, "invalid_request")


@pytest.mark.parametrize("name", ["A128GCM", "A256GCM"])
def test_both_offered_encryptions_are_read(counter: Counter, wallet: Wallet, name: str) -> None:
    made = counter.asked()
    assert wallet.fetch(made)["client_metadata"]["encrypted_response_enc_values_supported"] == ["A128GCM", "A256GCM"]
    wallet.encryption = name
    assert wallet.present(made).status_code == 200


@pytest.mark.parametrize("encrypt", [True, False], ids=["encrypted", "plain"])
def test_wallet_may_decline_and_is_answered_alike(counter: Counter, wallet: Wallet, encrypt: bool) -> None:
    made = counter.asked()
    answer = wallet.answer(wallet.fetch(made), {"error": "access_denied"}, encrypt=encrypt)
    assert (answer.status_code, answer.json()) == (200, {})
    shown = counter.view(made)
    assert (shown["state"], shown["reason"], shown["wallet_error"]) == ("refused", "wallet_declined", "access_denied")
    assert shown["presentations"] == []
    assert shown["message"]["ko"].startswith("지갑이 제시하지 않았습니다")


def test_error_of_a_wallet_is_one_of_the_standard_or_none(counter: Counter, wallet: Wallet) -> None:
    made = counter.asked()
    wallet.answer(wallet.fetch(made), {"error": "<script>"}, encrypt=False)
    assert counter.view(made)["wallet_error"] == "other_error"


def test_presentations_and_an_error_together_are_neither(counter: Counter, wallet: Wallet) -> None:
    made = counter.asked()
    request = wallet.fetch(made)
    members = {"vp_token": {"licence": [wallet.presentation(request)]}, "error": "access_denied"}
    assert error(wallet.answer(request, members))[0] == 400
    assert counter.state(made) == "fetched"


@pytest.mark.parametrize(
    "vp_token",
    [
        {},
        [],
        "x",
        {"nobody": ["x~"]},
        {"licence": "x~"},
        {"licence": []},
        {"licence": [{}]},
        {"licence": ["x~", "y~"]},
    ],
    ids=["empty", "array", "text", "foreign id", "no array", "empty array", "object", "two"],
)
def test_answer_of_another_form_changes_nothing(counter: Counter, wallet: Wallet, vp_token: object) -> None:
    made = counter.asked()
    assert error(wallet.answer(wallet.fetch(made), {"vp_token": vp_token}))[0] == 400
    assert counter.state(made) == "fetched"


@pytest.mark.parametrize("token", ["%PDF-1.7 ~", "x", "a.b.c~ ", "가", "https://verify.example/v#1", ""])
def test_what_is_no_credential_is_refused_without_a_report(counter: Counter, wallet: Wallet, token: str) -> None:
    made = counter.asked()
    assert error(wallet.answer(wallet.fetch(made), {"vp_token": {"licence": [token]}}))[0] == 400
    shown = counter.view(made)
    assert (shown["state"], shown["reason"], shown["verdict"]) == ("refused", "query_unmet", None)
    assert shown["presentations"] == [{"query": "licence", "accepted": False, "report": None}]


def test_presentation_without_key_binding_is_refused(counter: Counter, wallet: Wallet) -> None:
    made = counter.asked()
    bearer = keep_disclosures(wallet.credential, lambda _: True)
    assert error(wallet.answer(wallet.fetch(made), {"vp_token": {"licence": [bearer]}}))[0] == 400
    checks = counter.view(made)["report"]["checks"]
    assert [each["reason"] for each in checks if each["outcome"] == "failed"] == ["holder_binding_missing"]


def test_bearer_copy_answers_where_the_query_says_so(counter: Counter, wallet: Wallet) -> None:
    query = {**TITLE, "require_cryptographic_holder_binding": False}
    made = counter.asked({"dcql": {"credentials": [query]}})
    assert wallet.answer(wallet.fetch(made), {"vp_token": {"licence": [wallet.credential]}}).status_code == 200
    assert counter.view(made)["report"]["certificate"]["holder_binding"] == "none"


def test_wallet_that_ignores_what_was_asked_is_refused(counter: Counter, wallet: Wallet) -> None:
    made = counter.asked()
    wallet.show = (("qualifications", 0, "series"),)
    assert error(wallet.present(made))[0] == 400
    shown = counter.view(made)
    assert (shown["reason"], shown["verdict"]) == ("query_unmet", "valid")
    assert shown["presentations"][0]["accepted"] is False


def test_wallet_that_ignores_values_is_refused(counter: Counter, wallet: Wallet) -> None:
    values = {**TITLE, "claims": [{"path": ["qualifications", None, "title"], "values": ["전기기사"]}]}
    made = counter.asked({"dcql": {"credentials": [values]}})
    assert error(wallet.present(made))[0] == 400
    assert counter.state(made) == "refused"


def test_bad_presentation_of_an_optional_query_is_left_out(counter: Counter, wallet: Wallet) -> None:
    sets = [{"options": [["licence"]]}, {"options": [["other"]], "required": False}]
    made = counter.asked({"dcql": {"credentials": [TITLE, OPTIONAL], "credential_sets": sets}})
    request = wallet.fetch(made)
    good = wallet.presentation(request)
    answer = wallet.answer(request, {"vp_token": {"licence": [good], "other": [good[:-4] + "AAAA"]}})
    assert answer.status_code == 200
    shown = counter.view(made)
    assert (shown["state"], shown["report"]) == ("verified", None)
    assert [each["accepted"] for each in shown["presentations"]] == [True, False]
    assert shown["verdict"] == "invalid"  # of all that was sent; what counts is said for each


def test_only_optional_queries_still_need_one_answer(counter: Counter, wallet: Wallet) -> None:
    made = counter.asked(
        {"dcql": {"credentials": [TITLE], "credential_sets": [{"options": [["licence"]], "required": False}]}}
    )
    wallet.show = ()
    assert error(wallet.present(made))[0] == 400
    assert counter.view(made)["reason"] == "query_unmet"


@pytest.fixture(scope="module")
def revoking(keys: Keys, reader: EvidenceReader, tmp_path_factory: pytest.TempPathFactory) -> Counter:
    """A service whose status list says that the certificate is revoked, for one request; then nothing at all."""
    world = World(keys, reader, tmp_path_factory.mktemp("revoked"))
    world.statuses = {7: 1}
    types = world.issuer["types"]
    assert isinstance(types, list)
    types.append({"vct": FLAT_VCT, "entry_types": ["national_technical_qualification"]})
    return Counter(world)


def test_revoked_credential_is_refused(revoking: Counter) -> None:
    made = revoking.asked()
    assert error(Wallet(revoking).present(made))[0] == 400
    shown = revoking.view(made)
    assert (shown["state"], shown["verdict"], shown["report"]["parts"]["status"]) == ("refused", "invalid", "revoked")


def test_unknown_status_neither_refuses_nor_verifies(keys: Keys, reader: EvidenceReader, tmp_path: "object") -> None:
    world = World(keys, reader, tmp_path, network=_no_network)  # type: ignore[arg-type] # a path of pytest
    offline = Counter(world)
    made = offline.asked()
    assert Wallet(offline).present(made).status_code == 200
    shown = offline.view(made)
    assert (shown["state"], shown["finished"], shown["reason"]) == ("presented", True, "undetermined")
    assert shown["verdict"] == "indeterminate"


def _no_network(uri: str) -> bytes:
    from keys.errors import FetchError

    assert uri == STATUS_URI
    raise FetchError("expected an answer", kind="timeout")


def test_flat_credential_answers_its_own_query(revoking: Counter) -> None:
    query = {
        "id": "licence",
        "format": "dc+sd-jwt",
        "meta": {"vct_values": [FLAT_VCT]},
        "claims": [{"path": ["title"]}],
    }
    made = revoking.asked({"dcql": {"credentials": [query]}})
    wallet = Wallet(revoking, credential=flat_token(revoking.world), show=(("title",),))
    wallet.present(made)
    assert revoking.view(made)["report"]["disclosed"]["entries"][0]["title"] == {"ko": "정보처리기사"}


def test_consent_is_signed_by_the_holder(counter: Counter, wallet: Wallet) -> None:
    made = counter.asked(consent={"posting": "2026-031", "title": "안전관리 5급"})
    request = wallet.fetch(made)
    (text,) = request["transaction_data"]
    wallet.claims = {"transaction_data_hashes": [_hash(text)]}
    assert wallet.answer(request, {"vp_token": {"licence": [wallet.presentation(request)]}}).status_code == 200
    assert counter.view(made)["consented"] is True


def test_presentation_without_the_consent_is_refused(counter: Counter, wallet: Wallet) -> None:
    made = counter.asked(consent={"posting": "2026-031", "title": "안전관리 5급"})
    assert error(wallet.present(made))[0] == 400
    shown = counter.view(made)
    assert (shown["reason"], shown["consented"]) == ("consent_missing", False)


def test_consent_to_something_else_is_refused(counter: Counter, wallet: Wallet) -> None:
    made = counter.asked()
    wallet.claims = {"transaction_data_hashes": [_hash("e30")]}
    assert error(wallet.present(made))[0] == 400
    checks = counter.view(made)["report"]["checks"]
    assert [each["reason"] for each in checks if each["outcome"] == "failed"] == ["holder_binding_other_request"]


def _hash(text: str) -> str:
    from credential_schemas.openid4vp.transaction_data import transaction_data_hash

    return transaction_data_hash(text)


RETURN = "https://apply.example/done"


def test_same_device_result_needs_the_code_that_came_back(counter: Counter, wallet: Wallet) -> None:
    made = counter.asked(return_url=RETURN)
    answer = wallet.present(made).json()
    assert answer["redirect_uri"].startswith(f"{RETURN}#response_code=")
    code = answer["redirect_uri"].partition("=")[2]
    assert len(code) >= 43
    before, wrong = counter.view(made), counter.view(made, code="A" * 43)
    for hidden in (before, wrong):
        assert (hidden["state"], hidden["response_code_required"], hidden["report"]) == ("verified", True, None)
        assert hidden["presentations"] == []
    shown = counter.view(made, code=code)
    assert (shown["response_code_required"], shown["verdict"]) == (False, "valid")


def test_declining_wallet_on_the_same_device_is_led_back_too(counter: Counter, wallet: Wallet) -> None:
    made = counter.asked(return_url=RETURN)
    answer = wallet.answer(wallet.fetch(made), {"error": "access_denied"}, encrypt=False).json()
    assert answer["redirect_uri"].startswith(f"{RETURN}#response_code=")


def test_fault_of_ours_concludes_nothing(counter: Counter, wallet: Wallet, monkeypatch: pytest.MonkeyPatch) -> None:
    made = counter.asked()

    def busy(*_: object, **__: object) -> None:
        raise TooBusy

    with monkeypatch.context() as patched:
        patched.setattr(desk_module, "judge", busy)
        assert wallet.present(made).status_code == 503
    assert counter.state(made) == "fetched"
    assert wallet.present(made).status_code == 200


def test_withdrawn_request_is_gone_for_everybody(counter: Counter, wallet: Wallet) -> None:
    made = counter.asked()
    address = f"/api/v1/presentations/{made['id']}"
    request = wallet.fetch(made)
    assert counter.ask("DELETE", address, authorization="Bearer token-of-another").status_code == 404
    assert counter.ask("DELETE", address, authorization="Bearer token-of-the-employer").status_code == 204
    assert counter.ask("GET", address, authorization="Bearer token-of-the-employer").status_code == 404
    assert error(wallet.answer(request, {"error": "access_denied"}, encrypt=False))[0] == 400


def test_unsigned_request_is_in_its_link_only(counter: Counter) -> None:
    made = counter.asked(client_id_prefix="redirect_uri", response_mode="direct_post")
    assert made["request_uri"] is None
    assert made["client_id"].startswith(f"redirect_uri:{URL}/openid4vp/response?id=")
    handle = made["client_id"].rpartition("=")[2]
    assert error(counter.ask("GET", f"/openid4vp/request?id={handle}")) == (400, "invalid_request")


def test_wallet_nonce_that_is_too_long_is_refused(counter: Counter) -> None:
    made = counter.asked(request_uri_method="post")
    answer = counter.ask("POST", made["request_uri"], b"wallet_nonce=" + b"a" * 257, content_type=FORM)
    assert error(answer) == (400, "invalid_request")
    empty = counter.ask("POST", made["request_uri"], b"", content_type=FORM)
    assert "wallet_nonce" not in decoded(empty.text)[1]


def test_no_answer_repeats_what_was_sent(counter: Counter, wallet: Wallet) -> None:
    made = counter.asked()
    request = wallet.fetch(made)
    marker = "MARKER-9Q"
    answers = [
        wallet.answer(request, {"vp_token": {marker: ["x~"]}}),
        wallet.answer(request, {"vp_token": {"licence": [f"a.b.c~{marker}~"]}}),
        wallet.post(request, {"response": marker}),
    ]
    assert all(marker not in answer.text for answer in answers)
    assert marker not in json.dumps(counter.view(made)["reason"])


def test_query_of_the_tests_is_what_is_sent(counter: Counter, wallet: Wallet) -> None:
    request: JsonObject = wallet.fetch(counter.asked())
    assert request["dcql_query"] == ASKED["dcql"]
    assert replace(wallet).credential == wallet.credential
