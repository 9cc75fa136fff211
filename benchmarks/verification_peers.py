"""Verifying and issuing beside raw ES256, PyPI `sd-jwt` and npm `@sd-jwt/sd-jwt-vc`: credentials of ten entries.

Five of the ten entries and the holder's name and birth date are disclosed. Ours runs every check, with the status list
at hand, and its verdict is asserted; the peers check signature, digests and times only. In each round every program
runs on five people's credentials: the first is not counted, because the processor has just done something else, and of
the others the least time counts, because a busy machine interrupts. No program sees a person twice, so none can return
what it has kept (`again` does, on purpose). A ratio is the median of those of the rounds; beside it stands the ratio of
the least times of all. The peers are optional; a missing one is named and its ratios are null. Node.js measures itself,
in its own process. Writes benchmarks/results/verification_peers.json and prints it.
"""

import json
import statistics
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from random import Random
from secrets import token_bytes

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks.peers.machine import machine
from benchmarks.peers.sd_jwt_vc import NodePeer, start
from credential_schemas.certificate_claims import CertificateClaims, Holder, to_payload
from credential_schemas.plain_copies.copies import PlainCopies
from credential_schemas.report.outcomes import Verdict
from credential_schemas.sd_jwt.bind import bind_to_verifier
from credential_schemas.sd_jwt.build import Disclosable, build_sd_jwt
from credential_schemas.sd_jwt.policy import VerificationPolicy
from credential_schemas.sd_jwt.verify import verify_sd_jwt_vc
from keys.encoding import JsonValue
from keys.jwk import raw_to_der
from keys.jws import parse_compact
from tests.verifier.world import AUDIENCE, NONCE, NOW, VCT, Keys, World, claims, entry, training
from verifier.checks.assembling import verify
from verifier.checks.proved_copies import ProvedCopies
from verifier.checks.rules import Moment, Rules
from verifier.evidence.gathering import Submission
from verifier.evidence.reader import EvidenceReader

RESULT = Path(__file__).resolve().parent / "results" / "verification_peers.json"
ROUNDS = 120
WARM_UP = 3  # rounds
TURN = 4  # credentials in one turn, beside one that is not counted
PEOPLE = (WARM_UP + ROUNDS) * (TURN + 1)
ENTRIES, SHOWN = 10, 5
PACKAGES = ("cryptography", "sd-jwt", "jwcrypto", "orjson")
# Issue 10. The first two kinds are speeds (ours in times of the other), at least this.
GOALS = {
    "report_to_raw": 0.60,
    "bound_to_raw_twice": 0.60,
    "report_to_sd_jwt": 2.2,
    "report_to_sd_jwt_vc": 4.0,
    "again_to_report": 2.5,
    "issue_to_raw_signing": 0.45,
    "issue_to_sd_jwt": 5.0,
}

Times = tuple[float, float]
Program = Callable[[int], Times]


@dataclass(frozen=True, slots=True)
class Sample:
    """One person's credential: to be issued, as presented, bound to a holder, and what raw ES256 has to verify."""

    payload: dict[str, JsonValue]
    disclose: Disclosable
    token: str
    bound: str
    without_status: str
    signature: bytes
    signing_input: bytes


def of_person(number: int) -> CertificateClaims:
    """Return the claims of another person: another name, other titles, other indexes."""
    random = Random(number)
    name = "".join(chr(random.randrange(ord("가"), ord("힣"))) for _ in range(3))
    shown = [entry(f"정보처리기사 {name} {at}", idx=ENTRIES * number + at) for at in range(1, 6)]
    more = [training(idx=ENTRIES * number + at) for at in range(6, 11)]
    given = claims(*shown, *more)
    holder = Holder(name, f"HONG {number}", given.holder.birth_date)
    return replace(given, holder=holder, number=f"2026-{number:04}", status=replace(given.status, idx=0))


def sample_of(number: int, world: World) -> Sample:
    """Issue and present one credential."""
    random_bytes = Random(number).randbytes
    payload, paths = to_payload(of_person(number))
    disclose = Disclosable(frozenset(paths))

    def presented(**more: JsonValue) -> str:
        content = {name: value for name, value in (payload | more).items() if value is not None}
        token = build_sd_jwt(content, disclose=disclose, signer=world.keys.credential, random_bytes=random_bytes)
        jwt, name, _, birth_date, *entries = token.rstrip("~").split("~")
        return "~".join([jwt, name, birth_date, *entries[1::2], ""])

    now = int(NOW.timestamp())
    unbound = presented(cnf={"jwk": {**world.keys.holder.public_jwk()}})
    token = presented()
    jws = parse_compact(token.partition("~")[0], max_bytes=len(token))
    return Sample(
        payload=payload,
        disclose=disclose,
        token=token,
        bound=bind_to_verifier(unbound, audience=AUDIENCE, nonce=NONCE, issued_at=now, holder=world.keys.holder),
        without_status=presented(status=None),
        signature=raw_to_der(jws.signature),
        signing_input=jws.signing_input,
    )


