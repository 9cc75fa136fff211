"""The holder's choice of disclosures."""

import pytest

from credential_schemas.errors import SdJwtBuildError, SdJwtRefused
from credential_schemas.sd_jwt.build import Disclosable, build_sd_jwt
from credential_schemas.sd_jwt.disclosures import Path
from credential_schemas.sd_jwt.select import add_disclosures, at_or_below, keep_disclosures, unverified_disclosures
from credential_schemas.sd_jwt.verify import VerifiedSdJwt, verify_sd_jwt_vc
from tests.credential_schemas.sd_jwt.conftest import NOW, POLICY, World, disclosure, random_bytes

PATHS: list[Path] = [
    ("holder",),
    ("holder", "name"),
    ("list", 0),
    ("list", 1),
    ("list", 1, "title"),
    ("list", 1, "grade"),
    ("list", 2),
]


@pytest.fixture(scope="module")
def credential(world: World) -> str:
    claims = world.claims(
        holder={"name": "n"}, list=[{"title": "a"}, {"title": "b", "grade": "g", "id": 1}, {"title": "c"}]
    )
    return build_sd_jwt(claims, disclose=Disclosable(PATHS), signer=world.issuer, random_bytes=random_bytes)


def read(world: World, token: str) -> VerifiedSdJwt:
    return verify_sd_jwt_vc(token, policy=POLICY, keys=world.find_key, now=NOW)


def test_disclosures_are_listed_with_their_paths_and_parents_first(credential: str) -> None:
    found = unverified_disclosures(credential)
    seen = [None, *(item.text for item in found)]
    assert {item.path for item in found} == set(PATHS)
    assert all(item.parent in seen[: seen.index(item.text)] for item in found)


def test_nothing_kept_discloses_nothing(world: World, credential: str) -> None:
    verified = read(world, keep_disclosures(credential, lambda _item: False))
    assert verified.payload == world.claims(list=[])
    assert verified.disclosures == ()


def test_everything_kept_is_the_same_text(credential: str) -> None:
    assert keep_disclosures(credential, lambda _item: True) == credential


def test_chosen_entry_is_disclosed_with_what_lies_in_it(world: World, credential: str) -> None:
    verified = read(world, keep_disclosures(credential, at_or_below([("list", 1)])))
    assert verified.payload == world.claims(list=[{"title": "b", "grade": "g", "id": 1}])


def test_chosen_member_brings_its_parent_and_not_its_siblings(world: World, credential: str) -> None:
    verified = read(world, keep_disclosures(credential, at_or_below([("list", 1, "grade"), ("list", 2)])))
    assert verified.payload == world.claims(list=[{"id": 1, "grade": "g"}, {"title": "c"}])


def test_choice_can_be_narrowed_twice(credential: str) -> None:
    narrowed = keep_disclosures(credential, at_or_below([("list",)]))
    assert keep_disclosures(narrowed, at_or_below([("list", 0)])) == keep_disclosures(
        credential, at_or_below([("list", 0)])
    )


def test_withheld_disclosures_can_be_added_again(world: World, credential: str) -> None:
    withheld = [item.text for item in unverified_disclosures(credential) if item.path[0] == "holder"]
    blind = keep_disclosures(credential, at_or_below([("list",)]))
    assert read(world, add_disclosures(blind, withheld)).payload == read(world, credential).payload


def test_foreign_disclosure_is_not_added(credential: str) -> None:
    with pytest.raises(SdJwtRefused, match="E_DISCLOSURE_UNREFERENCED"):
        add_disclosures(credential, [disclosure("salt", "name", "other")])


def test_disclosure_is_not_added_twice(credential: str) -> None:
    with pytest.raises(SdJwtRefused, match="E_DISCLOSURE_DUPLICATE"):
        add_disclosures(credential, [unverified_disclosures(credential)[0].text])


def test_bound_presentation_is_not_changed(credential: str) -> None:
    with pytest.raises(SdJwtBuildError, match="key-binding JWT"):
        keep_disclosures(credential + "a.b.c", lambda _item: True)
    with pytest.raises(SdJwtBuildError, match="key-binding JWT"):
        add_disclosures(credential + "a.b.c", [])


def test_text_that_is_no_sd_jwt_is_refused() -> None:
    with pytest.raises(SdJwtRefused, match="E_FORMAT"):
        keep_disclosures("nope", lambda _item: True)
