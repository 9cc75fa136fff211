"""The check `holder_binding`: never "bound" unverified, one use of each nonce, the caller's question decides."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from credential_schemas.report.outcomes import CheckName, EvidenceKind, Outcome, Verdict
from credential_schemas.report.reasons import Reason
from credential_schemas.sd_jwt.bind import bind_to_verifier
from credential_schemas.sd_jwt.policy import KeyBindingPolicy
from keys.key_files import FileSigner
from tests.verifier.checks.test_credential import found
from tests.verifier.world import AUDIENCE, NONCE, NOW, World, content

NAME = CheckName.HOLDER_BINDING


def present(
    world: World, *, nonce: str = NONCE, audience: str = AUDIENCE, holder: FileSigner | None = None, age_s: int = 0
) -> str:
    bound = world.token(
        cnf={"jwk": {k: v for k, v in world.keys.holder.public_jwk().items() if k in ("kty", "crv", "x", "y")}}
    )
    issued_at = int(NOW.timestamp()) - age_s
    return bind_to_verifier(
        bound, audience=audience, nonce=nonce, issued_at=issued_at, holder=holder or world.keys.holder
    )


def test_paper_copy_is_not_bound_and_says_so_without_lowering_the_verdict(world: World) -> None:
    report = world.check(world.token())
    assert found(report, NAME) == (Outcome.SKIPPED, Reason.HOLDER_NOT_BOUND)
    assert (report.verdict, content(report).certificate.holder_binding) == (Verdict.VALID, "none")


def test_presentation_that_answers_the_request_proves_the_holder(world: World) -> None:
    report = world.check(present(world), world.rules(key_binding=world.asked()))
    assert found(report, NAME) == (Outcome.PASSED, None)
    assert report.evidence.kind is EvidenceKind.PRESENTATION
    assert (report.verdict, content(report).certificate.holder_binding) == (Verdict.VALID, "verified")


def test_same_nonce_is_accepted_once(world: World) -> None:
    world.check(present(world), world.rules(key_binding=world.asked()))
    report = world.check(present(world), world.rules(key_binding=world.asked()))
    assert found(report, NAME) == (Outcome.FAILED, Reason.NONCE_REUSED)
    assert report.check(NAME).detail == {"code": "E_KB_NONCE"}
    assert report.verdict is Verdict.INVALID


def test_nonces_of_other_requests_and_other_verifiers_are_told_apart(world: World) -> None:
    for audience, nonce in ((AUDIENCE, NONCE), (AUDIENCE, f"{NONCE}x"), (f"{AUDIENCE}x", NONCE)):
        asked = KeyBindingPolicy(audience, nonce)
        report = world.check(present(world, nonce=nonce, audience=audience), world.rules(key_binding=asked))
        assert found(report, NAME) == (Outcome.PASSED, None)


def test_of_the_same_nonce_at_the_same_time_one_is_accepted(world: World) -> None:
    state = world.state()
    assert state is not None
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: state.use_nonce(AUDIENCE, NONCE, now=int(NOW.timestamp())), range(64)))
    assert answers.count(True) == 1


def test_nonce_is_remembered_for_ten_minutes(world: World) -> None:
    state, now = world.state(), int(NOW.timestamp())
    assert state is not None
    assert state.use_nonce(AUDIENCE, NONCE, now=now - 600)
    assert found(world.check(present(world), world.rules(key_binding=world.asked())), NAME)[0] is Outcome.FAILED
    world.now = NOW + timedelta(seconds=1)
    assert found(world.check(present(world), world.rules(key_binding=world.asked())), NAME)[0] is Outcome.PASSED


def test_binding_is_unknown_where_used_nonces_cannot_be_remembered(world: World) -> None:
    world.remembers = False
    report = world.check(present(world), world.rules(key_binding=world.asked()))
    assert found(report, NAME) == (Outcome.UNKNOWN, Reason.NONCE_NOT_TRACKED)
    assert report.verdict is Verdict.INDETERMINATE


def test_binding_is_unknown_where_the_state_folder_cannot_be_written(world: World) -> None:
    (world.folder / "state").write_text("a file where the folder should be")
    report = world.check(present(world), world.rules(key_binding=world.asked()))
    assert found(report, NAME) == (Outcome.UNKNOWN, Reason.NONCE_NOT_TRACKED)


def test_simulated_time_uses_no_nonce_up(world: World) -> None:
    world.simulated = True
    for _ in range(2):
        report = world.check(present(world), world.rules(key_binding=world.asked()))
        assert found(report, NAME) == (Outcome.PASSED, None)
        assert report.check(NAME).detail == {"replay_check": "simulated"}


def test_presentation_without_a_question_is_indeterminate(world: World) -> None:
    report = world.check(present(world))
    assert found(report, NAME) == (Outcome.UNKNOWN, Reason.HOLDER_BINDING_NOT_ASKED)
    assert report.check(NAME).detail == {"code": "E_KB_AUD"}
    assert (report.verdict, content(report).certificate.holder_binding) == (Verdict.INDETERMINATE, "failed")


def test_missing_binding_is_refused_when_it_was_asked_for(world: World) -> None:
    report = world.check(world.token(), world.rules(key_binding=world.asked()))
    assert found(report, NAME) == (Outcome.FAILED, Reason.HOLDER_BINDING_MISSING)
    assert {check.name for check in report.checks if check.outcome is Outcome.FAILED} == {NAME}


def test_missing_binding_is_refused_when_the_profile_demands_one(world: World) -> None:
    world.profile = replace(world.profile, require_holder_binding=True)
    report = world.check(world.token())
    assert found(report, NAME) == (Outcome.FAILED, Reason.HOLDER_BINDING_MISSING)
    assert report.check(NAME).detail == {"code": "E_KB_MISSING"}


def test_binding_by_another_key_is_refused(world: World) -> None:
    report = world.check(present(world, holder=world.keys.stranger), world.rules(key_binding=world.asked()))
    assert found(report, NAME) == (Outcome.FAILED, Reason.HOLDER_BINDING_INVALID)
    assert report.check(NAME).detail["code"] == "E_KB_SIGNATURE"


@pytest.mark.parametrize("asked", [KeyBindingPolicy("x509_hash:other", NONCE), KeyBindingPolicy(AUDIENCE, "other")])
def test_binding_for_another_request_is_refused(world: World, asked: KeyBindingPolicy) -> None:
    report = world.check(present(world), world.rules(key_binding=asked))
    assert found(report, NAME) == (Outcome.FAILED, Reason.HOLDER_BINDING_OTHER_REQUEST)


def test_old_binding_is_refused(world: World) -> None:
    world.now = NOW + timedelta(minutes=10)
    report = world.check(present(world), world.rules(key_binding=world.asked()))
    assert found(report, NAME) == (Outcome.FAILED, Reason.HOLDER_BINDING_TIME)


def test_binding_is_skipped_when_the_credential_is_not_proved(world: World) -> None:
    report = world.check(world.token(signer=world.keys.stranger), world.rules(key_binding=world.asked()))
    assert found(report, NAME) == (Outcome.SKIPPED, None)
