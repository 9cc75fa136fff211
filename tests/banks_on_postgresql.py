"""Puts every bank of a run of tests on a PostgreSQL server: `make test-postgresql` loads this as a plugin of pytest.

Each data directory that a test makes or copies gets a database of its own, as it would have a file of its own. What a
test says to SQLite itself cannot be said to a server: such tests are marked `sqlite` and left out.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest

from issuer import founding
from issuer.bank import opened
from issuer.bank.folder import BankFolder, Profile
from issuer.store.engine import Store
from tests.postgresql import PostgresqlServer, postgresql_server

_NOTE: Final = "database-of-the-test"


class Databases:
    """The databases of the data directories of this process; a directory carries a note of its own."""

    def __init__(self, server: PostgresqlServer) -> None:
        self._server = server

    def url_of(self, folder: Path) -> str:
        """Return the database of a data directory, made now where it has none, or that of the one it was copied of."""
        note = folder / _NOTE
        of, _, url = note.read_text().partition("\n") if note.exists() else ("", "", "")
        if of == str(folder):
            return url
        if url:
            with self._server.connect() as connection:
                name = urlsplit(url).path.removeprefix("/")
                connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        made = self._server.new_database(copy_of=url or None)
        note.unlink(missing_ok=True)  # a copy may be a hard link
        note.write_text(f"{folder}\n{made}")
        return made


@pytest.fixture(autouse=True, scope="session")
def _banks_on_a_server() -> Iterator[None]:
    new_store, store_of = founding._new_store, opened._store_of
    with ExitStack() as stack:
        databases = Databases(stack.enter_context(postgresql_server()))
        patch = stack.enter_context(pytest.MonkeyPatch.context())

        def make(folder: BankFolder, plan: founding.FoundingPlan) -> Store:
            return new_store(folder, replace(plan, database=plan.database or databases.url_of(folder.path)))

        def find(folder: BankFolder, profile: Profile, database: str | None) -> Store:
            return store_of(folder, profile, database or databases.url_of(folder.path))

        patch.setattr(founding, "_new_store", make)
        patch.setattr(opened, "_store_of", find)
        yield


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that are marked `sqlite`."""
    left_out = [each for each in items if each.get_closest_marker("sqlite")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [each for each in items if each not in left_out]
