"""What a request costs as the work grows, by counts: the instructions of SQLite and the statements, no times."""

from pathlib import Path

import pytest

from benchmarks import growth
from tests.issuer.cheap_codes import at_the_least_price

Counts = dict[str, dict[str, dict[str, float]]]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Counts]:
    """The short form: two sizes of each kind of work, the second four to seventeen times the first."""
    folder = tmp_path_factory.mktemp("growth")
    with pytest.MonkeyPatch.context() as patch, at_the_least_price():
        patch.delenv("ISSUER_PASSPHRASE", raising=False)
        return growth.grown(growth.SHORT, folder)


def steps(counts: Counts, request: str) -> list[float]:
    return [size[request]["steps"] for size in counts.values()]


def statements(counts: Counts, request: str) -> list[float]:
    return [size[request]["statements"] for size in counts.values()]


@pytest.mark.parametrize(
    "request_name",
    [
        "open an account",
        "ask for an account that does not exist",
        "list an account's certificates",
        "issue a certificate",
        "look up a code",
        "revoke a certificate and publish its list",
        "take in a delivery of four records",
    ],
)
def test_ten_times_the_accounts_cost_a_request_next_to_nothing_more(
    grown: dict[str, Counts], request_name: str
) -> None:
    few, many = steps(grown["accounts"], request_name)
    assert many <= few * 1.1
    assert len(set(statements(grown["accounts"], request_name))) == 1


def test_each_entry_of_an_account_costs_the_same(grown: dict[str, Counts]) -> None:
    few, many = steps(grown["entries of one account"], "open an account")
    assert (many - few) / (growth.SHORT.entries[1] - growth.SHORT.entries[0]) <= 60
    assert len(set(statements(grown["entries of one account"], "open an account"))) == 1


def test_lists_cost_nothing_unless_they_are_due(grown: dict[str, Counts]) -> None:
    lists = grown["entries of status lists"]
    assert len(set(steps(lists, "reserve a number and six indexes"))) == 1
    assert len(set(steps(lists, "find that nothing is due"))) == 1
    few, many = steps(lists, "change an entry and publish its list")
    assert many - few <= 5 * (growth.SHORT.lists[1] - growth.SHORT.lists[0]), "the document names every list"


def test_log_costs_a_few_hashes_more_for_each_doubling(grown: dict[str, Counts]) -> None:
    log = grown["entries of the log"]
    for request_name in ("append an entry, with proof and checkpoint", "prove the oldest entry"):
        few, many = steps(log, request_name)
        assert many - few <= 40 * 5, "seventeen times as long are five levels more at the most"
        assert len(set(statements(log, request_name))) == 1


def test_publishing_the_log_reads_one_bundle_and_no_more(grown: dict[str, Counts]) -> None:
    assert max(steps(grown["entries of the log"], "the same, and publish the tiles")) <= 256 * 12 + 1000


def test_every_request_of_the_benchmark_is_asked_about_here(grown: dict[str, Counts]) -> None:
    asked = Path(__file__).read_text("utf-8")
    names = {request for kind in grown.values() for size in kind.values() for request in size}
    assert len(names) == 13
    assert not [name for name in names if f'"{name}"' not in asked]
