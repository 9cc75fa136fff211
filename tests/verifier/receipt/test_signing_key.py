"""The key for receipts: made on first use, encrypted, published; whoever checks pins the published file."""

import fcntl
import json
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from keys.errors import KeyFileError
from keys.key_files import FileSigner, create_key
from verifier.errors import ReceiptKeyError
from verifier.receipt.signing_key import (
    KEY_FILE,
    PUBLISHED_FILE,
    create_receipt_key,
    open_receipt_key,
    publish_key,
    published_keys,
    read_published_keys,
)

PASSPHRASE = "correct horse"


def test_key_is_made_on_first_use_and_opened_afterwards(tmp_path: Path) -> None:
    first = open_receipt_key(tmp_path / "new", passphrase=PASSPHRASE)
    second = open_receipt_key(tmp_path / "new", passphrase=PASSPHRASE)
    assert first.key_id == second.key_id
    assert b"ENCRYPTED" in (tmp_path / "new" / KEY_FILE).read_bytes()
    assert (tmp_path / "new" / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert list(published_keys(tmp_path / "new")) == [first.key_id]


def test_of_two_programs_that_need_the_key_at_once_both_have_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meets, found = threading.Event(), list[str]()
    really_lock, really_make = fcntl.flock, create_receipt_key

    def open_too() -> None:
        with suppress(ReceiptKeyError):
            found.append(open_receipt_key(tmp_path, passphrase=PASSPHRASE).key_id)
        meets.set()

    second = threading.Thread(target=open_too)

    def lock(file: int, operation: int) -> None:
        if threading.current_thread() is second:
            meets.set()
        really_lock(file, operation)

    def make(folder: Path, *, passphrase: str) -> FileSigner:
        if threading.current_thread() is not second:
            second.start()
            meets.wait()  # until the second has made one, or waits for the first
        return really_make(folder, passphrase=passphrase)

    monkeypatch.setattr("verifier.whole_files.fcntl.flock", lock)
    monkeypatch.setattr("verifier.receipt.signing_key.create_receipt_key", make)
    first = open_receipt_key(tmp_path, passphrase=PASSPHRASE).key_id
    second.join()
    assert found == [first]


def test_retired_key_stays_published_when_a_new_one_is_made(tmp_path: Path) -> None:
    old = create_receipt_key(tmp_path, passphrase=PASSPHRASE)
    (tmp_path / KEY_FILE).unlink()
    new = open_receipt_key(tmp_path, passphrase=PASSPHRASE)
    assert list(published_keys(tmp_path)) == [old.key_id, new.key_id]


def test_lost_list_of_published_keys_is_made_again(tmp_path: Path) -> None:
    signer = create_receipt_key(tmp_path, passphrase=PASSPHRASE)
    (tmp_path / PUBLISHED_FILE).unlink()
    open_receipt_key(tmp_path, passphrase=PASSPHRASE)
    assert list(published_keys(tmp_path)) == [signer.key_id]


def test_single_key_may_be_pinned(tmp_path: Path) -> None:
    signer = FileSigner(create_key())
    (tmp_path / "key.json").write_text(json.dumps(signer.public_jwk()))
    assert list(read_published_keys(tmp_path / "key.json")) == [signer.key_id]


@pytest.mark.parametrize(
    ("folder", "passphrase", "message"),
    [(None, PASSPHRASE, "VERIFIER_CONFIG"), (Path(), None, "VERIFIER_PASSPHRASE"), (Path(), "", "VERIFIER_PASS")],
)
def test_without_folder_or_passphrase_no_key_is_made(folder: Path | None, passphrase: str | None, message: str) -> None:
    with pytest.raises(ReceiptKeyError, match=message):
        open_receipt_key(folder, passphrase=passphrase)


def test_wrong_passphrase_is_refused(tmp_path: Path) -> None:
    create_receipt_key(tmp_path, passphrase=PASSPHRASE)
    with pytest.raises(ReceiptKeyError, match="passphrase"):
        open_receipt_key(tmp_path, passphrase="another one")


def test_short_passphrase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReceiptKeyError, match="at least 8"):
        open_receipt_key(tmp_path, passphrase="short")


def test_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KeyFileError, match="folder"):
        create_receipt_key(tmp_path / "file", passphrase=PASSPHRASE)


@pytest.mark.parametrize(
    "content", ["", "{}", '{"keys": []}', '{"keys": 1}', '{"keys": [{"kty": "RSA"}]}', '{"keys": [1]}', "["]
)
def test_file_without_a_usable_key_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / PUBLISHED_FILE).write_text(content)
    with pytest.raises(ReceiptKeyError, match="expected"):
        published_keys(tmp_path)


def test_missing_key_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReceiptKeyError, match="readable"):
        read_published_keys(tmp_path / "none.json")


@pytest.mark.parametrize("folder", [None, Path("/nonexistent-folder")])
def test_verifier_that_never_wrote_a_receipt_has_no_keys_to_check_with(folder: Path | None) -> None:
    with pytest.raises(ReceiptKeyError, match="--key"):
        published_keys(folder)


def test_keys_that_cannot_be_published_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReceiptKeyError, match="write"):
        publish_key(tmp_path / "none", create_key().public_key())
