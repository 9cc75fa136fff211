"""A worker: exact verdicts, no network, one line whatever happens; and lists that come from the parent once."""

import dataclasses
import json

import pytest

from credential_schemas.errors import StatusListError
from credential_schemas.plain_copies.copies import PlainCopies
from credential_schemas.plain_copies.reading import PlainCopy, read_plain_copy
from keys.trust_list import TrustList
from tests.verifier.batch.corpus import FORGERY, application, setup_of
from tests.verifier.world import ISSUER, NOW, STATUS_URI, World
from verifier.batch.facts import exit_code_of, facts_of
from verifier.batch.lists import KnownList, ListDesk, ListNeeded, ListsAtHand
from verifier.batch.manifest import Application
from verifier.batch.work import Checker, Task, check_chunk
from verifier.errors import BatchRefused
from verifier.exit_codes import ExitCode

SECONDS = int(NOW.timestamp())


def trust_of(world: World) -> TrustList:
    return TrustList.parse(json.dumps(world.trust).encode())


def known(world: World) -> KnownList:
    return KnownList(ISSUER, STATUS_URI, None, "", SECONDS, world.status_token())


def task(number: int, token: str, who: Application | None = None) -> Task:
    return Task(number, f"{number}.sdjwt", token.encode(), who)


def test_worker_judges_by_the_list_it_was_given(world: World) -> None:
    world.statuses = {12: 1}
    tasks = [task(0, world.token(application(0))), task(1, world.token(application(1)))]
    answer = check_chunk(setup_of(world), tasks, [known(world)])
    assert ([line.verdict for line in answer.lines], answer.needed) == (["valid", "invalid"], None)
    assert json.loads(answer.lines[0].text)["batch"]["status_list"] == STATUS_URI
    assert world.requested == []


def test_worker_stops_at_the_file_whose_list_it_was_not_given(world: World) -> None:
    forged = world.token(application(0)) + FORGERY
    tasks = [task(0, "nothing"), task(1, forged), task(2, world.token(application(2))), task(3, "x")]
    answer = check_chunk(setup_of(world), tasks, [])
    assert [line.number for line in answer.lines] == [0, 1]
    assert answer.needed == (ISSUER, STATUS_URI)


def test_every_line_names_its_file_its_digest_and_its_application(world: World) -> None:
    setup = setup_of(world, matches=True)
    answer = check_chunk(setup, [task(4, "nothing", Application("A-4")), task(5, "")], [])
    first, second = (json.loads(line.text) for line in answer.lines)
    assert first["error"]["kind"] == "not_a_certificate"
    assert (first["batch"]["n"], first["batch"]["applicant_no"]) == (4, "A-4")
    assert first["batch"]["match"]["why"] == "nothing_proved"
    assert (second["error"]["kind"], second["batch"]["match"]["why"]) == ("empty", "no_application")
    assert all(line.text.isascii() for line in answer.lines)


def test_what_a_worker_says_of_a_line_is_what_the_line_says_when_it_is_read_again(world: World) -> None:
    world.statuses = {12: 1}
    given = [world.token(application(0)), world.token(application(1)), world.token(application(2)) + FORGERY, "nothing"]
    tasks = [task(number, each, Application(f"A-{number}", "홍길동")) for number, each in enumerate(given)]
    lines = check_chunk(setup_of(world, matches=True), tasks, [known(world)]).lines
    for line in lines:
        assert line.facts == facts_of(json.loads(line.text))
        assert dataclasses.replace(line, facts=None).counts() == line.counts() == line.facts
    told = [line.counts() for line in lines]
    assert [each.verdict for each in told] == ["valid", "invalid", "invalid", "error"]
    assert [each.error for each in told] == [None, None, None, "not_a_certificate"]
    assert [each.sightings is not None for each in told] == [True, True, False, False]
    assert "홍길동" not in repr(told)  # digests, no names


def test_the_same_certificate_twice_in_a_batch_is_read_once_and_judged_each_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def noted(_: PlainCopies, token: str) -> PlainCopy | None:
        read.append(token)
        return read_plain_copy(token)

    monkeypatch.setattr(PlainCopies, "read", noted)
    first, other = world.token(application(0)), world.token(application(1))
    checker = Checker(setup_of(world))
    lists = [known(world)]
    tasks = [task(number, token) for number, token in enumerate([first, other, first + FORGERY, first, other])]
    try:
        lines = checker.check(tasks, lists).lines
    finally:
        checker.close()
    assert [line.verdict for line in lines] == ["valid", "valid", "invalid", "valid", "valid"]
    assert read == [first, other, first + FORGERY]


