"""Inputs: folders, links, archives and the manifest become one list whose order never changes."""

import os
from pathlib import Path

import pytest

from tests.verifier.batch.test_archives import packed
from verifier.batch import inputs
from verifier.batch.archives import ArchiveReader
from verifier.batch.inputs import Listing, list_inputs, read_item
from verifier.batch.manifest import Application, Manifest, read_manifest
from verifier.errors import BatchRefused, UnreadableEvidence


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    apps = tmp_path / "apps"
    (apps / "b").mkdir(parents=True)
    (apps / "a.pdf").write_bytes(b"a")
    (apps / "b" / "kim.pdf").write_bytes(b"kim")
    (apps / "c.pdf").write_bytes(b"c")
    return tmp_path


def names(listing: Listing, folder: Path) -> list[str]:
    return [item.name.removeprefix(f"{folder}/") for item in listing.items]


def listed(*paths: Path, manifest: Manifest | None = None, own: tuple[Path, ...] = ()) -> Listing:
    return list_inputs([str(path) for path in paths], manifest=manifest, own=own)


def manifest_in(folder: Path, *rows: str) -> Manifest:
    file = folder / "manifest.csv"
    file.write_text("\n".join(["applicant_no,path,name,birth_date", *rows]), "utf-8")
    return read_manifest(file)


def applications(listing: Listing) -> list[str | None]:
    return [each.application.applicant_no if each.application else None for each in listing.items]


def test_folder_is_read_by_the_bytes_of_its_names(folder: Path) -> None:
    assert names(listed(folder / "apps"), folder) == ["apps/a.pdf", "apps/b/kim.pdf", "apps/c.pdf"]


def test_paths_keep_the_order_in_which_they_were_given(folder: Path) -> None:
    found = listed(folder / "apps/c.pdf", folder / "apps/b")
    assert names(found, folder) == ["apps/c.pdf", "apps/b/kim.pdf"]


def test_archive_stands_for_what_is_in_it(folder: Path) -> None:
    (folder / "apps/b.zip").write_bytes(packed({"x/1.pdf": b"one"}))
    found = listed(folder / "apps")
    assert names(found, folder)[2] == "apps/b.zip/x/1.pdf"
    with ArchiveReader() as archives:
        assert [read_item(item, archives) for item in found.items] == [b"a", b"kim", b"one", b"c"]


def test_damaged_archive_is_one_line(folder: Path) -> None:
    (folder / "apps/b.zip").write_bytes(b"PK\x03\x04nothing")
    assert [item.problem for item in listed(folder / "apps").items] == [None, None, "archive_damaged", None]


def test_hidden_files_are_left_out_and_counted(folder: Path) -> None:
    (folder / "apps/.DS_Store").write_bytes(b"")
    (folder / "apps/z.zip").write_bytes(packed({"__MACOSX/x": b"", "1.pdf": b"1"}))
    found = listed(folder / "apps")
    assert (len(found.items), found.hidden) == (4, 2)


def test_link_inside_the_folder_is_followed_and_one_that_leads_out_is_not(folder: Path) -> None:
    (folder / "secret").write_bytes(b"secret")
    (folder / "apps/inside").symlink_to(folder / "apps/a.pdf")
    (folder / "apps/outside").symlink_to(folder / "secret")
    (folder / "apps/loop").symlink_to(folder / "apps")
    (folder / "apps/dangling").symlink_to("nothing")
    (folder / "apps/self").symlink_to("self")
    found = {item.name.rpartition("/")[2]: item for item in listed(folder / "apps").items}
    problems = {name: item.problem for name, item in found.items() if item.problem}
    assert problems == dict.fromkeys(("outside", "loop", "dangling", "self"), "link_outside")
    with ArchiveReader() as archives:
        assert read_item(found["inside"], archives) == b"a"
        with pytest.raises(UnreadableEvidence) as refused:
            read_item(found["outside"], archives)
    assert refused.value.kind == "link_outside"


