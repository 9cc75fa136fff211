"""Kill the issuing service at random moments, and check after each life what must hold whatever happened.

The clients are here: they ask with retry keys, note every whole answer that reached them, and ask again after a
crash. What is checked (SECURITY 2.2): numbers are unique (I1); so are status indexes (I2); what a client received
verifies, is in the log, opens with its code and stays (I3); the log is sound and only grows (I4), so is the audit trail
(I5); a retry gives the same answer, and no key two certificates (I6); the bank is ready again without repair (I7).
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import Any, Self
from unittest.mock import patch

from credential_schemas.sd_jwt.issuer_keys import trust_list_key_finder
from credential_schemas.sd_jwt.policy import VerificationPolicy
from credential_schemas.sd_jwt.verify import verify_sd_jwt_vc
from issuer.audit.verifying import verify_trail
from issuer.bank import Bank, open_bank
from issuer.cli.main import main
from issuer.issued.sealed_records import open_record
from issuer.log.files import publish_log
from issuer.log.verifying import verify_log
from keys import confirmation_code
from keys.trust_list import TrustList
from tests.torture.service import CHEAP_CODES

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SOURCES = ("persons", "hrdnet_training")
PATIENCE_S = 120
MOMENTS = ("any", "any", "before commit", "after commit")


@dataclass(frozen=True, slots=True)
class Place:
    """A bank that is tortured: its folder, the URL of its database on a server, and the account it issues for."""

    bank: Path
    database: str | None
    account: str
    token: str = field(default="", repr=False)
    entry: str = ""

    def open(self) -> Bank:
        return open_bank(self.bank, passphrase=None, database=self.database)


def found(folder: Path, database: str | None) -> Place:
    """Make a bank with one linked account."""
    folder.mkdir(parents=True, exist_ok=True)
    bank = folder / "bank"

    def run(*arguments: object) -> dict[str, Any]:
        with (folder / "said.json").open("w+") as out, redirect_stdout(out):
            assert main([*map(str, arguments), "--data", str(bank), "--json"], clock=lambda: NOW) == 0
        return dict(json.loads((folder / "said.json").read_text()))

    with environment(database):
        run("init", "--dev", "--url", "https://bank.example")
        for source in SOURCES:
            (delivery,) = (ROOT / "examples/deliveries").glob(f"{source}.*")
            run("import", source, delivery)
        account = run("accounts", "open", "--person", "SYN-P-001", "--consent-all")["id"]
        named = ("--account", account, "--name", "torture", "--scope", "issue", "--days", "30")
        token = run("token", "create", *named)["token"]
        entry = run("accounts", "show", account)["entries"][0]["id"]
    return Place(bank, database, account, token, entry)


@contextmanager
def environment(database: str | None) -> Iterator[None]:
    """Set ISSUER_DATABASE for a while."""
    previous = {name: os.environ.pop(name, None) for name in ("ISSUER_DATABASE", "ISSUER_PASSPHRASE")}
    if database is not None:
        os.environ["ISSUER_DATABASE"] = database
    try:
        yield
    finally:
        os.environ.pop("ISSUER_DATABASE", None)
        os.environ.update({name: value for name, value in previous.items() if value is not None})


class Service:
    """Starts lives of the service from one process that has everything imported."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        command = [sys.executable, "-m", "tests.torture.service", str(theirs.fileno())]
        self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()])
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._control.close()
        self._process.wait(PATIENCE_S)

    def start(self, plan: dict[str, Any]) -> tuple[int, socket.socket]:
        """Begin a life; answer the process number and the line to it."""
        ours, theirs = socket.socketpair()
        socket.send_fds(self._control, [json.dumps(plan).encode()], [theirs.fileno()])
        theirs.close()
        child = int(self._control.recv(64))
        ours.settimeout(PATIENCE_S)
        return child, ours


