"""The page on which a holder allows a wallet to receive: who asks, what would be handed over, and two buttons.

Nothing is chosen beforehand. Each entry says which of its fields the wallet would hold, and which stay in the account.
The page works without its one script, `once.js`, which lets a double press send the form once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from credential_schemas.entry_types import certificate_labels, entry_types
from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from issuer.accounts.selection import field_choices
from issuer.openid4vci.approving import Candidate, Question
from issuer.openid4vci.configurations import CERTIFICATE_ID, configurations
from issuer.openid4vci.metadata import AUTHORIZE
from issuer.web.entry_words import row_words
from issuer.web.parts import button, error_summary, form, link_button, note
from issuer.web.problem_pages import hidden
from issuer.web.shell import Page, Visit

_FORM_ID: Final = "wanted"
_OWN_MACHINE: Final = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Allow:
    """What the page shows.

    Attributes:
        wallet: how the wallet is called.
        host: where the browser goes back to.
        issuer: of the bank.
        fields: that the form carries.
        question: what is asked; None when the account is not linked to a person yet.
        chosen: what was ticked, by the name of the configuration.
        error: name of the text that says what is wrong; empty for nothing.
    """

    wallet: str
    host: str
    issuer: str
    fields: Sequence[tuple[str, str]]
    question: Question | None
    chosen: Mapping[str, Sequence[str]]
    error: str = ""


def allow_page(visit: Visit, allow: Allow) -> Page:
    """Return the page."""
    heading = visit.say("allow_heading", wallet=allow.wallet)
    own = allow.host in _OWN_MACHINE
    where = visit.say("allow_own_machine") if own else visit.say("allow_where", host=allow.host)
    body = html(
        '{fields}<div class="stack" id="{id}">{wanted}{terms}<p class="row">{allow}{deny}</p></div>',
        fields=hidden(allow.fields),
        id=_FORM_ID,
        wanted=joined(_wanted(visit, allow)),
        terms=_terms(visit, allow),
        allow=button(visit.say("allow_allow"), kind="p", name="do", value="allow") if _can_allow(allow) else NOTHING,
        deny=button(visit.say("allow_deny"), name="do", value="deny"),
    )
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1>{errors}<p>{lead}</p>{where}{form}</div>',
        heading=heading,
        errors=error_summary(visit, [(_FORM_ID, visit.say(allow.error))] if allow.error else []),
        lead=visit.say("allow_lead"),
        where=note(where),
        form=form(visit, AUTHORIZE, body),
    )
    return Page(visit.say("allow_title"), main, styles=("certificates.css",), scripts=("once.js",))


def over_page(visit: Visit) -> Page:
    """Return the page for a request that is over, or that no wallet made."""
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1><p>{text}</p><p>{home}</p></div>',
        heading=visit.say("allow_over_heading"),
        text=visit.say("allow_over_text"),
        home=link_button(visit.say("to_home"), visit.to("/")),
    )
    return Page(visit.say("allow_over_heading"), main)


def _can_allow(allow: Allow) -> bool:
    return allow.question is not None and any(allow.question.wanted.values())


def _wanted(visit: Visit, allow: Allow) -> list[Html]:
    if allow.question is None:
        link = html(
            '<p><a href="{address}">{word}</a></p>', address=visit.to("/identity"), word=visit.say("allow_link")
        )
        return [note(html("<p>{text}</p>{link}", text=visit.say("allow_unlinked"), link=link), kind="un")]
    if allow.question.belongs_to_another:
        return [note(visit.say("allow_other_account"), kind="un")]
    return [_section(visit, allow, name, candidates) for name, candidates in allow.question.wanted.items()]


def _section(visit: Visit, allow: Allow, name: str, candidates: Sequence[Candidate]) -> Html:
    whole = name == CERTIFICATE_ID
    rows = joined(_row(visit, name, each, ticked=each.entry.id in allow.chosen.get(name, ())) for each in candidates)
    holder = certificate_labels().holder
    names = ", ".join(each.label.in_language(visit.language) for each in holder.values())
    choose = visit.say("allow_choose_many" if whole else "allow_choose_one")
    return html(
        '<fieldset class="card"><legend class="vh">{label}</legend><h2>{label}</h2><p class="s">{choose}</p>{rows}'
        '<p class="s muted">{icon} {always}</p></fieldset>',
        label=configurations(allow.issuer)[name].label(visit.language),
        choose=choose,
        rows=html('<ul class="pick">{rows}</ul>', rows=rows) if candidates else note(visit.say("allow_nothing_here")),
        icon=icon("id"),
        always=visit.say("allow_always", names=names),
    )


def _row(visit: Visit, name: str, candidate: Candidate, *, ticked: bool) -> Html:
    entry, words = candidate.entry, row_words(candidate.entry, visit.language)
    labels = {
        each.field.name: each.field.label.in_language(visit.language) for each in field_choices(entry, blind=False)
    }
    shown, kept = (", ".join(labels[each] for each in names) for names in (candidate.shown, candidate.withheld))
    companion = candidate.companion if name == CERTIFICATE_ID else None
    lines = [
        " · ".join(filter(None, (entry_types()[entry.type].names.in_language(visit.language), *words.cells[3:5]))),
        visit.say("allow_in", names=shown) if shown else "",
        visit.say("allow_out", names=kept) if kept else "",
        "" if companion is None else visit.say("allow_companion", title=row_words(companion, visit.language).title),
    ]
    return html(
        '<li><div class="opt"><span class="box"><input type="{kind}" id="c-{name}-{id}" name="{name}" value="{id}"'
        '{ticked}></span><div class="tx"><label for="c-{name}-{id}">{title}</label>{lines}</div></div></li>',
        kind="checkbox" if name == CERTIFICATE_ID else "radio",
        name=name,
        id=entry.id,
        ticked=Html(" checked") if ticked else NOTHING,
        title=words.title,
        lines=joined(html('<span class="meta">{line}</span>', line=line) for line in lines if line),
    )


def _terms(visit: Visit, allow: Allow) -> Html:
    if allow.question is None or not _can_allow(allow):
        return NOTHING
    return html(
        '<section class="card"><h2>{heading}</h2><p>{text}</p><p class="s">{renew}</p><p class="s muted">{refuse}</p>'
        "</section>",
        heading=visit.say("cert_consent_heading"),
        text=visit.say("allow_consent", wallet=allow.wallet),
        renew=visit.say("allow_renew", day=allow.question.until.isoformat()),
        refuse=visit.say("allow_refuse"),
    )
