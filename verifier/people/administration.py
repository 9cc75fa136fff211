"""Adding and removing people and what they may do; every change is written down with who and why."""

import re
from collections.abc import Callable, Collection
from typing import Final

from keys.encoding import JsonValue
from keys.sign_in.errors import PasswordRefused
from keys.sign_in.passwords import Passwords, RandomBytes, check_new_password
from keys.sign_in.sessions import STANDARD_LIMITS
from keys.sign_in.throttle import folded_name
from keys.values import dataclass
from verifier.errors import PeopleRefused
from verifier.people.roles import Role
from verifier.store.changes import Change
from verifier.store.engine import Store
from verifier.store.people import PersonRow
from verifier.store.transaction import Transaction

SERVICE_NAMES: Final = ("verifier", "cb-verifier", "인정서", "진위확인")
"""What a password must be more than, beside the person's own name."""

ON_THE_MACHINE: Final = "-"
"""Who did it, where a command on the machine did."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_MAX_SHOWN: Final = 100
_ID_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Proof:
    """With what a new person signs in: a password as typed, an identity of a provider (issuer, subject), or both."""

    password: str | None = None
    identity: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A person as an administrator sees her."""

    id: str
    name: str
    shown_name: str
    roles: frozenset[str]
    has_password: bool
    has_second_step: bool
    identities: tuple[tuple[str, str], ...]
    sessions: int

    def document(self) -> dict[str, JsonValue]:
        """Return the JSON form."""
        return {
            "name": self.name,
            "shown_name": self.shown_name,
            "roles": [*sorted(self.roles)],
            "password": self.has_password,
            "second_step": self.has_second_step,
            "identities": [{"issuer": issuer, "subject": subject} for issuer, subject in self.identities],
            "sessions": self.sessions,
        }


class Administration:
    """The people of one store, changed by a command on the machine."""

    def __init__(
        self, store: Store, *, passwords: Callable[[], Passwords], now: Callable[[], int], random_bytes: RandomBytes
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._now = now
        self._random_bytes = random_bytes

    def add(self, name: str, shown_name: str, *, roles: Collection[Role], proof: Proof) -> None:
        """Let a person sign in.

        Args:
            name: what she types: 1 to 64 lower-case letters, digits, dots, underscores and hyphens.
            shown_name: what pages show, at most 100 characters; the name when empty.
            roles: at least one.
            proof: with what she signs in.

        Raises:
            PeopleRefused: `kind` says why.
            StoreUnusable: nothing was changed.
        """
        if len(shown_name) > _MAX_SHOWN:
            raise PeopleRefused(f"expected a shown name of at most {_MAX_SHOWN} characters", kind="name")
        if not _NAME.fullmatch(name) or folded_name(name) != name:
            raise PeopleRefused("expected a sign-in name of lower-case letters, digits and . _ -", kind="name")
        kept = None if proof.password is None else self._kept(name, proof.password)
        person = PersonRow(
            self._random_bytes(_ID_BYTES).hex(),
            name,
            shown_name or name,
            frozenset(roles),
            password=kept,
            totp_secret=None,
            totp_step=None,
            added_at=self._now(),
        )
        with self._store.write() as transaction:
            known = proof.identity is not None and transaction.people.by_identity(*proof.identity) is not None
            if known or transaction.people.named(name) is not None:
                raise PeopleRefused("expected a name and an identity that nobody has yet", kind="taken")
            transaction.people.add(person)
            if proof.identity is not None:
                transaction.people.link(person.id, *proof.identity)
            self._note(transaction, "people_add", name, {"roles": [*sorted(roles)]})

    def remove(self, name: str) -> None:
        """Take a person away, with her sessions, at once.

        Raises:
            PeopleRefused: `unknown`.
        """
        with self._store.write() as transaction:
            transaction.people.remove(_known(transaction, name).id)
            self._note(transaction, "people_remove", name, {})

    def set_roles(self, name: str, roles: Collection[Role]) -> None:
        """Give a person exactly these roles, from her next request on.

        Raises:
            PeopleRefused: `unknown`.
        """
        with self._store.write() as transaction:
            transaction.people.set_roles(_known(transaction, name).id, roles)
            self._note(transaction, "people_roles", name, {"roles": [*sorted(roles)]})

    def set_password(self, name: str, password: str, *, without_second_step: bool) -> None:
        """Give a person another password and end her sessions.

        Args:
            name: whose.
            password: as typed.
            without_second_step: take her second step away, too: she has lost it.

        Raises:
            PeopleRefused: `unknown`, or why the password is not taken.
        """
        kept = self._kept(name, password)
        with self._store.write() as transaction:
            person = _known(transaction, name)
            transaction.people.set_password(person.id, kept)
            if without_second_step:
                transaction.people.set_second_step(person.id, None, step=None, links=())
            transaction.sessions.end_all(person.id)
            self._note(transaction, "people_password", name, {"second_step_removed": without_second_step})

    def link(self, name: str, issuer: str, subject: str) -> None:
        """Let a person sign in with an identity of a provider, too.

        Raises:
            PeopleRefused: `unknown`, or `taken`.
        """
        with self._store.write() as transaction:
            person = _known(transaction, name)
            if transaction.people.by_identity(issuer, subject) is not None:
                raise PeopleRefused("expected an identity that nobody has yet", kind="taken")
            transaction.people.link(person.id, issuer, subject)
            self._note(transaction, "people_link", name, {"issuer": issuer})

    def listing(self) -> list[ListedPerson]:
        """Return everybody, by name."""
        with self._store.read() as transaction:
            return [_listed(transaction, person, now=self._now()) for person in transaction.people.all()]

    def _kept(self, name: str, password: str) -> str:
        try:
            check_new_password(password, names=(name, *SERVICE_NAMES))
        except PasswordRefused as error:
            kind = "name_in_password" if error.kind == "name" else error.kind
            raise PeopleRefused(error.message, kind=kind) from error
        return self._passwords().hash(password)

    def _note(self, transaction: Transaction, action: str, name: str, detail: dict[str, JsonValue]) -> None:
        change = Change(self._now(), ON_THE_MACHINE, ON_THE_MACHINE, action, name, detail, reason="")
        transaction.changes.append(change)


def _known(transaction: Transaction, name: str) -> PersonRow:
    person = transaction.people.named(folded_name(name))
    if person is None:
        raise PeopleRefused("expected the name of a person, found an unknown one", kind="unknown")
    return person


def _listed(transaction: Transaction, person: PersonRow, *, now: int) -> ListedPerson:
    return ListedPerson(
        person.id,
        person.name,
        person.shown_name,
        person.roles,
        has_password=person.password is not None,
        has_second_step=person.totp_secret is not None,
        identities=tuple(transaction.people.identities_of(person.id)),
        sessions=transaction.sessions.count(person.id, now=now, limits=STANDARD_LIMITS),
    )
