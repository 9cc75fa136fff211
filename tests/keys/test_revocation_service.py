"""Asking whether a certificate is revoked: what is asked, where, and which answers are refused for which reason."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from keys.errors import FetchError, RevocationError
from keys.revocation_service import (
    ANSWER,
    LIST,
    MAX_ANSWER_BYTES,
    MAX_LIST_BYTES,
    QUESTION,
    RevocationPlaces,
    RevocationService,
    Standing,
    kept_answer,
    kept_list,
    places_named,
    secured,
    subject_of,
)
from tests.keys.pdf_seal.revocation_server import Answering, RevocationServer
from tests.keys.pdf_seal.revoking import BEGIN, Responder, answer_for, list_of, responder
from tests.keys.pdf_seal.sealing import SIGNED_AT, Authority, SoftwareSigner, Usage

ROOT = Authority("Root")
OTHER = Authority("Other")
URL = "https://answers.example/ocsp"
NONCE = bytes(range(32))
END = BEGIN + timedelta(days=2)
LEAF_NAME = x509.Name.from_rfc4514_string("CN=Leaf")


def leaf(*extensions: x509.ExtensionType) -> x509.Certificate:
    usage = Usage(extensions=tuple((each, False) for each in extensions))
    return ROOT.certify(SoftwareSigner().key.public_key(), LEAF_NAME, usage=usage)


LEAF = leaf()
_SOUND = answer_for(LEAF, Responder(ROOT, ROOT.key))
SPOILED = _SOUND[:-1] + bytes([_SOUND[-1] ^ 1])


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


@dataclass
class Door:
    """The network door of tests: answers from memory, and remembers what was sent."""

    answer: Callable[[bytes], bytes]
    sent: list[tuple[str, bytes, str, str, int]] = field(default_factory=list)

    def get(self, url: str, *, accept: str, max_bytes: int) -> bytes:
        self.sent.append((url, b"", "", accept, max_bytes))
        return self.answer(b"")

    def post(self, url: str, content: bytes, *, media_type: str, accept: str, max_bytes: int) -> bytes:
        self.sent.append((url, content, media_type, accept, max_bytes))
        return self.answer(content)


def door_of(answering: Answering, *known: x509.Certificate) -> Door:
    """A responder without its sockets."""
    server = RevocationServer.__new__(RevocationServer)
    server.answering, server.certificates = answering, {each.serial_number: each for each in known or (LEAF,)}
    return Door(server.answer)


def good(**changed: object) -> Answering:
    return Answering(Responder(ROOT, ROOT.key), **{"begin": BEGIN, **changed})  # type: ignore[arg-type] # of the test's making


def ask(door: Door, certificate: x509.Certificate = LEAF, at: datetime = SIGNED_AT) -> Standing:
    service = RevocationService(door, lambda count: NONCE[:count])
    return service.ask(URL, der(certificate), der(ROOT.certificate), at=at)


def test_a_question_names_the_certificate_and_has_a_nonce() -> None:
    door = door_of(good())
    found = ask(door)
    assert (found.revoked, found.begin, found.end) == (False, BEGIN, END)
    ((url, content, media_type, accept, limit),) = door.sent
    assert (url, media_type, accept, limit) == (URL, QUESTION, ANSWER, MAX_ANSWER_BYTES)
    question = ocsp.load_der_ocsp_request(content)
    assert question.serial_number == LEAF.serial_number
    assert question.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == NONCE
    assert kept_answer(found.proof, der(LEAF), der(ROOT.certificate), at=SIGNED_AT) == found


def test_a_responder_that_the_issuer_named_may_answer() -> None:
    assert ask(door_of(Answering(responder(ROOT), BEGIN))).revoked is False


def test_a_revoked_certificate_is_told_as_revoked() -> None:
    assert ask(door_of(good(revoked=[LEAF]))).revoked is True


def test_an_answer_from_stock_without_a_nonce_is_taken() -> None:
    assert ask(door_of(good(nonce=None))).revoked is False


@pytest.mark.parametrize(
    ("answering", "kind", "words"),
    [
        (good(nonce=bytes(32)), "nonce", "expected the nonce of this question, found another"),
        (good(instead=b"<html>"), "form", "expected an OCSP response in DER, found something else"),
        (
            good(refusal=ocsp.OCSPResponseStatus.TRY_LATER),
            "refused",
            "expected an answer, found the refusal: try later",
        ),
        (Answering(responder(ROOT, purposes=()), BEGIN), "signer", "or a responder that it named, found another's"),
        (Answering(responder(ROOT, unasked=False), BEGIN), "signer", "or a responder that it named, found another's"),
        (Answering(responder(ROOT, end=SIGNED_AT - timedelta(minutes=1)), BEGIN), "signer", "found another's"),
        (Answering(responder(ROOT, signed_by=OTHER), BEGIN), "signer", "found another's"),
        (good(instead=SPOILED), "signer", "found another's"),
        (Answering(Responder(OTHER, OTHER.key), BEGIN), "other", "about this certificate, found one about another"),
        (good(begin=BEGIN - timedelta(days=2)), "time", "found one that is over or not yet begun"),
        (good(begin=SIGNED_AT + timedelta(minutes=6)), "time", "found one that is over or not yet begun"),
        (good(unknown=True), "unknown", "expected an answer that knows the certificate"),
    ],
    ids=[
        *("nonce", "no response", "refusal", "purpose", "check", "responder over", "not by the issuer"),
        *("wrong signature", "another issuer", "over", "of the future", "unknown"),
    ],
)
def test_an_answer_that_does_not_count_is_refused_for_its_reason(answering: Answering, kind: str, words: str) -> None:
    with pytest.raises(RevocationError) as refused:
        ask(door_of(answering))
    assert refused.value.kind == kind
    assert words in refused.value.message


def test_an_answer_whose_extensions_cannot_be_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    made = door_of(good())

    class Odd:
        @property
        def extensions(self) -> x509.Extensions:
            raise ValueError

    sound = ask(made)
    monkeypatch.setattr("keys.revocation_service.read_answer", lambda *_, **__: sound)
    monkeypatch.setattr("keys.revocation_service.ocsp.load_der_ocsp_response", lambda _: Odd())
    with pytest.raises(RevocationError, match="whose extensions can be read") as refused:
        ask(made)
    assert refused.value.kind == "form"


def unreachable(_: bytes) -> bytes:
    raise FetchError("https://answers.example could not be reached", kind="connect")


def test_who_cannot_be_reached_is_an_outage_and_nothing_else() -> None:
    service = RevocationService(Door(unreachable), bytes)
    for asking in (service.ask, service.fetch_list):
        with pytest.raises(RevocationError) as refused:
            asking(URL, der(LEAF), der(ROOT.certificate), at=SIGNED_AT)
        assert refused.value.kind == "unreachable"
        assert refused.value.message == "the revocation service: https://answers.example could not be reached"


@pytest.mark.parametrize("revoked", [(), (LEAF,)], ids=["in force", "revoked"])
def test_a_list_is_fetched_and_looked_into(revoked: tuple[x509.Certificate, ...]) -> None:
    made = list_of(ROOT, *revoked)
    door = Door(lambda _: made)
    found = RevocationService(door, bytes).fetch_list(URL, der(LEAF), der(ROOT.certificate), at=SIGNED_AT)
    assert (found.proof, found.revoked) == (made, bool(revoked))
    assert door.sent == [(URL, b"", "", LIST, MAX_LIST_BYTES)]


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (b"no list", "form"),
        (list_of(OTHER), "other"),
        (list_of(ROOT, extensions=[(x509.DeltaCRLIndicator(1), True)]), "other"),
        (list_of(ROOT, key=OTHER.key), "signer"),
        (list_of(ROOT, end=SIGNED_AT), "time"),
    ],
    ids=["not one", "of another", "delta", "wrong signature", "over"],
)
def test_a_list_that_does_not_count_is_refused_for_its_reason(made: bytes, kind: str) -> None:
    with pytest.raises(RevocationError) as refused:
        kept_list(made, der(LEAF), der(ROOT.certificate), at=SIGNED_AT)
    assert refused.value.kind == kind


def uri(text: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(text)


def test_a_certificate_says_where_one_can_ask_and_everything_else_in_it_is_passed_over() -> None:
    methods = AuthorityInformationAccessOID
    access = x509.AuthorityInformationAccess(
        [
            x509.AccessDescription(methods.CA_ISSUERS, uri("http://certificates.example/ca.cer")),
            x509.AccessDescription(methods.OCSP, uri("http://answers.example/")),
            x509.AccessDescription(methods.OCSP, x509.DirectoryName(LEAF_NAME)),
        ]
    )
    points = x509.CRLDistributionPoints(
        [
            x509.DistributionPoint(
                [uri("ldap://lists.example/x"), uri("https://lists.example/1.crl")], None, None, None
            ),
            x509.DistributionPoint(None, LEAF_NAME.rdns[0], None, None),
        ]
    )
    told = RevocationPlaces(("http://answers.example/",), ("ldap://lists.example/x", "https://lists.example/1.crl"))
    assert places_named(der(leaf(access, points))) == told
    assert places_named(der(LEAF)) == RevocationPlaces()


def test_what_is_no_certificate_names_no_place() -> None:
    with pytest.raises(RevocationError, match="whose extensions can be read") as refused:
        places_named(b"no certificate")
    assert refused.value.kind == "form"


def test_plain_http_becomes_https_and_nothing_else_changes() -> None:
    assert secured("http://answers.example/a?b=http://c") == "https://answers.example/a?b=http://c"
    assert [secured(each) for each in ("https://a.example/", "ldap://a.example/")] == [
        "https://a.example/",
        "ldap://a.example/",
    ]


def test_a_certificate_is_called_by_its_subject() -> None:
    assert subject_of(der(LEAF)) == "CN=Leaf"
