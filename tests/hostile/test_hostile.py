"""Every hostile case gets its reason: none is accepted, none is called an original, none ends in a fault."""

from datetime import datetime, timedelta, timezone

import pypdfium2
import pytest

from credential_schemas.qr.payload import encode_qr_payload
from credential_schemas.report.outcomes import DocumentPart, Verdict
from tests.hostile import carriers, documents, tokens, transactions
from tests.hostile.cases import Case, Make, good, unchanged, with_header
from tests.hostile.real_command import Checked, check_with_the_command, reasons
from tests.verifier.evidence import distortions
from tests.verifier.world import Keys, World
from verifier.errors import UnreadableEvidence
from verifier.evidence.reader import EvidenceReader

HOSTILE = [*tokens.CASES, *transactions.CASES, *carriers.CASES, *documents.CASES]
ALONE = [case for case in HOSTILE if case.prepare is unchanged and not case.asked and not case.is_code_text]
IN_A_WORLD = [case for case in HOSTILE if case not in ALONE or case not in documents.CASES]
BUSY = "too_demanding"  # a busy machine uses up the time of the command; then the exact reason is asked for with more


def handed_in(world: World, case: Case) -> list[str]:
    """What is said against a case by the verification itself; it must not be accepted."""
    case.prepare(world)
    rules = world.rules(key_binding=world.asked()) if case.asked else world.rules()
    try:
        report = world.check(case.make(world), rules, is_code_text=case.is_code_text)
    except UnreadableEvidence as refusal:
        return [refusal.kind]
    assert report.verdict is not Verdict.VALID
    assert report.parts.document is not DocumentPart.VALID
    return [str(check.reason) for check in report.problems]


@pytest.mark.parametrize("case", IN_A_WORLD, ids=lambda case: case.name)
def test_hostile_evidence_is_refused_for_its_reason(world: World, case: Case) -> None:
    assert case.reason in handed_in(world, case)


@pytest.fixture(scope="module")
def checked(keys: Keys, reader: EvidenceReader, tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """All that needs nothing but its own bytes, through the real command."""
    world = World(keys, reader, tmp_path_factory.mktemp("hostile"))
    made = {f"{number}.evidence": case.make(world) for number, case in enumerate(ALONE)}
    return check_with_the_command(world, made)


def test_the_real_command_ends_without_a_fault_and_with_less_than_a_gibibyte(checked: Checked) -> None:
    assert (checked.code, checked.complaints) == (1, b"")
    assert checked.memory < 2**30


@pytest.mark.parametrize("number", range(len(ALONE)), ids=lambda number: ALONE[number].name)
def test_the_real_command_refuses_it_for_its_reason(checked: Checked, world: World, number: int) -> None:
    answer = checked.answers[f"{number}.evidence"]
    assert answer.get("verdict") != "valid"
    assert answer.get("parts", {}).get("document") != "valid"
    found = reasons(answer)
    assert ALONE[number].reason in (handed_in(world, ALONE[number]) if found == [BUSY] else found)


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


def scanned(world: World) -> bytes:
    """The sealed original, printed, and scanned a little askew."""
    document = pypdfium2.PdfDocument(documents.sealed(world))
    page = document[len(document) - 1].render(scale=200 / 72).to_pil().convert("L")
    return distortions.jpeg(distortions.rotated(page, degrees=0.7), quality=70)


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
    **{f"address {place}": carriers.leading_to(a) for place, a in enumerate(carriers.GENUINE_ADDRESSES)},
    "sealed original.pdf": documents.sealed,
    "인정서 (사본) 2.PDF": documents.sealed,
    "renamed.docx": documents.sealed,
    "English edition.pdf": lambda world: world.sealed(language="en"),
    "printed and scanned.jpg": scanned,
}


def test_genuine_evidence_is_accepted_by_the_real_command(world: World) -> None:
    checked = check_with_the_command(world, {name: make(world) for name, make in GENUINE.items()})
    assert {name: answer.get("verdict", answer) for name, answer in checked.answers.items()} == dict.fromkeys(
        GENUINE, "valid"
    )
    assert (checked.code, checked.complaints) == (0, b"")
    documents_said = {name: answer["parts"]["document"] for name, answer in checked.answers.items()}
    assert {name for name, said in documents_said.items() if said == "valid"} == {
        "sealed original.pdf",
        "인정서 (사본) 2.PDF",
        "renamed.docx",
        "English edition.pdf",
    }


@pytest.mark.parametrize("make", [good, documents.sealed, tokens.mirrored], ids=["bare", "sealed", "mirrored"])
def test_genuine_evidence_is_accepted(world: World, make: Make) -> None:
    assert world.check(make(world)).verdict is Verdict.VALID


def test_certificate_is_good_until_the_last_second_of_its_last_day(world: World) -> None:
    world.now = datetime(2027, 2, 18, 23, 59, 59, tzinfo=timezone(timedelta(hours=9)))
    world.status_issued_at = int(world.now.timestamp()) - 60
    assert world.check(good(world)).verdict is Verdict.VALID
