"""Answers kept for retries: sealed under the caller's own key, found by a keyed hash, destroyed after a day."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from issuer.store.appending import APART
from issuer.store.tables import KEPT_ANSWERS
from issuer.store.upserts import upsert


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """One answer. `locator` stands for account and retry key, `request_link` for the request; both are keyed hashes.

    `sealed` opens only with the retry key; `expires_at` is in Unix seconds.
    """

    locator: str
    request_link: str
    sealed: bytes
    number: str
    expires_at: int


class AnswerBook:
    """Reads and writes kept answers within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, locator: str, *, now_s: int) -> KeptAnswer | None:
        """Return the answer under a locator, if it has not expired."""
        columns = (KEPT_ANSWERS.c[name] for name in KeptAnswer.__slots__)
        wanted = (KEPT_ANSWERS.c.locator == locator, KEPT_ANSWERS.c.expires_at > now_s)
        row = self._connection.execute(select(*columns).where(*wanted)).first()
        return None if row is None else KeptAnswer(*row)

    def keep(self, answer: KeptAnswer, *, now_s: int) -> bool:
        """Keep an answer; False when another transaction has kept one under the same locator."""
        by_locator = KEPT_ANSWERS.c.locator == answer.locator
        gone = delete(KEPT_ANSWERS).where(by_locator, KEPT_ANSWERS.c.expires_at <= now_s)
        self._connection.execute(gone, execution_options=APART)
        values = {name: getattr(answer, name) for name in KeptAnswer.__slots__}
        kept = upsert(self._connection, KEPT_ANSWERS).values(**values).on_conflict_do_nothing()
        return self._connection.execute(kept.returning(KEPT_ANSWERS.c.locator)).first() is not None

    def forget_expired(self, *, now_s: int) -> int:
        """Destroy the answers whose day is over; answer how many."""
        return self._connection.execute(delete(KEPT_ANSWERS).where(KEPT_ANSWERS.c.expires_at <= now_s)).rowcount
