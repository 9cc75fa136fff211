"""The list of what needs somebody now."""

from collections.abc import Sequence
from dataclasses import dataclass

from credential_schemas.look.markup import Html, html, icon, joined
from issuer.web.shell import Visit


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of thing to do: the name of its sentence with a place `{n}`, the path of its page, and how many."""

    word: str
    path: str
    count: int


def task_list(visit: Visit, tasks: Sequence[Task]) -> Html:
    """Return the list; a sentence when there is nothing to do."""
    if not tasks:
        return html('<p class="ln">{icon}<span>{text}</span></p>', icon=icon("ok"), text=visit.say("tasks_none"))
    return html(
        '<ul class="tasks">{tasks}</ul>',
        tasks=joined(
            html(
                '<li><a href="{address}">{text}</a></li>',
                address=visit.to(task.path),
                text=visit.say(task.word, n=task.count),
            )
            for task in tasks
        ),
    )
