"""Chains in `x5c`: the one that is believed, and every reason for refusing another."""

import base64
import ipaddress
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from keys.certificate_chain import ChainDemands, certified_key
from keys.certificates import LeafKind, SubjectNames, Validity, create_leaf, create_root
from keys.encoding import JsonValue
from keys.errors import CertificateChainRefused
from keys.jwk import PublicKey
from keys.key_files import create_key
from keys.pem import load_certificate
from tests.keys.chains import ISSUER, LEAF, NOW, STATUS_LEAF, Made, Plan, authority, make


@dataclass
class Tree:
    """A root, an intermediate and what stands below; a test replaces one of them."""

    root: Made = field(default_factory=lambda: make(authority("root", path_length=1, days=3650)))
    kind: LeafKind = LeafKind.CREDENTIAL
    issuer_url: str = ISSUER
    at: int = int(NOW.timestamp())
    roots: Sequence[str] | None = None

    def __post_init__(self) -> None:
        self.middle = make(authority("middle", path_length=0), self.root)

    def leaf(self, plan: Plan = LEAF) -> Made:
        return make(plan, self.middle)

    def chain(self, plan: Plan = LEAF) -> list[JsonValue]:
        return [self.leaf(plan).x5c, self.middle.x5c]

    def key(self, x5c: JsonValue) -> PublicKey:
        roots = [self.root.pem] if self.roots is None else self.roots
        return certified_key(x5c, ChainDemands(self.kind, self.issuer_url, roots, self.at))

    def refusal(self, x5c: JsonValue) -> tuple[str, str]:
        with pytest.raises(CertificateChainRefused) as caught:
            self.key(x5c)
        return caught.value.kind, caught.value.message

    def untrusted(self, x5c: JsonValue) -> str:
        kind, message = self.refusal(x5c)
        assert kind == "untrusted"
        return message


@pytest.fixture(scope="module")
def _tree() -> Tree:
    return Tree()


@pytest.fixture
def tree(_tree: Tree) -> Tree:
    fresh = replace(_tree)
    fresh.middle = _tree.middle
    return fresh


@pytest.fixture
def _in_korea(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "KST-9")
        time.tzset()
        yield
    time.tzset()


def public_point(made: Made) -> tuple[bytes, bytes]:
    assert isinstance(made.key, ec.EllipticCurvePrivateKey)
    numbers = made.key.public_key().public_numbers()
    return numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")


def test_chain_to_a_listed_root_gives_the_leafs_key(tree: Tree) -> None:
    leaf = tree.leaf()
    key = tree.key([leaf.x5c, tree.middle.x5c])
    assert (key.x, key.y) == public_point(leaf)
    assert key.kid == key.short_name()


def test_leaf_directly_below_the_root_is_believed(tree: Tree) -> None:
    assert tree.key([make(LEAF, tree.root).x5c]).kid


def test_certificates_that_our_own_authority_makes_are_believed() -> None:
    names = SubjectNames("직무능력은행", "Competency Bank", "Root")
    root = create_root(names, key=create_key(), not_before=NOW, years=10)
    for kind in (LeafKind.CREDENTIAL, LeafKind.STATUS):
        key = create_key().public_key()
        subject = replace(names, common_name=kind, issuer_url=f"{ISSUER}/tenant")
        validity = Validity(NOW, NOW + timedelta(days=365))
        pem = create_leaf(kind, root, subject=subject, public_key=key, validity=validity)
        x5c: list[JsonValue] = [Made(load_certificate(pem), ec.generate_private_key(ec.SECP256R1())).x5c]
        demands = ChainDemands(kind, f"{ISSUER}/tenant", [root.certificate_pem], int(NOW.timestamp()))
        assert certified_key(x5c, demands) == key


