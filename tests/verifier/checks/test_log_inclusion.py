"""Check `log_inclusion`: what a proof in the PDF proves, and what it means that a key is distrusted since a time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from credential_schemas.log_entry import SALT_BYTES, LogEntry, log_origin, signed_part_sha256
from credential_schemas.report.model import Check, Report
from credential_schemas.report.outcomes import CheckName, Outcome, Verdict
from credential_schemas.report.reasons import Reason
from credential_schemas.sd_jwt.select import keep_disclosures
from credential_schemas.sd_jwt.verify import VerifiedSdJwt
from keys.checkpoint import Checkpoint, sign_checkpoint
from keys.cosignature import WitnessKey
from keys.log_proof import LogProof
from keys.merkle import leaf_hash, node_hash
from keys.note_keys import NotePrivateKey, create_note_key
from tests.log_witness import Witness
from tests.verifier.world import ISSUER, NOW, World
from verifier.checks.credential import examine_credential
from verifier.checks.log_inclusion import LogDemand, check_log_inclusion
from verifier.checks.rules import Moment
from verifier.policies.profile import Profile

LOG_KEY = create_note_key()
SALT = b"s" * SALT_BYTES
LOGGED_AT = int((NOW - timedelta(hours=2)).timestamp())
OTHER_LEAF = leaf_hash(b"another entry")
DEMANDING = Profile("demanding", require_log=True)


def proof_of(token: str, *, at: int = LOGGED_AT, key: NotePrivateKey = LOG_KEY, issuer: str = ISSUER) -> LogProof:
    """A proof from a log of two entries, of which the credential's is the second."""
    entry = LogEntry(at, SALT, signed_part_sha256(token))
    root = node_hash(OTHER_LEAF, leaf_hash(entry.encode()))
    checkpoint = sign_checkpoint(Checkpoint(log_origin(issuer), 2, root), key=key)
    return LogProof(1, (OTHER_LEAF,), checkpoint, entry.opening())


def check_of(report: Report) -> Check:
    return report.check(CheckName.LOG_INCLUSION)


def logged(world: World, proof: LogProof | bytes | None = None, token: str | None = None) -> Check:
    """What is said of a proved credential with a proof, by default the right one."""
    token = token or world.token()
    proof = proof_of(token) if proof is None else proof
    encoded = proof if isinstance(proof, bytes) else proof.encode()
    return judged(world, token, encoded.decode("utf-8", "replace"))


def demand_of(profile: Profile) -> LogDemand:
    return LogDemand(profile.require_log, profile.witnesses, profile.require_witnesses)


def judged(world: World, token: str, proof: str | None) -> Check:
    findings = examine_credential(token, rules=world.rules(), moment=Moment(NOW))
    assert findings.proved is not None
    assert findings.claimed_issuer is not None
    check = check_log_inclusion(
        findings.proved, proof, issuer=findings.claimed_issuer, demanded=demand_of(world.profile)
    )
    assert check.name is CheckName.LOG_INCLUSION
    return check


@pytest.fixture(autouse=True)
def _listed(world: World) -> None:
    world.issuer["log_key"] = {**LOG_KEY.public_key().jwk()}


def distrust(world: World, since: datetime, kid: str | None = None) -> None:
    name = kid or world.keys.credential.key_id
    world.issuer["distrusted"] = [{"kid": name, "since": since.isoformat()}]


def test_proof_in_a_sealed_document_is_checked_though_nobody_demands_it(world: World) -> None:
    token = world.token()
    report = world.check(world.sealed(token, log_proof=proof_of(token).encode()))
    assert report.verdict is Verdict.VALID
    assert check_of(report).outcome is Outcome.PASSED
    assert check_of(report).detail == {"logged_at": "2026-11-21T01:00:00Z", "index": 1, "log_size": 2}


def test_sealed_document_with_a_proof_that_is_no_text_is_invalid(world: World) -> None:
    report = world.check(world.sealed(log_proof=b"\xff\xfe"))
    assert check_of(report).reason is Reason.LOG_PROOF_INVALID
    assert report.verdict is Verdict.INVALID


def test_profile_that_demands_the_log_accepts_a_proof(world: World) -> None:
    world.profile = DEMANDING
    assert (logged(world).outcome, logged(world).reason) == (Outcome.PASSED, None)


