"""Check `seal`, its time: proven by a listed time-stamping authority, claimed by the bank, or refused as false."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from credential_schemas.report.model import Report
from credential_schemas.report.outcomes import CheckName, DocumentPart, Outcome, Verdict
from credential_schemas.report.reasons import Reason
from keys._pdf_seal.signed_data import read_signed_data
from keys.pdf_seal import LongTerm, TimeStamping, apply_seal
from tests.keys.pdf_seal.revoking import Desk, list_of
from tests.keys.pdf_seal.sealing import Authority, contents_of
from tests.keys.pdf_seal.stamping import StampAuthority, StampUsage
from tests.keys.pdf_seal.test_pdf_seal_time_stamp import attribute, with_unsigned
from tests.verifier.checks.test_credential import found
from tests.verifier.world import NOW, World
from verifier.rendering.terminal import report_text

SEAL = CheckName.SEAL
TSA_ROOT = Authority("Time root")
SEALED_AT, MADE_AT = NOW - timedelta(hours=1), NOW - timedelta(minutes=59)
DRAWN: dict[str, bytes] = {}


@pytest.fixture
def drawn(world: World) -> bytes:
    """The standard certificate, drawn once for a run of the tests."""
    return DRAWN.setdefault("ko", world.pdf())


@pytest.fixture
def trusting(world: World) -> World:
    """A verifier whose trust list names the time-stamping authority."""
    world.issuer["tsa_roots"] = [TSA_ROOT.pem()]
    return world


def stamped(world: World, drawn: bytes, authority: StampAuthority, *, root: Authority = TSA_ROOT) -> bytes:
    assert world.keys.sealer is not None
    stamping = TimeStamping(authority, (root.pem(),))
    return apply_seal(drawn, sealer=replace(world.keys.sealer, time_stamping=stamping), signed_at=SEALED_AT)


def with_stamp(pdf: bytes, authority: StampAuthority) -> bytes:
    """Put a stamp of one's own on a sealed file, as anybody can."""
    signature = read_signed_data(contents_of(pdf)).signature
    return with_unsigned(pdf, [attribute(authority.time_stamp(hashlib.sha256(signature).digest()))])


def stands_without_time(report: Report, note: str) -> None:
    """The seal stands by its own, its time is the bank's claim."""
    assert found(report, SEAL) == (Outcome.PASSED, Reason.SEAL_TIME_STAMP_UNTRUSTED)
    assert (report.verdict, report.parts.document) == (Verdict.VALID, DocumentPart.VALID)
    detail = report.check(SEAL).detail
    assert (detail["time_stamp"], detail["stamped_at"]) == ("untrusted", None)
    assert detail["signed_at"] == SEALED_AT.isoformat()
    assert detail["note"] == f"one intact certifying seal over the whole file; {note}"


def test_a_stamp_of_a_listed_authority_proves_when_the_seal_was_there(trusting: World, drawn: bytes) -> None:
    report = trusting.check(stamped(trusting, drawn, StampAuthority(TSA_ROOT, made_at=MADE_AT)))
    assert found(report, SEAL) == (Outcome.PASSED, None)
    assert (report.verdict, report.parts.document) == (Verdict.VALID, DocumentPart.VALID)
    detail = report.check(SEAL).detail
    assert (detail["time_stamp"], detail["stamped_at"]) == ("trusted", MADE_AT.isoformat())
    assert "Sealed at     2026-11-21T02:01:00Z (proven by a time-stamping" in report_text(report, "en")


def test_a_seal_without_stamp_says_that_its_time_is_claimed(trusting: World, drawn: bytes) -> None:
    report = trusting.check(trusting.seal(drawn))
    assert found(report, SEAL) == (Outcome.PASSED, None)
    assert report.check(SEAL).detail["time_stamp"] == "none"
    assert "Sealed at     2026-11-21T02:00:00Z (as the bank claims)" in report_text(report, "en")


NOT_LISTED = "expected a time stamp by an authority that led to a listed root when it was made"


@pytest.mark.parametrize("roots", [[], [Authority("Time root").pem()]], ids=["none listed", "a namesake listed"])
def test_a_stamp_of_an_authority_that_is_not_listed_is_a_claim_and_takes_nothing_away(
    world: World, drawn: bytes, roots: list[str]
) -> None:
    world.issuer["tsa_roots"] = [*roots]
    report = world.check(stamped(world, drawn, StampAuthority(TSA_ROOT, made_at=MADE_AT)))
    stands_without_time(report, NOT_LISTED)
    assert "its time stamp is by an authority that is not listed" in " ".join(report_text(report, "en").split())
    assert "시점확인을 한 기관이 신뢰 목록에 없" in report.check(SEAL).message.ko


def test_the_root_of_seals_is_not_one_of_time_stamps(world: World, drawn: bytes) -> None:
    world.issuer["seal_roots"] = [*world.issuer["seal_roots"], TSA_ROOT.pem()]  # type: ignore[misc] # a list of the test
    report = world.check(stamped(world, drawn, StampAuthority(TSA_ROOT, made_at=MADE_AT)))
    stands_without_time(report, NOT_LISTED)


