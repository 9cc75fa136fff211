"""Read YAML into plain values, and remember on which line each of them stands.

A plain part of YAML 1.2: mappings with text keys, lists, text, `true` and `false`, `null`, whole and decimal numbers.
No aliases, no tags, no repeated keys; a word such as `no` or a day such as `2026-03-02` stays text.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, TypeAlias

import yaml

from credential_schemas.criteria.errors import PolicyError
from keys.values import dataclass

MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 16
MAX_NODES: Final = 10_000

Plain: TypeAlias = "bool | int | Decimal | str | list[Plain] | dict[str, Plain] | None"
Place: TypeAlias = tuple[str | int, ...]

_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,9}")
_TAGS: Final = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "value", "merge", "map", "seq")
)
_WORDS: Final[Mapping[str, bool | None]] = {"true": True, "false": False, "null": None, "": None}


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and the line (from 1) of each value by its place, for example `("rules", 2, "per")`."""

    name: str
    value: Plain
    lines: Mapping[Place, int]

    def line(self, place: Place) -> int:
        """Return the line of a place, or of the nearest value around it that the file has."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines[place]


def read_document(data: bytes, *, name: str) -> Document:
    """Read a YAML file of at most 256 KiB; `name` is what messages call it.

    Raises:
        PolicyError: not UTF-8, not this part of YAML, too large or too deep; with file and line.
    """
    if len(data) > MAX_BYTES:
        raise PolicyError(f"{name}: expected at most {MAX_BYTES} bytes, found more")
    try:
        node = _Composer(data.decode("utf-8"), name=name).get_single_node()
    except UnicodeDecodeError:
        raise PolicyError(f"{name}: expected UTF-8 text, found other bytes") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
        raise PolicyError(f"{name}:{line}: {error.problem or 'this is not YAML'}") from None
    except yaml.YAMLError:
        raise PolicyError(f"{name}: expected YAML, found characters it does not allow") from None
    if node is None:
        raise PolicyError(f"{name}: expected a document, found an empty file")
    reader = _Reader(name)
    return Document(name, reader.value(node, ()), reader.lines)


class _Composer(yaml.SafeLoader):
    """Stops at the limits while it reads, before a hostile file has cost seconds; keys count beside values here."""

    def __init__(self, text: str, *, name: str) -> None:
        super().__init__(text)
        self._file = name
        self._depth = 0
        self._nodes = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self._depth += 1
        self._nodes += 1
        if self._depth > MAX_DEPTH + 1 or self._nodes > 2 * MAX_NODES:
            raise _too_large(self._file, self.get_mark())
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Place, int] = {}
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, place: Place) -> Plain:
        self._admit(node, place)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, number)) for number, item in enumerate(node.value)]
        found: dict[str, Plain] = {}
        for key, item in node.value:
            name = self._key(key)
            if name in found:
                raise self._error(key, f"expected each key once, found {name!r} twice")
            found[name] = self.value(item, (*place, name))
            self.lines[(*place, name)] = key.start_mark.line + 1
        return found

    def _admit(self, node: yaml.Node, place: Place) -> None:
        if id(node) in self._seen:
            raise self._error(node, "expected every value written out, found an alias")
        if node.tag not in _TAGS:
            raise self._error(node, "expected no tags, found one")
        self._seen.add(id(node))
        if len(self._seen) > MAX_NODES:
            raise _too_large(self.name, node.start_mark)
        self.lines[place] = node.start_mark.line + 1

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode) or not node.value or node.tag not in _TAGS:
            raise self._error(node, "expected a word as key, found something else")
        return str(node.value)

    @staticmethod
    def _scalar(node: yaml.ScalarNode) -> Plain:
        text = str(node.value)
        if node.style is not None:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _WHOLE.fullmatch(text):
            return int(text)
        return Decimal(text) if _DECIMAL.fullmatch(text) else text

    def _error(self, node: yaml.Node, message: str) -> PolicyError:
        return PolicyError(f"{self.name}:{node.start_mark.line + 1}: {message}")


def _too_large(name: str, mark: yaml.Mark) -> PolicyError:
    return PolicyError(f"{name}:{mark.line + 1}: expected a smaller document, found too many or too deep values")
