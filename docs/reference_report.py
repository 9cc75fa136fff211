"""The page of a Report's members, from its JSON Schema."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from credential_schemas.report.schema import report_schema

INTRODUCTION = """# Members of a Report

Written by `docs/generate_reference.py` from the JSON Schema, `credential_schemas/report/report.schema.json`.
What the members mean: [the Report](../formats/report.md).
`[]` stands for each element of an array, `*` for any name. A member without "always" may be missing.

| Member | Value | |
|---|---|---|
"""


def report_members_page() -> str:
    """Return the whole page."""
    rows = [
        f"| `{path}` | {value} | {'always' if always else ''} |\n"
        for path, value, always in dict.fromkeys(_members(report_schema(), ""))
    ]
    return INTRODUCTION + "".join(rows)


def _members(schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, str, bool]]:
    needed = schema.get("required", [])
    for name, member in schema.get("properties", {}).items():
        place = f"{path}.{name}" if path else name
        yield place, _value(member), name in needed
        yield from _inner(member, place)
    if isinstance(schema.get("additionalProperties"), Mapping):
        yield f"{path}.*", _value(schema["additionalProperties"]), False
        yield from _inner(schema["additionalProperties"], f"{path}.*")


def _inner(schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, str, bool]]:
    for form in _forms(schema):
        if "prefixItems" in form:
            yield from _joined(form["prefixItems"], f"{path}[]")
        if isinstance(form.get("items"), Mapping):
            yield from _inner(form["items"], f"{path}[]")
        yield from _members(form, path)


def _joined(items: list[Mapping[str, Any]], path: str) -> Iterator[tuple[str, str, bool]]:
    """The members of elements that differ by place only in the values they may have."""
    for name, first in items[0]["properties"].items():
        values = [item["properties"][name] for item in items]
        known = [each["const"] if "const" in each else each.get("enum", [None]) for each in values]
        always = all(name in item["required"] for item in items)
        if "const" in first:
            yield f"{path}.{name}", f"{', '.join(f'`{each}`' for each in known)}, in this order", always
        elif "enum" in first and any(each != known[0] for each in known):
            yield (
                f"{path}.{name}",
                "null, or a reason of this check ([list](../formats/report.md#checks-reasons-codes-sentences))",
                always,
            )
        else:
            yield f"{path}.{name}", _value(first), always
            yield from _inner(first, f"{path}.{name}")


def _forms(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(schema.get("anyOf") or schema.get("oneOf") or [schema])


def _value(schema: Mapping[str, Any]) -> str:
    """Say in words what a value may be."""
    if len(_forms(schema)) > 1:
        return ", or ".join(dict.fromkeys(_value(form) for form in _forms(schema)))
    if "const" in schema:
        return f"`{_text(schema['const'])}`"
    if "enum" in schema:
        return ", ".join(f"`{_text(each)}`" for each in schema["enum"])
    kinds = schema.get("type", "any value")
    kind = " or ".join(kinds) if isinstance(kinds, list) else kinds
    limits = [
        f"{words} {f'`{schema[name]}`' if name == 'pattern' else schema[name]}".replace("|", "\\|")
        for name, words in (("format", "form"), ("pattern", "like"), ("minimum", "at least"), ("maximum", "at most"))
        if name in schema
    ]
    return ", ".join([kind, *limits])


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
