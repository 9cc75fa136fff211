"""The words of the pages in both languages: read once from the `*words.json` files of this package."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from credential_schemas.entry_types import Names
from credential_schemas.wording.model import Language


def say(key: str, language: Language, /, **values: str | int) -> str:
    """Return a text of the pages with its places filled; it is plain text and is escaped where it becomes markup.

    An English text with two forms, `{n} entry|{n} entries`, is said in the first when `n` is 1, else in the second.

    Raises:
        KeyError: no text has this name, or a place is not filled: a fault of ours.
    """
    one, bar, more = words()[key].in_language(language).partition("|")
    text = more if bar and values.get("n") != 1 else one
    return text.format_map(values) if values else text


@cache
def words() -> Mapping[str, Names]:
    """Return every text by its name.

    Raises:
        ValueError: two files use the same name.
    """
    found: dict[str, Names] = {}
    for file in sorted(files(__package__).iterdir(), key=lambda each: each.name):
        if not file.name.endswith("words.json"):
            continue
        for name, node in json.loads(file.read_text("utf-8")).items():
            if name in found:
                raise ValueError(name)
            found[name] = Names(node["ko"], node["en"])
    return found