def test_what_is_no_plain_file_is_neither_opened_nor_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "apps/pipe")
    item = listed(folder / "apps").items[-1]
    with ArchiveReader() as archives, pytest.raises(UnreadableEvidence) as refused:
        read_item(item, archives)
    assert refused.value.kind == "file_missing"


def test_folder_that_cannot_be_listed_is_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = os.scandir

    def refused(path: Path) -> object:
        if Path(path).name == "b":
            raise PermissionError
        return given(path)

    monkeypatch.setattr("verifier.batch.inputs.os.scandir", refused)
    assert [item.problem for item in listed(folder / "apps").items] == [None, "file_missing", None]


def test_the_files_of_the_batch_itself_are_no_input(folder: Path) -> None:
    found = listed(folder / "apps", own=(folder / "apps/b/../c.pdf",))
    assert names(found, folder) == ["apps/a.pdf", "apps/b/kim.pdf"]


def test_more_files_than_a_batch_may_have_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "MAX_FILES", 2)
    with pytest.raises(BatchRefused, match="at most 2 files") as refused:
        listed(folder / "apps")
    assert refused.value.kind == "inputs"


def test_more_files_and_rows_than_a_batch_may_have_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "MAX_FILES", 3)
    with pytest.raises(BatchRefused, match="files and rows"):
        listed(folder / "apps", manifest=manifest_in(folder, "1,absent.pdf,,"))


def test_nothing_to_check_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BatchRefused, match="at least one file"):
        listed(tmp_path)


def test_manifest_says_what_is_checked_when_no_path_is_given(folder: Path) -> None:
    found = listed(manifest=manifest_in(folder, "7,apps/b,,", "3,apps/a.pdf,김철수,1999-01-02", "5,apps/absent.pdf,,"))
    assert names(found, folder) == ["apps/b/kim.pdf", "apps/a.pdf", "apps/absent.pdf"]
    assert applications(found) == ["7", "3", "5"]
    with ArchiveReader() as archives, pytest.raises(UnreadableEvidence) as refused:
        read_item(found.items[2], archives)
    assert refused.value.kind == "file_missing"


def test_manifest_names_nothing_outside_its_folder(folder: Path) -> None:
    (folder / "apps/out").symlink_to("/etc")
    manifest = manifest_in(folder, "1,../x.pdf,,", "2,/etc/passwd,,", "3,apps/out/passwd,,")
    assert [item.problem for item in listed(manifest=manifest).items] == ["link_outside"] * 3


def test_empty_folder_of_a_row_is_a_missing_file(folder: Path) -> None:
    (folder / "empty").mkdir()
    found = listed(manifest=manifest_in(folder, "1,empty,,"))
    assert [(item.name, item.path) for item in found.items] == [("empty", None)]


def test_files_belong_to_the_closest_row_above_them(folder: Path) -> None:
    (folder / "apps/z.zip").write_bytes(packed({"lee/1.pdf": b"1", "park.pdf": b"2", "other.pdf": b"3"}))
    manifest = manifest_in(folder, "1,apps/a.pdf,,", "2,apps/b,,", "3,apps/z.zip/lee,,", "4,apps\\z.zip\\park.pdf,,")
    assert applications(listed(folder / "apps", manifest=manifest)) == ["1", "2", None, "3", "4", None]


def test_rows_may_name_files_below_the_path_that_was_given(folder: Path) -> None:
    (folder / "other").mkdir()
    (folder / "z.zip").write_bytes(packed({"lee.pdf": b"1"}))
    manifest = manifest_in(folder / "other", "1,a.pdf,,", "2,lee.pdf,,")
    assert applications(listed(folder / "apps", folder / "z.zip", manifest=manifest)) == ["1", None, None, "2"]


def test_row_that_fits_below_two_paths_is_refused(folder: Path) -> None:
    (folder / "z.zip").write_bytes(packed({"a.pdf": b"1"}))
    with pytest.raises(BatchRefused, match="row 2 of the manifest: its path lies in two") as refused:
        listed(folder / "apps", folder / "z.zip", manifest=manifest_in(folder, "1,a.pdf,,"))
    assert refused.value.kind == "manifest"


