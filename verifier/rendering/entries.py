"""The facts of a disclosed entry in words, as the terminal and the receipt print them below its title.

The texts are as signed, not made harmless: whoever shows them does that for the place where they are shown.
"""

from collections.abc import Iterator, Mapping, Sequence

from credential_schemas.entry_types import entry_types
from credential_schemas.report.facts import DisclosedEntry
from credential_schemas.report.messages import Language
from credential_schemas.wording.values import value_text


def entry_numbers(entries: Sequence[DisclosedEntry]) -> Mapping[int, str]:
    """Return the printed number of each entry by its status index, by which other entries refer to it."""
    return {entry.idx: str(number) for number, entry in enumerate(entries, start=1) if entry.idx is not None}


def entry_details(entry: DisclosedEntry, numbers: Mapping[int, str], language: Language) -> Iterator[str]:
    """Yield kind with issuing body, then the entry's own facts, each one line of any length."""
    entry_type = entry_types().in_credentials(entry.type)
    if entry_type is None:  # claims of an unknown type never get this far
        return
    body = entry.issuing_body.get(language) or entry.issuing_body.get("ko")
    kind = entry_type.names.in_language(language)
    yield f"{kind}, {body}" if body else kind
    facts = []
    for field in entry_type.own_fields:
        if field.name in entry.fields:
            text = value_text(field, entry.fields[field.name], language=language, numbers=numbers)
            # The words of a choice are understood without a label, as on the printed page.
            facts.append(text if field.values else f"{field.label.in_language(language)} {text}")
    if facts:
        yield "; ".join(facts)
