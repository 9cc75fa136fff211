"""The panel after consent: each source as far as it is known, slow, down or lying; nobody waits and nothing is lost."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from issuer.deliveries.ages import Promises
from issuer.deliveries.reconciling import Allowance
from issuer.holders.collecting_consents import SourceState, source_states
from issuer.operating.holder_collecting import ASKED_AGAIN_AFTER, ask_for_news, collecting_of
from issuer.operating.works import OperatorWork
from issuer.times import utc_text
from issuer.web.collecting_panel import collecting_panel
from issuer.web.shell import Visit
from keys.errors import FetchError
from tests.issuer.pages.collecting_world import LATER, NAME, Asking
from tests.issuer.pages.page_world import Browser, PageWorld
from tests.issuer.pulling.conftest import ASKED, SOURCE

SOURCES = "/account/sources"
OTHER = "qnet_qualifications"


@pytest.fixture
def asking() -> Iterator[Asking]:
    made = Asking()
    yield made
    made.open.set()
    made.works.end()


@pytest.fixture
def world(asking: Asking, founded: Path, tmp_path: Path) -> Iterator[PageWorld]:
    shutil.copytree(founded, tmp_path / "bank")
    made = PageWorld(tmp_path / "bank", operating=asking.operating, now=LATER)
    asking.world = made
    yield made
    asking.open.set()
    asking.works.end()
    made.bank.close()


@pytest.fixture
def holder(world: PageWorld) -> Browser:
    return world.holder(agrees=False)


def agree(holder: Browser, *sources: str) -> str:
    return holder.send(SOURCES, {"source": [*(sources or (SOURCE, OTHER))]}).location


def row(holder: Browser, name: str = NAME, path: str = SOURCES) -> str:
    """What the panel says of one source."""
    plain = holder.get(path).plain
    assert name in plain
    return plain.partition(name)[2].partition("철회" if not path.startswith("/en") else "Withdraw")[0]


def test_a_slow_source_holds_nobody_up_and_is_followed_without_scripts(
    world: PageWorld, asking: Asking, holder: Browser
) -> None:
    asking.open.clear()
    assert agree(holder) == f"{SOURCES}?done=collected"
    page = holder.get(SOURCES)
    assert "가져오는 중" in row(holder)
    assert "이 화면을 닫아도 계속됩니다." in row(holder)
    assert "2곳 가운데 1곳 끝남" in page.plain
    assert "2026-11-22 기준" in row(holder)  # what was there before stands
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page.text
    assert "progress.js" in page.text
    assert "정보처리기사" in holder.get("/account").plain  # the account opens meanwhile
    asking.open.set()
    asking.ended()
    page = holder.get(SOURCES)
    assert "가져옴" in row(holder)
    assert ("http-equiv" in page.text, "progress.js" in page.text) == (False, False)
    assert "곳 끝남" not in page.plain


def test_the_pages_that_were_taken_are_counted_only_when_they_are_known(world: PageWorld, holder: Browser) -> None:
    agree(holder, OTHER)
    now_s = int(world.now.timestamp())
    with world.bank.store.write() as transaction:
        assert transaction.pulls.hold(OTHER, "somebody", now_s=now_s, until_s=now_s + 60)
    assert "지금 묻고 있습니다." in holder.get(SOURCES).plain
    with world.bank.store.write() as transaction:
        run = transaction.pulls.begin_run(OTHER, actor="service", at=utc_text(world.now))
    assert "<progress" not in holder.get(SOURCES).text
    with world.bank.store.write() as transaction:
        transaction.pulls.update_run(run, pages=7, pages_taken=3)
    page = holder.get(SOURCES)
    assert '<progress max="7" value="3" aria-label="7쪽 가운데 3쪽">' in page.text
    world.now += timedelta(seconds=61)  # whoever asked it is gone, and did not say how it ended
    assert "가져오는 중" not in holder.get(SOURCES).plain


def test_a_source_that_is_down_is_said_with_the_time_of_the_next_try(
    world: PageWorld, asking: Asking, holder: Browser
) -> None:
    def down(_: int) -> None:
        raise FetchError("no way", kind="connect")

    asking.door.before = down
    before = len(holder.get("/account").plain)
    agree(holder)
    asking.ended()
    said = row(holder)
    assert "연결되지 않음" in said
    assert "2026-11-22 13:00 (KST)에 물었으나 답이 없었습니다. 앞서 받은 것은 그대로 있습니다." in said
    assert "2026-11-22 13:05 (KST) 뒤에 다시 묻습니다." in said
    assert "1건 · 2026-11-22 기준" in said
    assert len(holder.get("/account").plain) > before
    english = holder.get(f"/en{SOURCES}").plain
    assert "no answer" in english
    assert "It did not answer at 2026-11-22 13:00 (KST)." in english


@pytest.mark.parametrize("fault", ["broken-note", "half-a-page", "other-format", "future"])
def test_a_source_that_lies_is_not_believed_and_its_entries_stay(
    world: PageWorld, asking: Asking, holder: Browser, fault: str
) -> None:
    asking.stub.fault = fault
    agree(holder)
    asking.ended()
    said = row(holder)
    assert "새 자료를 받지 않음" in said
    assert "약속한 것과 달라 받지 않았습니다. 앞서 받은 것은 그대로 있습니다." in said
    assert "1건 · 2026-11-22 기준" in said
    assert "공공데이터 분석 실무" in holder.get("/account").plain


def test_a_delivery_that_takes_too_much_away_waits_for_somebody(
    world: PageWorld, asking: Asking, holder: Browser
) -> None:
    asking.stub.fault = "vanished"
    work = world.desk.operating
    strict = replace(work, sources=replace(work.sources, asked={SOURCE: replace(ASKED, allowance=Allowance(1, 0))}))
    assert ask_for_news(world.bank, strict, [SOURCE], now=world.now) == [SOURCE]
    asking.ended()
    agree(holder)
    said = row(holder)
    assert "담당자가 확인 중" in said
    assert "앞서 받은 것이 그대로 있습니다." in said
    assert "뒤에 다시 묻습니다" not in said


def test_a_source_that_never_delivered_and_one_that_is_late_say_only_that(world: PageWorld, holder: Browser) -> None:
    agree(holder)
    account = holder.account
    with world.bank.store.read() as transaction:
        states = source_states(transaction, account, promises=Promises(), now=world.now)
    found = {each.id: each for each in states if each.consented_at}
    shown = {
        "waiting": replace(found[OTHER], delivered_at=None, as_of=None, entries=0),
        "late": replace(found[OTHER], is_late=True),
        "done": replace(found[OTHER], entries=0),
    }
    said = {name: panel(world, each) for name, each in shown.items()}
    assert "아직 자료 없음" in said["waiting"]
    assert "아직 아무것도 보내지 않았습니다." in said["waiting"]
    assert "내 기록 없음" not in said["waiting"]  # nothing came, so nobody knows
    assert "수집 지연" in said["late"]
    assert "온 자료에 내 기록 없음 · 2026-11-22 기준" in said["done"]
    assert 'href="/help/missing"' in said["done"]
    assert not any("가져오는 중" in each for each in said.values())


def panel(world: PageWorld, state: SourceState) -> str:
    (one,) = collecting_of(world.bank, OperatorWork(), [state], now=world.now)
    return str(collecting_panel(Visit(world.desk.site, "ko", SOURCES), [one]))


def test_a_source_is_asked_once_however_many_agree_and_again_only_after_a_while(
    world: PageWorld, asking: Asking, holder: Browser
) -> None:
    agree(holder)
    asking.ended()
    first = len(asking.door.questions)
    assert first > 0
    other = world.holder("SYN-P-002", "other", agrees=False)
    agree(other)
    assert holder.send(f"{SOURCES}/again").location == f"{SOURCES}?done=lately"
    assert "지금은 다시 물을 출처가 없습니다." in holder.get(f"{SOURCES}?done=lately").plain
    assert "새로 가져오기" not in holder.get(SOURCES).plain
    asking.ended()
    assert len(asking.door.questions) == first
    world.now += ASKED_AGAIN_AFTER
    assert "새로 가져오기" in holder.get(SOURCES).plain
    assert holder.send(f"{SOURCES}/again").location == f"{SOURCES}?done=asked"
    asking.ended()
    assert len(asking.door.questions) == first + 1  # the note has not changed
    assert "가져옴" in row(holder)


def test_only_sources_that_were_agreed_to_are_asked(world: PageWorld, asking: Asking, holder: Browser) -> None:
    agree(holder, OTHER)
    assert holder.send(f"{SOURCES}/again").location == f"{SOURCES}?done=lately"
    assert asking.door.questions == []
    assert "새로 가져오기" not in holder.get(SOURCES).plain
    agree(holder, OTHER)  # a consent that stands already asks nobody, either
    assert asking.door.questions == []


def test_nobody_and_an_account_of_nobody_ask_no_source(world: PageWorld, asking: Asking) -> None:
    assert world.browser().post(f"{SOURCES}/again").status == 401
    empty = world.browser()
    empty.sign_up("empty")
    assert empty.send(f"{SOURCES}/again").location == "/identity"
    assert asking.door.questions == []


def test_the_way_to_an_account_is_shown_until_the_first_consent(world: PageWorld) -> None:
    browser = world.browser()
    steps = [("/sign-up", "아이디")]
    assert 'aria-current="step"><i aria-hidden="true">1</i>아이디' in browser.get(steps[0][0]).text
    browser.sign_up("walker")
    assert 'aria-current="step"><i aria-hidden="true">2</i>본인확인' in browser.get("/identity").text
    browser.link("SYN-P-001")
    assert 'aria-current="step"><i aria-hidden="true">3</i>동의' in browser.get(SOURCES).text
    agree(browser, OTHER)
    assert 'aria-current="step"' not in browser.get(SOURCES).text


def test_signing_in_says_what_is_needed_and_what_is_kept(world: PageWorld) -> None:
    for path in ("/sign-in", "/sign-up"):
        plain = world.browser().get(path).plain
        assert plain.index("무엇이 필요합니까?") < plain.index("무엇을 저장합니까?")