def test_copy_with_fewer_entries_has_the_same_proof(world: World) -> None:
    token = world.token()
    fewer = keep_disclosures(token, lambda each: not (isinstance(each.value, dict) and each.value.get("idx") == 12))
    assert fewer != token
    assert logged(world, proof_of(token), fewer).outcome is Outcome.PASSED


def test_without_a_proof_and_without_a_demand_nothing_is_said(world: World) -> None:
    report = world.check(world.token())
    assert (check_of(report).outcome, check_of(report).reason) == (Outcome.SKIPPED, None)
    assert report.verdict is Verdict.VALID


def test_without_the_demanded_proof_the_matter_is_open(world: World) -> None:
    world.profile = DEMANDING
    report = world.check(world.token())
    assert (check_of(report).outcome, check_of(report).reason) == (Outcome.UNKNOWN, Reason.LOG_PROOF_MISSING)
    assert report.verdict is Verdict.INDETERMINATE


def test_what_was_logged_before_its_key_was_distrusted_stays_valid(world: World) -> None:
    distrust(world, NOW - timedelta(hours=1))
    assert logged(world).outcome is Outcome.PASSED
    assert logged(world).detail == {
        "key_distrusted_since": "2026-11-21T02:00:00Z",
        "logged_at": "2026-11-21T01:00:00Z",
        "index": 1,
        "log_size": 2,
    }


@pytest.mark.parametrize("seconds", [0, 1, 3600])
def test_what_was_logged_when_its_key_was_distrusted_already_is_refused(world: World, seconds: int) -> None:
    distrust(world, datetime.fromtimestamp(LOGGED_AT - seconds, UTC))
    assert (logged(world).outcome, logged(world).reason) == (Outcome.FAILED, Reason.LOGGED_TOO_LATE)
    assert set(logged(world).detail) == {"key_distrusted_since", "logged_at", "index", "log_size"}


def test_without_a_proof_a_distrusted_key_leaves_the_matter_open(world: World) -> None:
    distrust(world, NOW + timedelta(days=1))
    report = world.check(world.token())
    assert (check_of(report).outcome, check_of(report).reason) == (Outcome.UNKNOWN, Reason.LOG_PROOF_MISSING)
    assert check_of(report).detail == {"key_distrusted_since": "2026-11-22T03:00:00Z"}
    assert report.verdict is Verdict.INDETERMINATE


def test_credential_without_a_key_name_asks_nothing_of_the_log(world: World) -> None:
    findings = examine_credential(world.token(), rules=world.rules(), moment=Moment(NOW))
    assert isinstance(findings.proved, VerifiedSdJwt)
    assert findings.claimed_issuer is not None
    nameless = replace(findings.proved, header={"kid": ["not", "a", "text"]})
    check = check_log_inclusion(nameless, None, issuer=findings.claimed_issuer, demanded=LogDemand(proof=False))
    assert check.outcome is Outcome.SKIPPED


def test_certificate_with_the_proof_of_another_is_refused(world: World) -> None:
    check = logged(world, proof_of("another.credential.text~"))
    assert (check.outcome, check.reason) == (Outcome.FAILED, Reason.LOG_PROOF_INVALID)


def test_earlier_time_written_into_a_proof_is_refused(world: World) -> None:
    distrust(world, NOW - timedelta(hours=3))
    token = world.token()
    proof = proof_of(token)
    forged = replace(proof, extra=LogEntry(LOGGED_AT - 7200, SALT, signed_part_sha256(token)).opening())
    check = logged(world, forged, token)
    assert (check.outcome, check.reason) == (Outcome.FAILED, Reason.LOG_PROOF_INVALID)
    assert check.detail == {"key_distrusted_since": "2026-11-21T00:00:00Z"}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda proof: replace(proof, index=0).encode(), id="another place"),
        pytest.param(lambda proof: replace(proof, path=()).encode(), id="cut path"),
        pytest.param(lambda proof: replace(proof, extra=b"").encode(), id="nothing to open the entry"),
        pytest.param(lambda proof: replace(proof, extra=b"\x02" + proof.extra[1:]).encode(), id="another version"),
        pytest.param(lambda proof: proof.encode()[:-20], id="cut text"),
        pytest.param(lambda proof: proof.encode().replace(b"\n2\n", b"\n3\n"), id="changed size"),
        pytest.param(lambda _: b"\xff\xfe", id="no text"),
        pytest.param(lambda _: b"proof\n", id="another text"),
    ],
)
def test_spoiled_proof_is_refused(world: World, change: Callable[[LogProof], bytes]) -> None:
    token = world.token()
    assert logged(world, proof_of(token), token).outcome is Outcome.PASSED
    check = logged(world, change(proof_of(token)), token)
    assert (check.outcome, check.reason) == (Outcome.FAILED, Reason.LOG_PROOF_INVALID)


