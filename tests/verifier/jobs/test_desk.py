"""The desk: takes jobs, works on them, shows results, and erases."""

import io
import json
import logging
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from credential_schemas.report.messages import Language
from credential_schemas.report.model import Report
from tests.verifier.world import World
from verifier.batch.lines import Line
from verifier.errors import TooBusy, UnreadableEvidence
from verifier.evidence.gathering import Submission
from verifier.jobs import desk as desk_module
from verifier.jobs import upload_keys
from verifier.jobs.deliveries import FinishedJob
from verifier.jobs.desk import Asked, Besides, JobDesk
from verifier.jobs.errors import JobUnfinished, JobUnknown, KeyReused, NoReceipts, QueueFull, UploadRefused
from verifier.jobs.job import Job, JobState
from verifier.jobs.limits import EACH_UNFINISHED, MAX_UNFINISHED, UNFETCHED_S
from verifier.jobs.queues import queue_figures
from verifier.jobs.receipts import archive_of_receipts, keep_receipt
from verifier.jobs.storage import JobStorage
from verifier.jobs.uploads import Part, Upload

MARKER = "HONG-7K3MQ"
NUMBER = "2026-0001-0001"  # of the certificate
GENEROUS_S = 30
CALLER = "203.0.113.7"


class Office:
    """A desk with a clock, a fake check, and uploads."""

    def __init__(self, folder: Path, world: World, *, kept_days: int = 0, gives_receipts: bool = False) -> None:
        self.now = datetime(2026, 11, 21, tzinfo=UTC)
        self.folder = folder
        self.report = world.check(world.token())
        self.go_on = threading.Event()
        self.go_on.set()
        self.check: Callable[[Submission], Report] = self._check
        self.uploads = 0
        storage = JobStorage(folder / "jobs")
        self.told: list[tuple[str, FinishedJob]] = []
        with_receipt = (
            (lambda given, language: (self.check(given), f"%PDF {language}".encode())) if gives_receipts else None
        )
        besides = Besides(with_receipt, lambda owner, job: self.told.append((owner, job)))
        self.desk = JobDesk(
            lambda given: self.check(given), storage=storage, now=lambda: self.now, kept_days=kept_days, besides=besides
        )

    def _check(self, submission: Submission) -> Report:
        assert self.go_on.wait(GENEROUS_S)
        if submission.data == b"letter":
            raise UnreadableEvidence("not_a_certificate")
        return self.report

    def upload(self, *texts: bytes) -> Upload:
        folder = self.desk.storage.new_folder()
        parts = []
        for number, text in enumerate(texts):
            path = folder / f"{number:05}"
            path.write_bytes(text)
            parts.append(Part(f"{MARKER}-{number}.pdf", path, is_archive=False))
        self.uploads += 1
        return Upload(tuple(parts), repr(texts))

    def take(
        self, *texts: bytes, caller: str = CALLER, key: str | None = None, receipts: Language | None = None
    ) -> str:
        return self.desk.take(self.upload(*(texts or (b"good",))), Asked(caller, key, receipts))

    def done(self, job_id: str, caller: str = CALLER) -> list[dict[str, object]]:
        """Wait for a job and return its results."""
        pause = threading.Event()
        for _ in range(GENEROUS_S * 100):
            if self.desk.progress(job_id, caller).state is JobState.DONE:
                break
            pause.wait(0.01)
        return [json.loads(line) for line in self.desk.lines(job_id, caller, after=0).splitlines()]

    def on_disk(self) -> str:
        """Return every name and every content below the folder."""
        found = [path for path in (self.folder / "jobs").rglob("*") if path.is_file()]
        return repr([path.name.encode() + path.read_bytes() for path in found])


@pytest.fixture
def office(tmp_path: Path, world: World) -> Iterator[Office]:
    yield from opened(Office(tmp_path, world))


@pytest.fixture
def keeper(tmp_path: Path, world: World) -> Iterator[Office]:
    yield from opened(Office(tmp_path, world, kept_days=14))


def opened(office: Office) -> Iterator[Office]:
    office.desk.open()
    yield office
    office.go_on.set()
    office.desk.close()


