"""Steps 23 to 28: the presentation was made by its holder, now, for this verifier; and the holder's side of it."""

import json
from dataclasses import replace

import pytest

from credential_schemas.errors import SdJwtBuildError, SdJwtRefused
from credential_schemas.sd_jwt.bind import BindingRequest, bind_to_request, bind_to_verifier
from credential_schemas.sd_jwt.verify import Examination, KeyBindingPolicy, VerificationPolicy, examine_sd_jwt_vc
from keys.encoding import JsonValue, b64url_decode, b64url_encode
from tests.credential_schemas.sd_jwt.conftest import NOW, POLICY, World, digest, disclosure

AUDIENCE = "x509_san_dns:employer.example"
NONCE = "Zm9yLXRoaXMtdGVzdC1vbmx5"
BOUND = replace(POLICY, key_binding=KeyBindingPolicy(AUDIENCE, NONCE))


@pytest.fixture(scope="module")
def credential(world: World) -> str:
    return world.token(world.bound_claims(name="x"))


def bound(world: World, sd_jwt: str, *, header: object = None, **changes: JsonValue) -> str:
    """An SD-JWT+KB signed by the holder, with any changes to its header and claims; None leaves a claim out."""
    claims = {"iat": NOW, "aud": AUDIENCE, "nonce": NONCE, "sd_hash": digest(sd_jwt), **changes}
    payload = json.dumps({name: value for name, value in claims.items() if value is not None}).encode()
    return raw_bound(world, sd_jwt, payload, header=header)


def raw_bound(world: World, sd_jwt: str, payload: bytes, *, header: object = None) -> str:
    head = json.dumps(header or {"typ": "kb+jwt", "alg": "ES256"}).encode()
    signing_input = f"{b64url_encode(head)}.{b64url_encode(payload)}"
    return f"{sd_jwt}{signing_input}.{b64url_encode(world.holder.sign(signing_input.encode()))}"


def examine(world: World, token: str, policy: VerificationPolicy = BOUND) -> Examination:
    return examine_sd_jwt_vc(token, policy=policy, keys=world.find_key, now=NOW)


def codes(examination: Examination) -> list[str]:
    assert examination.verified is not None
    assert examination.verified.key_bound is (not examination.refusals)
    return [refusal.code for refusal in examination.refusals]


def test_presentation_of_the_holder_is_bound(world: World, credential: str) -> None:
    token = bind_to_verifier(credential, audience=AUDIENCE, nonce=NONCE, issued_at=NOW, holder=world.holder)
    assert token.startswith(credential)
    assert codes(examine(world, token)) == []


def test_holder_does_not_bind_twice(world: World, credential: str) -> None:
    token = bind_to_verifier(credential, audience=AUDIENCE, nonce=NONCE, issued_at=NOW, holder=world.holder)
    with pytest.raises(SdJwtBuildError, match="key-binding JWT"):
        bind_to_verifier(token, audience=AUDIENCE, nonce=NONCE, issued_at=NOW, holder=world.holder)


def test_holder_does_not_bind_with_another_digest(world: World) -> None:
    token = world.token(world.bound_claims(_sd_alg="sha-512"))
    with pytest.raises(SdJwtRefused, match="E_SD_ALG"):
        bind_to_verifier(token, audience=AUDIENCE, nonce=NONCE, issued_at=NOW, holder=world.holder)


def test_missing_key_binding_is_refused_when_required(world: World, credential: str) -> None:
    examination = examine(world, credential)
    assert [(refusal.code, refusal.step) for refusal in examination.refusals] == [("E_KB_MISSING", 23)]
    assert examination.verified is not None
    assert not examination.verified.key_bound


def test_missing_key_binding_is_accepted_as_unbound_when_not_required(world: World, credential: str) -> None:
    policy = replace(POLICY, key_binding=KeyBindingPolicy(AUDIENCE, NONCE, required=False))
    examination = examine(world, credential, policy)
    assert examination.refusals == ()
    assert examination.verified is not None
    assert not examination.verified.key_bound


def test_key_binding_sent_though_not_required_is_verified(world: World, credential: str) -> None:
    policy = replace(POLICY, key_binding=KeyBindingPolicy(AUDIENCE, NONCE, required=False))
    assert codes(examine(world, bound(world, credential), policy)) == []
    assert codes(examine(world, bound(world, credential, nonce="other"), policy)) == ["E_KB_NONCE"]


def test_key_binding_that_cannot_be_compared_is_refused(world: World, credential: str) -> None:
    assert codes(examine(world, bound(world, credential), POLICY)) == ["E_KB_AUD"]


@pytest.mark.parametrize("cnf", [None, "key", [], {"jwk": None}, {"jwk": "key"}, {"jwk": {"kty": "EC", "d": "x"}}])
def test_cnf_of_another_form_is_refused_even_without_key_binding(world: World, cnf: JsonValue) -> None:
    examination = examine(world, world.token(world.claims(cnf=cnf)), POLICY)
    assert [(refusal.code, refusal.step) for refusal in examination.refusals] == [("E_CNF", 24)]


