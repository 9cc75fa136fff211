"""One certificate: that it was issued, its files, its code, links, what it disclosed, and who looked it up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from credential_schemas.korean_time import korean_time
from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from credential_schemas.wording.model import CertificateWording
from issuer.issued.own_certificates import OwnCertificate, state_of
from issuer.openid4vci.offers import MadeOffer
from issuer.store.certificates import PAPER
from issuer.store.share_links import StoredLink
from issuer.web.certificate_records import Difference, records
from issuer.web.drafts import PURPOSES
from issuer.web.entry_words import row_words
from issuer.web.facsimile import facsimile
from issuer.web.parts import (
    Field,
    button,
    error_summary,
    facts,
    field,
    form,
    link_button,
    note,
    select,
    size_words,
    tag,
)
from issuer.web.pick_page import CONFIRM_PATH, PICK_PATH, STYLES, step_line
from issuer.web.problem_pages import hidden
from issuer.web.shell import Page, Visit
from issuer.web.wallet_part import can_go_to_wallet, in_wallet, wallet_part
from issuer.web.words import words

LINK_DAYS: Final = (1, 7, 30)
STATE_TAGS: Final[Mapping[str, tuple[str, str]]] = {
    "valid": ("ok", "ok"),
    "superseded": ("un", "redo"),
    "suspended": ("un", "clock"),
    "revoked": ("bad", "bad"),
    "expired": ("", "clock"),
}
_DRAWN: Final = frozenset({"valid", "superseded"})


@dataclass(frozen=True, slots=True)
class Known:
    """What the holder's browser alone knows of a certificate for some time: its code, and with it what it says.

    `sizes` are those of the files that are there already, in bytes, by what the form calls them.
    """

    code: str
    has_reveal: bool
    wording: CertificateWording
    sizes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page of one certificate shows.

    Attributes:
        own: the certificate.
        now: the time.
        known: code and page, shortly after it was issued; None later.
        just_made: it is the end of the three steps.
        difference: from the one before; None when there is none before.
        link: address of a link that was just made; empty for none.
        link_key: with which the next link is made once.
        offer: to a wallet, that was just made; None for none.
        again: fields of the form that issues what is superseded anew, as far as it can be; none where it is not.
        errors: (id of the control, sentence).
    """

    own: OwnCertificate
    now: datetime
    known: Known | None = None
    just_made: bool = False
    difference: Difference | None = None
    link: str = ""
    link_key: str = ""
    offer: MadeOffer | None = None
    again: Sequence[tuple[str, str]] = ()
    errors: Sequence[tuple[str, str]] = ()


def certificate_page(visit: Visit, shown: Shown) -> Page:
    """Return the page of one certificate."""
    paper, on_paper = NOTHING, shown.own.line.carrier == PAPER
    if shown.known is not None:
        paper = facsimile(visit, shown.known.wording, number=shown.own.line.number)
    main = html(
        '{steps}{head}{errors}<div class="{columns}"><div class="stack">{files}{code}{share}{todo}{records}'
        "</div>{paper}</div>",
        steps=step_line(visit, 2) if shown.just_made else NOTHING,
        head=_done(visit, shown) if shown.just_made else _head(visit, shown),
        errors=error_summary(visit, shown.errors),
        columns="stack" if shown.known is None else "two-l",
        paper=paper,
        files=_files(visit, shown) if on_paper else in_wallet(visit),
        code=_code(visit, shown.known) if shown.known is not None else NOTHING,
        share=html("{wallet}{share}", wallet=_wallet(visit, shown), share=_share(visit, shown))
        if on_paper
        else NOTHING,
        todo=_todo(visit, shown),
        records=records(visit, shown.own, shown.difference),
    )
    return Page(visit.say("cert_one_title"), main, "certificates", styles=STYLES, scripts=("copy.js",))


def _wallet(visit: Visit, shown: Shown) -> Html:
    if not can_go_to_wallet(shown.own, state_of(shown.own.line, now=shown.now)):
        return NOTHING
    return wallet_part(visit, shown.own, shown.offer)


def state_tag(visit: Visit, state: str) -> Html:
    """Return the mark of a certificate's state."""
    kind, sign = STATE_TAGS[state]
    return tag(visit.say(f"cert_state_{state}"), kind=kind, sign=sign)


def purpose_words(visit: Visit, purpose: str) -> str:
    """Return what a certificate is for; one of our own purposes, by name or words, in the language of the page."""
    for each in PURPOSES:
        word = words()[f"cert_purpose_{each}"]
        if purpose in (each, word.ko, word.en):
            return word.in_language(visit.language)
    return purpose


