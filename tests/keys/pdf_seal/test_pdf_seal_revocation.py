"""Revocation data: which lists and answers count for a certificate, and which are passed over."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from keys._pdf_seal.revocation import RevocationData, proof_of_validity
from keys._pdf_seal.security_store import security_store
from keys.errors import CertificateRevoked, RevocationUnproven, SealError
from keys.pdf_seal import expect_in_force
from tests.keys.pdf_seal.revoking import BEGIN, END, Desk, Responder, answer_for, list_of, responder
from tests.keys.pdf_seal.sealing import SIGNED_AT, Authority, SoftwareSigner, Usage

ROOT = Authority("Root")
NAMESAKE = Authority("Root")
OTHER = Authority("Other")
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Leaf")])
LEAF = ROOT.certify(SoftwareSigner().key.public_key(), NAME, usage=Usage())
NO_PROOF = "expected a revocation list or an OCSP answer in force for CN=Leaf, found none"
WHERE = [x509.UniformResourceIdentifier("https://lists.example/1.crl")]


def prove(
    desk: Desk, certificate: x509.Certificate = LEAF, issuer: x509.Certificate = ROOT.certificate
) -> RevocationData:
    return proof_of_validity(certificate, issuer, source=desk, at=SIGNED_AT)


def refused(desk: Desk) -> str:
    with pytest.raises(SealError) as error:
        prove(desk)
    return error.value.message


def scope(**members: object) -> list[tuple[x509.ExtensionType, bool]]:
    names = ("only_contains_user_certs", "only_contains_ca_certs", "indirect_crl", "only_contains_attribute_certs")
    values = {"full_name": None, "relative_name": None, "only_some_reasons": None, **dict.fromkeys(names, False)}
    return [(x509.IssuingDistributionPoint(**{**values, **members}), True)]  # type: ignore[arg-type] # of the test's making


def test_a_list_of_the_issuer_proves_that_a_certificate_is_not_revoked() -> None:
    made, desk = list_of(ROOT), Desk()
    desk.crls = (made,)
    assert prove(desk) == RevocationData(crls=(made,))
    assert desk.asked == [tuple(each.public_bytes(Encoding.DER) for each in (LEAF, ROOT.certificate))]


@pytest.mark.parametrize(
    ("begin", "end"), [(SIGNED_AT + timedelta(minutes=5), END), (BEGIN, SIGNED_AT + timedelta(seconds=1))]
)
def test_a_list_counts_from_its_beginning_by_clocks_that_differ_until_its_end(begin: datetime, end: datetime) -> None:
    assert prove(Desk((list_of(ROOT, begin=begin, end=end),))).crls
    assert prove(Desk(ocsp_responses=(answer_for(LEAF, responder(ROOT), begin=begin, end=end),))).ocsp_responses


def test_a_list_that_names_another_certificate_proves_the_same() -> None:
    other = ROOT.certify(SoftwareSigner().key.public_key(), NAME, usage=Usage())
    assert prove(Desk((list_of(ROOT, other),))).crls


@pytest.mark.parametrize(
    "extensions",
    [
        scope(only_contains_user_certs=True),
        [(x509.CRLNumber(7), False)],
        [(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), False)],
    ],
    ids=["for users", "numbered", "unknown but not critical"],
)
def test_a_list_with_a_scope_that_covers_the_certificate_counts(
    extensions: list[tuple[x509.ExtensionType, bool]],
) -> None:
    assert prove(Desk((list_of(ROOT, extensions=extensions),))).crls


def test_a_partial_list_counts_for_the_certificate_that_names_it() -> None:
    points = x509.CRLDistributionPoints([x509.DistributionPoint(WHERE, None, None, None)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(ROOT.name)
        .public_key(SoftwareSigner().key.public_key())
        .serial_number(7)
        .not_valid_before(BEGIN)
        .not_valid_after(END)
        .add_extension(points, critical=False)
    )
    named = builder.sign(ROOT.key, hashes.SHA256())
    desk = Desk((list_of(ROOT, extensions=scope(full_name=WHERE)),))
    assert prove(desk, certificate=named).crls
    assert refused(desk) == NO_PROOF


def test_a_list_for_authorities_counts_for_an_authority() -> None:
    below = Authority("Below", parent=ROOT).certificate
    desk = Desk((list_of(ROOT, extensions=scope(only_contains_ca_certs=True)),))
    assert prove(desk, certificate=below).crls


@pytest.mark.parametrize(
    "made",
    [
        b"no list",
        list_of(OTHER),
        list_of(NAMESAKE),
        list_of(ROOT, key=OTHER.key),
        list_of(ROOT, digest=hashes.SHA224()),
        list_of(ROOT, begin=SIGNED_AT + timedelta(minutes=6)),
        list_of(ROOT, end=SIGNED_AT),
        list_of(ROOT, extensions=scope(only_contains_ca_certs=True)),
        list_of(ROOT, extensions=scope(only_contains_attribute_certs=True)),
        list_of(ROOT, extensions=scope(indirect_crl=True)),
        list_of(ROOT, extensions=scope(only_some_reasons=frozenset([x509.ReasonFlags.key_compromise]))),
        list_of(ROOT, extensions=scope(full_name=WHERE)),
        list_of(ROOT, extensions=[(x509.DeltaCRLIndicator(1), True)]),
        list_of(ROOT, extensions=[(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)]),
    ],
    ids=[
        *(
            "not one",
            "of another",
            "of a namesake",
            "wrong signature",
            "short digest",
            "of the future",
            "over",
            "for authorities",
        ),
        *("for attributes", "indirect", "some reasons", "another part", "delta", "unknown and critical"),
    ],
)
def test_a_list_that_does_not_count_proves_nothing(made: bytes) -> None:
    assert refused(Desk((made,))) == NO_PROOF
    good = list_of(ROOT)
    assert prove(Desk((made, good))).crls == (good,)


def test_a_list_for_users_proves_nothing_for_an_authority() -> None:
    below = Authority("Below", parent=ROOT).certificate
    desk = Desk((list_of(ROOT, extensions=scope(only_contains_user_certs=True)),))
    with pytest.raises(SealError, match="for CN=Below, found none"):
        prove(desk, certificate=below)


def test_an_issuer_that_may_not_sign_lists_proves_nothing_by_one() -> None:
    usage = Usage(ca=True, cert_sign=True, crl_sign=False, purposes=(), content_commitment=False)
    silent = Authority("Silent", usage=usage)
    leaf = silent.certify(SoftwareSigner().key.public_key(), NAME, usage=Usage())
    with pytest.raises(SealError, match="found none"):
        prove(Desk((list_of(silent),)), leaf, silent.certificate)


def test_an_issuer_without_key_usage_may_sign_lists() -> None:
    open_minded = Authority("Open", usage=Usage(ca=True, purposes=(), with_key_usage=False))
    leaf = open_minded.certify(SoftwareSigner().key.public_key(), NAME, usage=Usage())
    assert prove(Desk((list_of(open_minded),)), leaf, open_minded.certificate).crls


def test_a_list_is_only_for_certificates_of_its_issuer() -> None:
    with pytest.raises(SealError, match="found none"):
        prove(Desk((list_of(OTHER),)), LEAF, OTHER.certificate)


@pytest.mark.parametrize(
    "answering",
    [
        Responder(ROOT, ROOT.key),
        responder(ROOT),
        responder(ROOT, purposes=(ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.OCSP_SIGNING)),
        responder(ROOT, begin=SIGNED_AT),
        responder(ROOT, end=SIGNED_AT),
    ],
    ids=["issuer", "named by it", "named for more", "from this moment", "until this moment"],
)
def test_an_answer_of_the_issuer_or_of_whom_it_named_proves_the_same(answering: Responder) -> None:
    made = answer_for(LEAF, answering)
    assert prove(Desk(ocsp_responses=(made,))) == RevocationData(ocsp_responses=(made,))


def unsuccessful() -> bytes:
    made = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    return made.public_bytes(Encoding.DER)


def spoiled(made: bytes) -> bytes:
    signature = ocsp.load_der_ocsp_response(made).signature
    return made.replace(signature, signature[:-1] + bytes([signature[-1] ^ 1]))


SECOND = ROOT.certify(SoftwareSigner().key.public_key(), NAME, usage=Usage())
PLAIN = responder(ROOT)
CLIENT = [ExtendedKeyUsageOID.CLIENT_AUTH]


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"no answer",
        unsuccessful,
        lambda: answer_for(LEAF, PLAIN, status=ocsp.OCSPCertStatus.UNKNOWN),
        lambda: answer_for(SECOND, PLAIN),
        lambda: answer_for(LEAF, Responder(NAMESAKE, NAMESAKE.key)),
        lambda: spoiled(answer_for(LEAF, Responder(ROOT, ROOT.key))),
        lambda: answer_for(LEAF, PLAIN, begin=SIGNED_AT + timedelta(minutes=6)),
        lambda: answer_for(LEAF, PLAIN, end=SIGNED_AT),
        lambda: answer_for(LEAF, PLAIN, end=None),
        lambda: answer_for(LEAF, responder(ROOT, purposes=())),
        lambda: answer_for(LEAF, responder(ROOT, purposes=CLIENT)),
        lambda: answer_for(LEAF, responder(ROOT, unasked=False)),
        lambda: answer_for(LEAF, responder(ROOT, begin=SIGNED_AT + timedelta(hours=1))),
        lambda: answer_for(LEAF, responder(ROOT, end=SIGNED_AT - timedelta(seconds=1))),
        lambda: answer_for(LEAF, responder(ROOT, signed_by=OTHER)),
        lambda: spoiled(answer_for(LEAF, PLAIN)),
    ],
    ids=[
        *("not one", "unsuccessful", "unknown", "of another certificate", "of a namesake", "wrong signature", "future"),
        *("over", "without end", "no purpose", "other purpose", "must be asked about", "not yet valid", "expired"),
        *("named by nobody", "wrong signature of the named"),
    ],
)
def test_an_answer_that_does_not_count_proves_nothing(make: Callable[[], bytes]) -> None:
    made, good = make(), answer_for(LEAF, PLAIN)
    assert refused(Desk(ocsp_responses=(made,))) == NO_PROOF
    assert prove(Desk(ocsp_responses=(made, good))).ocsp_responses == (good,)


@pytest.mark.parametrize(
    "desk",
    [
        Desk((list_of(ROOT, LEAF),)),
        Desk((list_of(ROOT), list_of(ROOT, LEAF))),
        Desk((list_of(ROOT),), (answer_for(LEAF, PLAIN, status=ocsp.OCSPCertStatus.REVOKED),)),
        Desk((list_of(ROOT, LEAF),), (answer_for(LEAF, PLAIN),)),
    ],
    ids=["listed", "listed in one of two", "answered", "listed though answered good"],
)
def test_whatever_counts_and_says_revoked_is_believed(desk: Desk) -> None:
    assert refused(desk) == "expected a certificate in force, but CN=Leaf is revoked"


def test_an_issuer_with_a_key_of_an_unknown_kind_proves_nothing() -> None:
    unusual = certify_with_other_key(ROOT, ed25519.Ed25519PrivateKey.generate().public_key())
    with pytest.raises(SealError, match="found none"):
        prove(Desk((list_of(ROOT),)), LEAF, unusual)


def test_an_rsa_authority_signs_lists_as_well() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    issuer = certify_with_other_key(ROOT, key.public_key())
    builder = x509.CertificateRevocationListBuilder().issuer_name(ROOT.name).last_update(BEGIN).next_update(END)
    made = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    assert prove(Desk((made,)), LEAF, issuer).crls == (made,)


def certify_with_other_key(authority: Authority, key: ed25519.Ed25519PublicKey | rsa.RSAPublicKey) -> x509.Certificate:
    """A certificate of the authority's own name with a key of another kind."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(authority.name)
        .issuer_name(authority.name)
        .public_key(key)
        .serial_number(9)
        .not_valid_before(BEGIN)
        .not_valid_after(END)
    )
    return builder.sign(authority.key, hashes.SHA256())


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def test_a_sealers_certificate_is_asked_about_by_itself() -> None:
    desk = Desk((list_of(ROOT),))
    expect_in_force(pem(LEAF), roots=[ROOT.pem()], source=desk, at=SIGNED_AT)
    assert [asked[0] for asked in desk.asked] == [LEAF.public_bytes(Encoding.DER)]


@pytest.mark.parametrize(
    ("crls", "kind", "words"),
    [
        ((), RevocationUnproven, NO_PROOF),
        ((list_of(ROOT, LEAF),), CertificateRevoked, "expected a certificate in force, but CN=Leaf is revoked"),
    ],
    ids=["unproven", "revoked"],
)
def test_a_sealers_certificate_that_is_not_in_force_is_told_apart_from_one_of_which_nothing_is_known(
    crls: tuple[bytes, ...], kind: type[SealError], words: str
) -> None:
    with pytest.raises(kind) as error:
        expect_in_force(pem(LEAF), roots=[ROOT.pem()], source=Desk(crls), at=SIGNED_AT)
    assert error.value.message == words


def test_a_revoked_certificate_says_more_than_one_before_it_of_which_nothing_is_known() -> None:
    below = Authority("Below", parent=ROOT)
    unknown = below.certify(SoftwareSigner().key.public_key(), NAME, usage=Usage())
    desk = Desk((list_of(ROOT, below.certificate),))
    with pytest.raises(CertificateRevoked) as error:
        security_store([[unknown, below.certificate, ROOT.certificate]], source=desk, at=SIGNED_AT)
    assert error.value.subject == "CN=Below"
