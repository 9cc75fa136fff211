"""Turn a complete journal into the output and its summary; done again, it gives the same bytes."""

import json
import os
from pathlib import Path

from verifier.batch.journal import lines_in
from verifier.batch.summary import Summary
from verifier.batch.tables import FORMATS, require_libraries
from verifier.errors import BatchRefused


def summary_of(out: Path) -> Path:
    """Return where the summary of an output lies: beside it."""
    return out.with_name(out.name + ".summary.json")


def check_output(out: Path) -> None:
    """Refuse an output that cannot be written, before anything is checked.

    Raises:
        BatchRefused: its ending is not known, it is there already, or its folder is not, or its library.
    """
    if out.suffix not in FORMATS:
        raise BatchRefused("output", f"expected --out to end with one of {', '.join(FORMATS)}, found {out.name}")
    try:
        if not out.parent.is_dir():
            raise BatchRefused("output", f"expected the folder {out.parent} to be there, found none")
        for path in (out, summary_of(out)):
            if path.exists():
                raise BatchRefused("output", f"expected a new file for the results, found {path} there already")
    except OSError as error:
        raise BatchRefused("output", f"expected to write {out}, found: {error.strerror}") from error
    require_libraries(out.suffix)


def finish(journal: Path, out: Path, *, summary: Summary) -> None:
    """Write output and summary, each whole or not at all, then remove the journal.

    Raises:
        BatchRefused: they cannot be written; the journal stays.
    """
    temporary = _temporary(out)
    try:
        _make_private(temporary)
        with FORMATS[out.suffix](temporary) as writer:
            for text in lines_in(journal):
                writer.write(text)
            writer.finish()
        beside = _temporary(summary_of(out))
        _make_private(beside)
        beside.write_text(json.dumps(summary.to_json(), ensure_ascii=False, indent=1) + "\n", "utf-8")
        for made, path in ((temporary, out), (beside, summary_of(out))):
            _put_in_place(made, path)
        journal.unlink()
    except OSError as error:
        raise BatchRefused(
            "output", f"expected to write {out}, found: {error.strerror}; the journal is kept"
        ) from error


def _temporary(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def _make_private(path: Path) -> None:
    """Results hold personal data: nobody else reads them."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _put_in_place(made: Path, path: Path) -> None:
    with made.open("rb") as file:
        os.fsync(file.fileno())
    made.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
