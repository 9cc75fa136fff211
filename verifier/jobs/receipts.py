"""The receipts of a job: one PDF for each file that got a verdict, handed out as one archive."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

RECEIPTS: Final = "receipts"
_CHUNK: Final = 256 * 1024
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)  # a ZIP knows no earlier day; the moment of a check stands in the receipt


def receipts_folder(folder: Path) -> Path:
    """Return where the receipts of a job lie."""
    return folder / RECEIPTS


def keep_receipt(folder: Path, number: int, *, report_id: str, pdf: bytes) -> None:
    """Write a receipt.

    Args:
        folder: of the job.
        number: of the file in the job, from 0.
        report_id: of the Report; with the number it is the name in the archive, which so has nothing of the file's own.
        pdf: the receipt.
    """
    place = receipts_folder(folder)
    place.mkdir(mode=0o700, exist_ok=True)
    (place / f"{number:05}-{report_id}.pdf").write_bytes(pdf)


def archive_of_receipts(folder: Path) -> Iterator[bytes]:
    """Yield the archive of a job's receipts piece by piece, in the order of its files; PDFs are stored as they are."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:
        for path in sorted(receipts_folder(folder).glob("*.pdf")):
            with path.open("rb") as receipt, archive.open(zipfile.ZipInfo(path.name, _EARLIEST), "w") as member:
                while chunk := receipt.read(_CHUNK):
                    member.write(chunk)
                    yield sink.taken()
            yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """A file that is written forwards only, and emptied by whoever reads on."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: "ReadableBuffer") -> int:
        view = memoryview(data)
        self._held += view
        return view.nbytes

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        held = bytes(self._held)
        self._held.clear()
        return held
