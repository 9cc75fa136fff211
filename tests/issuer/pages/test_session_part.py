"""Staying signed in: pages that take time say how long one stays, and one press keeps the session."""

from datetime import timedelta

from tests.issuer.pages.certificate_forms import go_on
from tests.issuer.pages.page_world import Browser, PageWorld


def test_both_steps_of_a_certificate_say_how_long_one_stays_signed_in(holder: Browser) -> None:
    steps = (holder.get("/certificates/new"), go_on(holder, holder.values("/certificates/new", "entry")[:1]).shown)
    for page in steps:
        assert "30분 동안 화면을 열거나 보내지 않으면 로그아웃됩니다. 적은 것은 잃지 않습니다." in page.plain
        assert 'data-warn-s="1500"' in page.text
        assert 'href="/session" target="_blank" rel="noopener"' in page.text
        assert "/session.js" in page.text


def test_one_press_keeps_the_session_and_without_it_the_session_ends(pages: PageWorld, holder: Browser) -> None:
    for _ in range(3):
        pages.now += timedelta(minutes=29)
        stayed = holder.get("/en/session")
        assert stayed.status == 200
        assert "You have another 30 minutes from now." in stayed.plain
        assert "12 hours after you signed in you have to sign in again." in stayed.plain
    pages.now += timedelta(minutes=31)
    assert holder.get("/session").location == "/sign-in?next=%2Fsession"
