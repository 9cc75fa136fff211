"""`/certificates`: the list, one certificate with its files and links, and revoking it. Others' are not there."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from credential_schemas.wording.model import Language
from issuer.accounts.account import show_account
from issuer.api.pages.asked import Answer, Asked, Download, NotHere, go_to, shown
from issuer.api.pages.routing import Pages
from issuer.desk_errors import IssuedTooMany, LinksTooMany, LinkUnknown
from issuer.documents import DocumentRequest, document_wording
from issuer.errors import CertificateNotFound, CodeWrong, NotOurCertificate
from issuer.issued.own_certificates import OwnCertificate, show_certificate, state_of
from issuer.issued.reprinting import ReprintRequest, claims_of, open_stored, reprint_number
from issuer.issued.sealed_records import pdf_bytes_of
from issuer.issued.sharing import LinkWish, close_link, make_link
from issuer.issued.status_changes import StatusOrder, change_certificates
from issuer.issuing.errors import RetryKeyInvalid
from issuer.issuing.once import answered_before
from issuer.openid4vci.offers import OfferWish, make_offer
from issuer.publishing import STATUS_TTL_S
from issuer.store.certificates import PAPER
from issuer.times import korean_day_of
from issuer.web.certificate_pages import LINK_DAYS, STATE_TAGS, Known, Shown, certificate_page
from issuer.web.certificate_records import difference_of
from issuer.web.certificates_page import Listed, certificates_page
from issuer.web.drafts import Draft, draft_like, new_draft, selected_entries
from issuer.web.revoke_page import REASONS, revoke_page
from issuer.web.wallet_part import can_go_to_wallet
from keys.encoding import JsonValue, decode_json_object, encode_json

_PAGE: Final = re.compile(r"[1-9][0-9]{0,3}")
_YEAR: Final = re.compile(r"[0-9]{4}")
_KEY_BYTES: Final = 24
_MAX_ANSWER_BYTES: Final = 256 * 1024
_MAX_CODE: Final = 100
_HOUR_S: Final = 3600
_PDF: Final = "application/pdf"
_CREDENTIAL: Final = "application/dc+sd-jwt"
_Errors = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the browser that issued a certificate can open: its code, its credential, and what reveals a blind one."""

    code: str
    credential: str
    reveal: JsonValue


def register(pages: Pages) -> None:
    """Add the addresses; those of issuing come before, so that `new` is no number."""
    pages.show("/certificates", show_all)
    pages.show("/certificates/{number}", show_one)
    pages.change("/certificates/{number}/file", fetch)
    pages.change("/certificates/{number}/links", share)
    pages.change("/certificates/{number}/links/{link}/close", close)
    pages.change("/certificates/{number}/wallet", offer)
    pages.show("/certificates/{number}/wallet", back_to_certificate)
    pages.show("/certificates/{number}/revoke", ask_to_revoke)
    pages.change("/certificates/{number}/revoke", revoke)


def show_all(asked: Asked) -> Answer:
    """Show the list, filtered as the address says."""
    form, page = asked.form, asked.form.one("page")
    with asked.desk.bank.store.read() as transaction:
        lines = transaction.certificates.lines(asked.holder.account_id)
    listed = Listed(
        lines=lines,
        now=asked.desk.clock(),
        state=form.one("state") if form.one("state") in STATE_TAGS else "",
        year=form.one("year") if _YEAR.fullmatch(form.one("year")) else "",
        page=int(page) if _PAGE.fullmatch(page) else 1,
        done="revoked" if form.one("done") == "revoked" else "",
    )
    return shown(certificates_page(asked.visit, listed))


def show_one(asked: Asked) -> Answer:
    """Show one certificate."""
    return shown(certificate_page(asked.visit, _shown(asked, _own(asked))))


