"""Steps 9 to 19: disclosures and digests."""

from collections.abc import Sequence

import pytest

from credential_schemas.errors import SdJwtRefused
from credential_schemas.sd_jwt.disclosures import CONTROL_CLAIMS, ProcessedClaims, process_disclosures
from keys.encoding import JsonValue, b64url_encode
from tests.credential_schemas.sd_jwt.conftest import digest, disclosure

NAME = disclosure("salt-1", "name", "Hong")
OTHER_NAME = disclosure("salt-2", "name", "Kim")
ELEMENT = disclosure("salt-3", "value")


def process(payload: dict[str, JsonValue], *disclosures: str) -> ProcessedClaims:
    return process_disclosures(payload, disclosures, digest_algorithms={"sha-256"})


def first_fault(payload: dict[str, JsonValue], *disclosures: str) -> tuple[str, int]:
    fault = process(payload, *disclosures).faults[0]
    return fault.code, fault.step


def hidden(*disclosures: str) -> list[JsonValue]:
    return [digest(text) for text in disclosures]


def nested(levels: int) -> list[str]:
    """Disclosures that each lie in the next one; the last is the outermost."""
    texts = [disclosure("salt", "level", 0)]
    for level in range(1, levels):
        texts.append(disclosure("salt", "level", {"_sd": hidden(texts[-1]), "number": level}))
    return texts


def test_disclosed_claims_and_elements_are_put_in_their_place() -> None:
    inner = disclosure("salt", "grade", "A")
    entry = disclosure("salt", {"_sd": hidden(inner), "title": "t"})
    payload: dict[str, JsonValue] = {
        "_sd_alg": "sha-256",
        "_sd": hidden(NAME),
        "list": [{"...": digest(entry)}, {"...": "unknown"}, {"plain": 1}, [2, {"...": digest(ELEMENT)}], 3],
        "holder": {"_sd": ["decoy"], "k": None},
    }
    processed = process(payload, NAME, ELEMENT, entry, inner)
    assert processed.faults == ()
    assert processed.claims == {
        "list": [{"title": "t", "grade": "A"}, {"plain": 1}, [2, "value"], 3],
        "holder": {"k": None},
        "name": "Hong",
    }
    assert (processed.undisclosed_members, processed.undisclosed_elements) == (1, 1)


def test_disclosures_know_their_path_and_parent() -> None:
    inner = disclosure("salt", "grade", "A")
    entry = disclosure("salt", {"_sd": hidden(inner)})
    payload: dict[str, JsonValue] = {"list": [{"...": "unknown"}, {"...": digest(entry)}]}
    found = process(payload, inner, entry).disclosures
    assert [(item.path, item.name, item.parent) for item in found] == [
        (("list", 1), None, None),
        (("list", 1, "grade"), "grade", entry),
    ]


def test_payload_is_not_changed() -> None:
    payload: dict[str, JsonValue] = {"_sd": hidden(NAME), "list": [{"...": "unknown"}]}
    process(payload, NAME)
    assert payload == {"_sd": hidden(NAME), "list": [{"...": "unknown"}]}


def test_nested_array_in_a_disclosed_array_is_processed() -> None:
    outer = disclosure("salt", [[{"...": digest(ELEMENT)}], "x"])
    assert process({"a": [{"...": digest(outer)}]}, outer, ELEMENT).claims == {"a": [[["value"], "x"]]}


def test_eight_disclosures_inside_each_other_are_accepted() -> None:
    texts = nested(8)
    assert process({"_sd": hidden(texts[-1])}, *texts).faults == ()


def test_nine_disclosures_inside_each_other_are_refused() -> None:
    texts = nested(9)
    with pytest.raises(SdJwtRefused) as refusal:
        process({"_sd": hidden(texts[-1])}, *texts)
    assert (refusal.value.code, refusal.value.step) == ("E_LIMIT", 0)


