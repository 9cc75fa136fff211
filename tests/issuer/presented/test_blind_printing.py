"""`POST /api/v1/prints/blind`: a copy that names nobody and a file that does, as the holder's key signed it."""

from dataclasses import replace
from urllib.parse import urlencode

import httpx
import pytest

from credential_schemas.certificate_claims import CertificateClaims, from_payload
from credential_schemas.certificate_claims import Holder as Named
from credential_schemas.entry_types import entry_types
from credential_schemas.pdf_container import read_container
from credential_schemas.sd_jwt.disclosures import Disclosure
from credential_schemas.sd_jwt.issuer_keys import trust_list_key_finder
from credential_schemas.sd_jwt.policy import VerificationPolicy
from credential_schemas.sd_jwt.select import add_disclosures
from credential_schemas.sd_jwt.verify import verify_sd_jwt_vc
from issuer.accounts.selection import Choice
from issuer.errors import PresentationRefused
from issuer.presented import printing
from issuer.presented.printing import Paper
from issuer.presented.reading import read_own_presentation
from keys.encoding import b64url_decode
from keys.trust_list import TrustList
from tests.issuer.api_client import problem_of
from tests.issuer.conftest import START, URL
from tests.issuer.presented.conftest import Holder, Keep

BLIND = "/api/v1/prints/blind"
BARRED = {field.name for each in entry_types().values() for field in each.own_fields if field.blind == "hide"}
SCHOOLS = ("university_ncs_course",)


def fit(disclosure: Disclosure) -> bool:
    """Show what a blind copy of a training may show."""
    return disclosure.path[-1] not in BARRED


def post(holder: Holder, presentation: str, *, path: str = BLIND, **query: str) -> httpx.Response:
    kind = "application/dc+sd-jwt"
    return holder.client.ask("POST", f"{path}?{urlencode(query)}", presentation.encode(), content_type=kind)


def said_by(holder: Holder, credential: str) -> CertificateClaims:
    """What a credential says, verified as a verifier does."""
    trust = TrustList.parse(holder.bank.folder.trust_list.read_bytes())
    policy = VerificationPolicy(expected_types=frozenset({holder.bank.profile.vct}))
    found = verify_sd_jwt_vc(credential, policy=policy, keys=trust_list_key_finder(trust), now=int(START.timestamp()))
    return from_payload(found.payload)


def shown(holder: Holder, keep: Keep = fit) -> str:
    return holder.present(holder.credential(), keep, path=BLIND)


def refused(holder: Holder, presentation: str, **query: str) -> str:
    answer = post(holder, presentation, **query)
    assert answer.status_code == 422, answer.text
    return str(answer.json()["detail"])


def test_a_blind_copy_names_nobody_and_its_reveal_file_names_the_holder(holder: Holder) -> None:
    answer = post(holder, shown(holder), language="en", applicant_no="2026-031-0007")
    assert answer.status_code == 200, answer.text
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("application/json", "no-store")
    members = answer.json()
    credential = read_container(b64url_decode(members["pdf"])).credential
    claims = said_by(holder, credential)
    assert (claims.number, claims.edition, claims.applicant_no) == (members["number"], "blind", "2026-031-0007")
    assert claims.holder == Named(None, None, None)
    assert not BARRED & {name for entry in claims.entries for name in entry.fields}
    assert members["reveal"]["number"] == claims.number
    named = said_by(holder, add_disclosures(credential, members["reveal"]["disclosures"])).holder
    assert (named.name, named.birth_date is None) == ("김표본", False)
    with holder.bank.store.read() as transaction:
        record = transaction.certificates.certificate(claims.number)
    assert record is not None
    assert (record.edition, record.applicant_no, record.language) == ("blind", "2026-031-0007", "en")


def test_the_same_presentation_again_gets_the_same_copy_and_the_same_reveal_file(holder: Holder) -> None:
    presentation = shown(holder)
    assert post(holder, presentation).json() == post(holder, presentation).json()


def test_what_a_blind_copy_never_shows_must_not_be_presented(holder: Holder) -> None:
    said = refused(holder, shown(holder, lambda _: True))
    assert (
        "a blind copy never shows provider_id, provider_name of an entry (vocational_training): do not present it"
        in said
    )


def test_a_body_that_names_a_school_must_not_be_presented(holder: Holder) -> None:
    credential = holder.credential(Choice(types=SCHOOLS))
    said = refused(holder, holder.present(credential, fit, path=BLIND))
    assert "never shows issuing_body of an entry (university_ncs_course)" in said


def test_what_employers_may_ask_for_is_printed_where_it_is_presented_and_only_there(holder: Holder) -> None:
    credential = holder.credential(Choice(types=SCHOOLS))

    def request(*left_out: str) -> Choice:
        barred = BARRED | {"issuing_body", *left_out}
        text = holder.present(credential, lambda each: each.path[-1] not in barred, path=BLIND)
        presented = read_own_presentation(holder.bank, text.encode(), audience=f"{URL}{BLIND}", now=holder.now)
        return printing._request(holder.bank, presented, paper=Paper("ko", "blind"), now=holder.now).choice

    assert {name.partition(".")[2] for name in request().show} >= {"term"}
    without = request("term")
    assert "term" not in {name.partition(".")[2] for name in without.show}
    assert (without.edition, request().edition) == ("blind", "blind")


@pytest.mark.parametrize("name", ["name", "birth_date"])
def test_what_the_reveal_file_will_say_must_have_been_presented(holder: Holder, name: str) -> None:
    said = refused(holder, shown(holder, lambda each: fit(each) and each.path != ("holder", name)))
    assert "present holder.name, holder.birth_date" in said


@pytest.mark.parametrize(("made_for", "sent_to"), [("/api/v1/prints", BLIND), (BLIND, "/api/v1/prints")])
def test_nobody_can_have_another_edition_made_of_a_presentation(holder: Holder, made_for: str, sent_to: str) -> None:
    presentation = holder.present(holder.credential(), fit, path=made_for)
    answer = post(holder, presentation, path=sent_to)
    assert answer.status_code == 422
    assert "E_KB_AUD" in answer.json()["detail"]


@pytest.mark.parametrize("number", ["", " ", "x" * 2000, "a\nb"])
def test_a_number_of_an_application_that_cannot_be_printed_is_refused(holder: Holder, number: str) -> None:
    answer = post(holder, shown(holder), applicant_no=number)
    assert problem_of(answer) == (422, "body_invalid")


def test_a_credential_for_one_application_makes_no_copy_for_another(holder: Holder) -> None:
    presented = read_own_presentation(holder.bank, shown(holder).encode(), audience=f"{URL}{BLIND}", now=holder.now)
    of_one = replace(presented, claims=replace(presented.claims, applicant_no="1"))
    for wanted in (None, "1"):
        request = printing._request(holder.bank, of_one, paper=Paper("ko", "blind", wanted), now=holder.now)
        assert request.applicant_no == "1"
    with pytest.raises(PresentationRefused, match="for another application"):
        printing._request(holder.bank, of_one, paper=Paper("ko", "blind", "2"), now=holder.now)
