"""What `cb-issuer` says, in Korean and English: texts of `messages.json`, and the sentences of errors.

An error's English sentence stands where the error is defined; `messages.json` has the Korean one under `errors`, by
code, with the same placeholders. A problem that stands in one is said in Korean by the table of `problems.json`. That
has a sentence for each kind of error of the lower floors, too; their English message is its detail.
"""

import re
from functools import cache
from importlib import resources
from typing import Any, Final, Literal

from issuer.errors import IssuerError
from keys.encoding import decode_json_object
from keys.errors import KeysError

Language = Literal["ko", "en"]
_MAX_BYTES: Final = 256 * 1024


def message(key: str, language: Language, **values: str | int) -> str:
    """Return a text with its values filled in."""
    text: str = _catalogue()["texts"][key][language]
    return text.format_map(values)


def error_sentence(error: Exception, language: Language) -> str:
    """Return the sentence of an error in a language; English where there is no other."""
    if language == "en":
        return str(error)
    if not isinstance(error, IssuerError):
        sentences = _problems()["lower_floors"]
        code, general = getattr(error, "code", ""), "keys" if isinstance(error, KeysError) else "credential"
        return str(sentences.get(code, sentences[general])).format_map({"detail": str(error)})
    template: str | None = _catalogue()["errors"].get(error.code)
    if template is None:
        return str(error)
    details = dict(error.details)
    if isinstance(details.get("problem"), str):
        details["problem"] = _problem_in_korean(str(details["problem"]))
    return template.format_map(details)


def _problem_in_korean(problem: str) -> str:
    """Return a problem in Korean; one that the table does not know stays as it is."""
    for form, korean in _problems()["problems"]:
        found = re.fullmatch(form, problem)
        if found is not None:
            return str(korean).format_map(found.groupdict())
    return problem


@cache
def _catalogue() -> dict[str, Any]:
    return _document("messages.json")


@cache
def _problems() -> dict[str, Any]:
    """`problems`: pairs of the form of an English problem and the Korean one; `lower_floors`: sentences by code."""
    return _document("problems.json")


def _document(name: str) -> dict[str, Any]:
    data = resources.files("issuer.cli").joinpath(name).read_bytes()
    return dict(decode_json_object(data, max_bytes=_MAX_BYTES))
