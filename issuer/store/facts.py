"""What the database says about itself: whose bank it is, and which programs work with it."""

from typing import Final

from sqlalchemy import Connection, select

from issuer.store.tables import STORE_FACTS
from issuer.store.upserts import upsert

ISSUER: Final = "issuer"


class FactBook:
    """Reads and writes facts within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def fact(self, name: str) -> str | None:
        """Return a fact, None when nothing is recorded."""
        return self._connection.execute(select(STORE_FACTS.c.value).where(STORE_FACTS.c.name == name)).scalar()

    def record(self, name: str, value: str) -> None:
        """Record a fact; a newer one takes the place of the older."""
        recorded = upsert(self._connection, STORE_FACTS).values(name=name, value=value)
        changed = recorded.on_conflict_do_update(index_elements=["name"], set_={"value": recorded.excluded.value})
        self._connection.execute(changed)
