"""Everything held about a holder, in words for the file that is taken away: the same that the JSON says."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from credential_schemas.bodies import body_name
from credential_schemas.entry_types import entry_types
from credential_schemas.korean_time import korean_time
from credential_schemas.wording.published import current_wording
from credential_schemas.wording.values import value_text
from issuer.accounts.account import AccountEntry
from issuer.audit.history import Access
from issuer.certificate.statement import Statement, StatementBlock, StatementPart
from issuer.holders.collecting_consents import SourceState
from issuer.holders.own_records import OwnCertificateRecord, OwnData
from issuer.issued.own_certificates import certificate_state
from issuer.store.accounts import Consent
from issuer.times import korean_day_of, utc_moment
from issuer.web.certificate_pages import purpose_words
from issuer.web.entry_words import row_words, source_name, status_on
from issuer.web.privacy_pages import actor_words
from issuer.web.shell import Visit
from issuer.web.words import words

_Row = tuple[str, str]


def own_data_statement(visit: Visit, data: OwnData, sources: Sequence[SourceState]) -> Statement:
    """Return the statement.

    Args:
        visit: who takes it away, in which language.
        data: what is held.
        sources: every source, for its name.
    """
    entries = [] if data.opened is None else [*data.opened.entries]
    by_id = {each: entry for entry in entries for each in entry.ids}
    now = utc_moment(data.made_at)
    today = korean_day_of(now)
    parts = (
        ("account", [StatementBlock("", _account(visit, data))]),
        ("consents", [_consent(visit, each, sources, today=today) for each in data.consents]),
        ("entries", [_entry(visit, each, sources, today=today) for each in entries]),
        ("certificates", [_certificate(visit, each, by_id, now=now) for each in data.certificates]),
        ("accesses", [StatementBlock("", [_access(visit, each) for each in reversed(data.accesses)])]),
    )
    return Statement(
        title=visit.say("data_title"),
        lead=[visit.say("data_lead", when=_time(data.made_at)), visit.say("data_not_kept")],
        parts=[StatementPart(visit.say(f"data_{name}"), blocks, visit.say("data_none")) for name, blocks in parts],
        language=visit.language,
        mark=current_wording().phrase("specimen.mark", visit.language) if visit.site.specimen else None,
    )


def _time(text: str | None) -> str:
    return "" if text is None else korean_time(utc_moment(text))


def _said(visit: Visit, rows: Sequence[tuple[str, str | None]]) -> list[_Row]:
    """Return the rows that have a value, with their names in words."""
    return [(visit.say(name), value) for name, value in rows if value]


def _account(visit: Visit, data: OwnData) -> list[_Row]:
    person, ways = None if data.opened is None else data.opened.person, data.sign_ins
    rows: list[tuple[str, str | None]] = [
        ("account_number", data.account.id),
        ("data_opened_at", _time(data.account.opened_at)),
        ("data_linked_at", _time(data.account.linked_at)),
    ]
    if person is not None:
        rows += [("data_name", person.name), ("data_name_en", person.name_en), ("data_birth_date", person.birth_date)]
    rows += [("data_kept_choice", _time(data.choice.kept_at))] if data.choice is not None else []
    rows += [("data_sign_in", f"{way.kind} · {way.name} ({_time(way.created_at)})") for way in ways]
    return _said(visit, rows)


def _consent(visit: Visit, consent: Consent, sources: Sequence[SourceState], *, today: date) -> StatementBlock:
    named = [source_name(sources, each, visit.language) for each in sorted(consent.names("sources"))]
    entries = consent.names("entries")
    what = ", ".join(named) or (visit.say("entries_n", n=len(entries)) if entries else visit.say("consent_everything"))
    state = "standing"
    if consent.withdrawn_at is not None:
        state = "withdrawn"
    elif consent.valid_until is not None and consent.valid_until < today.isoformat():
        state = "over"
    is_collection = consent.act == "collection"
    rows = (
        ("column_what", what),
        ("column_whom", consent.recipient or visit.say("bank_itself" if is_collection else "recipient_open")),
        ("data_purpose", "" if is_collection else purpose_words(visit, consent.purpose or "")),
        ("column_given", _time(consent.given_at)),
        ("column_until", consent.valid_until or visit.say("until_withdrawn")),
        ("column_state", " ".join((visit.say(f"consent_{state}"), _time(consent.withdrawn_at))).strip()),
        ("data_text_version", f"{consent.text_version} · {consent.channel}"),
    )
    return StatementBlock(visit.say(f"consent_{consent.act}"), _said(visit, rows))


def _entry(visit: Visit, entry: AccountEntry, sources: Sequence[SourceState], *, today: date) -> StatementBlock:
    stored, kind = entry.source_entry, entry_types()[entry.type]
    body = body_name(entry.issuing_body).in_language(visit.language)
    keeper = body_name(stored.record_keeper).in_language(visit.language) if stored.record_keeper else body
    status = f"status_{status_on(entry, today)}"
    rows = _said(
        visit,
        (
            ("data_kind", kind.names.in_language(visit.language)),
            ("column_state", visit.say(status if status in words() else "data_in_force")),
            ("chain_body", body),
            ("chain_keeper", keeper),
            ("source", f"{source_name(sources, stored.source, visit.language)} · {stored.source_record_id}"),
            ("chain_as_of", stored.as_of),
            ("chain_first", _time(stored.first_collected_at)),
            ("chain_collected", _time(stored.collected_at)),
            (
                "also_delivered",
                ", ".join(
                    f"{source_name(sources, each.source, visit.language)} ({each.as_of})" for each in entry.others
                ),
            ),
        ),
    )
    numbers: dict[int, str] = {}
    rows += [
        (
            field.label.in_language(visit.language),
            value_text(field, entry.fields[field.name], language=visit.language, numbers=numbers),
        )
        for field in kind.own_fields
        if entry.fields.get(field.name) is not None
    ]
    return StatementBlock(row_words(entry, visit.language).title, rows)


def _certificate(
    visit: Visit, record: OwnCertificateRecord, entries: Mapping[str, AccountEntry], *, now: datetime
) -> StatementBlock:
    issued = record.issued
    is_changed = any(each.status != 0 for each in record.carried)
    state = certificate_state(issued.status, issued.valid_until, is_changed=is_changed, now=now)
    rows = _said(
        visit,
        (
            ("column_state", visit.say(f"certificate_{state}")),
            ("column_recipient", issued.recipient or visit.say("recipient_open")),
            ("data_purpose", purpose_words(visit, issued.purpose)),
            ("data_applicant_no", issued.applicant_no),
            ("column_issued", _time(issued.issued_at)),
            ("column_until", issued.valid_until),
            ("data_edition", visit.say(f"data_edition_{issued.edition}")),
            ("data_digest", issued.pdf_sha256),
        ),
    )
    for carried in record.carried:
        entry = entries.get(carried.entry_id)
        labels = {} if entry is None else _labels(visit, entry)
        title = carried.entry_id if entry is None else row_words(entry, visit.language).title
        fields = ", ".join(labels.get(name, name) for name in carried.disclosed)
        rows.append((visit.say("data_disclosed"), f"{title}: {fields}"))
    rows += [
        (visit.say("data_looked_up"), f"{_time(each.at)} {each.requester or ''}".strip()) for each in record.lookups
    ]
    return StatementBlock(issued.number, rows)


def _labels(visit: Visit, entry: AccountEntry) -> dict[str, str]:
    return {field.name: field.label.in_language(visit.language) for field in entry_types()[entry.type].own_fields}


def _access(visit: Visit, access: Access) -> _Row:
    act = f"act_{access.action}"
    return _time(
        access.at
    ), f"{actor_words(visit, access.actor)} · {visit.say(act) if act in words() else access.action}"
