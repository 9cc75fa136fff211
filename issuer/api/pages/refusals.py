"""What the gate refuses, as a page for people: too much, too often, too large, too slow, a fault of the bank.

A program that asks, and every address of the API, still gets a problem document: the gate decides that by `Accept`.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from credential_schemas.look.serving import PAGE_HEADERS
from issuer.web.problem_pages import refused_page
from issuer.web.shell import Site, Visit, page_html
from keys.gate.answers import Refusal
from keys.gate.gate import RefusalPage

PAGE_RESPONSE_HEADERS: Final[Mapping[str, str]] = {
    **PAGE_HEADERS,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
}
"""Of every page of a bank."""

_API: Final = "/api/"
_ENGLISH: Final = "/en"
_MEDIA_TYPE: Final = "text/html; charset=utf-8"


class RefusalPages(Mapping[str, RefusalPage]):
    """The pages of refusals by address: every address of the bank has one in its language, except those of the API.

    Addresses vary, so they are judged and not listed; what is listed is the front page of each language.
    """

    def __init__(self, site: Site) -> None:
        """Serve one bank."""
        self._site = site

    def __getitem__(self, path: str) -> RefusalPage:
        """Return what makes the page for an address."""
        own = path.removeprefix(self._site.base)
        if own.startswith(_API):
            raise KeyError(path)
        is_english = own == _ENGLISH or own.startswith(f"{_ENGLISH}/")
        # The frame of the page only needs a place that is there: what was refused may be no address of a page.
        visit = Visit(self._site, "en" if is_english else "ko", "/")

        def page(refusal: Refusal, request_id: str) -> tuple[bytes, Mapping[str, str]]:
            shown = refused_page(visit, refusal.code, request_id=request_id, wait_s=refusal.retry_after_s)
            headers = {name.lower(): value for name, value in PAGE_RESPONSE_HEADERS.items()}
            return page_html(visit, shown), headers | {"content-type": _MEDIA_TYPE}

        return page

    def __iter__(self) -> Iterator[str]:
        """Go through the front pages."""
        return iter((f"{self._site.base}/", f"{self._site.base}{_ENGLISH}/"))

    def __len__(self) -> int:
        """Return how many are listed."""
        return len(list(iter(self)))
