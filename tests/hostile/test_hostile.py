"""Every hostile case gets its reason: none is accepted, none is called an original, none ends in a fault."""

import json
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from credential_schemas.qr.payload import encode_qr_payload
from credential_schemas.report.model import Report
from credential_schemas.report.outcomes import DocumentPart, Verdict
from tests.hostile import carriers, documents, tokens, transactions
from tests.hostile.cases import Case, Make, good, unchanged, with_header
from tests.verifier.world import NOW, REPORT_SCHEMA, STATUS_URI, World
from verifier.errors import UnreadableEvidence

HOSTILE = [*tokens.CASES, *transactions.CASES, *carriers.CASES, *documents.CASES]


def handed_in(world: World, case: Case) -> Report:
    case.prepare(world)
    rules = world.rules(key_binding=world.asked()) if case.asked else world.rules()
    return world.check(case.make(world), rules, is_code_text=case.is_code_text)


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case.name)
def test_hostile_evidence_is_refused_for_its_reason(world: World, case: Case) -> None:
    try:
        report = handed_in(world, case)
    except UnreadableEvidence as refusal:
        found = [refusal.kind]
    else:
        found = [str(check.reason) for check in report.problems]
        assert report.verdict is not Verdict.VALID
        assert report.parts.document is not DocumentPart.VALID
    assert case.reason in found


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(200))
def test_changed_characters_never_make_a_credential_say_something_else(world: World, seed: int) -> None:
    genuine = good(world)
    text = transactions.mutated(genuine, seed=seed)
    try:
        report = world.check(text)
    except UnreadableEvidence:
        return
    assert text == genuine or report.verdict is not Verdict.VALID


def test_names_of_cases_are_unique_and_there_are_more_than_four_hundred() -> None:
    assert len({case.name for case in HOSTILE}) == len(HOSTILE) > 400


GENUINE: dict[str, Make] = {
    "untouched": good,
    "with a line end": lambda world: good(world) + "\r\n",
    "fewer entries": lambda world: "~".join([*good(world).split("~")[:-2], ""]),
    "name withheld": lambda world: "~".join([good(world).split("~")[0], *good(world).split("~")[2:]]),
    "disclosures in another order": lambda world: "~".join(
        [good(world).split("~")[0], *reversed(good(world).split("~")[1:-1]), ""]
    ),
    "media type with its prefix": with_header(typ="application/dc+sd-jwt"),
    "the other signature of the same key": tokens.mirrored,
    "payload alone": lambda world: encode_qr_payload(good(world)),
    **{a: carriers.leading_to(a) for a in carriers.GENUINE_ADDRESSES},
    "sealed original": documents.sealed,
}


@pytest.mark.parametrize("make", GENUINE.values(), ids=GENUINE)
def test_genuine_evidence_is_accepted(world: World, make: Make) -> None:
    assert world.check(make(world)).verdict is Verdict.VALID


def test_certificate_is_good_until_the_last_second_of_its_last_day(world: World) -> None:
    world.now = datetime(2027, 2, 18, 23, 59, 59, tzinfo=timezone(timedelta(hours=9)))
    world.status_issued_at = int(world.now.timestamp()) - 60
    assert world.check(good(world)).verdict is Verdict.VALID


BUSY = "too_demanding"  # a busy machine uses up the time of the command; the exact reason is asserted above
REAL = [case for case in HOSTILE if case.prepare is unchanged and not case.asked][::12]


@pytest.mark.slow
def test_real_command_refuses_them_one_by_one_without_a_fault(world: World) -> None:
    names = [f"{number}.evidence" for number in range(len(REAL))]
    for name, case in zip(names, REAL, strict=True):
        made = case.make(world)
        (world.folder / name).write_bytes(made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass"))
    (world.folder / "trust.json").write_text(json.dumps(world.trust))
    (world.folder / "list.jwt").write_text(world.status_token())
    (world.folder / "map.json").write_text(json.dumps({STATUS_URI: "list.jwt"}))
    options = ["--trust", "trust.json", "--status-map", "map.json", "--offline", "--now", NOW.isoformat(), "--json"]
    command = [sys.executable, "-c", "from verifier.cli.main import main; raise SystemExit(main())", "check"]
    ended = subprocess.run([*command, *options, *names], cwd=world.folder, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (1, b"")
    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    found = {case.name: ({case.reason, BUSY}, reasons(answer)) for case, answer in zip(REAL, answers, strict=True)}
    assert {name: said for name, (expected, said) in found.items() if expected.isdisjoint(said)} == {}
    assert all(answer.get("verdict") != "valid" for answer in answers)


def reasons(answer: dict[str, Any]) -> list[str | None]:
    """What the command says against a piece of evidence."""
    if "checks" not in answer:
        return [answer["error"]["kind"]]
    REPORT_SCHEMA.validate(answer)
    return [check["reason"] for check in answer["checks"]]
