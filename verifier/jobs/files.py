"""The files of an upload one after another: those that came as they are, and those in archives."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from keys.values import dataclass
from verifier.batch.archives import HIDDEN, ArchiveReader, Member, members_of
from verifier.batch.limits import MAX_FILES
from verifier.errors import UnreadableEvidence
from verifier.evidence.gathering import well_formed
from verifier.jobs.errors import UploadRefused
from verifier.jobs.uploads import Part, Upload


@dataclass(frozen=True, slots=True)
class JobFile:
    """One file to be checked.

    Args:
        part: the number of the part of the upload that it came in, from 0.
        name: as its sender calls it; in an archive, below the archive's name where there are several parts.
        path: where the part lies.
        places: where it stands in the archive, empty for none.
        problem: why it cannot be read, where that is known already.
    """

    part: int
    name: str
    path: Path
    places: tuple[int, ...] = ()
    problem: str | None = None


def files_of(upload: Upload) -> tuple[JobFile, ...]:
    """Return every file of an upload in its order; hidden ones of archives are left out, as in a batch.

    A part in which no file is left is erased here, because nobody comes to read it.

    Raises:
        UploadRefused: `too_many_files`, `upload_empty`.
    """
    found: list[JobFile] = []
    alone = len(upload.parts) == 1
    for number, part in enumerate(upload.parts):
        files = [*_files_of_part(number, part, prefix="" if alone else f"{part.name}/")]
        if not files:
            part.path.unlink(missing_ok=True)
        found += files
        if len(found) > MAX_FILES:
            raise UploadRefused("too_many_files", f"expected at most {MAX_FILES} files, found more")
    if not found:
        raise UploadRefused("upload_empty", "expected at least one file, found only archives without one")
    return tuple(found)


def contents(files: tuple[JobFile, ...]) -> Iterator[tuple[JobFile, bytes | UnreadableEvidence]]:
    """Yield each file with its bytes, or why it has none; a part is erased as soon as its last file was given."""
    with ArchiveReader() as archives:
        for number, file in enumerate(files):
            yield file, _content(file, archives)
            if number + 1 == len(files) or files[number + 1].path != file.path:
                file.path.unlink(missing_ok=True)


def _files_of_part(number: int, part: Part, *, prefix: str) -> Iterator[JobFile]:
    whole = partial(JobFile, number, part.name, part.path)
    if not part.is_archive:
        yield whole()
        return
    try:
        members: tuple[Member, ...] | None = members_of(part.path)
    except UnreadableEvidence as error:
        yield whole(problem=error.kind)
        return
    if members is None:  # a document in a format built on ZIP
        yield whole()
        return
    for member in members:
        if member.problem == HIDDEN:
            continue
        name = prefix + well_formed(member.name)
        yield JobFile(number, name, part.path, member.places, member.problem)


def _content(file: JobFile, archives: ArchiveReader) -> bytes | UnreadableEvidence:
    if file.problem is not None:
        return UnreadableEvidence(file.problem)
    try:
        return archives.read(file.path, file.places) if file.places else file.path.read_bytes()
    except UnreadableEvidence as error:
        return error
