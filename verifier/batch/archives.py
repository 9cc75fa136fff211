"""Read ZIP archives without unpacking them: nothing is ever written under a member's name, so no name can lead astray.

Rules enforced:
* a directory of at most 4 MiB, at most 10,000 members, at most 2 GiB unpacked, else the archive is not read at all; nor
  is it where those of the archives in it make it more than 10,000 files, or 100,000 entries with folders and with
  archives that are not read;
* a member that unpacks to more than 1 MiB and 100 times its packed size, is encrypted, or is packed by another method
  than deflate, is not read;
* an archive in an archive is read, one deeper is not;
* a member is read no further than the limit of evidence.

Left to the caller: showing names safely (`Member.name` is what the archive says).
"""

import io
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from keys.values import dataclass
from verifier.batch.limits import (
    MAX_DIRECTORY_BYTES,
    MAX_ENTRIES,
    MAX_FILES,
    MAX_NESTED_BYTES,
    MAX_NESTING,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    RATIO_MATTERS_FROM,
)
from verifier.errors import UnreadableEvidence
from verifier.evidence.limits import MAX_EVIDENCE_BYTES

_STARTS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED, _UTF8 = 0x1, 0x800
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
)
_OTHER_FORMATS: Final = frozenset({"[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"})  # Office, EPUB, JAR
_CHUNK: Final = 1024 * 1024

HIDDEN: Final = "hidden"
"""The problem of a file that its system keeps for itself; nobody handed it in."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: what it is called, where it stands, and why it is not read, if that is known already."""

    name: str
    places: tuple[int, ...]
    problem: str | None = None


def is_archive(start: bytes) -> bool:
    """Return whether a file that begins so is a ZIP archive (or one of the formats built on it)."""
    return start.startswith(_STARTS)


def members_of(path: Path) -> tuple[Member, ...] | None:
    """Return the files in an archive in its own order; None when it is a document and not a folder of files.

    Raises:
        UnreadableEvidence: `archive_damaged`, `archive_too_large`, or `file_missing`.
    """
    try:
        with path.open("rb", buffering=0) as file, _opened(file) as archive:
            return tuple(_bounded(_Listing().members(archive, (), ""))) if _is_a_folder(archive) else None
    except FileNotFoundError as error:
        raise UnreadableEvidence("file_missing") from error
    except _DAMAGED as error:
        raise UnreadableEvidence("archive_damaged") from error


class ArchiveReader:
    """Reads members of archives; keeps the one it read last open, because members come in order."""

    def __init__(self) -> None:
        self._open: tuple[Path, tuple[int, ...], zipfile.ZipFile] | None = None
        self._held = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._close()

    def read(self, path: Path, places: tuple[int, ...]) -> bytes:
        """Return a member's bytes, at most one more than evidence may have.

        Raises:
            UnreadableEvidence: `archive_damaged`.
        """
        try:
            archive = self._archive(path, places[:-1])
            with archive.open(archive.infolist()[places[-1]]) as member:
                return member.read(MAX_EVIDENCE_BYTES + 1)
        except (*_DAMAGED, IndexError) as error:
            raise UnreadableEvidence("archive_damaged") from error

    def _archive(self, path: Path, places: tuple[int, ...]) -> zipfile.ZipFile:
        if self._open is not None and self._open[:2] == (path, places):
            return self._open[2]
        self._close()
        archive = self._held.enter_context(_opened(self._held.enter_context(path.open("rb", buffering=0))))
        for place in places:
            archive = self._held.enter_context(_nested(archive, archive.infolist()[place]))
        self._open = (path, places, archive)
        return archive

    def _close(self) -> None:
        self._open = None
        self._held.close()


class _BoundedFile(io.BufferedReader):
    """A file that gives no more at a time than a directory may have: `zipfile` reads that in one piece."""

    def read(self, size: int | None = -1, /) -> bytes:
        limit = MAX_DIRECTORY_BYTES + 1 if size is None or size < 0 else size
        data = super().read(limit) if limit <= MAX_DIRECTORY_BYTES + 1 else b""
        if limit > MAX_DIRECTORY_BYTES + 1 or len(data) > MAX_DIRECTORY_BYTES:
            raise zipfile.BadZipFile("a directory too large")
        return data


