"""Keys in a PKCS#11 token, with a real SoftHSM2 token made for the run (S22)."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pkcs11
import pytest
from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from keys.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from keys.errors import KeyDeviceError, WrongPassphrase
from keys.jwk import PublicKey, raw_to_der
from keys.key_files import create_key
from keys.key_uris import open_note_key, open_signer
from keys.merkle import EMPTY_ROOT
from keys.note_keys import NotePublicKey, create_note_key
from keys.pdf_seal import Sealer, apply_seal, check_seal
from keys.pkcs11_signer import (
    Pkcs11NoteSigner,
    Pkcs11Signer,
    TokenKeyName,
    _note_public_key,
    _public_key,
    open_pkcs11_signer,
    parse_key_uri,
)
from tests.keys.pdf_seal.sealing import NOW, SIGNED_AT, Authority, Usage, draw
from tests.keys.softhsm import PIN, Token, needs_token, softhsm


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Token]:
    with softhsm(tmp_path_factory.mktemp("softhsm")) as made:
        yield made


@pytest.fixture(scope="module")
def signer(token: Token) -> Iterator[Pkcs11Signer]:
    """One session that stays logged in, for the tests that only use the key."""
    opened = token.open("object=seal")
    yield opened
    opened.close()


@needs_token
def test_a_wrong_pin_is_refused_with_a_plain_sentence(token: Token) -> None:
    # Of a token that no other test opens: where a process is logged in already, no PIN is looked at.
    with pytest.raises(WrongPassphrase, match=r"^the PIN does not open the token second$"):
        token.open("object=credential", pin="0000", token="second")


@needs_token
def test_an_empty_pin_is_refused_without_spending_an_attempt(token: Token) -> None:
    with pytest.raises(WrongPassphrase, match=r"^expected the PIN of the token bank, found an empty one$"):
        token.open("object=seal", pin="")


@needs_token
@pytest.mark.parametrize("key", ["object=seal", "id=%01", "object=seal;id=%01;type=private"])
def test_a_key_is_opened_by_label_by_identifier_and_by_both(token: Token, key: str) -> None:
    signer = token.open(key)
    assert PublicKey.from_jwk({**signer.public_jwk()}).verify(signer.sign(b"message"), b"message")
    signer.close()


@needs_token
def test_a_library_path_from_the_caller_is_used_where_the_uri_has_none(token: Token) -> None:
    signer = open_pkcs11_signer("token=bank;object=seal", ask_pin=lambda: PIN, module_path=token.module)
    assert (signer.algorithm, signer.key_id) == ("ES256", signer.public_jwk()["kid"])
    signer.close()


@needs_token
def test_the_secret_is_asked_for_with_the_whole_uri(token: Token) -> None:
    asked: list[str] = []

    def secrets(uri: str) -> str:
        asked.append(uri)
        return PIN

    signer = open_signer(token.uri("object=seal"), secrets=secrets)
    assert asked == [token.uri("object=seal")]
    assert isinstance(signer, Pkcs11Signer)
    signer.close()


@needs_token
def test_another_library_verifies_what_the_token_signs(signer: Pkcs11Signer) -> None:
    key = signer.public_key.cryptography_key()
    key.verify(raw_to_der(signer.sign(b"x" * 100_000)), b"x" * 100_000, ec.ECDSA(hashes.SHA256()))


@needs_token
def test_two_keys_of_a_token_are_open_at_once(token: Token, signer: Pkcs11Signer) -> None:
    second = token.open("id=%02")
    assert second.key_id != signer.key_id
    assert second.public_key.verify(second.sign(b"a"), b"a")
    assert signer.public_key.verify(signer.sign(b"b"), b"b")
    second.close()


@needs_token
def test_several_threads_sign_with_one_key(signer: Pkcs11Signer) -> None:
    messages = [f"message {number}".encode() for number in range(64)]
    with ThreadPoolExecutor(8) as pool:
        signatures = list(pool.map(signer.sign, messages))
    assert all(signer.public_key.verify(*pair) for pair in zip(signatures, messages, strict=True))


@needs_token
def test_the_key_of_a_log_in_a_token_signs_checkpoints_that_its_public_key_verifies(token: Token) -> None:
    key = open_note_key(token.uri("object=log"), secrets=lambda _uri: PIN)
    assert isinstance(key, Pkcs11NoteSigner)
    signed = sign_checkpoint(Checkpoint("bank.example/log", 0, EMPTY_ROOT), key=key)
    assert verify_checkpoint(signed, origin="bank.example/log", key=key.public_key()).size == 0
    with pytest.raises(KeyDeviceError, match="a signature that its public key verifies"):
        replace(key, _public=create_note_key().public_key()).sign(b"message")
    key.close()
    key.close()
    with pytest.raises(KeyDeviceError, match=r"^the token cannot sign: "):
        key.sign(b"message")


@needs_token
@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("object=wide-log", "expected a key on the curve Ed25519 in the token, found one on another"),
        ("object=seal", "expected one private key for elliptic curves of this name in the token, found 0"),
    ],
)
def test_another_key_than_ed25519_is_none_for_a_log(token: Token, key: str, sentence: str) -> None:
    with pytest.raises(KeyDeviceError, match=f"^{sentence}$"):
        open_note_key(token.uri(key), secrets=lambda _uri: PIN)


def test_the_key_of_a_log_may_be_told_bare_or_wrapped() -> None:
    raw = create_note_key().public_key().raw
    assert _note_public_key(raw) == _note_public_key(core.OctetString(raw).dump()) == NotePublicKey(raw)


@pytest.mark.parametrize(
    "told", [b"", bytes(31), bytes(33), core.OctetString(bytes(31)).dump(), core.OctetString(bytes(32)).dump() + b"x"]
)
def test_an_answer_that_is_no_ed25519_key_is_refused(told: bytes) -> None:
    with pytest.raises(KeyDeviceError, match="an Ed25519 key of 32 bytes"):
        _note_public_key(told)


@needs_token
def test_a_pdf_sealed_by_a_token_is_intact(signer: Pkcs11Signer) -> None:
    root = Authority("Token root")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Seal in a token")])
    certificate = root.certify(signer.public_key.cryptography_key(), subject, usage=Usage())
    sealer = Sealer(signer, certificate.public_bytes(Encoding.PEM).decode())
    check = check_seal(apply_seal(draw(), sealer=sealer, signed_at=SIGNED_AT), roots=[root.pem()], now=NOW)
    assert (check.outcome, check.signer_subject) == ("intact", "CN=Seal in a token")


@needs_token
def test_a_token_whose_public_key_belongs_to_another_key_is_not_believed(signer: Pkcs11Signer) -> None:
    mixed_up = replace(signer, public_key=create_key().public_key())
    with pytest.raises(KeyDeviceError, match="a signature that its public key verifies"):
        mixed_up.sign(b"message")


@needs_token
def test_no_representation_shows_more_than_the_public_key(signer: Pkcs11Signer) -> None:
    assert repr(signer) == f"Pkcs11Signer(public_key={signer.public_key!r})"


@needs_token
@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("object=none", "expected one private key for elliptic curves of this name in the token, found 0"),
        ("id=%FF", "expected one private key for elliptic curves of this name in the token, found 0"),
        ("object=seal;id=%02", "expected one private key for elliptic curves of this name in the token, found 0"),
        ("object=twice", "expected one private key for elliptic curves of this name in the token, found 2"),
        ("object=half", "expected one public key beside the private one of this name in the token, found 0"),
        ("object=wide", "expected a key on the curve P-256 in the token, found one on another"),
    ],
)
def test_a_key_that_is_missing_ambiguous_or_of_another_curve_is_refused(token: Token, key: str, sentence: str) -> None:
    with pytest.raises(KeyDeviceError) as refusal:
        token.open(key)
    assert refusal.value.message == sentence


@needs_token
@pytest.mark.parametrize(("label", "found"), [("none", 0), ("double", 2)])
def test_a_token_that_is_missing_or_ambiguous_is_refused_before_the_pin_is_asked(
    token: Token, label: str, found: int
) -> None:
    with pytest.raises(KeyDeviceError, match=f"^expected one token with the label {label}, found {found}$"):
        open_signer(token.uri("object=seal", token=label), secrets=no_secrets)


@needs_token
def test_a_closed_key_does_not_sign_and_closes_twice_in_peace(token: Token) -> None:
    closed = token.open("object=seal")
    closed.close()
    closed.close()
    with pytest.raises(KeyDeviceError, match=r"^the token cannot sign: \w+$"):
        closed.sign(b"message")


def no_secrets(uri: str) -> str:
    raise AssertionError(f"asked for the secret of {uri}")


def refusal_of(rest: str) -> str:
    with pytest.raises(KeyDeviceError) as refusal:
        open_signer(f"pkcs11:{rest}", secrets=no_secrets)
    return refusal.value.message


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    assert refusal_of("token=a;object=b") == "a key in a token needs PKCS#11: install competency-bank[hsm]"


@pytest.mark.parametrize("open_key", [open_signer, open_note_key])
def test_a_token_that_is_locked_is_refused_by_the_name_of_its_reason(
    monkeypatch: pytest.MonkeyPatch, open_key: Callable[..., object]
) -> None:
    """SoftHSM never locks, so this device is made up."""

    class Locked:
        def get_tokens(self, **_: object) -> list["Locked"]:
            return [self]

        def open(self, *, user_pin: str, **_: object) -> None:
            assert user_pin == "1234"
            raise pkcs11.exceptions.PinLocked

    monkeypatch.setattr(pkcs11, "lib", lambda _path: Locked())
    with pytest.raises(KeyDeviceError, match=r"^the token a refuses: PinLocked$"):
        open_key("pkcs11:token=a;object=b?module-path=/library.so", secrets=lambda _uri: "1234")


@pytest.mark.parametrize("path", ["", "?module-path=library.so"])
def test_a_library_without_absolute_path_is_refused(path: str) -> None:
    assert refusal_of(f"token=a;object=b{path}").startswith("expected the absolute path of the PKCS#11 library")


def test_a_library_that_cannot_be_loaded_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "library.so"
    text.write_text("no library")
    assert refusal_of(f"token=a;object=b?module-path={text}") == f"cannot load the PKCS#11 library {text}"


@pytest.mark.parametrize(
    "rest",
    [
        "token=a;object=b?pin-value=1234",
        "token=a;object=b;pin-value=1234",
        "token=a;object=b?pin-source=file:/pin",
        "token=a;object=b?module-path=/a.so&pin-value=1234",
    ],
)
def test_a_pin_in_the_uri_is_refused_and_not_repeated(rest: str) -> None:
    message = refusal_of(rest)
    assert message.startswith("expected no PIN in a pkcs11: URI, found pin-")
    assert "1234" not in message


@pytest.mark.parametrize(
    ("rest", "beginning"),
    [
        ("", "expected a pkcs11: URI with token, and with object or id"),
        ("token=a", "expected a pkcs11: URI with token, and with object or id"),
        ("object=a", "expected a pkcs11: URI with token, and with object or id"),
        ("token=a;object=b;type=public", "expected a pkcs11: URI with type=private"),
        ("token=a;object=b;object=c", "expected each attribute of a pkcs11: URI once"),
        ("token=a;object=", "expected each attribute of a pkcs11: URI once"),
        ("token=a;object", "expected each attribute of a pkcs11: URI once"),
        ("token=a;object=b;", "expected each attribute of a pkcs11: URI once"),
        ("token=a;object=b;slot-id=1", "expected each attribute of a pkcs11: URI once"),
        ("token=a;object=b?module-name=x", "expected each attribute of a pkcs11: URI once"),
        ("token=%FF;object=b", "expected UTF-8 text"),
        ("token=a;object=" + "b" * 1024, "expected a pkcs11: URI of at most 1024 characters"),
    ],
)
def test_a_malformed_uri_is_refused(rest: str, beginning: str) -> None:
    assert refusal_of(rest).startswith(beginning)


def test_a_uri_may_be_as_long_as_the_limit() -> None:
    rest = "token=a;object=".ljust(1024, "b")
    assert parse_key_uri(rest).label == "b" * (1024 - len("token=a;object="))


def test_an_equals_sign_may_stand_in_a_label() -> None:
    assert parse_key_uri("token=a;object=b=c").label == "b=c"


def test_percent_escapes_are_decoded() -> None:
    name = parse_key_uri("token=%EC%9D%80%ED%96%89;object=a%3Bb;id=%00%FF?module-path=/my%20folder/a.so")
    assert name == TokenKeyName("은행", "a;b", b"\x00\xff", "/my folder/a.so")


def told_point() -> bytes:
    key = create_key().public_key().cryptography_key()
    return bytes(core.OctetString(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).dump())


def test_the_point_that_a_token_tells_is_its_public_key() -> None:
    told = told_point()
    assert _public_key(told).cryptography_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint) == told[2:]


@pytest.mark.parametrize(
    "ec_point",
    [b"", b"\x04\x41\x04" + bytes(64), b"\x04\x00", b"\x30\x00", told_point() + b"\x00"],
    ids=["nothing", "not on the curve", "an empty string", "a sequence", "something behind it"],
)
def test_an_answer_that_is_no_point_of_the_curve_is_refused(ec_point: bytes) -> None:
    with pytest.raises(KeyDeviceError, match="expected the token to tell a point of the curve P-256"):
        _public_key(ec_point)
