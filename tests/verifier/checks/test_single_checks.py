"""The checks `seal`, `container`, `recipient` and `type_schema`, each by itself, on facts in memory."""

from dataclasses import replace
from datetime import datetime

import pytest

from credential_schemas.certificate_claims import to_payload
from credential_schemas.errors import EntryTypeError
from credential_schemas.presented_claims import PresentedClaims, read_presented
from credential_schemas.report.facts import Evidence
from credential_schemas.report.outcomes import CheckName, EvidenceKind, Outcome
from credential_schemas.report.reasons import Reason
from keys.encoding import JsonValue
from keys.trust_list import TrustedIssuer
from tests.verifier.world import ISSUER, NOW, VCT, World, claims
from verifier.checks.container import check_container
from verifier.checks.recipient import check_recipient
from verifier.checks.rules import Moment
from verifier.checks.seal import check_seal
from verifier.checks.type_schema import check_type_schema
from verifier.evidence.gathering import Gathered
from verifier.evidence.reader import EvidenceReader, PdfFacts, SealFacts

FACTS = PdfFacts((), "a.b.c~", True, (), (), None)
GATHERED = Gathered(Evidence(EvidenceKind.PDF, "0" * 64, "a.pdf"), "a.b.c~", FACTS, b"the file")
INTACT = SealFacts(None, "all is well", "the bank", "2026-11-21T02:00:00+00:00", "2026-11-21T02:01:00+00:00", "trusted")


class Decided(EvidenceReader):
    """A reader whose seal rule has already decided, and which notes what it was asked."""

    def __init__(self, facts: SealFacts) -> None:
        super().__init__()
        self.facts = facts
        self.asked: list[tuple[object, ...]] = []

    def check_seal(
        self, data: bytes, *, roots: tuple[str, ...], now: datetime, tsa_roots: tuple[str, ...] = ()
    ) -> SealFacts:
        self.asked.append((data, roots, tsa_roots, now))
        return self.facts


@pytest.fixture
def issuer(world: World) -> TrustedIssuer:
    found = world.rules().trust.issuer(ISSUER)
    assert found is not None
    return replace(found, seal_roots=("a sealing root",), tsa_roots=("a time root",))


def test_seal_rule_is_asked_about_the_whole_file_with_the_issuers_roots_at_this_moment(issuer: TrustedIssuer) -> None:
    reader = Decided(INTACT)
    check = check_seal(GATHERED, issuer=issuer, moment=Moment(NOW), reader=reader)
    assert reader.asked == [(b"the file", ("a sealing root",), ("a time root",), NOW)]
    assert (check.name, check.outcome, check.reason) == (CheckName.SEAL, Outcome.PASSED, None)
    assert check.detail == {
        "signer": "the bank",
        "signed_at": "2026-11-21T02:00:00+00:00",
        "stamped_at": "2026-11-21T02:01:00+00:00",
        "time_stamp": "trusted",
    }


def test_stamp_of_an_authority_that_is_not_listed_lets_the_seal_pass_and_says_why(issuer: TrustedIssuer) -> None:
    reader = Decided(replace(INTACT, stamped_at=None, time_stamp="untrusted"))
    check = check_seal(GATHERED, issuer=issuer, moment=Moment(NOW), reader=reader)
    assert (check.name, check.outcome) == (CheckName.SEAL, Outcome.PASSED)
    assert check.reason is Reason.SEAL_TIME_STAMP_UNTRUSTED
    assert (check.detail["note"], check.detail["time_stamp"]) == ("all is well", "untrusted")


@pytest.mark.parametrize(
    "reason",
    [each for each in Reason if each.value.startswith("seal_") and each is not Reason.SEAL_TIME_STAMP_UNTRUSTED],
)
@pytest.mark.parametrize("roots", [(), ("a sealing root",)])
def test_every_reason_of_the_seal_rule_fails_but_a_sealer_whom_nobody_could_know_is_left_open(
    reason: Reason, roots: tuple[str, ...], issuer: TrustedIssuer
) -> None:
    reader = Decided(SealFacts(reason.value, "what is wrong", None, None))
    check = check_seal(GATHERED, issuer=replace(issuer, seal_roots=roots), moment=Moment(NOW), reader=reader)
    is_open = reason is Reason.SEAL_UNTRUSTED and not roots
    assert (check.name, check.reason) == (CheckName.SEAL, reason)
    assert check.outcome is (Outcome.UNKNOWN if is_open else Outcome.FAILED)
    assert (check.detail["note"] == "what is wrong") is not is_open


def test_seal_is_not_looked_for_without_a_document_or_without_an_issuer_whose_it_should_be(
    issuer: TrustedIssuer,
) -> None:
    reader = Decided(INTACT)
    without = replace(GATHERED, pdf=None)
    checks = (
        check_seal(GATHERED, issuer=None, moment=Moment(NOW), reader=reader),
        check_seal(without, issuer=issuer, moment=Moment(NOW), reader=reader),
    )
    assert [(check.name, check.outcome) for check in checks] == [(CheckName.SEAL, Outcome.SKIPPED)] * 2
    assert reader.asked == []


