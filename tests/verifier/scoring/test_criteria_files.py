"""Which policy a path or a name leads to."""

import hashlib
from pathlib import Path

import pytest

from verifier.errors import ScoringFileError
from verifier.scoring import criteria_files
from verifier.scoring.criteria_files import PolicyFile, published_policies, read_policy, read_policy_file

NAME = "ts-hiring-criteria-1.0.0"
DESCRIPTION = b"schema_version: 1\npolicy: {id: ts-hiring-criteria}\n"


def test_a_description_stands_for_the_policy_made_from_it_and_one_that_was_edited_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "criteria.yaml"
    monkeypatch.setattr(criteria_files, "_MADE_FROM", {hashlib.sha256(DESCRIPTION).hexdigest(): NAME})
    path.write_bytes(DESCRIPTION)
    assert read_policy_file(str(path)) == read_policy_file(NAME)
    path.write_bytes(DESCRIPTION.replace(b"1", b"2"))
    edited = read_policy_file(str(path))
    assert edited.name == "criteria.yaml"
    with pytest.raises(ScoringFileError, match=r"criteria\.yaml:1: the document: expected criteria, found none"):
        read_policy(edited)


def test_every_description_leads_to_a_policy_that_is_published() -> None:
    assert set(criteria_files._MADE_FROM.values()) <= set(published_policies())


def test_the_same_bytes_are_read_once_and_other_bytes_or_readings_again() -> None:
    file = read_policy_file(NAME)
    assert read_policy(file) is read_policy(file, {})
    assert read_policy(file, {"AMB-01": "cap_100"}) != read_policy(file)
    edited = PolicyFile(file.name, file.data.replace(b"  version: 1.0.0", b"  version: 1.0.1", 1))
    assert read_policy(edited).policy.version == "1.0.1"