def fetch(asked: Asked) -> Answer:
    """Give one of the files of a certificate; all of them need its code."""
    own, kept, what = _own(asked), _kept(asked), asked.form.one("what")
    number = own.line.number
    if what == "reveal" and kept is not None and kept.reveal is not None:
        return Answer(download=Download(encode_json(kept.reveal), "application/json", f"{number}-reveal.json"))
    code = kept.code if kept is not None else asked.form.one("file_code")[:_MAX_CODE]
    try:
        with asked.desk.places.place():
            return Answer(download=_file(asked, number, what, code=code))
    except CodeWrong:
        errors = [("f-file_code", asked.visit.say("cert_code_wrong"))]
        return shown(certificate_page(asked.visit, _shown(asked, own, errors=errors)), status=422)


def share(asked: Asked) -> Answer:
    """Make a link to the PDF; it is shown in the answer and never again."""
    own, kept, days = _own(asked), _kept(asked), asked.form.one("days")
    wish = LinkWish(
        account_id=asked.holder.account_id,
        number=own.line.number,
        code=kept.code if kept is not None else asked.form.one("link_code")[:_MAX_CODE],
        days=int(days) if days in map(str, LINK_DAYS) else LINK_DAYS[0],
        key=asked.form.one("key"),
    )
    try:
        with asked.desk.places.place():
            made = make_link(asked.bank, wish, now=asked.desk.clock())
    except CodeWrong:
        errors = [("f-link_code", asked.visit.say("cert_code_wrong"))]
        return shown(certificate_page(asked.visit, _shown(asked, own, errors=errors)), status=422)
    except LinksTooMany:
        errors = [("share", asked.visit.say("cert_links_too_many"))]
        return shown(certificate_page(asked.visit, _shown(asked, own, errors=errors)), status=409)
    link = f"{asked.desk.origin}{asked.visit.to('/shared/' + made.secret)}"
    return shown(certificate_page(asked.visit, _shown(asked, _own(asked), link=link)))


def close(asked: Asked) -> Answer:
    """Switch a link off."""
    number = asked.values["number"]
    try:
        account = asked.holder.account_id
        close_link(asked.bank, account, asked.values["link"], number=number, now=asked.desk.clock())
    except (CertificateNotFound, LinkUnknown):
        raise NotHere from None
    return go_to(asked, f"/certificates/{number}#share")


def offer(asked: Asked) -> Answer:
    """Offer the same entries and fields to the holder's wallet; the offer is shown in the answer and never again."""
    own, desk = _own(asked), asked.desk
    now = desk.clock()
    if not can_go_to_wallet(own, state_of(own.line, now=now)):
        raise NotHere
    wait_s = desk.limits.count(desk.issues, f"account:{asked.holder.account_id}")
    if wait_s is not None:
        raise IssuedTooMany(seconds=wait_s)
    with desk.bank.store.read() as transaction:
        entries = show_account(desk.bank, transaction, asked.holder.account_id).entries
    draft = draft_like(Draft(), own, entries)
    days = (date.fromisoformat(own.line.valid_until) - korean_day_of(now)).days
    request = replace(
        draft.request(asked.holder.account_id, selected_entries(draft, entries)),
        language="en" if own.line.language == "en" else "ko",
        purpose=own.line.purpose,
        recipient=own.line.recipient,
        valid_days=max(days, 1),
    )
    made = make_offer(asked.bank, OfferWish(request), now=now)
    return shown(certificate_page(asked.visit, replace(_shown(asked, own), offer=made)))


def back_to_certificate(asked: Asked) -> Answer:
    """Lead back: an offer is shown once, to the form that asked for it."""
    return go_to(asked, f"/certificates/{_own(asked).line.number}#wallet")


