"""The credential end point: what is issued, that it is issued once, and the standard's error for everything else."""

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import jsonschema
import pytest

from credential_schemas.presented_claims import Form, read_presented
from credential_schemas.sd_jwt.issuer_keys import certificate_key_finder, trust_list_key_finder
from credential_schemas.sd_jwt.policy import VerificationPolicy
from credential_schemas.sd_jwt.select import unverified_disclosures
from credential_schemas.sd_jwt.verify import VerifiedSdJwt, verify_sd_jwt_vc
from credential_schemas.type_metadata import integrity_of
from issuer.accounts.account import show_account
from issuer.accounts.selection import Choice
from issuer.errors import StorageUnusable
from issuer.issued.status_changes import StatusOrder, change_certificates, change_entry
from issuer.openid4vci import answering
from issuer.openid4vci.access import find_access
from issuer.openid4vci.configurations import CERTIFICATE_ID, configurations
from issuer.openid4vci.copies import make_copies
from issuer.openid4vci.credentials import answer_credential_request
from issuer.openid4vci.proofs import ProofDemands, check_proofs
from issuer.openid4vci.refusals import Refused
from issuer.store.certificates import StoredCertificate
from keys.key_files import FileSigner, create_key
from keys.trust_list import TrustList
from tests.issuer.conftest import URL
from tests.issuer.openid4vci.conftest import TITLES, Document, Office, TestWallet, refusal
from tests.vectors.openid4vci.schemas import schema, vector


def verified(office: Office, credential: str, vct: str) -> VerifiedSdJwt:
    """The credential, judged as a verifier does: by its certificate chain."""
    trust = TrustList.parse(office.bank.folder.trust_list.read_bytes())
    now = int(office.now.timestamp())
    policy = VerificationPolicy(
        expected_types=frozenset({vct}),
        required_claims=frozenset({"exp", "status", "cnf"}),
        certificate_key=certificate_key_finder(trust, now=now),
    )
    return verify_sd_jwt_vc(credential, policy=policy, keys=trust_list_key_finder(trust), now=now)


def texts(response: Document) -> list[str]:
    return [str(each["credential"]) for each in response["credentials"]]


def stored(office: Office) -> list[StoredCertificate]:
    with office.bank.store.read() as transaction:
        return transaction.certificates.of_account(office.account)


def test_a_certificate_is_bound_to_the_proved_key_and_says_what_was_offered(office: Office) -> None:
    made, wallet = office.offer(Choice(everything=True)), office.wallet()
    (credential,) = texts(wallet.receive(made))
    found = verified(office, credential, office.bank.profile.vct)
    jwk = {name: wallet.keys[0].public_jwk()[name] for name in ("kty", "crv", "x", "y")}
    assert found.payload["cnf"] == {"jwk": jwk}
    assert found.payload["vct#integrity"] == integrity_of(
        (office.bank.folder.public / "vct/competency-certificate/1").read_bytes()
    )
    claims = read_presented(found.payload)
    assert claims.form is Form.WALLET
    assert claims.number == stored(office)[-1].number
    assert len(claims.entries) > 5
    assert claims.holder.name
    assert found.header["typ"] == "dc+sd-jwt"
    assert len(found.header["x5c"]) == 1  # type: ignore[arg-type] # the verifier read a list


def test_a_wallet_may_withhold_every_member_and_field_and_counts_cannot_be_read_off(office: Office) -> None:
    (credential,) = texts(office.wallet().receive(office.offer(Choice(everything=True))))
    bare = credential.partition("~")[0] + "~"
    found = verified(office, bare, office.bank.profile.vct)
    assert found.payload["certificate"] == found.payload["holder"] == {}
    lists = [value for value in found.issuer_payload.values() if isinstance(value, list)]
    assert len(lists) == 8
    assert all(len(each) % 8 == 0 for each in lists)
    paths = {each.path[2:] for each in unverified_disclosures(credential) if len(each.path) == 3}
    assert ("title",) in paths
    assert not {("type",), ("as_of",), ("idx",)} & paths


