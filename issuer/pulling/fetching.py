"""Ask a source: again after a failure that may pass, with growing waits and chance in them, and never for ever."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from issuer.deliveries.errors import PageDiffers, SourceUnreachable
from issuer.pulling.delivery_note import Page
from issuer.pulling.limits import FIRST_WAIT_S, LONGEST_WAIT_S, MAX_NOTE_BYTES
from issuer.pulling.settings_file import AskedSource
from keys.errors import FetchError
from keys.fetch import Fetched, Fetcher, Network
from keys.urls import parse_url

_NOTE_TYPE: Final = "application/json"
_PASSING_KINDS: Final = frozenset({"connect", "timeout", "protocol"})
_PASSING_STATUS: Final = frozenset({408, 425, 429, 500, 502, 503, 504})


class StoppedError(Exception):
    """Somebody asked to stop; what is committed stays."""


class Door(Protocol):
    """What a source is asked through; `keys.fetch.Fetcher` is one."""

    def get_if_changed(self, url: str, *, accept: str, max_bytes: int, etag: str | None) -> Fetched:
        """Fetch a document unless it is the known one; raises FetchError."""


@dataclass(frozen=True, slots=True)
class Outside:
    """The outside world of a run.

    Attributes:
        clock: tells the time, aware.
        wait: waits for so many seconds, or less when somebody asks to stop; says whether somebody does.
        chance: a number from 0 up to 1, by chance; keeps many programs from asking at the same moment.
        open_door: opens the way to a source.
    """

    clock: Callable[[], datetime]
    wait: Callable[[float], bool]
    chance: Callable[[], float]
    open_door: Callable[[AskedSource], Door]


def network_door(*, development: bool) -> Callable[[AskedSource], Door]:
    """Return what opens the network to the origin of a source, and to nothing else."""

    def open_door(asked: AskedSource) -> Door:
        origin = parse_url(asked.url, allow_loopback=development).origin
        network = Network(total_s=float(asked.seconds))
        return Fetcher([origin], allow_loopback=development, network=network, bearer=asked.token)

    return open_door


class SourceAsker:
    """Asks one source; `before_try` is called before each question goes out."""

    def __init__(self, asked: AskedSource, outside: Outside, *, before_try: Callable[[], None]) -> None:
        """Open the door; nothing is asked yet."""
        self._asked = asked
        self._outside = outside
        self._door = outside.open_door(asked)
        self._before_try = before_try

    def note(self, etag: str | None) -> Fetched:
        """Return the delivery note, unless it is still the known one.

        Raises:
            SourceUnreachable: it cannot be had within the rules.
            StoppedError: somebody asked to stop.
        """
        tries = 1
        while True:
            try:
                return self._once(self._asked.url, _NOTE_TYPE, limit=MAX_NOTE_BYTES, etag=etag)
            except FetchError as error:
                self._after(error, tries)
            tries += 1

    def page(self, page: Page, number: int) -> bytes:
        """Return one page as the note describes it.

        Raises:
            SourceUnreachable: it cannot be had within the rules.
            PageDiffers: what the source sends is not what its note says, every time.
            StoppedError: somebody asked to stop.
        """
        url = f"{self._asked.url.partition('?')[0].rpartition('/')[0]}/{page.path}"
        tries = 1
        while True:
            try:
                content = self._once(url, page.media_type, limit=page.size, etag=None).body or b""
            except FetchError as error:
                self._after(error, tries)
            else:
                if page.is_page(content):
                    return content
                if tries == self._asked.tries:
                    raise PageDiffers(source=self._asked.id, page=number)
                self._pause(tries)
            tries += 1

    def _once(self, url: str, accept: str, *, limit: int, etag: str | None) -> Fetched:
        if self._outside.wait(0.0):
            raise StoppedError
        self._before_try()
        return self._door.get_if_changed(url, accept=accept, max_bytes=limit, etag=etag)

    def _after(self, error: FetchError, tries: int) -> None:
        """Wait after a failure that may pass; give up on any other, and after the last try."""
        passing = error.kind in _PASSING_KINDS or (error.kind == "status" and error.status in _PASSING_STATUS)
        if not passing or tries == self._asked.tries:
            kind = error.kind if error.status is None else f"{error.kind} {error.status}"
            raise SourceUnreachable(source=self._asked.id, kind=kind, tries=tries) from error
        self._pause(tries)

    def _pause(self, tries: int) -> None:
        if self._outside.wait(wait_s(tries, chance=self._outside.chance())):
            raise StoppedError


def wait_s(tries: int, *, chance: float) -> float:
    """Return the seconds to wait after so many tries: doubled each time, up to a minute, and half of it by chance."""
    longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (tries - 1))
    return float(longest * (0.5 + chance / 2))
