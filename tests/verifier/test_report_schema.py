"""The quick form of the Report's schema refuses what the plain one refuses, also after it has accepted much."""

from copy import deepcopy
from typing import Any

from jsonschema import Draft202012Validator

from credential_schemas.report.schema import report_schema
from tests.verifier.report_schema import REPORT_SCHEMA
from tests.verifier.world import World

ODD: tuple[object, ...] = (None, 7, "", "odd", [], {}, True)
PLAIN = Draft202012Validator(report_schema())


def places(document: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:  # noqa: ANN401 - any part of it
    """Return the way to every part."""
    members = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [path, *(found for name, part in members for found in places(part, (*path, name)))]


def changed(document: Any, path: tuple[str | int, ...], value: object) -> Any:  # noqa: ANN401
    if not path:
        return value
    copy = deepcopy(document)
    inner = copy
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return copy


def test_every_part_of_a_report_is_judged_as_by_the_plain_validator(world: World) -> None:
    report = world.check(world.token()).to_json()
    assert REPORT_SCHEMA.is_valid(report)
    judged = set()
    for number, path in enumerate(places(report)):
        other = changed(report, path, ODD[number % len(ODD)])
        is_valid = PLAIN.is_valid(other)
        assert REPORT_SCHEMA.is_valid(other) is is_valid, path
        judged.add(is_valid)
    assert judged == {True, False}