def test_a_flat_credential_is_one_entry_with_its_fields_at_the_top(office: Office) -> None:
    made = office.offer(flat=True)
    assert made.configurations == (TITLES,)
    (credential,) = texts(office.wallet().receive(made))
    configuration = configurations(URL)[TITLES]
    found = verified(office, credential, configuration.vct)
    published = office.bank.folder.public / configuration.vct.removeprefix(f"{URL}/")
    assert found.payload["vct#integrity"] == integrity_of(published.read_bytes())
    claims = read_presented(found.payload)
    assert claims.form is Form.FLAT
    assert claims.entries[0].type == "vocational_training"
    assert claims.entries[0].idx == claims.status.idx
    bare = read_presented(verified(office, credential.partition("~")[0] + "~", configuration.vct).payload)
    assert (bare.entries[0].title, bare.holder.name) == (None, None)


def test_a_unit_is_a_flat_credential_without_the_entry_that_proves_it(office: Office) -> None:
    with office.bank.store.read() as transaction:
        entries = show_account(office.bank, transaction, office.account).entries
    unit = next(each for each in entries if each.type == "ncs_competency_unit")
    flat = office.offer(Choice(entries=(unit.id,)), flat=True)
    assert flat.configurations == ("entry-ncs_competency_unit",)
    (credential,) = texts(office.wallet().receive(flat))
    claims = read_presented(verified(office, credential, configurations(URL)[flat.configurations[0]].vct).payload)
    assert "acquired_via" not in claims.entries[0].fields


def test_copies_of_a_batch_share_what_they_say_and_nothing_that_links_them(office: Office) -> None:
    wallet = office.wallet()
    response = wallet.receive(office.offer(), copies=20)
    found = [verified(office, each, office.bank.profile.vct) for each in texts(response)]
    keys = [each.payload["cnf"] for each in found]
    assert keys == [{"jwk": {name: key.public_jwk()[name] for name in ("kty", "crv", "x", "y")}} for key in wallet.keys]
    references: list[Any] = [each.payload["status"] for each in found]
    indexes = [each["status_list"]["idx"] for each in references]
    assert len({each["status_list"]["uri"] for each in references}) == 1
    entries: list[Any] = [each.payload["trainings"] for each in found]
    own = [entry["idx"] for each in entries for entry in each]
    assert len({*indexes, *own}) == len(indexes) + len(own)
    assert len({after - before for before, after in pairwise(indexes)}) > 1
    salts = [each.text for token in texts(response) for each in unverified_disclosures(token)]
    assert len(set(salts)) == len(salts)
    said = [
        {**each.payload, "cnf": 0, "status": 0, "trainings": [{**entry, "idx": 0} for entry in listed]}
        for each, listed in zip(found, entries, strict=True)
    ]
    assert all(each == said[0] for each in said)
    assert said[0]["iat"] == stored_day(said[0]["iat"])


def stored_day(seconds: Any) -> int:  # noqa: ANN401 - decoded JSON
    return (int(seconds) + 9 * 3600) // 86400 * 86400 - 9 * 3600


def test_revoking_and_correcting_reach_every_copy(office: Office) -> None:
    response = office.wallet().receive(office.offer(), copies=2)
    flat = office.wallet().receive(office.offer(flat=True), copies=2)
    batch, entry = stored(office)[-2:]
    with office.bank.store.read() as transaction:
        source = transaction.certificates.carried_entries(batch.number)[0].source_entry_id
        record = next(iter(transaction.entries.entries_kept_as_they_are([source]))).source_record_id
    order = StatusOrder("suspend", "under_review")
    change_entry(office.bank, record, order, now=office.now)
    payloads: list[Any] = [verified(office, each, entry_vct()).payload for each in texts(flat)]
    own = [each["status"]["status_list"]["idx"] for each in payloads]
    assert values(office, own) == [2, 2]
    change_certificates(
        office.bank, [batch.number, entry.number], StatusOrder("revoke", "holder_request"), now=office.now
    )
    found: list[Any] = [verified(office, each, office.bank.profile.vct).payload for each in texts(response)]
    assert values(office, [each["status"]["status_list"]["idx"] for each in found]) == [1, 1]
    assert values(office, [each["trainings"][0]["idx"] for each in found]) == [2, 2]
    change_entry(office.bank, record, StatusOrder("reinstate", "review_finished"), now=office.now)
    assert values(office, own) == [1, 1]  # revoked stays revoked
    assert values(office, [each["trainings"][0]["idx"] for each in found]) == [0, 0]


