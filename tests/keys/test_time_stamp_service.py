"""The client for time stamps, against a real authority on loopback; every answer that is not one to our question."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from asn1crypto import tsp

from keys._pdf_seal.time_stamp import read_time_stamp
from keys.errors import FetchError, TimeStampError, TimeStampKind
from keys.fetch import Fetcher, Network
from keys.pdf_seal import TimeStamping, apply_seal, check_seal
from keys.time_stamp_service import MAX_REPLY_BYTES, TimeStampResponse, TimeStampService
from tests.keys.pdf_seal.sealing import NOW, SIGNED_AT, Authority, draw
from tests.keys.pdf_seal.stamp_server import StampServer, refusal
from tests.keys.pdf_seal.stamping import STAMPED_AT, StampAuthority

ROOT = Authority("Time root")
IMPRINT = hashlib.sha256(b"signature").digest()
RANDOM = bytes.fromhex("8000000000000001")
PATIENT_S = 60.0
"""What one question may take here: only an authority that hangs takes so long, on a slow machine, too."""


def same_bytes(count: int) -> bytes:
    assert count == len(RANDOM)
    return RANDOM


@pytest.fixture
def server() -> Iterator[StampServer]:
    running = StampServer(StampAuthority(ROOT))
    yield running
    running.stop()


@pytest.fixture
def service(server: StampServer) -> TimeStampService:
    fetcher = Fetcher([server.origin], allow_loopback=True, network=Network(connect_s=PATIENT_S, total_s=PATIENT_S))
    return TimeStampService(server.url, fetcher.post, same_bytes)


def refused(service: TimeStampService) -> tuple[TimeStampKind, str]:
    with pytest.raises(TimeStampError) as error:
        service.time_stamp(IMPRINT)
    assert error.value.code == "time_stamp"
    return error.value.kind, error.value.message


def test_a_token_for_the_imprint_comes_back(service: TimeStampService) -> None:
    stamp = read_time_stamp(service.time_stamp(IMPRINT))
    stamp.check_origin(b"signature")
    assert (stamp.made_at, stamp.distrust([ROOT.pem()])) == (STAMPED_AT, None)


def test_the_question_holds_the_imprint_and_the_nonce_and_asks_for_certificates(
    server: StampServer, service: TimeStampService
) -> None:
    service.time_stamp(IMPRINT)
    (question,) = server.questions
    assert question.native == {
        "version": "v1",
        "message_imprint": {
            "hash_algorithm": {"algorithm": "sha256", "parameters": None},
            "hashed_message": IMPRINT,
        },
        "req_policy": None,
        "nonce": int.from_bytes(RANDOM, "big"),
        "cert_req": True,
        "extensions": None,
    }


def test_a_stamp_that_is_granted_with_changes_is_taken(server: StampServer, service: TimeStampService) -> None:
    good = server.reply_to(_question(service, server))
    server.answer = good.replace(b"\x30\x03\x02\x01\x00", b"\x30\x03\x02\x01\x01", 1)
    assert service.time_stamp(IMPRINT) in good


def _question(service: TimeStampService, server: StampServer) -> bytes:
    service.time_stamp(IMPRINT)
    return bytes(server.questions[-1].dump())


def test_a_certificate_is_sealed_with_a_stamp_that_came_over_http(service: TimeStampService) -> None:
    root = Authority("Root")
    sealer = replace(root.sealer(), time_stamping=TimeStamping(service, (ROOT.pem(),)))
    sealed = apply_seal(draw(), sealer=sealer, signed_at=SIGNED_AT)
    found = check_seal(sealed, roots=[root.pem()], now=NOW, tsa_roots=[ROOT.pem()])
    assert (found.outcome, found.time_stamp, found.stamped_at) == ("intact", "trusted", STAMPED_AT)


@pytest.mark.parametrize("nonce", [7, None], ids=["another", "none"])
def test_the_answer_to_another_question_is_refused_by_its_nonce(
    server: StampServer, service: TimeStampService, nonce: int | None
) -> None:
    server.spoil = lambda told: told.update(nonce=nonce)
    assert refused(service) == ("nonce", "expected the nonce of this question in the time stamp, found another")


def test_a_stamp_of_something_else_is_refused_by_its_imprint(server: StampServer, service: TimeStampService) -> None:
    server.spoil = lambda told: told.update(imprint=hashlib.sha256(b"another").digest())
    assert refused(service) == ("imprint", "expected a time stamp of what was asked, found one of something else")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (refusal("rejection", "bad_alg"), "rejection, bad alg"),
        (refusal("rejection", "time_not_available", "system_failure"), "rejection, system failure, time not available"),
        (refusal("waiting"), "waiting"),
        (refusal("rejection", text="\x1b[2J go to evil.example"), "rejection"),
    ],
    ids=["reason", "reasons", "waiting", "with a stranger's text"],
)
def test_a_refusal_is_told_in_the_words_of_the_standard(
    server: StampServer, service: TimeStampService, answer: bytes, words: str
) -> None:
    server.answer = answer
    assert refused(service) == ("refused", f"the time-stamping authority refused: {words}")


@pytest.mark.parametrize(
    "answer",
    [b"", b"<html>", refusal("granted"), refusal("rejection") + b"\0", b"\x30\x03\x02\x01\x00"],
    ids=["empty", "HTML", "granted without token", "more behind", "no response"],
)
def test_an_answer_that_is_no_response_in_der_is_refused(
    server: StampServer, service: TimeStampService, answer: bytes
) -> None:
    server.answer = answer
    assert refused(service) == ("answer", "expected a time-stamp response in DER, found something else")


@pytest.mark.parametrize(
    ("member", "value", "words"),
    [
        ("status", 503, "expected status 200 from {origin}, found 503"),
        ("status", 302, "expected the document from {origin}, found a redirect"),
        ("media_type", "text/html", "expected application/timestamp-reply from {origin}, found another media type"),
        ("answer", bytes(20_000), "expected at most 16384 bytes from {origin}, found more"),
    ],
)
def test_what_the_network_door_refuses_is_an_outage(
    server: StampServer, service: TimeStampService, member: str, value: object, words: str
) -> None:
    setattr(server, member, value)
    assert refused(service) == ("unreachable", f"the time-stamping authority: {words.format(origin=server.origin)}")


def test_an_authority_that_is_not_there_is_an_outage(server: StampServer, service: TimeStampService) -> None:
    server.stop()
    kind, message = refused(service)
    assert (kind, message) == ("unreachable", f"the time-stamping authority: {server.origin} could not be reached")


def test_an_origin_that_nobody_configured_is_never_asked(server: StampServer, service: TimeStampService) -> None:
    elsewhere = replace(service, url="https://tsa.example/")
    assert refused(elsewhere)[0] == "unreachable"
    assert server.questions == []


URL = "https://tsa.example/stamps"


class Answering:
    """The network door with an authority behind it, in memory."""

    def __init__(
        self, *, nonce: int | None = int.from_bytes(RANDOM, "big"), info: dict[str, object] | None = None
    ) -> None:
        self.authority = StampAuthority(ROOT, info={**({} if nonce is None else {"nonce": nonce}), **(info or {})})
        self.asked: list[tuple[object, ...]] = []
        self.status = "granted"
        self.answer: bytes | FetchError | None = None

    def __call__(self, url: str, content: bytes, *, media_type: str, accept: str, max_bytes: int) -> bytes:
        self.asked.append(
            (url, tsp.TimeStampReq.load(content, strict=True).native["cert_req"], media_type, accept, max_bytes)
        )
        if isinstance(self.answer, FetchError):
            raise self.answer
        if self.answer is not None:
            return self.answer
        token = tsp.ContentInfo.load(self.authority.time_stamp(IMPRINT))
        return bytes(TimeStampResponse({"status": {"status": self.status}, "time_stamp_token": token}).dump())


@pytest.mark.parametrize("status", ["granted", "granted_with_mods"])
def test_one_question_goes_out_and_the_whole_token_comes_back(status: str) -> None:
    answering = Answering()
    answering.status = status
    token = TimeStampService(URL, answering, same_bytes).time_stamp(IMPRINT)
    read_time_stamp(token).check_origin(b"signature")
    assert answering.asked == [
        (URL, True, "application/timestamp-query", "application/timestamp-reply", MAX_REPLY_BYTES)
    ]


OTHER_DIGEST: dict[str, object] = {
    "message_imprint": {"hash_algorithm": {"algorithm": "sha512"}, "hashed_message": IMPRINT}
}
OTHER_IMPRINT: dict[str, object] = {
    "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes(32)}
}


@pytest.mark.parametrize(
    ("answering", "kind"),
    [
        (Answering(nonce=7), "nonce"),
        (Answering(nonce=None), "nonce"),
        (Answering(info=OTHER_DIGEST), "imprint"),
        (Answering(info=OTHER_IMPRINT), "imprint"),
    ],
    ids=["another nonce", "no nonce", "another digest", "another imprint"],
)
def test_a_stamp_that_answers_another_question_is_refused(answering: Answering, kind: str) -> None:
    assert refused(TimeStampService(URL, answering, same_bytes))[0] == kind


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (refusal("rejection", "bad_alg", "system_failure"), ("refused", "rejection, bad alg, system failure")),
        (refusal("waiting"), ("refused", "waiting")),
        (refusal("granted"), ("answer", "in DER, found something else")),
        (refusal("rejection") + b"\0", ("answer", "in DER, found something else")),
        (b"", ("answer", "in DER, found something else")),
    ],
)
def test_whatever_is_no_token_is_refused_by_its_kind(answer: bytes, said: tuple[str, str]) -> None:
    answering = Answering()
    answering.answer = answer
    kind, message = refused(TimeStampService(URL, answering, same_bytes))
    assert (kind, message.endswith(said[1])) == (said[0], True)


def test_a_network_that_fails_is_told_in_its_own_words() -> None:
    answering = Answering()
    answering.answer = FetchError("the address could not be reached", kind="connect")
    assert refused(TimeStampService(URL, answering, same_bytes)) == (
        "unreachable",
        "the time-stamping authority: the address could not be reached",
    )
