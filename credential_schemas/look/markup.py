"""Markup that can only be made from our own templates: every other text in it is escaped and made harmless.

A page is put together from `Html`. The only way from a text to `Html` is `html`, which escapes each value that is not
`Html` already, so forgetting to escape is not possible; a template is written in the code, never taken from data.
"""

from collections.abc import Iterable
from html import escape

from credential_schemas.look.harmless import harmless


class Html(str):
    """A piece of markup. Do not call this with a text that is not written in the code: use `html`."""

    __slots__ = ()


NOTHING = Html("")
"""No markup at all."""


def html(template: str, **values: Html | str | int) -> Html:
    """Return a template with its places filled.

    Args:
        template: markup written in the code, with places such as `{name}`; a value of an attribute stands in quotes.
        values: `Html` is taken as it is. A text is escaped, and what in it acts or cannot be seen is written out
            (S21), so it only shows itself, between tags and in quotes alike.
    """
    return Html(template.format_map({name: _filling(value) for name, value in values.items()}))


def joined(parts: Iterable[Html], between: Html = NOTHING) -> Html:
    """Return several pieces as one."""
    return Html(between.join(parts))


def icon(name: str) -> Html:
    """Return an icon of the sprite; it is never alone, a word stands beside it."""
    return html('<svg class="i" aria-hidden="true"><use href="#i-{name}"/></svg>', name=name)


def _filling(value: Html | str | int) -> str:
    if isinstance(value, Html):
        return value
    return escape(harmless(value)) if isinstance(value, str) else str(value)
