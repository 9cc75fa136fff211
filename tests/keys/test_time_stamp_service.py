"""The client for time stamps, against a real authority on loopback; every answer that is not one to our question."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from keys._pdf_seal.time_stamp import read_time_stamp
from keys.errors import TimeStampError, TimeStampKind
from keys.fetch import Fetcher
from keys.pdf_seal import TimeStamping, apply_seal, check_seal
from keys.time_stamp_service import TimeStampService
from tests.keys.pdf_seal.sealing import NOW, SIGNED_AT, Authority, draw
from tests.keys.pdf_seal.stamp_server import StampServer, refusal
from tests.keys.pdf_seal.stamping import STAMPED_AT, StampAuthority

ROOT = Authority("Time root")
IMPRINT = hashlib.sha256(b"signature").digest()
RANDOM = bytes.fromhex("8000000000000001")


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
    return TimeStampService(server.url, Fetcher([server.origin], allow_loopback=True).post, same_bytes)


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