def test_disclosure_nested_deeper_than_20_levels_is_refused() -> None:
    deep = b64url_encode(b'["salt",' + b"[" * 20 + b"]" * 20 + b"]")
    with pytest.raises(SdJwtRefused) as refusal:
        process({"a": [{"...": digest(deep)}]}, deep)
    assert refusal.value.code == "E_LIMIT"


@pytest.mark.parametrize("name", ["md5", "SHA-256", "sha-512", "", None, 256, ["sha-256"]])
def test_digest_algorithm_that_is_not_permitted_is_refused(name: JsonValue) -> None:
    assert first_fault({"_sd_alg": name}) == ("E_SD_ALG", 9)


def test_permitted_digest_algorithm_that_is_unknown_is_refused() -> None:
    processed = process_disclosures({"_sd_alg": "md5"}, (), digest_algorithms={"md5"})
    assert processed.faults[0].code == "E_SD_ALG"


def test_digest_algorithm_below_the_top_level_is_refused() -> None:
    assert first_fault({"a": {"_sd_alg": "sha-256"}}) == ("E_SD_ALG", 9)
    assert first_fault({"a": [{"_sd_alg": {}}]}) == ("E_SD_ALG", 9)


@pytest.mark.parametrize("digests", ["text", None, {}, 5, [1], ["a", None], [["a"]]])
def test_sd_that_is_no_array_of_strings_is_refused(digests: JsonValue) -> None:
    assert first_fault({"_sd": digests}) == ("E_SD_FORMAT", 10)
    assert first_fault({"deep": [{"_sd": digests}]}) == ("E_SD_FORMAT", 10)


@pytest.mark.parametrize("element", [{"...": "d", "x": 1}, {"...": 1}, {"...": None}, {"...": ["d"]}])
def test_placeholder_of_another_form_is_refused(element: JsonValue) -> None:
    assert first_fault({"list": [element]}) == ("E_SD_FORMAT", 10)


def test_placeholder_outside_of_an_array_is_refused() -> None:
    assert first_fault({"list": {"...": "d"}}) == ("E_SD_FORMAT", 10)
    assert first_fault({"...": "d"}) == ("E_SD_FORMAT", 10)


@pytest.mark.parametrize(
    "raw",
    [
        b"nope", b"", b"{}", b'"a"', b"[]", b'["s"]', b'["s","n",1,2]', b'[1,"n",1]', b'["s",1,1]', b"[null,1]",
        b'["s",{"a":1,"a":2}]', b'["s",NaN]', b"\xff", b'["s",9007199254740993]',
    ],
)  # fmt: skip
def test_disclosure_of_another_form_is_refused(raw: bytes) -> None:
    text = b64url_encode(raw)
    payload: dict[str, JsonValue] = {"list": [{"...": digest(text)}]}
    assert first_fault(payload, text) == ("E_DISCLOSURE_FORMAT", 11)


@pytest.mark.parametrize("text", [NAME + "=", NAME + "\n", NAME.replace("W", "+", 1), "A"])
def test_disclosure_outside_of_canonical_base64url_is_refused(text: str) -> None:
    assert first_fault({"_sd": hidden(text)}, text) == ("E_DISCLOSURE_FORMAT", 11)


def test_disclosure_sent_twice_is_refused() -> None:
    assert first_fault({"_sd": hidden(NAME)}, NAME, NAME) == ("E_DISCLOSURE_DUPLICATE", 12)


@pytest.mark.parametrize(
    "payload",
    [
        {"_sd": ["d", "d"]},
        {"_sd": ["d"], "a": {"_sd": ["d"]}},
        {"_sd": ["d"], "a": [{"...": "d"}]},
        {"a": [{"...": "d"}, {"...": "d"}]},
    ],
)
def test_digest_seen_twice_is_refused_even_without_disclosure(payload: dict[str, JsonValue]) -> None:
    assert first_fault(payload) == ("E_DIGEST_DUPLICATE", 13)


def test_digest_repeated_inside_a_disclosure_is_refused() -> None:
    outer = disclosure("salt", "outer", {"_sd": ["d", *hidden(NAME)]})
    assert first_fault({"_sd": [*hidden(outer), "d"]}, outer, NAME) == ("E_DIGEST_DUPLICATE", 13)