@pytest.mark.parametrize(
    ("findings", "reason"),
    [
        (("active_content",), Reason.ACTIVE_CONTENT),
        (("attachment_missing",), Reason.ATTACHMENT_MISSING),
        (("attachment_missing_signed",), Reason.ATTACHMENT_MISSING),
        (("attachment_repeated",), Reason.ATTACHMENT_REPEATED),
        (("attachment_unexpected", "active_content"), Reason.ATTACHMENT_UNEXPECTED),
    ],
)
def test_first_finding_of_a_document_gives_the_reason_and_all_are_told(
    findings: tuple[str, ...], reason: Reason
) -> None:
    check = check_container(replace(FACTS, findings=findings), require_document=False)
    assert (check.name, check.outcome, check.reason) == (CheckName.CONTAINER, Outcome.FAILED, reason)
    assert check.detail == {"findings": [*findings]}


@pytest.mark.parametrize(
    ("facts", "required", "outcome", "reason"),
    [
        (FACTS, False, Outcome.PASSED, None),
        (FACTS, True, Outcome.PASSED, None),
        (None, False, Outcome.SKIPPED, None),
        (None, True, Outcome.UNKNOWN, Reason.DOCUMENT_REQUIRED),
    ],
)
def test_document_without_findings_passes_and_is_missed_only_where_it_is_required(
    facts: PdfFacts | None, required: bool, outcome: Outcome, reason: Reason | None
) -> None:
    check = check_container(facts, require_document=required)
    assert (check.name, check.outcome, check.reason) == (CheckName.CONTAINER, outcome, reason)


@pytest.mark.parametrize(
    ("named", "asked", "outcome", "reason"),
    [
        ("Example Co", "EXAMPLE  co", Outcome.PASSED, None),
        ("Ｅｘａｍｐｌｅ Co", "example co", Outcome.PASSED, None),
        ("예시상사㈜", "예시상사(주)", Outcome.PASSED, None),
        ("예시상사", "예시상사 2", Outcome.UNKNOWN, Reason.RECIPIENT_MISMATCH),
        ("", "예시상사", Outcome.UNKNOWN, Reason.RECIPIENT_MISMATCH),
        ("예시상사", None, Outcome.SKIPPED, None),
    ],
)
@pytest.mark.parametrize("may_be_withheld", [False, True])
def test_recipient_is_compared_without_case_width_and_spaces(
    named: str, asked: str | None, outcome: Outcome, reason: Reason | None, may_be_withheld: bool
) -> None:
    check = check_recipient(named, asked=asked, may_be_withheld=may_be_withheld)
    assert (check.name, check.outcome, check.reason) == (CheckName.RECIPIENT, outcome, reason)


def test_recipient_that_is_not_shown_is_open_or_anybody() -> None:
    checks = [check_recipient(None, asked="예시상사", may_be_withheld=withheld) for withheld in (True, False)]
    assert [(check.name, check.outcome, check.reason) for check in checks] == [
        (CheckName.RECIPIENT, Outcome.UNKNOWN, Reason.RECIPIENT_WITHHELD),
        (CheckName.RECIPIENT, Outcome.PASSED, Reason.RECIPIENT_OPEN),
    ]


@pytest.mark.parametrize(
    ("trusted", "foreign"),
    [
        (None, []),
        (("national_technical_qualification", "vocational_training"), []),
        (("national_technical_qualification",), ["vocational_training"]),
        ((), ["national_technical_qualification", "vocational_training"]),
    ],
)
def test_every_type_of_entry_must_be_one_the_issuer_is_trusted_for(
    trusted: tuple[str, ...] | None, foreign: list[str], world: World
) -> None:
    types: dict[str, JsonValue] = {"vct": VCT} if trusted is None else {"vct": VCT, "entry_types": [*trusted]}
    world.issuer["types"] = [types]
    issuer = world.rules().trust.issuer(ISSUER)
    assert issuer is not None
    check = check_type_schema(presented(), issuer=issuer)
    assert check.name is CheckName.TYPE_SCHEMA
    if foreign:
        assert (check.outcome, check.reason) == (Outcome.UNKNOWN, Reason.ENTRY_TYPE_NOT_TRUSTED)
        assert check.detail == {"entry_types": foreign}
    else:
        assert (check.outcome, check.reason) == (Outcome.PASSED, None)


def presented() -> PresentedClaims:
    payload, _ = to_payload(claims())
    return read_presented(payload)


def test_issuer_that_is_not_trusted_for_the_credentials_type_is_trusted_for_no_entry(issuer: TrustedIssuer) -> None:
    check = check_type_schema(replace(presented(), vct=f"{ISSUER}/vct/other/1"), issuer=issuer)
    assert (check.outcome, check.reason) == (Outcome.UNKNOWN, Reason.ENTRY_TYPE_NOT_TRUSTED)


def test_claims_that_are_not_ours_name_the_field_and_what_is_wrong_with_it(issuer: TrustedIssuer) -> None:
    check = check_type_schema(EntryTypeError("holder.name", "a sentence", kind="wrong_kind"), issuer=issuer)
    assert (check.name, check.outcome) == (CheckName.TYPE_SCHEMA, Outcome.FAILED)
    assert check.reason is Reason.CLAIMS_INVALID
    assert check.detail == {"field": "holder.name", "kind": "wrong_kind"}
