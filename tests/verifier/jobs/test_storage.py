"""Folders of jobs: private, and not outliving their process."""

from pathlib import Path

from verifier.jobs.storage import JobStorage


def opened(folder: Path | None) -> JobStorage:
    storage = JobStorage(folder)
    storage.open()
    return storage


def test_folders_are_for_this_user_only(tmp_path: Path) -> None:
    storage = opened(tmp_path / "jobs")
    folder = storage.new_folder()
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "jobs", folder, folder.parent)} == {0o700}
    storage.close()


def test_what_a_killed_process_left_is_erased_by_the_next_one(tmp_path: Path) -> None:
    dead = opened(tmp_path)
    (dead.new_folder() / "00000").write_bytes(b"secret")
    import os

    os.close(dead._lock)  # as the kernel does when a process is killed
    alive = opened(tmp_path)
    assert [path.name for path in tmp_path.rglob("00000")] == []
    alive.close()


def test_the_folder_of_a_process_that_lives_is_left_alone(tmp_path: Path) -> None:
    first = opened(tmp_path)
    (first.new_folder() / "00000").write_bytes(b"work")
    second = opened(tmp_path)
    assert len([*tmp_path.rglob("00000")]) == 1
    first.close()
    second.close()
    assert [*tmp_path.iterdir()] == []


def test_without_a_folder_there_is_a_temporary_one_that_ends(tmp_path: Path) -> None:
    storage = opened(None)
    folder = storage.new_folder()
    storage.close()
    assert not folder.parent.parent.exists()
    assert [*tmp_path.iterdir()] == []


def test_a_storage_that_was_never_opened_closes_without_harm(tmp_path: Path) -> None:
    JobStorage(tmp_path).close()
    assert tmp_path.is_dir()
