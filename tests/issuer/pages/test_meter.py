"""How full the codes are, in words, on the page where a holder chooses: one code, more of them, none that would do."""

import pytest

from credential_schemas.errors import QrPayloadTooLarge
from credential_schemas.qr.symbols import CodeUse
from tests.issuer.pages.certificate_forms import go_on, pick
from tests.issuer.pages.page_world import Browser
from tests.issuer.pages.test_issuing_pages import entries_of

AMBER = 'class="meter un"'


def in_force(holder: Browser) -> list[str]:
    return [entry.id for entry in entries_of(holder.world, holder) if entry.in_force]


def measured(monkeypatch: pytest.MonkeyPatch, needed: int, codes: int) -> None:
    """Let the codes be so full, whatever is chosen; a code holds a thousand bytes."""
    monkeypatch.setattr("issuer.issuing.previewing.code_use", lambda *_: CodeUse(needed, 1000, codes))


def too_large(*_: object) -> CodeUse:
    raise QrPayloadTooLarge(177, "expected at most four codes")


def test_one_code_says_how_full_it_is_and_how_many_entries_still_fit(
    holder: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured(monkeypatch, 200, 1)
    form = pick(holder, in_force(holder)[:2])
    for text in ("QR 1장 · 20%", "항목을 8개쯤 더 담을 수 있습니다."):
        assert text in form.shown.plain
    assert 'aria-valuenow="20"' in form.shown.text
    assert AMBER not in form.shown.text


def test_more_than_one_code_warns_that_all_have_to_be_scanned(holder: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    measured(monkeypatch, 1500, 2)
    form = pick(holder, in_force(holder)[:2])
    for text in ("QR 2장 · 150%", "종이로 낼 때 2장을 모두 비춰야 합니다."):
        assert text in form.shown.plain
    assert 'aria-valuenow="100"' in form.shown.text  # of the picture, which is full; the words say the rest
    assert AMBER in form.shown.text


def test_what_four_codes_cannot_hold_names_the_largest_entry_and_does_not_limit_the_file(
    holder: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("issuer.issuing.previewing.code_use", too_large)
    chosen = in_force(holder)
    form = pick(holder, chosen)
    assert "가장 큰 항목: " in form.shown.plain
    assert "PDF 파일은 그대로 낼 수 있습니다." in form.shown.plain
    assert 'role="meter"' not in form.shown.text
    assert go_on(holder, chosen).shown.status == 200
