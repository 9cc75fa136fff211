"""From folders, archives, files and a manifest to the list of what is to be checked, in an order that never changes.

Rules enforced:
* paths in the order given, files of a folder by the bytes of their names, members of an archive in its own order;
* a link is followed only to a file below the same folder; nothing else that is not a plain file is opened;
* hidden files are left out and counted; the batch's own files are left out;
* at most 10,000 files;
* without paths the manifest says what is checked, and names nothing outside its own folder; with paths it says whose
  the files are. A row whose file is not there, and a file without a row, are never passed over in silence.
"""

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from verifier.batch.archives import HIDDEN, ArchiveReader, is_archive, members_of
from verifier.batch.limits import MAX_FILES
from verifier.batch.manifest import Application, Manifest, Row, normal_path
from verifier.errors import BatchRefused, UnreadableEvidence
from verifier.evidence.gathering import well_formed
from verifier.evidence.limits import MAX_EVIDENCE_BYTES

_OUTSIDE, _MISSING = "link_outside", "file_missing"
_START_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class Item:
    """One file to check.

    Args:
        name: as it is shown and reported; text that can be written down.
        path: the file, or the archive that holds it; None when there is nothing to read.
        places: where it stands in the archive; empty for a plain file.
        problem: why it cannot be read, when that is known already.
        root: which of the given paths it came from.
        below: its path below that root, as the manifest may name it.
        place: its absolute path, with what it is called in the archive.
        application: whose it is, when the manifest says so.
    """

    name: str
    path: Path | None
    places: tuple[int, ...] = ()
    problem: str | None = None
    root: int = 0
    below: str = ""
    place: str = ""
    application: Application | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What is to be checked, and how many hidden files were left out."""

    items: tuple[Item, ...]
    hidden: int = 0


@dataclass
class _Found:
    own: frozenset[str]
    items: list[Item] = field(default_factory=list)
    hidden: int = 0
    folders: dict[str, str] = field(default_factory=dict)

    def placed(self, path: str) -> str:
        """Return what `_placed` does; where a folder lies is asked once."""
        folder, name = os.path.split(path)
        if folder not in self.folders:
            self.folders[folder] = str(Path(folder).resolve()).rstrip("/")
        return f"{self.folders[folder]}/{name}"

    def add(self, item: Item) -> None:
        if item.problem == HIDDEN:
            self.hidden += 1
            return
        if len(self.items) == MAX_FILES:
            raise BatchRefused("inputs", f"expected at most {MAX_FILES} files, found more; split the batch")
        self.items.append(item)


def list_inputs(paths: Sequence[str], *, manifest: Manifest | None, own: Iterable[Path]) -> Listing:
    """Return everything that is to be checked.

    Args:
        paths: files, folders and archives, as a person named them.
        manifest: whose files they are, or None.
        own: files that belong to the batch itself and are no input.

    Raises:
        BatchRefused: there is nothing to check, or too much, or the manifest fits in two ways.
    """
    found = _Found(frozenset(str(_placed(path)) for path in own))
    if paths:
        for root, path in enumerate(paths):
            _add_path(found, Path(path), root=root)
    elif manifest is not None:
        _add_rows(found, manifest)
    items = _with_applications(found.items, manifest) if paths and manifest is not None else found.items
    if len(items) > MAX_FILES:
        raise BatchRefused("inputs", f"expected at most {MAX_FILES} files and rows, found more; split the batch")
    if not items:
        raise BatchRefused("inputs", "expected at least one file to check, found none")
    return Listing(tuple(items), found.hidden)


def read_item(item: Item, archives: ArchiveReader) -> bytes:
    """Return the bytes of one file, at most one more than evidence may have.

    Raises:
        UnreadableEvidence: why it cannot be read.
    """
    if item.problem is not None or item.path is None:
        raise UnreadableEvidence(item.problem or _MISSING)
    if item.places:
        return archives.read(item.path, item.places)
    return _read_start(item.path, MAX_EVIDENCE_BYTES + 1)


def _read_start(path: Path, size: int) -> bytes:
    """Read the beginning of a plain file; opening anything else must neither wait nor act."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            found = os.fstat(file)
            if not stat.S_ISREG(found.st_mode):
                raise UnreadableEvidence(_MISSING)
            left, parts = min(size, found.st_size), []
            while left > 0 and (part := os.read(file, left)):
                parts.append(part)
                left -= len(part)
            return b"".join(parts)
        finally:
            os.close(file)
    except OSError as error:
        raise UnreadableEvidence(_MISSING) from error


