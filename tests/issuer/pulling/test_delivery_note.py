"""The delivery note: its form, its limits, and every sign that it must not be believed."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from issuer.deliveries.errors import NoteUnreadable
from issuer.pulling import delivery_note
from issuer.pulling.delivery_note import DeliveryNote, Page, read_note

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PAGE: dict[str, Any] = {"path": "1/1.csv", "media_type": "text/csv", "bytes": 10, "sha256": "a" * 64}
NOTE: dict[str, Any] = {
    "delivery": 1,
    "source": "military",
    "id": "2026-11-22.1",
    "made_at": "2026-11-22T02:00:00Z",
    "as_of": "2026-11-22",
    "complete": True,
    "pages": [PAGE],
}


def read(document: object, *, newest: str | None = None, largest: int = 100) -> DeliveryNote:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_note(data, source="military", now=NOW, newest=newest, largest_page_bytes=largest)


def test_a_note_is_read() -> None:
    note = read(NOTE)
    assert (note.id, note.made_at, note.as_of) == ("2026-11-22.1", "2026-11-22T02:00:00Z", date(2026, 11, 22))
    assert (note.complete, note.pages) == (True, (Page("1/1.csv", "text/csv", 10, "a" * 64),))


def test_a_delivery_may_have_nothing_in_it() -> None:
    assert read({**NOTE, "pages": []}).pages == ()


def test_a_note_as_old_as_the_newest_is_read() -> None:
    assert read(NOTE, newest="2026-11-22T02:00:00Z").complete


def test_a_clock_may_be_a_little_ahead() -> None:
    assert read({**NOTE, "made_at": "2026-11-22T03:10:00Z"}).made_at == "2026-11-22T03:10:00Z"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"delivery": 2}, "expected delivery 1 and exactly the members"),
        ({"more": 1}, "exactly the members"),
        ({"source": "persons"}, "expected the note of this source"),
        ({"id": "a/b"}, "id: expected"),
        ({"id": 7}, "id: expected"),
        ({"made_at": "2026-11-22"}, "made_at: expected a text"),
        ({"made_at": "2026-13-22T02:00:00Z"}, "made_at: expected a time in UTC"),
        ({"made_at": "2026-11-22T03:10:01Z"}, "made_at: expected a time up to now"),
        ({"as_of": "2026-11-23"}, "as_of: expected a day up to today, 2026-11-22"),
        ({"as_of": "2026-02-30"}, "as_of: expected a day as"),
        ({"as_of": "20261122"}, "as_of: expected a text"),
        ({"complete": "yes"}, "complete: expected true or false"),
        ({"pages": {}}, "pages: expected a list"),
        ({"pages": [7]}, "pages: expected exactly the members"),
        ({"pages": [{**PAGE, "rows": 1}]}, "pages: expected exactly the members"),
        ({"pages": [PAGE, PAGE]}, "pages: expected each path once"),
        ({"pages": [PAGE] * 1001}, "pages: expected a list of at most 1000"),
    ],
)
def test_a_note_that_breaks_a_rule_is_refused_with_the_rule(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(NoteUnreadable, match=problem):
        read({**NOTE, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"path": "../persons/1.csv"},
        {"path": "/1.csv"},
        {"path": "1//1.csv"},
        {"path": "a/b/c/d/e.csv"},
        {"path": "1.csv?all=1"},
        {"path": "http:evil"},
        {"path": ""},
        {"media_type": "text/html"},
        {"media_type": ["text/csv"]},
        {"bytes": 0},
        {"bytes": 101},
        {"bytes": True},
        {"bytes": "10"},
        {"sha256": "A" * 64},
        {"sha256": "a" * 63},
    ],
)
def test_a_page_outside_the_rules_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(NoteUnreadable, match="expected"):
        read({**NOTE, "pages": [{**PAGE, **changes}]})


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"a":1,"a":2}', b"\xff"])
def test_what_is_no_strict_json_object_is_refused(data: bytes) -> None:
    with pytest.raises(NoteUnreadable, match="expected a strict JSON object"):
        read(data)


def test_a_delivery_before_the_one_that_was_taken_last_is_refused() -> None:
    with pytest.raises(NoteUnreadable, match="before the one that was taken last"):
        read(NOTE, newest="2026-11-22T02:00:01Z")


def test_a_delivery_that_is_too_large_in_all_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery_note, "MAX_DELIVERY_BYTES", 15)
    with pytest.raises(NoteUnreadable, match="at most 15 bytes in all"):
        read({**NOTE, "pages": [PAGE, {**PAGE, "path": "1/2.csv"}]})


@pytest.mark.parametrize(("content", "fits"), [(b"x" * 10, False), (b"x" * 9, False), (b"0123456789", True)])
def test_bytes_are_the_page_when_length_and_hash_fit(content: bytes, *, fits: bool) -> None:
    sha256 = "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882"
    assert Page("1.csv", "text/csv", 10, sha256).is_page(content) is fits
