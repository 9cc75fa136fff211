"""Matching: what agrees, what differs, what was not shown; and always said how."""

import dataclasses
from datetime import date

import pytest

from credential_schemas.certificate_claims import CertificateClaims
from credential_schemas.report.model import Content
from tests.verifier.world import World, claims, content
from verifier.batch.manifest import Application
from verifier.batch.matching import Match, Result, compare_names, match_application

BORN = date(1995, 3, 2)


def shown(world: World, given: CertificateClaims) -> Content:
    return content(world.check(world.token(given)))


def results(match: Match) -> dict[str, tuple[str, str]]:
    return {each.what: (each.result.value, each.how) for each in match.compared}


def test_certificate_of_the_applicant_agrees(world: World) -> None:
    given = dataclasses.replace(claims(), applicant_no="A-7")
    match = match_application(Application("A-7", "홍길동", BORN), shown(world, given))
    assert (match.result, match.why) == (Result.YES, "agrees")
    assert results(match) == dict.fromkeys(("applicant_no", "name", "birth_date"), ("yes", "exact"))


def test_every_comparison_shows_both_values(world: World) -> None:
    match = match_application(Application("A-7", "홍 길동"), shown(world, claims())).to_json()
    assert match["compared"] == [
        {
            "what": "applicant_no",
            "result": "not_disclosed",
            "how": None,
            "application": "A-7",
            "certificate": None,
        },
        {
            "what": "name",
            "result": "yes",
            "how": "spacing",
            "application": "홍 길동",
            "certificate": "홍길동 / HONG GILDONG",
        },
    ]


@pytest.mark.parametrize(
    ("given", "shown", "expected"),
    [
        ("홍길동", ["홍길동"], (Result.YES, "exact")),
        ("홍 길동", ["홍길동"], (Result.YES, "spacing")),
        ("\u1112\u1169\u11bc길동", ["홍길동"], (Result.YES, "unicode")),
        ("Gildong Hong", ["홍길동", "HONG GILDONG"], (Result.YES, "romanised")),
        ("HONG, Gil-dong", ["HONG GILDONG"], (Result.YES, "romanised")),
        ("hong gil dong", ["Hong Gildong"], (Result.YES, "romanised")),
        ("Maria de la Cruz Lopez Perez", ["MARIA DE LA CRUZ LOPEZ PEREZ"], (Result.YES, "romanised")),
        ("홍길순", ["홍길동", "HONG GILDONG"], (Result.NO, "")),
        ("Hong Gilsoon", ["HONG GILDONG"], (Result.NO, "")),
        ("Lopez Maria de la Cruz Perez", ["MARIA DE LA CRUZ LOPEZ PEREZ"], (Result.NO, "")),
        ("Hong Gildong", ["홍길동"], (Result.NOT_DISCLOSED, "other_script")),
        ("홍길동", ["HONG GILDONG"], (Result.NOT_DISCLOSED, "other_script")),
    ],
)
def test_names_are_compared_as_people_write_them(given: str, shown: list[str], expected: tuple[Result, str]) -> None:
    assert compare_names(given, shown) == expected


def test_another_name_beside_the_same_birth_date_is_for_a_person_to_look_at(world: World) -> None:
    match = match_application(Application("A-7", "홍길순", BORN), shown(world, claims()))
    assert (match.result, match.why) == (Result.DIFFERS, "name_differs")


def test_another_name_alone_does_not_match(world: World) -> None:
    match = match_application(Application("A-7", "홍길순"), shown(world, claims()))
    assert (match.result, match.why) == (Result.NO, "name_differs")


def test_another_birth_date_does_not_match_whatever_the_name(world: World) -> None:
    match = match_application(Application("A-7", "홍길동", date(1995, 3, 3)), shown(world, claims()))
    assert (match.result, match.why) == (Result.NO, "birth_date_differs")


def test_another_applicant_number_does_not_match_whatever_else_agrees(world: World) -> None:
    given = dataclasses.replace(claims(), applicant_no="A-8")
    match = match_application(Application("A-7", "홍길동", BORN), shown(world, given))
    assert (match.result, match.why) == (Result.NO, "applicant_no_differs")


def test_file_without_a_row_does_not_match(world: World) -> None:
    match = match_application(None, shown(world, claims()))
    assert (match.result, match.why) == (Result.NO, "no_application")


def test_what_was_not_proved_is_not_compared() -> None:
    match = match_application(Application("A-7", "홍길동", BORN), None)
    assert (match.result, match.why, match.compared) == (Result.NOT_DISCLOSED, "nothing_proved", ())


def test_row_with_a_number_only_leaves_nothing_to_compare(world: World) -> None:
    match = match_application(Application("A-7"), shown(world, claims()))
    assert (match.result, match.why) == (Result.NOT_DISCLOSED, "nothing_to_compare")


def test_blind_edition_is_matched_by_number_only_and_repeats_no_name(world: World) -> None:
    given = dataclasses.replace(claims(edition="blind"), applicant_no="A-7")
    match = match_application(Application("A-7", "홍길동", BORN), shown(world, given))
    assert (match.result, results(match)) == (Result.YES, {"applicant_no": ("yes", "exact")})
    assert "홍길동" not in str(match.to_json())


def test_withheld_name_and_birth_date_are_not_disclosed(world: World) -> None:
    parts = world.token().split("~")
    unnamed = "~".join([parts[0], *parts[4:]])
    match = match_application(Application("A-7", "홍길동", BORN), content(world.check(unnamed)))
    assert match.result is Result.NOT_DISCLOSED
    assert results(match)["name"] == results(match)["birth_date"] == ("not_disclosed", "")
