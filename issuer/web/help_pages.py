"""Help: ten questions along the way of a certificate, each at its own address, and what offline checks cannot know."""

from collections.abc import Mapping, Sequence
from typing import Final

from credential_schemas.look.markup import Html, html, icon, joined
from issuer.web.front_pages import KINDS_PATH
from issuer.web.parts import link_button
from issuer.web.shell import Page, Visit

JOURNEY: Final[Mapping[str, Sequence[str]]] = {
    "collect": ("collect", "missing", "correct"),
    "choose": ("choose", "blind"),
    "hand_in": ("hand-in", "paper", "offline"),
    "revoke": ("revoke",),
    "wallet": ("wallet",),
}
QUESTIONS: Final = tuple(question for questions in JOURNEY.values() for question in questions)
"""The questions by the last part of their address, in the order of the journey."""


def help_page(visit: Visit, *, text: str) -> Page:
    """Return the list of questions, those that have the text in question or answer."""
    wanted = text.casefold().split()
    found = [each for each in QUESTIONS if _has(visit, each, wanted)]
    items = joined(
        html(
            '<h3>{step}</h3><ul class="list">{items}</ul>',
            step=visit.say(f"help_step_{step}"),
            items=joined(_link(visit, each) for each in questions if each in found),
        )
        for step, questions in JOURNEY.items()
        if set(questions) & set(found)
    )
    none = html('<p class="empty">{text}</p>', text=visit.say("help_none"))
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1><form class="filters f2" role="search" method="get" '
        'action="{action}"><div class="field"><label for="f-q">{find}</label><input id="f-q" name="q" type="search" '
        'value="{text}" maxlength="100" autocomplete="off"></div><button class="btn">{icon}{find_button}</button>'
        "</form>"
        '<section class="card" aria-labelledby="q-h"><h2 id="q-h">{questions}</h2>{list}</section>'
        '<section class="card"><h2>{kinds}</h2><p>{kinds_text}</p><p class="mt">{kinds_way}</p></section>'
        '<section class="card"><h2>{contact}</h2><p>{contact_text}</p></section></div>',
        heading=visit.say("nav_help"),
        action=visit.to("/help"),
        find=visit.say("help_find"),
        text=text,
        icon=icon("find"),
        find_button=visit.say("find"),
        questions=visit.say("help_questions"),
        list=items if found else none,
        kinds=visit.say("kinds_heading"),
        kinds_text=visit.say("kinds_lead"),
        kinds_way=link_button(visit.say("landing_kinds"), visit.to(KINDS_PATH), sign="info"),
        contact=visit.say("help_contact"),
        contact_text=visit.say("help_contact_text"),
    )
    return Page(visit.say("nav_help"), main, current="help", styles=("front.css",))


def _link(visit: Visit, question: str) -> Html:
    return html(
        '<li><a href="{address}">{icon}{question}</a></li>',
        address=visit.to(f"/help/{question}"),
        icon=icon("next"),
        question=visit.say(_word("question", question)),
    )


def answer_page(visit: Visit, question: str) -> Page:
    """Return one question with its answer; `question` is one of `QUESTIONS`."""
    main = html(
        '<div class="stack narrow"><p><a href="{back}">{back_word}</a></p><h1>{question}</h1>{answer}'
        "<p>{others}</p></div>",
        back=visit.to("/help"),
        back_word=visit.say("help_back"),
        question=visit.say(_word("question", question)),
        answer=_paragraphs(visit.say(_word("answer", question))),
        others=link_button(visit.say("help_back"), visit.to("/help")),
    )
    return Page(visit.say(_word("question", question)), main, current="help")


def _word(kind: str, question: str) -> str:
    return f"{kind}_{question.replace('-', '_')}"


def _has(visit: Visit, question: str, wanted: list[str]) -> bool:
    text = f"{visit.say(_word('question', question))} {visit.say(_word('answer', question))}".casefold()
    return all(word in text for word in wanted)


def _paragraphs(text: str) -> Html:
    return joined(html("<p>{text}</p>", text=part) for part in text.split("\n"))
