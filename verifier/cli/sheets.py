"""Write results of scoring to the disk: a file whole or not at all, and a folder with a sheet for each applicant."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from credential_schemas.report.messages import Language
from verifier.errors import OptionError, ScoringFileError
from verifier.scoring.page import page
from verifier.scoring.results import Result
from verifier.scoring.sheet import score_sheet
from verifier.whole_files import write_whole

_NOT_PLAIN: Final = re.compile(r"[^0-9A-Za-z_-]+")
_MAX_NAME: Final = 40


def check_sheets_folder(folder: Path) -> None:
    """Refuse a folder in which sheets of another scoring could stay beside the new ones.

    Raises:
        OptionError: it is a file, or not empty.
        ScoringFileError: it cannot be looked into.
    """
    try:
        is_new = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    except OSError as error:
        raise ScoringFileError(f"{folder.name}: expected to make the folder, found: {error.strerror}") from error
    if not is_new:
        raise OptionError(f"expected a new or an empty folder, found {folder.name} with something in it", kind="sheets")


def write_sheets(folder: Path, results: Sequence[Result], language: Language) -> None:
    """Write `sheet-00001-NUMBER.html` and so on; what is not plain in a number is `_` in the name.

    Raises:
        ScoringFileError: a file cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ScoringFileError(f"{folder.name}: expected to make the folder, found: {error.strerror}") from error
    for position, result in enumerate(results, start=1):
        number = _NOT_PLAIN.sub("_", result.applicant)[:_MAX_NAME] or "self-check"
        text = page(result.posting.notice_title, [score_sheet(result, language)], language)
        write_result(folder / f"sheet-{position:05}-{number}.html", text.encode("utf-8"))


def write_result(path: Path, data: bytes) -> None:
    """Write whole or not at all, for its owner only: results are personal data."""
    try:
        write_whole(path, data)
    except OSError as error:
        raise ScoringFileError(f"{path.name}: expected to write it, found: {error.strerror}") from error
