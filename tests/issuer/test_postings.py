"""Postings are read from a folder; what is no posting is refused by name, before anybody could choose by it."""

import json
import shutil
from pathlib import Path

import pytest

from issuer.errors import FileUnreadable
from issuer.postings import MAX_POSTINGS, read_postings

ROOT = Path(__file__).resolve().parents[2]
POLICY = ROOT / "verifier/policies/published/ts-hiring-criteria-1.0.0.yaml"
NOTICE = json.loads((ROOT / "examples/scoring/notice.json").read_text("utf-8"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    posting = tmp_path / "postings/ts-2026-01"
    posting.mkdir(parents=True)
    shutil.copy(POLICY, posting / "policy.yaml")
    (posting / "notice.json").write_text(json.dumps(NOTICE))
    return posting.parent


def refusal(folder: Path) -> str:
    with pytest.raises(FileUnreadable) as caught:
        read_postings(folder)
    return str(caught.value)


def test_postings_are_read_by_the_names_of_their_folders(folder: Path) -> None:
    shutil.copytree(folder / "ts-2026-01", folder / "another-1")
    (folder / ".hidden").mkdir()
    found = read_postings(folder)
    assert [*found] == ["another-1", "ts-2026-01"]
    assert found["another-1"].title == NOTICE["title"]
    assert found["ts-2026-01"].notice.id == NOTICE["id"]


@pytest.mark.parametrize("name", ["Upper", "with space", "under_score", "-first", "a" * 61, "공고"])
def test_folder_of_another_name_is_refused(folder: Path, name: str) -> None:
    (folder / "ts-2026-01").rename(folder / name)
    assert "expected a folder named by lower-case letters" in refusal(folder)


@pytest.mark.parametrize("missing", ["policy.yaml", "notice.json"])
def test_posting_without_one_of_its_files_is_refused(folder: Path, missing: str) -> None:
    (folder / "ts-2026-01" / missing).unlink()
    assert missing in refusal(folder)
    assert "ts-2026-01" in refusal(folder)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"title": None}, "title"),
        ({"title": ""}, "title"),
        ({"title": "가\u202e나"}, "title"),
        ({"title": ["x"]}, "title"),
        ({"mood": "good"}, "mood"),
        ({"track": "nobody knows"}, "track"),
        ({"notice_date": "soon"}, "notice_date"),
        ({"readings": 3}, "readings"),
    ],
)
def test_notice_that_does_not_fit_is_refused(folder: Path, change: dict[str, object], why: str) -> None:
    (folder / "ts-2026-01/notice.json").write_text(json.dumps(NOTICE | change))
    assert why in refusal(folder)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("notice.json", b"{"),
        ("notice.json", b"[]"),
        ("notice.json", b'{"id":"a","id":"b"}'),
        ("policy.yaml", b"not: a policy"),
        ("policy.yaml", b"\xff"),
        ("policy.yaml", b"a: &x 1\nb: *x"),
        ("policy.yaml", b"#" * 300_000),
        ("notice.json", b" " * 300_000),
    ],
)
def test_file_that_cannot_be_read_is_refused(folder: Path, name: str, data: bytes) -> None:
    (folder / "ts-2026-01" / name).write_bytes(data)
    assert "postings/ts-2026-01" in refusal(folder)


def test_refusal_names_the_folder_that_was_given(folder: Path) -> None:
    (folder / "ts-2026-01/notice.json").write_bytes(b"{")
    assert "jobs/ts-2026-01" in refusal(folder.rename(folder.with_name("jobs")))


def test_policy_that_asks_what_blind_hiring_hides_is_refused(folder: Path) -> None:
    row = {"id": "x", "types": ["academic_degree"], "claims": {"issuing_body": ["한빛대학교"]}}
    document = NOTICE | {"extra_special_qualifications": [row]}
    (folder / "ts-2026-01/notice.json").write_text(json.dumps(document))
    assert "academic_degree/issuing_body" in refusal(folder)


def test_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "nowhere" in refusal(tmp_path / "nowhere")


def test_too_many_postings_are_refused(tmp_path: Path) -> None:
    for number in range(MAX_POSTINGS + 1):
        (tmp_path / f"posting-{number}").mkdir()
    assert f"at most {MAX_POSTINGS}" in refusal(tmp_path)
