"""`POST /api/v1/prints`: a sealed paper copy of exactly what a wallet presents, or a refusal that says why."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from credential_schemas.certificate_claims import CertificateClaims, from_payload
from credential_schemas.pdf_container import read_container
from credential_schemas.sd_jwt.disclosures import Disclosure
from credential_schemas.sd_jwt.issuer_keys import trust_list_key_finder
from credential_schemas.sd_jwt.policy import VerificationPolicy
from credential_schemas.sd_jwt.select import unverified_disclosures
from credential_schemas.sd_jwt.verify import verify_sd_jwt_vc
from issuer.accounts.account import OpenAccount, show_account
from issuer.accounts.selection import Choice
from issuer.bank import Bank
from issuer.bank.key_ring import records
from issuer.errors import EntryNotInForce, PresentationRefused
from issuer.issued.status_changes import StatusOrder, change_certificates
from issuer.issuing.claims import IssueRequest
from issuer.issuing.making import make_certificate
from issuer.openid4vci.handles import new_nonce
from issuer.presented import printing
from issuer.presented.printing import Paper
from issuer.presented.reading import OwnPresentation, read_own_presentation, use_nonce
from issuer.store.transaction import Transaction
from issuer.times import utc_text
from keys.key_files import FileSigner, create_key
from keys.trust_list import TrustList
from tests.issuer.api_client import problem_of
from tests.issuer.conftest import START, URL
from tests.issuer.presented.conftest import TRAINING, Holder, without

PRINTS = "/api/v1/prints"
EVERYTHING = Choice(everything=True)


def post(holder: Holder, presentation: str | bytes, **query: str) -> httpx.Response:
    body = presentation if isinstance(presentation, bytes) else presentation.encode("ascii")
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return holder.client.ask("POST", f"{PRINTS}?{asked}", body, content_type="application/dc+sd-jwt")


def claims_on(holder: Holder, pdf: bytes) -> CertificateClaims:
    """What the credential in a PDF says, verified as a verifier does."""
    trust = TrustList.parse(holder.bank.folder.trust_list.read_bytes())
    policy = VerificationPolicy(expected_types=frozenset({holder.bank.profile.vct}))
    credential = read_container(pdf).credential
    found = verify_sd_jwt_vc(credential, policy=policy, keys=trust_list_key_finder(trust), now=int(START.timestamp()))
    return from_payload(found.payload)


def test_a_paper_copy_says_what_was_presented_under_a_number_of_its_own(holder: Holder) -> None:
    credential = holder.credential()
    answer = post(holder, holder.present(credential), language="en")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    claims = claims_on(holder, answer.content)
    assert answer.headers["content-disposition"] == f'attachment; filename="{claims.number}.pdf"'
    with holder.bank.store.read() as transaction:
        record = transaction.certificates.certificate(claims.number)
        acts = [each for each in transaction.audit.about(holder.account, None) if each.subject == claims.number]
    assert record is not None
    assert (record.carrier, record.language, record.copy_of) == ("paper", "en", None)
    assert [(each.actor, each.action) for each in acts] == [("wallet", "certificate_issued")]
    assert [entry.title for entry in claims.entries]
    assert claims.number not in credential
    assert claims.valid_until == START.date() + timedelta(days=90)


def presented(holder: Holder, presentation: str) -> OwnPresentation:
    return read_own_presentation(holder.bank, presentation.encode(), audience=f"{URL}{PRINTS}", now=holder.now)


def request_for(holder: Holder, presentation: str) -> IssueRequest:
    """What would be issued for a presentation; nothing is drawn."""
    return printing._request(holder.bank, presented(holder, presentation), paper=Paper("ko"), now=holder.now)


def test_what_was_withheld_is_not_printed(holder: Holder) -> None:
    credential, optional = holder.credential(), "provider_name"
    shown = [entry.fields for _, entry in presented(holder, holder.present(credential)).entries]
    assert any(optional in fields for fields in shown)
    choice = request_for(holder, holder.present(credential, without(optional))).choice
    assert {name.partition(".")[2] for name in choice.hide} >= {optional}
    assert optional not in {name.partition(".")[2] for name in choice.show}


def test_only_the_entries_that_are_shown_are_printed(holder: Holder) -> None:
    credential = holder.credential(EVERYTHING)
    places = [each.path for each in unverified_disclosures(credential) if each.path[0] == "trainings"]

    def one_training(disclosure: Disclosure) -> bool:
        return disclosure.path[0] in ("holder", "certificate") or disclosure.path[:2] == places[0][:2]

    choice = request_for(holder, holder.present(credential, one_training)).choice
    assert len(choice.entries) == 1
    assert (choice.entries[0], "vocational_training") in open_entries(holder)


def test_a_flat_credential_is_printed_too(holder: Holder) -> None:
    entry = next(each for each in open_entries(holder) if each[1] == "vocational_training")
    credential = holder.credential(Choice(entries=(entry[0],)), flat="vocational_training")
    claims = claims_on(holder, post(holder, holder.present(credential)).content)
    assert [each.type for each in claims.entries] == ["vocational_training"]
    assert claims.purpose == "취업 제출"


def open_entries(holder: Holder) -> list[tuple[str, str]]:
    with holder.bank.store.read() as transaction:
        return [(each.id, each.type) for each in show_account(holder.bank, transaction, holder.account).entries]


def test_paper_does_not_outlive_the_credential(holder: Holder) -> None:
    credential = holder.credential(days=10)
    assert request_for(holder, holder.present(credential)).valid_days == 10
    holder.wait(days=9)
    assert request_for(holder, holder.present(credential)).valid_days == 1
    holder.wait(days=1)
    with pytest.raises(PresentationRefused, match="ends today"):
        request_for(holder, holder.present(credential))
    holder.wait(days=1)
    with pytest.raises(PresentationRefused, match="has expired"):
        request_for(holder, holder.present(credential))


def test_the_same_presentation_again_gets_the_same_bytes(holder: Holder) -> None:
    presentation = holder.present(holder.credential())
    first, again = post(holder, presentation), post(holder, presentation)
    assert first.status_code == 200
    assert first.content == again.content


def test_the_same_presentation_twice_at_once_is_one_certificate(holder: Holder) -> None:
    body = holder.present(holder.credential()).encode("ascii")
    question = ("POST", PRINTS, body, {"content_type": "application/dc+sd-jwt"})
    first, second = holder.client.ask_all([question, question])
    assert first.status_code == second.status_code == 200
    assert first.content == second.content


def test_purpose_is_printed_only_when_presented(holder: Holder) -> None:
    credential = holder.credential(purpose="승진 심사")
    assert request_for(holder, holder.present(credential)).purpose == "승진 심사"
    assert request_for(holder, holder.present(credential, without("purpose"))).purpose == "취업 제출"


def test_an_entry_that_left_the_account_is_not_printed(holder: Holder, monkeypatch: pytest.MonkeyPatch) -> None:
    presentation = holder.present(holder.credential())

    def without_entries(bank: Bank, transaction: Transaction, account: str) -> OpenAccount:
        return replace(show_account(bank, transaction, account), entries=())

    monkeypatch.setattr(printing, "show_account", without_entries)
    with pytest.raises(PresentationRefused, match="the account has no more"):
        request_for(holder, presentation)


def test_an_entry_that_was_cancelled_is_not_printed(holder: Holder) -> None:
    presentation = holder.present(holder.new_credential())
    (place, _), *_ = presented(holder, presentation).entries
    with holder.bank.store.write() as transaction:
        transaction.certificates.set_entry_status(place, 1)
    assert problem_of(post(holder, presentation)) == (409, "entry_not_in_force")


@pytest.mark.parametrize(("value", "word"), [(1, "revoked"), (2, "suspended"), (3, "corrected")])
def test_a_refused_entry_is_called_what_its_status_is(holder: Holder, value: int, word: str) -> None:
    presentation = holder.present(holder.new_credential())
    (place, _), *_ = presented(holder, presentation).entries
    with holder.bank.store.write() as transaction:
        transaction.certificates.set_entry_status(place, value)
    with pytest.raises(EntryNotInForce) as refusal:
        presented(holder, presentation)
    assert refusal.value.details == {"entry": place.entry_id[:8], "status": word}


@pytest.mark.parametrize("name", ["name", "birth_date"])
def test_paper_that_would_not_name_its_holder_is_not_made(holder: Holder, name: str) -> None:
    answer = post(holder, holder.present(holder.credential(), without(name)))
    assert problem_of(answer) == (422, "presentation_refused")
    assert "names its holder" in answer.json()["detail"]


@pytest.mark.parametrize("name", ["title", "issuing_body"])
def test_paper_would_say_more_than_was_presented_and_is_not_made(holder: Holder, name: str) -> None:
    answer = post(holder, holder.present(holder.credential(), without(name)))
    assert problem_of(answer) == (422, "presentation_refused")
    assert f"is printed with {name}" in answer.json()["detail"]


def test_a_presentation_of_nothing_is_refused(holder: Holder) -> None:
    answer = post(holder, holder.present(holder.credential(), lambda each: each.path[0] == "holder"))
    assert "it shows no entry" in answer.json()["detail"]


def test_a_unit_without_what_proves_it_is_refused(holder: Holder) -> None:
    unit = next((each[0] for each in open_entries(holder) if each[1] == "ncs_competency_unit"), None)
    assert unit is not None
    credential = holder.credential(Choice(entries=(unit,)))

    def only_unit(disclosure: Disclosure) -> bool:
        return disclosure.path[0] in ("holder", "certificate", "units")

    answer = post(holder, holder.present(credential, only_unit))
    assert "the entry that proves it" in answer.json()["detail"]
    assert len(request_for(holder, holder.present(credential)).choice.entries) == 2


def refused(holder: Holder, presentation: str | bytes) -> str:
    answer = post(holder, presentation)
    assert problem_of(answer) == (422, "presentation_refused")
    return str(answer.json()["detail"])


BAD: dict[str, Callable[[Holder, str], str | bytes]] = {
    "expected an SD-JWT with key binding": lambda *_: b"\xff~",
    "found something else": lambda *_: b"a~b",
    "the holder's key binds": lambda _, credential: credential,
    "E_KB_AUD": lambda holder, credential: holder.present(credential, path="/api/v1/exports"),
    "a nonce of this bank": lambda holder, credential: holder.present(credential, nonce="n" * 30),
    "E_KB_SIGNATURE": lambda holder, credential: holder.present(credential, signer=FileSigner(create_key())),
    "E_SIGNATURE": lambda holder, credential: damaged(holder.present(credential)),
}


def damaged(presentation: str) -> str:
    head, _, rest = presentation.partition("~")
    return f"{head[:-4]}{'AAAA' if head[-4:] != 'AAAA' else 'BBBA'}~{rest}"


@pytest.mark.parametrize("said", BAD)
def test_what_was_not_presented_to_this_bank_is_refused(holder: Holder, said: str) -> None:
    assert said in refused(holder, BAD[said](holder, holder.credential()))


def test_a_nonce_that_is_too_old_is_refused(holder: Holder) -> None:
    presentation = holder.present(holder.credential())
    with pytest.raises(PresentationRefused, match="less than five minutes old"):
        read_own_presentation(
            holder.bank, presentation.encode(), audience=f"{URL}{PRINTS}", now=START + timedelta(minutes=5)
        )


def test_a_nonce_serves_once(holder: Holder) -> None:
    credential = holder.credential()
    nonce = new_nonce(holder.bank, now_s=int(START.timestamp()))
    use_nonce(holder.bank, presented(holder, holder.present(credential, nonce=nonce)))
    assert "its nonce was used before" in refused(
        holder, holder.present(credential, without("provider_name"), nonce=nonce)
    )


def test_another_banks_credential_is_refused(holder: Holder, monkeypatch: pytest.MonkeyPatch) -> None:
    presentation = holder.present(holder.credential())
    other = FileSigner(create_key())
    monkeypatch.setitem(holder.bank._signers, ("credential", holder.bank.profile.keys["credential"]), other)
    assert "another issuer or key" in refused(holder, presentation)


@pytest.mark.parametrize(("since", "is_logged", "accepted"), [(1, True, True), (0, True, False), (1, False, False)])
def test_a_distrusted_key_counts_only_for_what_was_logged_before(
    holder: Holder, monkeypatch: pytest.MonkeyPatch, since: int, *, is_logged: bool, accepted: bool
) -> None:
    presentation = holder.present(holder.credential())
    (record,) = records(holder.bank, "credential")
    told = replace(record, distrusted_since=utc_text(START + timedelta(seconds=since)))
    monkeypatch.setattr(holder.bank, "profile", replace(holder.bank.profile, key_records=(told,)))
    if not is_logged:
        monkeypatch.setattr("issuer.log.appending.signed_part_sha256", lambda _: b"another")
    if accepted:
        assert presented(holder, presentation).entries
    else:
        assert "distrusted, and it was not logged before that" in refused(holder, presentation)


@pytest.mark.parametrize(("order", "code"), [("revoke", 409), ("suspend", 409)])
def test_what_is_not_in_force_is_not_printed(holder: Holder, order: str, code: int) -> None:
    presentation = holder.present(holder.new_credential())
    number = presented(holder, presentation).record.number
    reason = "holder_request" if order == "revoke" else "under_review"
    change_certificates(holder.bank, [number], StatusOrder(order, reason), now=START)  # type: ignore[arg-type] # parametrized
    assert problem_of(post(holder, presentation)) == (code, "certificate_not_in_force")


def test_a_paper_copy_is_no_presentation(holder: Holder) -> None:
    made = make_certificate(holder.bank, IssueRequest(holder.account, TRAINING, "ko", "취업 제출"), now=START)
    paper = made.issued.credential
    assert "binds to this bank" in refused(holder, paper)
    assert "E_CNF" in refused(holder, holder.present(paper))


def test_another_kind_of_body_is_refused(holder: Holder) -> None:
    answer = holder.client.ask("POST", PRINTS, b"{}", content_type="application/json")
    assert problem_of(answer) == (415, "media_type")
