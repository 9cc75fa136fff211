"""Members of a line of results, which may come from anywhere: what is of another kind is as if it were absent."""

from collections.abc import Mapping

from keys.encoding import JsonValue

Object = Mapping[str, JsonValue]


def object_in(value: Object, member: str) -> Object:
    """Return the object that is a member of another; an empty one where there is none."""
    found = value.get(member)
    return found if isinstance(found, dict) else {}
