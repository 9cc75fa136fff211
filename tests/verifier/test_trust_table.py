"""Who is trusted for which type of entry: the table of `trust list`, for people and for programs."""

import json

import pytest

from credential_schemas.entry_types import entry_types
from tests.verifier.world import ISSUER, VCT, JsonObject, World
from verifier.cli.main import main

OTHER = "https://language.example"


def listed(world: World, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    path = world.folder / "trust.json"
    path.write_text(json.dumps(world.trust))
    assert main(["trust", "list", "--trust", str(path), *more]) == 0
    return capsys.readouterr().out


def with_another(world: World) -> None:
    issuers = world.trust["issuers"]
    assert isinstance(issuers, list)
    kinds: JsonObject = {"vct": f"{OTHER}/vct/competency-certificate/1", "entry_types": ["language_test"]}
    issuers.append({**world.issuer, "id": OTHER, "types": [kinds], "origins": [OTHER]})
    world.issuer["types"] = [{"vct": VCT, "entry_types": ["contest_award", "language_test"]}]


def test_each_type_of_entry_names_the_issuers_that_are_trusted_for_it(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    with_another(world)
    assert json.loads(listed(world, capsys, "--json"))["trusted_for"] == {
        "contest_award": [ISSUER],
        "language_test": [ISSUER, OTHER],
    }
    lines = listed(world, capsys, "--lang", "ko").splitlines()
    first = lines.index("항목 유형마다 신뢰하는 발급기관:")
    assert [line.split() for line in lines[first + 1 : first + 3]] == [
        ["공모전·경진대회", "수상", ISSUER],
        ["공인어학성적", f"{ISSUER},", OTHER],
    ]


def test_an_issuer_without_limits_is_trusted_for_every_type_that_credentials_have(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    trusted = json.loads(listed(world, capsys, "--json"))["trusted_for"]
    assert [*trusted] == [name for name in entry_types() if entry_types().in_credentials(name) is not None]
    assert "which issuers are trusted" not in listed(world, capsys, "--lang", "en")
