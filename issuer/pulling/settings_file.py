"""The file of sources: for those that are asked address, times, token and what is believed, for all what was promised.

A token stands in a file of its own, for its owner alone, or in an environment variable; never in this file or in the
database. The form is described in docs/sources.md.
"""

import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from credential_schemas.entry_types import Names
from credential_schemas.wording.model import Language
from issuer.deliveries.ages import Promises, all_sources
from issuer.deliveries.errors import SourcesUnreadable
from issuer.deliveries.reconciling import Allowance
from issuer.pulling.limits import MAX_PAGE_BYTES, MAX_SETTINGS_BYTES, MAX_TOKEN_BYTES
from keys.encoding import JsonValue, decode_json_object
from keys.errors import DecodingError, UrlError
from keys.urls import parse_url

_TOKEN: Final = re.compile(r"[!-~]{1,4000}")
_CONTACT: Final = re.compile(r"\S(?:[^\x00-\x1f\x7f\u2028\u2029]{0,198}\S)?")
_VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,99}")
_NUMBERS: Final[Mapping[str, tuple[int, int, int]]] = {  # name: least, most, default
    "every_minutes": (1, 60 * 24 * 31, 60 * 24),
    "max_age_hours": (1, 24 * 366, 48),
    "seconds": (1, 120, 30),
    "tries": (1, 10, 4),
    "largest_page_bytes": (1, MAX_PAGE_BYTES, MAX_PAGE_BYTES),
    "withdraw_entries": (0, 1_000_000, Allowance().entries),
    "withdraw_percent": (0, 100, Allowance().percent),
}
_MEMBERS: Final = frozenset({"url", "token_file", "token_env", *_NUMBERS})
_AGE: Final = "max_age_hours"


@dataclass(frozen=True, slots=True)
class AskedSource:
    """How one source is asked.

    Attributes:
        id: of the source.
        url: where its delivery note lies.
        token: says to the source who asks, as a bearer token; None when it asks for none.
        every_minutes: how long after one run the next is due.
        max_age_hours: how old the newest delivery may be before the source is called late.
        seconds: patience for one answer as a whole.
        tries: how often one question is asked before the run gives up.
        largest_page_bytes: of one page.
        allowance: what one delivery may withdraw or replace without an operator.
    """

    id: str
    url: str
    every_minutes: int
    max_age_hours: int
    seconds: int
    tries: int
    largest_page_bytes: int
    allowance: Allowance
    token: str | None = field(default=None, repr=False)


Environment = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """What the file says.

    Attributes:
        asked: sources that are asked.
        files: for those that deliver files, how old these may be in hours.
        contacts: how holders reach a source to have a record corrected: a telephone number, an address.
    """

    asked: Mapping[str, AskedSource] = field(default_factory=dict)
    files: Mapping[str, int] = field(default_factory=dict)
    contacts: Mapping[str, Names] = field(default_factory=dict)

    def contact(self, source: str, language: Language) -> str:
        """Return how a source is reached, empty where the file does not say."""
        return self.contacts[source].in_language(language) if source in self.contacts else ""

    @property
    def promises(self) -> Promises:
        """What was promised for each source."""
        return Promises({source: each.max_age_hours for source, each in self.asked.items()}, self.files)


