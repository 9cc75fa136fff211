"""Step 2 of a certificate: everything that was chosen, each with a way to change it; the consent; the one button."""

from collections.abc import Sequence
from dataclasses import dataclass

from credential_schemas.entry_types import entry_types
from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from issuer.accounts.selection import ChosenEntry, field_choices
from issuer.issuing.previewing import Preview
from issuer.web.drafts import Draft
from issuer.web.entry_words import row_words
from issuer.web.facsimile import facsimile
from issuer.web.parts import error_summary, note, tag
from issuer.web.pick_page import CONFIRM_PATH, PICK_PATH, STYLES, step_line
from issuer.web.preview_parts import meter_of, meter_words
from issuer.web.problem_pages import hidden
from issuer.web.session_part import SCRIPT, session_part
from issuer.web.shell import Page, Visit, csrf_field

CONSENT_BOX = "c-consent"


@dataclass(frozen=True, slots=True)
class Confirm:
    """What is confirmed.

    Attributes:
        draft: what was filled in.
        fields: the draft as fields of a form.
        preview: what will be issued.
        key: under which it is issued once, however often the button is pressed.
        seen: digest of what this page shows; what is issued must have the same.
        errors: (id of the control, sentence).
        changed: whether something changed since the page was shown before.
        had: the digest of each entry as this page shows it, as ENTRY.DIGEST.
        news: ids of the entries that say something else than when the page was shown before.
    """

    draft: Draft
    fields: Sequence[tuple[str, str]]
    preview: Preview
    key: str
    seen: str
    errors: Sequence[tuple[str, str]] = ()
    changed: bool = False
    had: Sequence[str] = ()
    news: frozenset[str] = frozenset()


def confirm_page(visit: Visit, confirm: Confirm) -> Page:
    """Return the page."""
    main = html(
        '{steps}<h1 class="mb">{heading}</h1>{errors}{changed}'
        '<form id="change" method="post" action="{pick}" novalidate>{csrf}{fields}'
        '<input type="hidden" name="do" value="change"></form><form method="post" action="{action}" novalidate>{csrf}'
        '{fields}{once}<div class="cols c-form"><div class="stack"><section class="card"><h2>{answers}</h2>'
        '<dl class="answers">{rows}</dl></section><section class="card"><h2>{chosen}</h2>'
        '<dl class="answers">{entries}</dl></section>{consent}'
        '</div><aside class="stack"><section class="card"><h2>{paper_word}</h2>{paper}</section></aside></div></form>'
        "{session}",
        steps=step_line(visit, 1),
        heading=visit.say("cert_confirm_heading"),
        errors=error_summary(visit, confirm.errors),
        changed=note(visit.say("cert_changed"), kind="un") if confirm.changed else NOTHING,
        pick=visit.to(PICK_PATH),
        action=visit.to(CONFIRM_PATH),
        csrf=csrf_field(visit),
        fields=hidden(confirm.fields),
        once=hidden((("key", confirm.key), ("seen", confirm.seen), *(("had", each) for each in confirm.had))),
        answers=visit.say("cert_answers"),
        rows=joined(_terms(visit, confirm)),
        chosen=visit.say("cert_pick_entries"),
        entries=joined(_entry(visit, confirm, chosen) for chosen in confirm.preview.selection.entries),
        consent=_consent(visit, confirm),
        paper_word=visit.say("cert_tab_page"),
        paper=facsimile(visit, confirm.preview.wording),
        session=session_part(visit),
    )
    return Page(visit.say("cert_confirm_heading"), main, "new", styles=STYLES, scripts=(SCRIPT, "once.js"))


