"""Asking again what a receipt answered."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from keys.cosignature import WitnessKey
from keys.errors import FetchError
from tests.log_witness import Witness
from tests.verifier.checks.test_holder_binding import present
from tests.verifier.receipt.conftest import Office
from verifier.errors import ReceiptRefused, ReceiptWriteError
from verifier.policies.profile import Profile
from verifier.receipt.contents import Finding
from verifier.receipt.digests import sha256_hex
from verifier.receipt.kept import KeptMaterial
from verifier.receipt.replay import Replay, ReplayOutcome, replay


def again(
    office: Office, receipt: str, evidence: bytes | str, *, trust: bytes | None = None, kept: bool = True
) -> Replay:
    contents = office.read(receipt).contents
    raw = evidence if isinstance(evidence, bytes) else evidence.encode()
    return replay(contents, raw, kept=office.kept if kept else None, trust=trust, reader=office.world.reader)


def test_same_evidence_lists_and_rules_give_the_same_answer(office: Office) -> None:
    token = office.world.token()
    assert again(office, office.token(token), token) == Replay(ReplayOutcome.SAME, "valid")


def test_sealed_page_gives_the_same_answer_again(office: Office) -> None:
    pdf = office.world.sealed()
    assert again(office, office.token(pdf), pdf).outcome is ReplayOutcome.SAME


def test_revoked_certificate_gives_the_same_answer_again(office: Office) -> None:
    office.world.statuses = {7: 1}
    token = office.world.token()
    assert again(office, office.token(token), token) == Replay(ReplayOutcome.SAME, "invalid")


def test_list_that_was_old_then_is_judged_by_its_age_then(office: Office) -> None:
    office.world.status_issued_at -= 90_000
    token = office.world.token()
    rules = replace(office.rules(), statuses=office.world.rules(max_age_s=3600).statuses)
    receipt = office.token(token, rules)
    assert office.read(receipt).contents.verdict == "indeterminate"
    assert again(office, receipt, token) == Replay(ReplayOutcome.SAME, "indeterminate")


def test_witnesses_that_were_demanded_are_demanded_again(office: Office) -> None:
    witnesses = (WitnessKey.from_text(Witness().key),)
    office.world.profile = Profile("w", require_log=True, witnesses=witnesses, require_witnesses=1)
    token = office.world.token()
    receipt = office.token(token)
    assert office.read(receipt).contents.profile == replace(office.world.profile)
    office.world.profile = Profile()
    assert again(office, receipt, token).outcome is ReplayOutcome.SAME


def test_profile_of_the_receipt_is_used_again(office: Office) -> None:
    office.world.profile = Profile(name="strict", require_log=True)
    token = office.world.token()
    receipt = office.token(token)
    office.world.profile = Profile()
    assert again(office, receipt, token).outcome is ReplayOutcome.SAME


def test_presentation_gives_the_same_answer_although_its_nonce_is_spent(office: Office) -> None:
    token = present(office.world)
    receipt = office.token(token, office.rules(key_binding=office.world.asked()))
    assert again(office, receipt, token) == Replay(ReplayOutcome.SAME, "valid")


def test_other_evidence_is_refused(office: Office) -> None:
    receipt = office.token(office.world.token())
    with pytest.raises(ReceiptRefused) as caught:
        again(office, receipt, office.world.token() + " ")
    assert caught.value.kind == "evidence_differs"


def test_answer_of_a_receipt_that_lied_is_found_to_differ(office: Office) -> None:
    token = office.world.token()
    contents = office.read(office.token(token)).contents
    lied = replace(contents, findings=(Finding("signature", "failed", "signature_invalid"), *contents.findings[1:]))
    found = replay(lied, token.encode(), kept=office.kept, trust=None, reader=office.world.reader)
    assert (found.outcome, found.differing) == (ReplayOutcome.DIFFERENT, ("signature",))


def test_verdict_that_does_not_follow_from_the_checks_is_found_to_differ(office: Office) -> None:
    token = office.world.token()
    contents = replace(office.read(office.token(token)).contents, verdict="invalid")
    found = replay(contents, token.encode(), kept=office.kept, trust=None, reader=office.world.reader)
    assert found.outcome is ReplayOutcome.DIFFERENT


def test_check_whose_list_could_not_be_had_then_is_as_undecided_again(office: Office) -> None:
    def unreachable(_: str) -> bytes:
        raise FetchError("expected an answer, found none", kind="timeout")

    office.world.network = unreachable
    token = office.world.token()
    found = again(office, office.token(token), token)
    assert found.outcome is ReplayOutcome.SAME
    assert found.not_repeatable == ()


def test_spent_nonce_is_not_repeatable_and_no_difference(office: Office) -> None:
    token, rules = present(office.world), office.rules(key_binding=office.world.asked())
    office.check(token, rules)
    receipt = office.token(token, rules)
    found = again(office, receipt, token)
    assert (found.outcome, found.not_repeatable) == (ReplayOutcome.SAME, ("holder_binding",))


def test_without_the_trust_list_nothing_is_repeated(office: Office) -> None:
    token = office.world.token()
    assert again(office, office.token(token), token, kept=False).outcome is ReplayOutcome.TRUST_NOT_KEPT


def test_another_trust_list_is_not_taken(office: Office) -> None:
    token = office.world.token()
    receipt = office.token(token)
    other = json.dumps({**office.world.trust, "version": 4}).encode()
    assert again(office, receipt, token, trust=other, kept=False).outcome is ReplayOutcome.TRUST_NOT_KEPT


def test_receipt_that_names_no_trust_list_is_not_repeated(office: Office) -> None:
    token = office.world.token()
    receipt = office.token(token, replace(office.rules(), trust_sha256=None))
    assert again(office, receipt, token).outcome is ReplayOutcome.TRUST_NOT_KEPT


def test_without_the_status_list_nothing_is_repeated(office: Office) -> None:
    token = office.world.token()
    receipt = office.token(token)
    assert again(office, receipt, token, trust=office.trust, kept=False).outcome is ReplayOutcome.LISTS_NOT_KEPT


@pytest.mark.parametrize("damage", ["list", "bundle"])
def test_kept_trust_list_that_is_none_is_not_taken(office: Office, damage: str) -> None:
    token = office.world.token()
    junk = b'{"trust": 1}' if damage == "list" else b"no.trust.list"
    contents = replace(office.read(office.token(token)).contents, trust_sha256=_digest(office, junk))
    found = replay(contents, token.encode(), kept=office.kept, trust=None, reader=office.world.reader)
    assert found.outcome is ReplayOutcome.TRUST_NOT_KEPT


def _digest(office: Office, data: bytes) -> str:
    office.kept.keep(data)
    return sha256_hex(data)


def test_evidence_that_cannot_be_read_any_more_is_a_different_answer(office: Office) -> None:
    contents = replace(office.read(office.token(office.world.token())).contents, evidence_sha256=sha256_hex(b"GIF89a"))
    found = replay(contents, b"GIF89a", kept=office.kept, trust=None, reader=office.world.reader)
    assert found.outcome is ReplayOutcome.DIFFERENT


def test_replay_at_the_time_of_the_receipt_does_not_look_at_the_clock(office: Office) -> None:
    token = office.world.token()
    receipt = office.token(token)
    office.world.now += timedelta(days=3650)
    assert again(office, receipt, token).outcome is ReplayOutcome.SAME


def test_damaged_kept_list_is_not_found(tmp_path: Path) -> None:
    kept = KeptMaterial(tmp_path)
    kept.keep(b"list")
    kept.keep(b"list")
    (file,) = tmp_path.iterdir()
    assert kept.find(file.name) == b"list"
    file.write_bytes(b"other")
    assert kept.find(file.name) is None


@pytest.mark.parametrize("digest", ["../trust.json", "A" * 64, ""])
def test_kept_list_is_found_by_digest_and_nothing_else(tmp_path: Path, digest: str) -> None:
    assert KeptMaterial(tmp_path).find(digest) is None


def test_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ReceiptWriteError, match="keep"):
        KeptMaterial(tmp_path / "file").keep(b"list")
