"""The flat form: one documented schema in three formats, nothing that a spreadsheet would compute, the same bytes."""

import csv
import io
import json
from pathlib import Path

import pytest

from keys.encoding import JsonValue
from tests.verifier.batch.corpus import application
from tests.verifier.world import World, claims
from verifier.batch.finishing import check_output
from verifier.batch.lines import error_document, line_of, problem_kinds, problem_sentence
from verifier.batch.rows import COLUMNS, Cell, row_of
from verifier.batch.tables import FORMATS
from verifier.errors import BatchRefused, UnreadableEvidence

ROOT = Path(__file__).parents[3]
FACTS: dict[str, JsonValue] = {"sha256": "ab", "status_list": None, "applicant_no": "A-1", "match": None}
Pair = tuple[bytes, dict[str, JsonValue]]


def pair(document: dict[str, JsonValue], **facts: JsonValue) -> Pair:
    text = line_of(0, document, FACTS | facts).text
    return text + b"\n", json.loads(text)


def written(path: Path, *pairs: Pair) -> bytes:
    with FORMATS[path.suffix](path) as writer:
        for text, _ in pairs:
            writer.write(text)
        writer.finish()
    return path.read_bytes()


def error_named(name: str) -> Pair:
    return pair(error_document(UnreadableEvidence("empty"), name))


def rows_of_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def sheet(path: Path) -> list[dict[str, object]]:
    from openpyxl import load_workbook

    head, *rows = load_workbook(path)["results"].iter_rows(values_only=True)
    return [dict(zip((str(name) for name in head), row, strict=True)) for row in rows]


def test_json_lines_are_the_lines_themselves(tmp_path: Path) -> None:
    first, second = error_named("a"), error_named("b")
    assert written(tmp_path / "r.jsonl", first, second) == first[0] + second[0]


def test_report_becomes_a_row_of_its_facts(world: World) -> None:
    match: JsonValue = {
        "result": "yes",
        "why": "agrees",
        "compared": [{"what": "name", "result": "yes", "how": "spacing"}],
    }
    row = row_of(pair(world.check(world.token()).to_json(), match=match)[1])
    expected: dict[str, Cell] = {
        "n": 0,
        "file": "evidence",
        "verdict": "valid",
        "reasons": None,
        "number": "2026-0001-0001",
        "holder_name": "홍길동",
        "entries": 2,
        "entries_in_force": 2,
        "entry_titles": "정보처리기사; 자바 웹 개발자 과정",
        "match": "yes",
        "match_name": "yes (spacing)",
        "simulated": False,
    }
    assert {name: row[name] for name in expected} == expected
    assert list(row) == list(COLUMNS)


def test_row_says_why_a_certificate_is_not_valid(world: World) -> None:
    world.statuses = {7: 1}
    row = row_of(pair(world.check(world.token()).to_json())[1])
    assert (row["verdict"], row["status"], row["reasons"]) == ("invalid", "revoked", "revoked")
    assert "취소된" in str(row["message_ko"])


def test_row_of_an_error_has_its_kind_and_sentence() -> None:
    row = row_of(error_named("x")[1])
    assert (row["verdict"], row["error"], row["file"], row["number"]) == ("error", "empty", "x", None)
    assert "empty" in str(row["message_en"])


def test_row_of_an_unproved_certificate_shows_nothing_of_it(world: World) -> None:
    world.issuer["id"] = "https://other.example"
    row = row_of(pair(world.check(world.token()).to_json())[1])
    assert (row["verdict"], row["reasons"], row["holder_name"]) == ("indeterminate", "issuer_not_trusted", None)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1+1", "  =1", "＠x"])
def test_no_cell_of_a_spreadsheet_is_a_formula(tmp_path: Path, name: str) -> None:
    row = rows_of_csv(written(tmp_path / "r.csv", error_named(name)))[0]
    assert row["file"].startswith("'")
    written(tmp_path / "r.xlsx", error_named(name))
    from openpyxl import load_workbook

    cell = load_workbook(tmp_path / "r.xlsx")["results"]["B2"]
    assert (cell.data_type, cell.value) == ("s", row["file"][1:])


def test_characters_that_act_are_written_out_in_spreadsheets(tmp_path: Path) -> None:
    name = "a\x1b[31m\u202eb\x00"
    assert rows_of_csv(written(tmp_path / "r.csv", error_named(name)))[0]["file"] == "a<U+001B>[31m<U+202E>b<U+0000>"
    written(tmp_path / "r.xlsx", error_named(name))
    assert sheet(tmp_path / "r.xlsx")[0]["file"] == "a<U+001B>[31m<U+202E>b<U+0000>"


def test_text_longer_than_a_cell_of_a_spreadsheet_is_shortened_and_says_so(tmp_path: Path) -> None:
    written(tmp_path / "r.xlsx", error_named("x" * 40_000))
    assert str(sheet(tmp_path / "r.xlsx")[0]["file"]).endswith("x …")


def test_three_formats_say_the_same(tmp_path: Path, world: World) -> None:
    from pyarrow import parquet

    pairs = [pair(world.check(world.token(application(0))).to_json()), error_named("b.pdf")]
    for name in ("r.csv", "r.xlsx", "r.parquet"):
        written(tmp_path / name, *pairs)
    table = parquet.read_table(tmp_path / "r.parquet").to_pylist()
    assert table == [row_of(line) for _, line in pairs]
    assert sheet(tmp_path / "r.xlsx") == table
    as_text = [
        {
            name: "" if cell is None else str(cell).lower() if isinstance(cell, bool) else str(cell)
            for name, cell in row.items()
        }
        for row in table
    ]
    assert rows_of_csv((tmp_path / "r.csv").read_bytes()) == as_text


@pytest.mark.parametrize("ending", sorted(FORMATS))
def test_the_same_results_are_the_same_bytes(tmp_path: Path, world: World, ending: str) -> None:
    pairs = [pair(world.check(world.token(claims())).to_json()), error_named("b.pdf")]
    assert written(tmp_path / f"a{ending}", *pairs) == written(tmp_path / f"b{ending}", *pairs)


def test_many_rows_of_parquet_are_written_in_groups(tmp_path: Path) -> None:
    from pyarrow import parquet

    written(tmp_path / "r.parquet", *[error_named("x")] * 1500)
    assert parquet.ParquetFile(tmp_path / "r.parquet").num_row_groups == 2


def test_missing_library_is_named_by_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.batch.tables.find_spec", lambda _: None)
    check_output(tmp_path / "r.xlsx")
    with pytest.raises(BatchRefused, match=r"competency-bank\[batch\]") as refused:
        check_output(tmp_path / "r.parquet")
    assert refused.value.kind == "extra"


def test_every_column_is_documented_in_its_order() -> None:
    page = (ROOT / "docs/formats/batch.md").read_text("utf-8")
    documented = [
        row.split("`")[1] for row in page.split("## Columns")[1].split("## ")[0].splitlines() if row.startswith("| `")
    ]
    assert documented == list(COLUMNS)


def test_every_problem_of_a_batch_speaks_both_languages_and_is_documented() -> None:
    page = (ROOT / "docs/formats/batch.md").read_text("utf-8")
    for kind in problem_kinds():
        sentence = problem_sentence(kind)
        assert sentence.ko
        assert sentence.en
        assert f"| `{kind}` |" in page
