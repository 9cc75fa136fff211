"""Makes one script of a page's modules, so that a phone asks for one file instead of dozens, one after the other.

The modules stay as they are written; each becomes a function that runs once, in the order in which browsers would run
them, so a module sees of the others what it imports, and nothing else. Block comments are left out.

What is accepted is how our modules are written: imports and exports by name, from addresses of ours, at the start of a
line. Anything else is refused when the service starts, never guessed. Whether the result is a program that browsers
take is for the tests to see, which give it the vectors.
"""

import re
from collections.abc import Iterable, Mapping
from posixpath import dirname, join, normpath
from typing import Final

from keys.values import dataclass

_IMPORT: Final = re.compile(r'^import \{([^{}]*)\} from "(\.[^"\n]+)";\n', re.MULTILINE)
_PASSED_ON: Final = re.compile(r'^export \{([^{}]*)\} from "(\.[^"\n]+)";\n', re.MULTILINE)
_LISTED: Final = re.compile(r"^export \{([^{}]*)\};\n", re.MULTILINE)
_DECLARED: Final = re.compile(r"^export ((?:const|function|class|async function) (\w+))", re.MULTILINE)
_COMMENT: Final = re.compile(r"^[ ]*/\*\*.*?\*/\n", re.MULTILINE | re.DOTALL)
_UNKNOWN: Final = re.compile(r"^(?:import|export)\b.*|\bimport\s*[(.].*", re.MULTILINE)
_WAITING: Final = re.compile(r"^(?!async function )\S.*\bawait\b", re.MULTILINE)
_NAME: Final = re.compile(r"(\w+)(?: as (\w+))?")


class CannotJoin(ValueError):
    """A module is written in a way that this program does not know; the message names it and says what."""


@dataclass(frozen=True, slots=True)
class _Joined:
    """A module that stands in the script: the name of what its function returned, and what can be imported from it."""

    name: str
    exported: frozenset[str]


def joined(modules: Mapping[str, str], entry: str) -> str:
    """Return one module that does what `entry` does; it imports nothing, and exports what `entry` exports.

    Args:
        modules: texts by address, such as "/web/verify/jws.js".
        entry: address of the module that the page names; it alone may wait (`await`) outside of functions.

    Raises:
        CannotJoin: a module or a name is imported that is not there, modules import each other in a circle, or one is
            written otherwise than said above.
    """
    script = _Script(modules)
    body, exported = script.read(entry)
    given = ", ".join(own if own == name else f"{own} as {name}" for name, own in exported.items())
    return "".join(script.parts) + body + (f"export {{ {given} }};\n" if given else "")


class _Script:
    """The modules that were taken so far, each after those that it imports."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self.parts: list[str] = []
        self._modules = modules
        self._open: set[str] = set()
        self._joined: dict[str, _Joined] = {}

    def read(self, address: str) -> tuple[str, dict[str, str]]:
        """Return the statements of a module, and its own names by those under which it exports them."""
        if address not in self._modules:
            raise CannotJoin(f"{address} is imported and is not there")
        if address in self._open:
            raise CannotJoin(f"{address} imports itself, through others or not")
        self._open.add(address)
        text = _COMMENT.sub("", self._modules[address])
        exported: dict[str, str] = {}

        def imported(found: re.Match[str]) -> str:
            return self._taken(address, found[2], _pairs(address, found[1]))

        def passed_on(found: re.Match[str]) -> str:
            pairs = _pairs(address, found[1])
            exported.update((name, name) for _, name in pairs)
            return self._taken(address, found[2], pairs)

        def listed(found: re.Match[str]) -> str:
            exported.update((name, own) for own, name in _pairs(address, found[1]))
            return ""

        def declared(found: re.Match[str]) -> str:
            exported[found[2]] = found[2]
            return found[1]

        text = _PASSED_ON.sub(passed_on, _IMPORT.sub(imported, text))
        text = _DECLARED.sub(declared, _LISTED.sub(listed, text))
        _refuse_unknown(address, text)
        return text, exported

    def _taken(self, importer: str, target: str, pairs: list[tuple[str, str]]) -> str:
        """Return the statement that stands for an import; the module stands in the script from now on."""
        address = normpath(join(dirname(importer), target))
        if address not in self._joined:
            self._joined[address] = self._put(address)
        there = self._joined[address]
        if missing := sorted({own for own, _ in pairs} - there.exported):
            raise CannotJoin(f"{importer}: {address} exports no {', '.join(missing)}")
        return f"const {_members(pairs)} = {there.name};\n"

    def _put(self, address: str) -> _Joined:
        body, exported = self.read(address)
        if waiting := _WAITING.search(body):
            raise CannotJoin(f"{address}: waits outside of functions: {waiting[0]}")
        name = f"$m{len(self._joined)}"
        members = _members(exported.items())
        self.parts.append(f"const {name} = (() => {{\n{body}return {members};\n}})();\n")
        return _Joined(name, frozenset(exported))


def _members(pairs: Iterable[tuple[str, str]]) -> str:
    """Return an object of the language, or what takes it apart: names of members, and what stands for each."""
    return f"{{ {', '.join(name if name == own else f'{name}: {own}' for name, own in pairs)} }}"


def _pairs(address: str, listed: str) -> list[tuple[str, str]]:
    """Return the names between braces: that of the module they come from, and that of the one they go to."""
    pairs = []
    for each in listed.strip().removesuffix(",").split(","):
        if (found := _NAME.fullmatch(each.strip())) is None:
            raise CannotJoin(f"{address}: expected names, found {listed.strip()}")
        pairs.append((found[1], found[2] or found[1]))
    return pairs


def _refuse_unknown(address: str, text: str) -> None:
    if unknown := _UNKNOWN.search(text):
        raise CannotJoin(f"{address}: expected imports and exports by name, found {unknown[0]}")
    for line in text.splitlines():
        # A text over several lines might hold what looks like a comment or an export.
        if line.count("`") % 2:
            raise CannotJoin(f"{address}: expected no text over several lines, found {line.strip()}")
