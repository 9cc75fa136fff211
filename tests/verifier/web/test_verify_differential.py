"""The browser says what Python says: every token of the hostile corpus and the genuine ones, the same whole Report."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from credential_schemas.report.headlines import headline
from credential_schemas.report.model import Report
from keys.encoding import JsonValue
from keys.errors import FetchError
from keys.trust_list import TrustList, trust_list_document
from tests.calculator import Calculator, Case
from tests.hostile import tokens, transactions
from tests.hostile.cases import good, with_claims
from tests.hostile.test_hostile import GENUINE
from tests.verifier.world import STATUS_URI, World, claims, entry, training
from verifier.errors import UnreadableEvidence
from verifier.policies.profile import Profile

SCRIPT = """
import { CannotDecide, TrustBundle, Vocabulary, verifyCredential } from "/web/verify.js";
import { headline } from "/web/verify/headlines.js";
import { listAnswer } from "/web/scan_network.js";

const json = async (address) => (await fetch(address)).json();
const send = (answers) => fetch("/answers", { method: "POST", body: JSON.stringify(answers) });
try {
  const vocabulary = new Vocabulary(await json("/web/vocabulary.json"));
  const answers = [];
  for (const { token, bundle, profile, lists, now, evidence, addresses } of await json("/cases.json")) {
    const findStatus = (uri, issuer, at) =>
      listAnswer([lists[uri]], { uri, issuer, now: at, graceS: profile.status_grace_s });
    const trusted = new TrustBundle(new TextEncoder().encode(JSON.stringify(bundle)));
    try {
      const rules = { bundle: trusted, vocabulary, profile, findStatus };
      const report = await verifyCredential(token, rules, { now, evidence, addresses });
      answers.push({ report, headline: headline(report, vocabulary) });
    } catch (error) {
      if (!(error instanceof CannotDecide)) throw error;
      answers.push({ cannot: error.kind });
    }
  }
  await send(answers);
} catch (error) {
  await send(String(error.stack));
}
"""
X5C = [case.name for case in tokens.HEADER if case.name.startswith("x5c")]


@dataclass(frozen=True, slots=True)
class Asked:
    """One case, and what Python answers to it."""

    name: str
    case: Case
    report: Report


def asked(world: World, name: str, token: str) -> Asked | None:
    """Put a case down in the world as it is now; None when Python finds no credential in the text at all."""
    world.remembers = False
    rules = world.rules()
    try:
        report = world.check(token, rules)
    except (UnreadableEvidence, UnicodeEncodeError):
        return None
    trust = rules.trust
    profile = world.profile
    case = {
        "token": token.strip(),
        "bundle": {
            "bundle": 1,
            "trust_list": trust_list_document(trust.version, trust.issuers.values()),
            "status_lists": {},
        },
        "profile": {name: getattr(profile, name) for name in Profile.__dataclass_fields__ if name != "sha256"},
        "lists": published(world, report, trust),
        "now": int(world.now.timestamp()),
        "evidence": report.evidence.to_json(),
        "addresses": [],
    }
    return Asked(name, case, report)


def published(world: World, report: Report, trust: TrustList) -> dict[str, Any]:
    """What the issuer of the certificate gives at the address of the list."""
    if report.certificate is None:
        return {}
    try:
        found = world.fetch()(trust.issuers[report.certificate.issuer.id], STATUS_URI)
    except FetchError:
        return {}
    return {STATUS_URI: {"token": found.decode("ascii", "replace"), "obtainedAt": int(world.now.timestamp())}}


def same(calculator: Calculator, cases: list[Asked]) -> list[Any]:
    """Compare the answers of the browser with those of Python, member by member."""
    answers = calculator.run(SCRIPT, {"/cases.json": [each.case for each in cases]})
    different = [
        (each.name, expected, found)
        for each, answer in zip(cases, answers, strict=True)
        if (found := plain(answer["report"]) if "report" in answer else answer) != (expected := plain_python(each))
    ]
    assert different == []
    bands = [(a["headline"]["case"], a["headline"]["heading"], a["headline"]["sentence"]) for a in answers]
    assert bands == [
        ((band := headline(each.report)).case, band.heading.to_json(), band.sentence.to_json()) for each in cases
    ]
    return answers


def plain_python(each: Asked) -> dict[str, Any]:
    return plain(json.loads(json.dumps(each.report.to_json())))


def plain(report: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is for programs of one side only: the notes of the steps, and the number made of the findings."""
    checks = [
        {**check, "detail": {name: value for name, value in check["detail"].items() if name != "note"}}
        for check in report["checks"]
    ]
    return {**report, "checks": checks, "id": len(report["id"])}


