"""From evidence to Report with files that are read in memory: what each check is given, and what an answer rests on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from credential_schemas.report.outcomes import (
    CheckName,
    DocumentPart,
    EntryStatus,
    EvidenceKind,
    Outcome,
    StatusPart,
    Verdict,
)
from credential_schemas.report.reasons import Reason
from keys.errors import FetchError
from tests.verifier.checks.test_credential import found
from tests.verifier.checks.test_log_inclusion import LOG_KEY, proof_of
from tests.verifier.checks.test_print_match import printed, worded
from tests.verifier.checks.test_single_checks import INTACT, Decided
from tests.verifier.world import ISSUER, NOW, STATUS_URI, VERIFY_URL, World, claims, content, entry
from verifier.checks.assembling import Verification, examine, verify
from verifier.checks.rules import Moment
from verifier.evidence.gathering import Submission
from verifier.evidence.reader import PdfFacts, SealFacts
from verifier.policies.profile import Profile

PDF = b"%PDF-1.7 as the reader describes it"


class Told(Decided):
    """A reader that finds in every PDF what a test tells it."""

    def __init__(self, facts: PdfFacts, seal: SealFacts = INTACT) -> None:
        super().__init__(seal)
        self.pdf = facts

    def read_pdf(self, data: bytes) -> PdfFacts:
        assert data == PDF
        return self.pdf


Hand = Callable[..., Verification]


@pytest.fixture
def hand_in(world: World) -> Hand:
    """Hand in a PDF that holds a credential and prints it; `changes` are other facts of the file."""

    def hand_in(token: str | None = None, seal: SealFacts = INTACT, **changes: object) -> Verification:
        token = token or world.token()
        facts = replace(printed(worded(), codes=(token,)), credential=token)
        reader = Told(replace(facts, **changes), seal)  # type: ignore[arg-type]  # the names and types of PdfFacts
        submission = Submission("a.pdf", PDF)
        return examine(submission, rules=world.rules(), moment=Moment(world.now), reader=reader)

    return hand_in


def test_document_in_order_is_valid_in_every_part(hand_in: Hand) -> None:
    report = hand_in().report
    assert (report.verdict, report.parts.document) == (Verdict.VALID, DocumentPart.VALID)
    assert (report.parts.credential, report.parts.status) == (Verdict.VALID, StatusPart.VALID)
    assert (report.evidence.kind, report.evidence.name) == (EvidenceKind.PDF, "a.pdf")
    passed = {check.name for check in report.checks if check.outcome is Outcome.PASSED}
    skipped = {CheckName.HOLDER_BINDING, CheckName.LOG_INCLUSION, CheckName.RECIPIENT}
    assert passed == set(CheckName) - skipped


def test_verifying_is_examining_without_what_the_answer_rests_on(world: World) -> None:
    token = world.token()
    reader = Told(replace(printed(worded(), codes=(token,)), credential=token))
    report = verify(Submission("a.pdf", PDF), rules=world.rules(), moment=Moment(NOW), reader=reader)
    assert (report.verdict, report.parts.document) == (Verdict.VALID, DocumentPart.VALID)


def test_page_is_compared_also_where_it_shows_no_code(hand_in: Hand) -> None:
    report = hand_in(codes=(), code_problem="no_code", addresses=()).report
    assert found(report, CheckName.PRINT_MATCH) == (Outcome.UNKNOWN, Reason.QR_MISSING)
    changed = hand_in(codes=(), addresses=(), texts=("another text",)).report
    assert found(changed, CheckName.PRINT_MATCH) == (Outcome.FAILED, Reason.DOCUMENT_MISMATCH)


def test_answer_names_the_list_it_rests_on_and_the_page_that_was_compared(hand_in: Hand, world: World) -> None:
    verification = hand_in()
    assert verification.list_uri == STATUS_URI
    assert verification.answer is not None
    assert verification.answer.token is not None
    assert verification.answer.token.issued_at == world.status_issued_at
    assert verification.asked_issuer is None
    page = verification.page
    assert page is not None
    assert (page.pdf.texts, page.claims, page.issuer.id) == (printed(worded()).texts, claims(), ISSUER)


def test_answer_hands_out_the_credential_that_was_proved_and_no_other(hand_in: Hand, world: World) -> None:
    token = world.token()
    proved = hand_in(token).verified
    assert proved is not None
    assert proved.token == token
    assert hand_in(world.token(signer=world.keys.stranger)).verified is None


def test_there_is_no_page_to_compare_without_a_document_or_without_a_paper_copy(hand_in: Hand, world: World) -> None:
    bare = examine(
        Submission("a", world.token().encode()), rules=world.rules(), moment=Moment(NOW), reader=world.reader
    )
    assert (bare.page, bare.list_uri) == (None, STATUS_URI)
    bound = world.token(cnf={"jwk": {**world.keys.holder.public_jwk()}})
    wallet = hand_in(bound)
    assert wallet.page is None
    assert found(wallet.report, CheckName.PRINT_MATCH) == (Outcome.FAILED, Reason.DOCUMENT_MISMATCH)


def test_credential_that_is_not_proved_rests_on_nothing_and_shows_nothing(hand_in: Hand, world: World) -> None:
    verification = hand_in(world.token(signer=world.keys.stranger))
    assert (verification.list_uri, verification.answer, verification.page) == ("", None, None)
    assert verification.report.content is None
    assert verification.report.freshness.to_json() == {
        "status_as_of": None,
        "status_age_s": None,
        "trust_version": "3",
    }
    assert world.requested == []


def test_seal_of_a_forged_credential_is_judged_with_the_roots_of_the_issuer_it_names(
    hand_in: Hand, world: World
) -> None:
    forged = world.token(signer=world.keys.stranger)
    assert found(hand_in(forged).report, CheckName.SEAL) == (Outcome.PASSED, None)
    broken = hand_in(forged, seal=SealFacts("seal_broken", "", None, None)).report
    assert found(broken, CheckName.SEAL) == (Outcome.FAILED, Reason.SEAL_BROKEN)
    world.issuer["id"] = "https://other.example"
    assert found(hand_in().report, CheckName.SEAL) == (Outcome.SKIPPED, None)


def test_document_without_any_credential_is_no_certificate_of_anybody(hand_in: Hand) -> None:
    report = hand_in(credential=None, codes=("a~", "b~"), findings=("attachment_missing_signed",)).report
    assert found(report, CheckName.CONTAINER) == (Outcome.FAILED, Reason.ATTACHMENT_MISSING)
    assert (report.verdict, report.parts.document) == (Verdict.INVALID, DocumentPart.INVALID)
    assert (report.content, found(report, CheckName.SEAL)) == (None, (Outcome.SKIPPED, None))


def test_proof_of_the_log_in_the_document_is_judged(hand_in: Hand, world: World) -> None:
    world.issuer["log_key"] = {**LOG_KEY.public_key().jwk()}
    token = world.token()
    good, bad = (hand_in(token, log_proof=text).report for text in (proof_of(token).encode().decode(), "a proof"))
    assert found(good, CheckName.LOG_INCLUSION) == (Outcome.PASSED, None)
    assert found(bad, CheckName.LOG_INCLUSION) == (Outcome.FAILED, Reason.LOG_PROOF_INVALID)


def test_report_says_when_and_under_which_rules_it_was_made(world: World) -> None:
    world.profile = Profile("strict")
    for simulated in (False, True):
        world.simulated = simulated
        context = world.check(world.token()).context
        assert (context.verified_at, context.profile, context.simulated) == (NOW, "strict", simulated)


def test_report_says_how_old_the_status_list_is_and_which_trust_list_was_used(world: World) -> None:
    freshness = world.check(world.token()).freshness
    issued = datetime.fromtimestamp(world.status_issued_at, UTC)
    assert (freshness.status_as_of, freshness.status_age_s, freshness.trust_version) == (issued, 3600, "3")


def test_issuer_is_shown_as_the_trust_list_names_it(world: World) -> None:
    issuer = content(world.check(world.token())).certificate.issuer
    assert (issuer.id, issuer.name.ko, issuer.name.en) == (ISSUER, "직무능력은행", "Competency Bank")


def test_certificate_found_by_its_number_is_no_document_and_says_who_was_asked(world: World) -> None:
    submission = Submission("ABCDE", world.token().encode(), asked_issuer=ISSUER)
    verification = examine(submission, rules=world.rules(), moment=Moment(NOW), reader=world.reader)
    check = verification.report.check(CheckName.PRINT_MATCH)
    assert (check.outcome, check.reason) == (Outcome.SKIPPED, Reason.LOOKED_UP_BY_NUMBER)
    assert verification.asked_issuer == ISSUER
    forged = replace(submission, data=world.token(signer=world.keys.stranger).encode())
    unproved = examine(forged, rules=world.rules(), moment=Moment(NOW), reader=world.reader)
    assert (unproved.asked_issuer, unproved.list_uri) == (ISSUER, "")


def test_code_without_its_page_is_judged_by_where_it_leads(world: World) -> None:
    from credential_schemas.qr.payload import encode_qr_payload

    payload = encode_qr_payload(world.token())
    own, foreign = (world.check(f"{url}#{payload}", is_code_text=True) for url in (VERIFY_URL, "https://evil.example"))
    assert found(own, CheckName.PRINT_MATCH) == (Outcome.SKIPPED, None)
    assert found(foreign, CheckName.PRINT_MATCH) == (Outcome.UNKNOWN, Reason.QR_LINK_FOREIGN)


def test_entry_is_in_force_on_its_last_day_in_korea_and_not_after_it(world: World) -> None:
    token = world.token(claims(entry(valid_until="2026-11-21")))
    world.now = datetime(2026, 11, 21, 14, 59, 59, tzinfo=UTC)
    assert found(world.check(token), CheckName.ENTRY_STATUS) == (Outcome.PASSED, None)
    world.now += timedelta(seconds=1)
    assert found(world.check(token), CheckName.ENTRY_STATUS) == (Outcome.FAILED, Reason.NO_ENTRY_IN_FORCE)


def refuse(_: str) -> bytes:
    raise FetchError("expected an answer, found none", kind="connect")


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        ({}, Verdict.VALID),
        ({7: 1}, Verdict.INDETERMINATE),
        ({7: 2}, Verdict.INDETERMINATE),
        ({11: 1}, Verdict.INDETERMINATE),
        ({12: 1}, Verdict.INDETERMINATE),
        ({500: 1}, Verdict.VALID),
    ],
)
def test_unknown_status_is_put_up_with_only_if_the_last_list_said_valid_of_every_entry(
    world: World, statuses: dict[int, int], verdict: Verdict
) -> None:
    world.profile = Profile("offline", accept_unknown_status=True)
    world.statuses = statuses
    token = world.token()
    world.check(token)
    world.now += timedelta(days=2)
    world.network = refuse
    report = world.check(token)
    assert found(report, CheckName.STATUS) == (Outcome.UNKNOWN, Reason.STATUS_STALE)
    assert found(report, CheckName.ENTRY_STATUS) == (Outcome.UNKNOWN, Reason.ENTRY_STATUS_UNAVAILABLE)
    assert {entry.status for entry in content(report).disclosed.entries} == {EntryStatus.UNKNOWN}
    assert report.verdict is verdict


def test_unknown_issuer_is_never_put_up_with(world: World) -> None:
    world.profile = Profile("offline", accept_unknown_status=True)
    world.issuer["id"] = "https://other.example"
    report = world.check(world.token())
    assert (report.verdict, report.content) == (Verdict.INDETERMINATE, None)


def test_entry_outside_of_the_list_that_was_read_is_the_fault_of_the_issuer(world: World) -> None:
    report = world.check(world.token(claims(entry(idx=5000))))
    assert found(report, CheckName.ENTRY_STATUS) == (Outcome.UNKNOWN, Reason.ENTRY_STATUS_UNDEFINED)


@pytest.mark.parametrize(("remembers", "word"), [(True, "done"), (False, "unknown")])
def test_status_says_whether_an_older_list_would_have_been_noticed(world: World, remembers: bool, word: str) -> None:
    world.remembers = remembers
    assert world.check(world.token()).check(CheckName.STATUS).detail == {"replay_check": word}


@pytest.mark.parametrize(("accepts", "verdict"), [(True, Verdict.VALID), (False, Verdict.INDETERMINATE)])
def test_status_that_was_never_learnt_is_put_up_with_only_if_the_profile_says_so(
    world: World, accepts: bool, verdict: Verdict
) -> None:
    world.profile = Profile("offline", accept_unknown_status=accepts)
    world.network = refuse
    report = world.check(world.token())
    assert found(report, CheckName.STATUS) == (Outcome.UNKNOWN, Reason.STATUS_UNAVAILABLE)
    assert (report.verdict, report.freshness.status_as_of) == (verdict, None)


def test_type_that_was_refused_already_is_not_judged_again(world: World) -> None:
    report = world.check(world.token(vct=7))
    assert found(report, CheckName.TYPE_SCHEMA) == (Outcome.FAILED, Reason.TYPE_NOT_ACCEPTED)