@pytest.mark.parametrize("cnf", [{}, {"kid": "k"}, {"jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}}])
def test_cnf_that_cannot_bind_is_accepted_only_without_key_binding(world: World, cnf: JsonValue) -> None:
    token = world.token(world.claims(cnf=cnf))
    assert examine(world, token, POLICY).refusals == ()
    assert codes(examine(world, bound(world, token))) == ["E_CNF"]


def test_key_binding_without_cnf_is_refused(world: World) -> None:
    assert codes(examine(world, bound(world, world.token(world.claims())))) == ["E_CNF"]


def test_private_key_in_cnf_is_refused(world: World) -> None:
    jwk: dict[str, JsonValue] = {**world.holder.public_jwk(), "d": "AAAA"}
    assert codes(examine(world, bound(world, world.token(world.claims(cnf={"jwk": jwk}))))) == ["E_CNF"]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"alg": "ES256"}, "E_KB_TYP"),
        ({"alg": "ES256", "typ": "dc+sd-jwt"}, "E_KB_TYP"),
        ({"alg": "none", "typ": "kb+jwt"}, "E_KB_ALG"),
        ({"alg": "HS256", "typ": "kb+jwt"}, "E_KB_ALG"),
        ({"typ": "kb+jwt"}, "E_KB_ALG"),
        ({"alg": "ES256", "typ": "kb+jwt", "crit": ["x"]}, "E_CRIT"),
        ({"alg": "ES256", "typ": "kb+jwt", "jwk": {}}, "E_KEY"),
        ({"alg": "ES256", "typ": "kb+jwt", "x5c": ["MIIB"]}, "E_KEY"),
        ([1], "E_KB_TYP"),
    ],
)
def test_key_binding_with_another_header_is_refused(world: World, credential: str, header: object, code: str) -> None:
    examination = examine(world, bound(world, credential, header=header))
    assert [(refusal.code, refusal.step) for refusal in examination.refusals] == [(code, 25)]


@pytest.mark.parametrize(
    ("binding", "code"),
    [("e30=.e30.AAAA", "E_FORMAT"), ("..", "E_KB_TYP"), ("eyJhIjoxLCJhIjoyfQ.e30.AAAA", "E_DUP_KEY")],
)
def test_key_binding_that_is_no_jwt_is_refused(world: World, credential: str, binding: str, code: str) -> None:
    assert codes(examine(world, credential + binding)) == [code]


def test_key_binding_signed_by_another_key_is_refused(world: World, credential: str) -> None:
    thief = World(issuer=world.issuer, holder=world.issuer)
    assert codes(examine(world, bound(thief, credential))) == ["E_KB_SIGNATURE"]


@pytest.mark.parametrize(
    ("payload", "code"), [(b"[]", "E_KB_CLAIMS"), (b"nope", "E_KB_CLAIMS"), (b'{"iat":1,"iat":2}', "E_DUP_KEY")]
)
def test_key_binding_without_strict_claims_is_refused(world: World, credential: str, payload: bytes, code: str) -> None:
    assert codes(examine(world, raw_bound(world, credential, payload))) == [code]


@pytest.mark.parametrize("iat", [NOW - 301, NOW + 61, None, str(NOW), True, NOW - 0.5 - 300])
def test_key_binding_made_at_another_time_is_refused(world: World, credential: str, iat: JsonValue) -> None:
    assert codes(examine(world, bound(world, credential, iat=iat))) == ["E_KB_IAT"]


@pytest.mark.parametrize("iat", [NOW - 300, NOW + 60])
def test_key_binding_at_the_edge_of_its_window_is_accepted(world: World, credential: str, iat: int) -> None:
    assert codes(examine(world, bound(world, credential, iat=iat))) == []


@pytest.mark.parametrize("times", [{"exp": NOW - 60}, {"exp": "x"}, {"nbf": NOW + 61}, {"nbf": True}])
def test_key_binding_outside_of_its_own_times_is_refused(
    world: World, credential: str, times: dict[str, JsonValue]
) -> None:
    assert codes(examine(world, bound(world, credential, **times))) == ["E_KB_CLAIMS"]


def test_key_binding_within_its_own_times_is_accepted(world: World, credential: str) -> None:
    assert codes(examine(world, bound(world, credential, exp=NOW - 59, nbf=NOW + 60))) == []


@pytest.mark.parametrize("audience", [None, "employer.example", [AUDIENCE], AUDIENCE + "/", 1])
def test_key_binding_for_another_audience_is_refused(world: World, credential: str, audience: JsonValue) -> None:
    assert codes(examine(world, bound(world, credential, aud=audience))) == ["E_KB_AUD"]


@pytest.mark.parametrize("nonce", [None, "", NONCE.lower(), [NONCE], 1])
def test_key_binding_with_another_nonce_is_refused(world: World, credential: str, nonce: JsonValue) -> None:
    assert codes(examine(world, bound(world, credential, nonce=nonce))) == ["E_KB_NONCE"]


@pytest.mark.parametrize("sd_hash", [None, "", "AAAA", 1])
def test_key_binding_over_something_else_is_refused(world: World, credential: str, sd_hash: JsonValue) -> None:
    assert codes(examine(world, bound(world, credential, sd_hash=sd_hash))) == ["E_KB_SD_HASH"]


