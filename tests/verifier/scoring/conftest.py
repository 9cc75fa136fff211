"""The personnel office of the tests of scoring."""

import pytest

from tests.verifier.scoring.office import Office
from tests.verifier.world import World


@pytest.fixture
def office(world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Office:
    for name in ("VERIFIER_TRUST", "VERIFIER_PROFILE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VERIFIER_CONFIG", str(world.folder / "config"))
    monkeypatch.setenv("VERIFIER_STATE", str(world.folder / "state"))
    return Office(world, capsys)
