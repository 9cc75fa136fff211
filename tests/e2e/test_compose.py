"""The services of deploy/compose.yaml together: two issuers on one PostgreSQL and a verifier behind nginx."""

import json
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compose import Compose, composed
from tests.compose_story import Holder, holder_of, story_of_a_restart, story_of_two_instances
from tests.postgresql import PostgresqlServer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx, which `make setup` installs"),
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="needs redis-server, which `make setup` installs"),
]


@pytest.fixture(scope="module")
def compose(postgresql: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compose]:
    with composed(tmp_path_factory.mktemp("compose"), postgresql.new_database()) as running:
        yield running


@pytest.fixture(scope="module")
def holder(compose: Compose) -> Holder:
    return holder_of(compose)


def test_what_one_instance_issues_the_other_serves_revokes_and_repeats(compose: Compose, holder: Holder) -> None:
    story_of_two_instances(compose, holder)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["asked to end", "killed"])
def test_an_instance_that_ends_while_certificates_are_issued_loses_none(
    compose: Compose, holder: Holder, how: signal.Signals
) -> None:
    story_of_a_restart(compose, holder, how)


def test_programs_of_this_version_go_on_after_a_newer_one_has_expanded_the_schema(
    compose: Compose, holder: Holder, postgresql: PostgresqlServer
) -> None:
    """What a step may do (docs/operations.md): a new table, a column that may be empty, a newer number."""
    first = holder.issue("issuer-1")
    with postgresql.connect(compose.database) as connection:
        connection.execute("ALTER TABLE certificates ADD COLUMN of_a_newer_program text")
        connection.execute("CREATE TABLE of_a_newer_program (id integer PRIMARY KEY)")
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    second = [holder.issue(service) for service in ("issuer-1", "issuer-2")]
    compose.stop("issuer-1")
    compose.start("issuer-1")  # it opens the newer schema, and works with it
    third = holder.issue("issuer-1")
    numbers = [each["number"] for each in (first, *second, third)]
    assert len(set(numbers)) == len(numbers)
    assert {each["number"] for each in holder.certificates("issuer-2")} >= set(numbers)


def test_limits_of_the_proxy_are_those_of_the_services(compose: Compose) -> None:
    large = compose.ask("proxy", "POST /api/v1/confirmations", body=bytes(7 * 1024 * 1024))
    assert large.status == 413
    health = compose.ask("proxy", "GET /healthz", headers={"Host": "verify.example"})
    assert (health.status, json.loads(health.body)["status"]) == (200, "ok")
    assert compose.ask("proxy", "GET /log/checkpoint").body.startswith(b"127.0.0.1")


def test_secrets_reach_no_log(compose: Compose) -> None:
    logs = [path for path in Path(compose.folder).rglob("*.log") if path.is_file()]
    assert {path.stem for path in logs} >= {"issuer-1", "issuer-2", "verifier", "proxy", "counts"}
    for path in logs:
        content = path.read_text("utf-8", "replace")
        assert "passphrase of" not in content
        assert "Traceback" not in content, content[-2000:]
