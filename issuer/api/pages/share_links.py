"""`/shared/SECRET`: what a link to a PDF leads to, for whoever has it. Nothing is checked here, and nothing is said."""

from issuer.api.pages.asked import Answer, Asked, Download, shown
from issuer.api.pages.routing import Pages
from issuer.desk_errors import LinkUnknown
from issuer.issued.sharing import end_of_link, open_link
from issuer.web.shared_pages import link_gone_page, shared_page


def register(pages: Pages) -> None:
    """Add the addresses."""
    pages.show("/shared/{secret}", show, public=True)
    pages.change("/shared/{secret}", fetch, public=True)


def show(asked: Asked) -> Answer:
    """Show what the link leads to, or that it leads to nothing."""
    secret = asked.values["secret"]
    try:
        ends_at = end_of_link(asked.desk.bank, secret, now=asked.desk.clock())
    except LinkUnknown:
        return shown(link_gone_page(asked.visit), status=404)
    return shown(shared_page(asked.visit, secret, ends_at=ends_at))


def fetch(asked: Asked) -> Answer:
    """Give the PDF."""
    try:
        found = open_link(asked.desk.bank, asked.values["secret"], now=asked.desk.clock())
    except LinkUnknown:
        return shown(link_gone_page(asked.visit), status=404)
    return Answer(download=Download(found.pdf, "application/pdf", f"{found.number}.pdf"))