@pytest.mark.parametrize(
    ("at", "outcome"), [(2**33 - 1, Outcome.PASSED), (2**33, Outcome.FAILED), (2**63, Outcome.FAILED)]
)
def test_time_beyond_all_certificates_is_refused(world: World, at: int, outcome: Outcome) -> None:
    token = world.token()
    assert logged(world, proof_of(token, at=at), token).outcome is outcome


@pytest.mark.parametrize("demanded", [False, True])
def test_proof_of_a_key_that_the_list_does_not_name_counts_as_none(world: World, demanded: bool) -> None:
    world.profile = Profile("p", require_log=demanded)
    token = world.token()
    check = logged(world, proof_of(token, key=create_note_key()), token)
    expected = (Outcome.UNKNOWN, Reason.LOG_KEY_UNKNOWN) if demanded else (Outcome.SKIPPED, None)
    assert (check.outcome, check.reason) == expected


def test_proof_from_the_log_of_another_issuer_counts_as_none(world: World) -> None:
    world.profile = DEMANDING
    token = world.token()
    assert logged(world, proof_of(token, issuer="https://other.example"), token).reason is Reason.LOG_KEY_UNKNOWN


def test_issuer_without_a_log_proves_nothing_by_one(world: World) -> None:
    world.profile = DEMANDING
    del world.issuer["log_key"]
    assert logged(world).reason is Reason.LOG_KEY_UNKNOWN


def test_log_whose_own_key_is_distrusted_proves_nothing(world: World) -> None:
    world.profile = DEMANDING
    distrust(world, NOW, LOG_KEY.public_key().short_name())
    assert (logged(world).outcome, logged(world).reason) == (Outcome.UNKNOWN, Reason.LOG_KEY_UNKNOWN)


ONE, TWO = Witness("one.example"), Witness("two.example")
WITNESSES = tuple(WitnessKey.from_text(each.key) for each in (ONE, TWO))


def cosigned(token: str, *witnesses: Witness, at: int = LOGGED_AT) -> LogProof:
    proof = proof_of(token, at=at)
    lines = b"".join(each.cosign(proof.checkpoint) for each in witnesses)
    return replace(proof, checkpoint=proof.checkpoint + lines)


@pytest.mark.parametrize(
    ("needed", "signed", "passes"),
    [
        (1, (ONE,), True),
        (1, (TWO,), True),
        (2, (ONE, TWO), True),
        (1, (), False),
        (2, (ONE,), False),
        (2, (ONE, ONE), False),
        (1, (Witness("one.example"),), False),
        (0, (), True),
    ],
)
def test_as_many_different_witnesses_must_have_cosigned_as_the_profile_demands(
    world: World, needed: int, signed: tuple[Witness, ...], passes: bool
) -> None:
    world.profile = Profile("w", require_log=True, witnesses=WITNESSES, require_witnesses=needed)
    token = world.token()
    check = logged(world, cosigned(token, *signed), token)
    expected = (Outcome.PASSED, None) if passes else (Outcome.UNKNOWN, Reason.LOG_WITNESSES_MISSING)
    assert (check.outcome, check.reason) == expected
    counted = [each.name for each in (ONE, TWO) if each in signed]
    assert check.detail.get("witnesses") == (counted if needed else None)


def test_a_cosignature_of_another_checkpoint_does_not_count(world: World) -> None:
    world.profile = Profile("w", require_log=True, witnesses=WITNESSES, require_witnesses=1)
    token = world.token()
    proof = proof_of(token)
    other = proof_of(token, at=LOGGED_AT + 1)
    check = logged(world, replace(proof, checkpoint=proof.checkpoint + ONE.cosign(other.checkpoint)), token)
    assert check.reason is Reason.LOG_WITNESSES_MISSING


def test_witnesses_do_not_make_good_what_was_logged_too_late_or_is_not_proved(world: World) -> None:
    world.profile = Profile("w", require_log=True, witnesses=WITNESSES, require_witnesses=1)
    token = world.token()
    assert judged(world, token, None).reason is Reason.LOG_PROOF_MISSING
    distrust(world, NOW - timedelta(hours=3))
    assert logged(world, cosigned(token, ONE), token).reason is Reason.LOGGED_TOO_LATE
