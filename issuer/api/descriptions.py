"""The API in the words of OpenAPI: bodies, answers and headers, as `/api/v1/openapi.json` shows them."""

from typing import Any, Final

from fastapi import FastAPI

from keys.gate.answers import problem_answers

Schema = dict[str, Any]

SECURITY: Final[Schema] = {"security": [{"token": []}, {"session": []}]}
_SCHEMES: Final[Schema] = {
    "token": {"type": "http", "scheme": "bearer", "description": "From `cb-issuer token create`; one account each."},
    "session": {"type": "apiKey", "in": "cookie", "name": "__Host-session", "description": "A signed-in holder."},
}
_TEXT: Final[Schema] = {"type": "string"}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_YES_NO: Final[Schema] = {"type": "boolean"}
_DAY: Final[Schema] = {"type": "string", "format": "date"}
_TIME: Final[Schema] = {"type": "string", "format": "date-time"}
_ANY: Final[Schema] = {"type": "object"}


def _maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _object(**members: Schema) -> Schema:
    return {"type": "object", "required": [*members], "properties": members}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_PERSON: Final = _object(name=_TEXT, name_en=_maybe(_TEXT), birth_date=_DAY)
ACCOUNT: Final = _object(
    id=_TEXT, opened_at=_TIME, linked=_YES_NO, person=_PERSON, entries=_COUNT, entries_by_category=_ANY
)
ENTRIES: Final = _object(
    entries=_list(
        _object(
            id=_TEXT,
            type=_TEXT,
            category=_TEXT,
            title=_TEXT,
            title_en=_maybe(_TEXT),
            issuing_body=_TEXT,
            status=_TEXT,
            source=_TEXT,
            source_record_id=_TEXT,
            record_keeper=_maybe(_TEXT),
            as_of=_DAY,
            collected_at=_TIME,
            proven_by=_maybe(_TEXT),
            also_delivered=_list(
                _object(id=_TEXT, source=_TEXT, source_record_id=_TEXT, as_of=_DAY, collected_at=_TIME)
            ),
            possible_repeats=_list(_TEXT),
            fields=_ANY,
        )
    )
)
_CHOSEN: Final = _object(id=_TEXT, type=_TEXT, category=_TEXT, title=_TEXT, fields=_list(_TEXT), withheld=_list(_TEXT))
_QR: Final = _object(version=_COUNT, level=_TEXT, codes=_COUNT, link_only=_YES_NO)
ISSUED: Final = _object(
    number=_TEXT,
    confirmation_code=_TEXT,
    kind=_TEXT,
    edition=_TEXT,
    issued_on=_DAY,
    valid_until=_DAY,
    purpose=_TEXT,
    recipient=_maybe(_TEXT),
    applicant_no=_maybe(_TEXT),
    status=_object(uri=_TEXT, idx=_COUNT),
    seal_level=_TEXT,
    qr_version=_COUNT,
    qr=_QR,
    entries=_list(_CHOSEN),
    companions=_list(_TEXT),
    left_out=_list(_object(entry=_TEXT, status=_TEXT)),
    reveal=_maybe(_ANY),
    links=_object(self=_TEXT, pdf=_TEXT, revoke=_TEXT),
)
PREVIEW: Final = _object(
    page=_object(language=_TEXT, specimen=_maybe(_TEXT), lines=_list(_object(where=_TEXT, text=_TEXT))),
    report={"type": "object", "description": "A Report as an employer will get it; see docs/formats/report.md"},
    companions=_list(_TEXT),
    hidden=_object(
        holder=_list(_TEXT),
        entries=_list(_object(entry=_TEXT, fields=_list(_TEXT), issuing_body=_YES_NO)),
        entries_not_chosen=_COUNT,
    ),
    qr=_object(bytes=_maybe(_COUNT), capacity=_COUNT, codes=_COUNT),
)
_LINE_MEMBERS: Final[Schema] = {
    "number": _TEXT,
    "state": {"enum": ["valid", "superseded", "suspended", "revoked", "expired"]},
    "kind": _TEXT,
    "edition": _TEXT,
    "language": _TEXT,
    "purpose": _TEXT,
    "recipient": _maybe(_TEXT),
    "applicant_no": _maybe(_TEXT),
    "issued_on": _DAY,
    "valid_until": _DAY,
    "issued_at": _TIME,
    "carrier": {"enum": ["paper", "wallet", "flat"]},
    "entries": _COUNT,
    "entries_changed": _COUNT,
}
CERTIFICATES: Final = _object(certificates=_list(_object(**_LINE_MEMBERS, lookups=_COUNT)))
CERTIFICATE: Final = _object(
    **_LINE_MEMBERS,
    carried=_list(_object(id=_TEXT, type=_maybe(_TEXT), title=_maybe(_TEXT), disclosed=_list(_TEXT), status=_TEXT)),
    events=_list(_object(entry=_maybe(_COUNT), before=_TEXT, after=_TEXT, reason=_TEXT, at=_TIME)),
    lookups=_list(_object(at=_TIME, requester=_maybe(_TEXT))),
    links=_list(_object(id=_TEXT, created_at=_TIME, expires_at=_TIME, closed_at=_maybe(_TIME), opened=_COUNT)),
)
REVOKED: Final = _object(number=_TEXT, before=_TEXT, after=_TEXT)
PDF: Final = "application/pdf"