def ask_to_revoke(asked: Asked) -> Answer:
    """Ask again before a certificate is revoked."""
    return shown(revoke_page(asked.visit, _own(asked), ttl_hours=STATUS_TTL_S // _HOUR_S))


def revoke(asked: Asked) -> Answer:
    """Revoke a certificate; a second time changes nothing."""
    own, reason = _own(asked), asked.form.one("reason")
    order = StatusOrder("revoke", reason if reason in REASONS else REASONS[0], account_id=asked.holder.account_id)
    change_certificates(asked.bank, [own.line.number], order, now=asked.desk.clock())
    return go_to(asked, "/certificates?done=revoked")


def _file(asked: Asked, number: str, what: str, *, code: str) -> Download:
    account = asked.holder.account_id
    if what == "credential":
        credential = open_stored(asked.bank, number, account_id=account, code=code).credential
        return Download(credential.encode("ascii"), _CREDENTIAL, f"{number}.sd-jwt")
    if what not in ("ko", "en"):
        raise NotHere
    language: Language = "en" if what == "en" else "ko"
    wanted = ReprintRequest(language, account_id=account)
    printed = reprint_number(asked.bank, number, wanted, code=code, now=asked.desk.clock())
    return Download(printed.pdf, _PDF, f"{number}-{language}.pdf")


def _shown(asked: Asked, own: OwnCertificate, *, link: str = "", errors: _Errors = ()) -> Shown:
    known = _known(asked, own)
    return Shown(
        own=own,
        now=asked.desk.clock(),
        known=known,
        just_made=known is not None and state_of(own.line, now=asked.desk.clock()) == "valid",
        difference=None
        if (before := _before(asked, own)) is None
        else difference_of(own, before, asked.visit.language),
        link=link,
        link_key=urlsafe_b64encode(asked.desk.random_bytes(_KEY_BYTES)).decode("ascii"),
        again=_again(asked, own),
        errors=errors,
    )


def _again(asked: Asked, own: OwnCertificate) -> Sequence[tuple[str, str]]:
    """Return what leads straight to the confirm page of the same certificate, with what is still in force of it."""
    if own.line.carrier != PAPER or state_of(own.line, now=asked.desk.clock()) != "superseded":
        return ()
    bank = asked.desk.bank
    with bank.store.read() as transaction:
        entries = show_account(bank, transaction, asked.holder.account_id).entries
    empty = new_draft(entries, language=asked.visit.language, longest=bank.profile.max_valid_days)
    draft = draft_like(empty, own, entries)
    return draft.fields(selected_entries(draft, entries)) if draft.entries else ()


def _own(asked: Asked) -> OwnCertificate:
    bank = asked.desk.bank
    if not asked.holder.is_linked:
        raise NotHere
    try:
        with bank.store.read() as transaction:
            return show_certificate(bank, transaction, asked.holder.account_id, number=asked.values["number"])
    except CertificateNotFound:
        raise NotHere from None


def _before(asked: Asked, own: OwnCertificate) -> OwnCertificate | None:
    bank, account = asked.desk.bank, asked.holder.account_id
    with bank.store.read() as transaction:
        numbers = [line.number for line in transaction.certificates.lines(account)]
        older = numbers[numbers.index(own.line.number) + 1 :]
        return show_certificate(bank, transaction, account, number=older[0]) if older else None


def _kept(asked: Asked) -> _Kept | None:
    """Return what this browser can still open about this certificate."""
    key = asked.desk.cookies.read(asked.cookie_header, "issued")
    if key is None:
        return None
    try:
        answer = answered_before(asked.desk.bank, asked.holder.account_id, key=key, now=asked.desk.clock())
    except RetryKeyInvalid:
        return None
    members = {} if answer is None else decode_json_object(answer, max_bytes=_MAX_ANSWER_BYTES)
    if members.get("number") != asked.values["number"]:
        return None
    return _Kept(str(members["confirmation_code"]), str(members["credential"]), members["reveal"])


def _known(asked: Asked, own: OwnCertificate) -> Known | None:
    kept, bank, now = _kept(asked), asked.desk.bank, asked.desk.clock()
    if kept is None:
        return None
    try:
        claims = claims_of(bank, kept.credential, now=now)
    except NotOurCertificate:
        return None  # it has expired meanwhile: the page says so without showing it
    language: Language = "en" if own.line.language == "en" else "ko"
    wording = document_wording(bank, DocumentRequest(claims, language, kept.code, now), link_only=False)
    with bank.store.read() as transaction:
        sealed_bytes = transaction.certificates.sealed_bytes(own.line.number)
    sizes = {
        own.line.language: pdf_bytes_of(sealed_bytes, credential=kept.credential),
        "credential": len(kept.credential),
        "reveal": len(encode_json(kept.reveal)),
    }
    return Known(kept.code, has_reveal=kept.reveal is not None, wording=wording, sizes=sizes)
