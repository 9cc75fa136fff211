"""Keys in a key service: the scheme `kms:` with a provider that a test registers."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from keys import key_service_signer
from keys.encoding import JsonValue
from keys.errors import KeyDeviceError
from keys.jws import parse_compact, verify
from keys.jws_sign import sign_compact
from keys.key_files import PrivateKey, create_key
from keys.key_service_signer import KeyServiceSigner
from keys.key_uris import open_signer
from keys.limits import MAX_KEY_URI_CHARACTERS


@dataclass
class Cloud:
    """A key service with one key; `answer` replaces what it signs, `jwk` what it says of its key."""

    key: PrivateKey = field(default_factory=create_key)
    answer: bytes | None = None
    jwk: Mapping[str, JsonValue] | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)

    def open(self, ask_secret: Callable[[], str]) -> "Cloud":
        self.asked.append(("secret", ask_secret()))
        return self

    def public_jwk(self, name: str) -> Mapping[str, JsonValue]:
        self.asked.append(("public", name))
        return {**self.key.public_key().jwk(), "kid": "what the cloud calls it"} if self.jwk is None else self.jwk

    def sign_digest(self, name: str, digest: bytes) -> bytes:
        self.asked.append(("sign", name))
        signed = self.key.cryptography_key().sign(digest, ec.ECDSA(Prehashed(hashes.SHA256())))
        return signed if self.answer is None else self.answer


@dataclass(frozen=True)
class EntryPoint:
    cloud: Cloud

    def load(self) -> Callable[[Callable[[], str]], Cloud]:
        return self.cloud.open


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Cloud:
    made = Cloud()

    def entry_points(*, group: str, name: str) -> list[EntryPoint]:
        assert group == "competency_bank.key_services"
        return {"cloud": [EntryPoint(made)], "twice": [EntryPoint(made)] * 2}.get(name, [])

    monkeypatch.setattr(key_service_signer, "entry_points", entry_points)
    return made


def opened(uri: str = "kms:cloud/rings%2Fbank/credential") -> KeyServiceSigner:
    signer = open_signer(uri, secrets=lambda asked: f"secret of {asked}")
    assert isinstance(signer, KeyServiceSigner)
    return signer


def test_a_key_in_a_service_signs_as_one_in_a_file(cloud: Cloud) -> None:
    signer = opened()
    assert signer.key_id == cloud.key.public_key().short_name() == signer.public_jwk()["kid"]
    assert signer.algorithm == "ES256"
    token = sign_compact({"typ": "x"}, b"{}", signer=signer)
    assert verify(parse_compact(token, max_bytes=1000), cloud.key.public_key(), typ="x") == b"{}"


def test_the_service_is_asked_by_the_decoded_name_and_given_the_secret_of_the_uri(cloud: Cloud) -> None:
    opened().sign(b"message")
    assert cloud.asked == [
        ("secret", "secret of kms:cloud/rings%2Fbank/credential"),
        ("public", "rings/bank/credential"),
        ("sign", "rings/bank/credential"),
    ]
    assert "rings" in repr(opened())
    assert "Cloud" not in repr(opened())


@pytest.mark.parametrize("rest", ["", "cloud", "cloud/", "/name", "Cloud/name", "-/name", "cloud/" + "n" * 1100])
def test_a_uri_of_another_form_is_refused(cloud: Cloud, rest: str) -> None:
    with pytest.raises(KeyDeviceError, match="expected kms:PROVIDER/NAME"):
        opened(f"kms:{rest}")
    assert cloud.asked == []


def test_the_longest_uri_that_is_read_is_opened(cloud: Cloud) -> None:
    name = "n" * (MAX_KEY_URI_CHARACTERS - len("cloud/"))
    assert opened(f"kms:cloud/{name}").key_id == cloud.key.public_key().short_name()


def test_whatever_the_service_calls_its_key_is_left_aside(cloud: Cloud) -> None:
    cloud.jwk = {**cloud.key.public_key().jwk(), "kid": 7}
    assert opened().key_id == cloud.key.public_key().short_name()


@pytest.mark.parametrize(("provider", "count"), [("nobody", 0), ("twice", 2)])
@pytest.mark.usefixtures("cloud")
def test_a_provider_that_is_not_the_only_one_of_its_name_is_refused(provider: str, count: int) -> None:
    with pytest.raises(KeyDeviceError, match=f"one installed package that provides {provider}, found {count}"):
        opened(f"kms:{provider}/name")


@pytest.mark.parametrize("jwk", [{}, {"kty": "RSA"}, {"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"}])
def test_a_key_on_another_curve_is_refused(cloud: Cloud, jwk: Mapping[str, JsonValue]) -> None:
    cloud.jwk = jwk
    with pytest.raises(KeyDeviceError, match="the public key of the key service"):
        opened()


def other_signature() -> bytes:
    digest = hashlib.sha256(b"message").digest()
    return create_key().cryptography_key().sign(digest, ec.ECDSA(Prehashed(hashes.SHA256())))


@pytest.mark.parametrize(
    "answer",
    [b"", b"no DER", bytes(64), other_signature(), encode_dss_signature(2**256, 1), encode_dss_signature(1, 0)],
    ids=["none", "text", "raw", "other", "too large", "zero"],
)
def test_an_answer_that_is_no_signature_of_the_key_is_never_used(cloud: Cloud, answer: bytes) -> None:
    signer = opened()
    cloud.answer = answer
    with pytest.raises(KeyDeviceError, match="a signature that its public key verifies"):
        signer.sign(b"message")


def test_a_key_service_is_never_given_the_passphrase_of_the_files() -> None:
    from issuer.bank.key_secrets import KeySecrets
    from issuer.errors import PinMissing

    with pytest.raises(PinMissing):
        KeySecrets("passphrase of the files").of("seal", "kms:cloud/seal")