def test_each_file_gets_one_line_in_order_and_a_bad_one_stops_nothing(office: Office) -> None:
    lines = office.done(office.take(b"good", b"letter", b"good"))
    assert [line.get("verdict", "error") for line in lines] == ["valid", "error", "valid"]
    assert [line["batch"]["part"] for line in lines] == [0, 1, 2]  # type: ignore[index] # written by the desk
    assert lines[1]["error"]["kind"] == "not_a_certificate"  # type: ignore[index] # the same


def test_what_waits_is_told_by_its_number_and_its_oldest(office: Office) -> None:
    office.go_on.clear()
    office.take(b"good")
    office.now += timedelta(seconds=90)
    office.take(b"good")
    shown = {each.name: each.value for each in queue_figures(office.desk, None)}
    assert shown == {
        "cb_jobs_unfinished": 2,
        "cb_job_age_seconds": 90,
        "cb_webhooks_waiting": 0,
        "cb_webhook_age_seconds": 0,
    }


def test_progress_counts_verdicts_and_says_when_results_are_erased(office: Office) -> None:
    job_id = office.take(b"good", b"letter")
    office.done(job_id)
    progress = office.desk.progress(job_id, CALLER)
    assert (progress.total, progress.done) == (2, 2)
    assert dict(progress.verdicts) == {"valid": 1, "invalid": 0, "indeterminate": 0, "error": 1}
    assert progress.erased_at == int(office.now.timestamp()) + UNFETCHED_S


def test_results_can_be_read_as_they_come_and_whole_only_at_the_end(office: Office) -> None:
    office.go_on.clear()
    job_id = office.take()
    assert office.desk.lines(job_id, CALLER, after=0) == b""
    with pytest.raises(JobUnfinished):
        office.desk.results(job_id, CALLER)
    office.go_on.set()
    office.done(job_id)
    assert office.desk.results(job_id, CALLER).read_bytes() == office.desk.lines(job_id, CALLER, after=0)
    assert office.desk.lines(job_id, CALLER, after=1) == b""
    assert office.desk.lines(job_id, CALLER, after=99) == b""


def test_an_upload_is_erased_when_it_was_checked_and_results_when_they_were_fetched(office: Office) -> None:
    office.go_on.clear()
    job_id = office.take(MARKER.encode())
    assert MARKER in office.on_disk()
    office.go_on.set()
    office.done(job_id)
    assert MARKER not in office.on_disk()
    assert NUMBER in office.on_disk()
    office.desk.fetched(job_id)
    assert NUMBER not in office.on_disk()
    with pytest.raises(JobUnknown):
        office.desk.progress(job_id, CALLER)


def test_results_that_nobody_fetches_are_erased_after_a_short_time(office: Office) -> None:
    job_id = office.take()
    office.done(job_id)
    office.now += timedelta(seconds=UNFETCHED_S - 1)
    office.desk.erase_due()
    assert office.desk.progress(job_id, CALLER).done == 1
    office.now += timedelta(seconds=1)
    office.desk.erase_due()
    with pytest.raises(JobUnknown):
        office.desk.lines(job_id, CALLER, after=0)
    assert "results" not in office.on_disk()


def test_results_whose_time_is_over_are_shown_to_nobody_even_before_they_are_erased(office: Office) -> None:
    job_id = office.take()
    office.done(job_id)
    office.now += timedelta(seconds=UNFETCHED_S)
    with pytest.raises(JobUnknown):
        office.desk.results(job_id, CALLER)


def test_results_are_erased_in_time_while_another_job_is_worked_on(office: Office) -> None:
    job_id = office.take()
    office.done(job_id)
    began, finish = threading.Event(), threading.Event()

    def slow(submission: Submission) -> Report:
        if submission.data == b"last":
            began.set()
            assert finish.wait(GENEROUS_S)
        return office.report

    office.check = slow
    office.now += timedelta(seconds=UNFETCHED_S)
    long = office.take(b"first", b"last")
    assert began.wait(GENEROUS_S)
    kept = [path for path in (office.folder / "jobs").rglob("results.jsonl") if NUMBER.encode() in path.read_bytes()]
    finish.set()
    assert len(kept) == 1  # the first result of the job that is worked on
    assert len(office.done(long)) == 2


