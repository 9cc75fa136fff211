"""Step 1 of a certificate: for whom, which entries, which fields; beside it what the recipient will see.

The page works by itself: every choice can be sent with a button, and the answer is the page again. `preview.js` sends
it at each change and puts the parts marked `data-live` in place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from credential_schemas.entry_types import categories, certificate_labels, entry_types
from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from issuer.accounts.account import AccountEntry
from issuer.accounts.selection import field_choices
from issuer.issuing.previewing import Preview
from issuer.postings import Posting
from issuer.web.drafts import MAX_TEXT, PURPOSES, Draft, days_offered
from issuer.web.entry_words import ICONS, row_words, status_tag
from issuer.web.parts import (
    CheckRow,
    Field,
    button,
    check_row,
    error_summary,
    field,
    form,
    link_button,
    note,
    radios,
    select,
    steps,
)
from issuer.web.posting_part import ByPosting, own_score_part, posting_chooser, why_used
from issuer.web.preview_parts import meter_of, meter_words, preview_panel
from issuer.web.session_part import SCRIPT, session_part
from issuer.web.shell import Page, Visit, csrf_field

STEPS: Final = ("cert_step_pick", "cert_step_confirm", "cert_step_done")
PICK_PATH: Final = "/certificates/new"
STYLES: Final = ("certificates.css",)
CONFIRM_PATH: Final = "/certificates/new/confirm"
LATER_PATH: Final = "/certificates/new/later"
FORGET_PATH: Final = "/certificates/new/forget"
_AT_FIRST: Final = 8


@dataclass(frozen=True, slots=True)
class Pick:
    """What the page shows.

    Attributes:
        draft: what was filled in.
        entries: all of the account.
        selected: the ids of what is ticked and of what comes along.
        preview: of what is ticked, None when nothing is.
        errors: (id of the control, sentence).
        today: the Korean day.
        longest: how many days a certificate may be valid.
        status_days: since which Korean day an entry has the status that it has, by id, where that is known.
        tab: which side of the preview is open.
        latest: number of the newest certificate, for the same choice again; empty for none.
        kept_at: Korean day and minute of a choice that was put aside and is not the one shown; empty for none.
        done: whether that was just now.
        postings: the job postings to choose by.
        by_posting: the one that the choice goes by, None for none.
    """

    draft: Draft
    entries: Sequence[AccountEntry]
    selected: frozenset[str]
    preview: Preview | None
    errors: Sequence[tuple[str, str]]
    today: date
    longest: int
    status_days: Mapping[str, str]
    tab: str = "page"
    latest: str = ""
    kept_at: str = ""
    done: bool = False
    postings: Sequence[Posting] = ()
    by_posting: ByPosting | None = None


def step_line(visit: Visit, current: int) -> Html:
    """Return where in the three steps a page stands."""
    return steps([visit.say(name) for name in STEPS], current=current, label=visit.say("cert_steps"))


def pick_page(visit: Visit, pick: Pick) -> Page:
    """Return the page."""
    main = html(
        '{steps}<h1 class="mb">{heading}</h1>{kept}<div data-live id="pick-errors">{errors}</div>'
        '<form id="pick" method="post" action="{action}" novalidate>{csrf}{enter}'
        '<input type="hidden" name="shown_for" value="{edition}" data-live id="shown-for">{posting}'
        '<div class="cols c-form"><div class="stack">{terms}{entries}</div>'
        '<aside class="stack sticky" aria-labelledby="pv"><section class="card"><div class="hd">'
        '<h2 id="pv">{seen}</h2></div><div role="status">'
        '<div class="stack-s mb" id="preview-old" hidden>{old}{refresh}</div></div>'
        '<div class="stack-s" data-live id="preview">{preview}</div>'
        "<noscript>{refresh}</noscript></section>{own_score}</aside></div>{bar}</form>{session}",
        steps=step_line(visit, 0),
        heading=visit.say("cert_pick_heading"),
        kept=_kept(visit, pick) if pick.kept_at else NOTHING,
        errors=error_summary(visit, pick.errors),
        action=visit.to(PICK_PATH),
        csrf=csrf_field(visit),
        # What the Enter key presses: the first button of a form, which nothing that chooses must be.
        enter=html('<button hidden formaction="{to}" name="do" value="confirm"></button>', to=visit.to(CONFIRM_PATH)),
        edition=pick.draft.edition,
        posting=_posting_field(pick),
        own_score=own_score_part(visit, pick.by_posting),
        terms=_terms(visit, pick),
        entries=_entries(visit, pick),
        seen=visit.say("cert_seen"),
        old=note(visit.say("cert_preview_old"), kind="un"),
        preview=preview_panel(visit, pick.preview, tab=pick.tab),
        refresh=button(visit.say("cert_refresh"), sign="redo", name="do", value="preview"),
        bar=_bar(visit, pick),
        session=session_part(visit),
    )
    title = visit.say("cert_pick_heading")
    return Page(title, main, "new", styles=STYLES, scripts=("preview.js", SCRIPT))


def _posting_field(pick: Pick) -> Html:
    if pick.by_posting is None:
        return NOTHING
    return html('<input type="hidden" name="posting" value="{id}">', id=pick.by_posting.posting.id)


def _kept(visit: Visit, pick: Pick) -> Html:
    """Return the note of a choice that was put aside: going on with it is a link, erasing it a button."""
    words = html(
        "<p>{text}</p><p>{period}</p>{form}",
        text=visit.say("cert_kept_done" if pick.done else "cert_kept", when=pick.kept_at),
        period=visit.say("cert_kept_period"),
        form=form(
            visit,
            FORGET_PATH,
            html(
                '<div class="row mt">{open}{forget}</div>',
                open=link_button(visit.say("cert_kept_open"), f"{visit.to(PICK_PATH)}?kept=open", sign="next"),
                forget=button(visit.say("cert_kept_forget"), kind="t"),
            ),
        ),
    )
    return html('<div class="mb">{note}</div>', note=note(words, kind="ok" if pick.done else ""))


def _terms(visit: Visit, pick: Pick) -> Html:
    draft, errors = pick.draft, dict(pick.errors)
    days = [
        (str(n), visit.say("cert_days", n=n, day=(pick.today + timedelta(days=n)).isoformat())) for n in _days(pick)
    ]
    recipient = Field(
        "recipient",
        visit.say("cert_recipient"),
        hint=visit.say("cert_recipient_hint"),
        error=errors.get("f-recipient", ""),
        value=draft.recipient,
        autocomplete="organization",
        required=False,
        max_length=MAX_TEXT,
    )
    return html(
        '<section class="card" aria-labelledby="s1"><h2 id="s1">{heading}</h2><div class="stack-s">{purpose}'
        '<div class="filters f2">{recipient}{days}</div>{language}<div class="sw"><label for="f-blind"><span>'
        '<b>{blind}</b><br><span class="s muted">{blind_hint}</span></span></label>'
        '<input class="switch" type="checkbox" role="switch" id="f-blind" name="blind" value="yes"{on}></div>'
        '<div data-live id="for-blind">{applicant}</div></div></section>',
        heading=visit.say("cert_terms"),
        purpose=_anchored("f-purpose", _purposes(visit, draft)),
        recipient=field(recipient),
        days=select("days", visit.say("cert_until"), options=days, chosen=str(draft.days)),
        language=_anchored("f-language", _languages(visit, draft)),
        blind=visit.say("cert_blind"),
        blind_hint=visit.say("cert_blind_hint"),
        on=Html(" checked") if draft.blind else NOTHING,
        applicant=_applicant(visit, pick),
    )


def _days(pick: Pick) -> tuple[int, ...]:
    return days_offered(pick.longest)


def _anchored(name: str, control: Html) -> Html:
    return html('<div id="{name}">{control}</div>', name=name, control=control)


def _purposes(visit: Visit, draft: Draft) -> Html:
    options = [(name, visit.say(f"cert_purpose_{name}")) for name in PURPOSES]
    return radios("purpose", visit.say("cert_purpose"), options=options, chosen=draft.purpose)


def _languages(visit: Visit, draft: Draft) -> Html:
    options = [(name, visit.say(f"cert_language_{name}")) for name in ("ko", "en")]
    return radios("language", visit.say("cert_language"), options=options, chosen=draft.language)


def _applicant(visit: Visit, pick: Pick) -> Html:
    if not pick.draft.blind:
        return NOTHING
    label, hint = visit.say("cert_applicant_no"), visit.say("cert_applicant_hint")
    error = dict(pick.errors).get("f-applicant_no", "")
    value = pick.draft.applicant_no
    return field(Field("applicant_no", label, hint, error, value, required=False, max_length=MAX_TEXT))


def _entries(visit: Visit, pick: Pick) -> Html:
    again = html(
        '<button class="btn t sm" name="like" value="{number}">{word}</button>',
        number=pick.latest,
        word=visit.say("cert_like_last"),
    )
    groups = [_group(visit, pick, category) for category in categories()]
    return html(
        '<section class="card" aria-labelledby="s2"><div class="hd"><h2 id="s2">{heading}</h2>{again}</div>'
        '<p class="s">{help}</p>{postings}<div id="f-entries">{groups}</div></section>',
        heading=visit.say("cert_pick_entries"),
        again=again if pick.latest else NOTHING,
        help=visit.say("cert_pick_help"),
        postings=posting_chooser(visit, pick.postings, pick.by_posting),
        groups=joined(groups),
    )


def _group(visit: Visit, pick: Pick, category: str) -> Html:
    entries = [entry for entry in pick.entries if entry.category == category]
    if not entries:
        return NOTHING
    name = certificate_labels().categories[category].in_language(visit.language)
    chosen = sum(entry.id in pick.selected for entry in entries)
    first = [entry for place, entry in enumerate(entries) if place < _AT_FIRST or entry.id in pick.draft.entries]
    rest = [entry for entry in entries if entry not in first]
    more = html(
        '<details class="more-entries"><summary>{word}</summary><ul class="pick">{rows}</ul></details>',
        word=visit.say("cert_more_entries", n=len(rest)),
        rows=joined(_row(visit, pick, entry) for entry in rest),
    )
    return html(
        '<fieldset class="gap"><legend class="vh">{name}</legend><h3>{icon} {name} '
        '<span class="muted s num" data-live id="count-{category}">{count}</span></h3>'
        '<ul class="pick">{rows}</ul>{more}</fieldset>',
        name=name,
        icon=icon(ICONS[category]),
        category=category,
        count=visit.say("cert_of", n=len(entries), chosen=chosen),
        rows=joined(_row(visit, pick, entry) for entry in first),
        more=more if rest else NOTHING,
    )


def _row(visit: Visit, pick: Pick, entry: AccountEntry) -> Html:
    words = row_words(entry, visit.language)
    repeat = visit.say("possible_repeat") if entry.alike else ""
    used = (
        why_used(visit, pick.by_posting, entry.id)
        if pick.by_posting is not None and entry.id in pick.by_posting.used
        else ""
    )
    meta = " · ".join(filter(None, (words.cells[3], words.cells[4], words.cells[0], repeat, used)))
    if not entry.in_force:
        return html(
            '<li><div class="opt off"><span class="box">{icon}</span><div class="tx"><b>{title}</b> {status}'
            '<span class="meta">{meta}</span><span class="meta">{why}</span></div></div></li>',
            icon=icon("na"),
            title=words.title,
            status=status_tag(visit, entry, today=pick.today, since=pick.status_days.get(entry.id, "")),
            meta=meta,
            why=visit.say("cert_not_in_force"),
        )
    needed_by = _needed_by(visit, pick, entry)
    ticked = entry.id in pick.draft.entries
    reason = visit.say("cert_companion", title=needed_by) if needed_by and not ticked else ""
    # A companion sends another name: it is not a choice, and goes when what needs it goes.
    row = CheckRow(
        name="with" if reason else "entry",
        value=entry.id,
        label=words.title,
        meta=meta,
        checked=ticked,
        locked=reason,
        more=_switches(visit, pick, entry) if ticked or reason else NOTHING,
        live=f"row-{entry.id}",
    )
    return check_row(row)


def _needed_by(visit: Visit, pick: Pick, entry: AccountEntry) -> str:
    """Return the title of a ticked entry that this one proves; empty for none."""
    chosen = (each for each in pick.entries if each.id in pick.draft.entries and each.proven_by == entry.id)
    return next((row_words(each, visit.language).title for each in chosen), "")


def _switches(visit: Visit, pick: Pick, entry: AccountEntry) -> Html:
    blind, draft = pick.draft.blind, pick.draft
    rows = [
        _switch(visit, f"{entry.id}.{choice.field.name}", choice.field.label.in_language(visit.language), rule, on=on)
        for choice in field_choices(entry, blind=blind)
        for rule, on in [(choice.rule, choice.rule == "fixed" or f"{entry.id}.{choice.field.name}" in draft.on)]
    ]
    if blind and entry_types()[entry.type].issuing_body_blind == "hide":
        body = certificate_labels().entry["issuing_body"].label.in_language(visit.language)
        rows.append(_switch(visit, f"{entry.id}.issuing_body", body, "barred", on=False))
    return html(
        '<details class="fields" id="more-{id}"><summary>{icon}{word}</summary>'
        '<input type="hidden" name="switches" value="{id}">{rows}</details>',
        id=entry.id,
        icon=icon("next"),
        word=visit.say("cert_fields"),
        rows=joined(rows),
    )


def _switch(visit: Visit, name: str, label: str, rule: str, *, on: bool) -> Html:
    word = {"fixed": "cert_fixed", "barred": "cert_barred"}.get(rule, "cert_shown" if on else "cert_hidden")
    fixed = rule != "open"
    return html(
        '<div class="sw"><label for="sw-{name}">{label}</label><span class="st" id="st-{name}">{word}</span>'
        '<input class="switch" type="checkbox" role="switch" id="sw-{name}" {sent} value="{name}" '
        'aria-describedby="st-{name}"{on}{fixed}></div>',
        name=name,
        label=label,
        word=visit.say(word),
        sent=NOTHING if fixed else Html('name="shown"'),
        on=Html(" checked") if on else NOTHING,
        fixed=Html(' aria-disabled="true"') if fixed else NOTHING,
    )


def _bar(visit: Visit, pick: Pick) -> Html:
    count = len(pick.preview.selection.entries) if pick.preview is not None else 0
    use = pick.preview.use if pick.preview is not None else None
    words = meter_words(visit, meter_of(use, count)) if count else visit.say("cert_none_yet")
    return html(
        '<div class="bar noprint"><div class="wrap"><p data-live id="bar-count" role="status"><b>{count}</b><br>'
        '<span class="s muted">{meter}</span></p>{next}</div></div>',
        count=visit.say("cert_count", n=count),
        meter=words,
        next=html(
            '<div class="row"><button class="btn p" formaction="{address}" name="do" value="confirm">{word}</button>'
            '<button class="btn t" formaction="{later}" name="do" value="later">{later_word}</button></div>',
            address=visit.to(CONFIRM_PATH),
            word=visit.say("cert_continue"),
            later=visit.to(LATER_PATH),
            later_word=visit.say("cert_later"),
        ),
    )
