"""Why a rule gave its points, in Korean and English; texts stand in `sentences.json`."""

import json
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Literal

from credential_schemas.criteria.values import number_text
from keys.encoding import JsonValue
from keys.values import dataclass, field


@dataclass(frozen=True, slots=True)
class Why:
    """One sentence in both languages, and for programs its slug and the values in it."""

    slug: str
    ko: str
    en: str
    values: Mapping[str, str] = field(default_factory=dict)

    def in_language(self, language: Literal["ko", "en"]) -> str:
        """Return the sentence in one language."""
        return self.ko if language == "ko" else self.en

    def to_json(self) -> dict[str, JsonValue]:
        """Return the two texts."""
        return {"ko": self.ko, "en": self.en}


def why(slug: str, **values: "Fraction | str | int") -> Why:
    """Return the sentence of a slug with its values filled in; numbers are written exactly."""
    plain = {name: number_text(value) if isinstance(value, Fraction) else str(value) for name, value in values.items()}
    ko, en = _sentences()["why"][slug]
    return Why(slug, ko.format_map(plain), en.format_map(plain), plain)


def reason_text(reason: str) -> Why:
    """Return the sentence of a reason for which an entry does not count; those of a policy by name."""
    known = _sentences()["reasons"]
    ko, en = known.get(reason, known["own_condition"])
    return Why(reason, ko.format(reason=reason), en.format(reason=reason))


def flag_text(flag: str) -> Why:
    """Return what a flag asks of a person; a flag is a slug, and behind colons what it is about."""
    slug, _, about = flag.partition(":")
    ko, en = _sentences()["flags"][slug]
    return Why(slug, ko.format(about=about), en.format(about=about))


@cache
def _sentences() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = json.loads(
        files("credential_schemas.criteria").joinpath("sentences.json").read_text("utf-8")
    )
    return found