def _until(visit: Visit, shown: Shown) -> str:
    line = shown.own.line
    return visit.say("cert_head", number=line.number, issued=line.issued_on, until=line.valid_until)


def _done(visit: Visit, shown: Shown) -> Html:
    return html(
        '<section class="issued mb" role="status">{icon}<div><h1>{done}</h1><p class="num">{until}</p></div></section>',
        icon=icon("ok"),
        done=visit.say("cert_done"),
        until=_until(visit, shown),
    )


def _head(visit: Visit, shown: Shown) -> Html:
    line = shown.own.line
    state = state_of(line, now=shown.now)
    rows = [
        (visit.say("cert_purpose"), purpose_words(visit, line.purpose)),
        (visit.say("cert_recipient"), line.recipient or visit.say("cert_recipient_open")),
    ]
    return html(
        '<div class="stack-s mb"><h1>{title}</h1><p class="lead num">{until} {tag}</p>{facts}{advice}</div>',
        title=visit.say("cert_one_title"),
        until=_until(visit, shown),
        tag=state_tag(visit, state),
        facts=facts(rows),
        advice=_superseded(visit, shown) if state == "superseded" else NOTHING,
    )


def _superseded(visit: Visit, shown: Shown) -> Html:
    """What changed at its source, and the one press that leads to the same certificate without it."""
    changed = [each for each in shown.own.entries if each.status != "valid"]
    rows = joined(
        html(
            "<li>{title}: {what}</li>",
            title=visit.say("cert_entry_gone") if each.entry is None else row_words(each.entry, visit.language).title,
            what=visit.say(f"cert_entry_{each.status}"),
        )
        for each in changed
    )
    press = html("<p>{text}</p>", text=visit.say("cert_reissue_none"))
    if shown.again:
        sent = joined((hidden(shown.again), button(visit.say("cert_reissue"), kind="p", sign="redo")))
        press = html(
            "<p>{text}</p>{form}", text=visit.say("cert_superseded_note"), form=form(visit, CONFIRM_PATH, sent)
        )
    return html(
        '<div id="again">{note}</div>',
        note=note(
            html('<div class="stack-s"><ul class="dots">{rows}</ul>{press}</div>', rows=rows, press=press), kind="un"
        ),
    )


def _files(visit: Visit, shown: Shown) -> Html:
    line, known = shown.own.line, shown.known
    other = ["en" if line.language == "ko" else "ko"] if state_of(line, now=shown.now) in _DRAWN else []
    kinds = [line.language, *other, "credential", *(["reveal"] if known is not None and known.has_reveal else [])]
    body = html(
        '{code}<ul class="files">{rows}</ul>',
        code=_code_field(visit, shown, "file_code"),
        rows=joined(
            _file(visit, kind, _about_file(visit, shown, kind), is_first=place == 0 and not shown.again)
            for place, kind in enumerate(kinds)
        ),
    )
    return html(
        '<section class="card" id="files" aria-labelledby="files-h"><h2 id="files-h">{heading}</h2>{form}</section>',
        heading=visit.say("cert_files"),
        form=form(visit, f"/certificates/{line.number}/file", body),
    )


def _about_file(visit: Visit, shown: Shown, kind: str) -> Html:
    """Say what a file is, and how large where that is known: one in another language is drawn when it is asked for."""
    about = visit.say("cert_file_stored" if kind == shown.own.line.language else f"cert_about_{kind}")
    sizes = {} if shown.known is None else shown.known.sizes
    if kind not in sizes:
        return html("{about}", about=about)
    return html('{about} · <span class="nb num">{size}</span>', about=about, size=size_words(sizes[kind]))


def _file(visit: Visit, kind: str, about: Html, *, is_first: bool) -> Html:
    name = visit.say(f"cert_file_{kind}")
    return html(
        '<li>{doc}<div><h3>{name}</h3><p class="s muted">{about}</p></div><button class="btn{primary}" name="what" '
        'value="{kind}">{down}{word}<span class="vh"> {name}</span></button></li>',
        doc=icon("doc"),
        name=name,
        about=about,
        primary=" p" if is_first else "",
        kind=kind,
        down=icon("down"),
        word=visit.say("cert_get"),
    )


def _code_field(visit: Visit, shown: Shown, name: str) -> Html:
    """Ask for the code where the browser does not bring it along."""
    if shown.known is not None:
        return NOTHING
    error = dict(shown.errors).get(f"f-{name}", "")
    return field(Field(name, visit.say("cert_code"), visit.say("cert_code_hint"), error, max_length=40))