def _add_path(found: _Found, path: Path, *, root: int) -> None:
    try:
        is_folder = path.is_dir()
    except OSError:  # a name that cannot be looked up: one line says so
        is_folder = False
    if not is_folder:
        _add_file(found, path, Item(well_formed(str(path)), path, root=root))
        return
    inside = path.resolve()
    for name, below, is_link in _files_below(str(path)):
        file = Path(name)
        item = Item(well_formed(name), file, root=root, below=normal_path(below))
        if file.name.startswith("."):
            found.add(replace(item, problem=HIDDEN))
        elif is_link and not _leads_inside(file, inside):
            found.add(replace(item, path=None, problem=_OUTSIDE))
        else:
            _add_file(found, file, item)


def _files_below(folder: str) -> Iterator[tuple[str, str, bool]]:
    """Yield the path of what is no folder, depth first, its name below the folder and whether it is a link.

    Links to folders are not entered. What is what the folder itself says, so that no file is looked at for it.
    """
    waiting = [(folder, "", False, True)]
    while waiting:
        path, below, is_link, is_folder = waiting.pop()
        if is_folder:
            try:
                with os.scandir(path) as entries:
                    inside = sorted(entries, key=lambda entry: os.fsencode(entry.name), reverse=True)
            except OSError:  # no permission: one line says so
                yield path, below or ".", is_link
                continue
            start = f"{below}/" if below else ""
            above = "" if path == os.curdir else path.rstrip("/") + "/"
            waiting += [
                (above + each.name, start + each.name, each.is_symlink(), each.is_dir(follow_symlinks=False))
                for each in inside
            ]
        else:
            yield path, below, is_link


def _placed(path: Path) -> Path:
    """Return where a path lies; a link at its end stays what it is."""
    return path.parent.resolve() / path.name


def _leads_inside(link: Path, folder: Path) -> bool:
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):
        return False
    return target.is_file() and target.is_relative_to(folder)


def _add_file(found: _Found, path: Path, item: Item) -> None:
    """Add a file, or what is in it when it is an archive."""
    place = found.placed(str(path))
    if place in found.own:
        return
    try:
        members = members_of(path) if is_archive(_read_start(path, _START_BYTES)) else None
    except UnreadableEvidence as error:
        found.add(replace(item, place=normal_path(place), problem=error.kind))
        return
    item = replace(item, place=normal_path(place), below=item.below or ("" if members else normal_path(path.name)))
    if members is None:
        found.add(item)
        return
    for member in members:
        name, inner = well_formed(f"{item.name}/{member.name}"), normal_path(member.name)
        below, place_inside = (f"{item.below}/{inner}" if item.below else inner), f"{item.place}/{inner}"
        known = replace(item, name=name, below=below, place=place_inside)
        found.add(replace(known, places=member.places, problem=member.problem))


def _add_rows(found: _Found, manifest: Manifest) -> None:
    inside = manifest.folder.resolve()
    for row in manifest.rows:
        path = manifest.folder / row.path
        before = len(found.items)
        if path.resolve().is_relative_to(inside):
            _add_path(found, path, root=row.number)
        else:
            found.add(Item(well_formed(row.path), None, problem=_OUTSIDE))
        found.items[before:] = [replace(item, application=row.application) for item in found.items[before:]]
        if len(found.items) == before:
            found.add(_missing(row))


def _with_applications(items: Sequence[Item], manifest: Manifest) -> list[Item]:
    """Give each file the application that names it, or the closest folder or archive it lies in."""
    absolute = {normal_path(str(_placed(manifest.folder / row.path))): row for row in manifest.rows}
    relative = {row.path: row for row in manifest.rows}
    matched: dict[int, int] = {}
    result = []
    for item in items:
        row = _named(absolute, item.place) or _named(relative, item.below)
        if row is None:
            result.append(item)
            continue
        if matched.setdefault(row.number, item.root) != item.root:
            raise BatchRefused("manifest", f"row {row.number} of the manifest: its path lies in two of the given paths")
        result.append(replace(item, application=row.application))
    return result + [_missing(row) for row in manifest.rows if row.number not in matched]


def _named(rows: dict[str, Row], path: str) -> Row | None:
    """Return the row that names a path, or the closest one above it."""
    while path:
        if path in rows:
            return rows[path]
        path = path.rpartition("/")[0]
    return None


def _missing(row: Row) -> Item:
    return Item(well_formed(row.path), None, application=row.application)
