"""Pages of operators: sources and their runs, held entries, statuses of many certificates; what each role gets."""

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest

from issuer.cli.main import main
from issuer.deliveries.errors import NoteUnreadable, PageDiffers, PageUnreadable, SourceUnreachable
from issuer.errors import DeliveryUnreadable, IssuerError
from issuer.operating.held_rows import oldest_reference
from issuer.operating.status_jobs import work_name
from issuer.operating.works import OperatorWork, Works
from issuer.pulling.fetching import Outside
from issuer.pulling.settings_file import SourceSettings
from issuer.times import utc_text
from issuer.web.words import words
from keys.errors import FetchError
from keys.fetch import Fetched
from tests.issuer.conftest import START
from tests.issuer.operating.test_sources_and_held_rows import HELD
from tests.issuer.pages.page_world import PageWorld
from tests.issuer.pulling.conftest import ASKED, SOURCE
from tests.issuer.staff.staff_world import StaffBrowser, StaffWorld

NUMBER = "CB-2026-00000001"
ORDER = {"action": "suspend", "slug": "under_review", "numbers": NUMBER, "reason": "a call"}
STATUSES = "/operator/statuses"
PAGES = (
    "/operator/sources",
    f"/operator/sources/{SOURCE}",
    "/operator/sources/persons",
    "/operator/runs/1",
    "/operator/held",
    STATUSES,
)
FORMS = (
    f"/operator/sources/{SOURCE}/run",
    f"/operator/sources/{SOURCE}/stop",
    f"{STATUSES}/dry-run",
    f"{STATUSES}/begin",
)


def made(issued_bank: Path, folder: Path) -> StaffWorld:
    """A bank with one certificate, and two held entries of one reference; one is its holder's record of another source.

    One source can be asked; it is one that nobody reaches.
    """
    path = folder / "bank"
    shutil.copytree(issued_bank / "bank", path)
    file = folder / "consigned.csv"
    file.write_text(HELD + "SYN-P-001,HRDK,x,기사,1,someday,valid\n", "utf-8")
    with redirect_stdout(StringIO()):
        main(["import", "consigned_qualifications", str(file), "--data", str(path)], clock=lambda: START)
    works = Works()
    outside = Outside(lambda: START, works.stop.wait, lambda: 0.0, lambda asked: _Nobody())
    operating = OperatorWork(works, SourceSettings({SOURCE: replace(ASKED, tries=1)}), outside)
    return StaffWorld(PageWorld(path, operating=operating))


@pytest.fixture
def operated(issued_bank: Path, tmp_path: Path) -> Iterator[StaffWorld]:
    world = made(issued_bank, tmp_path)
    yield world
    world.pages.desk.operating.works.end()
    world.bank.close()


@pytest.fixture(scope="module")
def looked_at(issued_bank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StaffWorld]:
    """The same for tests that change nothing."""
    world = made(issued_bank, tmp_path_factory.mktemp("looked"))
    yield world
    world.bank.close()


@pytest.fixture(scope="module")
def looking(looked_at: StaffWorld) -> StaffBrowser:
    return looked_at.operator()


class _Nobody:
    """A door behind which nobody answers."""

    def get_if_changed(self, url: str, *, accept: str, max_bytes: int, etag: str | None) -> Fetched:
        raise FetchError("nobody there", kind="connect")


def run_number(browser: StaffBrowser) -> str:
    found = re.search(r"/operator/runs/([0-9]+)", browser.get("/operator/sources/consigned_qualifications").text)
    return found[1] if found else ""


def status(world: StaffWorld) -> str:
    with world.bank.store.read() as transaction:
        found = transaction.certificates.certificate(NUMBER)
    return "" if found is None else found.status


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    return found[1] if found else ""


def begin(world: StaffWorld, operator: StaffBrowser, count: str = "1", **fields: str) -> str:
    """Dry run and beginning; answer the path of the job after its end, or the page that says why not."""
    tried = operator.send(f"{STATUSES}/dry-run", {**ORDER, **fields})
    begun = operator.send(f"{STATUSES}/begin", {**ORDER, **fields, "code": hidden(tried.text, "code"), "count": count})
    if begun.status != 303:
        return begun.plain
    world.pages.desk.operating.works.wait(work_name(int(begun.location.rpartition("/")[2])))
    return begun.location


def test_each_role_gets_what_is_its_own(operated: StaffWorld) -> None:
    operator, auditor, university = operated.operator(), operated.auditor(), operated.university()
    holder = operated.pages.browser()
    for path in (*PAGES, *(f"/en{path}" for path in PAGES)):
        assert (operator.get(path).status, auditor.get(path).status, university.get(path).status) == (200, 200, 404)
        assert holder.get(path).status == 303
    for path in (*PAGES[:2], "/operator/held", STATUSES):  # whoever only reads is offered nothing to press
        assert 'method="post" action="/operator/s' not in auditor.get(path).text.replace("/operator/sign-out", "")
    for path in FORMS:
        assert (auditor.send(path).status, university.send(path).status, operator.post(path).status) == (404, 404, 403)


