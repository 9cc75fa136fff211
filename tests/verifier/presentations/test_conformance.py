"""The modules of the OpenID conformance plan for verifiers (oid4vp-1final-verifier), each as a test of the same name.

Variants as in the plan: how the verifier names itself, and whether the answer is encrypted. What the plan wants refused
is refused with a 4xx at the response address, and the one who asked sees the reason.
"""

from dataclasses import dataclass

import pytest

from tests.verifier.checks.test_forms import wallet_token
from tests.verifier.presentations.counter import Counter, JsonObject, Wallet, bound, broken_signature, decoded

YEAR_S = 365 * 86_400


@dataclass(frozen=True)
class Variant:
    prefix: str
    mode: str

    @property
    def wish(self) -> JsonObject:
        return {"client_id_prefix": self.prefix, "response_mode": self.mode}


VARIANTS = [
    Variant(prefix, mode)
    for prefix in ("x509_hash", "x509_san_dns", "redirect_uri")
    for mode in ("direct_post", "direct_post.jwt")
]
SOME = [VARIANTS[1], VARIANTS[2], VARIANTS[4]]  # what is refused is judged by the same lines in every variant


def named(variants: list[Variant]) -> list[str]:
    return [f"{each.prefix}-{each.mode}" for each in variants]


@pytest.fixture(params=SOME, ids=named(SOME))
def variant(request: pytest.FixtureRequest) -> Variant:
    found: Variant = request.param
    return found


def reasons(counter: Counter, made: JsonObject) -> dict[str, str]:
    """Return the failed checks of the one presentation, with their reasons."""
    (shown,) = counter.view(made)["presentations"]
    assert shown["accepted"] is False
    return {each["name"]: each["reason"] for each in shown["report"]["checks"] if each["outcome"] == "failed"}


@pytest.mark.parametrize("variant", VARIANTS, ids=named(VARIANTS), indirect=True)
def test_happy_flow(counter: Counter, wallet: Wallet, variant: Variant) -> None:
    made = counter.asked(**variant.wish)
    answer = wallet.present(made)
    assert (answer.status_code, answer.json()) == (200, {})
    assert answer.headers["content-type"] == "application/json"
    shown = counter.view(made)
    assert (shown["state"], shown["verdict"]) == ("verified", "valid")
    assert shown["report"]["certificate"]["holder_binding"] == "verified"
    assert shown["report"]["disclosed"]["entries"][0]["title"] == {"ko": "정보처리기사"}


@pytest.mark.parametrize("prefix", ["x509_hash", "x509_san_dns"])
def test_request_uri_fetched_twice(counter: Counter, wallet: Wallet, prefix: str) -> None:
    made = counter.asked(client_id_prefix=prefix)
    first, second = wallet.fetch(made), wallet.fetch(made)
    assert (first["nonce"], first["state"]) == (second["nonce"], second["state"])
    assert wallet.present(made).status_code == 200
    assert counter.state(made) == "verified"


@pytest.mark.parametrize("prefix", ["x509_hash", "x509_san_dns"])
def test_request_uri_method_post(counter: Counter, wallet: Wallet, prefix: str) -> None:
    made = counter.asked(client_id_prefix=prefix, request_uri_method="post")
    assert "request_uri_method=post" in made["qr_text"]
    form = b"wallet_nonce=qPmxiNFCR3QTm19POc8u&wallet_metadata=%7B%7D&unknown=1"
    answer = counter.ask("POST", made["request_uri"], form, content_type="application/x-www-form-urlencoded")
    request = decoded(answer.text)[1]
    assert request["wallet_nonce"] == "qPmxiNFCR3QTm19POc8u"
    assert wallet.answer(request, {"vp_token": {"licence": [wallet.presentation(request)]}}).status_code == 200
    assert counter.state(made) == "verified"


def test_minimal_cnf_jwk(counter: Counter, variant: Variant, monkeypatch: pytest.MonkeyPatch) -> None:
    jwk = counter.world.keys.holder.public_jwk()
    minimal = {name: jwk[name] for name in ("kty", "crv", "x", "y")}
    monkeypatch.setattr(type(counter.world.keys.holder), "public_jwk", lambda _: minimal)
    wallet = Wallet(counter, credential=wallet_token(counter.world))
    assert decoded(wallet.credential.partition("~")[0])[1]["cnf"]["jwk"] == minimal
    made = counter.asked(**variant.wish)
    assert wallet.present(made).status_code == 200
    assert counter.state(made) == "verified"


def test_invalid_credential_signature(counter: Counter, wallet: Wallet, variant: Variant) -> None:
    issuer_jwt, _, rest = wallet.credential.partition("~")
    wallet.credential = f"{broken_signature(issuer_jwt)}~{rest}"
    made = counter.asked(**variant.wish)
    assert wallet.present(made).status_code == 400
    assert reasons(counter, made) == {"signature": "signature_invalid"}


def test_invalid_kb_jwt_signature(counter: Counter, wallet: Wallet, variant: Variant) -> None:
    made = counter.asked(**variant.wish)
    request = wallet.fetch(made)
    presentation = broken_signature(wallet.presentation(request))
    assert wallet.answer(request, {"vp_token": {"licence": [presentation]}}).status_code == 400
    assert reasons(counter, made) == {"holder_binding": "holder_binding_invalid"}


def refused_for(counter: Counter, wallet: Wallet, variant: Variant, claims: JsonObject) -> dict[str, str]:
    """Return why a presentation with these claims in its key binding was refused."""
    wallet.claims = claims
    made = counter.asked(**variant.wish)
    answer = wallet.present(made)
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"
    assert counter.view(made)["state"] == "refused"
    return reasons(counter, made)


def test_invalid_kb_jwt_aud(counter: Counter, wallet: Wallet, variant: Variant) -> None:
    found = refused_for(counter, wallet, variant, {"aud": "x509_hash:another"})
    assert found == {"holder_binding": "holder_binding_other_request"}


def test_invalid_kb_jwt_nonce(counter: Counter, wallet: Wallet, variant: Variant) -> None:
    found = refused_for(counter, wallet, variant, {"nonce": "another-nonce-of-another-request"})
    assert found == {"holder_binding": "holder_binding_other_request"}


def test_invalid_sd_hash(counter: Counter, wallet: Wallet, variant: Variant) -> None:
    found = refused_for(counter, wallet, variant, {"sd_hash": "A" * 43})
    assert found == {"holder_binding": "holder_binding_invalid"}


def test_kb_jwt_iat_in_past(counter: Counter, wallet: Wallet, variant: Variant) -> None:
    found = refused_for(counter, wallet, variant, {"iat": int(counter.now.timestamp()) - YEAR_S})
    assert found == {"holder_binding": "holder_binding_time"}


def test_kb_jwt_iat_in_future(counter: Counter, wallet: Wallet, variant: Variant) -> None:
    found = refused_for(counter, wallet, variant, {"iat": int(counter.now.timestamp()) + YEAR_S})
    assert found == {"holder_binding": "holder_binding_time"}


def test_key_binding_with_another_type_is_refused(counter: Counter, wallet: Wallet) -> None:
    made = counter.asked()
    request = wallet.fetch(made)
    whole = wallet.presentation(request)
    shown, _, binding = whole.rpartition("~")
    holder = counter.world.keys.holder
    presentation = bound(f"{shown}~", decoded(binding)[1], holder, {"typ": "JWT", "alg": "ES256"})
    assert wallet.answer(request, {"vp_token": {"licence": [presentation]}}).status_code == 400
    assert reasons(counter, made) == {"holder_binding": "holder_binding_invalid"}