def test_disclosure_removed_after_binding_is_noticed(world: World) -> None:
    name = disclosure("salt", "name", "x")
    with_name = world.token(world.bound_claims(_sd=[digest(name)]), [name])
    token = bound(world, with_name).replace(f"{name}~", "")
    assert codes(examine(world, token)) == ["E_KB_SD_HASH"]


def test_any_changed_character_of_a_bound_presentation_is_refused(world: World) -> None:
    name = disclosure("salt", "name", "x")
    token = bound(world, world.token(world.bound_claims(_sd=[digest(name)]), [name]))
    changed = (f"{token[:at]}{'A' if token[at] != 'A' else 'B'}{token[at + 1 :]}" for at in range(len(token)))
    assert [at for at, text in enumerate(changed) if not examine(world, text).refusals] == []


def test_key_binding_findings_are_all_reported(world: World, credential: str) -> None:
    token = bound(world, credential, iat=1, exp=2, aud="a", nonce="b", sd_hash="c")
    assert codes(examine(world, token)) == ["E_KB_IAT", "E_KB_CLAIMS", "E_KB_AUD", "E_KB_NONCE", "E_KB_SD_HASH"]


def test_longer_window_is_the_choice_of_the_policy(world: World, credential: str) -> None:
    policy = replace(POLICY, key_binding=KeyBindingPolicy(AUDIENCE, NONCE, max_age_s=3600))
    assert codes(examine(world, bound(world, credential, iat=NOW - 3600), policy)) == []


CONSENTED = "fOBUSQvo46yQO-wRwXBcGqvnbKIueISEL961_Sjd4do"
ASKED = replace(POLICY, key_binding=KeyBindingPolicy(AUDIENCE, NONCE, transaction_hashes=frozenset({CONSENTED, "x"})))


def test_authorised_transaction_data_is_named(world: World, credential: str) -> None:
    request = BindingRequest(AUDIENCE, NONCE, (CONSENTED,))
    examination = examine(world, bind_to_request(credential, request, issued_at=NOW, holder=world.holder), ASKED)
    assert codes(examination) == []
    assert examination.verified is not None
    assert examination.verified.authorised == (CONSENTED,)


def test_holder_says_by_which_algorithm_the_transaction_data_was_hashed(world: World, credential: str) -> None:
    request = BindingRequest(AUDIENCE, NONCE, (CONSENTED,))
    token = bind_to_request(credential, request, issued_at=NOW, holder=world.holder)
    _, payload, _ = token.removeprefix(credential).split(".")
    assert json.loads(b64url_decode(payload)) == {
        "iat": NOW,
        "aud": AUDIENCE,
        "nonce": NONCE,
        "sd_hash": digest(credential),
        "transaction_data_hashes": [CONSENTED],
        "transaction_data_hashes_alg": "sha-256",
    }


@pytest.mark.parametrize("algorithm", [{}, {"transaction_data_hashes_alg": "sha-256"}], ids=["unnamed", "named"])
def test_hashes_of_transaction_data_are_by_sha_256_unless_they_say_otherwise(
    world: World, credential: str, algorithm: dict[str, JsonValue]
) -> None:
    examination = examine(world, bound(world, credential, transaction_data_hashes=[CONSENTED], **algorithm), ASKED)
    assert codes(examination) == []
    assert examination.verified is not None
    assert examination.verified.authorised == (CONSENTED,)


def test_nothing_is_authorised_without_key_binding_or_hashes(world: World, credential: str) -> None:
    unbound = examine(world, credential, POLICY).verified
    bare = examine(world, bound(world, credential), ASKED).verified
    assert unbound is not None
    assert bare is not None
    assert (unbound.authorised, bare.authorised) == ((), ())


@pytest.mark.parametrize(
    "claims",
    [
        {"transaction_data_hashes": ["another"]},
        {"transaction_data_hashes": [CONSENTED, "another"]},
        {"transaction_data_hashes": [CONSENTED, CONSENTED]},
        {"transaction_data_hashes": []},
        {"transaction_data_hashes": CONSENTED},
        {"transaction_data_hashes": [7]},
        {"transaction_data_hashes": [CONSENTED], "transaction_data_hashes_alg": "sha-512"},
        {"transaction_data_hashes": [CONSENTED], "transaction_data_hashes_alg": "SHA-256"},
        {"transaction_data_hashes": [CONSENTED], "transaction_data_hashes_alg": ["sha-256"]},
        {"transaction_data_hashes_alg": "sha-256"},
    ],
    ids=["other", "one other", "twice", "empty", "text", "number", "algorithm", "capitals", "list", "algorithm alone"],
)
def test_authorisation_of_anything_but_this_request_is_refused(
    world: World, credential: str, claims: dict[str, JsonValue]
) -> None:
    examination = examine(world, bound(world, credential, **claims), ASKED)
    assert codes(examination) == ["E_KB_TRANSACTION"]
    assert [refusal.step for refusal in examination.refusals] == [27]
    assert examination.verified is not None
    assert examination.verified.authorised == ()
