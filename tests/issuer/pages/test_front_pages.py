"""The first page, the notices that stand on it, and the introductions to kinds of information."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from credential_schemas.entry_types import entry_types
from issuer.notice_errors import NoticeFieldRefused
from issuer.notices import notice_state, notices_of_today, publish_notice, read_notice, withdraw_notice
from issuer.sample_certificate import sample_wording
from issuer.sources.registry import SOURCES
from issuer.times import korean_day_of
from issuer.web.words import words
from tests.issuer.pages.page_world import PageWorld

TYPED = {
    "title_ko": "점검합니다",
    "title_en": "Maintenance",
    "text_ko": "새벽에 멈춥니다.\n\n확인은 됩니다.",
    "text_en": "Closed at night.\nChecking works.",
}


def publish(pages: PageWorld, **typed: str) -> int:
    new = read_notice({**TYPED, **typed}, today=korean_day_of(pages.now))
    return publish_notice(pages.bank, new, reason="a test", now=pages.now)


def test_the_steps_stand_beside_a_specimen_in_the_words_of_the_printed_page(pages: PageWorld) -> None:
    today = korean_day_of(pages.now)
    for path, language in (("/", "ko"), ("/en/", "en")):
        page = pages.browser().get(path)
        wording = sample_wording(pages.bank, "en" if language == "en" else "ko", today=today)
        assert wording.specimen is not None
        for line in (wording.title.replace(" ", ""), *(row.title for each in wording.groups for row in each.rows)):
            assert line in page.plain.replace(" ", "") or line in page.plain, line
        assert wording.specimen in page.plain
        assert wording.attestation in page.plain
        assert "CB-2026" not in page.text
        assert [row.number for each in wording.groups for row in each.rows] == ["1", "2", "3"]
    assert "사람과 기관, 번호는 지어낸 것입니다." in pages.browser().get("/").plain


def test_a_sample_is_a_specimen_also_of_a_bank_that_is_not_one(pages: PageWorld) -> None:
    assert pages.bank.profile.specimen
    pages.bank.profile = replace(pages.bank.profile, specimen=False)
    assert sample_wording(pages.bank, "ko", today=date(2026, 11, 22)).specimen is not None


def test_institutions_stand_by_phase_with_what_they_bring_and_the_day_of_their_data(pages: PageWorld) -> None:
    text = pages.browser().get("/").text
    table = text.partition('aria-labelledby="sources-h"')[2].partition("</section>")[0]
    first, second = table.partition("1단계")[2].split("2단계")
    for source in SOURCES.values():
        if source.id == "ncs_units":
            continue
        phase = min(entry_types()[each].phase for each in source.entry_types)
        assert (source.ko in first, source.ko in second) == (phase == 1, phase == 2), source.id
        for each in source.entry_types:
            assert f'href="/kinds/{each}"' in table
    assert first.count("2026-11-22 기준") == 6
    assert "그 밖의 기관" not in table


def test_without_notices_there_is_no_empty_box_and_their_page_says_so(pages: PageWorld) -> None:
    page = pages.browser().get("/").plain
    assert "공지 모두 보기" not in page
    assert "지금 알려 드릴 것이 없습니다." in pages.browser().get("/notices").plain


def test_who_is_signed_in_is_led_to_the_account(pages: PageWorld) -> None:
    holder = pages.holder()
    assert (holder.get("/").location, holder.get("/en/").location) == ("/account", "/en/account")


def test_a_notice_stands_on_the_first_page_with_its_day_in_both_languages(pages: PageWorld) -> None:
    first = publish(pages)
    publish(pages, title_ko="새 기관", title_en="A new institution")
    nobody = pages.browser()
    korean, english = nobody.get("/"), nobody.get("/en/")
    assert korean.plain.index("새 기관") < korean.plain.index("점검합니다")
    assert f'href="/notices#notice-{first}"' in korean.text
    assert f'href="/en/notices#notice-{first}-en"' in english.text
    assert "Maintenance" in english.plain
    whole = nobody.get("/notices")
    assert '<time datetime="2026-11-22">2026-11-22</time>' in whole.text
    assert "<p>새벽에 멈춥니다.</p><p>확인은 됩니다.</p>" in whole.text
    assert "Closed at night." in nobody.get("/en/notices").plain
    assert "점검합니다" in pages.holder().get("/notices").plain  # signed in, too


def test_the_first_page_names_three_notices_and_their_page_has_all(pages: PageWorld) -> None:
    for number in range(5):
        publish(pages, title_ko=f"알림 {number}")
    assert re.findall(r"알림 \d", pages.browser().get("/").plain) == ["알림 4", "알림 3", "알림 2"]
    assert len(re.findall(r"<article", pages.browser().get("/notices").text)) == 5


def test_a_notice_is_shown_from_its_first_to_its_last_day_and_not_when_withdrawn(pages: PageWorld) -> None:
    number = publish(pages, first_day="2026-11-24", last_day="2026-11-25")
    shown = {}
    start = pages.now
    for days in range(5):
        pages.now = start + timedelta(days=days)
        shown[korean_day_of(pages.now).isoformat()] = len(notices_of_today(pages.bank, now=pages.now))
    assert shown == {"2026-11-22": 0, "2026-11-23": 0, "2026-11-24": 1, "2026-11-25": 1, "2026-11-26": 0}
    open_ended = publish(pages)
    assert len(notices_of_today(pages.bank, now=pages.now + timedelta(days=900))) == 1
    assert withdraw_notice(pages.bank, open_ended, reason="wrong", now=pages.now)
    assert not withdraw_notice(pages.bank, open_ended, reason="wrong", now=pages.now)
    assert notices_of_today(pages.bank, now=pages.now) == []
    with pages.bank.store.read() as transaction:
        stored = {each.id: each for each in transaction.notices.newest(limit=9)}
    states = [notice_state(stored[number], today=date(2026, 11, day)) for day in (23, 24, 26)]
    assert states == ["waiting", "shown", "over"]
    assert notice_state(stored[open_ended], today=date(2026, 11, 26)) == "withdrawn"


@pytest.mark.parametrize(
    ("typed", "field", "kind"),
    [
        ({"title_ko": "  "}, "title_ko", "empty"),
        ({"text_en": ""}, "text_en", "empty"),
        ({"title_en": "x" * 101}, "title_en", "long"),
        ({"text_ko": "가" * 2001}, "text_ko", "long"),
        ({"title_en": "turn \u202e around"}, "title_en", "characters"),
        ({"text_ko": "보이지 않는\u200b 글자"}, "text_ko", "characters"),
        ({"text_ko": "900101-1234567 님께"}, "text_ko", "number"),
        ({"first_day": "tomorrow"}, "first_day", "day"),
        ({"last_day": "2026-13-01"}, "last_day", "day"),
        ({"last_day": "2026-11-21"}, "last_day", "over"),
        ({"first_day": "2026-12-02", "last_day": "2026-12-01"}, "last_day", "over"),
    ],
)
def test_a_notice_that_cannot_be_taken_names_its_field(typed: dict[str, str], field: str, kind: str) -> None:
    with pytest.raises(NoticeFieldRefused) as refused:
        read_notice({**TYPED, **typed}, today=date(2026, 11, 22))
    assert refused.value.details == {"field": field, "kind": kind}
    assert f"notice_wrong_{kind}" in words()


def test_markup_in_a_notice_is_text(pages: PageWorld) -> None:
    hostile = '<img src=x onerror="alert(1)"><a href="https://evil.example/">여기</a>'
    publish(pages, title_ko=hostile[:100], text_ko=hostile)
    for path in ("/", "/notices"):
        text = pages.browser().get(path).text
        assert "<img" not in text
        assert "evil.example/&quot;&gt;" in text or path == "/"


def test_every_kind_that_a_source_brings_has_an_introduction(pages: PageWorld) -> None:
    nobody = pages.browser()
    listed = re.findall(r'href="/kinds/([a-z_]+)"', nobody.get("/kinds").text)
    assert sorted(listed) == sorted({each for source in SOURCES.values() for each in source.entry_types})
    for each in listed:
        assert f"kind_about_{each}" in words()
        for base in ("/kinds", "/en/kinds"):
            page = nobody.get(f"{base}/{each}")
            assert (page.status, page.text.count("<h1>")) == (200, 1)
    assert nobody.get("/kinds/contest_award").status == 404  # no source brings it
    assert nobody.get("/kinds/nothing").status == 404


def test_an_introduction_says_what_is_always_shown_what_can_be_hidden_and_what_is_never_kept(pages: PageWorld) -> None:
    plain = pages.browser().get("/en/kinds/employment_insurance_career").plain
    assert "Comes from Employment insurance: career history" in plain
    career = entry_types()["employment_insurance_career"]
    employer = next(each for each in career.own_fields if each.name == "employer_name")
    row = plain.partition(f" {employer.en} ")[2][:60]
    assert row.startswith("shown, may be hidden hidden, may be shown"), row
    dropped = [each.en for each in career.fields if each.pii == "forbidden"]
    assert f"Never kept, even if the source sends it: {', '.join(dropped)}" in plain
