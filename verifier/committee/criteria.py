"""Criteria: written, checked at every step by the engine's own reader, kept in versions, frozen once they are used."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache

from credential_schemas.criteria.asking import blind_problems, uses
from credential_schemas.criteria.documents import MAX_BYTES
from credential_schemas.criteria.errors import PolicyError
from credential_schemas.criteria.language import Policy
from credential_schemas.criteria.loading import load_policy
from keys.values import dataclass
from verifier.committee.access import Files, change
from verifier.committee.errors import CommitteeRefused
from verifier.committee.officers import ADMINISTRATOR, OFFICER, REVIEWER, Officer, stated
from verifier.scoring.criteria_files import PolicyFile, published_policies, read_policy_file
from verifier.store.committee_notices import CriteriaRow

FILE_NAME = "criteria.yaml"


@dataclass(frozen=True, slots=True)
class Checked:
    """What the engine and the linter say of a text.

    Attributes:
        policy: as read, None where it cannot be.
        problem: file, line, rule and what was expected, where it cannot be read.
        refused: what it asks for that it must not, one sentence each.
    """

    policy: Policy | None
    problem: str | None = None
    refused: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether it may be used."""
        return self.policy is not None and not self.refused

    @property
    def line(self) -> int | None:
        """The line of the mistake, where the reader names one."""
        number = (self.problem or "").split(":")[1:2]
        return int(number[0]) if number and number[0].isdigit() else None


@lru_cache(maxsize=16)
def check_criteria(text: bytes, *, name: str = FILE_NAME) -> Checked:
    """Read a text as the engine reads it, and let the linter of blind hiring look at it."""
    try:
        policy = load_policy(text, name=name)
    except PolicyError as error:
        return Checked(None, error.detail)
    return Checked(policy, None, blind_problems(policy, None))


@lru_cache(maxsize=16)
def policy_of(text: bytes, readings: tuple[tuple[str, str], ...] = ()) -> Policy:
    """Return the policy of a text that was checked before it was kept; reading takes long, so it is remembered."""
    return load_policy(text, name=FILE_NAME, readings=dict(readings))


@lru_cache(maxsize=16)
def claims_of(text: bytes) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return by rule which claims of which types of entries it reads: (entry type, claim)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for use in uses(policy_of(text), None):
        pair = (use.entry_type, use.claim)
        if use.points and pair not in found.setdefault(use.rule, []):
            found[use.rule].append(pair)
    return {rule: tuple(pairs) for rule, pairs in found.items()}


def published_texts() -> dict[str, bytes]:
    """Return the criteria that come with the program, by id and version."""
    return {name: read_policy_file(name).data for name in published_policies()}


class CriteriaDesk:
    """Where criteria are kept."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def all(self, officer: Officer) -> list[CriteriaRow]:
        """Return every version, by policy, the newest first."""
        officer.demand(OFFICER, REVIEWER, ADMINISTRATOR)
        with self._files.store.read() as transaction:
            return transaction.notices.criteria()

    def one(self, officer: Officer, criteria_id: int) -> CriteriaRow:
        """Return one version.

        Raises:
            CommitteeRefused: `unknown`, `role`.
        """
        officer.demand(OFFICER, REVIEWER, ADMINISTRATOR)
        with self._files.store.read() as transaction:
            found = transaction.notices.criteria_of(criteria_id)
        if found is None:
            raise CommitteeRefused("unknown")
        return found

    def save(self, officer: Officer, text: bytes, *, reason: str) -> int:
        """Keep a text under the id and version that it names; a draft of the same name is replaced.

        Raises:
            CommitteeRefused: `role`, `reason`, `criteria_invalid`, `criteria_forbidden`; `criteria_frozen`, this
                version is used, so another text needs another version.
        """
        officer.demand(OFFICER, ADMINISTRATOR)
        why, at = stated(reason), self._files.seconds()
        checked = check_criteria(text)
        if checked.policy is None:
            raise CommitteeRefused("criteria_invalid", checked.problem or "")
        if checked.refused:
            raise CommitteeRefused("criteria_forbidden", checked.refused[0])
        header, digest = checked.policy.policy, hashlib.sha256(text).hexdigest()
        with self._files.store.write() as transaction:
            known = transaction.notices.criteria_named(header.id, header.version)
            if known is not None and known.sha256 == digest:
                return known.id
            if known is not None and known.frozen_at is not None:
                raise CommitteeRefused("criteria_frozen")
            row = CriteriaRow(
                0 if known is None else known.id,
                header.id,
                header.version,
                digest,
                text,
                at,
                officer.name,
                None,
            )
            subject = f"{header.id} {header.version} {digest[:16]}"
            transaction.changes.append(change(officer, "criteria_saved", subject, at=at, reason=why))
            if known is None:
                return transaction.notices.add_criteria(row)
            transaction.notices.replace_criteria(row)
            return known.id


def policy_file(row: CriteriaRow) -> PolicyFile:
    """Return kept criteria as scoring reads them."""
    return PolicyFile(FILE_NAME, row.text)


__all__ = [
    "MAX_BYTES",
    "Checked",
    "CriteriaDesk",
    "check_criteria",
    "claims_of",
    "policy_file",
    "policy_of",
    "published_texts",
]
