"""One credential against one query: pointers, values, sets, authorities; what does not fit selects nothing."""

from dataclasses import replace

import pytest

from credential_schemas.dcql.matching import Match, match, select
from credential_schemas.dcql.model import (
    Candidate,
    ClaimPath,
    ClaimsQuery,
    CredentialQuery,
    FoundPath,
    TrustedAuthority,
)
from keys.encoding import JsonValue

VCT = "https://bank.example/vct/1"
CLAIMS: dict[str, JsonValue] = {
    "name": "홍길동",
    "age": 31,
    "adult": True,
    "address": {"city": "울산"},
    "nested": [["a"], ["b", "c"]],
    "mixed": [{"title": "a"}, "b"],
    "qualifications": [
        {"type": "ntq", "title": "용접기사", "grade": "기사"},
        {"type": "course", "title": "배관"},
        {"type": "ntq", "title": "전기기사", "grade": "기사"},
    ],
}
CANDIDATE = Candidate("dc+sd-jwt", frozenset({VCT, "https://bank.example/vct/base"}), CLAIMS)


def asked(*claims: ClaimsQuery, sets: tuple[tuple[str, ...], ...] = (), **more: object) -> CredentialQuery:
    query = CredentialQuery("q", "dc+sd-jwt", frozenset({VCT}), claims=claims, claim_sets=sets)
    return replace(query, **more)  # type: ignore[arg-type] # names and types of CredentialQuery


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (("name",), [(("name",), "홍길동")]),
        (("address", "city"), [(("address", "city"), "울산")]),
        (("nested", None, 1), [(("nested", 1, 1), "c")]),
        (("nested", 0, None), [(("nested", 0, 0), "a")]),
        (("qualifications", None, "grade"), [(("qualifications", n, "grade"), "기사") for n in (0, 2)]),
        (("nobody",), []),
        (("qualifications", 3), []),
        (("name", "first"), []),
        (("name", None), []),
        (("address", 0), []),
        (("mixed", None, "title"), []),
    ],
)
def test_pointer_selects_what_it_names_and_nothing_of_another_kind(
    path: ClaimPath, found: list[tuple[FoundPath, JsonValue]]
) -> None:
    assert select(CLAIMS, path) == found


def test_query_without_claims_asks_for_none() -> None:
    assert match(asked(), CANDIDATE) == Match(0, (), ())


def test_every_claim_must_be_there() -> None:
    assert match(asked(ClaimsQuery(("name",)), ClaimsQuery(("address", "city"))), CANDIDATE) is not None
    assert match(asked(ClaimsQuery(("name",)), ClaimsQuery(("nobody",))), CANDIDATE) is None


def test_first_set_that_can_be_satisfied_counts() -> None:
    claims = (ClaimsQuery(("nobody",), "a"), ClaimsQuery(("name",), "b"), ClaimsQuery(("age",), "c"))
    found = match(asked(*claims, sets=(("a", "b"), ("b", "c"), ("b",))), CANDIDATE)
    assert found is not None
    assert (found.alternative, found.paths) == (1, (("name",), ("age",)))
    assert match(asked(*claims, sets=(("a", "b"), ("a",))), CANDIDATE) is None


@pytest.mark.parametrize(("name", "value"), [("name", "홍길동"), ("age", 31), ("adult", True)])
def test_claim_with_one_of_the_values_is_there(name: str, value: str | int | bool) -> None:
    assert match(asked(ClaimsQuery((name,), values=("x", value))), CANDIDATE) is not None


@pytest.mark.parametrize(
    ("name", "value"), [("name", "홍길"), ("age", "31"), ("adult", 1), ("age", True), ("address", "a")]
)
def test_claim_with_another_value_or_one_of_another_type_is_not_there(name: str, value: str | int | bool) -> None:
    assert match(asked(ClaimsQuery((name,), values=(value,))), CANDIDATE) is None


def test_values_in_an_array_choose_its_elements_for_every_claim() -> None:
    title = ClaimsQuery(("qualifications", None, "title"))
    found = match(asked(ClaimsQuery(("qualifications", None, "type"), values=("ntq",)), title), CANDIDATE)
    assert found is not None
    assert {path[1] for path in found.paths} == {0, 2}
    assert ("qualifications", 0, "title") in found.paths


def test_claim_without_values_may_stand_before_the_one_that_chooses_elements() -> None:
    title = ClaimsQuery(("qualifications", None, "title"))
    found = match(asked(title, ClaimsQuery(("qualifications", None, "type"), values=("course",))), CANDIDATE)
    assert found is not None
    assert found.paths == (("qualifications", 1, "title"), ("qualifications", 1, "type"))


def test_values_of_two_claims_must_be_those_of_one_element() -> None:
    kind = ClaimsQuery(("qualifications", None, "type"), values=("ntq",))
    found = match(asked(kind, ClaimsQuery(("qualifications", None, "title"), values=("전기기사", "배관"))), CANDIDATE)
    assert found is not None
    assert found.paths == (("qualifications", 2, "type"), ("qualifications", 2, "title"))
    assert match(asked(kind, ClaimsQuery(("qualifications", None, "title"), values=("배관",))), CANDIDATE) is None


def test_claim_that_only_unwanted_elements_have_is_not_there() -> None:
    kind = ClaimsQuery(("qualifications", None, "type"), values=("course",))
    assert match(asked(kind, ClaimsQuery(("qualifications", None, "grade"))), CANDIDATE) is None


def test_type_may_be_an_alias_but_must_be_one_that_was_asked() -> None:
    assert match(asked(types=frozenset({"https://bank.example/vct/base"})), CANDIDATE) is not None
    assert match(asked(types=frozenset({"https://bank.example/vct/2"})), CANDIDATE) is None


@pytest.mark.parametrize(("query", "held"), [("mso_mdoc", "mso_mdoc"), ("dc+sd-jwt", "jwt_vc_json")])
def test_other_formats_match_nothing(query: str, held: str) -> None:
    assert match(asked(format=query), replace(CANDIDATE, format=held)) is None


def test_credential_without_a_holder_key_answers_only_where_none_is_needed() -> None:
    bearer = replace(CANDIDATE, holder_bound=False)
    assert match(asked(), bearer) is None
    assert match(asked(holder_binding=False), bearer) is not None


def test_one_of_the_authorities_must_stand_behind_the_credential() -> None:
    known = replace(CANDIDATE, authority_keys=frozenset({"aki-1"}))
    wanted = (TrustedAuthority("etsi_tl", frozenset({"aki-1"})), TrustedAuthority("aki", frozenset({"aki-1", "aki-2"})))
    assert match(asked(authorities=wanted), known) is not None
    assert match(asked(authorities=wanted), CANDIDATE) is None
    assert match(asked(authorities=wanted[:1]), known) is None