def test_row_without_a_file_is_a_line_of_its_own(folder: Path) -> None:
    found = listed(folder / "apps", manifest=manifest_in(folder, "1,apps/a.pdf,,", "9,apps/absent.pdf,,"))
    assert names(found, folder)[-1] == "apps/absent.pdf"
    assert applications(found) == ["1", None, None, "9"]


def test_decomposed_file_names_are_found(folder: Path) -> None:
    (folder / "apps" / "\u1100\u1161.pdf").write_bytes(b"x")
    found = listed(folder / "apps", manifest=manifest_in(folder, "1,apps/가.pdf,,"))
    assert applications(found)[-1] == "1"


def test_manifest_reads_numbers_names_and_days_in_every_form(folder: Path) -> None:
    rows = ["1,a, 김 철수 ,1999-01-02", "2,b,,1999.01.02", "3,c,,19990102", "4,d,,1999/01/02", "", "5,e,,"]
    found = manifest_in(folder, *rows)
    day = found.rows[0].application.birth_date
    assert found.rows[0].application == Application("1", "김 철수", day)
    assert [str(row.application.birth_date) for row in found.rows] == ["1999-01-02"] * 4 + ["None"]
    assert found.rows[-1].number == 7


def test_manifest_of_a_spreadsheet_is_read_and_its_other_columns_are_named(folder: Path) -> None:
    file = folder / "m.csv"
    file.write_bytes("\ufeffPath,지망,APPLICANT_NO\r\nx.pdf,전산,7\r\n".encode())
    found = read_manifest(file)
    assert (found.rows[0].path, found.rows[0].application.applicant_no) == ("x.pdf", "7")
    assert found.ignored_columns == ("지망",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected one column 'applicant_no'"),
        ("applicant_no,name\n1,x", "expected one column 'path'"),
        ("applicant_no,path,note,note\n1,x,,", "every column"),
        ("applicant_no,path\n1", "row 2 of the manifest: expected 2 cells, found 1"),
        ("applicant_no,path\n1,a\n\n2,a", "row 4 of the manifest: expected every path once, found that of row 2"),
        ("applicant_no,path\n1, ", "row 2 of the manifest: expected a path"),
        ("applicant_no,path\n1,a\0b", "row 2 of the manifest: expected a path"),
        ("applicant_no,path\n,a", "row 2 of the manifest: expected an applicant_no"),
        ("applicant_no,path,name\n1,a," + "x" * 201, "expected a name of at most 200"),
        ("applicant_no,path,birth_date\n1,a,1.2.1999", "expected birth_date as"),
        ("applicant_no,path,birth_date\n1,a,1999-02-30", "a day that exists"),
        ('applicant_no,path\n1,"a', "expected CSV in line 2"),
    ],
)
def test_manifest_with_a_mistake_is_refused_with_its_row(folder: Path, text: str, message: str) -> None:
    file = folder / "m.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(BatchRefused) as refused:
        read_manifest(file)
    assert message in str(refused.value)
    assert refused.value.kind == "manifest"


def test_manifest_in_another_encoding_or_missing_or_too_large_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder / "m.csv"
    file.write_bytes("applicant_no,path\n1,지원.pdf".encode("cp949"))
    with pytest.raises(BatchRefused, match="CSV UTF-8"):
        read_manifest(file)
    with pytest.raises(BatchRefused, match="readable manifest"):
        read_manifest(folder / "absent.csv")
    monkeypatch.setattr("verifier.batch.manifest.MAX_MANIFEST_BYTES", 4)
    with pytest.raises(BatchRefused, match="at most 4 bytes"):
        read_manifest(file)


def test_manifest_with_too_many_rows_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.batch.manifest.MAX_FILES", 1)
    with pytest.raises(BatchRefused, match="at most 1 rows"):
        manifest_in(folder, "1,a,,", "2,b,,")
