"""The browser's verification passes the vectors of the Python one: the same first code for every token of the files."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.qr.samples import CertificateMaker
from credential_schemas.certificate_claims import from_payload
from credential_schemas.entry_types import entry_types
from credential_schemas.errors import EntryTypeError
from credential_schemas.sd_jwt.disclosures import DEFAULT_DIGEST_ONLY, process_disclosures
from credential_schemas.sd_jwt.parse import parse_sd_jwt
from tests.calculator import Calculator

pytestmark = pytest.mark.slow  # a browser is started
VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "sd-jwt"
OWN = json.loads((VECTORS / "sd-jwt-vc-cases.json").read_text("utf-8"))
REFERENCE = json.loads((VECTORS / "ietf-and-reference-cases.json").read_text("utf-8"))
PUBLISHED = json.loads((VECTORS / "rfc9901-published.json").read_text("utf-8"))
CONTEXT = OWN["context_default"]
(ISSUER_ID,) = CONTEXT["trusted_issuers"]
(ISSUER_JWK,) = CONTEXT["trusted_issuers"][ISSUER_ID]["keys"]
EXAMINE = """
import { keyOfJwk } from "/web/verify/jws.js";
import { decodeJsonObject } from "/web/verify/strict_json.js";
import { plain } from "/web/verify/report.js";
import { CannotDecide } from "/web/verify/refusal.js";
import { examineSdJwtVc } from "/web/verify/sd_jwt.js";
import { TrustBundle } from "/web/verify/trust.js";