def made(world: World, cases: list[Any]) -> Iterator[Asked]:
    for case in cases:
        if case.asked or case.is_code_text or case.name in X5C:
            continue
        now, statuses, trust = world.now, dict(world.statuses), json.loads(json.dumps(world.trust))
        profile, network, issued = world.profile, world.network, world.status_issued_at
        case.prepare(world)
        token = case.make(world)
        if isinstance(token, str):
            each = asked(world, case.name, token)
            if each is not None:
                yield each
        world.now, world.statuses, world.trust = now, statuses, trust
        world.profile, world.network, world.status_issued_at = profile, network, issued


@pytest.mark.slow
def test_every_hostile_token_gets_the_same_report(world: World, calculator: Calculator) -> None:
    cases = list(made(world, [*tokens.CASES, *transactions.CASES]))
    answers = same(calculator, cases)
    assert len(cases) > 250
    assert {answer["report"]["verdict"] for answer in answers} >= {"invalid", "indeterminate"}


@pytest.mark.slow
def test_genuine_tokens_get_the_same_report(world: World, calculator: Calculator) -> None:
    texts = {name: make(world) for name, make in GENUINE.items()}
    cases = [each for name, text in texts.items() if isinstance(text, str) if (each := asked(world, name, text))]
    cases = [each for each in cases if "~" in each.case["token"]]
    answers = same(calculator, cases)
    assert {answer["report"]["verdict"] for answer in answers} == {"valid"}
    assert len(cases) >= 6


@pytest.mark.slow
def test_mutated_tokens_get_the_same_report(world: World, calculator: Calculator) -> None:
    genuine = good(world)
    texts = (transactions.mutated(genuine, seed=seed) for seed in range(400))
    cases = [each for seed, text in enumerate(texts) if (each := asked(world, f"seed {seed}", text)) is not None]
    same(calculator, cases)
    assert len(cases) > 100


def changes() -> dict[str, Callable[[World], None]]:
    """The world in another state, each with its own words."""

    def status(index: int, value: int) -> Callable[[World], None]:
        return lambda world: world.statuses.update({index: value})

    def profile(*, accept_unknown_status: bool) -> Callable[[World], None]:
        def change(world: World) -> None:
            world.profile = Profile("other", accept_unknown_status=accept_unknown_status)
            world.status_issued_at -= 8 * 86400

        return change

    def issuer(**members: JsonValue) -> Callable[[World], None]:
        return lambda world: world.issuer.update(members)

    return {
        **{f"certificate {value}": status(7, value) for value in (1, 2, 3)},
        **{f"entry {value}": status(11, value) for value in (1, 2, 3)},
        "no entry in force": lambda world: world.statuses.update({11: 1, 12: 3}),
        "old list": lambda world: setattr(world, "status_issued_at", world.status_issued_at - 20 * 86400),
        "list of the future": lambda world: setattr(world, "status_issued_at", world.status_issued_at + 86400),
        "no status keys": issuer(status_jwks={"keys": []}),
        "accepts offline": profile(accept_unknown_status=True),
        "accepts offline, revoked": lambda world: (
            profile(accept_unknown_status=True)(world),
            world.statuses.update({7: 1}),
        )[0],
        "demands a log": lambda world: setattr(world, "profile", Profile("log", require_log=True)),
        "demands a holder": lambda world: setattr(world, "profile", Profile("holder", require_holder_binding=True)),
        "other type": issuer(types=[{"vct": "https://bank.example/vct/other/1"}]),
        "some entries": lambda world: world.issuer.update(
            types=[{**world.issuer["types"][0], "entry_types": ["vocational_training"]}]
        ),
        "test issuer": issuer(dev=True),
    }


@pytest.mark.slow
def test_every_state_of_the_world_gets_the_same_report(world: World, calculator: Calculator) -> None:
    cases = []
    for name, change in changes().items():
        before = (dict(world.statuses), json.loads(json.dumps(world.trust)), world.profile, world.status_issued_at)
        change(world)
        each = asked(world, name, good(world))
        assert each is not None
        cases.append(each)
        world.statuses, world.trust, world.profile, world.status_issued_at = before
    answers = same(calculator, cases)
    reasons = {check["reason"] for answer in answers for check in answer["report"]["checks"]}
    assert reasons >= {"revoked", "suspended", "corrected", "superseded", "no_entry_in_force", "status_stale"}
    assert reasons >= {"status_invalid", "log_proof_missing", "holder_binding_missing", "type_not_trusted"}


@pytest.mark.slow
def test_certificates_of_every_kind_get_the_same_report(world: World, calculator: Calculator) -> None:
    ended = entry(valid_until="2026-11-20")
    given = {
        "blind": claims(edition="blind"),
        "ended entry": claims(ended, training()),
        "names of no register": claims(entry("없는 자격 <b>&amp;</b>")),
    }
    cases = [asked(world, name, world.token(each)) for name, each in given.items()]
    cases += [asked(world, "score", with_claims(holder={"name": "홍길동"})(world))]
    same(calculator, [each for each in cases if each is not None])