def test_a_suspended_flat_credential_that_is_reinstated_says_what_its_entry_says(office: Office) -> None:
    (credential,) = texts(office.wallet().receive(office.offer(flat=True)))
    number = stored(office)[-1].number
    payload: Any = verified(office, credential, entry_vct()).payload
    idx = [payload["status"]["status_list"]["idx"]]
    for action, expected in (("suspend", 2), ("reinstate", 0)):
        change_certificates(office.bank, [number], StatusOrder(action, "under_review"), now=office.now)  # type: ignore[arg-type] # both are actions
        assert values(office, idx) == [expected]


def entry_vct() -> str:
    return configurations(URL)[TITLES].vct


def values(office: Office, indexes: list[int]) -> list[int]:
    with office.bank.store.read() as transaction:
        status_list = transaction.status_lists.state(1).status_list
    return [status_list.value(idx) for idx in indexes]


def test_a_lost_answer_is_given_again_for_the_same_keys_and_refused_for_others(office: Office) -> None:
    made, wallet, key = office.offer(), office.wallet(), FileSigner(create_key())
    wallet.redeem(made)
    first = wallet.ask_credential(CERTIFICATE_ID, {"jwt": [wallet.proof(wallet.nonce(), signer=key)]})
    known = len(stored(office))
    again = wallet.ask_credential(CERTIFICATE_ID, {"jwt": [wallet.proof(wallet.nonce(), signer=key)]})
    assert again.content == first.content
    other = wallet.ask_credential(CERTIFICATE_ID, {"jwt": [wallet.proof(wallet.nonce())]})
    assert refusal(other) == (400, "credential_request_denied")
    assert len(stored(office)) == known


def test_a_request_that_is_sent_twice_is_refused_for_its_nonce(office: Office) -> None:
    made, wallet = office.offer(), office.wallet()
    wallet.redeem(made)
    proofs = {"jwt": [wallet.proof(wallet.nonce())]}
    assert wallet.ask_credential(CERTIFICATE_ID, proofs).status_code == 200
    assert refusal(wallet.ask_credential(CERTIFICATE_ID, proofs)) == (400, "invalid_nonce")


def test_many_at_once_with_keys_of_their_own_get_one_certificate(office: Office) -> None:
    made, wallet = office.offer(), office.wallet()
    wallet.redeem(made)
    access = find_access(office.bank, f"Bearer {wallet.token}", now_s=int(office.now.timestamp()))
    known = len(stored(office))
    bodies = [
        json.dumps({"credential_configuration_id": CERTIFICATE_ID, "proofs": {"jwt": [wallet.proof(wallet.nonce())]}})
        for _ in range(4)
    ]

    def ask(body: str) -> str:
        try:
            answer_credential_request(office.bank, access, body.encode(), now=office.now)
        except Refused as refused:
            return str(refused.error)
        return "issued"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(ask, bodies)) == [*["credential_request_denied"] * 3, "issued"]
    assert len(stored(office)) == known + 1


