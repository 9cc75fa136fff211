"""The page of everything a policy may say and a score can tell: from the policy's JSON Schema and its sentences."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from credential_schemas.criteria.language import Policy

ROOT = Path(__file__).resolve().parent.parent / "credential_schemas/criteria"
SCHEMA = ROOT / "policy.schema.json"
INTRODUCTION = """# Hiring criteria, member by member

Written by `docs/generate_reference.py` from the code. What the parts mean together, and how an applicant is scored:
[hiring criteria](../formats/criteria.md). The JSON Schema is `credential_schemas/criteria/policy.schema.json`.

A part is an object; a member that it does not have is refused. `*` stands for any name. A number is written as such and
counts exactly; an id has at most 64 letters, digits, `_`, `.` and `-`.
"""
_ID = "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
_KINDS = {"string": "text", "null": "nothing", "boolean": "`true` or `false`", "integer": "whole number"}
_SENTENCES = (
    ("why", "Why a line of the trace has its points", "Slug"),
    ("reasons", "Why an entry does not count", "`excluded_entries`"),
    ("flags", "What a person should look at", "`flags`, before its colon"),
)
_SENTENCES_NOTE = "The reason of a rule's own condition (`otherwise`) is told as `own_condition`."


def policy_schema() -> str:
    """Return the JSON Schema of the policy language, for editors."""
    return json.dumps(Policy.model_json_schema(), ensure_ascii=False, indent=1) + "\n"


def criteria_page() -> str:
    """Return the whole page."""
    schema = Policy.model_json_schema()
    parts = {"Policy": schema, **schema["$defs"]}
    return INTRODUCTION + "".join(_part(name, part) for name, part in parts.items()) + _sentences()


def _part(name: str, part: Mapping[str, Any]) -> str:
    rows = "".join(_members(part))
    return f"\n## {name}\n\n{part['description']}\n\n| Member | Value | |\n|---|---|---|\n{rows}"


def _members(part: Mapping[str, Any]) -> Iterator[str]:
    needed = part.get("required", [])
    for name, member in part["properties"].items():
        default = member.get("default")
        absent = (
            "" if default in (None, []) else f"else `{default if isinstance(default, str) else json.dumps(default)}`"
        )
        yield f"| `{name}` | {_value(member)} | {'always' if name in needed else absent} |\n"


def _value(schema: Mapping[str, Any]) -> str:
    """Say in words what a value may be; parts are links to their tables."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    forms = schema.get("anyOf") or schema.get("oneOf")
    if forms:
        return ", or ".join(dict.fromkeys(_value(form) for form in forms))
    if "const" in schema or "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        length = _span(schema, "minItems", "maxItems").rstrip()
        return f"list of {length + ': ' if length else ''}{_value(schema['items'])}"
    if schema.get("type") == "object":
        inner = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")]
        named = [_value(each) for each in inner if isinstance(each, Mapping)]
        return f"`*`: {named[0]}" if named else f"object with {', '.join(f'`{each}`' for each in schema['required'])}"
    return _plain(schema)


def _plain(schema: Mapping[str, Any]) -> str:
    if schema.get("pattern") == _ID:
        return "id"
    kinds = schema["type"]
    kind = " or ".join(kinds) if isinstance(kinds, list) else _KINDS.get(kinds, kinds)
    like = f" like `{schema['pattern']}`" if "pattern" in schema else ""
    characters = _span(schema, "minLength", "maxLength")
    return kind + like + (f" of {characters}characters" if characters else "") + _bounds(schema)


def _span(schema: Mapping[str, Any], least: str, most: str) -> str:
    if most not in schema:
        return f"at least {schema[least]} " if least in schema else ""
    return f"{schema[least]} to {schema[most]} " if least in schema else f"at most {schema[most]} "


def _bounds(schema: Mapping[str, Any]) -> str:
    return f", {schema['minimum']} to {schema['maximum']}" if "minimum" in schema else ""


def _sentences() -> str:
    words = json.loads((ROOT / "sentences.json").read_text("utf-8"))
    page = ""
    for group, title, column in _SENTENCES:
        rows = "".join(f"| `{slug}` | {korean} | {english} |\n" for slug, (korean, english) in words[group].items())
        note = f"{_SENTENCES_NOTE}\n\n" if group == "reasons" else ""
        page += f"\n## {title}\n\n{note}| {column} | Korean | English |\n|---|---|---|\n{rows}"
    return page