def test_element_for_a_digest_in_sd_is_refused() -> None:
    assert first_fault({"_sd": hidden(ELEMENT)}, ELEMENT) == ("E_DISCLOSURE_ARITY", 14)


def test_claim_for_a_digest_in_an_array_is_refused() -> None:
    assert first_fault({"list": [{"...": digest(NAME)}]}, NAME) == ("E_DISCLOSURE_ARITY", 14)


@pytest.mark.parametrize("name", ["_sd", "...", "_sd_alg"])
@pytest.mark.parametrize("value", ["text", ["d"], {"a": 1}])
def test_reserved_name_is_refused(name: str, value: JsonValue) -> None:
    text = disclosure("salt", name, value)
    assert first_fault({"_sd": hidden(text)}, text) == ("E_RESERVED_NAME", 15)


def test_name_of_a_plain_claim_is_refused() -> None:
    assert first_fault({"name": "Lee", "_sd": hidden(NAME)}, NAME) == ("E_NAME_COLLISION", 16)


def test_name_of_another_disclosure_is_refused() -> None:
    assert first_fault({"_sd": hidden(NAME, OTHER_NAME)}, NAME, OTHER_NAME) == ("E_NAME_COLLISION", 16)


def test_disclosure_that_no_digest_names_is_refused() -> None:
    assert first_fault({"_sd": ["d"]}, NAME) == ("E_DISCLOSURE_UNREFERENCED", 18)


def test_disclosure_whose_parent_is_missing_is_refused() -> None:
    parent = disclosure("salt", "parent", {"_sd": hidden(NAME)})
    assert first_fault({"_sd": hidden(parent)}, NAME) == ("E_DISCLOSURE_UNREFERENCED", 18)


@pytest.mark.parametrize("claim", sorted(CONTROL_CLAIMS))
def test_control_claim_in_a_disclosure_is_refused(claim: str) -> None:
    text = disclosure("salt", claim, "x")
    assert first_fault({"_sd": hidden(text)}, text) == ("E_NOT_SELECTIVELY_DISCLOSABLE", 19)


@pytest.mark.parametrize(
    "inside", [{"_sd": ["d"]}, {"status_list": {"_sd": ["d"]}}, [{"...": "d"}], {"a": [[{"...": "d"}]]}]
)
def test_digest_inside_a_control_claim_is_refused_even_without_disclosure(inside: JsonValue) -> None:
    assert first_fault({"status": inside}) == ("E_NOT_SELECTIVELY_DISCLOSABLE", 19)


@pytest.mark.parametrize("name", ["iat", "sub", "status_of_application"])
def test_claim_that_is_no_control_claim_may_be_disclosed(name: str) -> None:
    text = disclosure("salt", name, 1)
    assert process({"_sd": hidden(text)}, text).claims == {name: 1}


def test_control_claim_name_below_the_top_level_may_be_disclosed() -> None:
    text = disclosure("salt", "status", "in office")
    assert process({"career": {"_sd": hidden(text)}}, text).faults == ()


SEVERAL_FAULTS: list[tuple[dict[str, JsonValue], Sequence[str], list[int]]] = [
    ({"list": [{"...": digest(NAME)}], "_sd": hidden(NAME)}, [NAME], [13, 14]),
    ({"_sd": hidden(NAME), "a": {"_sd": 5}, "name": 1}, [NAME], [10, 16]),
    ({"status": {"_sd": hidden(NAME)}, "a": {"_sd_alg": 1}}, [NAME, ELEMENT], [9, 18, 19]),
]


@pytest.mark.parametrize(("payload", "disclosures", "steps"), SEVERAL_FAULTS)
def test_of_several_faults_the_lowest_step_comes_first(
    payload: dict[str, JsonValue], disclosures: Sequence[str], steps: list[int]
) -> None:
    assert [fault.step for fault in process(payload, *disclosures).faults] == steps
