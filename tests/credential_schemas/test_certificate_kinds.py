"""Kinds of certificates and institutions: what their files say; errors: what they tell a program."""

import json
from pathlib import Path

import pytest

from credential_schemas.bodies import known_institutions, registered_bodies
from credential_schemas.certificate_kinds import certificate_kinds
from credential_schemas.creator_tool import creator_tool, wording_of
from credential_schemas.entry_types import Names
from credential_schemas.errors import EntryTypeError, IssuerNotTrusted, KeyUnknown, QrPayloadTooLarge

FILE = Path(__file__).parents[2] / "credential_schemas" / "certificate_kinds.json"


def test_every_kind_is_read_word_for_word() -> None:
    written = json.loads(FILE.read_text("utf-8"))
    kinds = certificate_kinds()
    assert [*kinds] == [each["id"] for each in written]
    for each, kind in zip(written, kinds.values(), strict=True):
        assert (kind.id, kind.names) == (each["id"], Names(each["ko"], each["en"]))
        texts = (kind.title, kind.subtitle, kind.attestation)
        assert texts == tuple(Names(**each[name]) for name in ("title", "subtitle", "attestation"))
        assert kind.categories == (None if each["categories"] is None else frozenset(each["categories"]))


def test_kind_allows_its_categories_and_no_other_and_one_without_any_allows_all() -> None:
    competency, education = certificate_kinds()["competency"], certificate_kinds()["education"]
    assert [kind.allows("careers") for kind in (competency, education)] == [True, False]
    assert [kind.allows("educations") for kind in (competency, education)] == [True, True]


def test_every_registered_body_is_a_known_institution() -> None:
    assert set(registered_bodies().values()) <= set(known_institutions())
    assert len({names.ko for names in known_institutions()}) == len(known_institutions())


@pytest.mark.parametrize("number", [1, 7, 9999])
def test_version_of_the_wording_is_read_back_from_the_name_of_the_tool(number: int) -> None:
    assert wording_of(creator_tool(number)) == number
    assert wording_of(creator_tool(number) + " ") is None


@pytest.mark.parametrize("number", [0, 10_000, -1])
def test_number_that_no_version_has_is_not_read(number: int) -> None:
    assert wording_of(creator_tool(number)) is None


def test_refusals_of_trust_tell_their_code_and_step() -> None:
    refusals = [
        IssuerNotTrusted("x"),
        IssuerNotTrusted("x", code="E_VCT"),
        KeyUnknown("x"),
        KeyUnknown("x", code="E_CERT"),
    ]
    assert [(each.code, each.step) for each in refusals] == [("E_KEY", 6), ("E_VCT", 6), ("E_KEY", 6), ("E_CERT", 7)]


def test_errors_tell_where_and_what_kind() -> None:
    errors = [EntryTypeError("iat", "x"), EntryTypeError("exp", "x", kind="not_a_day")]
    assert [(each.field, each.kind) for each in errors] == [("iat", "wrong_kind"), ("exp", "not_a_day")]
    assert [QrPayloadTooLarge(side, "x").needed_modules for side in (None, 21)] == [None, 21]
