"""Counts that several processes share, in a real Redis that answers, hangs, ends and comes back."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from keys.gate import rate_limits
from keys.gate.rate_limits import Rate, RateLimits
from tests.ports import own_port

RATE = Rate("test", amount=3, seconds=3600)


class Redis:
    """A server of our own on loopback, which keeps nothing on the disk."""

    def __init__(self, folder: Path) -> None:
        self.port = own_port()
        self._folder = folder
        self.process = self.start()

    @property
    def uri(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> subprocess.Popen[bytes]:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        command = ["redis-server", *options, "--dir", str(self._folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(3000):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except ConnectionRefusedError:
                time.sleep(0.01)
            else:
                return self.process
        raise RuntimeError("the server did not start")

    def end(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    if shutil.which("redis-server") is None:
        pytest.skip("needs redis-server")
    server = Redis(tmp_path)
    yield server
    server.end()


def allowed(*processes: RateLimits, caller: str) -> int:
    """How many of four requests to each in turn are within the rate."""
    return sum(limits.count(RATE, caller) is None for _ in range(4) for limits in processes)


def test_two_processes_count_a_caller_together_and_others_apart(redis: Redis) -> None:
    one, other = RateLimits(redis.uri), RateLimits(redis.uri)
    assert one.shared
    assert allowed(one, other, caller="a") == RATE.amount
    assert one.look(RATE, "a") == other.look(RATE, "a")
    assert one.look(RATE, "b") is None


def test_a_server_that_hangs_is_left_and_each_counts_by_itself(redis: Redis) -> None:
    one, other = RateLimits(redis.uri), RateLimits(redis.uri)
    one.count(RATE, "a")
    os.kill(redis.process.pid, signal.SIGSTOP)
    assert allowed(one, other, caller="a") == 2 * RATE.amount


def test_a_server_that_ended_and_came_back_is_asked_again(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "_AWAY_S", 0.0)
    one, other = RateLimits(redis.uri), RateLimits(redis.uri)
    assert allowed(one, other, caller="a") == RATE.amount
    redis.end()
    assert allowed(one, other, caller="b") == 2 * RATE.amount
    redis.start()
    assert allowed(one, other, caller="c") == RATE.amount


def test_a_server_that_is_not_there_at_the_start_stops_nobody(redis: Redis) -> None:
    redis.end()
    assert allowed(RateLimits(redis.uri), caller="a") == RATE.amount