@dataclass(slots=True)
class Torture:
    """One run of many lives; everything random comes from the seed, but for the moment in which a signal arrives."""

    place: Place
    service: Service
    seed: int
    clients: int
    received: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    died: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    retries: int = 0
    grown: tuple[int, int] = (0, 0)
    checkpoint: bytes | None = None
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def life(self) -> None:
        """One life that ends by kill -9: new keys and retries, in a random order."""
        keys = [str(uuid.UUID(int=self.chance.getrandbits(128))) for _ in range(self.clients // 2)]
        self.asked += keys
        again = self.chance.sample(self.asked, self.clients // 2)
        asking = [*keys, *again]
        self.chance.shuffle(asking)
        moment = self.chance.choice(MOMENTS)
        answers = self.chance.randrange(1, self.clients // 2)
        child, line = self.start(moment, after=answers)
        line.sendall("".join(f"{key}\n" for key in asking).encode())
        with line, line.makefile("rb") as lines:
            for count, whole in enumerate(self._answers(lines), start=1):
                self.note(whole)
                if moment == "any" and count == answers:
                    sleep(self.chance.random() * 0.05)
                    os.kill(child, signal.SIGKILL)
        self.died[moment] = self.died.get(moment, 0) + 1

    def last_life(self) -> None:
        """A life without a kill, in which every key is asked once more and answered."""
        _, line = self.start("never", after=0)
        with line, line.makefile("rb") as lines:
            line.sendall("".join(f"{key}\n" for key in self.asked).encode())
            line.shutdown(socket.SHUT_WR)
            answers = list(self._answers(lines))
        assert answers.pop() == ("end", "null"), f"the store is not sound (seed {self.seed})"
        for answer in answers:
            self.note(answer)
        assert self.received.keys() == set(self.asked), f"not every key was answered (seed {self.seed})"

    def note(self, answer: tuple[str, str]) -> None:
        """Keep what a client received; the same key never gets another answer (I6)."""
        key, content = answer
        said = json.loads(content)
        assert "fault" not in said, f"{said['fault']} (seed {self.seed})"
        if "error" in said:
            code = said["error"]
            self.refused[code] = self.refused.get(code, 0) + 1
            return
        self.retries += key in self.received
        assert self.received.setdefault(key, content) == content, f"a retry got another answer (seed {self.seed})"

    def check(self) -> None:
        """Check what must hold now."""
        bank = self.place.open()
        try:
            self._check_records(bank)
            self._check_trails(bank)
        finally:
            bank.close()

    def _check_records(self, bank: Bank) -> None:
        trust = TrustList.parse((self.place.bank / "trust.json").read_bytes())
        (issuer,) = trust.issuers.values()
        policy = VerificationPolicy(expected_types=frozenset({issuer.types[0].vct}))
        numbers, indexes = set(), set()
        with bank.store.read() as transaction:
            assert transaction.certificates.count() <= len(self.asked), f"a key has two certificates (seed {self.seed})"
            for content in self.received.values():
                answer = self.whole(bank, json.loads(content))
                numbers.add(answer["number"])
                indexes |= {(answer["list"], idx) for idx in answer["indexes"]}
                stored = transaction.certificates.certificate(answer["number"])
                assert stored is not None, f"a certificate vanished (seed {self.seed})"
                assert stored.status == "valid"
                assert transaction.log.entry_of(answer["number"]) is not None, f"not in the log (seed {self.seed})"
                verify_sd_jwt_vc(
                    answer["credential"], policy=policy, keys=trust_list_key_finder(trust), now=int(NOW.timestamp())
                )
        assert len(numbers) == len(self.received), f"a number was used twice (seed {self.seed})"
        assert len(indexes) == 2 * len(self.received), f"a status index was used twice (seed {self.seed})"
        content = self.chance.choice(sorted(self.received.values()) or [""])
        if content:
            self._check_copy(bank, self.whole(bank, json.loads(content)))

    def whole(self, _bank: Bank, answer: dict[str, Any]) -> dict[str, Any]:
        """Return an answer with all that is checked of it: number, code, credential, list and indexes."""
        return answer

    def _check_trails(self, bank: Bank) -> None:
        """Log and audit trail are sound, and begin with what they were before."""
        (issuer,) = TrustList.parse((self.place.bank / "trust.json").read_bytes()).issuers.values()
        assert issuer.log_key is not None
        publish_log(bank)
        log = verify_log(bank, key=issuer.log_key, earlier=self.checkpoint)
        trail = verify_trail(bank, key=issuer.log_key)
        assert (log.findings, trail.findings) == ((), ()), f"(seed {self.seed})"
        grown = (log.size, trail.size)
        assert grown[0] >= self.grown[0], f"the log became shorter (seed {self.seed})"
        assert grown[1] >= self.grown[1], f"the trail became shorter (seed {self.seed})"
        self.grown = grown
        if log.size:
            self.checkpoint = (bank.folder.log / "checkpoint").read_bytes()

    def _check_copy(self, bank: Bank, answer: dict[str, Any]) -> None:
        with bank.store.read() as transaction:
            stored = transaction.certificates.certificate(answer["number"])
        assert stored is not None
        with patch.dict(vars(confirmation_code), CHEAP_CODES):
            assert open_record(bank, stored, code=answer["code"]).credential == answer["credential"]

    def start(self, moment: str, *, after: int, port: int | None = None) -> tuple[int, socket.socket]:
        """Begin a life that dies at a moment; answer the process number and the line to it."""
        plan = {
            "bank": str(self.place.bank),
            "database": self.place.database,
            "account": self.place.account,
            "now": NOW.isoformat(),
            "clients": self.clients,
            "moment": moment,
            "after": after,
            "port": port,
        }
        return self.service.start(plan)

    @staticmethod
    def _answers(lines: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - the file of a socket
        """Yield whole answers; one that the kill cut off was not received."""
        try:
            for line in lines:
                if line.endswith(b"\n"):
                    key, _, content = line.decode().rstrip("\n").partition("\t")
                    yield key, content
        except ConnectionResetError:
            return
