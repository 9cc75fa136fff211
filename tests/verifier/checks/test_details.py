"""What a check says for programs: the code of the step, the note, and no more than was found."""

import pytest

from credential_schemas.qr.payload import encode_qr_payload
from credential_schemas.report.outcomes import PROOF_CHECKS, CheckName, Outcome
from tests.verifier.world import World


def test_unknown_issuer_and_unknown_key_carry_the_code_of_step_6(world: World) -> None:
    stranger = world.check(world.token(signer=world.keys.stranger))
    assert stranger.check(CheckName.ISSUER_TRUST).detail == {"code": "E_KEY"}
    world.issuer["id"] = "https://other.example"
    assert world.check(world.token()).check(CheckName.ISSUER_TRUST).detail == {"code": "E_KEY"}


@pytest.mark.parametrize(
    ("token", "check", "code"),
    [
        pytest.param("a.b.c~", CheckName.FORMAT, "E_FORMAT", id="no token"),
        pytest.param("e30.e30.AAAA~", CheckName.FORMAT, "E_TYP", id="no type"),
    ],
)
def test_single_refusal_carries_code_and_note_but_no_list_of_codes(
    world: World, token: str, check: CheckName, *, code: str
) -> None:
    detail = world.check(token).check(check).detail
    assert set(detail) == {"code", "note"}
    assert detail["code"] == code
    assert detail["note"]


def test_proof_checks_before_the_one_that_failed_have_passed_and_later_ones_were_skipped(world: World) -> None:
    header, payload, rest = world.token().split(".", 2)
    report = world.check(f"{header}.{payload}.{'A' * 86}{rest[86:]}")
    outcomes = [report.check(name).outcome for name in PROOF_CHECKS]
    assert outcomes == [Outcome.PASSED, Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED]


def test_address_that_is_not_the_issuers_is_shown_up_to_its_200th_character(world: World) -> None:
    address = "https://evil.example/" + "a" * 300
    report = world.check(f"{address}#{encode_qr_payload(world.token())}", is_code_text=True)
    assert report.check(CheckName.PRINT_MATCH).detail == {"links": [address[:200]]}


def test_unknown_key_is_looked_for_nowhere_else(world: World) -> None:
    world.check(world.token(signer=world.keys.stranger))
    assert world.requested == []
