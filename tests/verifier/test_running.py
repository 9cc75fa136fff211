"""A verifier that is watched: verdicts are counted, and nothing else of a check; readiness; settings of stopping."""

import asyncio

import httpx
import pytest

from credential_schemas.report.outcomes import Verdict
from keys.gate.measured import Measured
from keys.gate.metrics import Metrics
from tests.framework_telemetry import ask_for_telemetry, warnings_of
from tests.verifier.batch.corpus import FORGERY
from tests.verifier.world import ISSUER, STATUS_URI, World
from verifier.api.checks import CHECKS_PATH
from verifier.app import RULES, Offers, create_app
from verifier.errors import OptionError
from verifier.rendering.refusals import sentence_of
from verifier.settings import Settings


@pytest.fixture
def counted(world: World) -> tuple[Metrics, Measured]:
    """A service that is measured as `serve` does it, with its status list at hand."""
    rules, metrics = world.rules(), Metrics()
    rules.statuses.find(STATUS_URI, issuer=rules.trust.issuers[ISSUER], now=int(world.now.timestamp()))
    count = metrics.counter("cb_checks", "Checks.", label="verdict", values=list(Verdict))
    app = create_app(rules, now=lambda: world.now, offers=Offers(count=count))
    return metrics, Measured(app, metrics, known=RULES.bodies)


def ask(app: Measured, method: str, path: str, content: str = "", kind: str = "application/dc+sd-jwt") -> int:
    async def send() -> int:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://verifier.test") as client:
            return (await client.request(method, path, content=content, headers={"Content-Type": kind})).status_code

    return asyncio.run(send())


def test_every_check_is_counted_once_by_its_verdict_and_by_nothing_of_the_holder(
    counted: tuple[Metrics, Measured], world: World
) -> None:
    metrics, app = counted
    token = world.token()
    assert ask(app, "POST", CHECKS_PATH, token) == 200
    assert ask(app, "POST", CHECKS_PATH, token + FORGERY) == 200
    assert ask(app, "POST", CHECKS_PATH, "{", "application/json") == 415
    shown = metrics.text().decode()
    assert 'cb_checks_total{verdict="valid"} 1.0' in shown
    assert 'cb_checks_total{verdict="invalid"} 1.0' in shown
    assert 'cb_checks_total{verdict="indeterminate"} 0.0' in shown
    assert f'cb_requests_total{{method="POST",route="{CHECKS_PATH}",status="200"}} 2.0' in shown
    for personal in (token[:40], ISSUER, "127.0.0.1"):
        assert personal not in shown


def test_a_service_that_answers_is_ready(counted: tuple[Metrics, Measured]) -> None:
    assert ask(counted[1], "GET", "/readyz") == 200


def test_the_time_of_leaving_is_a_setting() -> None:
    assert Settings.from_environment({}).drain_s() == 0
    settings = Settings.from_environment({"VERIFIER_DRAIN_SECONDS": "300", "VERIFIER_METRICS": "127.0.0.1:9464"})
    assert (settings.drain_s(), settings.metrics) == (300, "127.0.0.1:9464")


def test_the_form_of_the_log_is_lines_unless_the_setting_says_another() -> None:
    assert [Settings.from_environment({"VERIFIER_LOG": form}).log for form in ("", "json")] == ["lines", "json"]


@pytest.mark.parametrize("seconds", ["301", "-1", "soon", "1.5", "٣"])
def test_a_time_of_leaving_that_is_none_is_refused_with_a_sentence(seconds: str) -> None:
    with pytest.raises(OptionError) as refused:
        Settings.from_environment({"VERIFIER_DRAIN_SECONDS": seconds}).drain_s()
    assert refused.value.kind == "drain"
    assert "0 to 300" in sentence_of(refused.value, "en")
    assert "0부터 300" in sentence_of(refused.value, "ko")


def test_no_environment_makes_the_framework_send_telemetry(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    provider = ask_for_telemetry(monkeypatch)
    app = create_app(world.rules(), now=lambda: world.now)
    assert warnings_of(app, caplog) == []
    assert provider.asked == []
