"""Encrypted answers: ECDH-ES on P-256 with AES-GCM and nothing else, with the vector of OpenID4VP 1.0 section 8.3."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from keys.encoding import JsonValue, b64url_decode, b64url_encode
from keys.errors import JweError
from keys.jwe import ENCRYPTIONS, EncryptionKey, encrypt_to, usable_key
from keys.jwk import PublicKey
from keys.key_files import create_key

VECTOR = json.loads((Path(__file__).parents[1] / "vectors" / "openid4vp-1.0" / "encrypted-response.json").read_text())
KEY = EncryptionKey.create()
TOKEN = encrypt_to(KEY.public_jwk(), b"{}", encryption="A128GCM")


def with_header(token: str, **changes: JsonValue) -> str:
    head, _, rest = token.partition(".")
    members = {**json.loads(b64url_decode(head)), **changes}
    kept = {name: value for name, value in members.items() if value is not None}
    return f"{b64url_encode(json.dumps(kept).encode())}.{rest}"


def with_part(token: str, place: int, text: str) -> str:
    parts = token.split(".")
    parts[place] = text
    return ".".join(parts)


def test_published_answer_is_read() -> None:
    key = EncryptionKey.of(VECTOR["private_jwk"])
    assert key.kid == "ac"
    assert json.loads(key.decrypt(VECTOR["jwe"])) == VECTOR["expected_plaintext"]


@pytest.mark.parametrize("encryption", ENCRYPTIONS)
def test_what_is_encrypted_to_a_key_is_read_with_it(encryption: str) -> None:
    token = encrypt_to(KEY.public_jwk(), "직무능력".encode() * 20_000, encryption=encryption)
    assert KEY.decrypt(token) == "직무능력".encode() * 20_000
    assert json.loads(b64url_decode(token.partition(".")[0]))["kid"] == KEY.kid


def test_token_without_kid_is_read_and_no_kid_is_invented() -> None:
    jwk = {name: value for name, value in KEY.public_jwk().items() if name != "kid"}
    token = encrypt_to(jwk, b"x", encryption="A256GCM")
    assert "kid" not in json.loads(b64url_decode(token.partition(".")[0]))
    assert KEY.decrypt(token) == b"x"


def test_empty_text_stays_empty() -> None:
    assert KEY.decrypt(encrypt_to(KEY.public_jwk(), b"", encryption="A128GCM")) == b""


def test_each_key_is_new_and_shows_no_private_half() -> None:
    other = EncryptionKey.create()
    assert other.kid != KEY.kid
    assert other.public_jwk().keys() == {"kty", "crv", "x", "y", "use", "alg", "kid"}
    assert (other.public_jwk()["crv"], other.public_jwk()["use"]) == ("P-256", "enc")
    assert other.decrypt(encrypt_to(other.public_jwk(), b"x", encryption="A128GCM")) == b"x"
    assert str(VECTOR["private_jwk"]["d"]) not in repr(EncryptionKey.of(VECTOR["private_jwk"]))


def test_key_without_kid_is_called_by_its_thumbprint() -> None:
    nameless = {name: value for name, value in VECTOR["private_jwk"].items() if name != "kid"}
    public = PublicKey.from_jwk({name: nameless[name] for name in ("kty", "crv", "x", "y")})
    assert EncryptionKey.of(nameless).kid == public.short_name()


EPK = json.loads(b64url_decode(TOKEN.partition(".")[0]))["epk"]
REFUSED: list[tuple[str, Callable[[], str], str]] = [
    ("four parts", lambda: TOKEN.rpartition(".")[0], "format"),
    ("too long", lambda: TOKEN + "A" * 512 * 1024, "size"),
    ("as long as allowed, and no token", lambda: TOKEN.ljust(512 * 1024, "A"), "format"),
    ("padding", lambda: TOKEN + "=", "format"),
    ("header no object", lambda: with_part(TOKEN, 0, b64url_encode(b"[]")), "format"),
    ("member twice", lambda: with_part(TOKEN, 0, b64url_encode(b'{"alg":"ECDH-ES","alg":"dir"}')), "format"),
    ("encrypted key", lambda: with_part(TOKEN, 1, "AAAA"), "format"),
    ("short vector", lambda: with_part(TOKEN, 2, "AAAA"), "format"),
    ("short tag", lambda: with_part(TOKEN, 4, "AAAA"), "format"),
    ("other algorithm", lambda: with_header(TOKEN, alg="dir"), "algorithm"),
    ("other encryption", lambda: with_header(TOKEN, enc="A128CBC-HS256"), "algorithm"),
    ("compressed", lambda: with_header(TOKEN, zip="DEF"), "algorithm"),
    ("critical", lambda: with_header(TOKEN, crit=["exp"]), "algorithm"),
    ("no ephemeral key", lambda: with_header(TOKEN, epk=None), "key"),
    ("private ephemeral key", lambda: with_header(TOKEN, epk={**EPK, "d": "AAAA"}), "key"),
    ("point beside the curve", lambda: with_header(TOKEN, epk={**EPK, "y": EPK["x"]}), "key"),
    ("other kid", lambda: with_header(TOKEN, kid="another"), "key"),
    ("changed header", lambda: with_header(TOKEN, cty="x"), "decryption"),
    ("changed text", lambda: with_part(TOKEN, 3, "AAAA"), "decryption"),
    (
        "other key",
        lambda: with_header(encrypt_to(EncryptionKey.create().public_jwk(), b"x", encryption="A128GCM"), kid=None),
        "decryption",
    ),
]


@pytest.mark.parametrize(("make", "kind"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_token_that_is_not_for_this_key_or_not_strict_is_refused(make: Callable[[], str], kind: str) -> None:
    with pytest.raises(JweError) as refused:
        KEY.decrypt(make())
    assert refused.value.kind == kind


def test_first_key_that_can_be_used_is_taken() -> None:
    good = KEY.public_jwk()
    useless: list[JsonValue] = [
        "x",
        {**good, "use": "sig"},
        {**good, "alg": "RSA-OAEP"},
        {**good, "crv": "P-384"},
        {**good, "d": "AAAA"},
        {**good, "kid": 7},
        {**good, "kid": "k" * 257},
    ]
    assert usable_key([*useless, good]) == good
    assert usable_key(useless) is None


def test_key_need_not_say_its_use_or_its_name_which_may_be_long() -> None:
    good = KEY.public_jwk()
    plain = {name: value for name, value in good.items() if name not in ("use", "kid")}
    assert usable_key([plain]) == plain
    assert usable_key([{**good, "kid": "k" * 256}]) is not None
    assert usable_key([*[None] * 15, good]) == good


def test_flood_of_keys_is_refused() -> None:
    with pytest.raises(JweError, match="at most 16") as refused:
        usable_key([None] * 17)
    assert refused.value.kind == "size"


def test_only_offered_encryptions_are_written() -> None:
    with pytest.raises(JweError, match="A128GCM") as refused:
        encrypt_to(KEY.public_jwk(), b"x", encryption="A128CBC-HS256")
    assert refused.value.kind == "algorithm"


@pytest.mark.parametrize(
    "jwk",
    [{}, {"kty": "RSA", "n": "AQAB", "e": "AQAB"}, create_key().public_key().jwk()],
    ids=["empty", "rsa", "public"],
)
def test_key_that_opens_nothing_is_refused(jwk: dict[str, JsonValue]) -> None:
    with pytest.raises(JweError) as refused:
        EncryptionKey.of(jwk)
    assert refused.value.kind == "key"