def _code(visit: Visit, known: Known) -> Html:
    groups = known.code.split("-")
    return html(
        '<section class="card" aria-labelledby="code-h"><h2 id="code-h">{heading}</h2>'
        '<p class="code" id="code" translate="no">{code}</p>{copy}<p class="s">{about}</p></section>',
        heading=visit.say("cert_code"),
        code=joined((html("{group}", group=group) for group in groups), Html("-<wbr>")),
        copy=_copy(visit, "code"),
        about=visit.say("cert_code_about"),
    )


def _copy(visit: Visit, of: str) -> Html:
    """Return a button that a script shows; without one, there is nothing that could copy."""
    return html(
        '<p class="row"><button class="btn sm" type="button" data-copy="{of}" data-done="{done}" hidden>{word}</button>'
        "</p>",
        of=of,
        done=visit.say("cert_copied"),
        word=visit.say("cert_copy"),
    )


def _share(visit: Visit, shown: Shown) -> Html:
    options = [(str(days), visit.say("cert_link_days", n=days)) for days in LINK_DAYS]
    body = html(
        '{key}{code}<div class="row end">{days}{button}</div>',
        key=hidden((("key", shown.link_key),)),
        code=_code_field(visit, shown, "link_code"),
        days=select("days", visit.say("cert_link_until"), options=options, chosen=str(LINK_DAYS[1])),
        button=button(visit.say("cert_link_make"), sign="link"),
    )
    return html(
        '<section class="card" id="share" aria-labelledby="share-h"><h2 id="share-h">{heading}</h2><p>{about}</p>'
        "<p><b>{apart}</b></p>{made}{links}{form}</section>",
        heading=visit.say("cert_share"),
        about=visit.say("cert_share_about"),
        apart=visit.say("cert_share_apart"),
        made=_new_link(visit, shown.link) if shown.link else NOTHING,
        links=_links(visit, shown),
        form=form(visit, f"/certificates/{shown.own.line.number}/links", body),
    )


def _new_link(visit: Visit, address: str) -> Html:
    return html(
        '<div class="note ok" role="status">{icon}<div><p>{text}</p><p class="link" id="new-link" translate="no">'
        "{address}</p>{copy}</div></div>",
        icon=icon("link"),
        text=visit.say("cert_link_made"),
        address=address,
        copy=_copy(visit, "new-link"),
    )


def _links(visit: Visit, shown: Shown) -> Html:
    if not shown.own.links:
        return NOTHING
    rows = joined(_link(visit, shown, each) for each in shown.own.links)
    return html('<ul class="files">{rows}</ul>', rows=rows)


def _link(visit: Visit, shown: Shown, link: StoredLink) -> Html:
    is_open = link.is_open(int(shown.now.timestamp()))
    until = korean_time(datetime.fromtimestamp(link.expires_at, UTC))
    off = NOTHING
    if is_open:
        close = button(visit.say("cert_link_close"), kind="sm")
        off = form(visit, f"/certificates/{link.number}/links/{link.id}/close", close)
    ended = "cert_link_ended" if link.closed_at is None else "cert_link_closed"
    return html(
        '<li>{icon}<div><b class="num">{text}</b><p class="s muted">{opened}</p></div>{off}</li>',
        icon=icon("link"),
        text=visit.say("cert_link_open", until=until) if is_open else visit.say(ended),
        opened=visit.say("cert_link_opened", n=link.opened),
        off=off,
    )


def _todo(visit: Visit, shown: Shown) -> Html:
    line, site = shown.own.line, visit.site
    advice = (("mail", "cert_todo_send"), ("print", "cert_todo_print"), ("redo", "cert_todo_changes"))
    check = link_button(visit.say("cert_try_check"), site.verifier, sign="find") if site.verifier else NOTHING
    revoke = link_button(visit.say("cert_revoke"), visit.to(f"/certificates/{line.number}/revoke"), kind="danger")
    return html(
        '<section class="card"><h2>{heading}</h2><ul class="stack-s">{advice}</ul><p class="row mt">{all} {again} '
        "{check} {revoke}</p></section>",
        heading=visit.say("cert_next"),
        advice=joined(
            html('<li class="ln">{icon}<span>{text}</span></li>', icon=icon(sign), text=visit.say(name))
            for sign, name in advice
        ),
        all=link_button(visit.say("cert_all"), visit.to("/certificates")),
        again=link_button(visit.say("cert_again"), f"{visit.to(PICK_PATH)}?like={line.number}", sign="redo"),
        check=check,
        revoke=NOTHING if line.status == "revoked" else revoke,
    )