@contextmanager
def _opened(file: io.FileIO) -> Iterator[zipfile.ZipFile]:
    with _BoundedFile(file) as bounded, zipfile.ZipFile(bounded) as archive:
        yield archive


@contextmanager
def _nested(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[zipfile.ZipFile]:
    """Open an archive in an archive by way of a file without a name."""
    with tempfile.TemporaryFile(buffering=0) as copy, archive.open(info) as member:
        size = 0
        while chunk := member.read(_CHUNK):
            size += len(chunk)
            if size > MAX_NESTED_BYTES:
                raise zipfile.BadZipFile("a nested archive too large")
            copy.write(chunk)
        copy.seek(0)
        with zipfile.ZipFile(_BoundedFile(io.FileIO(copy.fileno(), closefd=False))) as inner:
            yield inner


def _is_a_folder(archive: zipfile.ZipFile) -> bool:
    return _OTHER_FORMATS.isdisjoint(archive.namelist())


def _bounded(members: Iterator[Member]) -> Iterator[Member]:
    for number, member in enumerate(members, start=1):
        if number > MAX_FILES:
            raise UnreadableEvidence("archive_too_large")
        yield member


class _Listing:
    """The files of one archive and of those in it; it ends when all directories together have too many entries."""

    def __init__(self) -> None:
        self._entries = 0

    def members(self, archive: zipfile.ZipFile, above: tuple[int, ...], prefix: str) -> Iterator[Member]:
        infos = archive.infolist()
        self._entries += len(infos)
        if len(infos) > MAX_FILES or sum(info.file_size for info in infos) > MAX_UNPACKED_BYTES:
            raise UnreadableEvidence("archive_too_large")
        for place, info in enumerate(infos):
            name = _name_of(info)
            if info.is_dir():
                continue
            member = Member(prefix + name, (*above, place), HIDDEN if _is_hidden(name) else _problem_of(info))
            yield from [member] if member.problem is not None else self._expanded(archive, info, member)
            if self._entries > MAX_ENTRIES:
                raise UnreadableEvidence("archive_too_large")

    def _expanded(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, member: Member) -> Iterator[Member]:
        """A member, or what is in it when it is an archive that may be opened."""
        try:
            with archive.open(info) as file:
                nested = is_archive(file.read(4))
            if not nested:
                yield member
            elif len(member.places) >= MAX_NESTING:
                yield Member(member.name, member.places, "archive_nested")
            else:
                with _nested(archive, info) as inner:
                    is_folder = _is_a_folder(inner)
                    yield from [*self.members(inner, member.places, f"{member.name}/")] if is_folder else [member]
        except UnreadableEvidence as error:
            yield Member(member.name, member.places, error.kind)
        except _DAMAGED:
            yield Member(member.name, member.places, "archive_damaged")


def _problem_of(info: zipfile.ZipInfo) -> str | None:
    if info.flag_bits & _ENCRYPTED:
        return "archive_locked"
    if info.compress_type not in _METHODS:
        return "archive_method"
    greedy = info.file_size > RATIO_MATTERS_FROM and info.file_size > MAX_RATIO * max(1, info.compress_size)
    return "archive_ratio" if greedy else None


def _name_of(info: zipfile.ZipInfo) -> str:
    """Return a member's name; without the mark for UTF-8, old Korean programs meant code page 949."""
    name = info.orig_filename.replace("\\", "/")
    if info.flag_bits & _UTF8 or name.isascii():
        return name
    for encoding in ("utf-8", "cp949"):
        with suppress(UnicodeError):
            return name.encode("cp437").decode(encoding)
    return name


def _is_hidden(name: str) -> bool:
    parts = name.split("/")
    return parts[0] == "__MACOSX" or parts[-1].startswith(".")
