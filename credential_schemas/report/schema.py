"""The JSON Schema of a Report, made from the vocabularies of the code; `report.schema.json` holds the published text.

A test compares the two, so neither can change without the other. The schema is closed: a member nobody documented is
an error. Only `detail` and the fields of an entry stay open, for they belong to checks and to entry types.

Source: JSON Schema 2020-12; docs/formats/report.md
"""

from collections.abc import Mapping
from enum import StrEnum

from credential_schemas.report.model import REPORT_VERSION
from credential_schemas.report.outcomes import (
    CheckName,
    DocumentPart,
    EntryStatus,
    EvidenceKind,
    Outcome,
    StatusPart,
    Verdict,
)
from credential_schemas.report.reasons import ROWS, Contact
from keys.encoding import JsonValue

_Schema = dict[str, JsonValue]


def report_schema() -> _Schema:
    """Return the schema as a JSON document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Report of a verification",
        **_object(
            {
                "report": {"const": REPORT_VERSION},
                "verdict": _one_of(Verdict),
                "parts": _object(
                    {"credential": _one_of(Verdict), "document": _one_of(DocumentPart), "status": _one_of(StatusPart)}
                ),
                "checks": _checks(),
                "certificate": _or_null(_certificate()),
                "disclosed": _or_null(_object({"holder": {"type": "object"}, "entries": _array(_entry())})),
                "withheld": _object(
                    {"entries_at_most": _COUNT, "fields_at_most": _COUNT, "other_entries_may_exist": {"const": True}}
                ),
                "evidence": _object({"kind": _one_of(EvidenceKind), "sha256": _hex(64), "name": _TEXT}),
                "freshness": _object(
                    {
                        "status_as_of": _or_null(_MOMENT),
                        "status_age_s": _or_null(_COUNT),
                        "trust_version": _or_null(_TEXT),
                    }
                ),
                "verified_at": _MOMENT,
                "profile": _TEXT,
                "simulated": {"type": "boolean"},
                "id": _hex(16),
                "advice": _or_null(_object({"ask": _array(_contact(), at_least=1), "notice": _BOTH})),
            }
        ),
    }


def _checks() -> _Schema:
    """All checks in their fixed order, each with its own reasons."""
    return {
        "type": "array",
        "prefixItems": [_check(name) for name in CheckName],
        "minItems": len(CheckName),
        "items": False,
    }


def _check(name: CheckName) -> _Schema:
    reasons: list[JsonValue] = [None, *(row.reason.value for row in ROWS if row.check is name)]
    return _object(
        {
            "name": {"const": name.value},
            "outcome": _one_of(Outcome),
            "reason": {"enum": reasons},
            "detail": {"type": "object"},
            "message": _BOTH,
        }
    )


def _certificate() -> _Schema:
    optional = {name: _or_null(_TEXT) for name in ("kind", "edition", "purpose", "recipient", "applicant_no")}
    return _object(
        {
            "number": _or_null(_TEXT),
            "vct": _TEXT,
            "issuer": _object({"id": _TEXT, "name": _BOTH}),
            "issued_on": _DAY,
            "valid_until": _or_null(_DAY),
            "holder_binding": {"enum": ["none", "verified", "failed"]},
            **optional,
        }
    )


def _entry() -> _Schema:
    names: _Schema = {"type": "object", "additionalProperties": _TEXT}
    return _object(
        {
            "type": _TEXT,
            "category": _TEXT,
            "title": names,
            "issuing_body": names,
            "status": _one_of(EntryStatus),
            "as_of": _or_null(_DAY),
            "idx": _or_null(_COUNT),
        }
    ) | {"additionalProperties": True}


def _contact() -> _Schema:
    return _object({"contact": _one_of(Contact), "ko": _TEXT, "en": _TEXT})


def _object(members: Mapping[str, JsonValue]) -> _Schema:
    """An object that has exactly these members."""
    return {
        "type": "object",
        "properties": dict(members),
        "required": [*members],
        "additionalProperties": False,
    }


def _array(items: _Schema, *, at_least: int = 0) -> _Schema:
    return {"type": "array", "items": items, "minItems": at_least}


def _one_of(vocabulary: type[StrEnum]) -> _Schema:
    return {"enum": [word.value for word in vocabulary]}


def _or_null(schema: _Schema) -> _Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _hex(digits: int) -> _Schema:
    return {"type": "string", "pattern": f"^[0-9a-f]{{{digits}}}$"}


_TEXT: _Schema = {"type": "string"}
_COUNT: _Schema = {"type": "integer", "minimum": 0}
_DAY: _Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_MOMENT: _Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"}
_BOTH: _Schema = _object({"ko": _TEXT, "en": _TEXT})
