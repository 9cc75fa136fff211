"""`/certificates/new` and its confirm page: choose, see what the recipient will see, agree, issue once."""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import Final

from credential_schemas.certificate_claims import CertificateEntry
from credential_schemas.korean_time import korean_time
from issuer.accounts.account import CONSENT_TEXT_VERSION, OpenAccount, show_account
from issuer.api.pages.asked import Answer, Asked, NotHere, go_to, shown
from issuer.api.pages.form import Form
from issuer.api.pages.routing import Pages
from issuer.desk_errors import IssuedTooMany
from issuer.errors import CertificateNotFound
from issuer.holders.kept_choices import forget_choice, keep_choice, kept_choice
from issuer.holders.status_days import status_days
from issuer.issued.own_certificates import OwnCertificate, show_certificate
from issuer.issuing.claims import IssueRequest
from issuer.issuing.errors import RetryKeyInvalid
from issuer.issuing.making import Issued
from issuer.issuing.once import answered_before, issue_once
from issuer.issuing.previewing import Preview, preview
from issuer.postings import Posting, own_score_of, used_by
from issuer.times import korean_day_of, utc_moment
from issuer.web.confirm_page import CONSENT_BOX, Confirm, confirm_page
from issuer.web.drafts import Draft, draft_by_posting, draft_like, new_draft, read_draft, selected_entries, unprintable
from issuer.web.pick_page import CONFIRM_PATH, FORGET_PATH, LATER_PATH, PICK_PATH, Pick, pick_page
from issuer.web.posting_part import ByPosting
from keys.encoding import JsonValue, decode_json_object, encode_json

KEPT_S: Final = 3600
"""For so long the browser that issued a certificate can show its code again."""

_KEY_BYTES: Final = 24
_HAD_DIGITS: Final = 16
_MAX_ANSWER_BYTES: Final = 256 * 1024
_Errors = list[tuple[str, str]]


def register(pages: Pages) -> None:
    """Add the addresses."""
    pages.show(PICK_PATH, begin)
    pages.change(PICK_PATH, choose)
    pages.change(LATER_PATH, put_aside)
    pages.change(FORGET_PATH, forget)
    pages.show(CONFIRM_PATH, begin_again)
    pages.change(CONFIRM_PATH, confirm)


def begin(asked: Asked) -> Answer:
    """Show the first step: with nothing chosen, or with the choice of an earlier certificate."""
    if not asked.holder.is_linked:
        return go_to(asked, "/identity")
    opened, bank = _open(asked), asked.desk.bank
    draft = new_draft(opened.entries, language=asked.visit.language, longest=bank.profile.max_valid_days)
    kept = kept_choice(bank, opened.account.id, now=asked.desk.clock())
    if asked.form.one("kept") == "open" and kept is not None:
        form = Form(kept.fields)
        draft = read_draft(form, opened.entries, longest=bank.profile.max_valid_days)
        return _shown(asked, _pick(asked, opened, draft, errors=_gone(asked, draft, form)))
    posting = asked.form.one("posting")
    if posting:
        chosen = asked.desk.postings.get(posting)
        if chosen is None:
            raise NotHere
        draft = draft_by_posting(draft, chosen, opened.entries)
    like = asked.form.one("like")
    if like:
        draft = draft_like(draft, _own(asked, opened, like), opened.entries)
    kept_at = "" if kept is None else korean_time(utc_moment(kept.kept_at))
    return _shown(asked, replace(_pick(asked, opened, draft, errors=[]), kept_at=kept_at))


def begin_again(asked: Asked) -> Answer:
    """Lead to the first step: what was to be confirmed is known to the form alone."""
    return go_to(asked, PICK_PATH)


def choose(asked: Asked) -> Answer:
    """Show the first step as it was filled in, with its preview.

    Where a posting or an earlier certificate was pressed, it is chosen by that; what was typed stays.
    """
    if not asked.holder.is_linked:
        return go_to(asked, "/identity")
    opened = _open(asked)
    draft, errors = _draft(asked, opened), list[tuple[str, str]]()
    wanted, like = asked.form.one("by"), asked.form.one("like")
    if like:
        again = draft_like(draft, _own(asked, opened, like), opened.entries)
        draft = replace(again, recipient=draft.recipient or again.recipient, applicant_no=draft.applicant_no)
    elif wanted in asked.desk.postings:
        draft = draft_by_posting(draft, asked.desk.postings[wanted], opened.entries)
    elif wanted or (draft.posting and draft.posting not in asked.desk.postings):
        errors.append(("f-entries", asked.visit.say("cert_posting_gone")))
    return _shown(asked, _pick(asked, opened, draft, errors=[*errors, *_text_errors(asked, draft)]))