@pytest.mark.parametrize(
    "path",
    [
        "/operator/sources/nowhere",
        "/operator/runs/999",
        "/operator/runs/x",
        "/operator/runs/x/rejected.csv",
        "/operator/runs/99999999999999999999",
        "/operator/held/zz",
        f"{STATUSES}/9",
        f"{STATUSES}/x",
    ],
)
def test_what_is_not_there_is_a_missing_page(looking: StaffBrowser, path: str) -> None:
    assert looking.get(path).status == 404


def test_sources_and_a_run_with_its_rejected_rows(looking: StaffBrowser) -> None:
    listed = looking.get("/en/operator/sources").plain
    assert "HRD" in listed
    assert "late" in listed  # the source that is asked has never answered
    assert "48 hours" in listed
    number = run_number(looking)
    shown = looking.get(f"/en/operator/runs/{number}")
    assert "acquired_date" in shown.plain
    assert "someday" not in shown.text
    given = looking.get(f"/operator/runs/{number}/rejected.csv")
    assert given.headers["content-disposition"].endswith(f'filename="run-{number}.csv"')
    assert given.text.splitlines()[0] == "file,line,item,field,rule"
    assert given.text.splitlines()[1].startswith("consigned.csv,4,3,acquired_date,")
    assert "SYN-P" not in given.text


def test_the_dashboard_says_how_long_the_oldest_held_entry_has_waited(
    looked_at: StaffWorld, looking: StaffBrowser
) -> None:
    assert oldest_reference(looked_at.bank) == utc_text(START)
    assert "Longest waiting (days) Held entries 0" in looking.get("/en/operator").plain


def test_a_source_of_files_that_are_older_than_promised_is_late_on_both_pages_and_a_task(
    founded: Path, tmp_path: Path
) -> None:
    shutil.copytree(founded, tmp_path / "promised")
    work = OperatorWork(sources=SourceSettings(files={"persons": 24}))
    world = StaffWorld(PageWorld(tmp_path / "promised", operating=work))
    world.pages.now += timedelta(hours=24)
    operator = world.operator()
    assert "waits for a decision" not in operator.get("/en/operator").plain
    world.pages.now += timedelta(hours=1)
    operator.sign_in()
    dashboard, page = operator.get("/en/operator").plain, operator.get("/en/operator/sources/persons").plain
    assert "1 source fails, is late or waits for a decision." in dashboard
    assert re.search(r"Delay by source .* Identity register \(late\) 1 ", dashboard)
    assert dashboard.count("(late)") == 2  # bar and table
    assert re.search("State late .* Lag 25 hours Promise 24 hours", page), page
    world.bank.close()


def test_a_source_is_run_again_with_a_reason_and_its_failure_is_a_task(operated: StaffWorld) -> None:
    operator = operated.operator()
    path = f"/operator/sources/{SOURCE}"
    assert operator.send(f"{path}/run").status == 422
    answer = operator.send_with_reason(f"{path}/run")
    assert answer.location == f"{path}?said=begun"
    operated.pages.desk.operating.works.wait(f"source {SOURCE}")
    shown = operator.get(f"{path}?said=begun").plain
    assert "가져오기를 시작했습니다" in shown
    assert "실패" in shown
    assert operated.acts("source_run_asked") == [("staff:minji@127.0.0.1", None, SOURCE, "a test")]
    assert "출처가 1곳 있습니다" in operator.get("/operator").plain
    assert operator.send_with_reason(f"{path}/stop").location == f"{path}?said=idle"
    (run,) = re.findall(r'href="/operator/runs/([0-9]+)"', operator.get(path).text)[:1]
    assert (
        "출처가 답하지 않았거나 너무 늦게 답했습니다. 잃은 것은 없으며" in operator.get(f"/operator/runs/{run}").plain
    )


@pytest.mark.parametrize("error", [SourceUnreachable, NoteUnreadable, PageDiffers, PageUnreadable, DeliveryUnreadable])
def test_each_way_in_which_a_source_is_down_slow_or_lying_has_a_plain_sentence(error: type[IssuerError]) -> None:
    assert f"op_run_{error.code}" in words()


