"""Requests at a fixed rate, whatever the answers do: a program of its own, so that its work is not that of the service.

Each request has a moment at which it is due; its time is counted from there, so a service that makes others wait cannot
hide it. Connections are kept and used again; there is a new one when none is free. Reads a plan as JSON from standard
input and writes what happened as JSON to standard output.
"""

import asyncio
import itertools
import json
import sys
import time
from argparse import ArgumentParser
from dataclasses import asdict, dataclass, field

LATEST_S = 30.0
IDLE_S = 5.0  # the service leaves connections that say nothing for ten seconds

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Plan:
    """What to send: one of the bodies in turn, under one of the tokens in turn, so many a second, so many seconds."""

    port: int
    path: str
    media_type: str
    bodies: list[str]
    tokens: list[str]
    rate: float
    seconds: float


@dataclass
class Happened:
    """Status and milliseconds of each request; 0 where there was no answer."""

    answers: list[tuple[int, float]] = field(default_factory=list)
    connections: int = 0
    told_when: int = 0  # answers that say after how many seconds to come again
    late: list[float] = field(default_factory=list)  # milliseconds from the moment a request was due until it was sent


class Load:
    """One run of a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.happened = Happened()
        self.idle: list[tuple[float, Connection]] = []
        self.requests = [self._request(body, token) for body, token in self._pairs()]

    def _pairs(self) -> list[tuple[str, str]]:
        count = max(len(self.plan.bodies), len(self.plan.tokens))
        pairs = zip(itertools.cycle(self.plan.bodies), itertools.cycle(self.plan.tokens), strict=False)
        return list(itertools.islice(pairs, count))

    def _request(self, body: str, token: str) -> bytes:
        data = body.encode("latin-1")
        head = (
            f"POST {self.plan.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: {self.plan.media_type}\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        return head.encode("ascii") + data

    async def run(self) -> None:
        """Send everything at its moment, and wait for the last answers."""
        began = time.perf_counter()
        tasks = []
        for number in range(int(self.plan.rate * self.plan.seconds)):
            due = began + number / self.plan.rate
            wait_s = due - time.perf_counter()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            tasks.append(asyncio.create_task(self.one(self.requests[number % len(self.requests)], due)))
        await asyncio.gather(*tasks)
        for _, (_, writer) in self.idle:
            writer.close()

    async def one(self, request: bytes, due: float) -> None:
        """Send one request and note what came."""
        try:
            async with asyncio.timeout(LATEST_S):
                status = await self.answer(request, due)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            status = 0
        self.happened.answers.append((status, 1000 * (time.perf_counter() - due)))

    async def answer(self, request: bytes, due: float) -> int:
        """Send a request over a free connection, read the answer, and return its status."""
        connection = self.kept() or await self.connected()
        reader, writer = connection
        writer.write(request)
        self.happened.late.append(1000 * (time.perf_counter() - due))
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        self.happened.told_when += b"\r\nretry-after: " in head
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(length)
        if b"connection: close" in head:
            writer.close()
        else:
            self.idle.append((time.perf_counter(), connection))
        return int(head[9:12])

    def kept(self) -> Connection | None:
        """Return the connection that was used last, unless that is too long ago; those before it are older still."""
        if self.idle and time.perf_counter() - self.idle[-1][0] < IDLE_S:
            return self.idle.pop()[1]
        for _, (_, writer) in self.idle:
            writer.close()
        self.idle.clear()
        return None

    async def connected(self) -> Connection:
        """Open one more connection."""
        self.happened.connections += 1
        return await asyncio.open_connection("127.0.0.1", self.plan.port)


def main() -> None:
    """Run the plan that stands on standard input."""
    ArgumentParser(description=__doc__).parse_args()
    load = Load(Plan(**json.load(sys.stdin)))
    asyncio.run(load.run())
    json.dump(asdict(load.happened), sys.stdout)


if __name__ == "__main__":
    main()
