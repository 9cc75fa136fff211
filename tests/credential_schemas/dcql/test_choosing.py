"""The wallet's choice: what was not asked stays, what cannot be answered sends nothing, decoys lead nobody astray."""

import random

import pytest

from credential_schemas.dcql.choosing import Choice, choose, disclosures_for
from credential_schemas.dcql.model import Candidate, FoundPath
from credential_schemas.dcql.parse import parse_query
from credential_schemas.sd_jwt.build import Disclosable, build_sd_jwt
from credential_schemas.sd_jwt.parse import parse_sd_jwt
from credential_schemas.sd_jwt.select import keep_disclosures, unverified_disclosures
from keys.encoding import JsonValue
from keys.key_files import FileSigner, create_key

A, B = "https://bank.example/vct/a", "https://bank.example/vct/b"
HELD = [
    Candidate("dc+sd-jwt", frozenset({A}), {"name": "x", "age": 3}),
    Candidate("dc+sd-jwt", frozenset({A}), {"name": "y"}),
    Candidate("dc+sd-jwt", frozenset({B}), {"town": "z"}),
]


def asked(query_id: str, vct: str, *names: str, multiple: bool = False) -> dict[str, JsonValue]:
    claims: dict[str, JsonValue] = {"claims": [{"path": [name]} for name in names]} if names else {}
    return {"id": query_id, "format": "dc+sd-jwt", "meta": {"vct_values": [vct]}, "multiple": multiple, **claims}


def chosen(*queries: JsonValue, sets: JsonValue = None) -> Choice:
    document: dict[str, JsonValue] = {"credentials": [*queries]}
    if sets is not None:
        document["credential_sets"] = sets
    return choose(parse_query(document), HELD)


def taken(choice: Choice) -> list[tuple[str, int]]:
    return [(each.query.id, each.candidate) for each in choice.chosen]


def test_one_credential_is_taken_where_several_answer() -> None:
    assert taken(chosen(asked("a", A, "name"))) == [("a", 0)]


def test_all_are_offered_where_several_are_asked_for() -> None:
    assert taken(chosen(asked("a", A, "name", multiple=True))) == [("a", 0), ("a", 1)]


def test_without_sets_nothing_is_sent_unless_everything_can_be() -> None:
    assert taken(chosen(asked("a", A), asked("b", B))) == [("a", 0), ("b", 2)]
    assert chosen(asked("a", A), asked("b", B, "country")) == Choice((), ("b",))


def test_first_option_that_can_be_answered_counts() -> None:
    choice = chosen(asked("no", A, "country"), asked("b", B), asked("a", A), sets=[{"options": [["no"], ["b"], ["a"]]}])
    assert taken(choice) == [("b", 2)]


def test_optional_set_is_left_out_when_it_cannot_be_answered() -> None:
    sets: JsonValue = [{"options": [["a"]]}, {"options": [["no"]], "required": False}]
    assert taken(chosen(asked("a", A), asked("no", A, "country"), sets=sets)) == [("a", 0)]


def test_required_set_that_cannot_be_answered_sends_nothing() -> None:
    sets: JsonValue = [{"options": [["a"]], "required": False}, {"options": [["no"]]}]
    assert chosen(asked("a", A), asked("no", A, "country"), sets=sets) == Choice((), ("credential_sets[1]",))


def test_query_outside_every_set_is_not_answered() -> None:
    assert taken(chosen(asked("a", A), asked("b", B), sets=[{"options": [["b"]]}])) == [("b", 2)]


@pytest.fixture(scope="module")
def credential() -> str:
    """A credential whose array has decoys before, between and after its elements, and plain members inside."""
    entries: list[JsonValue] = [{"title": f"t{n}", "idx": n, "levels": [1, 2]} for n in range(4)]
    paths: set[tuple[str | int, ...]] = {("entries", n) for n in range(3)} | {("entries", 1, "title"), ("name",)}
    disclose = Disclosable(frozenset(paths), {("entries",): 5})
    signer = FileSigner(create_key())
    return build_sd_jwt(
        {"vct": A, "entries": entries, "name": "x"},
        disclose=disclose,
        signer=signer,
        random_bytes=random.Random(5).randbytes,
    )


def shown(token: str, *paths: FoundPath) -> set[str | None]:
    parsed, disclosures = parse_sd_jwt(token), unverified_disclosures(token)
    kept = keep_disclosures(token, disclosures_for(parsed, disclosures, paths))
    return {str(each.value) if each.name is None else each.name for each in unverified_disclosures(kept)}


def test_paths_lead_to_their_disclosures_past_decoys(credential: str) -> None:
    (element,) = shown(credential, ("entries", 1, "idx"))
    assert "'idx': 1" in str(element)
    assert shown(credential, ("entries", 1, "title")) == {"title", element}
    assert shown(credential, ("entries", 1)) == {"title", element}
    (other,) = shown(credential, ("entries", 2, "levels", 1))
    assert "'t2'" in str(other)


def test_plain_claims_need_no_disclosure(credential: str) -> None:
    assert shown(credential, ("vct",), ("entries", 3, "title")) == set()
    assert shown(credential, ("name",)) == {"name"}
