"""Reading YAML: plain values with their lines, and refusal of everything clever."""

from decimal import Decimal

import pytest

from credential_schemas.criteria.documents import MAX_BYTES, MAX_DEPTH, read_document
from credential_schemas.criteria.errors import PolicyError

TEXT = """\
# a comment
name: ts
list:
  - 1
  - {half: 0.5, no: no, day: 2026-03-02, quoted: "7", nothing: null, empty: , yes: true}
"""


def test_values_are_plain_and_words_stay_words() -> None:
    assert read_document(TEXT.encode(), name="p.yaml").value == {
        "name": "ts",
        "list": [
            1,
            {
                "half": Decimal("0.5"),
                "no": "no",
                "day": "2026-03-02",
                "quoted": "7",
                "nothing": None,
                "empty": None,
                "yes": True,
            },
        ],
    }


@pytest.mark.parametrize(
    "text",
    ["010", "0x1F", "1:30", "1e3", ".5", "5.", "+5", "1_000", "Yes", "on", "~", "NULL", "True", ".inf", "=", "<<"],
)
def test_what_other_readers_of_yaml_convert_stays_text(text: str) -> None:
    assert read_document(f"value: {text}".encode(), name="p.yaml").value == {"value": text}


def test_every_value_knows_its_line_and_unknown_places_their_parent_s() -> None:
    document = read_document(TEXT.encode(), name="p.yaml")
    assert document.line(("name",)) == 2
    assert document.line(("list", 1, "half")) == 5
    assert document.line(("list", 0, "absent")) == 4
    assert document.line(("absent",)) == document.line(()) == 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a: 1\na: 2", "p.yaml:2: expected each key once, found 'a' twice"),
        (b"a: &x 1\nb: *x", "p.yaml:1: expected every value written out, found an alias"),
        (b"a: !!python/object:os.system x", "p.yaml:1: expected no tags, found one"),
        (b"a: !own 1", "p.yaml:1: expected no tags, found one"),
        (b"? [1, 2]\n: x", "p.yaml:1: expected a word as key, found something else"),
        (b"'': x", "p.yaml:1: expected a word as key, found something else"),
        (b"!own a: x", "p.yaml:1: expected a word as key, found something else"),
        (b"", "p.yaml: expected a document, found an empty file"),
        (b"a: [1", "p.yaml:1: expected ',' or ']', but got '<stream end>'"),
        (b"a: 1\n--- \nb: 2", "p.yaml:2: but found another document"),
        (b"\xff", "p.yaml: expected UTF-8 text, found other bytes"),
        (b"a: \x00", "p.yaml: expected YAML, found characters it does not allow"),
        (b"a" * (MAX_BYTES + 1), f"p.yaml: expected at most {MAX_BYTES} bytes, found more"),
        (b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2), "expected a smaller document, found too many or too deep"),
        (b"[" * MAX_BYTES, "p.yaml:1: expected a smaller document, found too many or too deep values"),
        (b"[" + b"x," * 130_000, "p.yaml:1: expected a smaller document, found too many or too deep values"),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_a_document_is_refused_with_its_line(data: bytes, message: str) -> None:
    with pytest.raises(PolicyError) as refused:
        read_document(data, name="p.yaml")
    assert message in str(refused.value)


def test_a_document_may_be_as_deep_as_the_limit_whatever_stands_before_that_place() -> None:
    def nested(inside: str) -> bytes:
        return ("[" * MAX_DEPTH + inside + "]" * MAX_DEPTH).encode()

    read_document(nested("1, 2, 3"), name="p.yaml")
    for inside in ("[1]", "1, 2, [1]", "1, 2, 3, [[]]"):
        with pytest.raises(PolicyError, match=r"^p\.yaml:1: expected a smaller document"):
            read_document(nested(inside), name="p.yaml")


def test_reading_stops_where_there_are_too_many_values_and_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("credential_schemas.criteria.documents.MAX_NODES", 5)
    assert read_document(b"{a: 1, b: 2, c: 3, d: 4}", name="p.yaml").value == {"a": 1, "b": 2, "c": 3, "d": 4}
    with pytest.raises(PolicyError, match=r"^p\.yaml:11: expected a smaller document"):
        read_document(b"- 1\n" * 20, name="p.yaml")
    with pytest.raises(PolicyError, match=r"^p\.yaml:5: expected a smaller document"):
        read_document(b"- 1\n" * 5, name="p.yaml")


def test_a_document_of_too_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("credential_schemas.criteria.documents.MAX_NODES", 5)
    assert read_document(b"[1, 2, 3, 4]", name="p.yaml").value == [1, 2, 3, 4]
    with pytest.raises(PolicyError, match="found too many or too deep values"):
        read_document(b"[1, 2, 3, 4, 5]", name="p.yaml")
