"""A certificate goes into a wallet, too: the page shows code and number once, and only where it can."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from credential_schemas.sd_jwt.select import unverified_disclosures
from issuer.accounts.account import show_account
from issuer.openid4vci.access import find_access
from issuer.openid4vci.credentials import answer_credential_request
from issuer.openid4vci.handles import new_nonce
from issuer.openid4vci.metadata import GRANT
from issuer.openid4vci.offers import offer_at
from issuer.openid4vci.tokens import exchange_code
from keys.encoding import JsonValue, encode_json
from keys.jws_sign import sign_compact
from keys.key_files import FileSigner, create_key
from tests.issuer.conftest import URL
from tests.issuer.pages.certificate_forms import issue
from tests.issuer.pages.page_world import Browser, PageWorld, Shown


@pytest.fixture
def number(pages: PageWorld, holder: Browser) -> str:
    with pages.bank.store.read() as transaction:
        entries = show_account(pages.bank, transaction, holder.account).entries
    return issue(holder, [entries[0].id], recipient="(가상)기관")


def offered(shown: Shown) -> tuple[str, str]:
    """The secret of the offer's address, and the transaction code."""
    link = re.search(r'href="(openid-credential-offer:[^"]+)"', shown.text)
    code = re.search(r'class="code num"[^>]*><span aria-hidden="true">([0-9]{3}) ([0-9]{3})<', shown.text)
    assert link
    assert code
    ((_, address),) = parse_qsl(urlsplit(link[1]).query)
    return address.rpartition("/")[2], code[1] + code[2]


def test_the_offer_is_shown_with_its_code_and_can_be_redeemed(pages: PageWorld, holder: Browser, number: str) -> None:
    before = holder.get(f"/certificates/{number}")
    assert "전자지갑으로 받기" in before.plain
    assert "openid-credential-offer" not in before.text
    shown = holder.send(f"/certificates/{number}/wallet")
    assert shown.status == 200
    secret, tx_code = offered(shown)
    assert '<svg class="qr"' in shown.text
    credential = redeem(pages, secret, tx_code)
    titles = {each.name: each.value for each in unverified_disclosures(credential)}
    assert titles["recipient"] == "(가상)기관"
    listed = holder.get("/certificates").plain
    issued = sorted(set(re.findall(r"CB-2026-[0-9]{8}", listed)) - {number})
    assert len(issued) == 1
    page = holder.get(f"/certificates/{issued[0]}")
    assert "내려받을 PDF는 없습니다" in page.plain
    assert "전자지갑으로 받기" not in page.plain


def redeem(pages: PageWorld, secret: str, tx_code: str) -> str:
    """What a wallet does, in short."""
    bank, now = pages.bank, pages.now
    offer = offer_at(bank, secret, now=now)
    assert offer is not None
    grants = offer["grants"]
    assert isinstance(grants, dict)
    grant = grants[GRANT]
    assert isinstance(grant, dict)
    form = f"grant_type={GRANT}&pre-authorized_code={grant['pre-authorized_code']}&tx_code={tx_code}"
    token = exchange_code(bank, form.encode(), now=now)["access_token"]
    signer, now_s = FileSigner(create_key()), int(now.timestamp())
    jwk: dict[str, JsonValue] = {name: signer.public_jwk()[name] for name in ("kty", "crv", "x", "y")}
    claims = encode_json({"aud": URL, "iat": now_s, "nonce": new_nonce(bank, now_s=now_s)})
    proof = sign_compact({"typ": "openid4vci-proof+jwt", "jwk": jwk}, claims, signer=signer)
    wanted = encode_json({"credential_configuration_id": "competency-certificate", "proofs": {"jwt": [proof]}})
    answer = answer_credential_request(bank, find_access(bank, f"Bearer {token}", now_s=now_s), wanted, now=now).body
    found = re.search(rb'"credential":"([^"]+)"', answer)
    assert found
    return found[1].decode("ascii")


def test_looking_back_at_the_offer_leads_to_the_certificate(holder: Browser, number: str) -> None:
    assert holder.get(f"/certificates/{number}/wallet").location == f"/certificates/{number}#wallet"


def test_a_certificate_that_is_not_in_force_goes_into_no_wallet(holder: Browser, number: str) -> None:
    holder.send(f"/certificates/{number}/revoke", {"reason": "holder_request"})
    assert "전자지갑으로 받기" not in holder.get(f"/certificates/{number}").plain
    assert holder.send(f"/certificates/{number}/wallet").status == 404


def test_somebody_elses_certificate_goes_into_no_wallet(pages: PageWorld, holder: Browser, number: str) -> None:
    other = pages.holder("SYN-P-003", "bada")
    assert other.send(f"/certificates/{number}/wallet").status == 404


def test_offers_count_as_issuing_does(pages: PageWorld, holder: Browser, number: str) -> None:
    for _ in range(pages.desk.issues.amount):
        pages.limits.count(pages.desk.issues, f"account:{holder.account}")
    shown = holder.send(f"/certificates/{number}/wallet")
    assert shown.status == 429
    assert "openid-credential-offer" not in shown.text
