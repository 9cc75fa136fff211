"""The RSA key of Open Badges: what it signs another library verifies, and its file is protected as every key's."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jws
from joserfc.jwk import RSAKey

from keys.algorithms import ES256_ONLY, allowed
from keys.badge_key import KEY_BITS, BadgeKey, create_badge_key
from keys.encoding import b64url_decode
from keys.errors import AlgorithmNotAllowed, KeyFileError
from keys.key_files import (
    create_key,
    read_badge_key,
    read_plain_development_badge_key,
    write_encrypted,
    write_plain_for_development,
)

ADDRESS = "https://bank.example/openbadges/keys/1"
PASSPHRASE = "correct horse 배터리"


@pytest.fixture(scope="module")
def key() -> BadgeKey:
    return create_badge_key()


def test_a_badge_is_verified_by_another_library(key: BadgeKey) -> None:
    token = key.sign_badge(b'{"iss":"https://bank.example"}', address=ADDRESS)
    imported = RSAKey.import_key({**key.public_jwk()})
    found = jws.deserialize_compact(token, imported, algorithms=["RS256"])
    assert found.headers() == {"alg": "RS256", "kid": ADDRESS, "typ": "JWT"}
    assert json.loads(found.payload or b"") == {"iss": "https://bank.example"}
    assert imported.thumbprint()[:16] == key.key_id == key.public_jwk()["kid"]


def test_the_public_key_has_no_private_member(key: BadgeKey) -> None:
    jwk = key.public_jwk()
    assert jwk.keys() == {"kty", "n", "e", "kid", "alg", "use"}
    assert (jwk["kty"], jwk["e"], jwk["alg"], jwk["use"]) == ("RSA", "AQAB", "RS256", "sig")
    assert len(b64url_decode(jwk["n"])) == KEY_BITS // 8  # no byte more than it needs: RFC 7518 section 2
    assert (key.cryptography_key().key_size, repr(key)) == (KEY_BITS, f"BadgeKey(kid={key.key_id!r})")


def test_no_token_of_ours_may_name_its_algorithm() -> None:
    with pytest.raises(AlgorithmNotAllowed):
        allowed("RS256", permitted=ES256_ONLY | {"RS256"})


def test_its_file_is_encrypted_and_read_back(key: BadgeKey, tmp_path: Path) -> None:
    write_encrypted(tmp_path / "badges.pem", key, passphrase=PASSPHRASE)
    assert read_badge_key(tmp_path / "badges.pem", passphrase=PASSPHRASE).public_jwk() == key.public_jwk()


def test_a_plain_file_is_read_by_its_own_name_only(key: BadgeKey, tmp_path: Path) -> None:
    write_plain_for_development(tmp_path / "badges.pem", key)
    assert read_plain_development_badge_key(tmp_path / "badges.pem").key_id == key.key_id
    with pytest.raises(KeyFileError):
        read_badge_key(tmp_path / "badges.pem", passphrase=PASSPHRASE)


def test_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    write_plain_for_development(tmp_path / "p256.pem", create_key())
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    path = tmp_path / "small.pem"
    path.write_bytes(small.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    for name in ("p256.pem", "small.pem"):
        with pytest.raises(KeyFileError, match="expected an RSA private key of 3072 bits"):
            read_plain_development_badge_key(tmp_path / name)