def put_aside(asked: Asked) -> Answer:
    """Keep what was filled in, so that the holder can go on later."""
    if not asked.holder.is_linked:
        return go_to(asked, "/identity")
    opened = _open(asked)
    draft = _draft(asked, opened)
    errors = _text_errors(asked, draft)
    if errors:
        return _shown(asked, _pick(asked, opened, draft, errors=errors), status=422)
    # For which posting somebody applies is not kept: the choice alone is.
    fields = replace(draft, posting="").fields(selected_entries(draft, opened.entries))
    keep_choice(asked.bank, opened.account.id, fields, now=asked.desk.clock())
    return go_to(asked, f"{PICK_PATH}?done=kept")


def forget(asked: Asked) -> Answer:
    """Erase what was kept."""
    forget_choice(asked.bank, asked.holder.account_id)
    return go_to(asked, PICK_PATH)


def confirm(asked: Asked) -> Answer:
    """Show what was chosen and ask for consent; with it, issue."""
    if not asked.holder.is_linked:
        return go_to(asked, "/identity")
    issuing, key = asked.form.one("do") == "issue", asked.form.one("key")
    if issuing:
        before = _issued_before(asked, key)
        if before is not None:
            return before  # pressed twice, or sent again after a look back
    opened = _open(asked)
    draft = _draft(asked, opened)
    errors = _text_errors(asked, draft)
    gone = _gone(asked, draft, asked.form)
    errors += gone
    if not gone and not draft.entries:
        errors.append(("f-entries", asked.visit.say("cert_error_none")))
    if errors:
        return _shown(asked, _pick(asked, opened, draft, errors=errors), status=422)
    request = draft.request(opened.account.id, selected_entries(draft, opened.entries))
    previewed = preview(asked.desk.bank, opened, request, now=asked.desk.clock())
    fields = draft.fields(selected_entries(draft, opened.entries))
    question = Confirm(draft, fields, previewed, _new_key(asked), _seen(previewed, request), had=_had(previewed))
    if not issuing:
        return shown(confirm_page(asked.visit, question))
    question = replace(question, key=key)
    if asked.form.one("seen") != question.seen:
        had = asked.form.many("had")
        news = frozenset(each.partition(".")[0] for each in question.had if each not in had)
        again = replace(question, key=_new_key(asked), changed=True, news=news)
        return shown(confirm_page(asked.visit, again), status=409)
    if asked.form.one("consent") != "yes":
        missing = [(CONSENT_BOX, asked.visit.say("cert_consent_missing"))]
        return shown(confirm_page(asked.visit, replace(question, errors=missing)), status=422)
    return _issue(asked, replace(request, consent=_consent(request, previewed)), key)


def _issue(asked: Asked, request: IssueRequest, key: str) -> Answer:
    desk = asked.desk
    wait_s = desk.limits.count(desk.issues, f"account:{request.account_id}")
    if wait_s is not None:
        raise IssuedTooMany(seconds=wait_s)
    with desk.places.place():
        answer = issue_once(asked.bank, request, key=key, answer=_answer, now=desk.clock())
    forget_choice(asked.bank, request.account_id)
    return _to_certificate(asked, answer, key)


def _answer(issued: Issued) -> bytes:
    """Return what the browser that issued can show again for some time; it is kept sealed under that browser's key."""
    reveal: JsonValue = issued.reveal if issued.withheld else None
    kept = {"number": issued.number, "confirmation_code": issued.confirmation_code, "reveal": reveal}
    return encode_json({**kept, "credential": issued.credential})


def _issued_before(asked: Asked, key: str) -> Answer | None:
    try:
        answer = answered_before(asked.desk.bank, asked.holder.account_id, key=key, now=asked.desk.clock())
    except RetryKeyInvalid:
        raise NotHere from None  # no page of ours sent this
    return None if answer is None else _to_certificate(asked, answer, key)


def _to_certificate(asked: Asked, answer: bytes, key: str) -> Answer:
    number = str(decode_json_object(answer, max_bytes=_MAX_ANSWER_BYTES)["number"])
    cookie = asked.desk.cookies.setting("issued", key, max_age_s=KEPT_S)
    return go_to(asked, f"/certificates/{number}", cookies=[cookie])


def _gone(asked: Asked, draft: Draft, form: Form) -> _Errors:
    """Say that entries that were chosen cannot be chosen any more."""
    gone = len(draft.entries) < len(form.many("entry"))
    return [("f-entries", asked.visit.say("cert_error_gone"))] if gone else []


