"""JSON Schemas (draft 2020-12) of entries and of the whole certificate, generated from the type files.

They describe processed claims: after verification, with every received disclosure in its place. What may be withheld is
therefore not required. A schema cannot say everything `certificate_claims.from_payload` demands (midnights, distinct
indexes, invisible characters, which field feeds the title); that function decides.
"""

from collections.abc import Mapping
from typing import Final

from credential_schemas.certificate_kinds import certificate_kinds
from credential_schemas.entry_types import EntryType, EntryTypes, Field, categories, certificate_labels, entry_types
from credential_schemas.field_kinds import MAX_STATUS_INDEX, value_schema
from credential_schemas.limits import MAX_NUMERIC_DATE
from keys.encoding import JsonValue

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def entry_schema(entry_type: EntryType) -> dict[str, JsonValue]:
    """Return the schema of one entry object of a certificate."""
    labels = certificate_labels().entry
    members = {name: _member(field) for name, field in labels.items()}
    members["type"] = {"const": entry_type.credential_type, "title": entry_type.names.ko}
    members["idx"] = {"type": "integer", "minimum": 0, "maximum": MAX_STATUS_INDEX, "title": labels["idx"].ko}
    members |= {field.name: _member(field) for field in entry_type.own_fields}
    return {
        "$schema": _DIALECT,
        "title": entry_type.names.ko,
        "description": entry_type.names.en or "",
        **_closed(members, required=("type", "title", "as_of", "idx")),
    }


def certificate_schema(types: EntryTypes | None = None) -> dict[str, JsonValue]:
    """Return the schema of the processed claims of a certificate; `types` is the committed registry unless given."""
    registry = entry_types() if types is None else types
    labels = certificate_labels()
    certificate = {name: _member(field) for name, field in labels.certificate.items()}
    certificate["kind"] = {"enum": list(certificate_kinds())}
    certificate["edition"] = {"enum": ["standard", "blind"]}
    day: dict[str, JsonValue] = {"type": "integer", "minimum": 0, "maximum": MAX_NUMERIC_DATE}
    properties: dict[str, JsonValue] = {
        "iss": {"type": "string", "minLength": 1},
        "vct": {"type": "string", "minLength": 1},
        "vct#integrity": {"type": "string"},
        "iat": day,
        "exp": day,
        "cnf": {"type": "object"},
        "status": _status_schema(),
        "certificate": _closed(certificate, required=("number", "kind", "edition", "purpose")),
        "holder": _closed({name: _member(field) for name, field in labels.holder.items()}, required=()),
    }
    credential_types = [each for each in registry.values() if not each.source_only]
    for category in categories():
        of_category = [each for each in credential_types if each.category == category]
        references: list[JsonValue] = [{"$ref": f"#/$defs/{each.id}"} for each in of_category]
        properties[category] = {"type": "array", "items": {"oneOf": references} if references else False}
    definitions: dict[str, JsonValue] = {each.id: _without_dialect(entry_schema(each)) for each in credential_types}
    required = ("iss", "vct", "iat", "exp", "status", "certificate")
    return {"$schema": _DIALECT, **_closed(properties, required=required), "$defs": definitions}


def _member(field: Field) -> JsonValue:
    return {**value_schema(field.kind, values=list(field.values)), "title": field.ko, "description": field.en}


def _status_schema() -> dict[str, JsonValue]:
    reference = _closed(
        {
            "idx": {"type": "integer", "minimum": 0, "maximum": MAX_STATUS_INDEX},
            "uri": {"type": "string", "minLength": 1},
        },
        required=("idx", "uri"),
    )
    return _closed({"status_list": reference}, required=("status_list",))


def _closed(properties: Mapping[str, JsonValue], *, required: tuple[str, ...]) -> dict[str, JsonValue]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def _without_dialect(schema: dict[str, JsonValue]) -> JsonValue:
    return {name: value for name, value in schema.items() if name != "$schema"}
