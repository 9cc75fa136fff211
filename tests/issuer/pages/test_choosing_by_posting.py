"""Choosing by a job posting: what its rules use is ticked, and nothing else; what it may earn is the holder's alone."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from credential_schemas.criteria.own_check import own_score
from credential_schemas.criteria.values import number_text
from issuer.accounts.account import AccountEntry, show_account
from issuer.api.pages.opening import Ways
from issuer.postings import Posting, read_postings, used_by, whole_entry
from tests.issuer.pages.certificate_forms import NEW, Form, agree, go_on, pick
from tests.issuer.pages.page_world import Browser, PageWorld, people

ROOT = Path(__file__).resolve().parents[3]
ID = "ts-2026-01"
BY = f"{NEW}?posting={ID}"
OWN = "본인 계산"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "postings"
    (folder / ID).mkdir(parents=True)
    shutil.copy(ROOT / "verifier/policies/published/ts-hiring-criteria-1.0.0.yaml", folder / ID / "policy.yaml")
    shutil.copy(ROOT / "examples/scoring/notice.json", folder / ID / "notice.json")
    return folder


@pytest.fixture
def posting(folder: Path) -> Posting:
    return read_postings(folder)[ID]


@pytest.fixture
def pages(founded: Path, tmp_path: Path, folder: Path) -> Iterator[PageWorld]:
    path = tmp_path / "bank"
    shutil.copytree(founded, path)
    world = PageWorld(path, ways=Ways(test_persons=people(), postings=read_postings(folder)))
    yield world
    world.bank.close()


@pytest.fixture
def entries(pages: PageWorld, holder: Browser) -> list[AccountEntry]:
    with pages.bank.store.read() as transaction:
        return list(show_account(pages.bank, transaction, holder.account).entries)


def ticked(form: Form) -> set[str]:
    return {entry for entry, how in form.rows.items() if how == "entry"}


def by_posting(browser: Browser, form: Form, entries: list[str], **more: str) -> Form:
    """Send the page as the posting filled it in."""
    return pick(browser, entries, posting=ID, **form.fields, **more)


def test_without_a_posting_nothing_is_ticked_and_nothing_calculated(holder: Browser) -> None:
    form = Form(holder.get(NEW))
    assert ticked(form) == set()
    assert OWN not in form.shown.plain
    assert "2026년 상반기 신규직 행정 채용 공고 (예시)" in form.shown.plain
    assert f'name="by" value="{ID}"' in form.shown.text


def test_a_posting_ticks_what_its_rules_use_and_no_more(
    holder: Browser, entries: list[AccountEntry], posting: Posting
) -> None:
    form, used = Form(holder.get(BY)), used_by(posting, entries)
    assert ticked(form) == set(used)
    in_force = {entry.id for entry in entries if entry.in_force}
    assert set() < set(used) < in_force
    rows = form.shown.plain.partition("공개할 항목")[2].partition(OWN)[0]
    assert rows.count("담당자가 판단합니다") + rows.count("정보처리기사: ") >= 1


def test_only_the_fields_that_its_rules_read_are_shown(
    holder: Browser, entries: list[AccountEntry], posting: Posting
) -> None:
    form, used = Form(holder.get(BY)), used_by(posting, entries)
    on = {name for name, state in form.switches.items() if state == "on"}
    assert on <= {f"{entry}.{field}" for entry, fields in used.items() for field in fields}
    default = Form(holder.get(NEW))
    everything = pick(holder, [*used], **default.fields)
    assert on < {name for name, state in everything.switches.items() if state == "on"}


def test_the_calculation_is_of_what_would_be_shown_and_follows_the_choice(
    holder: Browser, entries: list[AccountEntry], posting: Posting
) -> None:
    form = Form(holder.get(BY))
    first = form.shown.plain
    assert OWN in first
    assert "저장하거나 보내지 않으며 인정서에 담기지 않습니다" in first
    fewer = by_posting(holder, form, sorted(ticked(form))[:1]).shown.plain
    assert OWN in fewer
    assert fewer.partition(OWN)[2] != first.partition(OWN)[2]
    none = by_posting(holder, form, []).shown.plain
    assert "항목을 선택하면 계산합니다." in none


def test_the_points_are_those_of_the_engine(holder: Browser, pages: PageWorld, posting: Posting) -> None:
    """The same entries as read back from the certificate that is then issued earn the same."""
    form = Form(holder.get(BY))
    confirm = go_on(holder, sorted(ticked(form)), posting=ID, **form.fields)
    answer = agree(holder, confirm)
    number = answer.location.rpartition("/")[2]
    shown = holder.get(f"/certificates/{number}").plain
    assert OWN not in shown
    with pages.bank.store.read() as transaction:
        account = show_account(pages.bank, transaction, holder.account)
    score = own_score(
        posting.policy, posting.notice, [whole_entry(each) for each in account.entries if each.id in ticked(form)]
    )
    assert score.range is not None
    least, most = score.range
    assert least < most  # people decide some of it
    total = f"{number_text(least)}–{number_text(most)}"
    assert total in form.shown.plain.partition(OWN)[2]


def test_what_people_decide_is_told_by_titles(holder: Browser, entries: list[AccountEntry]) -> None:
    own = Form(holder.get(BY)).shown.plain.partition(OWN)[2]
    told = own.partition("사람이 정할 것")[2]
    assert "품질경영: 담당자가 판단합니다 (직무와 관련이 있는지)" in told
    assert "자기소개서" in told
    assert not any(entry.id in own for entry in entries)


def test_nothing_of_the_calculation_is_recorded(holder: Browser, pages: PageWorld) -> None:
    before = pages.actions(holder.account)
    holder.get(BY)
    assert [each for each in pages.actions(holder.account) if each not in before] == []


def test_the_posting_goes_along_to_the_second_page_and_back(holder: Browser) -> None:
    form = Form(holder.get(BY))
    confirm = go_on(holder, sorted(ticked(form)), posting=ID, **form.fields)
    assert confirm.hidden["posting"] == [ID]
    assert OWN not in confirm.shown.plain
    again = Form(holder.send(NEW, confirm.hidden))
    assert (ticked(again), OWN in again.shown.plain) == (ticked(form), True)


def test_a_choice_put_aside_comes_back_without_its_posting(holder: Browser) -> None:
    form = Form(holder.get(BY))
    sent = {"entry": sorted(ticked(form)), "posting": ID, "shown_for": "standard", **form.fields}
    assert holder.send(f"{NEW}/later", sent).status == 303
    again = Form(holder.get(f"{NEW}?kept=open"))
    assert (ticked(again), OWN in again.shown.plain) == (ticked(form), False)


@pytest.mark.parametrize("name", ["nothing", "../ts-2026-01", "TS-2026-01", "ts-2026-01/", "%00", "<b>"])
def test_a_posting_that_nobody_laid_ready_is_not_found(holder: Browser, name: str) -> None:
    assert holder.get(f"{NEW}?posting={name}").status == 404


def test_enter_key_presses_no_posting(holder: Browser) -> None:
    text = holder.get(NEW).text.partition('<form id="pick"')[2]
    first = text.partition("<button")[2].partition(">")[0]
    assert 'value="confirm"' in first
    assert text.count('name="by"') == 1


def test_button_of_a_posting_keeps_what_was_filled_in(holder: Browser) -> None:
    form = pick(holder, [], by=ID, recipient="(가상)기관", days="30", language="en", purpose="hr")
    assert ticked(form) == ticked(Form(holder.get(BY)))
    assert 'value="(가상)기관"' in form.shown.text
    assert '<option value="30" selected>' in form.shown.text


OTHER = "ts-2026-02"


@pytest.fixture
def two(folder: Path) -> None:
    """A second posting beside the first."""
    shutil.copytree(folder / ID, folder / OTHER)


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("typed", [{}, {"blind": "yes", "shown_for": "blind", "applicant_no": "A-17"}])
def test_another_posting_keeps_what_was_filled_in(
    founded: Path, tmp_path: Path, folder: Path, typed: dict[str, str]
) -> None:
    path = tmp_path / "second"
    shutil.copytree(founded, path)
    world = PageWorld(path, ways=Ways(test_persons=people(), postings=read_postings(folder)))
    filled = {"recipient": "(가상)기관", "days": "30", "language": "en", "purpose": "hr", **typed}
    form = pick(world.holder(), [], posting=ID, by=OTHER, **filled)
    world.bank.close()
    assert f'name="posting" value="{OTHER}"' in form.shown.text
    for kept in ('value="(가상)기관"', '<option value="30" selected>', 'value="hr" checked', 'value="en" checked'):
        assert kept in form.shown.text
    assert ('value="A-17"' in form.shown.text) == bool(typed)


@pytest.mark.parametrize("fields", [{"posting": "gone"}, {"by": "gone"}, {"by": "../x"}])
def test_a_posting_that_is_gone_is_said_and_the_choice_stays(
    holder: Browser, entries: list[AccountEntry], fields: dict[str, str]
) -> None:
    form = pick(holder, [entries[0].id], **fields)
    assert "그 채용공고는 더 이상 없습니다." in form.shown.plain
    assert OWN not in form.shown.plain
    assert ticked(form) == {entries[0].id}


def test_entries_of_another_holder_are_never_ticked(pages: PageWorld, holder: Browser) -> None:
    other = pages.holder("SYN-P-002", "byeol")
    mine, theirs = Form(holder.get(BY)), Form(other.get(BY))
    assert not set(mine.rows) & set(theirs.rows)
    assert ticked(by_posting(holder, mine, sorted(theirs.rows))) == set()


def test_a_blind_copy_keeps_its_rules(holder: Browser) -> None:
    form = Form(holder.get(BY))
    blind = by_posting(holder, form, sorted(ticked(form)), blind="yes", applicant_no="2026-7")
    assert OWN in blind.shown.plain
    assert "fixed off" in blind.switches.values()


def test_in_english_the_calculation_is_english(holder: Browser) -> None:
    shown = holder.get(f"/en{BY}").plain
    assert "Own calculation" in shown
    assert "Only you see this." in shown
    assert "Engineer Information Processing" in shown.partition("Own calculation")[2]


def test_nobody_is_asked_to_sign_in_first(pages: PageWorld) -> None:
    answer = pages.browser().get(BY)
    assert answer.status == 303
    assert "/sign-in" in answer.location


def test_page_without_postings_offers_none(founded: Path, tmp_path: Path) -> None:
    path = tmp_path / "other"
    shutil.copytree(founded, path)
    world = PageWorld(path)
    form = Form(world.holder().get(NEW))
    world.bank.close()
    assert "채용공고에 맞춰 선택" not in form.shown.plain


def test_title_of_a_posting_is_text(founded: Path, tmp_path: Path, folder: Path) -> None:
    document = json.loads((folder / ID / "notice.json").read_text())
    (folder / ID / "notice.json").write_text(json.dumps(document | {"title": "<script>alert(1)</script> & Co"}))
    path = tmp_path / "other"
    shutil.copytree(founded, path)
    world = PageWorld(path, ways=Ways(test_persons=people(), postings=read_postings(folder)))
    shown = world.holder().get(BY).text
    world.bank.close()
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co" in shown
