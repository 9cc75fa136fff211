"""What commands and the API answer, as JSON documents: one form each of an account, a selection, a certificate."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from credential_schemas.qr.symbols import SYMBOL_BYTES
from issuer.accounts.account import AccountEntry
from issuer.accounts.selection import Selection
from issuer.issued.own_certificates import OwnCertificate, state_of
from issuer.store.accounts import Account
from issuer.store.certificates import CertificateLine
from issuer.store.share_links import StoredLink
from issuer.store.tokens import StoredToken
from issuer.times import utc_text
from keys.encoding import JsonValue

if TYPE_CHECKING:  # these bring the libraries of the page with them
    from issuer.issuing.making import Issued
    from issuer.issuing.previewing import Preview

Document = dict[str, JsonValue]


def account_document(account: Account) -> Document:
    """Return an account without its person and entries."""
    return {"id": account.id, "opened_at": account.opened_at, "linked": account.person_link is not None}


def entry_document(entry: AccountEntry) -> Document:
    """Return one entry of an account."""
    stored = entry.source_entry
    return {
        "id": entry.id,
        "type": entry.type,
        "category": entry.category,
        "title": entry.title,
        "title_en": entry.title_en,
        "issuing_body": entry.issuing_body,
        "status": entry.status,
        "source": stored.source,
        "source_record_id": stored.source_record_id,
        "record_keeper": stored.record_keeper,
        "as_of": stored.as_of,
        "collected_at": stored.collected_at,
        "proven_by": entry.proven_by,
        "also_delivered": [
            {name: getattr(each, name) for name in ("id", "source", "source_record_id", "as_of", "collected_at")}
            for each in entry.others
        ],
        "possible_repeats": [*entry.alike],
        "fields": dict(entry.fields),
    }


def selection_document(selection: Selection) -> Document:
    """Return what was chosen, what came along, and what could not be chosen."""
    return {
        "entries": [
            {
                "id": chosen.entry.id,
                "type": chosen.entry.type,
                "category": chosen.entry.category,
                "title": chosen.entry.title,
                "fields": list(chosen.fields),
                "withheld": list(chosen.withheld),
            }
            for chosen in selection.entries
        ],
        "companions": list(selection.companions),
        "left_out": [{"entry": entry_id, "status": status} for entry_id, status in selection.left_out],
    }


def issued_document(issued: "Issued") -> Document:
    """Return what was issued; the confirmation code stands here and nowhere else."""
    claims, symbols = issued.claims, issued.document.symbols
    return {
        "number": issued.number,
        "confirmation_code": issued.confirmation_code,
        "kind": claims.kind,
        "edition": claims.edition,
        "issued_on": claims.issued_on.isoformat(),
        "valid_until": claims.valid_until.isoformat(),
        "purpose": claims.purpose,
        "recipient": claims.recipient,
        "applicant_no": claims.applicant_no,
        "status": {"uri": claims.status.uri, "idx": claims.status.idx},
        "seal_level": issued.document.seal_level,
        "qr_version": symbols.version,
        "qr": {
            "version": symbols.version,
            "level": symbols.level,
            "codes": symbols.codes,
            "link_only": issued.document.link_only,
        },
        **selection_document(issued.selection),
    }


def preview_document(preview: "Preview") -> Document:
    """Return what would be issued: the page in words, the employer's Report, what is hidden, how full the codes are."""
    wording, use = preview.wording, preview.use
    qr: Document = {"bytes": None, "capacity": SYMBOL_BYTES, "codes": 0}  # too much for codes: they carry a link only
    if use is not None:
        qr = {"bytes": use.needed_bytes, "capacity": use.capacity_bytes, "codes": use.codes}
    lines: list[JsonValue] = [{"where": line.where, "text": line.text} for line in wording.lines()]
    hidden: list[JsonValue] = [
        {"entry": chosen.entry.id, "fields": [*chosen.withheld], "issuing_body": chosen.issuing_body is None}
        for chosen in preview.selection.entries
    ]
    holder: list[JsonValue] = ["name", "birth_date"] if preview.claims.edition == "blind" else []
    return {
        "page": {"language": wording.language, "specimen": wording.specimen, "lines": lines},
        "report": preview.report.to_json(),
        "companions": [*preview.selection.companions],
        "hidden": {"holder": holder, "entries": hidden, "entries_not_chosen": preview.others},
        "qr": qr,
    }


def line_document(line: CertificateLine, *, now: datetime) -> Document:
    """Return one certificate as a list shows it; `state` is what counts today."""
    return {
        "number": line.number,
        "state": state_of(line, now=now),
        "kind": line.kind,
        "edition": line.edition,
        "language": line.language,
        "purpose": line.purpose,
        "recipient": line.recipient,
        "applicant_no": line.applicant_no,
        "issued_on": line.issued_on,
        "valid_until": line.valid_until,
        "issued_at": line.issued_at,
        "carrier": line.carrier,
        "entries": line.entries,
        "entries_changed": line.changed,
        "lookups": line.lookups,
    }


def certificate_document(own: OwnCertificate, *, now: datetime) -> Document:
    """Return one certificate with its entries, the changes of its status, its links and who looked it up."""
    carried: list[JsonValue] = [
        {
            "id": each.entry_id,
            "type": None if each.entry is None else each.entry.type,
            "title": None if each.entry is None else each.entry.title,
            "disclosed": [*each.disclosed],
            "status": each.status,
        }
        for each in own.entries
    ]
    return {
        **line_document(own.line, now=now),
        "carried": carried,
        "events": [
            {"entry": each.position, "before": each.before, "after": each.after, "reason": each.reason, "at": each.at}
            for each in own.events
        ],
        "lookups": [{"at": each.at, "requester": each.requester} for each in own.lookups],
        "links": [link_document(each) for each in own.links],
    }


def link_document(link: StoredLink) -> Document:
    """Return a link as its holder sees it, without its secret."""
    return {
        "id": link.id,
        "created_at": link.created_at,
        "expires_at": _time(link.expires_at),
        "closed_at": link.closed_at,
        "opened": link.opened,
    }


def token_document(token: StoredToken) -> Document:
    """Return a token as lists show it, without its text and its hash."""
    return {
        "id": token.id,
        "account": token.account_id,
        "name": token.name,
        "scopes": [*token.scopes.split()],
        "created_at": token.created_at,
        "created_by": token.created_by,
        "expires_at": _time(token.expires_at),
        "revoked_at": token.revoked_at,
    }


def _time(seconds: int) -> str:
    return utc_text(datetime.fromtimestamp(seconds, UTC))
