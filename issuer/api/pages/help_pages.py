"""`/help`: ten questions, each at its own address."""

from typing import Final

from issuer.api.pages.asked import Answer, Asked, NotHere, shown
from issuer.api.pages.routing import Pages
from issuer.web.help_pages import QUESTIONS, answer_page, help_page

_MAX_TEXT: Final = 100


def register(pages: Pages) -> None:
    """Add the addresses."""
    pages.show("/help", show, public=True)
    pages.show("/help/{question}", show_answer, public=True)


def show(asked: Asked) -> Answer:
    """Show the questions that have a text."""
    return shown(help_page(asked.visit, text=asked.form.one("q")[:_MAX_TEXT]))


def show_answer(asked: Asked) -> Answer:
    """Show one answer."""
    question = asked.values["question"]
    if question not in QUESTIONS:
        raise NotHere
    return shown(answer_page(asked.visit, question))
