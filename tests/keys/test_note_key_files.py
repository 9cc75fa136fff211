"""The key of a log in a file: encrypted like every other key, and never mistaken for one."""

from pathlib import Path

import pytest

from keys.errors import KeyFileError, UnknownKeyScheme, WrongPassphrase
from keys.key_files import (
    create_key,
    read_note_key,
    read_plain_development_note_key,
    read_signer,
    write_encrypted,
    write_plain_for_development,
)
from keys.key_uris import open_note_key
from keys.note_keys import create_note_key

PASSPHRASE = "correct horse"
KEY = create_note_key()


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "log.pem"
    write_encrypted(path, KEY, passphrase=PASSPHRASE)
    return path


def test_encrypted_key_is_opened_by_its_passphrase(encrypted: Path) -> None:
    opened = open_note_key(f"file:{encrypted}", secrets={f"file:{encrypted}": PASSPHRASE}.__getitem__)
    assert opened.public_key() == KEY.public_key()
    assert KEY.public_key().verify(opened.sign(b"text"), b"text")


def test_wrong_passphrase_opens_nothing(encrypted: Path) -> None:
    with pytest.raises(WrongPassphrase):
        read_note_key(encrypted, passphrase="wrong horse")


def test_key_of_the_log_is_no_key_of_credentials(encrypted: Path) -> None:
    with pytest.raises(KeyFileError, match="P-256"):
        read_signer(encrypted, passphrase=PASSPHRASE)


def test_plain_key_is_opened_by_its_own_name_only(tmp_path: Path) -> None:
    write_plain_for_development(tmp_path / "log.pem", KEY)
    opened = open_note_key(f"dev-file:{tmp_path / 'log.pem'}", secrets=lambda _uri: "")
    assert opened.public_key() == KEY.public_key()
    with pytest.raises(KeyFileError, match="ENCRYPTED"):
        read_note_key(tmp_path / "log.pem", passphrase=PASSPHRASE)


def test_key_of_credentials_is_no_key_of_a_log(tmp_path: Path) -> None:
    write_plain_for_development(tmp_path / "key.pem", create_key())
    with pytest.raises(KeyFileError, match="Ed25519"):
        read_plain_development_note_key(tmp_path / "key.pem")


def test_key_in_a_key_service_is_not_known_for_a_log() -> None:
    with pytest.raises(UnknownKeyScheme, match="dev-file:, file:"):
        open_note_key("kms:cloud/log", secrets=lambda _uri: "")