def _terms(visit: Visit, confirm: Confirm) -> list[Html]:
    draft, claims = confirm.draft, confirm.preview.claims
    meter = meter_of(confirm.preview.use, len(claims.entries))
    rows = [
        ("cert_purpose", visit.say(f"cert_purpose_{draft.purpose}"), "f-purpose"),
        ("cert_recipient", draft.recipient or visit.say("cert_recipient_open"), "f-recipient"),
        ("cert_until", claims.valid_until.isoformat(), "f-days"),
        ("cert_language", visit.say(f"cert_language_{draft.language}"), "f-language"),
        ("cert_blind", visit.say("cert_yes" if draft.blind else "cert_no"), "f-blind"),
        *([("cert_applicant_no", draft.applicant_no, "f-applicant_no")] if claims.applicant_no else []),
    ]
    answers = [_answer(visit, visit.say(name), html("{value}", value=value), at=at) for name, value, at in rows]
    words = html("{words}", words=meter_words(visit, meter))
    return [*answers, _answer(visit, visit.say("cert_meter_label"), words, at="f-entries")]


def _entry(visit: Visit, confirm: Confirm, chosen: ChosenEntry) -> Html:
    labels = {
        choice.field.name: choice.field.label.in_language(visit.language)
        for choice in field_choices(chosen.entry, blind=False)
    }
    shown = ", ".join(labels[name] for name in chosen.fields if name in labels)
    kept = ", ".join(labels[name] for name in chosen.withheld)
    came = chosen.entry.id in confirm.preview.selection.companions
    new = chosen.entry.id in confirm.news
    value = html(
        "{title}{news}{shown}{kept}{came}",
        title=row_words(chosen.entry, visit.language).title,
        news=html(" {tag}", tag=tag(visit.say("cert_changed_entry"), kind="un", sign="redo")) if new else NOTHING,
        shown=html('<span class="sub">{text}</span>', text=visit.say("cert_shows", names=shown)) if shown else NOTHING,
        kept=html(
            '<span class="sub">{icon}{text}</span>', icon=icon("eyeoff"), text=visit.say("cert_keeps", names=kept)
        )
        if kept
        else NOTHING,
        came=html('<span class="sub">{icon}{text}</span>', icon=icon("lock"), text=visit.say("cert_came_along"))
        if came
        else NOTHING,
    )
    kind = entry_types()[chosen.entry.type].names.in_language(visit.language)
    return _answer(visit, kind, value, at=f"row-{chosen.entry.id}")


def _answer(visit: Visit, name: str, value: Html, *, at: str) -> Html:
    """Return one answer; its button goes back to the control, with everything that was filled in."""
    return html(
        '<div><dt>{name}</dt><dd>{value}</dd><dd><button class="btn t sm" form="change" '
        'formaction="{address}#{at}">{word}<span class="vh"> {name}</span></button></dd></div>',
        name=name,
        value=value,
        address=visit.to(PICK_PATH),
        at=at,
        word=visit.say("cert_change"),
    )


def _consent(visit: Visit, confirm: Confirm) -> Html:
    claims, draft = confirm.preview.claims, confirm.draft
    text = visit.say(
        "cert_consent_text",
        n=len(claims.entries),
        recipient=draft.recipient or visit.say("cert_recipient_open"),
        purpose=visit.say(f"cert_purpose_{draft.purpose}"),
        day=claims.valid_until.isoformat(),
    )
    wrong = dict(confirm.errors).get(CONSENT_BOX, "")
    error = html('<p class="error" id="consent-error">{icon}{text}</p>', icon=icon("bad"), text=wrong)
    return html(
        '<section class="card" id="consent"><h2>{heading}</h2><p>{text}</p><p class="s muted">{refuse}</p>{error}'
        '<p class="opt"><span class="box"><input type="checkbox" id="c-consent" name="consent" value="yes"{described}>'
        '</span><span class="tx"><label for="c-consent">{agree}</label></span></p>'
        '<p class="row"><button class="btn p" name="do" value="issue">{button}</button></p>'
        '<p class="s" role="status" data-working="{working}"></p>'
        '<p class="xs muted">{once}</p></section>',
        heading=visit.say("cert_consent_heading"),
        text=text,
        refuse=visit.say("cert_consent_refuse"),
        error=error if wrong else NOTHING,
        described=Html(' aria-describedby="consent-error" aria-invalid="true"') if wrong else NOTHING,
        agree=visit.say("cert_consent_agree"),
        button=visit.say("cert_issue"),
        working=visit.say("cert_issuing"),
        once=visit.say("cert_once"),
    )
