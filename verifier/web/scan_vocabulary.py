"""`/web/vocabulary.json`: every sentence, label, entry type and name that the pages say and know, from their owners.

The pages verify and speak without asking anybody, so this is all of it; nothing in it is particular to a verifier.
"""

import json
from functools import cache
from html import escape
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from credential_schemas.bodies import known_institutions, registered_bodies
from credential_schemas.catalogue_rows import rows
from credential_schemas.entry_types import Names, entry_types
from credential_schemas.report.messages import Language
from credential_schemas.report.reasons import ROWS
from credential_schemas.wording.published import current_wording
from keys.encoding import JsonValue, encode_json

_SCHEMAS: Final = files("credential_schemas")
_LABELS: Final = "_certificate.json"
_WORDS: Final = "scan_words.json"


def vocabulary() -> bytes:
    """Return the document as JSON, UTF-8."""
    documents = {file.name: _document(file) for file in (_SCHEMAS / "types").iterdir() if file.name.endswith(".json")}
    members: dict[str, JsonValue] = {
        "messages": _document(_SCHEMAS / "report" / "messages.json"),
        "reasons": [
            {"reason": row.reason.value, "check": row.check.value, "contact": row.contact.value, "codes": [*row.codes]}
            for row in ROWS
        ],
        "types": [_type(type_id, documents) for type_id in entry_types()],
        "labels": documents[_LABELS],
        "kinds": _document(_SCHEMAS / "certificate_kinds.json"),
        "phrases": {key: dict(texts.items()) for key, texts in current_wording().phrases.items()},
        "bodies": {body: _names(names) for body, names in registered_bodies().items()},
        "institutions": {names.ko: _names(names) for names in known_institutions()},
        "ncs_major_classes": {
            row["code"]: {"ko": row["name_ko"], "en": row["name_en"]} for row in rows("ncs_major_classes.csv")
        },
        "words": _document(files(__package__) / _WORDS),
    }
    return encode_json(members)


def scan_word(name: str, language: Language) -> str:
    """Return one of the page's own words as HTML."""
    return escape(str(_words()[name][language]))


@cache
def _words() -> Any:  # noqa: ANN401 - decodes our own data file; a test reads every word
    return _document(files(__package__) / _WORDS)


def _type(type_id: str, documents: dict[str, Any]) -> JsonValue:
    """One type file, with the fields of the type it is like, and the name that credentials call it by."""
    document = documents[f"{type_id}.json"]
    like = document.get("fields_like", type_id)
    return {
        **document,
        "fields": documents[f"{like}.json"]["fields"],
        "credential_type": entry_types()[type_id].credential_type,
    }


def _names(names: Names) -> JsonValue:
    shown: dict[str, JsonValue] = {"ko": names.ko}
    return shown if names.en is None else {**shown, "en": names.en}


def _document(file: Traversable) -> Any:  # noqa: ANN401 - decodes our own data files, which their owners' tests check
    return json.loads(file.read_text("utf-8"))
