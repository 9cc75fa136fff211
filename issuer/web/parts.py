"""Parts of which pages are built: buttons, notes, fields with hint and error, check rows, steps, pages of a list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from issuer.web.shell import Visit, csrf_field

_KILOBYTE = 1000
NoteKind = Literal["", "ok", "un", "bad"]
_NOTE_ICONS: Mapping[NoteKind, str] = {"": "info", "ok": "ok", "un": "un", "bad": "bad"}


@dataclass(frozen=True, slots=True)
class Field:
    """One text field of a form; everything is plain text.

    `error` is the sentence that says what is wrong with `value`; empty when nothing is. `kind` is the input's type.
    """

    name: str
    label: str
    hint: str = ""
    error: str = ""
    value: str = ""
    kind: str = "text"
    autocomplete: str = "off"
    required: bool = True
    max_length: int = 200

    @property
    def id(self) -> str:
        """The id of the control, for labels and for the error summary."""
        return f"f-{self.name}"


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One box to tick with its label; `more` is markup below the label, such as switches for fields.

    `locked` is the reason why it stays ticked: it can be reached and read, but not changed; its value is then sent in a
    hidden field, because a box without change sends its own value only by chance of the browser. `live` is the id of
    the whole row, where a script puts a new one in its place.
    """

    name: str
    value: str
    label: str
    meta: str = ""
    checked: bool = False
    locked: str = ""
    more: Html = NOTHING
    live: str = ""

    @property
    def id(self) -> str:
        """The id of the box."""
        return f"c-{self.name}-{self.value}"


def field(each: Field) -> Html:
    """Return a field with label, hint and error; the hint and the error are read out with the control."""
    described = [f"{each.id}-{part}" for part, text in (("hint", each.hint), ("error", each.error)) if text]
    return html(
        '<div class="field{wrong}"><label for="{id}">{label}</label>{hint}{error}'
        '<input id="{id}" name="{name}" type="{kind}" value="{value}" maxlength="{most}" autocomplete="{autocomplete}"'
        "{required}{described}{invalid}></div>",
        wrong=" wrong" if each.error else "",
        id=each.id,
        label=each.label,
        hint=_hint(each.id, each.hint),
        error=_error(each.id, each.error),
        name=each.name,
        kind=each.kind,
        value="" if each.kind == "password" else each.value,
        most=each.max_length,
        autocomplete=each.autocomplete,
        required=Html(" required") if each.required else NOTHING,
        described=html(' aria-describedby="{ids}"', ids=" ".join(described)) if described else NOTHING,
        invalid=Html(' aria-invalid="true"') if each.error else NOTHING,
    )


def size_words(size: int) -> str:
    """Return a number of bytes as files are listed: whole kilobytes (1,000 bytes), rounded up."""
    return f"{-(-size // _KILOBYTE):,} KB"


def lines_of(text: str) -> Html:
    """Return a text with its line ends, for a `textarea`; a line end begins it, which is no part of the content."""
    return joined(html("\n{line}", line=each) for each in text.splitlines())


def select(name: str, label: str, *, options: Iterable[tuple[str, str]], chosen: str) -> Html:
    """Return a list to choose from: (value, text) each."""
    return html(
        '<div class="field"><label for="f-{name}">{label}</label><select id="f-{name}" name="{name}">{options}'
        "</select></div>",
        name=name,
        label=label,
        options=joined(
            html(
                '<option value="{value}"{chosen}>{text}</option>',
                value=value,
                chosen=Html(" selected") if value == chosen else NOTHING,
                text=text,
            )
            for value, text in options
        ),
    )


def radios(name: str, legend: str, *, options: Iterable[tuple[str, str]], chosen: str) -> Html:
    """Return tiles of which one is chosen: (value, text) each; none is, when `chosen` is no value."""
    return html(
        '<fieldset class="field"><legend>{legend}</legend><div class="rads">{tiles}</div></fieldset>',
        legend=legend,
        tiles=joined(
            html(
                '<label class="rad"><input type="radio" name="{name}" value="{value}"{chosen} required>{text}</label>',
                name=name,
                value=value,
                chosen=Html(" checked") if value == chosen else NOTHING,
                text=text,
            )
            for value, text in options
        ),
    )


def check_row(row: CheckRow) -> Html:
    """Return a row of a list of boxes (`<ul class="pick">`)."""
    kept = html('<input type="hidden" name="{name}" value="{value}">', name=row.name, value=row.value)
    return html(
        '<li{live}><div class="opt{on}"><span class="box"><input type="checkbox" id="{id}" {name} value="{value}"'
        '{checked}{locked}></span><div class="tx"><label for="{id}">{label}</label>{meta}{reason}</div></div>'
        "{kept}{more}</li>",
        live=html(' data-live id="{id}"', id=row.live) if row.live else NOTHING,
        on=" on" if row.checked or row.locked else "",
        id=row.id,
        name=NOTHING if row.locked else html('name="{name}"', name=row.name),
        value=row.value,
        checked=Html(" checked") if row.checked or row.locked else NOTHING,
        locked=html(' aria-disabled="true" aria-describedby="{id}-why"', id=row.id) if row.locked else NOTHING,
        label=row.label,
        meta=html('<span class="meta">{meta}</span>', meta=row.meta) if row.meta else NOTHING,
        reason=html('<span class="tag" id="{id}-why">{icon}{why}</span>', id=row.id, icon=icon("lock"), why=row.locked)
        if row.locked
        else NOTHING,
        kept=kept if row.locked else NOTHING,
        more=row.more,
    )