def test_two_programs_at_once_issue_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    made, wallet, key = office.offer(), office.wallet(), FileSigner(create_key())
    wallet.redeem(made)
    access = find_access(office.bank, f"Bearer {wallet.token}", now_s=int(office.now.timestamp()))
    known = len(stored(office))

    def body() -> bytes:
        proofs = {"jwt": [wallet.proof(wallet.nonce(), signer=key)]}
        return json.dumps({"credential_configuration_id": CERTIFICATE_ID, "proofs": proofs}).encode()

    first: list[bytes] = []
    make = make_copies

    def make_while_another_program_issues(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - passed on as it came
        copies = make(*given, **named)
        with monkeypatch.context() as patch:
            patch.setattr("issuer.issuing.once._TURNS", {})  # another program has turns of its own
            patch.setattr(answering, "make_copies", make)
            first.append(answer_credential_request(office.bank, access, body(), now=office.now).body)
        return copies

    monkeypatch.setattr(answering, "make_copies", make_while_another_program_issues)
    second = answer_credential_request(office.bank, access, body(), now=office.now).body
    assert [second] == first
    assert len(stored(office)) == known + 1


def test_an_offer_whose_entry_is_not_in_force_any_more_is_denied(office: Office) -> None:
    choice = Choice(types=("national_technical_qualification",))
    made, wallet = office.offer(choice), office.wallet()
    wallet.redeem(made)
    with office.bank.store.read() as transaction:
        offer = transaction.wallets.offer(made.id)
        assert offer is not None
        entry = json.loads(offer.configurations)[CERTIFICATE_ID][0]
        (kept,) = transaction.entries.entries_kept_as_they_are([entry])
    change_entry(office.bank, kept.source_record_id, StatusOrder("suspend", "under_review"), now=office.now)
    answer = wallet.ask_credential(CERTIFICATE_ID, {"jwt": [wallet.proof(wallet.nonce())]})
    assert refusal(answer) == (400, "credential_request_denied")
    assert "entry_not_in_force" in answer.json()["error_description"]
    change_entry(office.bank, kept.source_record_id, StatusOrder("reinstate", "review_finished"), now=office.now)


def test_a_bank_that_cannot_write_now_asks_to_come_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    made, wallet, key = office.offer(), office.wallet(), FileSigner(create_key())
    wallet.redeem(made)

    def refuse(*_: object, **__: object) -> None:
        raise StorageUnusable("locked", what="the database")

    with monkeypatch.context() as patch:
        patch.setattr(answering, "record_copies", refuse)
        answer = wallet.ask_credential(CERTIFICATE_ID, {"jwt": [wallet.proof(wallet.nonce(), signer=key)]})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    again = wallet.ask_credential(CERTIFICATE_ID, {"jwt": [wallet.proof(wallet.nonce(), signer=key)]})
    assert again.status_code == 200


@pytest.mark.parametrize(
    ("configuration", "more", "error"),
    [
        ("other", {}, "unknown_credential_configuration"),
        (TITLES, {}, "unknown_credential_configuration"),  # known, but not offered
        (None, {}, "invalid_credential_request"),
        (CERTIFICATE_ID, {"credential_identifier": CERTIFICATE_ID}, "invalid_credential_request"),
        (None, {"credential_identifier": CERTIFICATE_ID}, "unknown_credential_identifier"),
        (CERTIFICATE_ID, {"credential_response_encryption": {}}, "invalid_encryption_parameters"),
        (CERTIFICATE_ID, {"proofs": None}, "invalid_proof"),
        (CERTIFICATE_ID, {"proofs": {}}, "invalid_proof"),
        (CERTIFICATE_ID, {"proofs": {"jwt": []}}, "invalid_proof"),
        (CERTIFICATE_ID, {"proofs": {"jwt": [1]}}, "invalid_proof"),
        (CERTIFICATE_ID, {"proofs": {"jwt": ["x"] * 21}}, "invalid_proof"),
        (CERTIFICATE_ID, {"proofs": {"attestation": ["x"]}}, "invalid_proof"),
    ],
)
def test_a_request_for_something_else_gets_the_standards_error(
    office: Office, ready: TestWallet, configuration: str | None, more: dict[str, object], error: str
) -> None:
    sent = {"proofs": {"jwt": [ready.proof("unused")]}, **more}
    assert refusal(ready.ask_credential(configuration, sent.pop("proofs"), **sent)) == (400, error)


@pytest.fixture(scope="module")
def shared_wallet(opened: Office) -> TestWallet:
    wallet = opened.wallet()
    opened.begin()
    wallet.redeem(opened.offer())
    return wallet


@pytest.fixture
def ready(office: Office, shared_wallet: TestWallet) -> TestWallet:
    """A wallet with a token, from which nothing is issued."""
    return shared_wallet


def test_the_old_form_of_a_proof_is_named(ready: TestWallet) -> None:
    answer = ready.ask_credential(CERTIFICATE_ID, None, proof={"proof_type": "jwt", "jwt": "x"})
    assert refusal(answer) == (400, "invalid_proof")
    assert "older draft" in answer.json()["error_description"]


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ({"typ": "JWT"}, {}),
        ({"jwk": None}, {}),
        ({"jwk": "text"}, {}),
        ({"jwk": {"kty": "EC", "crv": "P-384"}}, {}),
        ({"jwk": vector("proof-jwt-example.json")["header"]["jwk"]}, {}),  # another key than the one that signs
        ({"kid": "x"}, {}),
        ({"x5c": ["x"]}, {}),
        ({"key_attestation": "x"}, {}),
        ({}, {"aud": "https://other.example"}),
        ({}, {"aud": [URL]}),
        ({}, {"aud": None}),
        ({}, {"iat": None}),
        ({}, {"iat": "now"}),
        ({}, {"iat": True}),
        ({}, {"iat": 1}),
        ({}, {"iat": 2**32}),
        ({}, {"exp": 1}),
        ({}, {"nbf": 2**32}),
        ({}, {"nonce": None}),
        ({}, {"nonce": 7}),
        ({}, {"iss": "somebody"}),
    ],
)
def test_a_proof_that_breaks_a_rule_is_invalid(
    office: Office, header: dict[str, object], claims: dict[str, object]
) -> None:
    proof = office.wallet().proof("unused", header=header, claims=claims)
    with pytest.raises(Refused) as refused:
        check_proofs({"jwt": [proof]}, demands(office))
    assert refused.value.error == "invalid_proof"


