"""`/help`: ten questions, each at its own address; `/kinds`: an introduction to each kind of information."""

from typing import Final

from issuer.api.pages.asked import Answer, Asked, NotHere, shown
from issuer.api.pages.routing import Pages
from issuer.web.front_pages import KINDS_PATH
from issuer.web.help_pages import QUESTIONS, answer_page, help_page
from issuer.web.kinds_pages import delivered_types, kind_page, kinds_page

_MAX_TEXT: Final = 100


def register(pages: Pages) -> None:
    """Add the addresses."""
    pages.show("/help", show, public=True)
    pages.show("/help/{question}", show_answer, public=True)
    pages.show(KINDS_PATH, lambda asked: shown(kinds_page(asked.visit)), public=True)
    pages.show(f"{KINDS_PATH}/{{kind}}", show_kind, public=True)


def show(asked: Asked) -> Answer:
    """Show the questions that have a text."""
    return shown(help_page(asked.visit, text=asked.form.one("q")[:_MAX_TEXT]))


def show_answer(asked: Asked) -> Answer:
    """Show one answer."""
    question = asked.values["question"]
    if question not in QUESTIONS:
        raise NotHere
    return shown(answer_page(asked.visit, question))


def show_kind(asked: Asked) -> Answer:
    """Show the introduction to one kind of information."""
    for each in delivered_types():
        if each.id == asked.values["kind"]:
            return shown(kind_page(asked.visit, each))
    raise NotHere
