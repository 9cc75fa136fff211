"""The words of the committee's pages in both languages, read once from `committee_words.json`."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from credential_schemas.report.messages import Language, Sentence


def committee_word(name: str, language: Language, /, **values: object) -> str:
    """Return a text; it is escaped where it enters a page."""
    found = committee_words()[name].in_language(language)
    return found.format_map(values) if values else found


@cache
def committee_words() -> Mapping[str, Sentence]:
    """Return every text by its name."""
    document = json.loads(files(__package__).joinpath("committee_words.json").read_text("utf-8"))
    return {name: Sentence(node["ko"], node["en"]) for name, node in document.items()}
