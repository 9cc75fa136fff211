"""Reading copies in one pass changes no Report: tokens are judged as without it, good ones are read that way."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random

import pytest

from credential_schemas.plain_copies.copies import PlainCopies
from credential_schemas.plain_copies.reading import PlainCopy
from credential_schemas.report.model import Report
from credential_schemas.report.outcomes import CheckName, Verdict
from credential_schemas.sd_jwt.bind import bind_to_verifier
from credential_schemas.sd_jwt.policy import KeyBindingPolicy
from keys.encoding import JsonValue, b64url_decode, b64url_encode
from tests.verifier.world import AUDIENCE, NONCE, NOW, World, claims, entry, training
from verifier.checks.assembling import verify
from verifier.checks.credential import examine_credential
from verifier.checks.rules import Moment
from verifier.errors import UnreadableEvidence
from verifier.evidence.gathering import Submission

IN_ONE_PASS = PlainCopies(after=0)
NEVER = PlainCopies(after=2**60)
SPLINTERS = [
    "",
    " ",
    '"',
    "\\",
    "\\u0041",
    "\n",
    "\u200b",
    "\u0301",
    "가",
    "9",
    "-",
    "0",
    ".5",
    "e1",
    "null",
    "true",
    "[]",
    "{}",
]
SPLINTERS += ['"_sd":[]', '{"...":"x"}', '"type":"x"', '"idx":0', ",", ":", "[", "]", "{", "}", "\u00e9", "\x00", "🙂"]


def reports(world: World, token: str, asked: KeyBindingPolicy | None) -> tuple[Report, Report]:
    """Return the Reports with and without reading in one pass."""

    def report(plain_copies: PlainCopies) -> Report:
        rules = world.rules(plain_copies=plain_copies, key_binding=asked)
        moment = Moment(world.now, world.simulated)
        return verify(Submission("evidence", token.encode()), rules=rules, moment=moment, reader=world.reader)

    return report(IN_ONE_PASS), report(NEVER)


def assert_alike(world: World, token: str, asked: KeyBindingPolicy | None = None) -> Report:
    quick, full = reports(world, token, asked)
    assert quick == full
    assert quick.to_bytes() == full.to_bytes()
    return full


def is_read_quickly(world: World, token: str) -> bool:
    findings = examine_credential(token, rules=world.rules(plain_copies=IN_ONE_PASS), moment=Moment(world.now))
    return isinstance(findings.proved, PlainCopy)


def digest(disclosure: str) -> str:
    return b64url_encode(sha256(disclosure.encode()).digest())


def signed_again(world: World, payload: str, disclosures: list[str]) -> str:
    """Return a token with this text as payload and these disclosures, signed by the issuer."""
    key = world.keys.credential
    header = json.dumps({"typ": "dc+sd-jwt", "alg": "ES256", "kid": key.key_id}, separators=(",", ":"))
    signing_input = f"{b64url_encode(header.encode())}.{b64url_encode(payload.encode())}"
    return "~".join([f"{signing_input}.{b64url_encode(key.sign(signing_input.encode()))}", *disclosures, ""])


def mixed(text: str, others: list[str], random: Random) -> str:
    """Return the text with a part cut out, doubled, moved, or replaced by a splinter or a part of another text."""
    first, last = sorted(random.choices(range(len(text) + 1), k=2))
    if random.random() < 0.5:  # between two commas, which keeps it JSON more often
        commas = [at for at, character in enumerate(text) if character == ","] or [0]
        first, last = sorted(random.choices(commas, k=2))
    part, other = text[first:last], random.choice(others)
    piece = other[random.randrange(len(other)) :][: random.randrange(60)]
    new = random.choice(
        ["", part * 2, part[::-1], piece, part + piece, random.choice(SPLINTERS), random.choice(SPLINTERS)]
    )
    return text[:first] + new + text[last:]


def changed(world: World, random: Random) -> str:
    """Return a copy with one change inside what the issuer signs, so that only the readers can refuse it."""
    token = world.token(claims(entry(), entry("전기기사", idx=13), training()))
    jwt, *disclosures = token.rstrip("~").split("~")
    texts = [b64url_decode(each).decode() for each in disclosures]
    payload = b64url_decode(jwt.split(".")[1]).decode()
    everything, at = [*texts, payload], random.randrange(len(texts) + 1)
    if at == len(texts):
        return signed_again(world, mixed(payload, everything, random), disclosures)
    new = b64url_encode(mixed(texts[at], everything, random).encode("utf-8", "replace"))
    payload = payload.replace(digest(disclosures[at]), digest(new))
    return signed_again(world, payload, [*disclosures[:at], new, *disclosures[at + 1 :]])


def test_good_copy_is_read_in_one_pass_and_valid(world: World) -> None:
    token = world.token(claims(entry(), entry("전기기사", idx=13, valid_until="2020-01-01"), training()))
    assert is_read_quickly(world, token)
    assert assert_alike(world, token).verdict is Verdict.VALID


def test_blind_edition_is_read_in_one_pass(world: World) -> None:
    token = world.token(claims(entry(), edition="blind"))
    assert is_read_quickly(world, token)
    assert_alike(world, token)


@pytest.mark.parametrize("first", range(0, 1200, 300))
def test_changed_copy_that_is_signed_gets_the_same_report(world: World, first: int) -> None:
    verdicts: dict[tuple[Verdict, bool], int] = {}
    for seed in range(first, first + 300):
        token = changed(world, Random(seed))
        judged = assert_alike(world, token).verdict, is_read_quickly(world, token)
        verdicts[judged] = verdicts.get(judged, 0) + 1
    assert verdicts[Verdict.INVALID, False] > 100
    assert verdicts[Verdict.VALID, True] > 10
    assert (Verdict.INVALID, True) not in verdicts


@pytest.mark.parametrize("first", range(0, 400, 200))
def test_damaged_copy_gets_the_same_report(world: World, first: int) -> None:
    token = world.token()
    for seed in range(first, first + 200):
        random = Random(seed)
        at = random.randrange(len(token))
        damaged = token[:at] + random.choice("AZaz09-_~.=+/ ") + token[at + random.randrange(3) :]
        with suppress(UnreadableEvidence):  # found before anything of the copy is read
            assert_alike(world, damaged)


@pytest.mark.parametrize(
    ("moment", "verdict"),
    [
        (NOW, Verdict.VALID),
        (NOW - timedelta(days=400), Verdict.INVALID),
        (NOW + timedelta(days=4000), Verdict.INVALID),
    ],
)
def test_time_is_judged_alike(world: World, moment: datetime, verdict: Verdict) -> None:
    world.now = moment
    world.status_issued_at = int(moment.timestamp()) - 3600
    assert assert_alike(world, world.token()).verdict is verdict


@pytest.mark.parametrize("name", ["iat", "exp"])
@pytest.mark.parametrize("seconds", range(-62, 63))
def test_edge_of_a_time_is_judged_alike(world: World, name: str, seconds: int) -> None:
    edge = json.loads(b64url_decode(world.token().split(".")[1]))[name]
    world.now = datetime.fromtimestamp(edge + seconds, NOW.tzinfo)
    world.status_issued_at = edge - 3600
    judged = assert_alike(world, world.token()).check(CheckName.VALIDITY_TIME)
    passes = seconds >= -60 if name == "iat" else seconds < 60
    assert (judged.reason is None) == passes
    assert is_read_quickly(world, world.token()) == passes


def break_types(issuer: dict[str, JsonValue]) -> None:
    issuer["types"] = [{"vct": "https://bank.example/vct/other"}]


def break_name(issuer: dict[str, JsonValue]) -> None:
    issuer["id"] = "https://other.example"


def break_keys(issuer: dict[str, JsonValue]) -> None:
    issuer["jwks"] = {"keys": []}


def allow_other_entries(issuer: dict[str, JsonValue]) -> None:
    types = issuer["types"]
    assert isinstance(types, list)
    assert isinstance(types[0], dict)
    types[0]["entry_types"] = ["academic_degree"]


@pytest.mark.parametrize("change", [break_types, break_name, break_keys, allow_other_entries])
def test_trust_is_judged_alike(world: World, change: Callable[[dict[str, JsonValue]], None]) -> None:
    change(world.issuer)
    assert assert_alike(world, world.token()).verdict is Verdict.INDETERMINATE


def test_development_issuer_is_noted_as_without(world: World) -> None:
    world.issuer["dev"] = True
    assert not is_read_quickly(world, world.token())
    assert assert_alike(world, world.token()).check(CheckName.ISSUER_TRUST).detail == {"development": True}


def test_distrusted_key_is_judged_alike(world: World) -> None:
    world.issuer["distrusted"] = [{"kid": world.keys.credential.key_id, "since": "2026-11-20T00:00:00Z"}]
    assert assert_alike(world, world.token()).check(CheckName.LOG_INCLUSION).reason == "log_proof_missing"


def test_signature_of_a_stranger_is_refused_in_full(world: World) -> None:
    kid = world.keys.credential.key_id
    header, payload, _ = world.token().partition("~")[0].split(".")
    assert json.loads(b64url_decode(header))["kid"] == kid
    forged = b64url_encode(world.keys.stranger.sign(f"{header}.{payload}".encode()))
    token = f"{header}.{payload}.{forged}~{world.token().partition('~')[2]}"
    assert not is_read_quickly(world, token)
    report = assert_alike(world, token)
    assert (report.verdict, report.check(CheckName.SIGNATURE).reason) == (Verdict.INVALID, "signature_invalid")


@pytest.mark.parametrize("value", [1, 2, 3, 7])
def test_status_of_certificate_and_entries_is_judged_alike(world: World, value: int) -> None:
    for index in (json.loads(b64url_decode(world.token().split(".")[1]))["status"]["status_list"]["idx"], 11, 12):
        world.statuses = {index: min(value, 3)}
        assert_alike(world, world.token())


def test_asked_presentation_is_examined_in_full(world: World) -> None:
    bound = bind_to_verifier(
        world.token(cnf={"jwk": {**world.keys.holder.public_jwk()}}),
        audience=AUDIENCE,
        nonce=NONCE,
        issued_at=int(NOW.timestamp()),
        holder=world.keys.holder,
    )
    world.remembers = False
    assert_alike(world, bound, asked=world.asked())
    assert_alike(world, world.token(), asked=world.asked())
    assert_alike(world, bound)
