"""What a bank tells a monitor: figures of its state, without a person in them."""

import re
from collections.abc import Iterator

import pytest

from issuer.bank import Bank
from issuer.cli.context import CommandContext
from issuer.cli.metering import metered
from issuer.deliveries.ages import Promises, all_sources
from issuer.measuring import bank_figures
from issuer.settings import IssuerSettings
from issuer.store.engine import Store
from issuer.store.status_jobs import StatusJob
from issuer.times import utc_text
from keys.errors import GateError
from keys.gate.measured import Measured
from keys.gate.metrics import Metrics
from tests.issuer.conftest import World
from tests.test_deploy import expressions
from verifier.jobs.desk import JobDesk
from verifier.jobs.queues import queue_figures
from verifier.jobs.storage import JobStorage

METRIC = re.compile(r"\b(?:cb|process)_[a-z_]+\b")


@pytest.fixture
def bank(world: World) -> Iterator[Bank]:
    opened = world.open()
    yield opened
    opened.close()


def figures(bank: Bank, world: World) -> dict[str, float]:
    """Return the figures, those with labels by name and labels."""
    found = bank_figures(bank, Promises(), now=world.now)
    return {" ".join([each.name, *each.labels.values()]): each.value for each in found}


def test_a_bank_in_order_is_ready_and_has_nothing_waiting(world: World, bank: Bank) -> None:
    found = figures(bank, world)
    assert found["cb_ready"] == 1
    for name in ("cb_status_lists_due", "cb_log_unpublished_entries", "cb_clock_behind_seconds", "cb_status_jobs"):
        assert found[name] == 0
    assert found["cb_status_lists"] == 1
    assert found["cb_key_certificate_days credential"] > 30
    assert 0 < found["cb_disk_free_bytes"] <= found["cb_disk_size_bytes"]


def test_a_certificate_is_seen_in_log_trail_and_clock(world: World, bank: Bank) -> None:
    before = figures(bank, world)
    number = world.issue(world.open_account())["number"]
    after = figures(bank, world)
    assert after["cb_log_entries"] == before["cb_log_entries"] + 1
    assert after["cb_audit_records"] > before["cb_audit_records"]
    world.wait(seconds=-40)
    assert figures(bank, world)["cb_clock_behind_seconds"] == 40
    (bank.folder.log / "checkpoint").unlink()
    assert figures(bank, world)["cb_log_unpublished_entries"] == 1
    with bank.store.write() as transaction:
        transaction.status_lists.let_all_be_due()
    assert figures(bank, world)["cb_status_lists_due"] == 1
    metrics = Metrics()
    metrics.read_when_asked(lambda: bank_figures(bank, Promises(), now=world.now))
    shown = metrics.text().decode()
    assert "cb_log_entries 1.0" in shown
    for personal in (str(number), "SYN-P-001", "김"):
        assert personal not in shown


def test_a_change_of_many_certificates_that_goes_on_is_seen_by_its_age(world: World, bank: Bank) -> None:
    job = StatusJob(0, "revoke", "issued_in_error", "", "{}", "staff:kim", utc_text(world.now), None, "running", 1)
    with bank.store.write() as transaction:
        transaction.status_jobs.begin(job, ["CB-2026-00000001-0"])
    world.wait(hours=2)
    found = figures(bank, world)
    assert (found["cb_status_jobs"], found["cb_status_job_age_seconds"]) == (1, 7200)


def test_labels_are_the_sources_and_the_uses_of_keys_and_nothing_else(world: World, bank: Bank) -> None:
    labels = {value for each in bank_figures(bank, Promises(), now=world.now) for value in each.labels.values()}
    assert labels <= {*all_sources(), "credential", "status", "seal", "bundle", "root", "log"}


def test_a_bank_whose_list_is_unreadable_is_not_ready(world: World, bank: Bank) -> None:
    bank.folder.status_list(1).write_text("x")
    assert figures(bank, world)["cb_ready"] == 0


def test_a_certificate_that_cannot_be_read_has_no_figure(
    world: World, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bank.folder.path / "certificates/credential.pem").unlink()
    found = figures(bank, world)
    assert "cb_key_certificate_days credential" not in found
    assert "cb_key_certificate_days status" in found


def test_a_database_that_does_not_answer_leaves_the_figures_of_the_process(
    world: World, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Store) -> None:
        raise OSError("SYN-P-001")

    monkeypatch.setattr(Store, "read", fail)
    metrics = Metrics()
    metrics.read_when_asked(lambda: bank_figures(bank, Promises(), now=world.now))
    shown = metrics.text().decode()
    assert "cb_figures_read 0.0" in shown
    assert "cb_requests_under_way 0.0" in shown
    assert "SYN-P-001" not in shown


def context_of(world: World, metrics: str | None) -> CommandContext:
    return CommandContext(IssuerSettings(metrics=metrics), lambda: world.now, "en", json=False, data=world.path)


async def application(*_: object) -> None:
    """Answers nothing."""


def test_without_a_place_for_metrics_the_service_is_served_as_it_is(world: World, bank: Bank) -> None:
    with metered(application, bank, context_of(world, None), promises=Promises()) as app:
        assert app is application


def test_a_place_for_metrics_puts_a_count_before_the_service(world: World, bank: Bank) -> None:
    with metered(application, bank, context_of(world, "127.0.0.1:0"), promises=Promises()) as app:
        assert isinstance(app, Measured)


def test_a_place_for_metrics_that_is_none_stops_the_start(world: World, bank: Bank) -> None:
    refused = pytest.raises(GateError, match="expected a place such as")
    with refused, metered(application, bank, context_of(world, "nowhere"), promises=Promises()):
        pass


def test_settings_of_running_are_read_from_the_environment() -> None:
    settings = IssuerSettings.from_environment(
        {"ISSUER_METRICS": "127.0.0.1:9464", "ISSUER_DRAIN_SECONDS": "12", "ISSUER_LOG": "json"}
    )
    assert (settings.metrics, settings.drain_seconds, settings.log) == ("127.0.0.1:9464", 12, "json")
    assert IssuerSettings.from_environment({"ISSUER_LOG": ""}).log == "lines"


def test_dashboard_and_alerts_ask_only_for_metrics_that_exist(world: World, bank: Bank) -> None:
    metrics = Metrics()
    metrics.counter("cb_checks", "Checks.", label="verdict", values=["valid"])  # as `cb-verifier serve` does
    waiting = JobDesk(lambda _: pytest.fail("no check"), storage=JobStorage(None), now=lambda: world.now)
    metrics.read_when_asked(
        lambda: [*bank_figures(bank, Promises(), now=world.now), *queue_figures(waiting, None)]  # and this, too
    )
    shown = metrics.text().decode()
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", shown, re.MULTILINE))
    parts = {f"{name}_{part}": name for name in kinds for part in ("bucket", "sum", "count")}
    asked = {name for expression in expressions() for name in METRIC.findall(expression)}
    assert asked - set(kinds) - set(parts) == set()
    unasked = set(kinds) - {parts.get(name, name) for name in asked}
    own = {name for name in unasked if name.startswith("cb_") and not name.endswith("_created")}
    assert own == {"cb_status_lists"}