def test_nobody_is_told_of_a_job_that_was_erased_after_its_last_file(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Job.add

    def erased_after(job: Job, line: Line) -> None:
        add(job, line)
        if job.id == erased:
            office.desk.erase(erased, CALLER)

    monkeypatch.setattr(Job, "add", erased_after)
    office.go_on.clear()
    erased, other = office.take(), office.take()
    office.go_on.set()
    office.done(other)
    assert [job.job_id for _, job in office.told] == [other]


def test_what_is_written_in_the_moment_in_which_its_job_is_erased_goes_too(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(folder: Path, number: int, *, report_id: str, pdf: bytes) -> None:
        office.desk.erase(erased, CALLER)
        folder.mkdir()
        keep_receipt(folder, number, report_id=report_id, pdf=pdf + MARKER.encode())

    monkeypatch.setattr(desk_module, "keep_receipt", late)
    for office in opened(Office(tmp_path, world, gives_receipts=True)):
        office.go_on.clear()
        erased, other = office.take(receipts="en"), office.take()
        office.go_on.set()
        office.done(other)
        assert MARKER not in office.on_disk()


def test_a_job_that_is_worked_on_can_be_erased(office: Office) -> None:
    office.go_on.clear()
    job_id = office.take(b"good", b"good", MARKER.encode())
    office.desk.erase(job_id, CALLER)
    office.go_on.set()
    other = office.take()
    assert len(office.done(other)) == 1
    assert MARKER not in office.on_disk()


def test_closing_erases_everything(office: Office) -> None:
    office.go_on.clear()
    office.take(MARKER.encode())
    office.go_on.set()
    office.desk.close()
    assert office.on_disk() == "[]"
    with pytest.raises(QueueFull):
        office.desk.take(Upload((Part("a", Path("a"), is_archive=False),), "x"), Asked(CALLER))


def test_a_fault_is_an_error_line_and_neither_name_nor_message_is_logged(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Submission) -> Report:
        raise ValueError(MARKER)

    office.check = broken
    with caplog.at_level(logging.DEBUG):
        lines = office.done(office.take())
    assert lines[0]["error"]["kind"] == "fault"  # type: ignore[index] # written by the desk
    assert "ValueError" in caplog.text
    assert MARKER not in caplog.text


def test_a_busy_reader_makes_a_job_wait_and_not_fail(office: Office) -> None:
    tries = [TooBusy("busy"), TooBusy("busy")]

    def busy(_: Submission) -> Report:
        if tries:
            raise tries.pop()
        return office.report

    office.check = busy
    assert office.done(office.take())[0]["verdict"] == "valid"


def test_jobs_take_turns(office: Office) -> None:
    order: list[str] = []

    def noted(submission: Submission) -> Report:
        assert office.go_on.wait(GENEROUS_S)
        order.append(submission.data.decode())
        return office.report

    office.check = noted
    office.go_on.clear()
    long, short = office.take(*[b"a"] * 9), office.take(b"b")
    office.go_on.set()
    office.done(short)
    office.done(long)
    assert order.index("b") <= 2


def test_too_many_unfinished_jobs_of_one_caller_are_refused_and_others_are_not(office: Office) -> None:
    office.go_on.clear()
    for _ in range(EACH_UNFINISHED):
        office.desk.check_room(CALLER, more_bytes=0)
        office.take()
    with pytest.raises(QueueFull):
        office.desk.check_room(CALLER, more_bytes=0)
    office.desk.check_room("203.0.113.8", more_bytes=0)


def test_the_queue_of_all_callers_is_bounded(office: Office) -> None:
    office.go_on.clear()
    for number in range(MAX_UNFINISHED):
        office.take(caller=f"203.0.113.{number}")
    with pytest.raises(QueueFull):
        office.desk.check_room("198.51.100.1", more_bytes=0)
    with pytest.raises(QueueFull):
        office.take(caller="198.51.100.1")


def test_uploads_that_come_at_once_do_not_go_beyond_the_bound_of_one_caller(office: Office) -> None:
    office.go_on.clear()
    at_once = [office.upload(b"good") for _ in range(EACH_UNFINISHED + 1)]  # each was let in while there was room
    for upload in at_once[1:]:
        office.desk.take(upload, Asked(CALLER))
    with pytest.raises(QueueFull):
        office.desk.take(at_once[0], Asked(CALLER))
    assert office.take(caller="203.0.113.8")


def test_a_full_disk_refuses_an_upload_before_it_is_read(office: Office) -> None:
    with pytest.raises(QueueFull):
        office.desk.check_room(CALLER, more_bytes=1 << 62)


def test_the_same_upload_under_the_same_key_is_taken_once(office: Office) -> None:
    first = office.take(b"good", key="k")
    assert office.take(b"good", key="k") == first
    assert office.take(b"good", key="other") != first
    assert office.take(b"good", caller="203.0.113.8", key="k") != first


def test_another_upload_under_the_same_key_is_refused(office: Office) -> None:
    office.take(b"good", key="k")
    with pytest.raises(KeyReused):
        office.take(b"letter", key="k")


def test_a_key_is_forgotten_after_a_day(office: Office) -> None:
    first = office.take(b"good", key="k")
    office.now += timedelta(hours=24)
    office.desk.erase_due()
    assert office.take(b"letter", key="k") != first


def test_only_so_many_keys_are_remembered(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_keys, "MAX_KEYS", 1)
    first = office.take(b"good", key="k")
    office.take(b"good", key="l")
    office.desk.erase_due()
    assert office.take(b"good", key="k") != first


def test_ids_cannot_be_guessed_and_never_repeat(office: Office) -> None:
    ids = {office.take(caller=f"203.0.113.{number}") for number in range(8)}
    assert len(ids) == 8
    assert all(len(each) == 22 for each in ids)  # 128 bits in base64url


def test_the_job_of_a_token_is_unknown_to_everybody_else(office: Office) -> None:
    job_id = office.take(caller="token:hr")
    office.done(job_id, "token:hr")
    for stranger in ("token:other", CALLER):
        with pytest.raises(JobUnknown):
            office.desk.progress(job_id, stranger)
        with pytest.raises(JobUnknown):
            office.desk.erase(job_id, stranger)


def test_too_many_files_in_archives_are_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from verifier.jobs import files

    monkeypatch.setattr(files, "MAX_FILES", 1)
    with pytest.raises(UploadRefused):
        office.take(b"good", b"good")


def test_a_job_whose_files_vanish_is_given_up_and_others_go_on(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.go_on.clear()
    first = office.take(b"good", b"good")
    lost = office.upload(b"good", b"good")
    other = office.desk.take(lost, Asked(CALLER))
    lost.parts[0].path.unlink()
    office.go_on.set()
    assert len(office.done(first)) == 2
    pause = threading.Event()
    for _ in range(GENEROUS_S * 100):
        if "given up" in caplog.text:
            break
        pause.wait(0.01)
    with pytest.raises(JobUnknown):
        office.desk.progress(other, CALLER)
    assert "given up" in caplog.text
    assert MARKER not in caplog.text


def test_a_fault_of_ours_costs_one_job_and_the_others_go_on(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    step = office.desk._step

    def broken(job: Job, work: object) -> None:
        if job.total == 2:
            raise ZeroDivisionError(MARKER)
        step(job, work)  # type: ignore[arg-type] # as it came

    monkeypatch.setattr(office.desk, "_step", broken)
    lost = office.take(b"good", b"good")
    assert len(office.done(office.take(b"good"))) == 1
    with pytest.raises(JobUnknown):
        office.desk.progress(lost, CALLER)
    assert [line.partition(" in ")[0] for line in caplog.messages] == ["a job was given up: a fault: ZeroDivisionError"]


def test_a_fault_while_old_jobs_are_erased_does_not_end_the_work(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    told = threading.Event()

    def broken(now: int) -> int:
        told.set()
        raise OSError(MARKER)

    monkeypatch.setattr(desk_module, "_TIDY_EVERY_S", 0.001)
    monkeypatch.setattr(office.desk.storage, "erase_expired", broken)
    office.take(b"good")  # the work looks for old jobs when it has done this one
    assert told.wait(GENEROUS_S)
    assert len(office.done(office.take(b"good"))) == 1
    assert caplog.messages[0].startswith("erasing jobs failed: OSError in ")
    assert MARKER not in caplog.text


def test_kept_results_live_until_their_day_and_not_longer(keeper: Office) -> None:
    job_id = keeper.take(b"good", b"letter")
    keeper.done(job_id)
    keeper.desk.fetched(job_id)
    progress = keeper.desk.progress(job_id, CALLER)
    assert progress.erased_at == int((keeper.now + timedelta(days=14)).timestamp())
    assert (progress.done, progress.verdicts["error"]) == (2, 1)
    assert keeper.desk.lines(job_id, CALLER, after=1).count(b"\n") == 1
    keeper.now += timedelta(days=14)
    with pytest.raises(JobUnknown):
        keeper.desk.progress(job_id, CALLER)
    keeper.desk.erase_due()
    assert "results" not in keeper.on_disk()


def test_kept_results_outlive_the_process_and_the_upload_does_not(keeper: Office, world: World) -> None:
    job_id = keeper.take(b"%PDF-secret")
    keeper.done(job_id)
    keeper.desk.close()
    assert "secret" not in keeper.on_disk()
    later = Office(keeper.folder, world, kept_days=14)
    for office in opened(later):
        assert office.desk.results(job_id, CALLER).read_bytes().count(b"\n") == 1
        assert job_id not in repr([path.name for path in keeper.folder.rglob("*")])


def test_kept_results_can_be_erased_at_once(keeper: Office) -> None:
    job_id = keeper.take()
    keeper.done(job_id)
    keeper.desk.erase(job_id, CALLER)
    with pytest.raises(JobUnknown):
        keeper.desk.results(job_id, CALLER)
    assert "results" not in keeper.on_disk()


def test_kept_results_of_a_token_stay_its_own(keeper: Office) -> None:
    job_id = keeper.take(caller="token:hr")
    keeper.done(job_id, "token:hr")
    with pytest.raises(JobUnknown):
        keeper.desk.progress(job_id, CALLER)


@pytest.mark.parametrize("about", ["", "[]", "{}", '{"owner": 1}'])
def test_a_kept_job_that_is_damaged_is_unknown_and_erased(keeper: Office, about: str) -> None:
    job_id = keeper.take()
    keeper.done(job_id)
    next(keeper.folder.rglob("about.json")).write_text(about)
    with pytest.raises(JobUnknown):
        keeper.desk.progress(job_id, CALLER)
    keeper.desk.erase_due()
    assert "results" not in keeper.on_disk()


@pytest.fixture(params=[0, 14])
def notary(tmp_path: Path, world: World, request: pytest.FixtureRequest) -> Iterator[Office]:
    yield from opened(Office(tmp_path, world, kept_days=request.param, gives_receipts=True))


def test_receipts_are_made_where_they_are_wished_for_and_named_without_anything_of_the_file(notary: Office) -> None:
    job_id = notary.take(b"good", b"letter", b"good", receipts="en")
    lines = notary.done(job_id)
    made = b"".join(archive_of_receipts(notary.desk.receipts(job_id, CALLER)))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"{number:05}-{lines[number]['id']}.pdf" for number in (0, 2)]
        assert archive.read(archive.namelist()[0]) == b"%PDF en"
    notary.desk.erase(job_id, CALLER)
    assert "%PDF" not in notary.on_disk()


def test_receipts_are_only_for_finished_jobs_that_were_asked_for_them_and_for_their_callers(notary: Office) -> None:
    plain = notary.take()
    notary.done(plain)
    with pytest.raises(NoReceipts):
        notary.desk.receipts(plain, CALLER)
    notary.go_on.clear()
    job_id = notary.take(caller="token:hr", receipts="ko")
    with pytest.raises(JobUnfinished):
        notary.desk.receipts(job_id, "token:hr")
    with pytest.raises(JobUnknown):
        notary.desk.receipts(job_id, CALLER)


def test_where_no_receipts_are_given_a_job_that_wishes_for_them_is_refused(office: Office) -> None:
    with pytest.raises(NoReceipts):
        office.take(receipts="ko")


def test_the_same_upload_with_another_wish_for_receipts_is_another_upload(notary: Office) -> None:
    notary.take(b"good", key="k")
    with pytest.raises(KeyReused):
        notary.take(b"good", key="k", receipts="ko")


def test_finished_job_is_announced_once_with_its_owner_and_counts(office: Office) -> None:
    job_id = office.take(b"good", b"letter", caller="token:ats")
    office.done(job_id, "token:ats")
    office.desk.close()  # after the file at hand, so after the announcement
    now = int(office.now.timestamp())
    counts = {"valid": 1, "invalid": 0, "indeterminate": 0, "error": 1}
    assert office.told == [("token:ats", FinishedJob(job_id, counts, now, now + UNFETCHED_S))]
