"""A sealed PDF for what a wallet presents: a new paper copy with a number and status indexes of its own.

Rules enforced:
* the paper says what was presented, no less and no more: every entry and field is compared before anything is signed.
  What a printed certificate cannot leave out (the holder's name and birth date, what an entry certifies, the entry
  that proves a competency unit) must have been presented, or nothing is printed;
* a blind copy is asked for at an address of its own, so that the holder's key signs that wish. What a blind edition
  never shows must not have been presented; name and birth date must, because the signature covers them: the copy
  withholds them, and the holder gets them as a reveal file;
* it is issued as any certificate: recorded consent, log, audit; it does not outlive the credential;
* the same presentation again within its five minutes gets the same bytes, so that a lost answer costs nothing.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime

from credential_schemas.certificate_claims import Edition
from credential_schemas.entry_types import entry_types
from credential_schemas.presented_claims import PresentedClaims, ShownEntry
from credential_schemas.wording.model import Language
from issuer.accounts.account import OpenAccount, show_account
from issuer.accounts.selection import Choice, ChosenEntry, field_choices, select_entries
from issuer.bank import Bank
from issuer.errors import PresentationRefused
from issuer.issued.reprinting import open_stored
from issuer.issuing.claims import DEFAULT_PURPOSE, DEFAULT_VALID_DAYS, IssueRequest
from issuer.issuing.making import Issued
from issuer.issuing.once import answered_before, issue_once, one_at_a_time
from issuer.presented.reading import OwnPresentation, use_nonce
from issuer.times import korean_day_of
from keys.encoding import JsonValue

_PROOF_INDEX = "acquired_via"  # the status index of another entry: on each copy another number


@dataclass(frozen=True, slots=True)
class Paper:
    """What the holder wishes printed: language of the page, edition, and the application that it is for, if any."""

    language: Language
    edition: Edition = "standard"
    applicant_no: str | None = None


@dataclass(frozen=True, slots=True)
class Printed:
    """A new paper copy: its number and the sealed PDF, which has the confirmation code printed on it.

    `reveal` is what the holder of a blind copy sends after the decision, None for a standard one.
    """

    number: str
    pdf: bytes
    reveal: dict[str, JsonValue] | None


def print_presentation(bank: Bank, presented: OwnPresentation, *, paper: Paper, now: datetime) -> Printed:
    """Issue the paper copy.

    Args:
        bank: the bank, acting for the wallet.
        presented: what was presented, verified; for a blind copy, at the address for those.
        paper: what is wished.
        now: aware.

    Raises:
        PresentationRefused: it shows too little for a printed certificate, or its nonce was used for something else.
        IssuerError, KeysError, CredentialError: as `issuer.issuing.making.issue_certificate`; nothing was issued.
    """
    account = presented.record.account_id
    with one_at_a_time(f"print:{presented.digest}"):
        content = answered_before(bank, account, key=presented.digest, now=now)
        if content is None:
            use_nonce(bank, presented)
            request = _request(bank, presented, paper=paper, now=now)
            content = issue_once(bank, request, key=presented.digest, answer=_answer, now=now)
    answer = json.loads(content)
    stored = open_stored(bank, answer["number"], account_id=account, code=answer["code"])
    return Printed(answer["number"], stored.pdf, answer.get("reveal"))


def _answer(issued: Issued) -> bytes:
    reveal = issued.reveal if issued.withheld else None
    return json.dumps({"number": issued.number, "code": issued.confirmation_code, "reveal": reveal}).encode("ascii")


def _request(bank: Bank, presented: OwnPresentation, *, paper: Paper, now: datetime) -> IssueRequest:
    claims = presented.claims
    with bank.store.read() as transaction:
        opened = show_account(bank, transaction, presented.record.account_id)
    _check_holder(opened, claims)
    choice = _choice(opened, presented, edition=paper.edition)
    selection = select_entries(opened.account.id, opened.entries, choice)
    shown = {place.entry_id: entry for place, entry in presented.entries}
    for chosen in selection.entries:
        _check_same(chosen, next((shown[each] for each in chosen.entry.ids if each in shown), None))
    days = (claims.valid_until - korean_day_of(now)).days
    if days < 1:
        raise PresentationRefused("the credential ends today, so no paper copy is made of it; get a new one")
    if None not in (paper.applicant_no, claims.applicant_no) and paper.applicant_no != claims.applicant_no:
        raise PresentationRefused("the credential is for another application: present it without its applicant_no")
    return IssueRequest(
        account_id=opened.account.id,
        choice=choice,
        language=paper.language,
        purpose=claims.purpose or DEFAULT_PURPOSE[paper.language],
        recipient=claims.recipient,
        applicant_no=paper.applicant_no or claims.applicant_no,
        valid_days=min(DEFAULT_VALID_DAYS, days),
    )


def _check_holder(opened: OpenAccount, claims: PresentedClaims) -> None:
    person, holder = opened.person, claims.holder
    wanted = (person.name, person.name_en, date.fromisoformat(person.birth_date))
    if (holder.name, holder.name_en, holder.birth_date) != wanted:
        problem = "a printed certificate names its holder: present holder.name, holder.birth_date"
        raise PresentationRefused(f"{problem} and, where there is one, holder.name_en, as the bank has them today")


def _choice(opened: OpenAccount, presented: OwnPresentation, *, edition: Edition) -> Choice:
    if not presented.entries:
        raise PresentationRefused("it shows no entry")
    hide: list[str] = []
    show: list[str] = []
    for place, shown in presented.entries:
        entry = next((each for each in opened.entries if place.entry_id in each.ids), None)
        if entry is None:
            raise PresentationRefused("it shows an entry that the account has no more")
        if edition == "blind":
            _check_blind(shown)
        for choice in field_choices(entry, blind=edition == "blind"):
            if choice.rule == "open":
                names = show if choice.field.name in shown.fields else hide
                names.append(f"{place.entry_id}.{choice.field.name}")
    return Choice(
        entries=tuple(place.entry_id for place, _ in presented.entries),
        hide=tuple(hide),
        show=tuple(show),
        kind=presented.claims.kind or "competency",
        edition=edition,
    )


def _check_blind(shown: ShownEntry) -> None:
    """Refuse what a blind copy never shows: what is not needed must not be presented either."""
    entry_type = entry_types()[shown.type]
    barred = [field.name for field in entry_type.own_fields if field.blind == "hide" and field.name in shown.fields]
    if entry_type.issuing_body_blind == "hide" and shown.issuing_body is not None:
        barred.append("issuing_body")
    if barred:
        problem = f"a blind copy never shows {', '.join(sorted(barred))} of an entry ({shown.type})"
        raise PresentationRefused(f"{problem}: do not present it")


def _check_same(chosen: ChosenEntry, shown: ShownEntry | None) -> None:
    """Refuse a paper copy that would say of an entry anything else than was presented."""
    entry = chosen.entry
    if shown is None:
        problem = (
            f"a competency unit is printed with the entry that proves it: present {entry.category} ({entry.type}), too"
        )
        raise PresentationRefused(problem)
    would: dict[str, JsonValue] = {
        "title": entry.title,
        "title_en": entry.title_en,
        "issuing_body": chosen.issuing_body,
        **chosen.fields,
    }
    said: dict[str, JsonValue] = {
        "title": shown.title,
        "title_en": shown.title_en,
        "issuing_body": shown.issuing_body,
        **shown.fields,
    }
    names = (would.keys() | said.keys()) - {_PROOF_INDEX}
    wrong = sorted(name for name in names if would.get(name) != said.get(name))
    if wrong:
        problem = (
            f"an entry ({entry.type}) is printed with {', '.join(wrong)} as the bank has it today: present it, too"
        )
        raise PresentationRefused(problem)
