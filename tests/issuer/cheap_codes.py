"""Confirmation codes at a price for tests: the same derivation, with the least memory and time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import argon2.low_level
import pytest


@contextmanager
def at_the_least_price() -> Iterator[None]:
    """Derive keys from codes with 8 KiB in one pass; what the true price is, is tested where codes are made."""
    derive = argon2.low_level.hash_secret_raw

    def cheaply(**how: Any) -> bytes:  # noqa: ANN401 - passed on as it came
        return derive(**{**how, "time_cost": 1, "memory_cost": 8, "parallelism": 1})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(argon2.low_level, "hash_secret_raw", cheaply)
        yield


@pytest.fixture(scope="module", autouse=True)
def cheap_codes() -> Iterator[None]:
    with at_the_least_price():
        yield