def button(label: str, *, kind: str = "", sign: str = "", name: str = "", value: str = "") -> Html:
    """Return a button that sends its form. `kind`: p primary, danger, ghost, t text, sm small; `sign` is an icon."""
    named = html(' name="{name}" value="{value}"', name=name, value=value) if name else NOTHING
    return html(
        '<button class="btn {kind}"{named}>{icon}{label}</button>',
        kind=kind,
        named=named,
        icon=icon(sign) if sign else NOTHING,
        label=label,
    )


def link_button(label: str, address: str, *, kind: str = "", sign: str = "") -> Html:
    """Return a link that looks like a button."""
    mark = icon(sign) if sign else NOTHING
    return html(
        '<a class="btn {kind}" href="{address}">{icon}{label}</a>', kind=kind, address=address, icon=mark, label=label
    )


def form(visit: Visit, path: str, body: Html) -> Html:
    """Return a form that is posted to a page of this language, with the token that proves where it comes from."""
    return html(
        '<form method="post" action="{action}" novalidate>{csrf}{body}</form>',
        action=visit.to(path),
        csrf=csrf_field(visit),
        body=body,
    )


def note(content: Html | str, *, kind: NoteKind = "") -> Html:
    """Return a note with an edge: information, ok, unsure or bad."""
    return html(
        '<div class="note {kind}">{icon}<div>{content}</div></div>',
        kind=kind,
        icon=icon(_NOTE_ICONS[kind]),
        content=content,
    )


def tag(word: str, *, kind: str = "", sign: str = "") -> Html:
    """Return a small mark of an icon and a word."""
    return html('<span class="tag {kind}">{icon}{word}</span>', kind=kind, icon=icon(sign or "info"), word=word)


def error_summary(visit: Visit, errors: Sequence[tuple[str, str]]) -> Html:
    """Return what is wrong with a form, each (id of the control, sentence) a link to the control; nothing for none."""
    if not errors:
        return NOTHING
    return html(
        '<section class="note bad errors" role="alert" aria-labelledby="errors-h">{icon}<div>'
        '<h2 id="errors-h">{heading}</h2><ul>{errors}</ul></div></section>',
        icon=icon("bad"),
        heading=visit.say("errors_heading", n=len(errors)),
        errors=joined(html('<li><a href="#{id}">{text}</a></li>', id=at, text=text) for at, text in errors),
    )


def steps(labels: Sequence[str], *, current: int, label: str) -> Html:
    """Return a step indicator; `current` counts from 0."""
    return html(
        '<ol class="steps" aria-label="{label}">{steps}</ol>',
        label=label,
        steps=joined(_step(position, text, current) for position, text in enumerate(labels)),
    )


def account_steps(visit: Visit, current: str) -> Html:
    """Return the way to a filled account; `current` is one of name, identity, consent, account."""
    names = ("name", "identity", "consent", "account")
    labels = [visit.say(f"way_{name}") for name in names]
    return steps(labels, current=names.index(current), label=visit.say("way_label"))


def facts(rows: Iterable[tuple[str, Html | str]]) -> Html:
    """Return a list of names and values."""
    return html(
        '<dl class="kv">{rows}</dl>',
        rows=joined(html("<dt>{name}</dt><dd>{value}</dd>", name=name, value=value) for name, value in rows),
    )


def pager(visit: Visit, parameters: Mapping[str, str], *, page: int, pages: int) -> Html:
    """Return the ways to the other pages of a list; nothing when there is one. Pages count from 1."""
    if pages == 1:
        return NOTHING

    def way(name: str, number: int) -> Html:
        query = urlencode({**parameters, "page": number})
        address = f"{visit.to(visit.path)}?{query}"
        return html('<a class="btn sm" href="{address}">{word}</a>', address=address, word=visit.say(name))

    return html(
        '<nav class="row pager" aria-label="{label}">{before}<span class="num">{place}</span>{after}</nav>',
        label=visit.say("pager_label"),
        before=way("pager_before", page - 1) if page > 1 else NOTHING,
        place=visit.say("pager_place", page=page, pages=pages),
        after=way("pager_after", page + 1) if page < pages else NOTHING,
    )


def _step(position: int, text: str, current: int) -> Html:
    done, now = position < current, position == current
    return html(
        '<li{now}{done}><i aria-hidden="true">{number}</i>{text}</li>',
        now=Html(' aria-current="step"') if now else NOTHING,
        done=Html(' class="done"') if done else NOTHING,
        number=position + 1,
        text=text,
    )


def _hint(control: str, text: str) -> Html:
    return html('<p class="hint" id="{id}-hint">{text}</p>', id=control, text=text) if text else NOTHING


def _error(control: str, text: str) -> Html:
    if not text:
        return NOTHING
    return html('<p class="error" id="{id}-error">{icon}{text}</p>', id=control, icon=icon("bad"), text=text)
