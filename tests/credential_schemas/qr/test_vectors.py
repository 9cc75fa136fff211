"""Our published vectors of the payload: any other implementation must answer the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from credential_schemas.errors import QrPayloadError
from credential_schemas.qr.dictionary import SHA256
from credential_schemas.qr.framing import join_codes
from credential_schemas.qr.payload import decode_qr_payload
from tests.vectors.qr import make

VECTORS = json.loads((Path(__file__).resolve().parents[2] / "vectors" / "qr" / "payload-v1.json").read_text("utf-8"))


def named(cases: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in cases]


def test_the_vectors_are_made_with_the_published_dictionary() -> None:
    assert VECTORS["dictionary"] == {"1": SHA256[1]}


def test_the_vectors_carry_the_credentials_that_their_script_makes() -> None:
    assert {case["name"]: case["credential"] for case in VECTORS["whole"]} == make.whole()


@pytest.mark.parametrize("case", named(VECTORS["whole"]))
def test_a_whole_payload_gives_its_credential(case: dict[str, Any]) -> None:
    assert decode_qr_payload(case["payload"]) == case["credential"]


@pytest.mark.parametrize("case", named(VECTORS["damaged"]))
def test_a_damaged_payload_gives_its_refusal(case: dict[str, Any]) -> None:
    with pytest.raises(QrPayloadError) as caught:
        decode_qr_payload(case["payload"])
    assert caught.value.kind == case["kind"]


@pytest.mark.parametrize("case", named([case for case in VECTORS["several_codes"] if "payload" in case]))
def test_several_codes_give_their_payload(case: dict[str, Any]) -> None:
    assert join_codes(case["texts"]) == case["payload"]


@pytest.mark.parametrize("case", named([case for case in VECTORS["several_codes"] if "kind" in case]))
def test_codes_that_do_not_join_give_their_refusal(case: dict[str, Any]) -> None:
    with pytest.raises(QrPayloadError) as caught:
        join_codes(case["texts"])
    assert (caught.value.kind, list(caught.value.missing)) == (case["kind"], case.get("missing", []))
