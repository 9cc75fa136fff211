"""Intake: results and receipts as scoring accepts them, files through the service's jobs, matching and duplicates."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from keys.encoding import JsonValue
from tests.verifier.committee.chamber import ADMIN, KIM, LEE, Chamber
from tests.verifier.committee.test_sheets import refused
from tests.verifier.scoring.office import course
from tests.verifier.world import World, claims, entry
from verifier.checks.assembling import examine
from verifier.checks.rules import Moment
from verifier.committee.errors import CommitteeRefused
from verifier.committee.intake import Taken
from verifier.committee.officers import Officer
from verifier.errors import StoreUnusable
from verifier.evidence.gathering import Submission
from verifier.jobs.job import Progress
from verifier.jobs.uploads import Part, Upload
from verifier.receipt.making import ReceiptMaker
from verifier.receipt.record import Circumstances


@pytest.fixture
def working(chamber: Chamber) -> Iterator[Chamber]:
    chamber.jobs.open()
    yield chamber
    chamber.jobs.close()


def upload_of(chamber: Chamber, **files: bytes) -> Upload:
    folder = chamber.jobs.storage.new_folder()
    parts = []
    for number, (name, data) in enumerate(files.items()):
        path = folder / f"{number:05}"
        path.write_bytes(data)
        parts.append(Part(name, path, is_archive=False))
    return Upload(tuple(parts), "")


def finished(chamber: Chamber, notice: int, job: str) -> Taken:
    """Wait until the job's results were taken over."""
    while isinstance(progress := chamber.committee.intake.progress(KIM, notice, job), Progress):
        with chamber.jobs._changed:
            chamber.jobs._changed.wait(0.01)
    return progress


def test_the_same_check_is_kept_once(chamber: Chamber) -> None:
    notice, report = chamber.notice(), chamber.checked(course())
    intake = chamber.committee.intake
    lines = chamber.lines(report, report)
    assert intake.take(KIM, notice, files=[("r.jsonl", lines)]) == Taken(kept=1, known=1)


def test_an_edited_report_is_refused_and_nothing_is_kept(chamber: Chamber) -> None:
    notice, report = chamber.notice(), chamber.checked(course())
    document = report.to_json()
    edited = json.loads(json.dumps(document).replace('"credits": 3', '"credits": 30'))
    assert edited != document
    with refused("upload"):
        chamber.committee.intake.take(KIM, notice, files=[("r.jsonl", chamber.lines(report, edited))])
    assert chamber.committee.sheets.book(KIM, notice).sheets == ()


@pytest.mark.parametrize("data", [b"{", b"%PDF-1.7 no receipt", b"", b"a.b.c"])
def test_what_is_neither_results_nor_a_receipt_is_refused(chamber: Chamber, data: bytes) -> None:
    notice = chamber.notice()
    with refused("upload"):
        chamber.committee.intake.take(KIM, notice, files=[("x", data)])


@pytest.mark.parametrize("person", [LEE, ADMIN])
def test_only_officers_take_applications(chamber: Chamber, person: Officer) -> None:
    notice = chamber.notice()
    with refused("role"):
        chamber.committee.intake.take(person, notice, files=[])
    with refused("role"):
        chamber.committee.review.look(person, notice)


def test_a_check_of_nobody_waits_until_an_officer_assigns_it(chamber: Chamber) -> None:
    notice = chamber.notice()
    chamber.take(notice, chamber.checked(course(), applicant=None))
    review = chamber.committee.review.look(KIM, notice)
    (waiting,) = review.unassigned
    assert waiting.verdict == "valid"
    intake = chamber.committee.intake
    with refused("reason"):
        intake.assign(KIM, notice, waiting.id, number="A-9", reason="")
    with refused("unknown"):
        intake.assign(KIM, notice, waiting.id + 1, number="A-9", reason="전화로 확인")
    with refused("upload"):
        intake.assign(KIM, notice, waiting.id, number=" ", reason="전화로 확인")
    intake.assign(KIM, notice, waiting.id, number="A-9", reason="전화로 확인")
    _, sheet = chamber.committee.sheets.sheet(KIM, notice, 1)
    assert sheet.applicant.number == "A-9"
    assert len(sheet.result.entries) == 1
    assert chamber.committee.review.look(KIM, notice).unassigned == ()


def test_nothing_is_assigned_to_a_confirmed_sheet(chamber: Chamber) -> None:
    notice = chamber.notice()
    chamber.applied(notice, "A-1")
    chamber.take(notice, chamber.checked(course(idx=50), applicant=None, number="N-7"))
    chamber.confirmed(notice)
    waiting = chamber.committee.review.look(KIM, notice).unassigned[0]
    with refused("confirmed"):
        chamber.committee.intake.assign(KIM, notice, waiting.id, number="A-1", reason="전화로 확인")


def test_one_certificate_of_two_applicants_is_told_for_a_person_to_look_at(chamber: Chamber) -> None:
    notice = chamber.notice()
    report = chamber.checked(course(), applicant=None)
    for count, number in enumerate(("A-1", "A-2")):
        document = replace(report, context=replace(report.context, profile=f"p{count}")).to_json()
        chamber.take(notice, {**document, "batch": {"n": count, "applicant_no": number}})
    found = chamber.committee.review.look(KIM, notice).twice
    assert ("certificate_of_two", ("A-1", "A-2")) in [(each.kind, each.applicants) for each in found]


