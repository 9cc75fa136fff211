"""Short form of `make torture`: ten lives that end by kill -9, on each database, and a server that is cut off."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.torture.harness import Place, Service, Torture, found
from tests.torture.over_http import HttpTorture

SEED = 20261122
KILLS = 10
KILLS_OVER_HTTP = 3
CLIENTS = 4


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with Service() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        yield found(tmp_path, None)
        return
    server = request.getfixturevalue("postgresql")
    url = server.new_database()
    yield found(tmp_path, url)
    server.drop(url)


@pytest.mark.slow
def test_nothing_that_was_received_is_lost_or_doubled_when_the_service_is_killed(
    place: Place, service: Service
) -> None:
    torture = Torture(place, service, seed=SEED, clients=CLIENTS)
    for _ in range(KILLS):
        torture.life()
    torture.last_life()
    torture.check()
    assert sum(torture.died.values()) == KILLS
    assert torture.refused == {}
    assert count(place) == len(torture.asked)


@pytest.mark.slow
def test_nothing_that_was_received_over_http_is_lost_or_doubled_when_the_service_is_killed(
    tmp_path: Path, service: Service
) -> None:
    torture = HttpTorture(found(tmp_path, None), service, seed=SEED, clients=CLIENTS)
    for _ in range(KILLS_OVER_HTTP):
        torture.life()
    torture.last_life()
    torture.check()
    assert (sum(torture.died.values()), torture.refused) == (KILLS_OVER_HTTP, {})
    assert count(torture.place) == len(torture.asked)


def count(place: Place) -> int:
    bank = place.open()
    with bank.store.read() as transaction:
        found_certificates = transaction.certificates.count()
    bank.close()
    return found_certificates
