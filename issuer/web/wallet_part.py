"""The part of a certificate's page that gives it to a wallet: a button, then the offer as a code, with its number."""

from typing import Final

from credential_schemas.korean_time import korean_time
from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from credential_schemas.look.qr_codes import qr_picture
from issuer.issued.own_certificates import OwnCertificate
from issuer.openid4vci.offers import MadeOffer
from issuer.store.certificates import PAPER
from issuer.web.parts import button, form, note
from issuer.web.shell import Visit

PART_ID: Final = "wallet"


def can_go_to_wallet(own: OwnCertificate, state: str) -> bool:
    """Return whether a certificate can be issued to a wallet, too: one on paper, in force, that names its holder."""
    return own.line.carrier == PAPER and own.line.edition == "standard" and state == "valid"


def wallet_part(visit: Visit, own: OwnCertificate, offer: MadeOffer | None) -> Html:
    """Return the part; an offer that was just made is shown in it, once."""
    again = "wallet_again" if offer is not None else "wallet_make"
    ask = form(visit, f"/certificates/{own.line.number}/wallet#{PART_ID}", button(visit.say(again), sign="wallet"))
    return html(
        '<section class="card" id="{part}" aria-labelledby="wallet-h"><h2 id="wallet-h">{heading}</h2>'
        "<p>{about}</p>{offer}{ask}</section>",
        part=PART_ID,
        heading=visit.say("wallet_heading"),
        about=visit.say("wallet_about"),
        offer=_offer(visit, offer) if offer is not None else NOTHING,
        ask=ask,
    )


def in_wallet(visit: Visit) -> Html:
    """Return what the page of a certificate says that was issued to a wallet and has no files."""
    return note(visit.say("wallet_only"))


def _offer(visit: Visit, offer: MadeOffer) -> Html:
    code = offer.tx_code or ""
    steps = ("wallet_step_scan", "wallet_step_code", "wallet_step_keep")
    return html(
        '<div class="offer" role="status"><div class="offer-qr">{picture}</div><div class="stack-s">'
        '<ol class="stack-s">{steps}</ol><p class="s muted">{code_word}</p>'
        '<p class="code num" translate="no"><span aria-hidden="true">{code}</span><span class="vh">{spoken}</span></p>'
        '<p class="s">{until}</p><p>{link}</p></div></div>',
        picture=qr_picture(offer.by_reference, label=visit.say("wallet_qr_label")),
        steps=joined(html("<li>{text}</li>", text=visit.say(name)) for name in steps),
        code_word=visit.say("wallet_code"),
        spoken=" ".join(code),
        code=html("{first} {last}", first=code[:3], last=code[3:]),
        until=visit.say("wallet_until", until=korean_time(offer.expires_at)),
        link=html(
            '<a class="btn" href="{address}">{icon}{word}</a>',
            address=offer.by_reference,
            icon=icon("link"),
            word=visit.say("wallet_open_here"),
        ),
    )
