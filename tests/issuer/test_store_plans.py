"""Look-ups that no count of a benchmark reaches: none reads a whole table that grows with the nation."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, text

from issuer.store.schema import bring_up_to_date
from issuer.store.transaction import Transaction

GROWING = {"entries", "accounts", "persons", "certificates", "certificate_entries", "wallet_offers", "wallet_tokens"}
GROWING |= {"wallet_deferrals", "wallet_codes", "wallet_refresh_tokens", "wallet_notices", "consents", "log_entries"}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = create_engine(f"sqlite:///{tmp_path / 'bank.db'}")
    bring_up_to_date(made)
    yield made
    made.dispose()


def tables_read_whole(engine: Engine, work: Callable[[Transaction], object]) -> set[str]:
    """Return the tables of which SQLite would read every row for what some work asks."""
    asked: list[tuple[str, Any]] = []
    event.listen(
        engine, "before_cursor_execute", lambda _c, _u, statement, values, *_: asked.append((statement, values))
    )
    with engine.connect() as connection:
        work(Transaction(connection))
        statements = [each for each in asked if each[0].lstrip().startswith(("SELECT", "UPDATE", "DELETE"))]
        plans = [
            str(row[3])
            for statement, values in statements
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert statements
    return {plan.split()[1] for plan in plans if plan.startswith("SCAN") and "USING" not in plan} & GROWING


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(lambda transaction: list(transaction.traces.carrying(7)), id="certificates of a delivery"),
        pytest.param(lambda transaction: transaction.traces.accounts_of(7), id="accounts of a delivery"),
        pytest.param(lambda transaction: transaction.traces.counts(delivery_id=7), id="how many a delivery touched"),
        pytest.param(lambda transaction: transaction.wallets.end_access("offer"), id="tokens of an offer"),
        pytest.param(lambda transaction: transaction.wallets.end_all("account"), id="what wallets ask with"),
        pytest.param(lambda transaction: transaction.wallets.issues("offer", "name"), id="copies of an offer"),
    ],
)
def test_no_growing_table_is_read_whole(engine: Engine, work: Callable[[Transaction], object]) -> None:
    assert tables_read_whole(engine, work) == set()


def test_a_table_that_is_read_whole_is_seen(engine: Engine) -> None:
    def work(transaction: Transaction) -> None:
        transaction.wallets._connection.execute(text("SELECT * FROM entries WHERE title = 'x'"))

    assert tables_read_whole(engine, work) == {"entries"}
