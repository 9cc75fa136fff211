"""The schema of the Report for tests that make thousands: what was found in order once is not looked at again.

Most parts of a Report are the same in every Report. A part that a part of the schema has accepted is remembered by its
text, so nothing is judged less strictly, and the validator, which is slow, sees only what is new.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from credential_schemas.report.schema import report_schema

_ACCEPTED: set[tuple[int, str]] = set()


def _accepted_or_errors(validator: Any, part: Any, schema: Any, place: str | int) -> Iterator[ValidationError]:  # noqa: ANN401
    known = (id(schema), json.dumps(part))
    if known in _ACCEPTED:
        return
    errors = list(validator.descend(part, schema, path=place))
    if not errors:
        _ACCEPTED.add(known)
    yield from errors


def _properties(validator: Any, schemas: Mapping[str, Any], whole: Any, _: Any) -> Iterator[ValidationError]:  # noqa: ANN401
    if isinstance(whole, dict):
        for name, schema in schemas.items():
            if name in whole:
                yield from _accepted_or_errors(validator, whole[name], schema, name)


def _prefix_items(validator: Any, schemas: Sequence[Any], whole: Any, _: Any) -> Iterator[ValidationError]:  # noqa: ANN401
    if isinstance(whole, list):
        for place, (part, schema) in enumerate(zip(whole, schemas, strict=False)):
            yield from _accepted_or_errors(validator, part, schema, place)


_Validator = extend(Draft202012Validator, {"properties": _properties, "prefixItems": _prefix_items})  # type: ignore[no-untyped-call] # of jsonschema
REPORT_SCHEMA = _Validator(report_schema())  # the schema lives as long as what is remembered about its parts