def test_a_source_that_somebody_asks_is_stopped_and_not_begun_again(operated: StaffWorld) -> None:
    operator, path = operated.operator(), f"/operator/sources/{SOURCE}"
    now_s = int(operated.pages.now.timestamp())
    with operated.bank.store.write() as transaction:
        transaction.pulls.hold(SOURCE, "other", now_s=now_s, until_s=now_s + 300)
    assert 'http-equiv="refresh"' in operator.get(path).text
    assert operator.send_with_reason(f"{path}/run").location == f"{path}?said=busy"
    assert operator.send(f"{path}/stop").status == 422
    assert operator.send_with_reason(f"{path}/stop").location == f"{path}?said=stop"
    with operated.bank.store.read() as transaction:
        assert transaction.pulls.should_stop(SOURCE, "other")
    assert [subject for _, _, subject, _ in operated.acts("source_run_stopped")] == [SOURCE]


def test_a_source_that_delivers_files_cannot_be_run(looking: StaffBrowser) -> None:
    answer = looking.send_with_reason("/operator/sources/military/run")
    assert (answer.status, "파일로 보냅니다" in answer.plain) == (409, True)


def held_path(operator: StaffBrowser) -> str:
    """The address of one of the held entries; each is, or looks like, a record of the holder."""
    text = operator.get("/operator/held").text
    return str(sorted(re.findall(r'href="(/operator/held/[0-9a-f]{32})"', text))[0])


def test_held_entries_hide_what_they_say_until_one_is_opened_with_a_reason(operated: StaffWorld) -> None:
    operator = operated.operator()
    assert "정보처리기사" not in operator.get("/operator/held").text
    path = held_path(operator)
    assert "정보처리기사" not in operator.get(path).text
    assert operator.send(f"{path}/open").status == 422
    assert operated.acts("held_entries_read") == []
    opened = operator.send_with_reason(f"{path}/open")
    assert opened.plain.count("정보처리기사") >= 2
    assert "에 연결" in opened.plain
    reads = operated.acts("held_entries_read")
    assert {(who, why) for who, _, _, why in reads} == {("staff:minji@127.0.0.1", "a test")}
    assert len({account for _, account, _, _ in reads}) == 2


def test_a_held_entry_is_left_or_given_and_wrong_names_give_nothing(operated: StaffWorld) -> None:
    operator = operated.operator()
    path = held_path(operator)
    assert "1건" in operator.get("/operator/sources").plain
    assert operator.send(f"{path}/decide", {"do": "leave"}).status == 422
    assert operator.send_with_reason(f"{path}/decide", {"do": "leave"}).location == "/operator/held?done=left"
    assert "a test" in operator.get("/operator/held?done=left").plain
    for order in ({"do": "give", "person": "SYN-P-999"}, {"do": "account zz"}):
        wrong = operator.send_with_reason(f"{path}/decide", order)
        assert (wrong.status, "아무것도 바뀌지 않았습니다" in wrong.plain) == (422, True)
    assert operator.send_with_reason(f"{path}/decide", {"do": "something"}).status == 404
    given = operator.send_with_reason(f"{path}/decide", {"do": "give", "person": "SYN-P-001"})
    assert given.location == "/operator/held?done=given"
    assert "보류된 항목이 없습니다" in operator.get("/operator/held").plain
    assert operator.send_with_reason(f"{path}/open").status == 409


def test_enter_in_a_field_of_a_held_entry_gives_nothing_to_anybody(operated: StaffWorld) -> None:
    operator = operated.operator()
    opened = operator.send_with_reason(f"{held_path(operator)}/open").text
    form = opened.partition('/decide"')[2]
    first = re.search(r"<button[^>]*value=\"([^\"]*)\"", form)
    assert first is not None
    assert first[1] == "leave"


def test_a_dry_run_says_everything_and_changes_nothing(operated: StaffWorld) -> None:
    operator = operated.operator()
    shown = operator.send(f"/en{STATUSES}/dry-run", ORDER)
    assert shown.status == 200
    for said in ("1 certificate would be suspended", "Nothing was changed", NUMBER, "bytes", "Suspend 1", "1 sample"):
        assert said in shown.plain, said
    assert status(operated) == "valid"
    ((who, account, _, why),) = operated.acts("statuses_rehearsed")
    assert (who, why) == ("staff:minji@127.0.0.1", "a call")
    assert account is not None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"action": ""}, "Choose one of revoke"),
        ({"action": "delete"}, "Choose one of revoke"),
        ({"slug": "weather"}, "Choose a kind of reason"),
        ({"numbers": ""}, "nothing does not mean all"),
        ({"numbers": " ".join(map(str, range(20_001)))}, "Too many numbers"),
        ({"numbers": "CB-2026-99999999"}, "No certificate has the number CB-2026-99999999"),
        ({"account": "zz"}, "No single account"),
        ({"record": "nowhere"}, "0 entries have this record id"),
        ({"key": "nothing-like-it"}, "No single key"),
        ({"issued_from": "yesterday"}, "Write Korean time"),
        ({"issued_until": "tomorrow"}, "Write Korean time"),
        ({"reason": " "}, "Give a reason"),
    ],
)
def test_an_order_that_cannot_be_read_says_where(
    looked_at: StaffWorld, looking: StaffBrowser, fields: dict[str, str], said: str
) -> None:
    shown = looking.send(f"/en{STATUSES}/dry-run", {**ORDER, **fields})
    assert shown.status == 422
    assert re.search(said, shown.plain), shown.plain[:400]
    begun = looking.send(f"/en{STATUSES}/begin", {**ORDER, **fields, "count": "1"})
    assert (begun.status, status(looked_at)) == (422, "valid")


