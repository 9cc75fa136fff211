"""The glossary says the words that people read: each row that names a place is compared with what stands there."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/glossary.md").read_text("utf-8")
SAID = re.findall(r"^\| (.+?) \| (.+?) \| .+ \| `([\w/.]+\.json)::([\w./]+)` \|$", PAGE, re.MULTILINE)
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|", re.MULTILINE)
FILLED = re.compile(r"\{\w+\}")


@cache
def document(name: str) -> Any:  # noqa: ANN401 - any of our data files
    return json.loads((ROOT / name).read_text("utf-8"))


def words_at(name: str, place: str) -> dict[str, Any]:
    """The object with `ko` and `en` at a place: members by name, elements of a list by their `id` or `name`."""
    found = document(name)
    for step in place.split("/"):
        if isinstance(found, list):
            (found,) = [each for each in found if step in (each.get("id"), each.get("name"))]
        else:
            found = found[step]
    return dict(found)


def plain(text: str) -> str:
    """A phrase without what is filled in."""
    return " ".join(FILLED.sub("", text).split())


@pytest.mark.parametrize(("ko", "en", "name", "place"), SAID, ids=[place for *_, place in SAID])
def test_word_is_the_one_that_people_read(ko: str, en: str, name: str, place: str) -> None:
    words = words_at(name, place)
    assert (plain(words["ko"]), plain(words["en"])) == (ko, en)


def test_every_category_of_entries_is_explained() -> None:
    listed = {each["id"] for each in document("credential_schemas/types/_certificate.json")["categories"]}
    assert {place.partition("/")[2] for *_, place in SAID if place.startswith("categories/")} == listed


def test_every_verdict_part_and_state_of_an_entry_is_explained() -> None:
    places = {place for *_, place in SAID}
    messages = document("credential_schemas/report/messages.json")
    assert {f"parts/{part}/label" for part in messages["parts"]} <= places
    assert {"verdict_valid", "verdict_invalid", "verdict_indeterminate"} <= places
    states = {state for state in messages["entry_status"] if state not in {"valid", "unknown"}}
    assert {f"entry_status/{state}" for state in states} <= places


def test_no_meaning_is_explained_twice() -> None:
    pairs = [(ko, en) for ko, en, _ in ROW.findall(PAGE) if not ko.startswith(("-", "한국어"))]
    assert len(pairs) > 60
    assert [pair for pair in pairs if pairs.count(pair) > 1] == []
