"""Choosing now and going on later: it is there again, for its holder alone, sealed, and no longer than it should."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from issuer.holders.kept_choices import KEPT_FOR, kept_choice
from issuer.upkeep import Upkeep
from tests.issuer.pages.certificate_forms import CONFIRM, NEW, Form, agree, issue
from tests.issuer.pages.page_world import Browser, PageWorld, Shown

RECIPIENT = "(가상)나중에 낼 곳"


@pytest.fixture(scope="module")
def pages(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageWorld]:
    """One bank for all tests of this module: each begins by putting something aside."""
    path = tmp_path_factory.mktemp("kept") / "bank"
    shutil.copytree(founded, path)
    world = PageWorld(path)
    yield world
    world.bank.close()


@pytest.fixture(scope="module")
def holder(pages: PageWorld) -> Browser:
    """A browser of SYN-P-001, who agreed to every source."""
    return pages.holder()


def put_aside(holder: Browser, entries: list[str], **fields: str | list[str]) -> Shown:
    sent = {"entry": entries, "purpose": "hr", "days": "30", "language": "en", "shown_for": "standard", **fields}
    return holder.send(f"{NEW}/later", {"recipient": RECIPIENT, **sent, "do": "later"})


def chosen(holder: Browser) -> list[str]:
    return holder.values(NEW, "entry")


def test_a_choice_is_there_again_as_it_was_left(holder: Browser) -> None:
    first, second = chosen(holder)[:2]
    switches = Form(holder.send(NEW, {"entry": [first], "shown_for": "standard"})).switches
    hidden = next(name for name, state in switches.items() if state == "on")
    on = [name for name, state in switches.items() if state == "on" and name != hidden]
    answer = put_aside(holder, [first, second], switches=[first], shown=on)
    assert answer.status == 303
    assert answer.location == f"{NEW}?done=kept"  # nothing of the choice stands in an address
    done = holder.get(answer.location)
    assert "2026-11-22 12:00 (KST)에 저장했습니다." in done.plain
    assert Form(done).rows[first] == ""
    again = Form(holder.get(f"{NEW}?kept=open"))
    assert (again.rows[first], again.rows[second]) == ("entry", "entry")
    assert again.switches[hidden] == "off"
    assert f'value="{RECIPIENT}"' in again.shown.text
    for name, value in (("purpose", "hr"), ("language", "en")):
        assert f'name="{name}" value="{value}" checked' in again.shown.text
    assert "저장해 둔 선택" not in again.shown.plain


def test_a_later_choice_takes_the_place_of_the_earlier_and_may_be_erased(holder: Browser) -> None:
    first, second = chosen(holder)[:2]
    put_aside(holder, [first])
    put_aside(holder, [second])
    rows = Form(holder.get(f"{NEW}?kept=open")).rows
    assert (rows[first], rows[second]) == ("", "entry")
    assert "저장해 둔 선택이 있습니다" in holder.get(NEW).plain
    assert holder.send(f"{NEW}/forget").location == NEW
    assert "저장해 둔 선택" not in holder.get(NEW).plain
    assert set(Form(holder.get(f"{NEW}?kept=open")).rows.values()) == {""}


def test_issuing_erases_it_and_so_does_its_last_day(pages: PageWorld, holder: Browser) -> None:
    entry = chosen(holder)[0]
    put_aside(holder, [entry])
    issue(holder, [entry])
    assert kept_choice(pages.bank, holder.account, now=pages.now) is None
    put_aside(holder, [entry])
    account, end = holder.account, pages.now + KEPT_FOR
    assert kept_choice(pages.bank, account, now=end - timedelta(seconds=1)) is not None
    assert kept_choice(pages.bank, account, now=end) is None
    Upkeep(pages.bank, clock=lambda: end).run()
    with pages.bank.store.read() as transaction:
        assert transaction.choices.of(account, now_s=0) is None
    assert holder.sign_in().status == 303  # its session was as old


def test_closing_the_account_erases_it_and_the_export_says_it(pages: PageWorld) -> None:
    holder = pages.holder("SYN-P-003", "leaving")
    put_aside(holder, [chosen(holder)[0]])
    account = holder.account
    kept = json.loads(holder.send("/privacy/export").text)["kept_choice"]
    assert kept["kept_at"] == "2026-11-22T03:00:00Z"
    assert f"recipient={RECIPIENT}" in kept["fields"]
    assert holder.send("/privacy/export", {"form": "pdf"}).content.startswith(b"%PDF")
    holder.send("/privacy/close", {"confirmed": "yes"})
    with pages.bank.store.read() as transaction:
        assert transaction.choices.of(account, now_s=0) is None


def test_nobody_else_sees_it_and_the_database_does_not_say_it(pages: PageWorld, holder: Browser) -> None:
    entry = chosen(holder)[0]
    put_aside(holder, [entry])
    other = pages.holder("SYN-P-002", "bada")
    assert "저장해 둔 선택" not in other.get(NEW).plain
    assert RECIPIENT not in other.get(f"{NEW}?kept=open").text
    other.send(f"{NEW}/forget")
    assert RECIPIENT in holder.get(f"{NEW}?kept=open").text
    kept = b"".join(file.read_bytes() for file in pages.path.glob("bank.db*"))
    assert RECIPIENT.encode() not in kept


def test_what_another_secret_sealed_counts_as_nothing(pages: PageWorld, holder: Browser) -> None:
    put_aside(holder, [chosen(holder)[0]])
    with pages.bank.store.write() as transaction:
        stored = transaction.choices.of(holder.account, now_s=0)
        assert stored is not None
        transaction.choices.keep(replace(stored, sealed=stored.sealed[:-1] + b"\x00"))
    assert kept_choice(pages.bank, holder.account, now=pages.now) is None
    assert holder.get(f"{NEW}?kept=open").status == 200


def test_an_entry_that_is_gone_by_then_is_said_to_be(holder: Browser) -> None:
    entries = holder.values(NEW, "entry")
    put_aside(holder, entries)
    holder.send("/account/sources/withdraw", {"source": "hrdnet_training"})
    again = holder.get(f"{NEW}?kept=open")
    assert again.status == 200
    assert 'href="#f-entries"' in again.text
    left = [entry for entry, how in Form(again).rows.items() if how == "entry"]
    assert 0 < len(left) < len(entries)
    holder.send("/account/sources", {"source": "hrdnet_training"})
    assert agree(holder, Form(holder.send(CONFIRM, {"entry": left, "shown_for": "standard"}))).status == 303


def test_a_text_that_cannot_be_printed_is_not_put_aside(pages: PageWorld, holder: Browser) -> None:
    holder.send(f"{NEW}/forget")
    answer = put_aside(holder, [chosen(holder)[0]], recipient="줄\n바꿈")
    assert answer.status == 422
    assert 'href="#f-recipient"' in answer.text
    assert kept_choice(pages.bank, holder.account, now=pages.now) is None


def test_an_account_of_nobody_and_a_stranger_put_nothing_aside(pages: PageWorld) -> None:
    nobody = pages.browser()
    assert nobody.post(f"{NEW}/later", {"entry": "x"}).status == 401
    nobody.sign_up("nobody")
    assert put_aside(nobody, ["x"]).location.endswith("/identity")
