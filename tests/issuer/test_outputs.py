"""Files appear whole or not at all."""

import errno
from pathlib import Path

import pytest

from issuer.errors import InvalidOption, StorageFull, StorageUnusable
from issuer.outputs import PendingFiles, check_target, storage_errors, write_whole


def test_files_appear_only_when_published(tmp_path: Path) -> None:
    with PendingFiles() as files:
        files.add(tmp_path / "a", b"new")
        assert not (tmp_path / "a").exists()
        files.publish()
    assert (tmp_path / "a").read_bytes() == b"new"


def test_unpublished_files_leave_nothing(tmp_path: Path) -> None:
    with PendingFiles() as files:
        files.add(tmp_path / "a", b"new")
    assert list(tmp_path.iterdir()) == []


def test_an_old_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"old")
    with PendingFiles() as files:
        files.add(tmp_path / "a", b"new")
        assert (tmp_path / "a").read_bytes() == b"old"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_lack_of_room_is_named_as_such(number: int) -> None:
    with pytest.raises(StorageFull, match="no room left to write the thing"), storage_errors("the thing"):
        raise OSError(number, "x")


def test_another_problem_is_told_in_the_systems_words(tmp_path: Path) -> None:
    with pytest.raises(StorageUnusable, match="No such file or directory"):
        write_whole(tmp_path / "missing/a", b"x")


def test_a_full_device_stops_the_work_before_anything_is_published(tmp_path: Path) -> None:
    def write_both() -> None:
        with PendingFiles() as files:
            files.add(tmp_path / "a", b"new")
            files.add(Path("/dev/full"), b"new")

    with pytest.raises(StorageFull, match="/dev/full"):
        write_both()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_target(tmp_path: Path) -> None:
    with pytest.raises(InvalidOption, match="a folder has this name"):
        check_target(tmp_path)
