"""Asking wallets, put together: the desk of presentations, its API, its pages, and the addresses for wallets."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from fastapi import APIRouter

from keys.gate.rate_limits import Rate
from keys.values import dataclass
from verifier.api.ask_pages import ask_pages_router
from verifier.api.openid4vp import openid4vp_router
from verifier.api.presentations import PRESENTATIONS_PATH, presentations_router
from verifier.checks.rules import Rules
from verifier.committee.committee import Committee
from verifier.evidence.pool import ReaderPool
from verifier.presentations.desk import PresentationDesk
from verifier.presentations.request_object import REQUEST_PATH, RESPONSE_PATH, Service
from verifier.presentations.verifying import examine_by
from verifier.presentations.wish import Circumstances

_WALLETS: Final = Rate("wallets", amount=240, seconds=120)  # a wallet fetches a request, perhaps twice, and answers
ASKING_RATES: Final[Mapping[str, Rate]] = {
    REQUEST_PATH: _WALLETS,
    RESPONSE_PATH: _WALLETS,
    PRESENTATIONS_PATH: Rate("presentations", amount=120, seconds=60),
}


@dataclass(frozen=True, slots=True)
class Asks:
    """How a service asks wallets: where they reach it and what signs, and its name in what a holder consents to."""

    service: Service
    name: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What presentations need of the service: the rules of the moment, the clock, readers, and the committee."""

    rules: Callable[[], Rules]
    now: Callable[[], datetime]
    readers: ReaderPool
    committee: Committee | None = None


def asking_router(asks: Asks, around: Surroundings) -> APIRouter:
    """Return everything about presentations."""
    rules, now = around.rules, around.now
    desk = PresentationDesk(asks.service, examine=examine_by(rules, now=now, readers=around.readers), now=now)

    def circumstances() -> Circumstances:
        return Circumstances(rules().trust, asks.name or asks.service.host, asks.service.development)

    router = APIRouter()
    router.include_router(openid4vp_router(desk))
    router.include_router(presentations_router(desk, circumstances))
    router.include_router(ask_pages_router(around.committee, desk, circumstances))
    return router
