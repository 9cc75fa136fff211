"""Is this certificate the applicant's? What the certificate shows is compared with the application record.

Rules enforced:
* only what was proved and disclosed is compared, and every comparison is named with both values and how they agree;
* names agree when they are equal after composing (NFC), without spaces; in Latin letters also without regard to case,
  hyphens and the order of the parts;
* of a blind edition only the applicant number is compared, and nothing else of the application is repeated;
* an equal number or birth date beside another name is `differs`: a name may have changed, so a person must look.

It never changes a verdict. Two people can have the same name and birth date; agreement is no proof of identity.

Source: docs/formats/batch.md
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import permutations
from typing import Final

from credential_schemas.report.model import Content
from keys.encoding import JsonValue
from keys.values import dataclass
from verifier.batch.manifest import Application

_MAX_PARTS: Final = 5  # of a name in Latin letters, so that every order can be tried
_SEPARATORS: Final = re.compile(r"[\s\-‐-―'’.,]+")


class Result(StrEnum):
    """How something of the certificate stands to the application."""

    YES = "yes"
    NO = "no"
    DIFFERS = "differs"
    NOT_DISCLOSED = "not_disclosed"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison: `how` is `exact`, `spacing`, `unicode`, `romanised`, `other_script` or empty."""

    what: str
    result: Result
    how: str
    application: str | None
    certificate: str | None

    def to_json(self) -> dict[str, JsonValue]:
        """Return one element of `compared`."""
        return {
            "what": self.what,
            "result": self.result.value,
            "how": self.how or None,
            "application": self.application,
            "certificate": self.certificate,
        }


@dataclass(frozen=True, slots=True)
class Match:
    """The result, why in one slug, and every comparison."""

    result: Result
    why: str
    compared: tuple[Comparison, ...] = ()

    def to_json(self) -> dict[str, JsonValue]:
        """Return the member `match` of a line."""
        compared: list[JsonValue] = [each.to_json() for each in self.compared]
        return {"result": self.result.value, "why": self.why, "compared": compared}


def match_application(application: Application | None, content: Content | None) -> Match:
    """Compare a certificate with the application it came with.

    Args:
        application: the row of the manifest, or None when no row names the file.
        content: what was proved, or None.
    """
    if application is None:
        return Match(Result.NO, "no_application")
    if content is None:
        return Match(Result.NOT_DISCLOSED, "nothing_proved")
    certificate, holder = content.certificate, content.disclosed.holder
    compared = [_equal("applicant_no", application.applicant_no, certificate.applicant_no)]
    if certificate.edition != "blind":
        compared += _people(application, holder)
    return _judge(tuple(compared))


def compare_names(given: str, shown: Sequence[str]) -> tuple[Result, str]:
    """Compare a name with those a certificate shows, in Hangul or Latin letters.

    Returns:
        The result and how it came about; `not_disclosed`, `other_script` when no name in the same letters is shown.
    """
    if given in shown:
        return Result.YES, "exact"
    composed = [unicodedata.normalize("NFC", name) for name in shown]
    name = unicodedata.normalize("NFC", given)
    if name in composed:
        return Result.YES, "unicode"
    if _squeezed(name) in map(_squeezed, composed):
        return Result.YES, "spacing"
    alike = [other for other in composed if _is_latin(other) == _is_latin(name)]
    if not alike:
        return Result.NOT_DISCLOSED, "other_script"
    if _is_latin(name) and any(_orders(name) & _orders(other) for other in alike):
        return Result.YES, "romanised"
    return Result.NO, ""


def name_key(name: str) -> str:
    """Return a name as it is compared: composed, without spaces, in lower case."""
    return _squeezed(unicodedata.normalize("NFC", name)).casefold()


def _people(application: Application, holder: Mapping[str, JsonValue]) -> list[Comparison]:
    compared = []
    if application.name is not None:
        names = [name for member in ("name", "name_en") if isinstance(name := holder.get(member), str)]
        result, how = compare_names(application.name, names) if names else (Result.NOT_DISCLOSED, "")
        compared.append(Comparison("name", result, how, application.name, " / ".join(names) or None))
    if application.birth_date is not None:
        shown = holder.get("birth_date")
        text = shown if isinstance(shown, str) else None
        compared.append(_equal("birth_date", application.birth_date.isoformat(), text))
    return compared


def _equal(what: str, given: str, shown: str | None) -> Comparison:
    if shown is None:
        return Comparison(what, Result.NOT_DISCLOSED, "", given, None)
    same = given.strip() == shown.strip()
    return Comparison(what, Result.YES if same else Result.NO, "exact" if same else "", given, shown)


def _judge(compared: tuple[Comparison, ...]) -> Match:
    results = {each.what: each.result for each in compared}
    agreeing = [what for what, result in results.items() if result is Result.YES]
    against = [what for what, result in results.items() if result is Result.NO]
    if against == ["name"] and agreeing:
        return Match(Result.DIFFERS, "name_differs", compared)
    if against:
        return Match(Result.NO, f"{against[0]}_differs", compared)
    if not agreeing:
        return Match(Result.NOT_DISCLOSED, "nothing_to_compare", compared)
    return Match(Result.YES, "agrees", compared)


def _squeezed(name: str) -> str:
    return "".join(name.split())


def _is_latin(name: str) -> bool:
    return all("LATIN" in unicodedata.name(letter, "") for letter in name if letter.isalpha())


def _orders(name: str) -> frozenset[str]:
    """Return a name in Latin letters with its parts in every order, without what separates them."""
    parts = [part for part in _SEPARATORS.split(name.casefold()) if part]
    if len(parts) > _MAX_PARTS:
        return frozenset({"".join(parts)})
    return frozenset("".join(order) for order in permutations(parts))
