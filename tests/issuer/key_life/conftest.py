"""A bank whose keys are changed by the real command, and a verifier that is asked by the real command."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from issuer.bank import Bank
from issuer.bank.key_errors import KeyUnsound
from issuer.cli.keys import key_document
from issuer.key_life.listing import list_keys
from issuer.key_life.switching import switch_due
from keys.trust_list import TrustedIssuer, TrustList
from tests.issuer.conftest import Document, Ran, World


@dataclass(slots=True)
class Keys:
    """The keys of a bank."""

    world: World

    def all(self) -> list[Document]:
        bank = self.world.open()
        with suppress(KeyUnsound):  # as every command of the bank does
            switch_due(bank, now=self.world.now)
        lines = [key_document(each) for each in list_keys(bank)]
        bank.close()
        return lines

    def of(self, use: str, state: str = "signing") -> Document:
        (found,) = [each for each in self.all() if (each["use"], each["state"]) == (use, state)]
        return dict(found)

    def kid(self, use: str, state: str = "signing") -> str:
        return str(self.of(use, state)["kid"])

    def part(self, use: str, state: str = "signing") -> str:
        """A name that the command line never takes for an option."""
        return self.kid(use, state).lstrip("-")

    def rotate(self, use: str, *options: object) -> Document:
        return self.world.json("keys", "rotate", use, *options)

    def distrust(self, part: str, since: datetime, *options: object) -> Document:
        return self.world.json("keys", "distrust", part, "--since", since.isoformat(), *options)

    def refused(self, *arguments: object, code: int = 5) -> str:
        ran: Ran = self.world.run("keys", *arguments)
        assert ran.code == code, ran.err
        return ran.err

    def published(self) -> TrustedIssuer:
        (issuer,) = TrustList.parse((self.world.path / "trust.json").read_bytes()).issuers.values()
        return issuer

    def version(self) -> int:
        return TrustList.parse((self.world.path / "trust.json").read_bytes()).version

    def jwks(self) -> set[str]:
        return {each["kid"] for each in json.loads((self.world.path / "public/jwks.json").read_bytes())["keys"]}

    def change_profile(self, **members: object) -> None:
        file = self.world.path / "bank.json"
        file.write_text(json.dumps(json.loads(file.read_bytes()) | members))

    def records(self) -> list[Document]:
        return list(json.loads((self.world.path / "bank.json").read_bytes())["key_records"])

    def acts(self) -> list[tuple[str, str]]:
        bank: Bank = self.world.open()
        with bank.store.read() as transaction:
            found = [(each.action, str(each.detail)) for each in transaction.audit.acts_after(0, ACTS)]
        bank.close()
        return found


@pytest.fixture
def keys(world: World) -> Keys:
    return Keys(world)


def private_file(world: World, kid: str, use: str) -> Path:
    return world.path / "keys" / f"{use}-{kid}.pem"


DAY = timedelta(days=1)
ACTS = ("key_made", "key_put_to_work", "key_distrusted", "key_retired")