@pytest.mark.slow
def test_files_with_a_manifest_are_checked_by_a_job_and_matched(working: Chamber) -> None:
    notice, world = working.notice(blind=False), working.world
    manifest = "applicant_no,path,name,birth_date\nA-1,one.txt,홍길동,1999-01-01\nA-2,two.txt,임꺽정,\n".encode()
    token = world.token().encode()
    upload = upload_of(working, **{"one.txt": token, "two.txt": token + b" ", "three.txt": b"nothing"})
    job = working.committee.intake.begin(KIM, notice, upload=upload, manifest=manifest)
    taken = finished(working, notice, job)
    assert (taken.kept, taken.without_verdict) == (3, 1)
    review = working.committee.review.look(KIM, notice)
    assert ("A-2", "no") in [(each.number, each.result) for each in review.matched]
    while working.jobs._jobs:  # the job is erased as soon as it was taken over
        with working.jobs._changed:
            working.jobs._changed.wait(0.01)
    assert not [path for path in Path(working.folder / "jobs").rglob("*") if path.suffix == ".jsonl"]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (ZeroDivisionError(), "not_kept"),
        (StoreUnusable("locked"), "not_kept"),
        (CommitteeRefused("too_many"), "too_many"),
    ],
)
def test_a_job_whose_results_cannot_be_kept_says_so_and_is_erased(
    working: Chamber, monkeypatch: pytest.MonkeyPatch, fault: Exception, kind: str
) -> None:
    notice, intake = working.notice(), working.committee.intake

    def broken(*_given: object) -> Taken:
        raise fault

    monkeypatch.setattr(intake, "_keep", broken)
    job = intake.begin(KIM, notice, upload=upload_of(working, a=b"nothing"), manifest=None)
    with refused(kind):
        finished(working, notice, job)
    while working.jobs._jobs:
        with working.jobs._changed:
            working.jobs._changed.wait(0.01)
    assert (intake._pending, working.jobs.storage.kept(job)) == ({}, None)


def test_a_manifest_that_is_none_and_a_foreign_job_are_refused(working: Chamber) -> None:
    notice = working.notice()
    upload = upload_of(working, a=b"x")
    with refused("upload"):
        working.committee.intake.begin(KIM, notice, upload=upload, manifest=b"who,where\n")
    with refused("unknown"):
        working.committee.intake.progress(KIM, notice, "no-such-job")
    with refused("role"):
        working.committee.intake.begin(LEE, notice, upload=upload, manifest=None)


def test_names_in_matching_are_hidden_from_who_also_judges_while_blind(chamber: Chamber) -> None:
    notice = chamber.notice(blind=True)
    report = chamber.checked(entry(), name="홍길동")
    compared: list[JsonValue] = [
        {"what": "name", "result": "no", "how": "", "application": "임꺽정", "certificate": "홍길동"}
    ]
    match: JsonValue = {"result": "differs", "why": "name_differs", "compared": compared}
    chamber.take(notice, {**report.to_json(), "batch": {"n": 0, "applicant_no": "A-1", "match": match}})
    both = Officer("p-both", "둘다", frozenset({"officer", "reviewer"}))
    hidden = chamber.committee.review.look(both, notice)
    assert hidden.matched[0].compared == (("name", "no", None, None),)
    shown = chamber.committee.review.look(KIM, notice)
    assert shown.matched[0].compared == (("name", "no", "임꺽정", "홍길동"),)
    actions = [each.action for each in chamber.committee.notices.events(KIM, notice)]
    assert actions.count("names_seen") == 1
    _, sheet = chamber.committee.sheets.sheet(KIM, notice, 1)
    assert any(flag.startswith("application_differs") for flag in sheet.result.score.flags)


def test_the_world_of_this_module_checks_for_real(world: World) -> None:
    assert world.check(world.token()).verdict.value == "valid"


def test_a_signed_receipt_is_taken_with_its_key_and_no_longer_believed_without_it(chamber: Chamber) -> None:
    notice, signer = chamber.notice(), chamber.world.keys.stranger
    circumstances = Circumstances(chamber.world.rules(), "인사팀", "1.0", chamber.now)
    token = chamber.world.token(replace(claims(course()), applicant_no="A-1"))
    verification = examine(
        Submission("a.txt", token.encode()),
        rules=chamber.world.rules(),
        moment=Moment(chamber.now),
        reader=chamber.world.reader,
    )
    maker = ReceiptMaker(signer, circumstances, "ko")
    receipt = maker.as_token(maker.record(verification, with_content=True)).token.encode()
    files = [("r.jws", receipt)]
    with refused("upload"):
        chamber.committee.intake.take(KIM, notice, files=files)
    chamber.keys = {signer.key_id: signer.public_key}
    assert chamber.committee.intake.take(KIM, notice, files=files).kept == 1
    _, sheet = chamber.committee.sheets.sheet(KIM, notice, 1)
    assert sheet.result.signed_evidence
    assert chamber.committee.review.look(KIM, notice).unassigned == ()
    chamber.keys = {}
    chamber.committee.sheets.forget(notice)
    with refused("evidence"):
        chamber.committee.sheets.sheet(KIM, notice, 1)