def test_fault_in_one_file_is_one_line_and_stops_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("홍길동")

    monkeypatch.setattr("verifier.batch.work.examine", broken)
    answer = check_chunk(setup_of(world), [task(0, "a"), task(1, "b")], [])
    line = json.loads(answer.lines[1].text)
    assert line["error"]["kind"] == "fault"
    assert exit_code_of(line) is ExitCode.BUG
    assert "홍길동" not in line["error"]["message"]["ko"]


def test_worker_of_another_version_refuses(world: World) -> None:
    with pytest.raises(BatchRefused, match=r"version 0\.0\.9") as refused:
        check_chunk(setup_of(world, version="0.0.9"), [], [])
    assert refused.value.kind == "cluster"


def test_rules_of_the_batch_reach_the_check(world: World) -> None:
    setup = setup_of(world, require_document=True, tracks_replays=True, max_age_s=10)
    line = json.loads(check_chunk(setup, [task(0, world.token(application(0)))], [known(world)]).lines[0].text)
    checks = {check["name"]: check for check in line["checks"]}
    assert checks["container"]["reason"] == "document_required"


def test_pictures_and_pdfs_are_read_in_child_processes(world: World) -> None:
    checker = Checker(setup_of(world))
    try:
        answer = checker.check([Task(0, "a.pdf", b"%PDF-1.7\ntruncated"), Task(1, "b.png", b"\x89PNG\r\n\x1a\n")], [])
    finally:
        checker.close()
    kinds = [json.loads(line.text)["error"]["kind"] for line in answer.lines]
    assert kinds == ["pdf_damaged", "picture_damaged"]


def test_list_that_was_given_is_not_looked_for_again(world: World) -> None:
    lists, trust = ListsAtHand(max_age_s=None, tracks_replays=True), trust_of(world)
    issuer = trust.issuer(ISSUER)
    assert issuer is not None
    with pytest.raises(ListNeeded) as needed:
        lists.find(STATUS_URI, issuer=issuer, now=SECONDS)
    lists.add([known(world)], trust, now=SECONDS)
    assert needed.value.name == (ISSUER, STATUS_URI)
    assert lists.find(STATUS_URI, issuer=issuer, now=SECONDS).token is not None
    assert lists.tracks_replays


def test_desk_asks_once_for_each_list_and_also_when_it_cannot_be_had(world: World) -> None:
    noted: list[KnownList] = []
    desk = ListDesk(world.rules().statuses, trust_of(world), now=SECONDS, note=noted.append)
    other = f"{ISSUER}/status/2"
    for _ in range(3):
        desk.get((ISSUER, STATUS_URI))
        desk.get((ISSUER, other))
        desk.get(("https://stranger.example", STATUS_URI))
    assert world.requested == [STATUS_URI, other]
    assert [each.reason for each in desk.known] == [None, "status_unavailable"]
    assert tuple(noted) == desk.known


def test_list_of_a_journal_is_proved_again(world: World) -> None:
    desk = ListDesk(world.rules().statuses, trust_of(world), now=SECONDS, note=lambda _: None)
    good = known(world)
    desk.restore([KnownList.from_json(good.to_json())])
    desk.get(good.name)
    assert (desk.known, world.requested) == ((good,), [])
    with pytest.raises(StatusListError):
        desk.restore([dataclasses.replace(good, text=world.status_token(signer=world.keys.stranger))])


@pytest.mark.parametrize(
    "change",
    [{"issuer_id": "https://stranger.example"}, {"reason": "no_such_reason"}, {"text": ""}],
)
def test_record_of_a_list_that_says_nothing_is_refused(world: World, change: dict[str, str]) -> None:
    record = dataclasses.replace(known(world), **change)  # type: ignore[arg-type]  # members of the record
    with pytest.raises(BatchRefused) as refused:
        record.answer(trust_of(world), now=SECONDS)
    assert refused.value.kind == "resume"


def test_record_of_another_shape_is_refused() -> None:
    with pytest.raises(BatchRefused, match="status list in the journal"):
        KnownList.from_json({"issuer": "x"})
