"""People who may sign in, and what they sign in with."""

import json
from collections.abc import Collection, Iterable

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from keys.values import dataclass, field
from verifier.store.tables import IDENTITIES, PEOPLE, RECOVERY_CODES


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as kept.

    Attributes:
        id: ours, for ever.
        name: what is typed at the sign-in, in its folded form.
        shown_name: what pages show.
        roles: names of roles.
        password: as `keys.sign_in.passwords` keeps it; None where she signs in with a provider only.
        totp_secret: sealed; None where there is no second step.
        totp_step: the last step that was used.
        added_at: Unix seconds.
    """

    id: str
    name: str
    shown_name: str
    roles: frozenset[str]
    password: str | None = field(repr=False)
    totp_secret: bytes | None = field(repr=False)
    totp_step: int | None
    added_at: int


class PeopleBook:
    """The people, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, person: PersonRow) -> None:
        """Keep a new person; the name must be free."""
        values = {name: getattr(person, name) for name in PersonRow.__slots__}
        self._connection.execute(insert(PEOPLE).values(values | {"roles": json.dumps(sorted(person.roles))}))

    def remove(self, person_id: str) -> None:
        """Forget a person with her sessions, identities and recovery codes."""
        self._connection.execute(delete(PEOPLE).where(PEOPLE.c.id == person_id))

    def named(self, name: str) -> PersonRow | None:
        """Return the person of a folded name."""
        return _person(self._connection.execute(select(PEOPLE).where(PEOPLE.c.name == name)).one_or_none())

    def by_id(self, person_id: str) -> PersonRow | None:
        """Return the person of an id."""
        return _person(self._connection.execute(select(PEOPLE).where(PEOPLE.c.id == person_id)).one_or_none())

    def by_identity(self, issuer: str, subject: str) -> PersonRow | None:
        """Return the person that a provider knows by this subject."""
        joined = select(PEOPLE).join(IDENTITIES).where(IDENTITIES.c.issuer == issuer, IDENTITIES.c.subject == subject)
        return _person(self._connection.execute(joined).one_or_none())

    def all(self) -> list[PersonRow]:
        """Return everybody, by name."""
        rows = self._connection.execute(select(PEOPLE).order_by(PEOPLE.c.name))
        return [person for row in rows if (person := _person(row)) is not None]

    def exist(self) -> bool:
        """Return whether there is anybody."""
        return self._connection.execute(select(PEOPLE.c.id).limit(1)).first() is not None

    def identities_of(self, person_id: str) -> list[tuple[str, str]]:
        """Return issuer and subject of every identity of a person."""
        columns = select(IDENTITIES.c.issuer, IDENTITIES.c.subject).where(IDENTITIES.c.person_id == person_id)
        return [(row.issuer, row.subject) for row in self._connection.execute(columns.order_by(IDENTITIES.c.issuer))]

    def link(self, person_id: str, issuer: str, subject: str) -> None:
        """Let a person sign in with a provider; the identity must be nobody's yet."""
        values = {"issuer": issuer, "subject": subject, "person_id": person_id}
        self._connection.execute(insert(IDENTITIES).values(values))

    def set_roles(self, person_id: str, roles: Collection[str]) -> None:
        """Give a person exactly these roles."""
        self._change(person_id, roles=json.dumps(sorted(roles)))

    def set_password(self, person_id: str, password: str) -> None:
        """Keep another password."""
        self._change(person_id, password=password)

    def set_second_step(self, person_id: str, secret: bytes | None, *, step: int | None, links: Iterable[str]) -> None:
        """Keep a second step with its recovery codes, or none; codes of before are forgotten."""
        self._change(person_id, totp_secret=secret, totp_step=step)
        self._connection.execute(delete(RECOVERY_CODES).where(RECOVERY_CODES.c.person_id == person_id))
        rows = [{"link": link, "person_id": person_id} for link in links]
        if rows:
            self._connection.execute(insert(RECOVERY_CODES), rows)

    def use_step(self, person_id: str, step: int) -> bool:
        """Keep the step whose code was used; False when this one or a later one was used already."""
        unused = PEOPLE.c.totp_step.is_(None) | (PEOPLE.c.totp_step < step)
        changed = update(PEOPLE).where(PEOPLE.c.id == person_id, unused).values(totp_step=step)
        return self._connection.execute(changed).rowcount == 1

    def use_recovery_code(self, person_id: str, link: str) -> bool:
        """Take a recovery code away; False when there is none."""
        mine = delete(RECOVERY_CODES).where(RECOVERY_CODES.c.link == link, RECOVERY_CODES.c.person_id == person_id)
        return self._connection.execute(mine).rowcount == 1

    def recovery_codes_left(self, person_id: str) -> int:
        """Return how many recovery codes a person still has."""
        mine = select(func.count()).select_from(RECOVERY_CODES).where(RECOVERY_CODES.c.person_id == person_id)
        return int(self._connection.execute(mine).scalar_one())

    def _change(self, person_id: str, **values: object) -> None:
        self._connection.execute(update(PEOPLE).where(PEOPLE.c.id == person_id).values(**values))


def _person(row: Row[tuple[object, ...]] | None) -> PersonRow | None:
    if row is None:
        return None
    kept = dict(row._mapping)  # noqa: SLF001 - the public name of this SQLAlchemy accessor
    return PersonRow(**kept | {"roles": frozenset(json.loads(kept["roles"]))})
