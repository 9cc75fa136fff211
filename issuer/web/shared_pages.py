"""What somebody sees who was given a link: a file until a day, and that the certificate does not depend on it."""

from datetime import UTC, datetime

from credential_schemas.korean_time import korean_time
from credential_schemas.look.markup import html
from issuer.web.parts import button, form, note
from issuer.web.shell import Page, Visit


def shared_page(visit: Visit, secret: str, *, ends_at: int) -> Page:
    """Return the page that a link leads to; `ends_at` in Unix seconds."""
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1><p>{about}</p><p class="num">{until}</p>{apart}{form}'
        "<p>{check}</p></div>",
        heading=visit.say("cert_shared_heading"),
        about=visit.say("cert_shared_about"),
        until=visit.say("cert_shared_until", until=korean_time(datetime.fromtimestamp(ends_at, UTC))),
        apart=note(visit.say("cert_share_apart")),
        form=form(visit, f"/shared/{secret}", button(visit.say("cert_shared_get"), kind="p", sign="down")),
        check=visit.say("cert_shared_check"),
    )
    return Page(visit.say("cert_shared_heading"), main)


def link_gone_page(visit: Visit) -> Page:
    """Return the page of a link that leads to nothing, whatever the reason."""
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1><p>{about}</p>{apart}</div>',
        heading=visit.say("cert_gone_heading"),
        about=visit.say("cert_gone_about"),
        apart=note(visit.say("cert_share_apart")),
    )
    return Page(visit.say("cert_gone_heading"), main)
