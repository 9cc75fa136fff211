"""What values look like in compact JSON when they are plainly right, and how they are read.

An expression accepts a part of what `field_kinds.check_value` accepts, written in the one way in which our issuers
write it, and nothing else: no escapes, no text that begins with a space, no 29 February, no number near the end of its
range. What it does not accept may be right all the same.

Every expression consists of classes that exclude what may follow them, and repeats without giving back (`++`), so its
time grows with the length of the text, whatever the text.
"""

import re
from collections.abc import Callable, Collection
from typing import Final

from credential_schemas.field_kinds import CLASS_CODE, CODE_PATTERNS, MAX_LIST_ITEMS, MAX_TEXT_CHARACTERS, FieldKind
from keys.encoding import JsonValue
from keys.values import dataclass

# Visible characters that are in form NFC alone and beside each other: ASCII without quotation mark and backslash,
# middle dot, CJK punctuation, Hangul letters (not the filler), ideographs, Hangul syllables, full-width ASCII.
VISIBLE: Final = (
    r" !#-\[\]-~\u00b7\u3001-\u3003\u3008-\u3011\u3131-\u3163\u4e00-\u9fef\uac00-\ud7a3\uff01-\uff5e"  # one class
)
TEXT: Final = rf"(?! )[{VISIBLE}]{{1,{MAX_TEXT_CHARACTERS}}}+"
DAY: Final = (
    r"(?!0000)[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    r"|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
INDEX: Final = r"(?:0|[1-9][0-9]{0,8}+)"

_FRACTION: Final = r"(?:\.[0-9]{1,9}+)?+"
_NUMBERS: Final = {
    FieldKind.INTEGER: INDEX,
    FieldKind.ENTRY_IDX: INDEX,
    FieldKind.HOURS: r"(?:0|[1-9][0-9]{0,4}+)",
    FieldKind.LEVEL: r"[1-8]",
    FieldKind.DECIMAL: rf"(?:0|[1-9][0-9]{{0,5}}+){_FRACTION}",
    FieldKind.PERCENT: rf"(?:0|[1-9][0-9]?+){_FRACTION}",
    FieldKind.CREDITS: rf"(?:0|[1-9][0-9]{{0,2}}+){_FRACTION}",
}


@dataclass(frozen=True, slots=True)
class Form:
    """How values of a kind are written: an expression with one group, and what makes the value of the group's text.

    Without `value` the text is the value; `value` raises ValueError for a text that is not plainly right after all.
    """

    expression: str
    value: Callable[[str], JsonValue] | None = None


def form_of(kind: FieldKind, *, values: Collection[str]) -> Form:
    """Return how values of a kind are written; those of an enumeration are `values`."""
    if kind is FieldKind.TEXT or kind is FieldKind.BODY:
        return Form(f'"({TEXT})"')
    if kind is FieldKind.DATE:
        return Form(f'"({DAY})"')
    if kind is FieldKind.BOOLEAN:
        return Form("(true|false)", "true".__eq__)
    if kind is FieldKind.ENUM:
        return Form(f'"({"|".join(re.escape(value) for value in values)})"')
    if kind in CODE_PATTERNS:
        return Form(f'"({CODE_PATTERNS[kind]})"')
    if kind in _NUMBERS:
        return Form(f"({_NUMBERS[kind]})", _number)
    if kind is FieldKind.NCS_UNITS:
        unit = CODE_PATTERNS[FieldKind.NCS_UNIT]
        return Form(rf'\["({unit}(?:","{unit}){{0,{MAX_LIST_ITEMS - 1}}}+)"\]', _units)
    return Form(rf'\{{"code":"({CLASS_CODE}","name":"{TEXT})"\}}', _coded_name)


def _units(text: str) -> JsonValue:
    units = text.split('","')
    if len({*units}) != len(units):
        raise ValueError("expected each unit once, found one again")
    return [*units]


def _coded_name(text: str) -> JsonValue:
    code, _, name = text.partition('","name":"')
    return {"code": code, "name": name}


def _number(text: str) -> JsonValue:
    return float(text) if "." in text else int(text)
