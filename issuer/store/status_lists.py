"""Status lists in the database: random distinct indexes, one bitmap per list, and what was published last.

An index is reserved once and never again; an index that no certificate uses stays valid (0) for ever.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, insert, literal, select, true, union, update

from credential_schemas.status_list import StatusList
from credential_schemas.status_list_issue import LIST_BITS, LIST_SIZE, StatusBitmap
from issuer.store.tables import STATUS_INDEXES, STATUS_LISTS
from issuer.store.upserts import upsert, whole_numbers


@dataclass(frozen=True, slots=True)
class ReservedIndexes:
    """Distinct random indexes of one list."""

    list_no: int
    indexes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ListState:
    """One list as it is to be published; `last_iat` is the time of its last publication in Unix seconds."""

    list_no: int
    status_list: StatusList
    last_iat: int


class StatusBook:
    """Reads and writes status lists within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open_list(self, size: int = LIST_SIZE, *, skipped: int = 0) -> int:
        """Add an empty list and answer its number; the newest list is the one that indexes are drawn from.

        Args:
            size: how many indexes it has.
            skipped: how many numbers of lists stay unused before it.
        """
        last = self._connection.execute(select(STATUS_LISTS.c.list_no).order_by(STATUS_LISTS.c.list_no.desc())).first()
        list_no = (1 if last is None else last[0] + 1) + skipped
        values = {
            "size": size,
            "reserved": 0,
            "bitmap": StatusBitmap(size=size).freeze().data,
            "unpublished": 1,
            "last_iat": 0,
        }
        self._connection.execute(insert(STATUS_LISTS).values(list_no=list_no, **values))
        return list_no

    def add_list(self, list_no: int, status_list: StatusList) -> None:
        """Add a list that is known from elsewhere, with all its values, as one that is due to be published."""
        values = {"size": status_list.size, "reserved": status_list.size, "bitmap": status_list.data}
        added = insert(STATUS_LISTS).values(list_no=list_no, unpublished=1, last_iat=0, **values)
        self._connection.execute(added)

    def reserve_status_indexes(self, count: int, *, draw: Callable[[int], int]) -> ReservedIndexes:
        """Reserve distinct random indexes of the newest list; a list that is half full is followed by a new one.

        Args:
            count: how many, at least 1.
            draw: answers a random number below its argument, such as `secrets.randbelow`.
        """
        list_no, size, reserved = self._newest_list()
        if reserved + count > size // 2:
            list_no, reserved = self.open_list(max(size, count * 4)), 0
        chosen: set[int] = set()
        while len(chosen) < count:
            drawn = {draw(size) for _ in range(count - len(chosen))}
            chosen |= self._reserve_free(list_no, drawn)
        by_number = STATUS_LISTS.c.list_no == list_no
        self._connection.execute(update(STATUS_LISTS).where(by_number).values(reserved=reserved + count))
        # A set of integers has an order of its own; drawing decides which entry gets which index.
        indexes = list(chosen)
        for last in range(len(indexes) - 1, 0, -1):
            other = draw(last + 1)
            indexes[last], indexes[other] = indexes[other], indexes[last]
        return ReservedIndexes(list_no, tuple(indexes))

    def _reserve_free(self, list_no: int, drawn: Iterable[int]) -> set[int]:
        """Reserve those of the drawn indexes that nobody has; they travel as one value, whatever their number."""
        rows = select(literal(list_no), whole_numbers(self._connection, drawn)).where(true())
        adding = upsert(self._connection, STATUS_INDEXES).from_select(["list_no", "idx"], rows)
        added = adding.on_conflict_do_nothing().returning(STATUS_INDEXES.c.idx)
        return set(self._connection.execute(added).scalars())

    def newest_size(self) -> int:
        """Return how many indexes the newest list has."""
        return self._newest_list()[1]

    def _newest_list(self) -> tuple[int, int, int]:
        """Return number, size and reserved indexes of the newest list, which nobody else draws from meanwhile."""
        columns = (STATUS_LISTS.c.list_no, STATUS_LISTS.c.size, STATUS_LISTS.c.reserved)
        newest = select(*columns).order_by(STATUS_LISTS.c.list_no.desc()).limit(1)
        while True:
            found = self._connection.execute(newest.with_for_update()).one()
            # Whoever held the lock before may have opened another list; this statement sees it.
            if self._connection.execute(newest).one().list_no == found.list_no:
                return found.list_no, found.size, found.reserved

    def set_values(self, list_no: int, values: Iterable[tuple[int, int]]) -> None:
        """Set the values (0 to 3) of some indexes and mark the list as unpublished."""
        by_number = STATUS_LISTS.c.list_no == list_no
        bitmap = StatusBitmap.of(self.state_to_change(list_no).status_list)
        for idx, value in values:
            bitmap.set(idx, value)
        changed = {"bitmap": bitmap.freeze().data, "unpublished": 1}
        self._connection.execute(update(STATUS_LISTS).where(by_number).values(**changed))

    def numbers(self) -> list[int]:
        """Return the numbers of all lists."""
        return list(self._connection.execute(select(STATUS_LISTS.c.list_no).order_by(STATUS_LISTS.c.list_no)).scalars())

    def due(self, *, published_before: int) -> list[int]:
        """Return the lists that changed since their publication, or were published before a time in Unix seconds."""
        number = select(STATUS_LISTS.c.list_no)
        changed, old = STATUS_LISTS.c.unpublished == 1, STATUS_LISTS.c.last_iat < published_before
        # Two questions, each with its index: asked in one, SQLite reads every list, bitmap and all.
        found = self._connection.execute(union(number.where(changed), number.where(old)))
        return sorted(found.scalars())

    def let_all_be_due(self) -> None:
        """Let every list count as changed, so that it is published again."""
        self._connection.execute(update(STATUS_LISTS).values(unpublished=1))

    def state(self, list_no: int) -> ListState:
        """Return one list."""
        return self._state(list_no, locked=False)

    def state_to_change(self, list_no: int) -> ListState:
        """Return one list and let nobody else change or publish it until this transaction ends."""
        return self._state(list_no, locked=True)

    def _state(self, list_no: int, *, locked: bool) -> ListState:
        query = select(STATUS_LISTS.c.bitmap, STATUS_LISTS.c.last_iat).where(STATUS_LISTS.c.list_no == list_no)
        row = self._connection.execute(query.with_for_update() if locked else query).one()
        return ListState(list_no, StatusList(LIST_BITS, row.bitmap), row.last_iat)

    def record_publication(self, list_no: int, *, iat: int) -> None:
        """Record that a list was published as it is now."""
        by_number = STATUS_LISTS.c.list_no == list_no
        self._connection.execute(update(STATUS_LISTS).where(by_number).values(unpublished=0, last_iat=iat))
