"""Reading a DCQL query: what the standard demands holds, limits hold, and the place of a fault is named."""

import copy
from collections.abc import Callable

import pytest

from credential_schemas.dcql.model import DcqlQuery
from credential_schemas.dcql.parse import idle_claims, parse_query
from credential_schemas.errors import DcqlError
from keys.encoding import JsonValue

Query = dict[str, JsonValue]


def query() -> Query:
    """A query that uses every member."""
    return {
        "credentials": [
            {
                "id": "licence",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": ["https://bank.example/vct/1"]},
                "multiple": True,
                "require_cryptographic_holder_binding": False,
                "trusted_authorities": [{"type": "aki", "values": ["s9tIpPmhxdiuNkHMEWNpYim8S8Y"]}],
                "claims": [
                    {"id": "title", "path": ["qualifications", None, "title"], "values": ["용접기사", 1, True]},
                    {"id": "second", "path": ["qualifications", 1]},
                ],
                "claim_sets": [["title", "second"], ["title"]],
            },
            {"id": "mdl", "format": "mso_mdoc", "meta": {"doctype_value": "org.iso.18013.5.1.mDL"}},
        ],
        "credential_sets": [{"options": [["licence"], ["mdl"]], "required": False}],
    }


def part(document: Query, place: int) -> Query:
    """Return one credential query, to be changed in place."""
    listed = document["credentials"]
    assert isinstance(listed, list)
    found = listed[place]
    assert isinstance(found, dict)
    return found


def test_every_member_is_read() -> None:
    licence, mdl = parse_query(query()).credentials
    assert (licence.types, licence.multiple, licence.holder_binding) == (
        frozenset({"https://bank.example/vct/1"}),
        True,
        False,
    )
    assert licence.claims[0].path == ("qualifications", None, "title")
    assert licence.claims[0].values == ("용접기사", 1, True)
    assert licence.alternatives() == (licence.claims, licence.claims[:1])
    assert licence.authorities[0].values == {"s9tIpPmhxdiuNkHMEWNpYim8S8Y"}
    assert (mdl.format, mdl.types, mdl.alternatives()) == ("mso_mdoc", frozenset(), ((),))


def test_sets_and_their_defaults_are_read() -> None:
    read = parse_query(query())
    assert (read.sets[0].options, read.sets[0].required) == ((("licence",), ("mdl",)), False)
    assert read.credential("nobody") is None
    plain = parse_query({"credentials": [{"id": "a", "format": "jwt_vc_json", "meta": {}}]})
    assert (plain.sets, plain.credentials[0].holder_binding, plain.credentials[0].multiple) == ((), True, False)


def test_members_of_the_future_are_ignored() -> None:
    document = query()
    document["purpose"] = "hiring"
    first = part(document, 0)
    first["intent_to_retain"] = True
    assert parse_query(document).credentials[0].id == "licence"


def test_claims_that_no_answer_needs_are_named() -> None:
    document = query()
    part(document, 0)["claim_sets"] = [["title"]]
    document["credential_sets"] = [{"options": [["licence"]]}]
    assert idle_claims(parse_query(document)) == ("mdl", "licence.second")
    assert idle_claims(parse_query(query())) == ()


def test_every_query_of_a_query_without_sets_is_needed() -> None:
    document = query()
    del document["credential_sets"]
    assert idle_claims(parse_query(document)) == ()


FAULTS: list[tuple[str, Callable[[Query], None], str]] = [
    ("nothing", lambda q: q.clear(), "credentials"),
    ("no credentials", lambda q: q.update(credentials=[]), "credentials"),
    ("credential no object", lambda q: q.update(credentials=["x"]), "credentials[0]"),
    ("sets empty", lambda q: q.update(credential_sets=[]), "credential_sets"),
    ("set no object", lambda q: q.update(credential_sets=["x"]), "credential_sets[0]"),
    ("option no array", lambda q: q.update(credential_sets=[{"options": ["x"]}]), "credential_sets[0].options[0]"),
    ("set of unknown", lambda q: q.update(credential_sets=[{"options": [["x"]]}]), "credential_sets[0].options[0]"),
    (
        "id twice in option",
        lambda q: q.update(credential_sets=[{"options": [["mdl", "mdl"]]}]),
        "credential_sets[0].options[0]",
    ),
    (
        "required no boolean",
        lambda q: q.update(credential_sets=[{"options": [["mdl"]], "required": 1}]),
        "credential_sets[0].required",
    ),
]

