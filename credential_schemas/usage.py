"""What the programs say of a command line that cannot be read, alike and in both languages.

`argparse` speaks English; its messages are told apart by their form (`usage.json`). What has another form is given as
the detail of a general sentence.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, Final, Literal

Language = Literal["ko", "en"]

_LOCALE_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")  # in the order of POSIX.1-2024, section 8.2
_KOREAN: Final = "ko"


def language_of(option: str | None, environment: Mapping[str, str]) -> Language:
    """Return the language of messages: the option, else Korean in a Korean locale, else English.

    Args:
        option: what `--lang` says, None without it.
        environment: the environment variables.
    """
    named = next((environment[name] for name in _LOCALE_VARIABLES if environment.get(name)), "")
    return "ko" if (option or named).lower().startswith(_KOREAN) else "en"


def language_of_command(words: Sequence[str], environment: Mapping[str, str]) -> Language:
    """Return the language for a command line that is not parsed: its `--lang`, else that of the locale, else English.

    Args:
        words: of the command line, without the program.
        environment: the environment variables.
    """
    given = [word.partition("=")[2] for word in words if word.startswith("--lang=")]
    given += [after for word, after in pairwise(words) if word == "--lang"]
    return language_of(given[-1] if given else None, environment)


def usage_sentence(message: str, language: Language, *, program: str) -> str:
    """Return what was wrong with a command line, and where help is.

    Args:
        message: as `argparse` gives it to `ArgumentParser.error`.
        language: of the sentence.
        program: the program and its command, as it is typed.

    Returns:
        One or two sentences. What was typed stands in it literally; characters that act are written out.
    """
    texts = _texts()
    name, values = "other", {"found": message}
    for each, form in texts["messages"]:
        found = re.fullmatch(form, message, re.DOTALL)
        if found is not None:
            name, values = each, found.groupdict()
            break
    harmless = {key: _written_out(value) for key, value in values.items()}
    sentence: str = texts["sentences"][name][language].format_map(harmless)
    help_: str = texts["sentences"]["help"][language].format_map({"program": program})
    return f"{sentence} {help_}"


def _written_out(text: str) -> str:
    return "".join(c if c.isprintable() else f"<U+{ord(c):04X}>" for c in text)


@cache
def _texts() -> dict[str, Any]:
    """`sentences` by name and language; `messages`: pairs of a sentence's name and the form of a message."""
    import json
    from importlib import resources  # neither is needed for a command line that is understood

    return dict(json.loads(resources.files("credential_schemas").joinpath("usage.json").read_text("utf-8")))
