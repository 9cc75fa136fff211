"""What `cb-issuer` says, in Korean and English: texts of `messages.json`, and the sentences of errors.

An error's English sentence stands where the error is defined; `messages.json` has the Korean one under `errors`, by
code, with the same placeholders. Errors of the lower floors speak English.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final, Literal

from issuer.errors import IssuerError
from keys.encoding import decode_json_object

Language = Literal["ko", "en"]
_MAX_BYTES: Final = 256 * 1024


def language_of(option: str | None, environment: Mapping[str, str]) -> Language:
    """Return the language of messages: the option, else Korean in a Korean locale, else English."""
    named = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    return "ko" if option == "ko" or (option is None and named.startswith("ko")) else "en"


def message(key: str, language: Language, **values: str | int) -> str:
    """Return a text with its values filled in."""
    text: str = _catalogue()["texts"][key][language]
    return text.format_map(values)


def error_sentence(error: Exception, language: Language) -> str:
    """Return the sentence of an error in a language; English where there is no other."""
    if isinstance(error, IssuerError) and language == "ko":
        template: str | None = _catalogue()["errors"].get(error.code)
        if template is not None:
            return template.format_map(error.details)
    return str(error)


@cache
def _catalogue() -> dict[str, Any]:
    data = resources.files("issuer.cli").joinpath("messages.json").read_bytes()
    return dict(decode_json_object(data, max_bytes=_MAX_BYTES))
