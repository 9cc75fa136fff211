"""The form with a syllabus: a few fields and one file, as browsers send files (RFC 7578), read whole in memory.

The gate has let in no more than `LIMIT` allows. What the browser says of the file, its name and kind, is left aside.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING, Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from issuer.api.pages.form import Form, read_form
from issuer.recognition.applying import MOST_FILE_BYTES
from issuer.web.staff.case_parts import UPLOAD_PATH
from keys.gate.answers import Refusal
from keys.gate.gate import BodyLimit

if TYPE_CHECKING:  # the library has the type for checkers only
    from python_multipart.multipart import MultipartCallbacks

FILE: Final = "file"
_MEDIA_TYPE: Final = b"multipart/form-data"
_MOST_PARTS: Final = 20
_HEADER_BYTES: Final = 8 * 1024
_MAX_BOUNDARY: Final = 200
_LIMIT: Final = BodyLimit(MOST_FILE_BYTES + 64 * 1024, 60.0)


@dataclass(frozen=True, slots=True)
class SyllabusForm(Form):
    """A form with the bytes of its file; none where no file was chosen."""

    file: bytes = field(default=b"", repr=False)


def upload_limits(base: str) -> Mapping[str, BodyLimit]:
    """Return how large a body may be where syllabuses are sent; `base` is the path before every address."""
    return {f"{base}{language}{UPLOAD_PATH}": _LIMIT for language in ("", "/en")}


def read_syllabus_form(body: bytes, media_type: str) -> Form:
    """Read a form with a file; one without, as a page that kept a form sends it again, is read as other forms are.

    Raises:
        Refusal: 415 or 422, no form of ours sends this.
    """
    kind, options = parse_options_header(media_type)
    if kind != _MEDIA_TYPE:
        return read_form(body, media_type)
    boundary = options.get(b"boundary", b"")
    if not 0 < len(boundary) <= _MAX_BOUNDARY:
        raise Refusal(422, "form_invalid", detail="expected a boundary between the parts of the form")
    parts = _Parts()
    try:
        parser = MultipartParser(boundary, parts.callbacks(), max_header_size=_HEADER_BYTES)
        parser.write(body)
        parser.finalize()
        fields = [(name, bytes(value).decode("utf-8")) for name, value in parts.found if name != FILE]
    except (FormParserError, ValueError):
        raise Refusal(422, "form_invalid", detail="expected a form of this service") from None
    if not parts.is_whole:
        raise Refusal(422, "form_invalid", detail="expected the whole form")
    return SyllabusForm(fields, next((bytes(value) for name, value in parts.found if name == FILE), b""))


class _Parts:
    """Collects the parts of one form."""

    def __init__(self) -> None:
        self.found: list[tuple[str, bytearray]] = []
        self.is_whole = False
        self._name, self._value = bytearray(), bytearray()
        self._disposition = ""

    def callbacks(self) -> "MultipartCallbacks":
        """Return what the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._header,
            "on_headers_finished": self._named,
            "on_part_data": lambda data, start, end: self.found[-1][1].extend(data[start:end]),
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._disposition = ""
        if len(self.found) >= _MOST_PARTS:
            raise ValueError("too many parts")

    def _header(self) -> None:
        if self._name.decode("latin-1").strip().lower() == "content-disposition":
            self._disposition = self._value.decode("utf-8")
        self._name.clear()
        self._value.clear()

    def _named(self) -> None:
        message = Message()
        message["Content-Disposition"] = self._disposition.replace("\r", " ").replace("\n", " ")
        name = message.get_param("name", header="Content-Disposition")
        self.found.append((name if isinstance(name, str) else "", bytearray()))

    def _end(self) -> None:
        self.is_whole = True