def demands(office: Office) -> ProofDemands:
    return ProofDemands(URL, None, int(office.now.timestamp()))


def test_a_proof_with_a_private_key_or_a_broken_signature_is_invalid(office: Office) -> None:
    ready = office.wallet()
    private = {**vector("proof-jwt-example.json")["header"]["jwk"], "d": "x"}
    good = ready.proof("unused")
    broken = [ready.proof("unused", header={"jwk": private}), good[:-4] + "AAAA", good.rpartition(".")[0] + ".", "a.b"]
    for proof in broken:
        with pytest.raises(Refused, match="proof: "):
            check_proofs({"jwt": [proof]}, demands(office))


def test_one_key_in_two_proofs_is_refused(ready: TestWallet) -> None:
    key = FileSigner(create_key())
    proofs = [ready.proof("unused", signer=key) for _ in range(2)]
    assert refusal(ready.ask_credential(CERTIFICATE_ID, {"jwt": proofs})) == (400, "invalid_proof")


def test_the_published_proof_is_for_somebody_else(ready: TestWallet) -> None:
    published = vector("proof-jwt-example.json")["proof"]
    answer = ready.ask_credential(CERTIFICATE_ID, {"jwt": [published]})
    assert refusal(answer) == (400, "invalid_proof")
    assert "aud" in answer.json()["error_description"]  # so form, key and signature were accepted


@pytest.mark.parametrize("nonce", ["never given out", "A" * 53, "A" * 54, "ä", "x" * 1000])
def test_a_nonce_that_was_never_given_out_is_refused(ready: TestWallet, nonce: str) -> None:
    answer = ready.ask_credential(CERTIFICATE_ID, {"jwt": [ready.proof(nonce)]})
    assert refusal(answer) == (400, "invalid_nonce")