@pytest.mark.parametrize(
    ("usage", "note"),
    [
        (StampUsage(not_after=MADE_AT - timedelta(days=1)), NOT_LISTED),
        (
            StampUsage(purposes=(ExtendedKeyUsageOID.CODE_SIGNING,)),
            "expected a time stamp by a certificate for time stamping and nothing else",
        ),
    ],
    ids=["expired when it stamped", "not for time stamps"],
)
def test_a_stamp_that_its_certificate_does_not_permit_proves_nothing(
    trusting: World, drawn: bytes, usage: StampUsage, note: str
) -> None:
    spoiled = with_stamp(
        stamped(trusting, drawn, StampAuthority(TSA_ROOT, made_at=MADE_AT)),
        StampAuthority(TSA_ROOT, usage=usage, made_at=MADE_AT),
    )
    stands_without_time(trusting.check(spoiled), note)


def broken(report: Report) -> str:
    assert found(report, SEAL) == (Outcome.FAILED, Reason.SEAL_BROKEN)
    assert (report.verdict, report.parts.document) == (Verdict.INVALID, DocumentPart.INVALID)
    return str(report.check(SEAL).detail["note"])


def test_the_stamp_of_another_signature_makes_the_seal_broken(trusting: World, drawn: bytes) -> None:
    good = stamped(trusting, drawn, StampAuthority(TSA_ROOT, made_at=MADE_AT))
    foreign = StampAuthority(TSA_ROOT, made_at=MADE_AT, imprint=hashlib.sha256(b"another signature").digest())
    assert (
        broken(trusting.check(with_stamp(good, foreign))) == "expected a time stamp of this seal, found one of another"
    )


def test_the_stamp_of_another_signature_makes_the_seal_broken_whoever_made_it(world: World, drawn: bytes) -> None:
    """A false statement in the file is no matter of trust."""
    good = stamped(world, drawn, StampAuthority(TSA_ROOT, made_at=MADE_AT))
    foreign = StampAuthority(Authority("Nobody"), made_at=MADE_AT, imprint=bytes(32))
    assert broken(world.check(with_stamp(good, foreign))) == "expected a time stamp of this seal, found one of another"


def test_a_listed_authoritys_stamp_of_the_future_makes_the_seal_broken(trusting: World, drawn: bytes) -> None:
    later = stamped(trusting, drawn, StampAuthority(TSA_ROOT, made_at=NOW + timedelta(minutes=6)))
    assert broken(trusting.check(later)) == "expected a time stamp that is not of the future"


LATER = datetime(2028, 11, 1, tzinfo=UTC)


def test_a_proven_time_keeps_the_seal_good_when_the_sealers_certificate_has_ended(
    trusting: World, drawn: bytes
) -> None:
    """The credential has its own end; the document is told apart."""
    usage = StampUsage(not_after=datetime(2027, 1, 1, tzinfo=UTC))
    good = stamped(trusting, drawn, StampAuthority(TSA_ROOT, usage=usage, made_at=MADE_AT))
    trusting.now = LATER
    report = trusting.check(good)
    assert found(report, SEAL) == (Outcome.PASSED, None)
    assert report.verdict is Verdict.INVALID
    assert found(report, CheckName.VALIDITY_TIME) == (Outcome.FAILED, Reason.EXPIRED)


def test_a_claimed_time_does_not(world: World, drawn: bytes) -> None:
    good = stamped(world, drawn, StampAuthority(TSA_ROOT, made_at=MADE_AT))
    world.now = LATER
    assert found(world.check(good), SEAL) == (Outcome.FAILED, Reason.SEAL_EXPIRED)


def test_a_long_term_seal_is_valid_by_the_same_rule(trusting: World, drawn: bytes) -> None:
    root, authority = Authority("Root"), StampAuthority(TSA_ROOT, made_at=MADE_AT)
    trusting.issuer["seal_roots"] = [root.pem()]
    lists = tuple(list_of(each, begin=SEALED_AT, end=LATER) for each in (root, TSA_ROOT))
    stamping, long_term = TimeStamping(authority, (TSA_ROOT.pem(),)), LongTerm(Desk(lists), (root.pem(),))
    sealer = replace(root.sealer(), time_stamping=stamping, long_term=long_term)
    sealed = apply_seal(drawn, sealer=sealer, signed_at=SEALED_AT)
    report = trusting.check(sealed)
    assert b"/DSS" in sealed
    assert found(report, SEAL) == (Outcome.PASSED, None)
    assert (report.verdict, report.parts.document) == (Verdict.VALID, DocumentPart.VALID)
    assert found(trusting.check(sealed + b"\n"), SEAL) == (Outcome.FAILED, Reason.SEAL_NOT_WHOLE_FILE)
    swapped = sealed.replace(lists[0], lists[0][:-1] + bytes([lists[0][-1] ^ 1]))
    assert found(trusting.check(swapped), SEAL) == (Outcome.FAILED, Reason.SEAL_BROKEN)
