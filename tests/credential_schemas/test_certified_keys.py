"""Keys that tokens prove by `x5c`: for credentials and for status lists, by the roots of their own issuer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from credential_schemas.errors import IssuerNotTrusted, KeyUnknown, SdJwtRefused, StatusListError
from credential_schemas.sd_jwt.issuer_keys import certificate_key_finder
from credential_schemas.status_list import status_key_finder, verify_status_token
from keys.encoding import JsonValue, encode_json
from keys.jwk import PublicKey
from keys.jws_sign import sign_compact
from keys.key_files import FileSigner, PrivateKey
from keys.trust_list import TrustedIssuer, TrustedType, TrustList
from tests.keys.chains import ISSUER, LEAF, NOW, STATUS_LEAF, Made, authority, make, new_key

VCT = f"{ISSUER}/vct/1"
LIST = f"{ISSUER}/status/1"
AT = int(NOW.timestamp())


@dataclass
class Bank:
    """An issuer whose root is listed, with a leaf for credentials and one for status lists."""

    root: Made
    leaf: Made
    status_leaf: Made
    issuer: TrustedIssuer

    def credential_key(self, header: dict[str, JsonValue], **claims: JsonValue) -> PublicKey:
        other = replace(self.issuer, id="https://other.example", types=(TrustedType("other"),))
        trust = TrustList(1, {ISSUER: self.issuer, other.id: other})
        return certificate_key_finder(trust, now=AT)(header, {"iss": ISSUER, "vct": VCT, **claims})

    def status_token(self, leaf: Made, header: dict[str, JsonValue] | None = None) -> str:
        members: dict[str, JsonValue] = {"typ": "statuslist+jwt", "x5c": [leaf.x5c]}
        lists: JsonValue = {"bits": 1, "lst": "eNrbuRgAAhcBXQ"}
        payload = encode_json({"sub": LIST, "iat": AT, "status_list": lists})
        return sign_compact(members | (header or {}), payload, signer=signer_of(leaf))

    def read_status(self, token: str, *, now: int = AT) -> object:
        return verify_status_token(token, uri=LIST, keys=status_key_finder(self.issuer, now=now), now=now)


@pytest.fixture
def bank() -> Bank:
    root = make(authority("root", days=3650))
    issuer = TrustedIssuer(id=ISSUER, name={}, types=(TrustedType(VCT),), keys={}, x509_roots=(root.pem,))
    return Bank(root, make(LEAF, root), make(STATUS_LEAF, root), issuer)


def signer_of(made: Made) -> FileSigner:
    assert isinstance(made.key, ec.EllipticCurvePrivateKey)
    return FileSigner(PrivateKey(made.key))


def key_of(made: Made) -> PublicKey:
    return signer_of(made).public_key


def refusal(find: Callable[[], object]) -> tuple[type[SdJwtRefused], str, int]:
    with pytest.raises(SdJwtRefused) as caught:
        find()
    return type(caught.value), caught.value.code, caught.value.step


def status_kind(read: Callable[[], object]) -> str:
    with pytest.raises(StatusListError) as caught:
        read()
    return caught.value.kind


def test_key_of_a_chain_to_the_issuers_root_is_found(bank: Bank) -> None:
    assert bank.credential_key({"x5c": [bank.leaf.x5c]}) == key_of(bank.leaf)


def test_chain_of_an_issuer_that_is_not_listed_is_not_looked_at(bank: Bank) -> None:
    header: dict[str, JsonValue] = {"x5c": [bank.leaf.x5c]}
    stranger = "https://stranger.example"
    assert refusal(lambda: bank.credential_key(header, iss=stranger)) == (IssuerNotTrusted, "E_KEY", 6)
    assert refusal(lambda: bank.credential_key(header, vct="other")) == (IssuerNotTrusted, "E_VCT", 6)


def test_chain_that_names_another_listed_issuer_is_an_unknown_key(bank: Bank) -> None:
    header: dict[str, JsonValue] = {"x5c": [bank.leaf.x5c]}
    found = refusal(lambda: bank.credential_key(header, iss="https://other.example", vct="other"))
    assert found == (KeyUnknown, "E_CERT", 7)


def test_chain_to_no_listed_root_is_an_unknown_key(bank: Bank) -> None:
    foreign = make(LEAF, make(authority("root")))
    assert refusal(lambda: bank.credential_key({"x5c": [foreign.x5c]})) == (KeyUnknown, "E_CERT", 7)
    bank.issuer = replace(bank.issuer, x509_roots=())
    assert refusal(lambda: bank.credential_key({"x5c": [bank.leaf.x5c]})) == (KeyUnknown, "E_CERT", 7)


def test_expired_leaf_is_an_unknown_key_whatever_the_date_of_the_credential(bank: Bank) -> None:
    old = make(replace(LEAF, start=NOW - timedelta(days=400)), bank.root)
    past = int((NOW - timedelta(days=100)).timestamp())
    assert refusal(lambda: bank.credential_key({"x5c": [old.x5c]}, iat=past)) == (KeyUnknown, "E_CERT", 7)


def test_status_certificate_signs_no_credential(bank: Bank) -> None:
    assert refusal(lambda: bank.credential_key({"x5c": [bank.status_leaf.x5c]})) == (KeyUnknown, "E_CERT", 7)


@pytest.mark.parametrize("x5c", [None, [], ["AAAA"], "AAAA", [5]])
def test_header_that_is_no_chain_is_a_broken_header(bank: Bank, x5c: JsonValue) -> None:
    assert refusal(lambda: bank.credential_key({"x5c": x5c})) == (SdJwtRefused, "E_HEADER", 6)


def test_chain_of_too_many_certificates_is_above_a_limit(bank: Bank) -> None:
    assert refusal(lambda: bank.credential_key({"x5c": ["AAAA"] * 5})) == (SdJwtRefused, "E_LIMIT", 6)


@pytest.mark.parametrize("kid", [None, "another", 5])
def test_distrusted_key_cannot_hide_behind_its_certificate(bank: Bank, kid: JsonValue) -> None:
    key = key_of(bank.leaf)
    for name in (key.short_name(), key.thumbprint()):
        bank.issuer = replace(bank.issuer, distrusted={name: AT - 1})
        found = refusal(lambda: bank.credential_key({"x5c": [bank.leaf.x5c], "kid": kid}))
        assert found == (KeyUnknown, "E_CERT", 7)


def test_distrusted_key_that_the_list_calls_by_another_name_is_recognised(bank: Bank) -> None:
    bank.issuer = replace(bank.issuer, keys={"old": key_of(bank.leaf)}, distrusted={"old": AT})
    assert refusal(lambda: bank.credential_key({"x5c": [bank.leaf.x5c]})) == (KeyUnknown, "E_CERT", 7)


def test_distrusted_key_that_is_named_is_left_to_the_proof_of_its_time(bank: Bank) -> None:
    key = key_of(bank.leaf)
    bank.issuer = replace(bank.issuer, distrusted={key.short_name(): AT})
    assert bank.credential_key({"x5c": [bank.leaf.x5c], "kid": key.short_name()}) == key


def test_status_list_signed_by_a_certified_key_is_read(bank: Bank) -> None:
    assert bank.read_status(bank.status_token(bank.status_leaf))


def test_status_list_by_kid_is_read_by_the_finder(bank: Bank) -> None:
    signer = signer_of(bank.status_leaf)
    bank.issuer = replace(bank.issuer, status_keys={signer.key_id: signer.public_key})
    payload = encode_json({"sub": LIST, "iat": AT, "status_list": {"bits": 1, "lst": "eNrbuRgAAhcBXQ"}})
    token = sign_compact({"typ": "statuslist+jwt", "kid": signer.key_id}, payload, signer=signer)
    assert bank.read_status(token)
    bank.issuer = replace(bank.issuer, distrusted={signer.key_id: AT + 1})
    assert bank.read_status(token)
    bank.issuer = replace(bank.issuer, distrusted={signer.key_id: AT})
    assert status_kind(lambda: bank.read_status(token)) == "key"


def test_status_list_signed_with_the_credential_certificate_is_refused(bank: Bank) -> None:
    assert status_kind(lambda: bank.read_status(bank.status_token(bank.leaf))) == "key"


def test_status_list_below_a_foreign_root_is_refused(bank: Bank) -> None:
    foreign = make(STATUS_LEAF, make(authority("root")))
    assert status_kind(lambda: bank.read_status(bank.status_token(foreign))) == "key"


def test_status_list_with_the_certificate_of_another_key_is_refused(bank: Bank) -> None:
    token = bank.status_token(make(replace(STATUS_LEAF, key=new_key()), bank.root), {"x5c": [bank.status_leaf.x5c]})
    assert status_kind(lambda: bank.read_status(token)) == "signature"


def test_status_list_is_refused_once_its_certificate_has_expired(bank: Bank) -> None:
    token = bank.status_token(bank.status_leaf)
    assert status_kind(lambda: bank.read_status(token, now=AT + 400 * 86_400)) == "key"


def test_status_list_of_a_distrusted_certified_key_is_refused_from_then_on(bank: Bank) -> None:
    key = key_of(bank.status_leaf)
    token = bank.status_token(bank.status_leaf)
    bank.issuer = replace(bank.issuer, distrusted={key.short_name(): AT + 1})
    assert bank.read_status(token)
    assert status_kind(lambda: bank.read_status(token, now=AT + 1)) == "key"
