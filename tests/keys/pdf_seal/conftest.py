"""The one small world that the seal's tests share."""

import pytest

from keys.pdf_seal import apply_seal
from tests.keys.pdf_seal.sealing import SIGNED_AT, Authority, SealWorld, draw


@pytest.fixture(scope="session")
def seal_world() -> SealWorld:
    root = Authority("Test root")
    sealer = root.sealer()
    drawn = draw()
    return SealWorld(root, sealer, drawn, apply_seal(drawn, sealer=sealer, signed_at=SIGNED_AT))
