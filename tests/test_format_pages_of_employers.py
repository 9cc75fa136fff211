"""The pages of docs/formats/ that employers write and read, batch and hiring criteria, against the code."""

import ast
import inspect
import json
import re
from importlib.resources import files
from typing import get_args

import pytest

from credential_schemas.criteria import documents, entries, terms
from credential_schemas.criteria.language import Interview, Policy, ScoredStage, WrittenTest
from credential_schemas.criteria.notice import _OWN_MEMBERS as NOTICE_MEMBERS
from credential_schemas.criteria.rule_kinds import AnyRule, Condition, Rule
from credential_schemas.criteria.score import Score
from credential_schemas.criteria.signature import TYP
from tests.format_pages import FORMATS, first_column, named, page, table, words
from verifier.batch import duplicates
from verifier.batch import limits as batch
from verifier.batch.manifest import _COLUMNS as MANIFEST_COLUMNS
from verifier.batch.matching import Result, compare_names
from verifier.batch.summary import Summary

KIB, MIB, GIB = 1024, 1024**2, 1024**3
REFERENCE = FORMATS.parent / "reference/hiring-criteria.md"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("batch", f"at most {batch.MAX_FILES:,} rows and {batch.MAX_MANIFEST_BYTES // MIB} MiB"),
        ("batch", f"1 to {batch.MAX_NUMBER_CHARACTERS} characters"),
        ("batch", f"at most {batch.MAX_TEXT_CHARACTERS} characters"),
        ("batch", f"directory is larger than {batch.MAX_DIRECTORY_BYTES // MIB} MiB"),
        ("batch", f"more than {batch.RATIO_MATTERS_FROM // MIB} MiB and {batch.MAX_RATIO} times its packed size"),
        ("batch", f"more than {batch.MAX_FILES:,} members, those of archives in it counted with them"),
        ("batch", f"or more than {batch.MAX_UNPACKED_BYTES // GIB} GiB unpacked"),
        ("batch", f"did not end in {batch.FILE_S:g} s"),
        ("batch", f"after {batch.JOURNAL_LIFE_S // 3600} hours"),
        (
            "criteria",
            f"{documents.MAX_BYTES // KIB} KiB, {documents.MAX_DEPTH} levels and {documents.MAX_NODES:,} values",
        ),
        ("criteria", f"`typ` `{TYP}`"),
    ],
)
def test_a_limit_on_the_page_is_that_of_the_code(name: str, sentence: str) -> None:
    assert sentence in words(name)


def test_the_summary_of_a_batch_is_described_member_by_member() -> None:
    written = set(re.findall(r'^ {12}"(\w+)": ', inspect.getsource(Summary.to_json), re.MULTILINE))
    assert set(first_column("batch", "## The summary")) == written


def test_every_kind_of_duplicate_is_described_and_no_other() -> None:
    made = set(re.findall(r'"(\w+_\w+)"', inspect.getsource(duplicates._judge)))
    assert set(first_column("batch", "| `exit_code` |")) == made


def test_the_manifest_is_described_column_by_column() -> None:
    assert first_column("batch", "## The manifest") == list(MANIFEST_COLUMNS)


def test_every_result_of_a_match_and_how_it_came_about_is_described() -> None:
    assert set(first_column("batch", "| `match` | null")) == {each.value for each in Result}
    returned = [
        node.value for node in ast.walk(ast.parse(inspect.getsource(compare_names))) if isinstance(node, ast.Return)
    ]
    how = {
        value.elts[1].value
        for value in returned
        if isinstance(value, ast.Tuple) and isinstance(value.elts[1], ast.Constant)
    }
    described = page("batch").partition("and `how`:")[2].partition(", or null")[0]
    assert {*named(described), ""} == how


def test_every_part_of_a_policy_is_described_and_no_other() -> None:
    listed = [
        name for row in table("criteria", "`file:line: rule ID: place: what was expected`") for name in named(row[0])
    ]
    assert {*listed} == set(Policy.model_fields)
    rows = {named(row[0])[0]: set(named(row[1])) for row in table("criteria", "`file:line: rule ID: place: what was")}
    assert set(ScoredStage.model_fields) - {"title"} <= rows["document_screening"] | {"title"}
    assert set(terms.Header.model_fields) == rows["policy"]
    assert "unknown" in set(WrittenTest.model_fields) & set(Interview.model_fields)


def test_every_kind_of_parameter_is_described_and_no_other() -> None:
    kinds = {
        kind
        for each in get_args(get_args(terms.Parameter)[0])
        for kind in get_args(each.model_fields["type"].annotation)
    }
    assert set(first_column("criteria", "and the parameters:")) == kinds
    said = page("criteria").partition("A notice is a JSON object with ")[2].partition(", and the parameters")[0]
    assert set(named(said)) == NOTICE_MEMBERS


def test_every_kind_of_rule_and_every_member_that_all_have_is_described() -> None:
    kinds = {get_args(each.model_fields["kind"].annotation)[0] for each in get_args(get_args(AnyRule)[0])}
    assert set(first_column("criteria", "## Rules")) == kinds
    said = set(named(page("criteria").partition("Every rule has ")[2].partition("| Kind |")[0]))
    assert set(Rule.model_fields) | {"kind"} <= said
    assert f"`{{{', '.join(Condition.model_fields)}}}`" in page("criteria")


def test_the_table_of_other_words_is_that_of_the_code() -> None:
    rows = table("criteria", "unless the type has a claim of this very name:")
    assert {name: tuple(named(row[1])) for row in rows for name in named(row[0])} == entries._OTHER_WORDS


def test_the_score_on_the_page_has_every_member_and_no_other() -> None:
    example = json.loads(page("criteria").partition("## The result")[2].partition("```json\n")[2].partition("```")[0])
    written = set(re.findall(r'^ {12}"(\w+)": ', inspect.getsource(Score.to_json), re.MULTILINE))
    assert {name for name in example if not name.endswith("_raw")} == written


def test_the_page_of_members_has_every_part_and_every_word_of_a_score() -> None:
    """It is generated; this sees that the generator leaves nothing out."""
    text = (files("credential_schemas.criteria") / "sentences.json").read_text("utf-8")
    told = [slug for group in json.loads(text).values() for slug in group]
    reference = REFERENCE.read_text("utf-8")
    assert [slug for slug in told if f"| `{slug}` |" not in reference] == []
    schema = json.loads((files("credential_schemas.criteria") / "policy.schema.json").read_text("utf-8"))
    for name, part in {"Policy": schema, **schema["$defs"]}.items():
        listed = re.findall(
            r"^\| `(\w+)` \|", reference.partition(f"\n## {name}\n")[2].partition("\n## ")[0], re.MULTILINE
        )
        assert listed == [*part["properties"]], name