def timed(work: Callable[[int], object]) -> Program:
    """Return a program that measures one call: wall and processor seconds."""

    def run(number: int) -> Times:
        started, worked = time.perf_counter(), time.process_time()
        work(number)
        return time.perf_counter() - started, time.process_time() - worked

    return run


def ours(samples: list[Sample], world: World) -> dict[str, Program]:
    """Return the verifications of this project, each of which asserts its answer."""
    rules = replace(world.rules(), nonces=None, plain_copies=PlainCopies(after=0))  # as in a process that reads many
    bound_rules = replace(rules, key_binding=world.asked())
    memory = ProvedCopies(100)
    simulated = Moment(NOW, simulated=True)  # of a real time, every nonce would be new, and a state folder written
    key = rules.trust.issuers["https://bank.example"].keys[world.keys.credential.key_id]
    policy, now = VerificationPolicy(expected_types=frozenset({VCT})), int(NOW.timestamp())

    def report(token: str, rules: Rules, *, as_json: bool = False) -> None:
        submission = Submission("credential", token.encode())
        found = verify(submission, rules=rules, moment=simulated, reader=world.reader)
        assert found.verdict is Verdict.VALID
        assert found.disclosed is not None
        assert len(found.disclosed.entries) == SHOWN
        if as_json:
            assert found.to_json()["verdict"] == "valid"

    def steps(number: int) -> None:
        verified = verify_sd_jwt_vc(samples[number].token, policy=policy, keys=lambda *_: key, now=now)
        assert len(verified.disclosures) == SHOWN + 2

    return {
        "report": timed(lambda number: report(samples[number].token, rules)),
        "report_json": timed(lambda number: report(samples[number].token, rules, as_json=True)),
        "steps": timed(steps),
        "bound": timed(lambda number: report(samples[number].bound, bound_rules)),
        "again": timed(lambda _: report(samples[0].token, replace(rules, proved_copies=memory))),
        "issue": timed(
            lambda number: build_sd_jwt(
                samples[number].payload,
                disclose=samples[number].disclose,
                signer=world.keys.credential,
                random_bytes=token_bytes,
            )
        ),
    }


def raw(samples: list[Sample], world: World) -> dict[str, Program]:
    """Return one and two verifications, and one signature, by the library that everybody uses."""
    key, algorithm = world.keys.credential.key.cryptography_key(), ec.ECDSA(hashes.SHA256())
    public = key.public_key()

    def once(number: int) -> None:
        public.verify(samples[number].signature, samples[number].signing_input, algorithm)

    def twice(number: int) -> None:
        once(number)
        once(number)

    return {
        "raw": timed(once),
        "raw_twice": timed(twice),
        "raw_signing": timed(lambda number: key.sign(samples[number].signing_input, algorithm)),
    }


