"""Sentences for people, in Korean and English: read once from `messages.json`, filled with dates and counts only.

A sentence never carries a value taken from the evidence except numbers and dates, so no entry text can speak for us.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from credential_schemas.report.outcomes import CheckName, EntryStatus, Outcome
from credential_schemas.report.reasons import Contact, Reason
from keys.encoding import JsonValue
from keys.values import dataclass

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Language = Literal["ko", "en"]

_ENTRY_PLACE: Final = re.compile(r"entries\[([0-9]{1,4})\](?:\.|\Z)")
_PLACE_PART: Final = re.compile(r"[.\[]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One statement in both languages."""

    ko: str
    en: str

    def in_language(self, language: Language) -> str:
        """Return the text in one language."""
        return self.ko if language == "ko" else self.en

    def text(self, language: Language, /, **values: object) -> str:
        """Return the text in one language, with its placeholders replaced by `values`, which must be safe to show."""
        text = self.in_language(language)
        return text.format_map(values) if values else text

    def to_json(self) -> dict[str, JsonValue]:
        """Return the two texts as the Report writes them."""
        return {"ko": self.ko, "en": self.en}

    def filled(self, values: Mapping[str, JsonValue]) -> "Sentence":
        """Return the sentence with its placeholders (`{date}`, `{count}`, `{since}`) replaced by `values`."""
        plain = {name: str(value) for name, value in values.items() if isinstance(value, str | int)}
        return Sentence(self.ko.format_map(plain), self.en.format_map(plain))


def read_sentences(file: "Path | Traversable") -> Mapping[str, Sentence]:
    """Return the sentences of a JSON file of our own by name: `{"NAME": {"ko": "...", "en": "..."}}`."""
    document = json.loads(file.read_text("utf-8"))
    return {name: Sentence(node["ko"], node["en"]) for name, node in document.items()}


def reason_sentence(reason: Reason, detail: Mapping[str, JsonValue]) -> Sentence:
    """Return what happened, what it means and what to do."""
    return _sentence("reasons", reason.value).filled(detail)


def outcome_sentence(check: CheckName, outcome: Outcome) -> Sentence:
    """Return the sentence of a check that passed or was skipped without a particular reason."""
    return _sentence("checks", check.value, "passed" if outcome is Outcome.PASSED else "skipped")


def check_label(check: CheckName) -> Sentence:
    """Return the short name of a check for lists."""
    return _sentence("checks", check.value, "label")


def part_label(part: str) -> Sentence:
    """Return the name of one of the three parts: `credential`, `document` or `status`."""
    return _sentence("parts", part, "label")


def part_sentence(part: str, value: str) -> Sentence:
    """Return the word and sentence for the value of one part."""
    return _sentence("parts", part, "values", value)


def entry_status_word(status: EntryStatus) -> Sentence:
    """Return the word for the status of one entry."""
    return _sentence("entry_status", status.value)


def contact_sentence(contact: Contact) -> Sentence:
    """Return whom to ask."""
    return _sentence("contacts", contact.value)


def notice(name: str) -> Sentence:
    """Return a fixed notice: `no_automatic_rejection`, `withheld`, `simulated`, `holder_unproven`, `holder_proven`."""
    return _sentence("notices", name)


def unreadable_texts(kind: str, values: Mapping[str, JsonValue]) -> tuple[Sentence, Sentence]:
    """Return heading and sentence for something that is no certificate or cannot be read; never a verdict."""
    heading = _sentence("unreadable", "heading_codes" if kind == "codes_missing" else "heading")
    return heading.filled(values), _sentence("unreadable", "kinds", kind).filled(values)


def lookup_texts(kind: str) -> tuple[Sentence, Sentence]:
    """Return heading and sentence for a confirmation number that led to no credential; never a verdict."""
    return _sentence("lookups", "heading"), _sentence("lookups", "kinds", kind)


def lookup_kinds() -> frozenset[str]:
    """Return every kind `lookup_texts` knows."""
    return frozenset(_node("lookups", "kinds"))


def unreadable_kinds() -> frozenset[str]:
    """Return every kind `unreadable_texts` knows."""
    kinds = _node("unreadable", "kinds")
    return frozenset(kinds)


def headline_texts(case: str) -> tuple[Sentence, Sentence]:
    """Return heading and sentence of one case of the verdict band, placeholders unfilled."""
    return _sentence("headlines", case, "heading"), _sentence("headlines", case, "sentence")


def place_words(where: str) -> Sentence | None:
    """Return a place of the printed page in words, such as the period of the second entry.

    Args:
        where: the place as a difference names it, for example `entries[1].cells[3]`.

    Returns:
        The words in both languages, or None for a place that no certificate of ours has.
    """
    entry, rest = _ENTRY_PLACE.match(where), where.removesuffix(".label")
    group = "page"
    if entry is not None:
        group, rest = "entry", rest[entry.end() :]
    named = _node("places", group)
    found = next((_sentence("places", group, key) for key in (rest, _PLACE_PART.split(rest)[0]) if key in named), None)
    if entry is None:
        return found
    whole = _sentence("places", "entry_no").filled({"n": int(entry[1]) + 1})
    if not rest:
        return whole
    return None if found is None else Sentence(f"{whole.ko} · {found.ko}", f"{whole.en} · {found.en}")


@cache
def _sentence(*path: str) -> Sentence:
    node = _node(*path)
    return Sentence(node["ko"], node["en"])


@cache
def _node(*path: str) -> Any:  # noqa: ANN401 - decodes our own data file; every path is read by a test
    node: Any = json.loads(Path(__file__).with_name("messages.json").read_text("utf-8")) if not path else None
    return node if not path else _node(*path[:-1])[path[-1]]