const bytes = (value) => new TextEncoder().encode(JSON.stringify(value));
const send = (answers) => fetch("/answers", { method: "POST", body: JSON.stringify(answers) });
try {
  const answers = [];
  for (const { token, demands, bundle, jwk, now } of await (await fetch("/cases.json")).json()) {
    const listed = bundle === undefined ? null : new TrustBundle(bytes(bundle));
    const any = jwk === undefined ? null : await keyOfJwk(decodeJsonObject(bytes(jwk), 10000));
    const find = listed === null ? () => any : (header, payload) => listed.findKey(header, payload);
    try {
      const { refusals, verified } = await examineSdJwtVc(token, demands, find, now);
      const shown = verified === null ? null : plain(verified.payload);
      answers.push({ codes: refusals.map((each) => each.code), payload: shown, bound: verified?.keyBound ?? null });
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


def bundle_of(case: dict[str, Any]) -> dict[str, Any]:
    """The trust bundle of one of our own cases: the one issuer, its key under every `kid` the case trusts."""
    kids = case.get("context", {}).get("trusted_kids", [ISSUER_JWK["kid"]])
    issuer = {
        "id": ISSUER_ID,
        "name": {"ko": "x", "en": "x"},
        "types": [{"vct": vct} for vct in CONTEXT["expected_vct"]],
        "jwks": {"keys": [{**ISSUER_JWK, "kid": kid} for kid in kids]},
    }
    return {"bundle": 1, "trust_list": {"trust": 1, "version": 1, "issuers": [issuer]}, "status_lists": {}}


def own_case(case: dict[str, Any], **more: object) -> dict[str, Any]:
    binding = {
        "audience": CONTEXT["aud"],
        "nonce": CONTEXT["nonce"],
        "maxAgeS": CONTEXT["kb_max_age_seconds"],
        "required": case["require_key_binding"],
    }
    demands = {"expectedTypes": CONTEXT["expected_vct"], "leewayS": CONTEXT["leeway_seconds"], "keyBinding": binding}
    return {"token": case["token"], "demands": {**demands, **more}, "bundle": bundle_of(case), "now": CONTEXT["now"]}


def test_our_own_cases_get_their_codes(calculator: Calculator) -> None:
    cases = [case for case in OWN["cases"] if case["expect"] == "accept" or "code" in case]
    answers = calculator.run(EXAMINE, {"/cases.json": [own_case(case) for case in cases]})
    found = {case["id"]: answer["codes"][:1] for case, answer in zip(cases, answers, strict=True)}
    assert found == {case["id"]: [case["code"]] if "code" in case else [] for case in cases}
    assert len(cases) > 50


def test_a_policy_decides_about_the_older_type_and_other_digests(calculator: Calculator) -> None:
    by_id = {case["id"]: case for case in OWN["cases"]}
    legacy, digest = by_id["hdr-typ-legacy-vc-sd-jwt"], by_id["ok-sha-512"]
    cases = [
        own_case(legacy),
        own_case(legacy, typ="vc+sd-jwt"),
        own_case(digest),
        own_case(digest, digestAlgorithms=["sha-256", "sha-512"]),
    ]
    answers = calculator.run(EXAMINE, {"/cases.json": cases})
    assert [answer["codes"] for answer in answers] == [["E_TYP"], [], ["E_SD_ALG"], []]


def test_presentations_of_the_reference_give_the_expected_claims(calculator: Calculator) -> None:
    compact = [case for case in REFERENCE["cases"] if case["serialization"] == "compact"]
    cases = []
    for case in compact:
        kb = case.get("kb")
        typ = str(parse_sd_jwt(case["presentation"]).jws.header["typ"])
        binding = {"audience": kb["aud"], "nonce": kb["nonce"], "required": True} if kb else None
        demands = {
            "expectedTypes": [case["issuer_signed_payload"].get("vct", "none expected")],
            "typ": typ,
            "requiredClaims": [],
            "keyBinding": binding,
        }
        now = kb["iat"] if kb else 1_748_537_244
        cases.append({"token": case["presentation"], "demands": demands, "jwk": REFERENCE["issuer_jwk"], "now": now})
    answers = calculator.run(EXAMINE, {"/cases.json": cases})
    assert [answer["payload"] for answer in answers] == [case["expected_processed_payload"] for case in compact]
    assert [answer["bound"] for answer in answers] == ["kb" in case for case in compact]


def test_examples_printed_in_rfc_9901_verify(calculator: Calculator) -> None:
    demands = {"expectedTypes": ["none expected"], "typ": "example+sd-jwt", "requiredClaims": []}
    cases = [
        {"token": case["issuance"], "demands": demands, "jwk": case["issuer_jwk"], "now": 1_748_537_244}
        for case in PUBLISHED["cases"]
    ]
    answers = calculator.run(EXAMINE, {"/cases.json": cases})
    assert [answer["codes"] for answer in answers] == [["E_VCT"]] * len(cases)
    for case, answer in zip(PUBLISHED["cases"], answers, strict=True):
        assert {**answer["payload"], **case["expected_full_payload_claims"]} == answer["payload"]


CLAIMS = """
import { Vocabulary } from "/web/verify/vocabulary.js";
import { readPresented } from "/web/verify/claims.js";
import { ClaimError } from "/web/verify/refusal.js";
import { decodeJsonObject } from "/web/verify/strict_json.js";

const send = (answers) => fetch("/answers", { method: "POST", body: JSON.stringify(answers) });
try {
  const vocabulary = new Vocabulary(await (await fetch("/web/vocabulary.json")).json());
  const answers = [];
  for (const text of await (await fetch("/cases.json")).json()) {
    try {
      const { entries } = readPresented(decodeJsonObject(new TextEncoder().encode(text), 1000000), vocabulary);
      answers.push({ entries: entries.map((entry) => [entry.type, entry.title, [...entry.fields.keys()]]) });
    } catch (error) {
      if (!(error instanceof ClaimError)) throw error;
      answers.push({ field: error.field, kind: error.kind });
    }
  }
  await send(answers);
} catch (error) {
  await send(String(error.stack));
}
"""


def payloads() -> list[dict[str, Any]]:
    """Claims of generated certificates with every type of entry, in both editions."""
    types = [name for name, entry_type in entry_types().items() if not entry_type.source_only]
    made = []
    for seed, name in enumerate(types * 2):
        edition = "standard" if seed < len(types) else "blind"
        parsed = parse_sd_jwt(CertificateMaker(seed, known_names=seed % 2 == 0).certificate([name], edition=edition))
        processed = process_disclosures(parsed.payload, parsed.disclosures, digest_algorithms=DEFAULT_DIGEST_ONLY)
        made.append(processed.claims)
    return made


ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    10**12,
    "",
    " ",
    "x" * 1001,
    "\u200b",
    "e\u0301",
    "2026-02-30",
    [],
    ["a", "a"],
    {},
]
ODD += [{"code": "1", "name": "x"}, {"code": "!", "name": "x"}, ["0123456789_19v4", "0123456789_19v4"], "2025-3"]


def changed(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """The payload, and the payload with each field of its entry taken away, or replaced by something odd."""
    (category,) = [name for name, value in payload.items() if isinstance(value, list)]
    entry = payload[category][0]
    variants = [payload, *({**payload, category: [{**entry, "title": odd}]} for odd in ODD)]
    for place, name in enumerate([*entry, "unknown", "__proto__"]):
        odd = ODD[place % len(ODD)]
        variants.append({**payload, category: [{**entry, name: odd}]})
        variants.append({**payload, category: [{key: value for key, value in entry.items() if key != name}]})
    return variants


def answer_of_python(payload: dict[str, Any]) -> dict[str, Any]:
    try:
        claims = from_payload(payload)
    except EntryTypeError as error:
        return {"field": error.field, "kind": error.kind}
    return {"entries": [[entry.type, entry.title, [*entry.fields]] for entry in claims.entries]}


def test_entries_of_every_type_are_read_and_refused_alike(calculator: Calculator) -> None:
    cases = [variant for payload in payloads() for variant in changed(payload)]
    answers = calculator.run(CLAIMS, {"/cases.json": [json.dumps(case) for case in cases]})
    expected = [answer_of_python(case) for case in cases]
    different = [each for each in zip(cases, expected, answers, strict=True) if each[1] != each[2]]
    assert different == []
    assert sum("entries" in answer for answer in answers) > 100
    assert {answer.get("kind") for answer in answers} >= {"wrong_kind", "not_nfc", "unknown_field", "control_character"}
