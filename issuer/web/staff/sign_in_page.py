"""The pages of `/operator/sign-in`: for staff, with no way to sign up."""

from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from issuer.web.parts import facts, form, link_button, note
from issuer.web.shell import Page, Visit
from issuer.web.sign_in_pages import SignInForm, sign_in_errors, sign_in_fields, with_next
from issuer.web.staff.frame import HOME, staff_page


def staff_sign_in_page(visit: Visit, shown: SignInForm) -> Page:
    """Return the page for signing in."""
    main = html(
        '<div class="stack narrow"><div><h1>{heading}</h1><p class="lead">{lead}</p></div>{errors}'
        '<section class="card" aria-labelledby="way-h"><h2 id="way-h">{ways}</h2>{providers}{form}</section></div>',
        heading=visit.say("staff_sign_in_heading"),
        lead=visit.say("staff_sign_in_lead"),
        errors=sign_in_errors(visit, shown, control="f-name"),
        ways=visit.say("sign_in_ways"),
        providers=_providers(visit, shown),
        form=form(visit, visit.room.sign_in, sign_in_fields(visit, shown)),
    )
    return staff_page(visit.say("staff_sign_in_heading"), main, current="staff_sign_in")


def staff_signed_in_page(visit: Visit) -> Page:
    """Return the page that ends a sign-in in a second window."""
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1><p>{text}</p><p>{way}</p></div>',
        heading=visit.say("signed_in_heading"),
        text=visit.say("signed_in_text"),
        way=link_button(visit.say("nav_staff_home"), visit.to(HOME)),
    )
    return staff_page(visit.say("signed_in_heading"), main)


def unknown_identity_page(visit: Visit, issuer: str, subject: str) -> Page:
    """Return the page for somebody whom a provider knows and nobody has added: what to give to the administrator."""
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1>{note}{facts}<p>{way}</p></div>',
        heading=visit.say("staff_unknown_heading"),
        note=note(visit.say("staff_unknown_text"), kind="un"),
        facts=facts((("issuer", issuer), ("subject", subject))),
        way=link_button(visit.say("nav_staff_sign_in"), visit.to(visit.room.sign_in)),
    )
    return staff_page(visit.say("staff_unknown_heading"), main)


def _providers(visit: Visit, shown: SignInForm) -> Html:
    if not shown.providers:
        return NOTHING
    items = joined(
        html(
            '<li><a class="btn wide" href="{address}" rel="nofollow">{icon}{name}</a></li>',
            address=with_next(visit.to(f"{visit.room.sign_in}/with/{provider}"), shown.next),
            icon=icon("id"),
            name=visit.say("sign_in_with", name=name),
        )
        for provider, name in shown.providers
    )
    return html('<ul class="stack-s">{items}</ul><p class="or">{or_}</p>', items=items, or_=visit.say("or"))