def test_a_nonce_lives_five_minutes_and_a_token_no_longer(office: Office) -> None:
    wallet = office.wallet()
    nonce = wallet.nonce()
    office.wait(minutes=5)
    wallet.redeem(office.offer())
    answer = wallet.ask_credential(CERTIFICATE_ID, {"jwt": [wallet.proof(nonce)]})
    assert refusal(answer) == (400, "invalid_nonce")
    office.wait(minutes=5)
    late = wallet.ask_credential(CERTIFICATE_ID, {"jwt": [wallet.proof(wallet.nonce())]})
    assert refusal(late) == (401, "invalid_token")
    assert late.headers["www-authenticate"].startswith('Bearer error="invalid_token"')


@pytest.mark.parametrize("sent", [None, "Basic eDp5", "Bearer unknown", "Bearer"])
def test_without_a_token_nothing_is_issued(office: Office, sent: str | None) -> None:
    headers = {} if sent is None else {"authorization": sent}
    answer = office.wallet().post("/openid4vci/credential", {}, **headers)
    assert refusal(answer) == (401, "invalid_token")
    named = answer.headers["www-authenticate"]
    assert (named == 'Bearer, DPoP algs="ES256"') if sent is None else named.startswith('Bearer error="invalid_token"')


def test_a_token_in_the_address_is_refused(office: Office, ready: TestWallet) -> None:
    answer = ready.post(f"/openid4vci/credential?access_token={ready.token}", {})
    assert refusal(answer) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("body", "kind"), [(b"{", "application/json"), (b"[]", "application/json"), (b"{}", "text/plain")]
)
def test_a_body_that_is_no_json_object_is_refused(ready: TestWallet, body: bytes, kind: str) -> None:
    for path, error in (("credential", "invalid_credential_request"), ("notification", "invalid_notification_request")):
        assert refusal(ready.post(f"/openid4vci/{path}", body, content_type=kind)) == (400, error)


def test_a_client_that_said_who_it_is_may_say_so_in_its_proof(office: Office) -> None:
    made, wallet = office.offer(), office.wallet()
    wallet.redeem(made, client_id="a-wallet")
    request = {"jwt": [wallet.proof(wallet.nonce(), claims={"iss": "a-wallet", "exp": 2**32, "nbf": 1})]}
    jsonschema.validate(
        {"credential_configuration_id": CERTIFICATE_ID, "proofs": request}, schema("credential_request-1_0")
    )
    assert wallet.ask_credential(CERTIFICATE_ID, request, unknown={"member": 1}).status_code == 200


def test_a_wallet_says_what_became_of_a_credential_as_often_as_it_likes(office: Office) -> None:
    wallet = office.wallet()
    name = wallet.receive(office.offer())["notification_id"]
    for event in ("credential_accepted", "credential_accepted", "credential_deleted"):
        answer = wallet.post("/openid4vci/notification", {"notification_id": name, "event": event})
        assert (answer.status_code, answer.content) == (204, b"")
    with office.bank.store.read() as transaction:
        acts = [each for each in transaction.audit.about(office.account, None) if each.action == "wallet_notified"]
    assert [each.detail for each in acts] == ["credential_accepted", "credential_deleted"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"notification_id": "unknown", "event": "credential_accepted"}, "invalid_notification_id"),
        ({"notification_id": "unknown", "event": "other"}, "invalid_notification_request"),
        ({"notification_id": "unknown"}, "invalid_notification_request"),
        ({"event": "credential_accepted"}, "invalid_notification_request"),
    ],
)
def test_a_notification_about_nothing_is_refused(ready: TestWallet, body: Document, error: str) -> None:
    assert refusal(ready.post("/openid4vci/notification", body)) == (400, error)


def test_a_notification_of_another_offer_is_refused(office: Office, ready: TestWallet) -> None:
    name = office.wallet().receive(office.offer())["notification_id"]
    answer = ready.post("/openid4vci/notification", {"notification_id": name, "event": "credential_deleted"})
    assert refusal(answer) == (400, "invalid_notification_id")