def python_peer(samples: list[Sample], world: World) -> dict[str, Program]:
    """Return verifying and issuing with `sd-jwt`, with its keys made before; nothing when it is not installed."""
    if find_spec("sd_jwt") is None:
        return {}
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from jwcrypto.jwk import JWK
    from sd_jwt.common import SDObj
    from sd_jwt.issuer import SDJWTIssuer
    from sd_jwt.verifier import SDJWTVerifier

    key = world.keys.credential.key.cryptography_key()
    private = JWK.from_pem(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = JWK(**world.keys.credential.public_jwk())

    def check(number: int) -> None:
        payload = SDJWTVerifier(samples[number].token, lambda *_: public).get_verified_payload()
        assert len(payload["qualifications"]) + len(payload["trainings"]) == SHOWN

    def marked(sample: Sample) -> dict[object, object]:
        claims: dict[object, object] = {name: value for name, value in sample.payload.items()}  # noqa: C416 - other keys
        holder = sample.payload["holder"]
        assert isinstance(holder, dict)
        claims["holder"] = {SDObj(name): value for name, value in holder.items()}
        for category in ("qualifications", "trainings"):
            each = sample.payload[category]
            assert isinstance(each, list)
            claims[category] = [SDObj(entry) for entry in each]
        return claims

    to_issue = [marked(sample) for sample in samples]
    return {
        "sd_jwt": timed(check),
        "sd_jwt_issue": timed(lambda number: SDJWTIssuer(to_issue[number], private).sd_jwt_issuance),
    }


def node_peer(samples: list[Sample], peer: NodePeer) -> Program:
    """Return verifying with Node.js; without `status`, which it would fetch and verify anew each time."""
    now = int(NOW.timestamp())
    return lambda number: peer.verify(samples[number].without_status, now=now, entries=SHOWN)


def measure(programs: dict[str, Program]) -> dict[str, list[Times]]:
    """Give every program a turn in each round; the first of a turn and the first rounds do not count."""
    times: dict[str, list[Times]] = {name: [] for name in programs}
    for first in range(0, PEOPLE, TURN + 1):
        for name, program in programs.items():
            _, *counted = [program(number) for number in range(first, first + TURN + 1)]
            wall, processor = (min(part) for part in zip(*counted, strict=True))
            times[name].append((wall, processor))
    return {name: all_times[WARM_UP:] for name, all_times in times.items()}


def speed(times: dict[str, list[Times]], other: str, *, of: str, clock: int) -> float | None:
    """Return the median of the rounds' ratios: how fast one is in times of another."""
    if other not in times:
        return None
    pairs = zip(times[other], times[of], strict=True)
    return round(statistics.median(theirs[clock] / own[clock] for theirs, own in pairs if own[clock]), 3)


def ratios(times: dict[str, list[Times]], *, clock: int) -> dict[str, float | None]:
    """Return the figures of issue 10, and those of the verification steps alone, which is what the peers do."""
    ratio = partial(speed, times, clock=clock)
    return {
        "report_to_raw": ratio("raw", of="report"),
        "bound_to_raw_twice": ratio("raw_twice", of="bound"),
        "report_to_sd_jwt": ratio("sd_jwt", of="report"),
        "report_to_sd_jwt_vc": ratio("sd_jwt_vc", of="report"),
        "again_to_report": ratio("report", of="again"),
        "issue_to_raw_signing": ratio("raw_signing", of="issue"),
        "issue_to_sd_jwt": ratio("sd_jwt_issue", of="issue"),
        "steps_to_raw": ratio("raw", of="steps"),
        "steps_to_sd_jwt": ratio("sd_jwt", of="steps"),
        "steps_to_sd_jwt_vc": ratio("sd_jwt_vc", of="steps"),
        "report_json_to_raw": ratio("raw", of="report_json"),
    }


def figures_of(times: list[Times]) -> dict[str, float]:
    """Return median, least and quartiles of the wall times, and the median of the processor times, in microseconds."""
    wall = [each[0] * 1e6 for each in times]
    lower, median, upper = statistics.quantiles(wall, n=4)
    processor = statistics.median(each[1] for each in times) * 1e6
    named = {"median": median, "least": min(wall), "quartile_1": lower, "quartile_3": upper, "processor": processor}
    return {f"{name}_us": round(value, 1) for name, value in named.items()}


def compare(folder: Path) -> dict[str, object]:
    """Measure everything and return the result."""
    with EvidenceReader() as reader:
        world = World(Keys(), reader, folder)
        world.network = lambda _: world.status_token(size=8 * ENTRIES * PEOPLE).encode()
        samples = [sample_of(number, world) for number in range(PEOPLE)]
        programs = raw(samples, world) | ours(samples, world) | python_peer(samples, world)
        (folder / "node").mkdir()
        node = start(folder / "node", world.keys.credential.public_jwk())
        missing = [] if "sd_jwt" in programs else ["sd-jwt is not installed: pip install '.[bench]'"]
        if isinstance(node, NodePeer):
            programs["sd_jwt_vc"] = node_peer(samples, node)
        else:
            missing.append(node)
        times = measure(programs)
        if isinstance(node, NodePeer):
            node.close()
    reached = ratios(times, clock=0)
    return {
        "benchmark": "verification_peers",
        "machine": machine(PACKAGES),
        "credential": {"entries": ENTRIES, "entries_shown": SHOWN, "characters": len(samples[-1].token)},
        "rounds": ROUNDS,
        "missing_peers": missing,
        "figures": {name: figures_of(each) for name, each in times.items()},
        "reached": reached,
        "processor_time": ratios(times, clock=1),
        "least_times": ratios({name: [min(each)] for name, each in times.items()}, clock=0),
        "goals": GOALS,
        "below_goal": [name for name, goal in GOALS.items() if (found := reached[name]) is not None and found < goal],
    }


def main() -> None:
    """Measure, write and print."""
    ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as name:
        result = compare(Path(name))
    text = json.dumps(result, indent=2, ensure_ascii=False) + "\n"
    RESULT.write_text(text, "utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
