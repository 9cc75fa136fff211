"""The same torture over HTTP: the real `cb-issuer serve` is killed, and its clients are programs with a token.

A client posts to `/api/v1/certificates` with an `Idempotency-Key` and counts as received what arrived whole. The
service is forked with everything imported, listens on a port of its own, and dies at the moment of the plan.
"""

import http.client
import json
import os
import signal
import socket
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import sleep
from typing import Any
from unittest.mock import patch

from credential_schemas.sd_jwt.select import unverified_disclosures
from issuer.bank import Bank
from issuer.issued.sealed_records import open_record
from keys import confirmation_code
from tests.torture.harness import MOMENTS, PATIENCE_S, Torture
from tests.torture.service import CHEAP_CODES

_PATH = "/api/v1/certificates"
_CREATED = 201
_A_LIFE = 50  # keys that one life is asked without a kill: below the limits that a service begins with
_STARTS = 5  # a port that was free may be taken by another program before the service has it
_CUT = (OSError, http.client.HTTPException)


@dataclass(slots=True)
class HttpTorture(Torture):
    """One run of many lives of the service."""

    def life(self) -> None:
        """One life that ends by kill -9: new keys and retries, in a random order."""
        keys = [str(uuid.UUID(int=self.chance.getrandbits(128))) for _ in range(self.clients // 2)]
        self.asked += keys
        asking = [*keys, *self.chance.sample(self.asked, self.clients // 2)]
        self.chance.shuffle(asking)
        moment = self.chance.choice(MOMENTS)
        answers, pause = self.chance.randrange(1, self.clients // 2), self.chance.random() * 0.05
        with self._serving(moment, after=answers) as (child, port), ThreadPoolExecutor(self.clients) as pool:
            waiting = {pool.submit(self._ask, port, key): key for key in asking}
            for count, done in enumerate(as_completed(waiting), start=1):
                self._note_whole(waiting[done], done.result())
                if moment == "any" and count == answers:
                    sleep(pause)
                    os.kill(child, signal.SIGKILL)
        self.died[moment] = self.died.get(moment, 0) + 1

    def last_life(self) -> None:
        """Lives without a kill, in which every key is asked once more and answered."""
        for begin in range(0, len(self.asked), _A_LIFE):
            with self._serving("never", after=0) as (child, port), ThreadPoolExecutor(self.clients) as pool:
                some = self.asked[begin : begin + _A_LIFE]
                for key, answer in zip(some, pool.map(lambda key: self._ask(port, key), some), strict=True):
                    self._note_whole(key, answer)
                os.kill(child, signal.SIGTERM)
        assert self.received.keys() == set(self.asked), f"not every key was answered (seed {self.seed})"

    def whole(self, bank: Bank, answer: dict[str, Any]) -> dict[str, Any]:
        """Return an answer with its credential, which only the code opens, and all its indexes."""
        with bank.store.read() as transaction:
            stored = transaction.certificates.certificate(answer["number"])
        assert stored is not None, f"a certificate vanished (seed {self.seed})"
        with patch.dict(vars(confirmation_code), CHEAP_CODES):
            credential = open_record(bank, stored, code=answer["confirmation_code"]).credential
        values = [each.value for each in unverified_disclosures(credential)]
        entries = [each["idx"] for each in values if isinstance(each, dict) and "idx" in each]
        indexes = [answer["status"]["idx"], *entries]
        code = answer["confirmation_code"]
        return {**answer, "code": code, "credential": credential, "list": answer["status"]["uri"], "indexes": indexes}

    def _note_whole(self, key: str, answer: tuple[int, str] | None) -> None:
        if answer is None:
            return
        status, content = answer
        code = None if status == _CREATED else json.loads(content).get("code", str(status))
        assert status < http.client.INTERNAL_SERVER_ERROR or code == "busy", f"{status} {content} (seed {self.seed})"
        self.note((key, content if code is None else json.dumps({"error": code})))

    def _ask(self, port: int, key: str) -> tuple[int, str] | None:
        """Ask once; None for an answer that did not arrive whole."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        headers = {
            "Authorization": f"Bearer {self.place.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        try:
            connection.request("POST", _PATH, json.dumps({"entries": [self.place.entry], "purpose": "면접"}), headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except _CUT:
            return None
        finally:
            connection.close()

    @contextmanager
    def _serving(self, moment: str, *, after: int) -> Iterator[tuple[int, int]]:
        """Begin a life; answer process and port. At the end the process is gone, whatever was planned."""
        child, port, line = self._listening(moment, after)
        try:
            yield child, port
        finally:
            with suppress(ProcessLookupError):
                if moment != "never":
                    os.kill(child, signal.SIGKILL)
            with line:
                while line.recv(4096):
                    pass

    def _listening(self, moment: str, after: int) -> tuple[int, int, socket.socket]:
        for _ in range(_STARTS):
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = int(free.getsockname()[1])
            child, line = self.start(moment, after=after, port=port)
            said = line.recv(4096)
            if b"listening" in said:
                return child, port, line
            line.close()
        raise AssertionError(f"the service did not begin (seed {self.seed})")
