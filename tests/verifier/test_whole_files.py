"""A file is there whole or not at all."""

from pathlib import Path

import pytest

from verifier.receipt.digests import sha256_hex
from verifier.receipt.kept import KeptMaterial
from verifier.whole_files import PUBLIC, write_new, write_whole


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)


def test_a_file_is_private_unless_it_is_for_everybody(tmp_path: Path) -> None:
    write_whole(tmp_path / "mine", b"a")
    write_whole(tmp_path / "ours", b"b", mode=PUBLIC)
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("mine", "ours")] == [0o600, 0o644]


@pytest.mark.usefixtures("full_disk")
def test_a_disk_that_refuses_leaves_the_earlier_file_and_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"earlier")
    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "file", b"later")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"earlier")]


def test_a_new_file_is_never_put_over_another(tmp_path: Path) -> None:
    write_new(tmp_path / "file", b"first")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "file", b"second")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"first")]
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_a_kept_list_that_was_damaged_is_kept_anew(tmp_path: Path) -> None:
    kept, name = KeptMaterial(tmp_path), sha256_hex(b"a status list")
    (tmp_path / name).write_bytes(b"")
    assert kept.find(name) is None
    kept.keep(b"a status list")
    assert kept.find(name) == b"a status list"
