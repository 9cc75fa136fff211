"""A file that is kept in memory is read again when it was replaced, and only then."""

from pathlib import Path

import pytest

from issuer.bank.kept_file import KeptFile
from issuer.errors import FileUnreadable
from issuer.outputs import write_whole


class Reader:
    """Reads a file, counts how often, and cannot read a damaged one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0

    def __call__(self) -> str:
        self.count += 1
        text = self.path.read_text()
        if text == "damaged":
            raise FileUnreadable("damaged", file=self.path.name)
        return text


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    write_whole(tmp_path / "file", b"first")
    return Reader(tmp_path / "file")


def test_a_file_that_was_not_replaced_is_not_read_again(reader: Reader) -> None:
    kept = KeptFile("first", reader.path, reader)
    assert (kept.newest(), kept.value, reader.count) == ("first", "first", 0)


def test_a_replaced_file_is_read_once(reader: Reader) -> None:
    kept = KeptFile("first", reader.path, reader)
    write_whole(reader.path, b"other")
    assert kept.value == "first"
    assert [kept.newest(), kept.newest(), kept.value, reader.count] == ["other", "other", "other", 1]


def test_what_was_written_by_oneself_is_not_read(reader: Reader) -> None:
    kept = KeptFile("first", reader.path, reader)
    write_whole(reader.path, b"own")
    kept.keep("own")
    assert (kept.newest(), reader.count) == ("own", 0)


def test_a_damaged_or_missing_file_changes_nothing(reader: Reader) -> None:
    kept = KeptFile("first", reader.path, reader)
    write_whole(reader.path, b"damaged")
    assert [kept.newest(), kept.newest(), reader.count] == ["first", "first", 1]
    reader.path.unlink()
    assert kept.newest() == "first"
    write_whole(reader.path, b"mended")
    assert kept.newest() == "mended"