def _shown(asked: Asked, pick: Pick, *, status: int = 200) -> Answer:
    return shown(pick_page(asked.visit, pick), status=status)


def _pick(asked: Asked, opened: OpenAccount, draft: Draft, *, errors: _Errors) -> Pick:
    desk, now = asked.desk, asked.desk.clock()
    previewed = None
    if draft.entries and not unprintable(draft):
        request = draft.request(opened.account.id, selected_entries(draft, opened.entries))
        previewed = preview(desk.bank, opened, request, now=now)
    posting = desk.postings.get(draft.posting)
    with desk.bank.store.read() as transaction:
        lines = transaction.certificates.lines(opened.account.id)
        days = status_days(transaction, opened.entries)
    return Pick(
        draft=draft,
        entries=opened.entries,
        selected=frozenset(entry.id for entry in selected_entries(draft, opened.entries)),
        preview=previewed,
        errors=errors,
        today=korean_day_of(now),
        longest=desk.bank.profile.max_valid_days,
        status_days=days,
        tab="check" if asked.form.one("tab") == "check" else "page",
        latest=lines[0].number if lines else "",
        done=asked.form.one("done") == "kept",
        postings=tuple(desk.postings.values()),
        by_posting=None if posting is None else _by_posting(asked, posting, opened, previewed=previewed),
    )


def _by_posting(asked: Asked, posting: Posting, opened: OpenAccount, *, previewed: Preview | None) -> ByPosting:
    """Return what the posting says of the choice as a certificate would show it; computed for this answer alone."""
    shown_entries: dict[str, CertificateEntry] = {}
    if previewed is not None:
        chosen = [each.entry.id for each in previewed.selection.entries]
        shown_entries = dict(zip(chosen, previewed.claims.entries, strict=True))
    score = own_score_of(posting, shown_entries) if shown_entries else None
    english = asked.visit.language == "en"
    titles = {
        entry_id: entry.title_en if english and entry.title_en else entry.title
        for entry_id, entry in shown_entries.items()
    }
    return ByPosting(posting, frozenset(used_by(posting, opened.entries)), score, titles)


def _open(asked: Asked) -> OpenAccount:
    with asked.desk.bank.store.read() as transaction:
        return show_account(asked.desk.bank, transaction, asked.holder.account_id)


def _own(asked: Asked, opened: OpenAccount, number: str) -> OwnCertificate:
    try:
        with asked.desk.bank.store.read() as transaction:
            return show_certificate(asked.desk.bank, transaction, opened.account.id, number=number)
    except CertificateNotFound:
        raise NotHere from None


def _draft(asked: Asked, opened: OpenAccount) -> Draft:
    return read_draft(asked.form, opened.entries, longest=asked.desk.bank.profile.max_valid_days)


def _text_errors(asked: Asked, draft: Draft) -> _Errors:
    return [(f"f-{name}", asked.visit.say("cert_error_text")) for name in unprintable(draft)]


def _new_key(asked: Asked) -> str:
    return urlsafe_b64encode(asked.desk.random_bytes(_KEY_BYTES)).decode("ascii")


def _seen(previewed: Preview, request: IssueRequest) -> str:
    """Return a digest of everything that the holder was shown, so that nothing else is issued."""
    report = previewed.report.to_json()
    printed: list[JsonValue] = [line.text for line in previewed.wording.lines()]
    said: list[JsonValue] = [report["certificate"], report["disclosed"], printed, request.language]
    return hashlib.sha256(encode_json(said)).hexdigest()


def _had(previewed: Preview) -> list[str]:
    """Return a digest of what each entry shows, so that the page can name those that changed meanwhile."""
    pairs = zip(previewed.selection.entries, previewed.claims.entries, strict=True)
    said: list[tuple[str, list[JsonValue]]] = [
        (chosen.entry.id, [each.title, each.issuing_body, dict(each.fields), each.as_of.isoformat()])
        for chosen, each in pairs
    ]
    return [f"{entry_id}.{hashlib.sha256(encode_json(values)).hexdigest()[:_HAD_DIGITS]}" for entry_id, values in said]


def _consent(request: IssueRequest, previewed: Preview) -> bytes:
    """Return the consent that was just given, in the form of a consent file: the same for each press of the button."""
    entries: list[JsonValue] = [chosen.entry.id for chosen in previewed.selection.entries]
    return encode_json(
        {
            "consent": 1,
            "recipient": request.recipient,
            "purpose": request.purpose,
            "entries": entries,
            "valid_until": previewed.claims.valid_until.isoformat(),
            "text_version": CONSENT_TEXT_VERSION,
            "channel": "page",
        }
    )
