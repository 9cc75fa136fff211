"""How the databases find rows: what requests and upkeep ask never reads a table that grows with the nation.

SQLite says how it will find the rows. PostgreSQL is forbidden to read whole tables, and says so where nothing else
leads to the rows. What may read a whole table (dashboards, checks, an operator's searches) is not among these acts.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from sqlalchemy import Connection, UniqueConstraint, event

from issuer.store.engine import Store
from issuer.store.tables import METADATA
from issuer.store.transaction import Transaction

NOW_S: Final = 1_800_000_000
AT: Final = "2027-01-15T08:00:00Z"
SMALL: Final = frozenset(
    {"audit_state", "counters", "deliveries", "log_state", "notices", "staff", "staff_sessions", "store_facts"}
)
"""Tables that do not grow with the number of holders, certificates and entries."""
NEVER_DELETED: Final = frozenset(
    {
        "accounts",
        "certificates",
        "consents",
        "deliveries",
        "persons",
        "status_indexes",
        "status_jobs",
        "status_lists",
    }
)
"""Tables of which no row is ever deleted, so that no delete looks for references to them."""
ACTS: Final[dict[str, tuple[Callable[[Transaction], object], ...]]] = {
    "open an account page": (
        lambda t: t.accounts.account("a"),
        lambda t: t.accounts.account_of("p"),
        lambda t: t.accounts.person("p"),
    ),
    "sign in": (
        lambda t: t.sign_ins.with_handle("h"),
        lambda t: t.sign_ins.of_account("a"),
        lambda t: t.sign_ins.session("s"),
    ),
    "sign out everywhere": (lambda t: t.sign_ins.end_sessions("a", but="s"),),
    "use a recovery code": (lambda t: t.sign_ins.use_recovery_link("s", "l"),),
    "link a person": (
        lambda t: t.accounts.person_with_identity("i"),
        lambda t: t.accounts.person_to_link("p"),
    ),
    "ask for consents": (
        lambda t: t.accounts.consents("a", "collection"),
        lambda t: t.accounts.all_consents("a"),
    ),
    "list entries": (
        lambda t: t.entries.entries_of("p", ["s"]),
        lambda t: t.entries.counts_of("p"),
        lambda t: t.audit.last_acts(["e"], ["entry_changed"]),
    ),
    "list certificates": (
        lambda t: t.certificates.lines("a"),
        lambda t: t.certificates.of_account("a"),
    ),
    "show a certificate": (
        lambda t: t.certificates.lines("a", "n"),
        lambda t: t.certificates.certificate_of("a", "n"),
        lambda t: t.certificates.sealed_bytes("n"),
    ),
    "show what became of it": (
        lambda t: t.certificates.events("n"),
        lambda t: t.lookups.of("n"),
        lambda t: t.links.of("n"),
    ),
    "confirm a code": (
        lambda t: t.certificates.certificate_at("l"),
        lambda t: t.certificates.carried_entries("n"),
    ),
    "choose and put aside": (
        lambda t: t.choices.of("a", now_s=NOW_S),
        lambda t: t.choices.forget("a"),
    ),
    "issue": (
        lambda t: t.certificates.newest_issue(),
        lambda t: t.entries.entries_kept_as_they_are(["e"]),
    ),
    "answer a retry": (lambda t: t.answers.find("l", now_s=NOW_S),),
    "log": (
        lambda t: t.log.entry_of("n"),
        lambda t: t.log.nodes(1, 0, 5),
        lambda t: list(t.log.entries(0, 5)),
    ),
    "read the own audit trail": (
        lambda t: t.audit.about("a", "p"),
        lambda t: t.audit.lookups("a"),
    ),
    "change a status": (
        lambda t: t.certificates.certificate_to_change("n"),
        lambda t: t.certificates.set_status("n", "revoked"),
    ),
    "change statuses of a job": (lambda t: t.status_jobs.with_copies(["n"], to_change=True),),
    "go on with a job": (
        lambda t: t.status_jobs.waiting(1, limit=10),
        lambda t: t.status_jobs.outcomes(1),
    ),
    "change an entry": (
        lambda t: t.entries.entries_to_change(["e"]),
        lambda t: t.certificates.copies_of(["e"]),
    ),
    "find an account by the beginning of its id": (lambda t: t.accounts.accounts_beginning("a", limit=2),),
    "open a held entry": (
        lambda t: t.entries.held_beginning("e", limit=1),
        lambda t: t.entries.held_under("p"),
        lambda t: t.audit.acts_about(["e"], "held_entry_left"),
    ),
    "take a record": (
        lambda t: t.entries.find_record("s", "k"),
        lambda t: t.pulls.resolved("d"),
    ),
    "open a link": (lambda t: t.links.sealed_at("l", now_s=NOW_S),),
    "open with a token": (
        lambda t: t.tokens.with_digest("d"),
        lambda t: t.tokens.tokens("a"),
    ),
    "take an offer": (
        lambda t: t.wallets.offer_with_code("c", to_change=True),
        lambda t: t.wallets.access("t"),
    ),
    "issue to a wallet": (
        lambda t: t.wallets.issues("o", "c"),
        lambda t: t.wallets.notice("n"),
    ),
    "ask for a code": (
        lambda t: t.authorizations.request("r", now_s=NOW_S),
        lambda t: t.authorizations.code("c"),
    ),
    "use a refresh token": (
        lambda t: t.authorizations.refresh("r"),
        lambda t: t.authorizations.use_refresh("r", now_s=NOW_S),
    ),
    "use a refresh token again": (lambda t: t.authorizations.successor_is_used("r"),),
    "end what a stolen code gave": (
        lambda t: t.wallets.end_access("o"),
        lambda t: t.authorizations.end_refresh("o"),
    ),
    "publish a status list": (lambda t: t.status_lists.due(published_before=NOW_S),),
    "trace a delivery": (
        lambda t: list(t.traces.carrying(7)),
        lambda t: t.traces.accounts_of(7),
        lambda t: t.traces.counts(delivery_id=7),
    ),
    "close an account": (
        lambda t: t.wallets.end_all("a"),
        lambda t: t.sign_ins.remove_all("a"),
        lambda t: t.entries.certified_count("p"),
        lambda t: t.entries.remove_uncertified("p"),
        lambda t: t.accounts.close_account("a", at=AT),
    ),
    "forget what is over": (
        lambda t: t.answers.forget_expired(now_s=NOW_S),
        lambda t: t.choices.forget_expired(now_s=NOW_S),
        lambda t: t.sign_ins.forget_sessions(started_before=NOW_S),
        lambda t: t.links.forget_ended(now_s=NOW_S),
        lambda t: t.wallets.forget_expired(now_s=NOW_S),
        lambda t: t.issuing_counts.forget("2026-01-01"),
    ),
}
WALKED: Final = frozenset({"ix_certificates_issued_at"})
"""Indexes that are walked from the newest row to the first that fits, which takes a few rows."""
_IN_SQLITE: Final = re.compile(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?")
_ON_POSTGRESQL: Final = re.compile(r"Seq Scan on (\w+)()")
_WITHOUT_CONDITION: Final = re.compile(r"Scan(?: Backward)? using (\w+) on (\w+)[^\n]*(?:\n(?!\s*Index Cond)|$)")


@contextmanager
def plans(store: Store) -> Iterator[list[str]]:
    """Collect the plan of each statement that asks, changes or deletes."""
    found: list[str] = []

    def explain(connection: Connection, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:  # noqa: ANN401 - as SQLAlchemy calls it
        if not statement.startswith(("SELECT", "UPDATE", "DELETE")):
            return
        cursor = connection.connection.cursor()
        if connection.dialect.name == "sqlite":
            cursor.execute("EXPLAIN QUERY PLAN " + statement, values)
        else:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("EXPLAIN " + statement, values)
        found.append("\n".join(str(row[-1]) for row in cursor.fetchall()))
        cursor.close()

    event.listen(store._engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(store._engine, "before_cursor_execute", explain)


def read_whole(plan: str) -> set[str]:
    """Return the tables, small ones left out, of which a plan reads every row, be it by an index."""
    tables = [*_IN_SQLITE.findall(plan), *_ON_POSTGRESQL.findall(plan)]
    tables += [(table, index) for index, table in _WITHOUT_CONDITION.findall(plan)]
    return {table for table, index in tables if table in METADATA.tables and index not in WALKED} - SMALL


@pytest.mark.parametrize("act", sorted(ACTS))
def test_a_request_or_upkeep_reads_no_table_that_grows_as_a_whole(store: Store, act: str) -> None:
    with plans(store) as found, store.write() as transaction:
        for step in ACTS[act]:
            step(transaction)
    assert found
    assert [plan for plan in found if read_whole(plan)] == []


def test_a_table_that_is_read_as_a_whole_is_noticed(store: Store) -> None:
    with plans(store) as found, store.write() as transaction:
        transaction.figures.entries_by_type()
    assert [read_whole(plan) for plan in found] == [{"entries"}]


def test_copies_of_links_that_ended_long_ago_are_not_read_again(store: Store) -> None:
    with plans(store) as found, store.write() as transaction:
        transaction.links.forget_ended(now_s=NOW_S)
    assert "ix_share_links_kept" in found[0]


def test_every_reference_to_a_table_with_deletes_has_an_index() -> None:
    missing = []
    for table in METADATA.tables.values():
        keys = [
            [*constraint.columns.keys()] for constraint in table.constraints if isinstance(constraint, UniqueConstraint)
        ]
        keys += [[column.name for column in index.columns] for index in table.indexes]
        keys.append([column.name for column in table.primary_key.columns])
        for reference in table.foreign_key_constraints:
            names = reference.column_keys
            led = any(key[: len(names)] == names for key in keys)
            if not led and reference.referred_table.name not in NEVER_DELETED:
                missing.append(f"{table.name}.{'+'.join(names)}")
    assert missing == []
