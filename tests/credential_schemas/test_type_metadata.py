"""The type metadata document: valid against the OIDF schema, complete, and the same bytes each time."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from credential_schemas.entry_types import EntryTypes, categories, entry_types
from credential_schemas.type_metadata import certificate_vct, flat_vct, type_metadata

SCHEMA = Path(__file__).parents[1] / "vectors" / "oidf-conformance" / "type_metadata.json"
ISSUER = "https://bank.example"

Document = dict[str, Any]  # decoded JSON


@pytest.fixture
def document() -> Document:
    """The decoded document."""
    decoded: Document = json.loads(type_metadata(ISSUER))
    return decoded


@pytest.fixture
def claims(document: Document) -> dict[tuple[str | None, ...], Any]:
    """The claims by path."""
    return {tuple(claim["path"]): claim for claim in document["claims"]}


def test_document_fits_the_schema_of_the_conformance_suite(document: Document) -> None:
    jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_vct_is_the_address_of_the_document(document: Document) -> None:
    assert document["vct"] == certificate_vct(ISSUER) == "https://bank.example/vct/competency-certificate/1"
    assert certificate_vct("https://bank.example/") == certificate_vct(ISSUER)
    assert certificate_vct("https://bank.example/X") == "https://bank.example/X/vct/competency-certificate/1"
    assert flat_vct("https://bank.example/X/", "a") == "https://bank.example/X/vct/entry/a/1"


def test_type_and_every_claim_have_a_name_in_both_languages(document: Document) -> None:
    assert [each["name"] for each in document["display"]] == ["직무능력 인정서", "Competency certificate"]
    for claim in document["claims"]:
        assert [(label["locale"], bool(label["label"])) for label in claim["display"]] == [
            ("ko-KR", True),
            ("en-US", True),
        ]


def test_each_path_is_described_once(document: Document, claims: dict[tuple[str | None, ...], Any]) -> None:
    assert len(document["claims"]) == len(claims)


def test_every_field_of_every_type_is_described_and_no_forbidden_one(
    claims: dict[tuple[str | None, ...], Any],
) -> None:
    for entry_type in entry_types().values():
        for field in entry_type.own_fields:
            assert (entry_type.category, None, field.name) in claims
        for name in entry_type.forbidden_fields:
            assert (entry_type.category, None, name) not in claims


def test_holder_members_and_entries_are_always_disclosures_and_arrays_never(
    claims: dict[tuple[str | None, ...], Any],
) -> None:
    assert {claims["holder", name]["sd"] for name in ("name", "name_en", "birth_date")} == {"always"}
    assert {claims[category, None]["sd"] for category in categories()} == {"always"}
    assert {claims[(category,)]["sd"] for category in categories()} == {"never"}
    assert claims["certificate", "number"]["sd"] == "allowed"


def test_mandatory_is_what_every_certificate_has(claims: dict[tuple[str | None, ...], Any]) -> None:
    assert {path for path, claim in claims.items() if claim["mandatory"]} == {
        ("certificate", "number"),
        ("certificate", "kind"),
        ("certificate", "edition"),
        ("certificate", "purpose"),
        ("holder", "name"),
        ("holder", "birth_date"),
    }


def test_types_of_another_registry_are_described_instead() -> None:
    only = EntryTypes(each for each in entry_types().values() if each.category == "trainings")
    paths = {tuple(claim["path"]) for claim in json.loads(type_metadata(ISSUER, types=only))["claims"]}
    assert ("trainings", None, "hours") in paths
    assert ("qualifications", None, "series") not in paths


def test_bytes_are_the_same_in_another_process_with_another_hash_seed() -> None:
    code = "import sys; from credential_schemas.type_metadata import type_metadata; "
    code += f"sys.stdout.buffer.write(type_metadata({ISSUER!r}))"
    environment = {"PYTHONHASHSEED": "12345"}
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment)
    assert other.stdout == type_metadata(ISSUER)
