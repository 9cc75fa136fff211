"""The verifier's side: an answer has the form of the standard, and what is required must be there."""

import pytest

from credential_schemas.dcql.answers import read_answer, unmet
from credential_schemas.dcql.parse import parse_query
from credential_schemas.errors import DcqlError
from keys.encoding import JsonValue


def asked(query_id: str, *, multiple: bool = False) -> JsonValue:
    return {"id": query_id, "format": "dc+sd-jwt", "meta": {"vct_values": ["v"]}, "multiple": multiple}


QUERY = parse_query({"credentials": [asked("one"), asked("many", multiple=True)]})
SETS = parse_query(
    {
        "credentials": [asked("a"), asked("b"), asked("c")],
        "credential_sets": [{"options": [["a", "b"], ["c"]]}, {"options": [["b"]], "required": False}],
    }
)


def test_presentations_are_read_by_their_query() -> None:
    assert read_answer({"one": ["x"], "many": ["y", "z"]}, QUERY) == {"one": ("x",), "many": ("y", "z")}


def test_answer_may_have_as_many_presentations_as_the_limit() -> None:
    assert len(read_answer({"one": ["x"], "many": ["y"] * 63}, QUERY)["many"]) == 63


@pytest.mark.parametrize(
    ("vp_token", "kind", "why"),
    [
        ("x~", "answer", "object"),
        (None, "answer", "object"),
        ({}, "answer", "object"),
        ({"nobody": ["x"]}, "answer", "only ids"),
        ({"one": "x"}, "answer", "array"),
        ({"one": []}, "answer", "array"),
        ({"one": ["x", "y"]}, "answer", "without multiple"),
        ({"one": [{"x": "y"}]}, "answer", "as text"),
        ({"many": ["x"] * 65}, "limit", "at most 64"),
    ],
    ids=["text", "null", "empty", "foreign id", "no array", "empty array", "two", "object", "flood"],
)
def test_answer_of_another_form_is_refused(vp_token: JsonValue, kind: str, why: str) -> None:
    with pytest.raises(DcqlError, match=why) as refused:
        read_answer(vp_token, QUERY)
    assert (refused.value.kind, refused.value.field) == (kind, "vp_token")


def test_every_query_is_required_without_sets() -> None:
    assert unmet(QUERY, ["one", "many"]) == ()
    assert unmet(QUERY, ["many"]) == ("one",)


def test_one_whole_option_fulfils_a_required_set() -> None:
    assert unmet(SETS, ["c"]) == ()
    assert unmet(SETS, ["a", "b"]) == ()
    assert unmet(SETS, ["a"]) == ("credential_sets[0]",)
    assert unmet(SETS, []) == ("credential_sets[0]",)