def read_source_settings(path: Path, *, environment: Environment, development: bool) -> SourceSettings:
    """Read the file of sources.

    Args:
        path: the file; token files that it names without a leading slash lie beside it.
        environment: where variables with tokens are looked up.
        development: whether addresses of this machine are allowed.

    Raises:
        SourcesUnreadable: the file or a token is not there or not in order; no token is repeated.
    """
    try:
        members = decode_json_object(_read(path, MAX_SETTINGS_BYTES), max_bytes=MAX_SETTINGS_BYTES)
    except DecodingError as error:
        raise SourcesUnreadable(f"expected a JSON object ({error.kind})") from error
    listed, files, contacts = members.get("asked"), members.get("files", {}), members.get("contacts", {})
    if (
        members.get("sources") != 1
        or not {"sources", "asked"} <= set(members) <= {"sources", "asked", "files", "contacts"}
        or not isinstance(listed, dict)
        or not isinstance(files, dict)
        or not isinstance(contacts, dict)
    ):
        problem = (
            'expected "sources": 1 and an object "asked", and none or one "files" and "contacts", '
            "with a line for each source"
        )
        raise SourcesUnreadable(problem)
    for source in (*listed, *files, *contacts):
        if source not in all_sources():
            raise SourcesUnreadable(f"expected sources of this bank, found {source[:40]!r}")
        if source in listed and source in files:
            raise SourcesUnreadable(f"{source}: expected asked or files, found both")

    def token_of(source: str, line: Mapping[str, JsonValue]) -> str | None:
        return _token(source, line, folder=path.parent, environment=environment)

    asked = {source: _source(source, line, token_of, development=development) for source, line in listed.items()}
    return SourceSettings(
        asked,
        {source: _promise(source, line) for source, line in files.items()},
        {source: _contact(source, line) for source, line in contacts.items()},
    )


def _promise(source: str, line: JsonValue) -> int:
    if not isinstance(line, dict) or set(line) != {_AGE}:
        raise SourcesUnreadable(f"{source}: expected an object with {_AGE} alone, because it delivers files")
    return _number(source, _AGE, line)


def _contact(source: str, line: JsonValue) -> Names:
    texts = [line.get(each) for each in ("ko", "en")] if isinstance(line, dict) and set(line) == {"ko", "en"} else []
    said = [each for each in texts if isinstance(each, str) and _CONTACT.fullmatch(each)]
    if len(said) != len(Names.__slots__):
        raise SourcesUnreadable(f"{source}: expected a contact as ko and en, one line of 1 to 200 characters each")
    return Names(*said)


def _source(
    source: str,
    line: JsonValue,
    token_of: Callable[[str, Mapping[str, JsonValue]], str | None],
    *,
    development: bool,
) -> AskedSource:
    if not isinstance(line, dict) or not _MEMBERS.issuperset(line):
        raise SourcesUnreadable(f"{source}: expected an object with only {', '.join(sorted(_MEMBERS))}")
    url = line.get("url")
    try:
        address = parse_url(url if isinstance(url, str) else "", allow_loopback=development).text
    except UrlError as error:
        raise SourcesUnreadable(f"{source}.url: {error.message}") from None
    if not urlsplit(address).path.strip("/"):
        raise SourcesUnreadable(f"{source}.url: expected the address of a delivery note, with a path")
    numbers = {name: _number(source, name, line) for name in _NUMBERS}
    allowance = Allowance(numbers.pop("withdraw_entries"), numbers.pop("withdraw_percent"))
    return AskedSource(id=source, url=address, token=token_of(source, line), allowance=allowance, **numbers)


def _number(source: str, name: str, line: Mapping[str, JsonValue]) -> int:
    least, most, default = _NUMBERS[name]
    value = line.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise SourcesUnreadable(f"{source}.{name}: expected a whole number from {least} to {most}")
    return value


def _token(source: str, line: Mapping[str, JsonValue], *, folder: Path, environment: Environment) -> str | None:
    file, variable = line.get("token_file"), line.get("token_env")
    if file is not None and variable is not None:
        raise SourcesUnreadable(f"{source}: expected token_file or token_env, found both")
    if file is None and variable is None:
        return None
    if variable is not None:
        name = variable if isinstance(variable, str) and _VARIABLE.fullmatch(variable) else ""
        token = environment.get(name, "")
        place = f"the variable {name}"
    else:
        name = file if isinstance(file, str) else ""
        token = _private_text(source, folder / name)
        place = "its file"
    if not _TOKEN.fullmatch(token):
        raise SourcesUnreadable(f"{source}: expected a token of visible ASCII characters in {place}")
    return token


def _private_text(source: str, path: Path) -> str:
    text = _read(path, MAX_TOKEN_BYTES).decode("ascii", "replace").rstrip("\n")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise SourcesUnreadable(
            f"{source}: expected {path.name} to be for its owner alone (mode 0600), found {mode:04o}"
        )
    return text


def _read(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise SourcesUnreadable(f"{path.name}: {error.strerror or 'it cannot be read'}") from error
