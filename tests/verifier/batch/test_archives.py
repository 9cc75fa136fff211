"""Archives: what is read, and everything that is not, with its reason."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from verifier.batch import archives
from verifier.batch.archives import HIDDEN, ArchiveReader, Member, is_archive, members_of
from verifier.errors import UnreadableEvidence


def packed(files: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "applications.zip"


def listed(path: Path) -> tuple[Member, ...]:
    members = members_of(path)
    assert members is not None
    return members


def test_members_come_in_the_order_of_the_archive_and_are_read_whole(path: Path) -> None:
    path.write_bytes(packed({"b/2.pdf": b"two", "a/1.pdf": b"one", "empty/": b""}))
    members = listed(path)
    with ArchiveReader() as reader:
        found = [(each.name, reader.read(path, each.places)) for each in members]
    assert found == [("b/2.pdf", b"two"), ("a/1.pdf", b"one")]


def test_archive_in_an_archive_is_read_and_one_deeper_is_not(path: Path) -> None:
    deepest = packed({"x.pdf": b"x"})
    inner = packed({"kim.pdf": b"kim", "deep.zip": deepest})
    path.write_bytes(packed({"all/inner.zip": inner, "lee.pdf": b"lee"}))
    members = listed(path)
    with ArchiveReader() as reader:
        texts = [reader.read(path, each.places) for each in members if each.problem is None]
    assert [(each.name, each.problem) for each in members] == [
        ("all/inner.zip/kim.pdf", None),
        ("all/inner.zip/deep.zip", "archive_nested"),
        ("lee.pdf", None),
    ]
    assert texts == [b"kim", b"lee"]


def test_hidden_files_are_marked(path: Path) -> None:
    path.write_bytes(packed({".DS_Store": b"", "__MACOSX/a.pdf": b"", "a/.b": b"", "../../c.pdf": b"c"}))
    assert [each.problem for each in listed(path)] == [HIDDEN, HIDDEN, HIDDEN, None]


def test_a_name_that_climbs_is_only_a_name(path: Path, tmp_path: Path) -> None:
    path.write_bytes(packed({"../../../tmp/evil.pdf": b"x", "/etc/passwd": b"y"}))
    with ArchiveReader() as reader:
        assert [reader.read(path, each.places) for each in listed(path)] == [b"x", b"y"]
    assert [each.name for each in tmp_path.iterdir()] == ["applications.zip"]


def test_names_of_old_korean_programs_are_read(path: Path) -> None:
    data = packed({"name.pdf": b"kim"})
    path.write_bytes(data.replace(b"name", "지원".encode("cp949")))
    assert [each.name for each in listed(path)] == ["지원.pdf"]


def test_office_document_is_one_file_and_no_archive(path: Path) -> None:
    path.write_bytes(packed({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<y/>"}))
    assert is_archive(path.read_bytes())
    assert members_of(path) is None


def test_office_document_in_an_archive_is_one_file(path: Path) -> None:
    path.write_bytes(packed({"cv.docx": packed({"[Content_Types].xml": b"<x/>"})}))
    assert [(each.name, each.problem) for each in listed(path)] == [("cv.docx", None)]


def test_member_that_unpacks_to_a_hundred_times_its_size_is_not_read(path: Path) -> None:
    path.write_bytes(packed({"bomb.pdf": bytes(3_000_000), "small.pdf": bytes(1000)}))
    assert [each.problem for each in listed(path)] == ["archive_ratio", None]


def test_encrypted_member_is_not_read(path: Path) -> None:
    data = bytearray(packed({"a.pdf": b"a"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert [each.problem for each in listed(path)] == ["archive_locked"]


def test_member_packed_by_another_method_is_not_read(path: Path) -> None:
    path.write_bytes(packed({"a.pdf": b"a" * 99}, method=zipfile.ZIP_BZIP2))
    assert [each.problem for each in listed(path)] == ["archive_method"]


@pytest.mark.parametrize("cut", [4, 30, 60, 100])
def test_archive_that_was_cut_off_is_damaged(path: Path, cut: int) -> None:
    path.write_bytes(packed({"a.pdf": b"a" * 50})[:cut])
    with pytest.raises(UnreadableEvidence) as refused:
        members_of(path)
    assert refused.value.kind == "archive_damaged"


def test_member_that_was_changed_is_damaged(path: Path) -> None:
    data = packed({"a.pdf": b"untouched"}, method=zipfile.ZIP_STORED)
    path.write_bytes(data.replace(b"untouched", b"replaced!"))
    members = listed(path)
    assert [each.problem for each in members] == ["archive_damaged"]
    with ArchiveReader() as reader, pytest.raises(UnreadableEvidence) as refused:
        reader.read(path, members[0].places)
    assert refused.value.kind == "archive_damaged"


def test_missing_archive_says_so(path: Path) -> None:
    with pytest.raises(UnreadableEvidence) as refused:
        members_of(path)
    assert refused.value.kind == "file_missing"


def test_archive_with_too_many_members_is_not_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_FILES", 2)
    path.write_bytes(packed({"1": b"", "2": b"", "3": b""}))
    with pytest.raises(UnreadableEvidence) as refused:
        members_of(path)
    assert refused.value.kind == "archive_too_large"


def test_archive_that_would_unpack_to_too_much_is_not_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 10)
    path.write_bytes(packed({"inner.zip": packed({"1": b"123456", "2": b"123456"})}))
    with pytest.raises(UnreadableEvidence):
        members_of(path)


def test_archive_is_not_read_when_those_in_it_make_it_too_many_files(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_FILES", 4)
    two = packed({"1": b"", "2": b""})
    path.write_bytes(packed({"a.zip": two, "b.zip": two}))
    assert len(listed(path)) == 4
    path.write_bytes(packed({"a.zip": two, "b.zip": two, "c": b""}))
    with pytest.raises(UnreadableEvidence) as refused:
        members_of(path)
    assert refused.value.kind == "archive_too_large"


@pytest.mark.parametrize("inner", [{"1/": b"", "2/": b"", "3/": b""}, {str(number): b"" for number in range(9)}])
def test_archive_is_not_read_when_going_through_those_in_it_would_not_end(
    path: Path, monkeypatch: pytest.MonkeyPatch, inner: Mapping[str, bytes]
) -> None:
    monkeypatch.setattr(archives, "MAX_FILES", 8)
    monkeypatch.setattr(archives, "MAX_ENTRIES", 20)
    path.write_bytes(packed({f"{number}.zip": packed(inner) for number in range(8)}))
    with pytest.raises(UnreadableEvidence) as refused:
        members_of(path)
    assert refused.value.kind == "archive_too_large"


def test_only_the_nested_archive_is_refused_when_it_is_too_large(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_FILES", 2)
    path.write_bytes(packed({"inner.zip": packed({"1": b"", "2": b"", "3": b""}), "good.pdf": b"x"}))
    assert [each.problem for each in listed(path)] == ["archive_too_large", None]


def test_nested_archive_beyond_its_size_is_not_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_NESTED_BYTES", 10)
    path.write_bytes(packed({"inner.zip": packed({"1": b"1"})}))
    assert [each.problem for each in listed(path)] == ["archive_damaged"]


def test_directory_beyond_its_size_is_not_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(packed({f"{number:0100d}": b"" for number in range(40)}))
    assert len(listed(path)) == 40
    monkeypatch.setattr(archives, "MAX_DIRECTORY_BYTES", 4000)
    with pytest.raises(UnreadableEvidence) as refused:
        members_of(path)
    assert refused.value.kind == "archive_damaged"
