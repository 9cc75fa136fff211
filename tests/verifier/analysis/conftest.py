"""The company of the tests of the analysis."""

import pytest

from tests.verifier.analysis.people import Company
from tests.verifier.world import World


@pytest.fixture
def company(world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Company:
    for name in ("VERIFIER_TRUST", "VERIFIER_PROFILE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VERIFIER_CONFIG", str(world.folder / "config"))
    monkeypatch.setenv("VERIFIER_STATE", str(world.folder / "state"))
    return Company(world, capsys)
