"""What a holder has filled in on the way to a certificate: carried from page to page in the form itself, kept nowhere.

Nothing is chosen beforehand. A switch counts only for the edition that it was drawn for: what was shown in a standard
copy is not shown in a blind one because its switch happened to be on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from credential_schemas.certificate_claims import Edition
from credential_schemas.errors import EntryTypeError
from credential_schemas.field_kinds import check_text
from credential_schemas.wording.model import Language
from issuer.accounts.account import AccountEntry
from issuer.accounts.selection import Choice, field_choices
from issuer.issued.own_certificates import OwnCertificate
from issuer.issuing.claims import IssueRequest
from issuer.postings import Posting, used_by

PURPOSES: Final = ("job", "hr", "self")
MAX_TEXT: Final = 100
_DAYS: Final = (30, 60, 90)


class Filled(Protocol):
    """A form that was filled in."""

    def one(self, name: str) -> str:
        """Return a field's value, empty for none."""
        ...

    def many(self, name: str) -> list[str]:
        """Return every value of a field."""
        ...


@dataclass(frozen=True, slots=True)
class Draft:
    """One certificate on its way.

    `entries` are the ids that were ticked, companions not among them. `on` are the open fields that are to be shown,
    as ENTRY.FIELD, for every entry of the account. `posting` is the id of the job posting that the choice goes by,
    empty for none.
    """

    purpose: str = PURPOSES[0]
    recipient: str = ""
    applicant_no: str = ""
    days: int = _DAYS[-1]
    language: Language = "ko"
    blind: bool = False
    entries: tuple[str, ...] = ()
    on: frozenset[str] = frozenset()
    posting: str = ""

    @property
    def edition(self) -> Edition:
        """The edition by its name in certificates."""
        return "blind" if self.blind else "standard"

    def request(self, account_id: str, selected: Sequence[AccountEntry]) -> IssueRequest:
        """Return what is to be issued; `selected` are the ticked entries and their companions."""
        hide: list[str] = []
        show: list[str] = []
        for entry in selected:
            for choice in field_choices(entry, blind=self.blind):
                name = f"{entry.id}.{choice.field.name}"
                if choice.rule == "open" and choice.shown != (name in self.on):
                    (show if name in self.on else hide).append(name)
        return IssueRequest(
            account_id=account_id,
            choice=Choice(entries=self.entries, hide=tuple(hide), show=tuple(show), edition=self.edition),
            language=self.language,
            purpose=self.purpose,
            recipient=self.recipient or None,
            applicant_no=self.applicant_no or None if self.blind else None,
            valid_days=self.days,
        )

    def fields(self, selected: Sequence[AccountEntry]) -> list[tuple[str, str]]:
        """Return the draft as fields of a form, with the switches of the selected entries."""
        ids = {entry.id for entry in selected}
        return [
            ("purpose", self.purpose),
            ("recipient", self.recipient),
            ("applicant_no", self.applicant_no),
            ("days", str(self.days)),
            ("language", self.language),
            *([("blind", "yes")] if self.blind else []),
            *([("posting", self.posting)] if self.posting else []),
            *(("entry", entry) for entry in self.entries),
            ("shown_for", self.edition),
            *(("switches", entry.id) for entry in selected),
            *(("shown", name) for name in sorted(self.on) if name.partition(".")[0] in ids),
        ]


def days_offered(longest: int) -> tuple[int, ...]:
    """Return the validity times to choose from, in a bank that allows so many days."""
    return tuple(days for days in _DAYS if days <= longest) or (longest,)


def new_draft(entries: Sequence[AccountEntry], *, language: Language, longest: int) -> Draft:
    """Return an empty draft: nothing ticked, switches as they are by default."""
    on = frozenset(_by_default(entries, blind=False))
    return Draft(days=days_offered(longest)[-1], language=language, on=on)


def draft_like(draft: Draft, own: OwnCertificate, entries: Sequence[AccountEntry]) -> Draft:
    """Return a draft with the entries and fields of a certificate, as far as they are in force today."""
    line, known = own.line, {each: entry.id for entry in entries if entry.in_force for each in entry.ids}
    carried = {known[each.entry_id]: each.disclosed for each in own.entries if each.entry_id in known}
    blind = line.edition == "blind"
    on = {name for name in _by_default(entries, blind=blind) if name.partition(".")[0] not in carried}
    on |= {f"{entry}.{field}" for entry, fields in carried.items() for field in fields}
    purpose = line.purpose if line.purpose in PURPOSES else draft.purpose
    language: Language = "en" if line.language == "en" else "ko"
    return Draft(
        purpose=purpose,
        recipient=line.recipient or "",
        days=draft.days,
        language=language,
        blind=blind,
        entries=tuple(carried),
        on=frozenset(on),
    )


def draft_by_posting(draft: Draft, posting: Posting, entries: Sequence[AccountEntry]) -> Draft:
    """Return a draft that ticks what the posting's rules use and nothing else, and shows only the fields they read."""
    used = used_by(posting, entries)
    on = {name for name in _by_default(entries, blind=draft.blind) if name.partition(".")[0] not in used}
    on |= {f"{entry_id}.{field}" for entry_id, fields in used.items() for field in fields}
    ticked = tuple(entry.id for entry in entries if entry.id in used)
    return replace(draft, entries=ticked, on=frozenset(on), posting=posting.id)


def read_draft(form: Filled, entries: Sequence[AccountEntry], *, longest: int) -> Draft:
    """Return the draft that a form carries; a value that no page of ours offers counts as not given."""
    offered = days_offered(longest)
    days, purpose, blind = form.one("days"), form.one("purpose"), form.one("blind") == "yes"
    known = {entry.id for entry in entries if entry.in_force}
    drawn = set(form.many("switches")) if form.one("shown_for") == ("blind" if blind else "standard") else set()
    on = {name for name in _by_default(entries, blind=blind) if name.partition(".")[0] not in drawn}
    on |= {name for name in form.many("shown") if name.partition(".")[0] in drawn}
    return Draft(
        purpose=purpose if purpose in PURPOSES else PURPOSES[0],
        recipient=form.one("recipient").strip(),
        applicant_no=form.one("applicant_no").strip(),
        days=int(days) if days in map(str, offered) else offered[-1],
        language="en" if form.one("language") == "en" else "ko",
        blind=blind,
        entries=tuple(entry for entry in form.many("entry") if entry in known),
        on=frozenset(on),
        posting=form.one("posting"),
    )


def unprintable(draft: Draft) -> list[str]:
    """Return the names of the text fields that cannot be printed on a certificate."""
    return [name for name in ("recipient", "applicant_no") if not _is_printable(getattr(draft, name))]


def selected_entries(draft: Draft, entries: Sequence[AccountEntry]) -> list[AccountEntry]:
    """Return the ticked entries that are in force and what comes along with them, in the order of the account."""
    ticked = {entry.id: entry for entry in entries if entry.id in draft.entries and entry.in_force}
    needed = set(ticked) | {entry.proven_by for entry in ticked.values() if entry.proven_by is not None}
    return [entry for entry in entries if entry.id in needed]


def _by_default(entries: Sequence[AccountEntry], *, blind: bool) -> list[str]:
    return [
        f"{entry.id}.{choice.field.name}"
        for entry in entries
        for choice in field_choices(entry, blind=blind)
        if choice.rule == "open" and choice.shown
    ]


def _is_printable(text: str) -> bool:
    if not text:
        return True
    try:
        check_text(text, path="text")
    except EntryTypeError:
        return False
    return len(text) <= MAX_TEXT
