"""A check and its receipt follow one set of rules, also while an administrator changes them."""

from dataclasses import replace
from typing import Any

import pytest

from keys.confirmation_code import generate_code
from keys.key_files import FileSigner, create_key
from tests.verifier.world import ISSUER, World
from verifier import service as service_module
from verifier.api.receipts import ReceiptWish
from verifier.checks.assembling import Verification, examine
from verifier.checks.rules import Rules
from verifier.evidence.gathering import Submission
from verifier.evidence.pool import ReaderPool
from verifier.policies.profile import Profile
from verifier.receipt.making import ReceiptDesk
from verifier.receipt.reading import read_receipt
from verifier.receipt.token import MEDIA_TYPE
from verifier.service import VerificationService

SIGNER = FileSigner(create_key())


def other_rules(world: World) -> Rules:
    world.trust["version"] = 9
    world.profile = Profile("another")
    return world.rules()


def test_a_receipt_names_the_rules_of_its_check(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = ReceiptDesk(SIGNER, "한국예시공사")
    with ReaderPool(0, waiting=0) as readers:
        service = VerificationService(world.rules(), now=lambda: world.now, readers=readers, desk=desk)

        def examined_while_the_rules_change(*arguments: Any, **more: Any) -> Verification:  # noqa: ANN401 - passed on
            found = examine(*arguments, **more)
            service.use(other_rules(world))
            return found

        monkeypatch.setattr(service_module, "examine", examined_while_the_rules_change)
        give = service.receipts
        assert give is not None
        wish = ReceiptWish(MEDIA_TYPE, with_content=False, language="ko")
        made = give(Submission("a", world.token().encode()), wish)
    contents = read_receipt(made, keys={SIGNER.key_id: SIGNER.public_key}).contents
    assert (contents.trust_version, contents.profile.name) == ("3", "default")


def test_a_number_is_asked_about_and_checked_by_the_same_rules(world: World) -> None:
    world.issuer["confirmation_url"] = f"{ISSUER}/api/v1/confirmations"
    first = world.rules()
    with ReaderPool(0, waiting=0) as readers:

        def ask(_issuer: object, _number: object) -> bytes:
            service.use(replace(other_rules(world), require_document=True))
            return world.token().encode()

        service = VerificationService(first, now=lambda: world.now, readers=readers, ask=ask)
        report = service.verify_number(generate_code(lambda count: bytes(range(count))), None)
    assert (report.verdict.value, report.context.profile) == ("valid", "default")