def test_numbers_on_several_lines_come_back_as_they_were_typed(looking: StaffBrowser) -> None:
    typed = f"{NUMBER}\r\nCB-2026-99999999"
    shown = looking.send(f"{STATUSES}/dry-run", {**ORDER, "numbers": typed})
    assert shown.status == 422
    assert f">\n{NUMBER}\nCB-2026-99999999</textarea>" in shown.text


def test_only_the_right_number_begins_the_job_and_the_holder_can_see_it(operated: StaffWorld) -> None:
    operator = operated.operator()
    for count in ("", "2", "one", "-1", "١"):
        assert "아무것도 바뀌지 않았습니다" in begin(operated, operator, count), count
        assert status(operated) == "valid"
    path = begin(operated, operator)
    assert (path, status(operated)) == (f"{STATUSES}/1", "suspended")
    shown = operator.get(path).plain
    assert "1 / 1" in shown
    assert "a call" in shown
    assert "상태 변경 작업 1" in shown
    ((who, account, subject, detail),) = operated.acts("certificate_status_changed")
    assert (who, subject, detail) == ("staff:minji@127.0.0.1", NUMBER, "suspended under_review: a call")
    assert account is not None
    assert NUMBER not in operated.auditor().get(path).plain
    assert operator.send(path).status == 422
    result = operator.send_with_reason(path, {"do": "result"})
    assert result.headers["content-disposition"].endswith('filename="status-job-1.csv"')
    assert f"{NUMBER},valid,suspended,changed," in result.text
    assert [detail for _, _, _, detail in operated.acts("status_job_read")] == ["a test"]
    assert operator.send_with_reason(path, {"do": "else"}).status == 404


def test_a_revoked_certificate_is_not_reinstated_and_the_page_says_so(operated: StaffWorld) -> None:
    operator = operated.operator()
    assert begin(operated, operator, action="revoke") == f"{STATUSES}/1"
    shown = operator.send(f"{STATUSES}/dry-run", {**ORDER, "action": "reinstate"})
    assert "취소는 되돌릴 수 없어" in shown.plain
    assert 'action="/operator/statuses/begin"' not in shown.text
    assert "바뀔 인정서가 없습니다" in begin(operated, operator, "0", action="reinstate")
    assert status(operated) == "revoked"


def test_a_job_is_stopped_and_gone_on_with(operated: StaffWorld) -> None:
    operator = operated.operator()
    operated.pages.desk.operating.works.begin(work_name(1), (gate := threading.Event()).wait)
    tried = operator.send(f"{STATUSES}/dry-run", ORDER)
    fields = {**ORDER, "code": hidden(tried.text, "code"), "count": "1"}
    path = operator.send(f"{STATUSES}/begin", fields).location  # the job waits: work of its name goes on
    shown = operator.get(path)
    assert 'http-equiv="refresh"' in shown.text
    assert "0 / 1" in shown.plain
    assert "작업이 1건 있습니다" in operator.get("/operator").plain
    assert operator.send_with_reason(path, {"do": "stop"}).location == path
    gate.set()
    operated.pages.desk.operating.works.wait(work_name(1))
    assert (status(operated), "멈춤" in operator.get(path).plain) == ("valid", True)
    operator.send_with_reason(path, {"do": "go_on"})
    operated.pages.desk.operating.works.wait(work_name(1))
    assert status(operated) == "suspended"


def test_a_run_that_was_held_back_says_what_it_would_have_taken_away(operated: StaffWorld) -> None:
    file = operated.pages.path.parent / "military.json"
    for content in ('{"duties": [], "qualifications": []}', "{"):
        file.write_text(content, "utf-8")
        operated.pages.now += timedelta(hours=1)
        complete = ["import", "military", str(file), "--complete", "--data", str(operated.pages.path)]
        with redirect_stdout(StringIO()):
            main(complete, clock=lambda: operated.pages.now)
    operator = operated.operator()
    numbers = re.findall(r'href="/operator/runs/([0-9]+)"', operator.get("/operator/sources/military").text)
    refused, held = (operator.get(f"/en/operator/runs/{number}").plain for number in numbers[:2])
    assert "The file is no delivery of this source. Nothing was taken. Why: delivery_unreadable" in refused
    assert "It would withdraw 6 of 6 records" in held
    assert "--accept" in held