FIRST: list[tuple[str, Query, str]] = [
    ("id missing", {"id": None}, "id"),
    ("id with space", {"id": "a b"}, "id"),
    ("id too long", {"id": "a" * 65}, "id"),
    ("format empty", {"format": ""}, "format"),
    ("format no text", {"format": 7}, "format"),
    ("meta missing", {"meta": None}, "meta"),
    ("no types", {"meta": {}}, "meta.vct_values"),
    ("type no text", {"meta": {"vct_values": [1]}}, "meta.vct_values[0]"),
    ("multiple no boolean", {"multiple": "yes"}, "multiple"),
    ("binding no boolean", {"require_cryptographic_holder_binding": 1}, "require_cryptographic_holder_binding"),
    ("claims empty", {"claims": []}, "claims"),
    ("claim no object", {"claims": [["title"]]}, "claims[0]"),
    ("path missing", {"claims": [{"id": "title"}]}, "claims[0].path"),
    ("path empty", {"claims": [{"path": []}]}, "claims[0].path"),
    ("path negative", {"claims": [{"path": ["a", -1]}]}, "claims[0].path[1]"),
    ("path boolean", {"claims": [{"path": ["a", True]}]}, "claims[0].path[1]"),
    ("path fraction", {"claims": [{"path": ["a", 1.5]}]}, "claims[0].path[1]"),
    ("claim id wrong", {"claims": [{"id": "a.b", "path": ["a"]}]}, "claims[0].id"),
    ("claim id twice", {"claims": [{"id": "a", "path": ["a"]}, {"id": "a", "path": ["b"]}]}, "claims"),
    ("values empty", {"claims": [{"path": ["a"], "values": []}]}, "claims[0].values"),
    ("value object", {"claims": [{"path": ["a"], "values": [{}]}]}, "claims[0].values[0]"),
    ("value fraction", {"claims": [{"path": ["a"], "values": [1.5]}]}, "claims[0].values[0]"),
    ("set of unknown claim", {"claim_sets": [["nobody"]]}, "claim_sets[0]"),
    ("set without claims", {"claims": None, "claim_sets": [["title"]]}, "claims"),
    ("authority no object", {"trusted_authorities": [1]}, "trusted_authorities[0]"),
    ("authority without values", {"trusted_authorities": [{"type": "aki"}]}, "trusted_authorities[0].values"),
    ("authority without type", {"trusted_authorities": [{"values": ["a"]}]}, "trusted_authorities[0].type"),
]


@pytest.mark.parametrize(("change", "place"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS])
def test_fault_of_a_query_is_refused_with_its_place(change: Callable[[Query], None], place: str) -> None:
    document = query()
    change(document)
    with pytest.raises(DcqlError) as refused:
        parse_query(document)
    assert (refused.value.field, refused.value.kind) == (place, "format")


@pytest.mark.parametrize(("members", "place"), [case[1:] for case in FIRST], ids=[case[0] for case in FIRST])
def test_fault_of_a_credential_query_is_refused_with_its_place(members: Query, place: str) -> None:
    document = query()
    part(document, 0).update(members)
    with pytest.raises(DcqlError) as refused:
        parse_query(document)
    assert (refused.value.field, refused.value.kind) == (f"credentials[0].{place}", "format")


def test_ids_of_credential_queries_are_unique() -> None:
    document = query()
    part(document, 1)["id"] = "licence"
    with pytest.raises(DcqlError, match="each id once") as refused:
        parse_query(document)
    assert refused.value.field == "credentials"


@pytest.mark.parametrize("document", [None, [], "x", 7], ids=["null", "array", "text", "number"])
def test_what_is_no_object_is_no_query(document: JsonValue) -> None:
    with pytest.raises(DcqlError, match="expected an object") as refused:
        parse_query(document)
    assert refused.value.field == "dcql_query"


def many(place: str, item: JsonValue, count: int) -> DcqlQuery:
    document = copy.deepcopy(query())
    first = part(document, 0)
    if place == "credentials":
        document["credentials"] = [item] * count
    elif place == "values":
        first["claims"] = [{"path": ["a"], "values": [item] * count}]
    elif place == "path":
        first["claims"] = [{"path": [item] * count}]
    else:
        first[place] = [item] * count
    return parse_query(document)


@pytest.mark.parametrize(
    ("place", "item", "count", "field"),
    [
        ("credentials", {"id": "a", "format": "x"}, 33, "credentials"),
        ("claims", {"path": ["a"]}, 65, "credentials[0].claims"),
        ("claim_sets", ["title"], 33, "credentials[0].claim_sets"),
        ("values", "a", 65, "credentials[0].claims[0].values"),
        ("path", "a", 9, "credentials[0].claims[0].path"),
        ("trusted_authorities", {"type": "aki", "values": ["a"]}, 65, "credentials[0].trusted_authorities"),
    ],
)
def test_too_many_of_anything_is_refused_before_it_is_read(place: str, item: JsonValue, count: int, field: str) -> None:
    with pytest.raises(DcqlError, match="expected at most") as refused:
        many(place, item, count)
    assert (refused.value.kind, refused.value.field) == ("limit", field)


def test_every_limit_may_be_reached() -> None:
    assert len(many("claim_sets", ["title"], 32).credentials[0].claim_sets) == 32
    document = query()
    longest: list[JsonValue] = ["a" * 2048, 0, 2**31, *["a"] * 5]
    part(document, 0)["claims"] = [{"path": longest, "values": ["a" * 2048] * 64}]
    del part(document, 0)["claim_sets"]
    (claim,) = parse_query(document).credentials[0].claims
    assert (claim.path, len(claim.values)) == (tuple(longest), 64)


@pytest.mark.parametrize(
    ("member", "field"),
    [({"path": ["a" * 2049]}, "path[0]"), ({"path": ["a"], "values": ["a" * 2049]}, "values[0]")],
)
def test_text_that_is_too_long_is_refused(member: Query, field: str) -> None:
    document = query()
    part(document, 0)["claims"] = [member]
    del part(document, 0)["claim_sets"]
    with pytest.raises(DcqlError, match="2048 characters") as refused:
        parse_query(document)
    assert (refused.value.kind, refused.value.field) == ("limit", f"credentials[0].claims[0].{field}")
