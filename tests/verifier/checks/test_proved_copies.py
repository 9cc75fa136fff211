"""A copy that was proved before is judged as at first, only sooner: time, trust and status count anew."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from credential_schemas.plain_copies.copies import PlainCopies
from credential_schemas.plain_copies.reading import read_plain_copy
from credential_schemas.report.model import Report
from credential_schemas.report.outcomes import CheckName, Verdict
from keys.encoding import JsonValue, b64url_decode, b64url_encode
from keys.jwk import PublicKey
from tests.verifier.world import World, claims, entry
from verifier.checks.assembling import verify
from verifier.checks.proved_copies import KEPT_S, MOST, ProvedCopies
from verifier.checks.rules import Moment
from verifier.evidence.gathering import Submission


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Visits:
    """Checks of one world with a memory, beside the same checks without one."""

    def __init__(self, world: World, *, most: int = 10) -> None:
        self.world, self.clock = world, Clock()
        self.memory = ProvedCopies(most, timer=self.clock)

    def report(self, token: str, *, remembers: bool = True, asked: bool = False) -> Report:
        rules = self.world.rules(
            plain_copies=PlainCopies(after=0),
            proved_copies=self.memory if remembers else None,
            key_binding=self.world.asked() if asked else None,
        )
        submission, moment = Submission("evidence", token.encode()), Moment(self.world.now, self.world.simulated)
        return verify(submission, rules=rules, moment=moment, reader=self.world.reader)

    def alike(self, token: str) -> Report:
        """Return the Report with the memory, which is that without."""
        quick, full = self.report(token), self.report(token, remembers=False)
        assert quick.to_bytes() == full.to_bytes()
        return quick


@pytest.fixture
def visits(world: World) -> Visits:
    world.remembers = False
    return Visits(world)


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The messages of which a signature was verified, from now on."""
    messages: list[bytes] = []
    verify_signature = PublicKey.verify

    def counting(key: PublicKey, signature: bytes, message: bytes) -> bool:
        messages.append(message)
        return verify_signature(key, signature, message)

    monkeypatch.setattr(PublicKey, "verify", counting)
    return messages


def test_a_second_check_reads_and_verifies_nothing_again_and_says_the_same(
    visits: Visits, verified: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = visits.world.token()
    signed = token.partition("~")[0].rpartition(".")[0].encode()
    first = visits.report(token)
    assert verified.count(signed) == 1
    monkeypatch.setattr(PlainCopies, "read", lambda *_: pytest.fail("read again"))
    assert visits.report(token).to_bytes() == first.to_bytes()
    assert verified.count(signed) == 1
    assert first.verdict is Verdict.VALID


def leave_the_time(world: World) -> None:
    world.now += timedelta(days=4000)
    world.status_issued_at = int(world.now.timestamp()) - 3600


def forget_the_key(world: World) -> None:
    world.issuer["jwks"] = {"keys": []}


def take_another_key(world: World) -> None:
    """The same name now stands for the key of somebody else."""
    other: JsonValue = {**world.keys.stranger.public_jwk(), "kid": world.keys.credential.key_id}
    world.issuer["jwks"] = {"keys": [other]}


def trust_other_types(world: World) -> None:
    world.issuer["types"] = [{"vct": "https://bank.example/vct/other"}]


def distrust_the_key(world: World) -> None:
    world.issuer["distrusted"] = [{"kid": world.keys.credential.key_id, "since": "2026-11-20T00:00:00Z"}]


def revoke(world: World) -> None:
    (index,) = {json.loads(b64url_decode(world.token().split(".")[1]))["status"]["status_list"]["idx"]}
    world.statuses = {index: 1}


def suspend_an_entry(world: World) -> None:
    world.statuses = {11: 2, 12: 2}


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (leave_the_time, Verdict.INVALID),
        (forget_the_key, Verdict.INDETERMINATE),
        (take_another_key, Verdict.INVALID),
        (trust_other_types, Verdict.INDETERMINATE),
        (distrust_the_key, Verdict.INDETERMINATE),
        (revoke, Verdict.INVALID),
    ],
)
def test_what_has_changed_since_counts_at_once(
    visits: Visits, change: Callable[[World], None], verdict: Verdict
) -> None:
    token = visits.world.token()
    assert visits.alike(token).verdict is Verdict.VALID
    change(visits.world)
    assert visits.alike(token).verdict is verdict


