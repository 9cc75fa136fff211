"""Adding and removing staff and what they may do, by a command on the machine; every change goes to the audit trail."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Final

from credential_schemas.look.harmless import harmless
from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.holders.local_sign_ins import Outside, hash_password, new_id
from issuer.staff.errors import StaffNameRefused, StaffNameTaken, StaffUnknown
from issuer.staff.keeping import identity_link, is_staff_name
from issuer.staff.roles import roles_of
from issuer.store.staff import StaffRow
from issuer.store.transaction import Transaction
from issuer.times import utc_text
from keys.encoding import JsonValue
from keys.sign_in.throttle import folded_name

_INSTITUTION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MAX_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Proof:
    """With what somebody signs in: a password as typed, an identity of a provider (issuer, subject), or both."""

    password: str | None = field(default=None, repr=False)
    identity: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class NewStaff:
    """Somebody who is to be added.

    Attributes:
        name: what is typed: 1 to 64 lower-case letters, digits, dots, underscores and hyphens.
        roles: names of roles.
        shown_name: what pages show; the name when empty.
        institution: id and name of the university somebody acts for; None for the bank's own people.
    """

    name: str
    roles: Collection[str]
    shown_name: str = ""
    institution: tuple[str, str] | None = None


class Administration:
    """The staff of one bank, as a command on the machine changes it; the bank's actor is who does it."""

    def __init__(self, bank: Bank, outside: Outside) -> None:
        """Serve one bank."""
        self._bank = bank
        self._outside = outside

    def add(self, new: NewStaff, proof: Proof) -> None:
        """Let somebody sign in.

        Raises:
            StaffNameRefused, StaffNameTaken, StaffRolesRefused, NewPasswordRefused, SignInCrowded: nothing was changed.
        """
        given, shown = new.institution or ("", ""), new.shown_name or new.name
        plain = all(harmless(text) == text and len(text) <= _MAX_SHOWN for text in (shown, given[1]))
        if not is_staff_name(new.name) or not plain:
            raise StaffNameRefused
        if new.institution is not None and not (_INSTITUTION.fullmatch(given[0]) and given[1].strip()):
            raise StaffNameRefused
        roles = roles_of(new.roles, of_institution=new.institution is not None)
        row = StaffRow(
            id=new_id(self._outside),
            name=new.name,
            shown_name=shown,
            roles=frozenset(map(str, roles)),
            institution_id=given[0] or None,
            institution_name=given[1] or None,
            password_hash=None if proof.password is None else self._kept(new.name, proof.password),
            identity_link=None if proof.identity is None else identity_link(self._bank, *proof.identity),
            totp_secret=None,
            totp_step=None,
            added_at=utc_text(self._outside.clock()),
        )
        with self._bank.store.write() as transaction:
            if not transaction.staff.add(row):
                raise StaffNameTaken
            self._record(transaction, row.name, f"added: {', '.join(sorted(row.roles))}")

    def set_roles(self, name: str, roles: Collection[str]) -> None:
        """Give somebody exactly these roles, from the next request on.

        Raises:
            StaffUnknown, StaffRolesRefused: nothing was changed.
        """
        with self._bank.store.write() as transaction:
            row = _known(transaction, name)
            given = roles_of(roles, of_institution=row.institution_id is not None)
            transaction.staff.replace(replace(row, roles=frozenset(map(str, given))))
            self._record(transaction, row.name, f"roles: {', '.join(sorted(given))}")

    def set_password(self, name: str, password: str, *, without_second_step: bool) -> None:
        """Give somebody another password and end all sessions; take a lost second step away where that is asked.

        Raises:
            StaffUnknown, NewPasswordRefused, SignInCrowded: nothing was changed.
        """
        kept = self._kept(name, password)
        with self._bank.store.write() as transaction:
            row = replace(_known(transaction, name), password_hash=kept)
            if without_second_step:
                row = replace(row, totp_secret=None, totp_step=None)
                transaction.staff.set_recovery_links(row.id, ())
            transaction.staff.replace(row)
            transaction.staff.end_sessions(row.id)
            self._record(transaction, row.name, "password, second step removed" if without_second_step else "password")

    def link(self, name: str, issuer: str, subject: str) -> None:
        """Let somebody sign in with an identity of a provider, instead of an earlier one.

        Raises:
            StaffUnknown, StaffNameTaken: nothing was changed.
        """
        link = identity_link(self._bank, issuer, subject)
        with self._bank.store.write() as transaction:
            row = _known(transaction, name)
            if transaction.staff.with_identity(link) is not None:
                raise StaffNameTaken
            transaction.staff.replace(replace(row, identity_link=link))
            self._record(transaction, row.name, "identity linked")

    def remove(self, name: str) -> None:
        """Let somebody sign in no more, at once; the name stays taken, because the audit trail names people by it.

        Raises:
            StaffUnknown: nothing was changed.
        """
        with self._bank.store.write() as transaction:
            row = _known(transaction, name)
            gone = utc_text(self._outside.clock())
            bare = replace(row, roles=frozenset(), password_hash=None, identity_link=None, totp_secret=None)
            transaction.staff.replace(replace(bare, totp_step=None, removed_at=gone))
            transaction.staff.set_recovery_links(row.id, ())
            transaction.staff.end_sessions(row.id)
            self._record(transaction, row.name, "removed")

    def listing(self) -> list[StaffRow]:
        """Return everybody, also those who were removed, by name."""
        with self._bank.store.read() as transaction:
            return transaction.staff.all()

    def _kept(self, name: str, password: str) -> str:
        return hash_password(password, name=name, outside=self._outside)

    def _record(self, transaction: Transaction, name: str, what: str) -> None:
        act = Act("staff_changed", subject=name, detail=what)
        record_acts(transaction, act, actor=self._bank.actor, at=utc_text(self._outside.clock()))


def staff_document(row: StaffRow) -> dict[str, JsonValue]:
    """Return what `staff list --json` says of somebody."""
    institution: JsonValue = None
    if row.institution_id is not None:
        institution = {"id": row.institution_id, "name": row.institution_name}
    return {
        "name": row.name,
        "shown_name": row.shown_name,
        "roles": [*sorted(row.roles)],
        "institution": institution,
        "password": row.password_hash is not None,
        "second_step": row.totp_secret is not None,
        "provider": row.identity_link is not None,
        "added_at": row.added_at,
        "removed_at": row.removed_at,
    }


def _known(transaction: Transaction, name: str) -> StaffRow:
    row = transaction.staff.named(folded_name(name), to_change=True)
    if row is None or row.removed_at is not None:
        raise StaffUnknown(name=name)
    return row
