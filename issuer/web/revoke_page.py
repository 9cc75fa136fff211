"""The page that asks again before a certificate is revoked: what happens, to what, and that it cannot be undone."""

from typing import Final

from credential_schemas.look.markup import html
from issuer.issued.own_certificates import OwnCertificate
from issuer.web.parts import button, facts, form, link_button, note, radios
from issuer.web.shell import Page, Visit

REASONS: Final = ("holder_request", "issued_in_error")


def revoke_page(visit: Visit, own: OwnCertificate, *, ttl_hours: int) -> Page:
    """Return the page; `ttl_hours` is how late the news may reach whoever checks."""
    number = own.line.number
    options = [(reason, visit.say(f"cert_reason_{reason}")) for reason in REASONS]
    body = html(
        '{reasons}<p class="row mt">{no} {yes}</p>',
        reasons=radios("reason", visit.say("cert_reason"), options=options, chosen=REASONS[0]),
        no=link_button(visit.say("cert_keep"), visit.to(f"/certificates/{number}")),
        yes=button(visit.say("cert_revoke"), kind="danger"),
    )
    rows = [
        (visit.say("cert_number"), number),
        (visit.say("cert_recipient"), own.line.recipient or visit.say("cert_recipient_open")),
        (visit.say("cert_until"), own.line.valid_until),
    ]
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1>{facts}{warning}<p>{when}</p>{form}</div>',
        heading=visit.say("cert_revoke_heading"),
        facts=facts(rows),
        warning=note(visit.say("cert_revoke_warning"), kind="bad"),
        when=visit.say("cert_revoke_when", n=ttl_hours),
        form=form(visit, f"/certificates/{number}/revoke", body),
    )
    return Page(visit.say("cert_revoke_heading"), main, "certificates")