def test_the_status_of_an_entry_is_asked_for_anew(visits: Visits) -> None:
    token = visits.world.token()
    before = visits.alike(token).check(CheckName.ENTRY_STATUS)
    suspend_an_entry(visits.world)
    assert visits.alike(token).check(CheckName.ENTRY_STATUS) != before


def test_a_key_that_is_trusted_again_proves_again(visits: Visits, verified: list[bytes]) -> None:
    token, jwks = visits.world.token(), visits.world.issuer["jwks"]
    visits.alike(token)
    take_another_key(visits.world)
    assert visits.alike(token).check(CheckName.SIGNATURE).reason == "signature_invalid"
    visits.world.issuer["jwks"] = jwks
    assert visits.alike(token).verdict is Verdict.VALID


def changed_at(token: str, at: int) -> str:
    return token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]


def test_another_text_is_another_certificate(visits: Visits) -> None:
    token = visits.world.token()
    assert visits.report(token).verdict is Verdict.VALID
    for at in (0, len(token) // 4, token.index("~") - 3, token.index("~") + 5, len(token) - 3):
        assert visits.alike(changed_at(token, at)).verdict is Verdict.INVALID
    fewer = "~".join([*token.rstrip("~").split("~")[:-1], ""])
    assert visits.alike(fewer).to_bytes() != visits.report(token).to_bytes()


def test_what_is_refused_or_only_noted_is_never_kept(visits: Visits) -> None:
    world = visits.world
    header, payload, _ = world.token().partition("~")[0].split(".")
    forged = b64url_encode(world.keys.stranger.sign(f"{header}.{payload}".encode()))
    visits.alike(f"{header}.{payload}.{forged}~{world.token().partition('~')[2]}")
    trust_other_types(world)
    visits.alike(world.token())
    world.issuer["dev"] = True
    visits.alike(world.token())
    assert len(visits.memory) == 0


def test_a_presentation_that_was_asked_for_is_always_examined_in_full(visits: Visits) -> None:
    token = visits.world.token()
    visits.report(token)
    asked = visits.report(token, asked=True)
    assert asked.to_bytes() == visits.report(token, remembers=False, asked=True).to_bytes()
    assert asked.check(CheckName.HOLDER_BINDING).reason is not None


def test_copies_are_kept_for_a_while_and_not_longer_for_being_asked_for(visits: Visits, verified: list[bytes]) -> None:
    token = visits.world.token()
    visits.report(visits.world.token(claims(entry("전기기사"))))
    visits.report(token)
    assert len(visits.memory) == 2
    visits.clock.now += KEPT_S - 1
    visits.report(token)
    before = len(verified)
    visits.clock.now += 1
    assert visits.memory.find("another") is None
    assert len(visits.memory) == 0
    visits.report(token)
    assert len(verified) > before


def test_no_more_are_kept_than_was_said_and_the_oldest_goes_first(world: World) -> None:
    visits = Visits(world, most=2)
    tokens = [world.token(claims(entry(f"기사 {number}"))) for number in range(3)]
    for token in [*tokens, tokens[1]]:
        visits.report(token)
    assert [visits.memory.find(token) is not None for token in tokens] == [False, True, True]
    copy = read_plain_copy(tokens[1])
    assert copy is not None
    visits.memory.keep(copy, world.keys.credential.key.public_key())  # proved anew, so the youngest
    visits.report(tokens[0])
    assert [visits.memory.find(token) is not None for token in tokens] == [True, True, False]


@pytest.mark.parametrize("most", [0, -1, MOST + 1])
def test_a_memory_of_no_size_is_refused(most: int) -> None:
    with pytest.raises(ValueError, match=f"1 to {MOST}"):
        ProvedCopies(most)