_SHORT: Final[Schema] = {"type": "string", "maxLength": 128, "minLength": 1}
ISSUE_BODY: Final[Schema] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["entries"],
                    "properties": {
                        "entries": {"type": "array", "items": _SHORT, "minItems": 1, "maxItems": 200},
                        "hide": {"type": "array", "items": _SHORT, "description": "ENTRY.FIELD each"},
                        "show": {"type": "array", "items": _SHORT, "description": "ENTRY.FIELD each"},
                        "blind": {"type": "boolean", "default": False},
                        "language": {"enum": ["ko", "en"], "default": "ko"},
                        "kind": {"enum": ["competency", "education"], "default": "competency"},
                        "purpose": _maybe(_TEXT),
                        "recipient": _maybe(_TEXT),
                        "applicant_no": _maybe(_TEXT),
                        "valid_days": {"type": "integer", "minimum": 1, "default": 90},
                    },
                }
            }
        },
    }
}
REVOKE_BODY: Final[Schema] = {
    "requestBody": {
        "required": False,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"reason": {"enum": ["holder_request", "issued_in_error"]}},
                }
            }
        },
    }
}
CREDENTIAL_BODY: Final[Schema] = {
    "requestBody": {"required": True, "content": {"application/dc+sd-jwt": {"schema": _TEXT}}}
}


def _header(name: str, description: str, *, required: bool) -> Schema:
    header = {"name": name, "in": "header", "required": required, "description": description, "schema": _TEXT}
    return {"parameters": [header]}


WITH_KEY: Final = _header(
    "Idempotency-Key", "A new UUID for each certificate; the same again gives the same answer.", required=True
)
WITH_CODE: Final = _header("X-Confirmation-Code", "As printed on the certificate.", required=False)


def answers(status: int, schema: Schema, *problems: int) -> dict[int | str, dict[str, Any]]:
    """Return what an address answers: a document of this form, or one of these problems."""
    content = {"application/json": {"schema": schema}}
    return {status: {"description": "Done", "content": content}, **problem_answers(*problems)}


def file_answers(status: int, media_type: str, *problems: int) -> dict[int | str, dict[str, Any]]:
    """Return what an address answers that gives a file."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {status: {"description": "The file", "content": content}, **problem_answers(*problems)}


def describe(app: FastAPI) -> None:
    """Add to the OpenAPI document of an application how callers are told apart."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        components: dict[str, Any] = document.setdefault("components", {})
        components["securitySchemes"] = _SCHEMES
        return document

    app.openapi = openapi  # type: ignore[method-assign] # the framework's own way to change its document
