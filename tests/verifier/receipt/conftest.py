"""A verifier that gives receipts, in the small signed world."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from credential_schemas.report.messages import Language
from keys.jwk import PublicKey
from keys.key_files import FileSigner, create_key
from tests.verifier.world import World
from verifier.checks.assembling import Verification, examine
from verifier.checks.rules import Moment, Rules
from verifier.evidence.gathering import Submission
from verifier.receipt.digests import sha256_hex
from verifier.receipt.kept import KeptMaterial
from verifier.receipt.making import Receipt, ReceiptMaker
from verifier.receipt.reading import ProvedReceipt, read_receipt
from verifier.receipt.record import Circumstances

NAME = "한국예시공사 인사팀"


@dataclass
class Office:
    """Checks, makes receipts, keeps the lists."""

    world: World
    signer: FileSigner = field(default_factory=lambda: FileSigner(create_key()))
    language: Language = "ko"

    @property
    def keys(self) -> dict[str, PublicKey]:
        return {self.signer.key_id: self.signer.public_key}

    @property
    def kept(self) -> KeptMaterial:
        return KeptMaterial(self.world.folder / "kept")

    @property
    def trust(self) -> bytes:
        return json.dumps(self.world.trust).encode()

    def rules(self, **more: Any) -> Rules:  # noqa: ANN401 - the members of Rules
        return replace(self.world.rules(), trust_sha256=sha256_hex(self.trust), **more)

    def check(self, data: bytes | str, rules: Rules | None = None, *, name: str = "evidence") -> Verification:
        raw = data if isinstance(data, bytes) else data.encode()
        moment = Moment(self.world.now, self.world.simulated)
        return examine(Submission(name, raw), rules=rules or self.rules(), moment=moment, reader=self.world.reader)

    def maker(self, rules: Rules | None = None) -> ReceiptMaker:
        circumstances = Circumstances(rules or self.rules(), NAME, "0.1.0", self.world.now)
        return ReceiptMaker(self.signer, circumstances, self.language)

    def token(self, data: bytes | str, rules: Rules | None = None, *, with_content: bool = False) -> str:
        maker = self.maker(rules)
        recorded = maker.record(self.check(data, rules), with_content=with_content)
        self.kept.keep(self.trust)
        for text in recorded.list_texts.values():
            self.kept.keep(text.encode())
        return maker.as_token(recorded).token

    def page(self, data: bytes | str, *, with_content: bool = False) -> Receipt:
        maker = self.maker()
        return maker.as_page(maker.record(self.check(data, name="홍길동.sdjwt"), with_content=with_content))

    def read(self, receipt: bytes | str) -> ProvedReceipt:
        return read_receipt(receipt if isinstance(receipt, bytes) else receipt.encode(), keys=self.keys)


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)
