"""Take an upload apart while it comes: each file goes to disk under a number of ours, whatever it is called.

Rules enforced:
* a ZIP as the whole body, or the parts of a form (RFC 7578); at most 10,000 files, and names of 255 characters;
* a file that is no ZIP is kept no further than evidence may be long, and one byte, so that it is told to be too large;
* what was sent is identified by one digest over names and contents, not over the bytes of the form, whose boundary is
  another each time.

Left to the caller: the size of the whole upload and the time it takes (`keys.gate.streams`).
"""

import hashlib
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from keys.values import dataclass
from verifier.batch.archives import is_archive
from verifier.batch.limits import MAX_FILES
from verifier.evidence.gathering import well_formed
from verifier.evidence.limits import MAX_EVIDENCE_BYTES
from verifier.jobs.errors import UploadRefused
from verifier.jobs.limits import MAX_NAME_CHARACTERS

ZIP: Final = "application/zip"
FORM: Final = "multipart/form-data"
_START: Final = 4
_HEADER_BYTES: Final = 8 * 1024
_MAX_BOUNDARY: Final = 200


@dataclass(frozen=True, slots=True)
class Part:
    """One file of an upload: what the sender calls it, where it lies, and whether it is a ZIP."""

    name: str
    path: Path
    is_archive: bool


@dataclass(frozen=True, slots=True)
class Upload:
    """A whole upload, and what tells it from any other."""

    parts: tuple[Part, ...]
    digest: str


class Intake:
    """Receives one upload into a folder; call it from threads, one at a time."""

    def __init__(self, folder: Path, content_type: str) -> None:
        """Prepare for a body of one of the two forms.

        Raises:
            UploadRefused: `upload_malformed`, the form has no boundary.
        """
        self._folder = folder
        self._parts: list[Part] = []
        self._digest = hashlib.sha256()
        self._file: _IncomingFile | None = None
        self._form: MultipartParser | None = None
        self._may_be_empty = False
        media_type, options = parse_options_header(content_type)
        if media_type != FORM.encode():
            self._begin("upload.zip")
            return
        boundary = options.get(b"boundary", b"")
        if not 0 < len(boundary) <= _MAX_BOUNDARY:
            raise UploadRefused("upload_malformed", "expected a boundary between the parts of the form")
        headers = _PartHeaders(self._begin_part)
        self._form = MultipartParser(
            boundary,
            {
                "on_part_begin": headers.begin,
                "on_header_field": headers.field,
                "on_header_value": headers.value,
                "on_header_end": headers.end,
                "on_headers_finished": headers.finished,
                "on_part_data": self._data,
                "on_part_end": self._end,
                "on_end": self._end_of_form,
            },
            max_header_size=_HEADER_BYTES,
        )
        self._is_whole = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, data: bytes) -> None:
        """Take the next bytes of the body.

        Raises:
            UploadRefused: `upload_malformed`, `too_many_files`.
        """
        if self._form is None:
            self._data(data, 0, len(data))
            return
        try:
            self._form.write(data)
        except FormParserError as error:
            raise UploadRefused("upload_malformed", "expected the parts of a form, found something else") from error

    def finish(self) -> Upload:
        """Return what came.

        Raises:
            UploadRefused: `upload_malformed`, the form does not end; `upload_empty`, there is no file in it.
        """
        if self._form is None:
            self._end()
        elif not self._is_whole:
            raise UploadRefused("upload_malformed", "expected the whole form, found that its end is missing")
        if not self._parts:
            raise UploadRefused("upload_empty", "expected at least one file, found none")
        return Upload(tuple(self._parts), self._digest.hexdigest())

    def _begin_part(self, disposition: str) -> None:
        described = Message()
        described["Content-Disposition"] = disposition
        try:
            given = described.get_filename()
        except ValueError as error:  # RFC 2231: it names a character set that this sender made up
            raise UploadRefused("upload_malformed", "expected the name of a file, found no text") from error
        field = described.get_param("name", "", "Content-Disposition")
        self._begin(well_formed(given or str(field)), may_be_empty=not given)

    def _begin(self, name: str, *, may_be_empty: bool = False) -> None:
        if len(self._parts) >= MAX_FILES:
            raise UploadRefused("too_many_files", f"expected at most {MAX_FILES} files")
        number = len(self._parts)
        self._file = _IncomingFile(name[-MAX_NAME_CHARACTERS:], self._folder / f"{number:05}")
        self._may_be_empty = may_be_empty

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])

    def _end(self) -> None:
        if self._file is None:
            return
        file, self._file = self._file, None
        file.close()
        if not file.size and self._may_be_empty:  # a field of the form that nobody filled
            file.path.unlink()
            return
        self._parts.append(Part(file.name, file.path, file.is_archive))
        name = file.name.encode()
        self._digest.update(b"%d:%b%b" % (len(name), name, file.digest()))

    def _end_of_form(self) -> None:
        self._is_whole = True


class _IncomingFile:
    """One file on its way to disk; created so that only this user can read it."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.path = path
        self.size = 0
        self._start = b""
        self._digest = hashlib.sha256()
        self._file: BinaryIO = path.open("xb")
        path.chmod(0o600)

    @property
    def is_archive(self) -> bool:
        return is_archive(self._start)

    def write(self, data: bytes) -> None:
        self._digest.update(data)
        self._start += data[: _START - len(self._start)]
        room = len(data) if self.is_archive or len(self._start) < _START else MAX_EVIDENCE_BYTES + 1 - self.size
        self._file.write(data[: max(room, 0)])
        self.size += len(data)

    def close(self) -> None:
        self._file.close()

    def digest(self) -> bytes:
        return self._digest.digest()


class _PartHeaders:
    """Collects the headers of one part; only where the file's name stands is of interest."""

    def __init__(self, begin_part: Callable[[str], None]) -> None:
        self._begin_part = begin_part
        self.begin()

    def begin(self) -> None:
        self._name, self._value, self._disposition = b"", b"", ""

    def field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def end(self) -> None:
        if self._name.strip().lower() == b"content-disposition":
            self._disposition = self._value.decode("utf-8", "replace")
        self._name, self._value = b"", b""

    def finished(self) -> None:
        self._begin_part(self._disposition)
