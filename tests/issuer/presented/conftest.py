"""A bank whose wallet credentials are presented to the bank itself, its service in memory, and their holder."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from fastapi import FastAPI

from credential_schemas.sd_jwt.bind import bind_to_verifier
from credential_schemas.sd_jwt.disclosures import Disclosure
from credential_schemas.sd_jwt.select import keep_disclosures
from issuer.accounts.selection import Choice
from issuer.api.callers import Callers
from issuer.api.desk import ApiDesk
from issuer.app import Desk, ServiceWork, create_app
from issuer.bank import Bank, open_bank
from issuer.cli.main import main
from issuer.issuing.claims import IssueRequest
from issuer.openid4vci.configurations import CERTIFICATE_ID, configurations, flat_id
from issuer.openid4vci.copies import make_copies, record_copies
from issuer.openid4vci.handles import new_nonce
from issuer.tokens import TokenDoor
from issuer.work_places import WorkPlaces
from keys.badge_key import BadgeKey, create_badge_key
from keys.gate.gate import Visitors
from keys.key_files import FileSigner, create_key, write_plain_for_development
from tests.issuer.api_client import Client
from tests.issuer.cheap_codes import cheap_codes
from tests.issuer.conftest import START, URL

__all__ = ["cheap_codes"]

TRAINING = Choice(types=("vocational_training",))
Keep = Callable[[Disclosure], bool]


def everything(_: Disclosure) -> bool:
    return True


def without(*names: str) -> Keep:
    """Show all but members of these names."""
    return lambda disclosure: disclosure.path[-1] not in names


@dataclass
class Holder:
    """A bank with an account, and the wallet of its holder."""

    bank: Bank
    account: str
    now: datetime = START
    key: FileSigner = field(default_factory=lambda: FileSigner(create_key()))
    visitors: Visitors = field(default_factory=Visitors)
    _app: FastAPI | None = None
    _issued: dict[object, str] = field(default_factory=dict)

    @property
    def client(self) -> Client:
        if self._app is None:
            callers = Callers(self.bank, TokenDoor(self.bank, clock=lambda: self.now), self.visitors)
            desk = Desk(visitors=self.visitors, api=ApiDesk(callers, WorkPlaces(), lambda: self.now))
            nothing = ServiceWork(refresh=lambda: None, problems=list)
            self._app = create_app(self.bank.folder, self.bank.profile, nothing, desk=desk)
        return Client(self._app)

    def credential(
        self, choice: Choice = TRAINING, *, flat: str | None = None, days: int = 90, purpose: str = "취업 제출"
    ) -> str:
        """A credential that the bank has issued to the wallet's key; asked again, the same."""
        wanted = (choice, flat, days, purpose)
        if wanted not in self._issued:
            self._issued[wanted] = self.new_credential(choice, flat=flat, days=days, purpose=purpose)
        return self._issued[wanted]

    def new_credential(
        self, choice: Choice = TRAINING, *, flat: str | None = None, days: int = 90, purpose: str = "취업 제출"
    ) -> str:
        """A credential of its own, for a test that changes its status."""
        configuration = configurations(URL)[CERTIFICATE_ID if flat is None else flat_id(flat)]
        request = IssueRequest(self.account, choice, "ko", purpose, valid_days=days)
        made = make_copies(self.bank, request, configuration, keys=[self.key.public_key], now=self.now)
        record_copies(self.bank, made, beside=lambda _: None)
        return made.copies[0].credential

    def present(
        self,
        credential: str,
        keep: Keep = everything,
        *,
        path: str = "/api/v1/prints",
        nonce: str | None = None,
        signer: FileSigner | None = None,
    ) -> str:
        """A presentation for an address of the bank."""
        now = int(self.now.timestamp())
        return bind_to_verifier(
            keep_disclosures(credential, keep),
            audience=f"{URL}{path}",
            nonce=new_nonce(self.bank, now_s=now) if nonce is None else nonce,
            issued_at=now,
            holder=signer or self.key,
        )

    def wait(self, **duration: float) -> None:
        self.now += timedelta(**duration)


@cache
def badge_key() -> BadgeKey:
    """One key for all banks of the tests; to make one takes a second."""
    return create_badge_key()


@pytest.fixture(scope="module")
def opened(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Holder]:
    path = tmp_path_factory.mktemp("presented") / "bank"
    shutil.copytree(founded, path)
    write_plain_for_development(path / "keys/badges.pem", badge_key())
    answer = path.parent / "account.json"
    with answer.open("w") as out, redirect_stdout(out):
        options = ("--consent-all", "--json", "--data", str(path))
        assert main(["accounts", "open", "--person", "SYN-P-001", *options], clock=lambda: START) == 0
    bank = open_bank(path, passphrase=None)
    yield Holder(bank, str(json.loads(answer.read_text())["id"]))
    bank.close()


@pytest.fixture
def holder(opened: Holder) -> Holder:
    opened.now = START
    opened.visitors.limits._memory.reset()
    return opened
