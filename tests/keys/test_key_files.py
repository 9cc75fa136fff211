"""Private keys in files, and the key URIs that name them (S22)."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from asn1crypto import pem
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from keys.errors import KeyFileError, UnknownKeyScheme, WrongPassphrase
from keys.jwk import PublicKey
from keys.key_files import (
    FileSigner,
    PrivateKey,
    create_key,
    read_plain_development_signer,
    read_private_key,
    read_signer,
    write_encrypted,
    write_plain_for_development,
)
from keys.key_uris import open_signer
from keys.pkcs8 import encrypt_pkcs8

PASSPHRASE = "correct horse 배터리"


@pytest.fixture(scope="module")
def key() -> PrivateKey:
    return create_key()


@pytest.fixture(scope="module")
def key_file(key: PrivateKey, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "issuer key.pem"
    write_encrypted(path, key, passphrase=PASSPHRASE)
    return path


@pytest.fixture
def plain_file(key: PrivateKey, tmp_path: Path) -> Path:
    path = tmp_path / "plain.pem"
    write_plain_for_development(path, key)
    return path


def private_file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def no_secrets(uri: str) -> str:
    raise AssertionError(f"asked for the secret of {uri}")


def test_an_encrypted_key_is_read_back_by_its_file_uri(key: PrivateKey, key_file: Path) -> None:
    uri = f"file://{str(key_file).replace(' ', '%20')}"
    signer = open_signer(uri, secrets={uri: PASSPHRASE}.__getitem__)
    assert signer.public_jwk() == key.public_key().jwk()
    assert key.public_key().verify(signer.sign(b"message"), b"message")


def test_an_encrypted_key_file_is_private_and_the_only_file_written(key_file: Path) -> None:
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert [found.name for found in key_file.parent.iterdir()] == [key_file.name]


def test_an_encrypted_key_file_is_read_by_the_cryptography_library(key: PrivateKey, key_file: Path) -> None:
    found = load_pem_private_key(key_file.read_bytes(), PASSPHRASE.encode())
    assert isinstance(found, ec.EllipticCurvePrivateKey)
    assert found.private_numbers() == key.cryptography_key().private_numbers()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl program")
def test_the_form_of_an_encrypted_key_is_read_by_openssl(key: PrivateKey, tmp_path: Path) -> None:
    # At the lowest cost only: openssl pkey refuses scrypt above 32 MiB, and our files take 128 MiB.
    der = encrypt_pkcs8(key.cryptography_key(), "passphrase", log2_n=14)
    path = private_file(tmp_path / "key.pem", pem.armor("ENCRYPTED PRIVATE KEY", der))
    command = ["openssl", "pkey", "-in", str(path), "-passin", "pass:passphrase"]
    result = subprocess.run(command, capture_output=True, check=True)
    found = load_pem_private_key(result.stdout, None)
    assert isinstance(found, ec.EllipticCurvePrivateKey)
    assert found.private_numbers() == key.cryptography_key().private_numbers()


def test_a_wrong_passphrase_is_refused_with_a_plain_sentence(key_file: Path) -> None:
    with pytest.raises(WrongPassphrase, match=r"^the passphrase does not open the key file issuer key\.pem$"):
        read_signer(key_file, passphrase="wrong passphrase")


def test_an_empty_passphrase_is_refused(key_file: Path) -> None:
    with pytest.raises(WrongPassphrase, match="found an empty one"):
        read_signer(key_file, passphrase="")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_file_that_others_may_touch_is_refused(key_file: Path, tmp_path: Path, mode: int) -> None:
    path = private_file(tmp_path / "open.pem", key_file.read_bytes())
    path.chmod(mode)
    with pytest.raises(KeyFileError, match=rf"expected mode 0600 on the key file open\.pem, found {mode:04o}"):
        read_signer(path, passphrase=PASSPHRASE)


def test_an_existing_file_is_never_overwritten(tmp_path: Path, key: PrivateKey) -> None:
    path = private_file(tmp_path / "key.pem", b"precious")
    with pytest.raises(KeyFileError, match="never overwritten"):
        write_plain_for_development(path, key)
    assert path.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [path]


def test_whatever_lies_in_the_place_of_the_unfinished_file_is_not_written_over(
    tmp_path: Path, key: PrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    precious = tmp_path / "precious"
    precious.write_text("kept")
    monkeypatch.setattr("secrets.token_hex", lambda _: "guessed")
    (tmp_path / ".new.pem.guessed").symlink_to(precious)
    with pytest.raises(KeyFileError):
        write_plain_for_development(tmp_path / "new.pem", key)
    assert precious.read_text() == "kept"


def test_a_key_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path, key: PrivateKey) -> None:
    with pytest.raises(KeyFileError, match=r"cannot write the key file key\.pem"):
        write_plain_for_development(tmp_path / "missing folder" / "key.pem", key)
    assert list(tmp_path.iterdir()) == []


def test_a_short_passphrase_is_refused_before_anything_is_written(tmp_path: Path, key: PrivateKey) -> None:
    with pytest.raises(KeyFileError, match="at least 8 characters"):
        write_encrypted(tmp_path / "key.pem", key, passphrase="short")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("log2_n", [17, 20])
def test_a_passphrase_of_eight_characters_and_every_cost_within_the_bounds_are_taken(
    tmp_path: Path, key: PrivateKey, monkeypatch: pytest.MonkeyPatch, log2_n: int
) -> None:
    taken: list[tuple[str, int]] = []

    def encrypt(_key: object, passphrase: str, *, log2_n: int) -> bytes:
        taken.append((passphrase, log2_n))  # the highest cost takes a gibibyte, so nothing is derived here
        return b""

    monkeypatch.setattr("keys.key_files.encrypt_pkcs8", encrypt)
    write_encrypted(tmp_path / "key.pem", key, passphrase="여덟글자입니다.", scrypt_log2_n=log2_n)
    assert taken == [("여덟글자입니다.", log2_n)]


@pytest.mark.parametrize("log2_n", [16, 21])
def test_a_cost_outside_the_bounds_is_refused(tmp_path: Path, key: PrivateKey, log2_n: int) -> None:
    with pytest.raises(KeyFileError, match="from 17 to 20"):
        write_encrypted(tmp_path / "key.pem", key, passphrase=PASSPHRASE, scrypt_log2_n=log2_n)


def test_a_key_encrypted_at_a_lower_cost_is_refused(tmp_path: Path, key: PrivateKey) -> None:
    der = encrypt_pkcs8(key.cryptography_key(), PASSPHRASE, log2_n=10)
    path = private_file(tmp_path / "weak.pem", pem.armor("ENCRYPTED PRIVATE KEY", der))
    with pytest.raises(KeyFileError, match=r"N a power of two from 2\^17 to 2\^20, r 8 and p 1, found another cost"):
        read_signer(path, passphrase=PASSPHRASE)


def test_a_key_encrypted_in_another_way_is_refused(tmp_path: Path, key: PrivateKey) -> None:
    encryption = BestAvailableEncryption(PASSPHRASE.encode())
    content = key.cryptography_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    with pytest.raises(KeyFileError, match="PBES2, scrypt and AES-256-CBC"):
        read_signer(private_file(tmp_path / "other.pem", content), passphrase=PASSPHRASE)


def test_a_key_encrypted_with_another_cipher_is_refused(tmp_path: Path, key: PrivateKey) -> None:
    der = encrypt_pkcs8(key.cryptography_key(), PASSPHRASE, log2_n=10)
    # The last number of the object identifier: 42 is AES-256-CBC, 2 is AES-128-CBC.
    changed = der.replace(bytes.fromhex("060960864801650304012a"), bytes.fromhex("0609608648016503040102"))
    path = private_file(tmp_path / "cipher.pem", pem.armor("ENCRYPTED PRIVATE KEY", changed))
    with pytest.raises(KeyFileError, match="found another algorithm"):
        read_signer(path, passphrase=PASSPHRASE)


def test_a_plain_key_is_refused_where_an_encrypted_one_is_expected(plain_file: Path) -> None:
    with pytest.raises(KeyFileError, match="expected a PEM file with ENCRYPTED PRIVATE KEY, found PRIVATE KEY"):
        read_private_key(plain_file, passphrase=PASSPHRASE)


def test_an_encrypted_key_is_refused_where_a_plain_one_is_expected(key_file: Path) -> None:
    with pytest.raises(KeyFileError, match="expected a PEM file with PRIVATE KEY, found ENCRYPTED PRIVATE KEY"):
        read_plain_development_signer(key_file)


def test_a_plain_development_key_is_read_by_its_own_scheme_without_a_secret(key: PrivateKey, plain_file: Path) -> None:
    assert open_signer(f"dev-file:{plain_file}", secrets=no_secrets).key_id == key.public_key().short_name()
    assert stat.S_IMODE(plain_file.stat().st_mode) == 0o600


def test_a_colon_in_the_name_of_a_file_does_not_end_it(key: PrivateKey, tmp_path: Path) -> None:
    write_plain_for_development(tmp_path / "key:2026.pem", key)
    signer = open_signer(f"dev-file:{tmp_path}/key:2026.pem", secrets=no_secrets)
    assert signer.public_jwk() == key.public_key().jwk()


@pytest.mark.parametrize("uri", ["tpm:key=a", "/path/key.pem", "", "file", "dev-file", "https://a.example/key"])
def test_an_unknown_key_scheme_is_refused_and_the_known_ones_are_named(uri: str) -> None:
    with pytest.raises(UnknownKeyScheme, match="one of dev-file:, file:, kms:, pkcs11:; found another or none"):
        open_signer(uri, secrets=no_secrets)


def test_a_missing_key_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"cannot read the key file none\.pem: No such file"):
        read_signer(tmp_path / "none.pem", passphrase=PASSPHRASE)


def test_a_pipe_in_the_place_of_a_key_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(KeyFileError, match="regular file"):
        read_signer(tmp_path / "pipe", passphrase=PASSPHRASE)


def test_a_large_file_in_the_place_of_a_key_file_is_refused_unread(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="at most 16384 bytes"):
        read_signer(private_file(tmp_path / "large", bytes(20_000)), passphrase=PASSPHRASE)


@pytest.mark.parametrize("content", [b"", b"garbage", b"-----BEGIN PUBLIC KEY-----\nAAAA"])
def test_a_file_that_is_not_pem_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(KeyFileError, match="expected a PEM file with PRIVATE KEY"):
        read_plain_development_signer(private_file(tmp_path / "x", content))


def test_a_pem_file_that_holds_no_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="expected a PKCS#8 private key"):
        read_plain_development_signer(private_file(tmp_path / "x", pem.armor("PRIVATE KEY", b"\x30\x00")))


def test_an_encrypted_key_with_the_label_of_a_plain_one_is_refused(tmp_path: Path, key: PrivateKey) -> None:
    der = encrypt_pkcs8(key.cryptography_key(), PASSPHRASE, log2_n=1)
    with pytest.raises(KeyFileError, match="expected a PKCS#8 private key"):
        read_plain_development_signer(private_file(tmp_path / "x", pem.armor("PRIVATE KEY", der)))


def test_a_key_of_a_kind_that_nobody_knows_is_refused(tmp_path: Path, key: PrivateKey) -> None:
    der = key.cryptography_key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    # The last number of the object identifier: 7 is P-256, there is no 119.
    changed = der.replace(bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a8648ce3d030177"))
    with pytest.raises(KeyFileError, match="on the curve P-256, found another kind of key"):
        read_plain_development_signer(private_file(tmp_path / "x", pem.armor("PRIVATE KEY", changed)))


@pytest.mark.parametrize(
    "foreign", [ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate()], ids=["P-384", "Ed25519"]
)
def test_a_key_of_another_kind_is_refused(
    tmp_path: Path, foreign: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
) -> None:
    content = foreign.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(KeyFileError, match="on the curve P-256"):
        read_plain_development_signer(private_file(tmp_path / "x", content))


def test_no_representation_shows_a_private_key(key: PrivateKey) -> None:
    secret = str(key.cryptography_key().private_numbers().private_value)
    assert repr(key) == f"PrivateKey(kid='{key.public_key().kid}')"
    assert secret not in repr(FileSigner(key))


def test_a_new_key_has_no_name_that_a_command_line_takes_for_an_option(monkeypatch: pytest.MonkeyPatch) -> None:
    names = iter(["-hUhZddofKQZKqC6", "hUhZddofKQZKqC6-"])
    monkeypatch.setattr(PublicKey, "short_name", lambda _: next(names))
    create_key()
    assert not list(names)
