"""An entry in words and marks, the same on every page: title and cells, status, repeats, source, its language."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from credential_schemas.certificate_claims import CertificateEntry
from credential_schemas.entry_types import Names, entry_types
from credential_schemas.look.markup import NOTHING, Html, html, joined
from credential_schemas.wording.entries import entry_groups
from credential_schemas.wording.model import EntryRow, Language
from credential_schemas.wording.published import current_wording
from issuer.accounts.account import AccountEntry
from issuer.holders.account_view import is_past
from issuer.holders.collecting_consents import SourceState
from issuer.sources.registry import SOURCES
from issuer.web.parts import tag
from issuer.web.shell import Visit

ICONS: Final[Mapping[str, str]] = {
    "qualifications": "qual",
    "trainings": "train",
    "educations": "edu",
    "careers": "work",
    "military": "id",
    "businesses": "work",
    "units": "unit",
    "achievements": "ok",
}
_STATUS_TAGS: Final[Mapping[str, tuple[str, str]]] = {
    "corrected": ("un", "redo"),
    "suspended": ("un", "clock"),
    "revoked": ("bad", "bad"),
    "withdrawn": ("bad", "bad"),
    "expired": ("un", "clock"),
}


def row_words(entry: AccountEntry, language: Language) -> EntryRow:
    """Return what a certificate would say of an entry if it disclosed everything: title, details and cells."""
    own = entry_types()[entry.type].own_fields
    fields = {field.name: entry.fields[field.name] for field in own if entry.fields.get(field.name) is not None}
    day = date.fromisoformat(entry.source_entry.as_of)
    certified = CertificateEntry(
        entry.type, entry.category, entry.title, entry.title_en, entry.issuing_body, fields, day, 0
    )
    (group,) = entry_groups([certified], language=language, version=current_wording())
    return group.rows[0]


def status_on(entry: AccountEntry, today: date) -> str:
    """Return the status of an entry on a Korean day: expired, too, when its own last day is over."""
    return "expired" if entry.status == "valid" and is_past(entry, today) else entry.status


def status_tag(visit: Visit, entry: AccountEntry, *, today: date, since: str = "") -> Html:
    """Return the mark of an entry that is not simply in force; nothing for one that is.

    `since` is the Korean day on which the bank recorded that status; empty where nobody knows it.
    """
    status = status_on(entry, today)
    if status not in _STATUS_TAGS:
        return NOTHING
    kind, sign = _STATUS_TAGS[status]
    word = visit.say(f"status_{status}")
    return tag(visit.say("status_since", status=word, day=since) if since else word, kind=kind, sign=sign)


def repeat_tags(visit: Visit, entry: AccountEntry) -> Html:
    """Return the marks of an entry that several sources delivered, or that may be the same as another one."""
    delivered = tag(visit.say("same_record", n=len(entry.provenances)), kind="line") if entry.others else NOTHING
    alike = tag(visit.say("possible_repeat"), kind="un", sign="un") if entry.alike else NOTHING
    return joined((delivered, alike))


def source_name(sources: Sequence[SourceState], source: str, language: Language) -> str:
    """Return how a source is called."""
    names = [state.names for state in sources if state.id == source]
    if not names and source in SOURCES:  # one that brings nobody's entries, but is named by a consent to everything
        names = [Names(SOURCES[source].ko, SOURCES[source].en)]
    return names[0].in_language(language) if names else source


def foreign(visit: Visit, text: str, *, is_korean: bool) -> Html:
    """Return a text that may be Korean on an English page, marked so that it is read out in its own language."""
    if visit.language == "ko" or not is_korean:
        return html("{text}", text=text)
    return html('<span lang="ko">{text}</span>', text=text)
