"""Fetched pages, kept sealed until their delivery is taken, so that a run that was cut off goes on where it was.

A page is named by its SHA-256 and sealed under secrets of the bank. It is destroyed when its delivery was taken, when
the source offers another one, and after a week in any case. A file that was held back is kept in the same way.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from issuer.bank import Bank
from issuer.outputs import PRIVATE, storage_errors, write_whole
from issuer.pulling.delivery_note import Page
from keys.errors import SealedAnswerError
from keys.sealed_answer import open_answer, seal_answer

KEPT: Final = timedelta(days=7)


class PageStore:
    """The fetched pages of one source."""

    def __init__(self, bank: Bank, source: str) -> None:
        self._bank = bank
        self._source = source
        self._folder = bank.folder.pulled / source

    def page(self, page: Page) -> bytes | None:
        """Return a page that was fetched before; None when it is not there or not intact."""
        content = self.content(page.sha256)
        return content if content is not None and page.is_page(content) else None

    def content(self, sha256: str) -> bytes | None:
        """Return what is kept under a SHA-256 in hex; None when it is not there or does not open."""
        try:
            sealed = (self._folder / sha256).read_bytes()
            return open_answer(
                sealed, key=self._bank.pages_key, pepper=self._bank.pepper, associated_data=self._label(sha256)
            )
        except (OSError, SealedAnswerError):
            return None

    def digests(self) -> list[str]:
        """Return under which SHA-256 something is kept."""
        return sorted(file.name for file in self._folder.glob("*"))

    def keep(self, page: Page, content: bytes) -> None:
        """Keep a page.

        Raises:
            StorageFull, StorageUnusable: there is no room, or no right to write.
        """
        with storage_errors("the folder of fetched pages"):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sealed = seal_answer(
            content, key=self._bank.pages_key, pepper=self._bank.pepper, associated_data=self._label(page.sha256)
        )
        write_whole(self._folder / page.sha256, sealed, mode=PRIVATE)

    def forget_but(self, pages: Collection[Page]) -> None:
        """Destroy what is not one of these pages."""
        wanted = {page.sha256 for page in pages}
        for file in self._folder.glob("*"):
            if file.name not in wanted:
                file.unlink(missing_ok=True)

    def _label(self, sha256: str) -> bytes:
        return f"pulled-page/{self._source}/{sha256}".encode()


def forget_old_pages(bank: Bank, *, now: datetime) -> int:
    """Destroy every page, of whatever source, that was kept for more than a week; answer how many."""
    oldest = (now - KEPT).timestamp()
    old = [file for file in bank.folder.pulled.glob("*/*") if file.stat().st_mtime < oldest]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
