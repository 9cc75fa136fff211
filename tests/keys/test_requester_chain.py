"""Who signed a presentation request: the chain that is believed, what it says, and why another is refused."""

import base64
import hashlib
import ipaddress
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from keys.certificate_chain import (
    CertifiedRequester,
    authority_key_identifiers,
    certificate_hash,
    certified_requester,
)
from keys.certificates import LeafKind, SubjectNames, Validity, create_leaf, create_root
from keys.encoding import JsonValue, b64url_encode
from keys.errors import CertificateChainRefused
from keys.key_files import create_key
from keys.pem_form import certificate_der
from tests.keys.chains import LEAF, NOW, Made, Plan, authority, make

ROOT = make(authority("root", path_length=1, days=3650))
MIDDLE = make(authority("middle", path_length=0), ROOT)
AT = int(NOW.timestamp())
HOSTS = (
    x509.DNSName("Verify.Example"),
    x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    x509.UniformResourceIdentifier("https://verify.example"),
)


def chain(plan: Plan = LEAF) -> tuple[Made, list[JsonValue]]:
    leaf = make(plan, MIDDLE)
    return leaf, [leaf.x5c, MIDDLE.x5c]


def requester(x5c: JsonValue, *, roots: tuple[str, ...] = (ROOT.pem,), at: int = AT) -> CertifiedRequester:
    return certified_requester(x5c, roots=roots, at=at)


def refusal(x5c: JsonValue, *, roots: tuple[str, ...] = (ROOT.pem,), at: int = AT) -> str:
    with pytest.raises(CertificateChainRefused) as refused:
        requester(x5c, roots=roots, at=at)
    return refused.value.message


def test_requester_is_named_by_its_certificate() -> None:
    leaf, x5c = chain(replace(LEAF, names=HOSTS))
    found = requester(x5c)
    der = leaf.certificate.public_bytes(Encoding.DER)
    assert found.certificate_hash == certificate_hash(der) == b64url_encode(hashlib.sha256(der).digest())
    assert (found.hosts, found.names) == (("verify.example", "127.0.0.1"), ())


def test_certificate_of_ours_names_the_organisation() -> None:
    names = SubjectNames("한국교통안전공단", "Korea Transportation Safety Authority", "Presentation requests")
    validity = Validity(LEAF.start, LEAF.start.replace(year=2027))
    root = create_root(replace(names, common_name="Root"), key=create_key(), not_before=LEAF.start, years=5)
    subject = replace(names, issuer_url="https://verify.example")
    key = create_key().public_key()
    leaf = create_leaf(LeafKind.REQUEST, root, subject=subject, public_key=key, validity=validity)
    x5c: list[JsonValue] = [base64.b64encode(certificate_der(leaf)).decode("ascii")]
    found = requester(x5c, roots=(root.certificate_pem,))
    assert (found.key.x, found.hosts, found.names) == (
        key.x,
        ("verify.example",),
        (names.organisation, names.organisation_en),
    )


def test_certificate_may_have_any_purpose_and_no_other_names() -> None:
    _, x5c = chain(replace(LEAF, names=(), purposes=(ExtendedKeyUsageOID.CLIENT_AUTH,)))
    assert requester(x5c).hosts == ()


def test_stranger_is_refused() -> None:
    _, x5c = chain()
    other = make(authority("root", path_length=1, days=3650))
    assert "listed root" in refusal(x5c, roots=(other.pem,))
    assert "found none" in refusal(x5c, roots=())
    assert "x509_roots" in refusal(x5c, roots=("-----BEGIN CERTIFICATE-----",))


def test_expired_certificate_is_refused() -> None:
    assert "at this time" in refusal(chain()[1], at=AT + 400 * 86_400)


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        (replace(LEAF, usage=None), "digitalSignature"),
        (replace(LEAF, usage=("key_agreement",)), "digitalSignature"),
        (authority("ca", path_length=0), "certification authority"),
        (replace(LEAF, more=((x509.OCSPNoCheck(), True),)), "critical"),
    ],
    ids=["no usage", "other usage", "authority", "critical extension"],
)
def test_certificate_that_signs_no_requests_is_refused(plan: Plan, why: str) -> None:
    assert why in refusal(chain(plan)[1])


def test_self_signed_certificate_is_refused() -> None:
    alone = make(LEAF)
    assert "self-signed" in refusal([alone.x5c], roots=(alone.pem,))


@pytest.mark.parametrize("x5c", [None, [], "x", ["x"]])
def test_what_is_no_chain_is_refused(x5c: JsonValue) -> None:
    assert "certificates" in refusal(x5c)


def test_authority_keys_are_those_of_the_signers() -> None:
    leaf, x5c = chain()
    expected = {
        x509.AuthorityKeyIdentifier.from_issuer_public_key(made.key.public_key()).key_identifier
        for made in (MIDDLE, ROOT)
    }
    assert authority_key_identifiers(x5c) == {b64url_encode(each or b"") for each in expected}
    assert authority_key_identifiers([leaf.x5c]) < authority_key_identifiers(x5c)