@pytest.mark.parametrize(
    "names",
    [
        (x509.DNSName("BANK.example"),),
        (x509.DNSName("other.example"), x509.DNSName("bank.example")),
        (x509.UniformResourceIdentifier(ISSUER), x509.DNSName("other.example")),
    ],
    ids=["case", "one-of-two", "uri"],
)
def test_leaf_may_name_the_issuer_by_host_or_by_address(tree: Tree, names: tuple[x509.GeneralName, ...]) -> None:
    assert tree.key(tree.chain(replace(LEAF, names=names))).kid


def test_issuer_at_a_bare_address_is_named_by_the_address(tree: Tree) -> None:
    tree.issuer_url = "https://203.0.113.7/bank"
    names = (x509.IPAddress(ipaddress.ip_address("203.0.113.7")),)
    assert tree.key(tree.chain(replace(LEAF, names=names))).kid
    tree.issuer_url = "https://203.0.113.8/bank"
    assert "names the issuer" in tree.untrusted(tree.chain(replace(LEAF, names=names)))


def test_issuer_in_development_is_named_by_its_loopback_address(tree: Tree) -> None:
    tree.issuer_url = "http://127.0.0.1:8080"
    names = (x509.IPAddress(ipaddress.ip_address("127.0.0.1")),)
    assert tree.key(tree.chain(replace(LEAF, names=names))).kid


def test_leaf_for_any_purpose_is_believed(tree: Tree) -> None:
    assert tree.key(tree.chain(replace(LEAF, purposes=(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)))).kid


def test_status_leaf_with_its_purpose_is_believed(tree: Tree) -> None:
    tree.kind = LeafKind.STATUS
    assert tree.key(tree.chain(STATUS_LEAF)).kid


@pytest.mark.parametrize("x5c", [None, {}, "MIIB", []])
def test_header_that_is_no_array_of_certificates_is_refused(tree: Tree, x5c: JsonValue) -> None:
    assert tree.refusal(x5c)[0] == "format"


@pytest.mark.parametrize("text", [5, None, "", "AAAA", "MIIB", "한글", "MIIB====", "-_-_"])
def test_text_that_is_no_certificate_in_base64_is_refused(tree: Tree, text: JsonValue) -> None:
    assert tree.refusal([text])[0] == "format"


def test_certificate_in_base64url_or_without_padding_is_refused(tree: Tree) -> None:
    (leaf, middle) = tree.chain()
    assert isinstance(leaf, str)
    wrong = base64.b64encode(base64.b64decode(leaf) + b"\0").decode("ascii")  # something behind the certificate
    for text in (leaf.rstrip("=") + "\n", f"{leaf[:64]}\n{leaf[64:]}", wrong):
        assert tree.refusal([text, middle])[0] == "format"


def test_certificate_with_stray_bits_is_refused(tree: Tree) -> None:
    padded = next(made for made in (tree.leaf(replace(LEAF, name="l" * n)) for n in range(1, 9)) if "=" in made.x5c)
    body = padded.x5c.rstrip("=")
    stray = body[:-1] + chr(ord(body[-1]) + 1) + "=" * (len(padded.x5c) - len(body))
    assert tree.refusal([stray, tree.middle.x5c])[0] == "format"


def test_certificate_with_an_extension_twice_is_refused(tree: Tree) -> None:
    leaf = tree.leaf(replace(LEAF, more=((_extension("2.5.29.99"), False), (_extension("2.5.29.98"), False))))
    twice = base64.b64decode(leaf.x5c).replace(b"\x06\x03U\x1db", b"\x06\x03U\x1dc")
    assert tree.refusal([base64.b64encode(twice).decode("ascii")])[0] == "format"


