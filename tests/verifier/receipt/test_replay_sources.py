"""Asking again where the evidence came by a confirmation number or a code, and where the lists came from a bundle."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from credential_schemas.qr.payload import encode_qr_payload
from credential_schemas.report.reasons import Reason
from tests.verifier.bundles import DAY_S, BundleDesk
from tests.verifier.receipt.conftest import Office
from tests.verifier.world import ISSUER
from verifier.checks.assembling import examine
from verifier.checks.rules import Moment, Rules
from verifier.errors import ReceiptRefused
from verifier.evidence.gathering import Submission
from verifier.receipt.contents import contents_of
from verifier.receipt.replay import Replay, ReplayOutcome, replay

OTHER = "https://other.example"
STALE = {"status": Reason.STATUS_STALE.value, "entry_status": Reason.ENTRY_STATUS_UNAVAILABLE.value}


def receipt_of(office: Office, submission: Submission, rules: Rules) -> str:
    verification = examine(
        submission, rules=rules, moment=Moment(office.world.now, office.world.simulated), reader=office.world.reader
    )
    maker = office.maker(rules)
    recorded = maker.record(verification, with_content=False)
    for text in recorded.list_texts.values():
        office.kept.keep(text.encode())
    return maker.as_token(recorded).token


def again(office: Office, receipt: str, evidence: bytes, trust: bytes) -> Replay:
    contents = office.read(receipt).contents
    return replay(contents, evidence, kept=office.kept, trust=trust, reader=office.world.reader)


@pytest.fixture
def desk(office: Office) -> BundleDesk:
    return BundleDesk(office.world)


def bundle_rules(desk: BundleDesk, path: Path, **more: Path) -> tuple[Rules, bytes]:
    """The rules of an offline check, named by the bytes of the list or bundle they come from, as the commands do."""
    used = desk.used(path, **more, now=int(desk.world.now.timestamp()))
    return replace(desk.offline_rules(path, **more), trust_sha256=used.sha256), used.data


def test_what_an_issuer_gave_for_a_number_gives_the_same_answer_again(office: Office) -> None:
    token = office.world.token().encode()
    receipt = receipt_of(office, Submission("number", token, asked_issuer=ISSUER), office.rules())
    assert again(office, receipt, token, office.trust) == Replay(ReplayOutcome.SAME, "valid")


def answered_by_another(office: Office) -> tuple[str, bytes, bytes]:
    """Receipt of a number whose issuer answered with a credential of another listed issuer; evidence; trust list."""
    office.world.trust["issuers"] = [office.world.issuer, {**office.world.issuer, "id": OTHER}]
    rules, token = office.rules(), office.world.token().encode()
    asked_alone = replace(rules, trust=replace(rules.trust, issuers={OTHER: rules.trust.issuers[OTHER]}))
    return receipt_of(office, Submission("number", token, asked_issuer=OTHER), asked_alone), token, office.trust


def test_credential_of_another_issuer_than_the_one_asked_is_as_untrusted_again(office: Office) -> None:
    receipt, token, trust = answered_by_another(office)
    assert reasons(office, receipt)["issuer_trust"] == Reason.ISSUER_NOT_TRUSTED.value
    assert again(office, receipt, token, trust) == Replay(ReplayOutcome.SAME, "indeterminate")


def test_issuer_that_is_not_on_the_list_was_never_asked(office: Office) -> None:
    receipt, token, trust = answered_by_another(office)
    contents = office.read(receipt).contents
    wrong = replace(contents, asked=replace(contents.asked, issuer="https://third.example"))
    found = replay(wrong, token, kept=office.kept, trust=trust, reader=office.world.reader)
    assert found == Replay(ReplayOutcome.SAME, "indeterminate")


def test_number_of_a_receipt_that_does_not_say_whom_it_asked_is_not_repeatable_and_no_difference(
    office: Office,
) -> None:
    receipt, token, trust = answered_by_another(office)
    record = dict(office.read(receipt).signed.record)
    asked = record["asked"]
    assert isinstance(asked, dict)
    earlier = contents_of({**record, "asked": {name: value for name, value in asked.items() if name != "issuer"}})
    found = replay(earlier, token, kept=office.kept, trust=trust, reader=office.world.reader)
    assert (found.outcome, found.differing) == (ReplayOutcome.SAME, ())
    assert "issuer_trust" in found.not_repeatable


def test_text_of_a_code_without_a_scheme_gives_the_same_answer_again(office: Office) -> None:
    text = f"BANK.EXAMPLE/V#{encode_qr_payload(office.world.token())}".encode()
    receipt = receipt_of(office, Submission("text", text, is_code_text=True), office.rules())
    assert again(office, receipt, text, office.trust) == Replay(ReplayOutcome.SAME, "indeterminate")


def test_check_with_a_bundle_is_repeated_with_the_bundle(office: Office, desk: BundleDesk) -> None:
    rules, data = bundle_rules(desk, desk.file())
    token = office.world.token().encode()
    receipt = receipt_of(office, Submission("file", token), rules)
    assert office.read(receipt).contents.lists[0].obtained_at == desk.at
    office.world.now += timedelta(days=3650)
    assert again(office, receipt, token, data) == Replay(ReplayOutcome.SAME, "valid")


def test_list_of_a_bundle_that_was_too_old_then_is_too_old_again(office: Office, desk: BundleDesk) -> None:
    file = desk.file()
    office.world.now += timedelta(hours=13)
    rules, data = bundle_rules(desk, file)
    token = office.world.token().encode()
    receipt = receipt_of(office, Submission("file", token), rules)
    assert STALE.items() <= reasons(office, receipt).items()
    assert again(office, receipt, token, data) == Replay(ReplayOutcome.SAME, "indeterminate")


def test_list_that_had_expired_when_it_was_read_is_not_repeatable_and_no_difference(office: Office) -> None:
    office.world.status_issued_at -= 30 * DAY_S
    token = office.world.token().encode()
    receipt = receipt_of(office, Submission("file", token), office.rules())
    assert STALE.items() <= reasons(office, receipt).items()
    found = again(office, receipt, token, office.trust)
    assert found == Replay(ReplayOutcome.SAME, "indeterminate", not_repeatable=("status",))


def test_another_bundle_is_not_taken_for_the_one_of_the_check(office: Office, desk: BundleDesk) -> None:
    rules, _ = bundle_rules(desk, desk.file())
    token = office.world.token().encode()
    receipt = receipt_of(office, Submission("file", token), rules)
    desk.version += 1
    other = desk.file(name="later.bundle").read_bytes()
    assert again(office, receipt, token, other).outcome is ReplayOutcome.TRUST_NOT_KEPT


def test_record_with_a_verdict_that_does_not_exist_is_refused(office: Office) -> None:
    record = office.read(office.token(office.world.token())).signed.record
    with pytest.raises(ReceiptRefused) as caught:
        contents_of({**record, "verdict": "splendid"})
    assert caught.value.kind == "content"


def reasons(office: Office, receipt: str) -> dict[str, str | None]:
    return {finding.name: finding.reason for finding in office.read(receipt).contents.findings}
