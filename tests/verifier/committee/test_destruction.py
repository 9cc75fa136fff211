"""Destruction after the period: on its day, with nothing left on the disk, and a certificate of counts."""

import sqlite3
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.verifier.committee.chamber import ADMIN, KIM, LEE, TERMS, Chamber
from tests.verifier.committee.test_sheets import refused
from tests.verifier.scoring.office import course
from verifier.committee.days import check_retention, last_day
from verifier.committee.errors import CommitteeRefused
from verifier.committee.panel import Answer
from verifier.errors import StoreUnusable
from verifier.store import engine

NUMBER, NAME, TITLE, NOTE, REASON = "MARK-NO-7781", "마커성명", "마커과목", "마커의견", "마커사유"
MARKERS = tuple(each.encode() for each in (NUMBER, NAME, TITLE, NOTE, REASON))


def files_with(folder: Path, marker: bytes) -> list[str]:
    escaped = marker.decode().encode("ascii", "backslashreplace")  # as JSON writes it in ASCII
    found = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in found if marker in path.read_bytes() or escaped in path.read_bytes()]


def marked(chamber: Chamber) -> int:
    """Return a notice in which every marker was kept somewhere."""
    notice = chamber.notice()
    report = chamber.checked(course(TITLE), applicant=NUMBER, number="N-1", name=NAME)
    chamber.take(notice, report)
    asked = chamber.questions(notice)
    answers = [Answer(each, True if each.kind == "adjudications" else "good", NOTE) for each in asked]
    chamber.committee.panel.answer(LEE, notice, 1, answers=answers)
    chamber.committee.sheets.confirm(KIM, notice, 1, reason="")
    chamber.committee.sheets.reopen(KIM, notice, 1, reason=REASON)
    chamber.committee.sheets.confirm(KIM, notice, 1, reason="")
    return notice


def test_every_marker_is_on_the_disk_before(chamber: Chamber) -> None:
    marked(chamber)
    for marker in MARKERS:
        assert files_with(chamber.folder, marker), marker.decode()


def test_lr_16_nothing_remains_on_the_disk_after_the_last_day(chamber: Chamber) -> None:
    notice = marked(chamber)
    chamber.later(days=45)  # the decision is on 1 December, 30 days are kept
    assert chamber.committee.destroyer.destroy_due() == 1
    assert {marker: files_with(chamber.folder, marker) for marker in MARKERS} == {marker: [] for marker in MARKERS}
    gone = chamber.committee.notices.one(KIM, notice).destroyed
    assert gone is not None
    assert gone.is_overwritten
    assert gone.due_on == "2026-12-31"
    assert {name: gone.counts[name] for name in ("applicants", "evidence", "opinions", "sheets")} == {
        "applicants": 1,
        "evidence": 1,
        "opinions": 8,
        "sheets": 1,
    }


def test_the_last_day_itself_is_kept_and_the_next_is_not(chamber: Chamber) -> None:
    notice = chamber.notice()
    chamber.applied(notice, "A-1")
    chamber.now = chamber.now.replace(month=12, day=31, hour=14, minute=59)  # 23:59 in Korea
    assert chamber.committee.destroyer.destroy_due() == 0
    assert chamber.committee.sheets.book(KIM, notice).sheets
    chamber.later(minutes=1)
    with refused("open_only"):  # before the work is done as well
        chamber.committee.sheets.book(KIM, notice)
    with refused("open_only"):
        chamber.applied(notice, "A-2")
    assert chamber.committee.destroyer.destroy_due() == 1
    assert chamber.committee.destroyer.destroy_due() == 0


def test_other_notices_stay(chamber: Chamber) -> None:
    first = chamber.notice()
    later = chamber.draft(name="SYN-2", terms=replace(TERMS, retention_days=180))
    chamber.committee.notices.use(KIM, later)
    chamber.applied(first, "A-1")
    chamber.take(later, chamber.checked(course(), applicant="B-1", number="N-5"))
    chamber.later(days=45)
    assert chamber.committee.destroyer.destroy_due() == 1
    assert [each.applicant.number for each in chamber.committee.sheets.book(KIM, later).sheets] == ["B-1"]
    assert chamber.committee.notices.one(KIM, first).row.state == "destroyed"


