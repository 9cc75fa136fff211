"""An environment that asks the framework to send telemetry, and what an application of it does then."""

import asyncio
import logging
from collections.abc import MutableMapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry import trace

Message = MutableMapping[str, Any]


class Provider(trace.TracerProvider):
    """What another part of the process may have set up; notes that somebody wants to trace."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get_tracer(self, instrumenting_module_name: str, *values: object, **named: object) -> trace.Tracer:
        self.asked.append(instrumenting_module_name)
        return trace.NoOpTracer()


def ask_for_telemetry(monkeypatch: pytest.MonkeyPatch) -> Provider:
    """Set what makes the framework send by itself; the protocol is one it warns of, whatever is installed."""
    provider = Provider()
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    return provider


def warnings_of(app: FastAPI, caplog: pytest.LogCaptureFixture) -> list[str]:
    """Start an application, ask it for its health, stop it; return what the framework warned of."""

    async def live() -> None:
        told: asyncio.Queue[Message] = asyncio.Queue()
        said: asyncio.Queue[Message] = asyncio.Queue()
        life = asyncio.create_task(app({"type": "lifespan", "state": {}}, told.get, said.put))
        await told.put({"type": "lifespan.startup"})
        assert (await said.get())["type"] == "lifespan.startup.complete"
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bank.test") as client:
            assert (await client.get("/healthz")).status_code == 200
        await told.put({"type": "lifespan.shutdown"})
        assert (await said.get())["type"] == "lifespan.shutdown.complete"
        await life

    with caplog.at_level(logging.WARNING, logger="fastapi"):
        asyncio.run(live())
    return [record.getMessage() for record in caplog.records if record.name == "fastapi"]
