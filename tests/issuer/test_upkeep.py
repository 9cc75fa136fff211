"""What the service does each minute: what cannot be done keeps nothing else from being done."""

from collections.abc import Iterator

import pytest

from issuer.bank import Bank
from issuer.bundling import TRUST_BUNDLE
from issuer.errors import StorageUnusable
from issuer.issued.status_changes import StatusOrder, change_certificates
from issuer.upkeep import Upkeep
from tests.issuer.conftest import Document, World


@pytest.fixture
def bank(world: World, issued: Document) -> Iterator[Bank]:
    bank = world.open()
    change_certificates(bank, [str(issued["number"])], StatusOrder("revoke", "holder_request"), now=world.now)
    yield bank
    bank.close()


def test_a_step_that_fails_is_raised_after_all_the_others_were_done(
    world: World, bank: Bank, caplog: pytest.LogCaptureFixture
) -> None:
    bank.folder.taken_back.write_text("not a list of what was taken back\n")
    bundle = bank.folder.public / TRUST_BUNDLE
    bundle.unlink(missing_ok=True)
    with pytest.raises(StorageUnusable, match="it is damaged; move it away"):
        Upkeep(bank, clock=lambda: world.now).run()
    assert bundle.is_file()
    assert caplog.messages == []


def test_a_further_failure_is_a_line_of_the_log_without_its_words(
    world: World, bank: Bank, caplog: pytest.LogCaptureFixture
) -> None:
    bank.folder.taken_back.write_text("not a list of what was taken back\n")
    (bank.folder.path / "witnesses.json").write_text("[]")
    with pytest.raises(StorageUnusable):
        Upkeep(bank, clock=lambda: world.now).run()
    (said,) = caplog.messages
    assert said.startswith("asking witnesses failed: FileUnreadable in issuer.log.witnesses:")


def test_what_could_not_be_done_is_done_when_its_obstacle_is_gone(world: World, bank: Bank) -> None:
    bank.folder.taken_back.write_text("not a list of what was taken back\n")
    upkeep = Upkeep(bank, clock=lambda: world.now)
    with pytest.raises(StorageUnusable):
        upkeep.run()
    bank.folder.taken_back.unlink()
    upkeep.run()
    assert "certificate_status_changed" in bank.folder.taken_back.read_text("utf-8")
