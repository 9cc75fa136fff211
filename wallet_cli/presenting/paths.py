"""Paths as a holder types them, `qualifications[0].title`: what of a credential they name, and what one may choose."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from credential_schemas.dcql.model import FoundPath
from credential_schemas.sd_jwt.disclosures import CONTROL_CLAIMS
from keys.encoding import JsonValue
from wallet_cli.errors import ItemNotFound

ALWAYS: Final = CONTROL_CLAIMS | {"iat", "sub"}
"""Names of claims that every presentation shows."""

_PART: Final = re.compile(r"\[([0-9]{1,4})\]|\.?([^.\[\]]+)")
_MAX_CHARACTERS: Final = 300


def read_path(text: str) -> FoundPath:
    """Read a path.

    Raises:
        ItemNotFound: it has another form (kind `path`).
    """
    found: list[str | int] = []
    place = 0
    while place < len(text) <= _MAX_CHARACTERS:
        part = _PART.match(text, place)
        if part is None or (part[0].startswith(".") is not (place > 0 and part[1] is None)):
            break
        found.append(part[2] if part[1] is None else int(part[1]))
        place = part.end()
    if not found or place < len(text) or isinstance(found[0], int):
        raise ItemNotFound(f"Expected a path such as qualifications[0].title, found {text!r}.", kind="path")
    return tuple(found)


def check_paths(claims: Mapping[str, JsonValue], paths: Sequence[FoundPath]) -> None:
    """Refuse a path that names nothing in a credential.

    Raises:
        ItemNotFound: one does (kind `path`).
    """
    for path in paths:
        node: JsonValue = dict(claims)
        for part in path:
            if isinstance(part, int):
                there = isinstance(node, list) and part < len(node)
            else:
                there = isinstance(node, dict) and part in node
            if not there:
                msg = (
                    f"Expected a path of this credential, found {path_text(path)!r}; 'cb-wallet select ID' lists them."
                )
                raise ItemNotFound(msg, kind="path")
            node = node[part]  # type: ignore[index] # it is there


def path_text(path: FoundPath) -> str:
    """Write a path as it is typed."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def leaves(value: JsonValue, path: str = "") -> Iterator[tuple[str, JsonValue]]:
    """Yield path and value of everything in a value that is neither object nor list."""
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from leaves(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from leaves(item, f"{path}[{number}]")
    elif path and value not in ([], {}):
        yield path, value


def narrowed(paths: Sequence[FoundPath], wanted: Sequence[FoundPath]) -> list[FoundPath]:
    """Return what of some paths was named: a named path inside one of them, or all of one that lies inside a named."""
    found: list[FoundPath] = []
    for path in paths:
        if any(path[: len(each)] == each for each in wanted):
            found.append(path)
        else:
            found += [each for each in wanted if each[: len(path)] == path]
    return found
