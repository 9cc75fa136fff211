"""The delivery note: what a source says of one delivery before anything of it is fetched, read strictly.

Rules enforced: the form and its limits; that it is the source's own; each page's media type, length and SHA-256; paths
that stay below the note; a time and a day that are not in the future; never an older delivery than one that was taken.

Source: docs/formats/delivery-note.md
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from issuer.deliveries.errors import NoteUnreadable
from issuer.pulling.limits import CLOCK_LEEWAY_S, MAX_DELIVERY_BYTES, MAX_NOTE_BYTES, MAX_PAGES
from issuer.times import korean_day_of, utc_text
from keys.encoding import JsonValue, decode_json_object
from keys.errors import DecodingError

FORMAT: Final = 1
MEDIA_TYPES: Final = ("application/json", "application/xml", "text/csv")
_MEMBERS: Final = frozenset({"delivery", "source", "id", "made_at", "as_of", "complete", "pages"})
_PAGE_MEMBERS: Final = frozenset({"path", "media_type", "bytes", "sha256"})
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_PATH: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,3}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its path below the note, its media type, its length in bytes, and its SHA-256 in hex."""

    path: str
    media_type: str
    size: int
    sha256: str

    def is_page(self, content: bytes) -> bool:
        """Return whether these bytes are the page."""
        return len(content) == self.size and hashlib.sha256(content).hexdigest() == self.sha256


@dataclass(frozen=True, slots=True)
class DeliveryNote:
    """What a source delivers.

    Attributes:
        source: id of the source.
        id: the source's own name of the delivery.
        made_at: when it was made, UTC in ISO 8601 to the second.
        as_of: the Korean day that its content describes.
        complete: it has everything that the source has; only such a delivery withdraws.
        pages: in their order; none is a delivery with nothing in it.
        sha256: of the note itself.
    """

    source: str
    id: str
    made_at: str
    as_of: date
    complete: bool
    pages: tuple[Page, ...]
    sha256: str


def read_note(data: bytes, *, source: str, now: datetime, newest: str | None, largest_page_bytes: int) -> DeliveryNote:
    """Read a delivery note.

    Args:
        data: as it was fetched.
        source: whose note it must be.
        now: aware.
        newest: when the newest delivery that was taken was made; None before the first.
        largest_page_bytes: of one page.

    Raises:
        NoteUnreadable: a rule of this module is broken; the sentence says which.
    """
    try:
        members = decode_json_object(data, max_bytes=MAX_NOTE_BYTES)
    except DecodingError as error:
        raise NoteUnreadable(f"expected a strict JSON object ({error.kind})", source=source) from error
    if members.get("delivery") != FORMAT or set(members) != _MEMBERS:
        names = ", ".join(sorted(_MEMBERS))
        raise NoteUnreadable(f"expected delivery {FORMAT} and exactly the members {names}", source=source)
    if members["source"] != source:
        raise NoteUnreadable("expected the note of this source, found another's", source=source)
    made_at, as_of = _made_at(members, source=source, now=now), _as_of(members, source=source, now=now)
    if newest is not None and made_at < newest:
        raise NoteUnreadable(f"it was made at {made_at}, before the one that was taken last", source=source)
    if not isinstance(members["complete"], bool):
        raise NoteUnreadable("complete: expected true or false", source=source)
    return DeliveryNote(
        source=source,
        id=_matched(members, "id", _ID, source=source),
        made_at=made_at,
        as_of=as_of,
        complete=members["complete"],
        pages=_pages(members["pages"], source=source, largest=largest_page_bytes),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _made_at(members: dict[str, JsonValue], *, source: str, now: datetime) -> str:
    text = _matched(members, "made_at", _TIME, source=source)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise NoteUnreadable("made_at: expected a time in UTC to the second", source=source) from None
    if moment > now + timedelta(seconds=CLOCK_LEEWAY_S):
        raise NoteUnreadable(f"made_at: expected a time up to now, {utc_text(now)}", source=source)
    return text


def _as_of(members: dict[str, JsonValue], *, source: str, now: datetime) -> date:
    text = _matched(members, "as_of", _DAY, source=source)
    today = korean_day_of(now)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NoteUnreadable("as_of: expected a day as YYYY-MM-DD", source=source) from None
    if day > today:
        raise NoteUnreadable(f"as_of: expected a day up to today, {today.isoformat()}", source=source)
    return day


def _pages(listed: JsonValue, *, source: str, largest: int) -> tuple[Page, ...]:
    if not isinstance(listed, list) or len(listed) > MAX_PAGES:
        raise NoteUnreadable(f"pages: expected a list of at most {MAX_PAGES}", source=source)
    pages = tuple(_page(each, source=source, largest=largest) for each in listed)
    if len({page.path for page in pages}) != len(pages):
        raise NoteUnreadable("pages: expected each path once", source=source)
    if sum(page.size for page in pages) > MAX_DELIVERY_BYTES:
        raise NoteUnreadable(f"pages: expected at most {MAX_DELIVERY_BYTES} bytes in all", source=source)
    return pages


def _page(listed: JsonValue, *, source: str, largest: int) -> Page:
    if not isinstance(listed, dict) or set(listed) != _PAGE_MEMBERS:
        raise NoteUnreadable(f"pages: expected exactly the members {', '.join(sorted(_PAGE_MEMBERS))}", source=source)
    size, media_type = listed["bytes"], listed["media_type"]
    if isinstance(size, bool) or not isinstance(size, int) or not 0 < size <= largest:
        raise NoteUnreadable(f"pages: expected bytes from 1 to {largest}", source=source)
    if not isinstance(media_type, str) or media_type not in MEDIA_TYPES:
        raise NoteUnreadable(f"pages: expected a media type of {', '.join(MEDIA_TYPES)}", source=source)
    path, sha256 = _matched(listed, "path", _PATH, source=source), _matched(listed, "sha256", _SHA256, source=source)
    return Page(path, media_type, size, sha256)


def _matched(members: dict[str, JsonValue], name: str, form: re.Pattern[str], *, source: str) -> str:
    value = members[name]
    if not isinstance(value, str) or not form.fullmatch(value):
        raise NoteUnreadable(f"{name}: expected a text of the documented form", source=source)
    return value