def test_an_administrator_destroys_earlier_by_typing_the_number(chamber: Chamber) -> None:
    notice = marked(chamber)
    destroyer = chamber.committee.destroyer
    with refused("role"):
        destroyer.destroy_now(KIM, notice, typed="SYN-2026-01", reason="그만둡니다")
    with refused("typed"):
        destroyer.destroy_now(ADMIN, notice, typed="SYN-2026-1", reason="그만둡니다")
    with refused("reason"):
        destroyer.destroy_now(ADMIN, notice, typed="SYN-2026-01", reason="")
    assert files_with(chamber.folder, NAME.encode())
    destroyer.destroy_now(ADMIN, notice, typed="SYN-2026-01", reason="채용을 그만둡니다")
    assert files_with(chamber.folder, NAME.encode()) == []
    with refused("open_only"):
        destroyer.destroy_now(ADMIN, notice, typed="SYN-2026-01", reason="다시")
    with chamber.store.read() as transaction:
        _, line = transaction.changes.newest(1)[0]
    assert (line.action, line.person_name, line.reason) == ("destroyed", "관리자", "채용을 그만둡니다")
    assert line.subject.startswith("SYN-2026-01: sheets 1, opinions 8, evidence 1, applicants 1")


def test_a_file_that_cannot_be_written_anew_is_said_and_tried_again(
    chamber: Chamber, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = marked(chamber)
    impatient = tuple(each for each in engine._PRAGMAS if not each.startswith("busy_timeout"))
    monkeypatch.setattr(engine, "_PRAGMAS", ("busy_timeout = 1", *impatient))
    chamber.store._engine.dispose()
    reader = sqlite3.connect(chamber.folder / "verifier.sqlite")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM notices").fetchall()
    chamber.later(days=45)
    with pytest.raises(StoreUnusable):
        chamber.committee.destroyer.destroy_due()
    gone = chamber.committee.notices.one(KIM, notice).destroyed
    assert gone is not None
    assert not gone.is_overwritten
    reader.close()
    chamber.committee.destroyer.destroy_due()
    gone = chamber.committee.notices.one(KIM, notice).destroyed
    assert gone is not None
    assert gone.is_overwritten
    assert files_with(chamber.folder, NAME.encode()) == []


def test_nothing_of_a_destroyed_notice_stays_in_memory(chamber: Chamber) -> None:
    notice = marked(chamber)
    chamber.committee.sheets.book(KIM, notice)
    assert chamber.committee.sheets._results
    chamber.later(days=45)
    chamber.committee.destroyer.destroy_due()
    assert not chamber.committee.sheets._results


def test_the_background_work_destroys_at_its_start(chamber: Chamber) -> None:
    notice = marked(chamber)
    chamber.later(days=45)
    chamber.committee.open()
    chamber.committee.close()
    assert chamber.committee.notices.one(KIM, notice).row.state == "destroyed"


def test_a_fault_is_told_without_its_message_and_destroying_goes_on(
    chamber: Chamber, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    destroyer, rounds = chamber.committee.destroyer, threading.Semaphore(0)

    def broken() -> int:
        rounds.release()
        raise ZeroDivisionError(NAME)

    monkeypatch.setattr("verifier.committee.destruction.TIDY_EVERY_S", 0.001)
    monkeypatch.setattr(destroyer, "destroy_due", broken)
    destroyer.open()
    assert all(rounds.acquire(timeout=30) for _ in range(3))
    destroyer.close()
    place = f"{__name__}:{broken.__code__.co_firstlineno + 2}"
    assert {*caplog.messages} == {f"destroying what is due failed: ZeroDivisionError in {place}"}


def test_the_days_are_moved_by_an_administrator_with_a_reason(chamber: Chamber) -> None:
    notice = chamber.notice()
    notices = chamber.committee.notices
    with refused("role"):
        notices.move_decision(KIM, notice, terms=("2027-01-10", 60), reason="늦어집니다")
    with refused("reason"):
        notices.move_decision(ADMIN, notice, terms=("2027-01-10", 60), reason="")
    with refused("past"):
        notices.move_decision(ADMIN, notice, terms=("2026-01-10", 60), reason="이미")
    notices.move_decision(ADMIN, notice, terms=("2027-01-10", 60), reason="발표가 늦어집니다")
    assert notices.one(KIM, notice).last_day == date(2027, 3, 11)
    event = notices.events(ADMIN, notice)[0]
    assert (event.action, event.detail, event.reason) == ("retention_changed", "2027-03-11", "발표가 늦어집니다")


@pytest.mark.parametrize(
    ("decision_on", "days", "kind"),
    [
        ("2026-12-01", 13, "days"),
        ("2026-12-01", 181, "days"),
        ("soon", 30, "days"),
        ("2036-12-01", 30, "days"),
        ("2026-10-01", 30, "past"),
    ],
)
def test_days_that_cannot_be_are_refused(decision_on: str, days: int, kind: str) -> None:
    with pytest.raises(CommitteeRefused) as error:
        check_retention(decision_on, days, today=date(2026, 11, 21))
    assert error.value.kind == kind
    check_retention("2026-12-01", 14, today=date(2026, 11, 21))
    check_retention("2026-12-01", 180, today=date(2026, 11, 21))
    assert last_day("2026-12-01", 180) == date(2027, 5, 30)
