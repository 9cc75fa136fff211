"""What the dashboard and the page of keys and log say, and what a check of every record finds and remembers."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import get_args

import pytest

from issuer.audit.trail import Action
from issuer.audit.verifying import TrailReport, verify_trail
from issuer.bank import Bank
from issuer.errors import FileUnreadable
from issuer.staff import figures as figures_of
from issuer.staff import oversight
from issuer.staff.figures import FigureBoard, count_figures
from issuer.staff.oversight import bundle_made_at, check_records, last_check, log_facts
from issuer.web.shell import Site, Visit
from issuer.web.staff.bars import Bars, bars
from issuer.web.staff.dashboard_page import BankState, dashboard_page
from issuer.web.staff.keys_page import KeysShown, keys_page
from issuer.web.words import words
from keys.note_keys import NotePublicKey
from tests.issuer.conftest import START, URL
from tests.issuer.pages.page_world import PageWorld
from tests.issuer.staff.staff_world import StaffBrowser, StaffWorld

VISIT = Visit(Site.of(URL, "x", specimen=False, verify_url=f"{URL}/v"), "en", "/operator")


@pytest.fixture(scope="module")
def issuing(issued_bank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StaffWorld]:
    """A bank that has issued one certificate."""
    path = tmp_path_factory.mktemp("issuing") / "bank"
    copytree(issued_bank / "bank", path)
    world = StaffWorld(PageWorld(path))
    yield world
    world.bank.close()


@pytest.fixture(scope="module")
def operator(issuing: StaffWorld) -> StaffBrowser:
    return issuing.operator()


def credential_key(world: StaffWorld) -> str:
    with world.bank.store.read() as transaction:
        return next(iter(transaction.key_uses.by_key()))


def number_of(world: StaffWorld) -> str:
    with world.bank.store.read() as transaction:
        return next(transaction.traces.signed_by(credential_key(world))).number


def test_the_dashboard_counts_what_was_issued_today_and_lists_entries_with_their_table(operator: StaffBrowser) -> None:
    page = operator.get("/en/operator")
    assert re.search(r"Issued 1 1 Checked 0 0 Revoked 0 0", page.plain)
    assert "Sole-proprietor business registration 3" in page.plain
    assert re.search(r"Entries by source Defence personnel[^0-9]* 6 ", page.plain), page.plain[-1800:-900]
    assert "Longest waiting (days) Nothing is waiting." in page.plain
    assert page.text.count("<details><summary>Show as a table") == 10
    assert 'aria-hidden="true" viewBox="0 0 100 10"' in page.text


def test_only_days_of_the_last_week_count_and_each_by_its_korean_day(issuing: StaffWorld) -> None:
    counted = count_figures(issuing.bank, now=START)
    assert list(counted.issued) == [date(2026, 11, 16) + timedelta(days=n) for n in range(7)]
    assert counted.issued[date(2026, 11, 22)] == 1
    later = count_figures(issuing.bank, now=START + timedelta(days=6))
    assert next(iter(later.issued.items())) == (date(2026, 11, 22), 1)
    assert sum(count_figures(issuing.bank, now=START + timedelta(days=7)).issued.values()) == 0
    assert {each.days for each in later.delays} == {6}


def test_the_dashboard_says_how_long_issuing_took_and_what_was_refused(staff_world: StaffWorld) -> None:
    with staff_world.bank.store.write() as transaction:
        for day, times in (("2026-11-15", (90_000,)), ("2026-11-16", (300, 310, 2500)), ("2026-11-22", (400,))):
            for took_ms in times:
                transaction.issuing_counts.took(day, took_ms)
        for day, code in (
            ("2026-11-15", "clock_behind"),
            ("2026-11-20", "entry_changed"),
            ("2026-11-22", "entry_changed"),
        ):
            transaction.issuing_counts.refused(day, code)
        transaction.issuing_counts.refused("2026-11-22", "consent_missing")
    page = staff_world.operator().get("/en/operator")
    assert "Refused 2 3 Time to issue, median (s) 0.40 0.31 Time to issue, 95th percentile (s) 0.40 2.50" in page.plain
    assert "Why issuing was refused (last 7 days) entry_ changed 2 consent_ missing 1 Show" in page.plain
    assert "2026-11-16 0.31 2.50 2026-11-17 – – " in page.plain
    assert "2026-11-16 0.31 / 2.50 2026-11-17 – / – " in page.plain
    assert '<rect width="12" height="4" y="0"/><rect width="100" height="5" y="5"/>' in page.text
    assert "clock_behind" not in page.text


def test_a_bank_that_has_issued_nothing_lately_has_no_time_of_issuing(kept_world: StaffWorld) -> None:
    counted = count_figures(kept_world.bank, now=START)
    assert (counted.time_of_week, set(counted.times.values()), set(counted.refused.values())) == (None, {None}, {0})
    page = dashboard_page(VISIT, [], BankState(counted, [], {})).main
    assert "Nothing was refused in the last 7 days." in page


def test_figures_are_counted_at_most_once_a_minute_and_anew_when_the_clock_was_set_back(issuing: StaffWorld) -> None:
    board = FigureBoard(issuing.bank)
    first = board.figures(START)
    assert board.figures(START + timedelta(seconds=59)) is first
    second = board.figures(START + timedelta(seconds=60))
    assert second is not first
    assert board.figures(START) is not second


def test_keys_that_cannot_be_listed_are_a_task_and_no_fault_of_the_page(
    issuing: StaffWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(_: object) -> list[object]:
        raise FileUnreadable("damaged", file="seal.pem")

    assert count_figures(issuing.bank, now=START).keys_due == 0
    assert count_figures(issuing.bank, now=START + timedelta(days=600)).keys_due == 3
    monkeypatch.setattr(figures_of, "list_keys", unreadable)
    assert count_figures(issuing.bank, now=START).keys_due is None


def test_the_clock_of_a_server_is_compared_and_the_sentence_says_how_far_it_is(issuing: StaffWorld) -> None:
    counted = count_figures(issuing.bank, now=START)
    for skew, said in ((0.4, "Within one second"), (-7.2, "-7 seconds from"), (None, "no other clock")):
        state = BankState(replace(counted, database_skew_s=skew), ["status list 0"], {})
        assert said in dashboard_page(VISIT, [], state).main
    page = dashboard_page(VISIT, [], BankState(counted, ["status list 0"], {"recognition": 12})).main
    assert "Course recognition</span>" in page
    assert '<span class="num">12</span>' in page
    assert "status list 0" in page
    assert "Nothing to do." in page


def test_a_bar_is_as_long_as_its_part_of_the_longest_and_never_invisible_for_a_number_above_nothing() -> None:
    drawn = bars(VISIT, Bars("h", ("a", "b"), [("x", 1000), ("y", 1), ("z", 0), ("w", -1)], "none"))
    assert re.findall(r'<rect width="(\d+)"', drawn) == ["100", "1", "0", "0"]
    assert "none" in bars(VISIT, Bars("h", ("a", "b"), [], "none"))


def test_keys_are_listed_with_what_they_signed_and_changed_only_by_commands(
    issuing: StaffWorld, operator: StaffBrowser
) -> None:
    page = operator.get("/en/operator/keys").plain
    kid = credential_key(issuing)
    assert re.search(rf"credential {re.escape(kid)} ES256 plain file \(development\) signs .{{23}} 1 2028", page)
    assert "cb-issuer keys rotate" in page


def test_a_number_is_found_in_the_log_and_its_proof_is_the_one_of_the_command(
    issuing: StaffWorld, operator: StaffBrowser
) -> None:
    number = number_of(issuing)
    assert "Index 0 Logged at 2026-11-22 12:00" in operator.get(f"/en/operator/keys?number={number}").plain
    proof = operator.get(f"/operator/keys/proof?number={number}")
    assert proof.text.startswith("c2sp.org/tlog-proof@v1")
    assert proof.headers["content-disposition"] == f'attachment; filename="{number}.tlog-proof"'


@pytest.mark.parametrize("number", ["CB-2026-99999999", "", "x' or 1=1 --", "CB-2026-00000001\r\nX: y", "번호"])
def test_a_number_that_is_not_in_the_log_has_no_proof(operator: StaffBrowser, number: str) -> None:
    from urllib.parse import quote

    assert operator.get(f"/operator/keys/proof?number={quote(number)}").status == 404
    page = operator.get(f"/en/operator/keys?number={quote(number)}")
    assert ("This number is not in the log." in page.plain) == bool(number)


def test_a_dry_run_of_distrust_counts_and_changes_nothing(issuing: StaffWorld, operator: StaffBrowser) -> None:
    kid, before = credential_key(issuing), issuing.bank.folder.profile.read_bytes()
    path = f"/en/operator/keys?kid={kid}&since="
    early, late = operator.get(path + "2026-11-22T00:00:00Z"), operator.get(path + "2026-11-22T12:00:00%2B09:00")
    assert "stay valid (logged before) 0 refused (logged since) 1" in early.plain
    assert late.status == 200
    assert f"cb-issuer keys distrust {kid} --since 2026-11-22T00:00:00Z" in early.plain
    assert issuing.bank.folder.profile.read_bytes() == before


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("kid={kid}&since=", "Give a past time"),
        ("kid={kid}&since=2026-11-22", "Give a past time"),
        ("kid={kid}&since=2026-11-23T00:00:00Z", "Give a past time"),
        ("kid={kid}&since=tomorrow", "Give a past time"),
        ("kid={kid}&since=0001-01-01T00:00:00%2B23:00", "Give a past time"),
        ("kid=nothing-like-it&since=2026-11-22T00:00:00Z", "no such key"),
        ("kid={seal}&since=2026-11-22T00:00:00Z", "no such key"),
        ("kid={status}&since=2026-11-22T00:00:00Z", "no such key"),
        ("since=2026-11-22T00:00:00Z", "no such key"),
    ],
)
def test_a_dry_run_says_what_is_wrong_with_the_question(
    issuing: StaffWorld, operator: StaffBrowser, question: str, sentence: str
) -> None:
    from issuer.bank.key_ring import records

    names = {use: records(issuing.bank, use)[0].kid for use in ("seal", "status")}
    answer = operator.get(f"/en/operator/keys?{question.format(kid=credential_key(issuing), **names)}")
    assert (answer.status, sentence in answer.plain) == (422, True)


def test_a_check_is_due_until_it_was_made_and_again_after_a_week(issuing: StaffWorld, operator: StaffBrowser) -> None:
    due = "Log and audit trail are due for a check."
    assert due in operator.get("/en/operator").plain
    assert operator.send("/en/operator/keys/check").location == "/en/operator/keys"
    page = operator.get("/en/operator/keys").plain
    assert re.search(r"Verified at 2026-11-22 12:00 up to record \d+ and log entry 1 \(staff:minji@127.0.0.1\)", page)
    assert due not in operator.get("/en/operator").plain
    check = last_check(issuing.bank)
    assert check is not None
    assert not check.is_due(START + timedelta(days=6))
    assert check.is_due(START + timedelta(days=7))
    ((actor, _, _, detail),) = issuing.acts("records_checked")
    assert (actor, detail) == ("staff:minji@127.0.0.1", f"{check.trail_size} records, 0 findings")


def test_what_is_new_is_published_before_it_is_checked_and_a_passing_difference_is_not_said(
    issuing: StaffWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []

    def at_work(bank: Bank, *, key: NotePublicKey | None) -> TrailReport:
        looked.append(1)
        found = verify_trail(bank, key=key)
        return replace(found, findings=("1 records were signed",)) if len(looked) < 3 else found

    (issuing.bank.folder.log / "checkpoint").unlink(missing_ok=True)
    monkeypatch.setattr(oversight, "verify_trail", at_work)
    check = check_records(issuing.bank, now=START)
    assert (check.findings, len(looked)) == ((), 3)
    assert (issuing.bank.folder.log / "checkpoint").exists()


def test_a_changed_record_is_found_and_stays_on_the_page_and_in_the_tasks(staff_world: StaffWorld) -> None:
    operator = staff_world.operator()
    with staff_world.bank.store.write() as transaction:
        connection = transaction.audit._connection
        connection.exec_driver_sql("UPDATE audit_records SET actor = 'staff:somebody' WHERE seq = 5")
    assert operator.send("/operator/keys/check").status == 303
    page = operator.get("/en/operator/keys").plain
    assert "found problems; the first 4 records are in order" in page
    assert "record 5 is not what it was, or not in its place" in page
    assert "The check of log and audit trail found 1 problem." in operator.get("/en/operator").plain


def test_a_bank_without_log_and_bundle_says_so(issuing: StaffWorld) -> None:
    without = issuing.bank.acting_as("service")
    profile = without.profile
    try:
        without.profile = replace(profile, keys={use: uri for use, uri in profile.keys.items() if use != "log"})
        assert log_facts(without) is None
        assert check_records(without, now=START).log_size is None
    finally:
        without.profile = profile
    assert bundle_made_at(issuing.bank, now=START) is None
    page = keys_page(VISIT, KeysShown([], None, 0, None, is_check_due=True, bundle_at=None)).main
    assert "This bank has no log" in page
    assert "no published bundle" in page


def test_the_age_of_the_bundle_is_that_of_the_published_one(staff_world: StaffWorld) -> None:
    from issuer.bundling import publish_lists_and_bundle

    made = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    publish_lists_and_bundle(staff_world.bank, now=made)
    assert bundle_made_at(staff_world.bank, now=made + timedelta(hours=1)) == made
    assert "Made at 2026-11-22 12:00." in staff_world.operator().get("/en/operator/keys").plain


def test_every_act_has_words() -> None:
    assert [each for each in get_args(Action) if f"act_{each}" not in words()] == []