def test_certificate_with_a_negative_serial_number_is_refused_without_a_warning(tree: Tree) -> None:
    made = tree.leaf()
    number = made.certificate.serial_number
    old = number.to_bytes(number.bit_length() // 8 + 1, "big")
    negative = base64.b64decode(made.x5c).replace(old, b"\xff" * len(old), 1)
    assert tree.refusal([base64.b64encode(negative).decode("ascii")])[0] == "format"


def _extension(oid: str) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(ObjectIdentifier(oid), b"\x05\x00")


def test_more_than_four_certificates_are_refused(tree: Tree) -> None:
    leaf = tree.leaf().x5c
    assert tree.refusal([leaf] * 5)[0] == "limit"
    assert tree.refusal([leaf] * 4)[0] == "format"  # not too many, but one of them twice


def test_certificate_above_the_limit_is_refused_unread(tree: Tree) -> None:
    assert tree.refusal(["A" * 4097])[0] == "limit"
    assert tree.refusal(["A" * 4096])[0] == "format"


def test_certificate_given_twice_is_refused(tree: Tree) -> None:
    leaf = tree.leaf().x5c
    assert tree.refusal([leaf, tree.middle.x5c, tree.middle.x5c])[0] == "format"


def test_issuer_without_listed_roots_has_no_certified_keys(tree: Tree) -> None:
    tree.roots = []
    assert "no root listed" in tree.untrusted(tree.chain())
    assert "no root listed" in tree.untrusted("not even a chain")


def test_listed_root_that_is_no_certificate_believes_nothing(tree: Tree) -> None:
    tree.roots = ["-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"]
    assert "x509_roots" in tree.untrusted(tree.chain())


def test_chain_to_a_foreign_root_is_refused(tree: Tree) -> None:
    tree.roots = [make(authority("root", path_length=1)).pem]
    assert "listed root" in tree.untrusted(tree.chain())


def test_anchor_inside_of_the_chain_is_refused(tree: Tree) -> None:
    assert "anchor" in tree.untrusted([*tree.chain(), tree.root.x5c])


def test_self_signed_leaf_is_refused_even_if_it_is_listed(tree: Tree) -> None:
    leaf = make(LEAF)
    tree.roots = [leaf.pem]
    assert "self-signed" in tree.untrusted([leaf.x5c])


def test_chain_without_its_intermediate_is_refused(tree: Tree) -> None:
    assert "listed root" in tree.untrusted([tree.leaf().x5c])


def test_chain_in_another_order_is_refused(tree: Tree) -> None:
    other = make(authority("other", path_length=0), tree.root)
    assert "in order" in tree.untrusted([*tree.chain(), other.x5c])
    assert tree.untrusted([tree.middle.x5c, tree.leaf().x5c])


@pytest.mark.parametrize("days", [-31, 400], ids=["not-yet", "expired"])
def test_leaf_that_is_not_valid_at_the_time_is_refused(tree: Tree, days: int) -> None:
    tree.at += days * 86_400
    assert "at this time" in tree.untrusted(tree.chain())


@pytest.mark.usefixtures("_in_korea")
def test_time_is_not_read_as_the_time_of_the_place_where_the_verifier_stands(tree: Tree) -> None:
    end = LEAF.start + timedelta(days=LEAF.days)
    tree.at = int(end.timestamp()) - 3_600
    assert tree.key(tree.chain()).kid
    tree.at = int(LEAF.start.timestamp()) - 3_600
    assert "at this time" in tree.untrusted(tree.chain())


def test_intermediate_that_has_expired_is_refused(tree: Tree) -> None:
    tree.middle = make(authority("middle", path_length=0, days=10), tree.root)
    assert "at this time" in tree.untrusted(tree.chain())


def test_path_longer_than_an_authority_permits_is_refused(tree: Tree) -> None:
    below = make(authority("below"), tree.middle)
    assert "listed root" in tree.untrusted([make(LEAF, below).x5c, below.x5c, tree.middle.x5c])


def test_intermediate_that_is_no_authority_is_refused(tree: Tree) -> None:
    below = tree.leaf()
    assert "listed root" in tree.untrusted([make(replace(LEAF, name="x"), below).x5c, below.x5c, tree.middle.x5c])


def test_intermediate_that_may_not_sign_certificates_is_refused(tree: Tree) -> None:
    tree.middle = make(authority("middle", usage=("crl_sign",)), tree.root)
    assert "listed root" in tree.untrusted(tree.chain())


def test_leaf_that_is_an_authority_is_refused(tree: Tree) -> None:
    plan = replace(LEAF, ca=True, usage=("digital_signature", "key_cert_sign"))
    assert "certification authority" in tree.untrusted([make(plan, tree.root).x5c])


@pytest.mark.parametrize("usage", [None, ("content_commitment",), ("key_agreement",)])
def test_leaf_that_may_not_sign_is_refused(tree: Tree, usage: tuple[str, ...] | None) -> None:
    assert "digitalSignature" in tree.untrusted(tree.chain(replace(LEAF, usage=usage)))


@pytest.mark.parametrize("purposes", [(ExtendedKeyUsageOID.SERVER_AUTH,), STATUS_LEAF.purposes])
def test_certificate_for_another_purpose_signs_no_credentials(
    tree: Tree, purposes: tuple[x509.ObjectIdentifier, ...]
) -> None:
    assert "another purpose" in tree.untrusted(tree.chain(replace(LEAF, purposes=purposes)))


@pytest.mark.parametrize(
    "purposes", [(), (ExtendedKeyUsageOID.SERVER_AUTH,), (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)]
)
def test_certificate_without_the_purpose_signs_no_status_lists(
    tree: Tree, purposes: tuple[x509.ObjectIdentifier, ...]
) -> None:
    tree.kind = LeafKind.STATUS
    assert "another purpose" in tree.untrusted(tree.chain(replace(LEAF, purposes=purposes)))


@pytest.mark.parametrize(
    "names",
    [
        (),
        (x509.DNSName("other.example"),),
        (x509.DNSName("*.example"),),
        (x509.DNSName("bank.example.evil.example"),),
        (x509.UniformResourceIdentifier("https://other.example"), x509.DNSName("bank.example")),
        (x509.UniformResourceIdentifier(f"{ISSUER}/other-tenant"),),
        (x509.RFC822Name("a@bank.example"),),
    ],
    ids=["none", "other", "wildcard", "longer", "other-uri", "other-tenant", "mail"],
)
def test_leaf_that_names_somebody_else_is_refused(tree: Tree, names: tuple[x509.GeneralName, ...]) -> None:
    assert "names the issuer" in tree.untrusted(tree.chain(replace(LEAF, names=names)))


def test_issuer_whose_address_is_no_url_is_named_by_nobody(tree: Tree) -> None:
    tree.issuer_url = "urn:bank"
    assert "names the issuer" in tree.untrusted(tree.chain(replace(LEAF, names=(x509.DNSName("bank.example"),))))


def test_unknown_critical_extension_is_refused(tree: Tree) -> None:
    plan = replace(LEAF, more=((_extension("1.2.3.4"), True),))
    assert "critical" in tree.untrusted(tree.chain(plan))


def test_rsa_key_is_refused(tree: Tree) -> None:
    plan = replace(LEAF, key=rsa.generate_private_key(public_exponent=65537, key_size=2048))
    assert "P-256" in tree.untrusted(tree.chain(plan))


@pytest.mark.parametrize("curve", [ec.SECP384R1(), ec.SECP256K1()])
def test_key_on_another_curve_is_refused(tree: Tree, curve: ec.EllipticCurve) -> None:
    assert "P-256" in tree.untrusted(tree.chain(replace(LEAF, key=ec.generate_private_key(curve))))


def test_signature_with_another_digest_is_refused(tree: Tree) -> None:
    assert "SHA-256" in tree.untrusted(tree.chain(replace(LEAF, digest=hashes.SHA384())))


def test_leaf_signed_by_another_key_under_the_authoritys_name_is_refused(tree: Tree) -> None:
    impostor = make(authority("middle", path_length=0))
    assert "listed root" in tree.untrusted([make(LEAF, impostor).x5c, tree.middle.x5c])
