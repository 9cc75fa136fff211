"""Job postings that the bank's operator lays ready: each is a folder with the employer's policy and the notice.

    postings/ts-2026-01/policy.yaml     as the employer published it
    postings/ts-2026-01/notice.json     `title`, and the parameters of the policy

Rules enforced: the id of a posting is the name of its folder, lower-case letters, digits and hyphens; a policy must be
readable, ask for nothing that blind hiring hides, and fit its notice; at most 200 postings. A holder's choice by a
posting is computed for the holder alone: nothing of it is stored or sent.

Source: docs/scoring.md, docs/formats/criteria.md
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from credential_schemas.certificate_claims import CertificateEntry
from credential_schemas.criteria.asking import blind_problems
from credential_schemas.criteria.documents import MAX_BYTES
from credential_schemas.criteria.entries import ScoringEntry, entry_of_certificate
from credential_schemas.criteria.errors import NoticeError, PolicyError
from credential_schemas.criteria.language import Policy
from credential_schemas.criteria.loading import load_policy
from credential_schemas.criteria.notice import Notice, chosen_readings, read_notice
from credential_schemas.criteria.own_check import own_score, used_claims
from credential_schemas.criteria.score import Score
from credential_schemas.errors import EntryTypeError
from credential_schemas.field_kinds import check_text
from issuer.accounts.account import AccountEntry
from issuer.errors import FileUnreadable
from keys.encoding import JsonValue, decode_json_object
from keys.errors import DecodingError

MAX_POSTINGS: Final = 200
_POLICY, _NOTICE = "policy.yaml", "notice.json"
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


@dataclass(frozen=True, slots=True)
class Posting:
    """One posting: the employer's policy, and the notice under it; `title` is the employer's own."""

    id: str
    title: str
    policy: Policy
    notice: Notice


def read_postings(folder: Path) -> Mapping[str, Posting]:
    """Return the postings of a folder by id, in the order of their ids.

    Raises:
        FileUnreadable: something in the folder is no posting; the sentence says which and why.
    """
    try:
        found = sorted(each for each in folder.iterdir() if not each.name.startswith("."))
    except OSError as error:
        raise FileUnreadable(error.strerror or "unknown reason", file=folder.name) from error
    if len(found) > MAX_POSTINGS:
        raise FileUnreadable(f"expected at most {MAX_POSTINGS} postings, found more", file=folder.name)
    return {each.name: _posting(each) for each in found}


def used_by(posting: Posting, entries: Iterable[AccountEntry]) -> Mapping[str, frozenset[str]]:
    """Return the entries in force that the posting's rules count or may count, with the fields that they read."""
    return used_claims(posting.policy, posting.notice, [whole_entry(each) for each in entries if each.in_force])


def own_score_of(posting: Posting, shown: Mapping[str, CertificateEntry]) -> Score:
    """Return what the posting's policy says of entries, by id, as a certificate would show them."""
    entries = [entry_of_certificate(entry_id, entry) for entry_id, entry in shown.items()]
    return own_score(posting.policy, posting.notice, entries)


def whole_entry(entry: AccountEntry) -> ScoringEntry:
    """Return an entry as scoring reads it, with every field that it has."""
    fields = {name: value for name, value in entry.fields.items() if value is not None}
    certified = CertificateEntry(
        type=entry.type,
        category=entry.category,
        title=entry.title,
        title_en=entry.title_en,
        issuing_body=entry.issuing_body,
        fields=fields,
        as_of=date.fromisoformat(entry.source_entry.as_of),
        idx=0,
    )
    return entry_of_certificate(entry.id, certified)


def _posting(folder: Path) -> Posting:
    if not _ID.fullmatch(folder.name):
        raise FileUnreadable("expected a folder named by lower-case letters, digits and hyphens", file=folder.name)
    data, document = _read(folder, _POLICY), _object(folder)
    try:
        policy = load_policy(data, name=_POLICY, readings=chosen_readings(document))
        notice = read_notice(document, policy)
        title = check_text(document.get("title"), path="title")
    except (PolicyError, NoticeError) as error:
        raise _refused(folder, error.detail) from error
    except EntryTypeError as error:
        raise _refused(folder, f"{_NOTICE}: {error}") from error
    for problem in blind_problems(policy, notice):
        raise _refused(folder, problem)
    return Posting(folder.name, title, policy, notice)


def _object(folder: Path) -> dict[str, JsonValue]:
    try:
        return decode_json_object(_read(folder, _NOTICE), max_bytes=MAX_BYTES)
    except DecodingError as error:
        raise _refused(folder, f"{_NOTICE}: {error.message}") from error


def _read(folder: Path, name: str) -> bytes:
    try:
        with (folder / name).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refused(folder, f"{name}: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise _refused(folder, f"{name}: expected at most {MAX_BYTES} bytes, found more")
    return data


def _refused(folder: Path, problem: str) -> FileUnreadable:
    return FileUnreadable(problem, file=f"{folder.parent.name}/{folder.name}")
