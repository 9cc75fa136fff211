"""The form of encrypted private keys: the parameters that are taken, and what is refused before anything is derived."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from keys.errors import KeyFileError
from keys.pkcs8 import _EncryptedPrivateKeyInfo, check_protection, encrypt_pkcs8

KEY = ec.generate_private_key(ec.SECP256R1())
DER = encrypt_pkcs8(KEY, "passphrase", log2_n=1)
PBES2, SCRYPT, AES256_CBC = "2a864886f70d01050d", "2b06010401da47040b", "60864801650304012a"


def at_cost(**cost: int) -> bytes:
    info = _EncryptedPrivateKeyInfo.load(DER)
    parameters = info["algorithm"]["parameters"]["key_derivation"]["parameters"]
    for name, number in {"n": 2**17, **cost}.items():
        parameters[name] = number
    return bytes(info.dump(force=True))


def refusal(der: bytes) -> str:
    with pytest.raises(KeyFileError) as error:
        check_protection(der)
    return error.value.message


@pytest.mark.parametrize("log2_n", [17, 18, 19, 20])
def test_a_key_at_any_cost_that_we_would_write_is_taken(log2_n: int) -> None:
    check_protection(at_cost(n=2**log2_n))


@pytest.mark.parametrize(
    "cost",
    [
        {"n": 2**16},
        {"n": 2**21},
        {"n": 2**17 + 1},  # scrypt is not defined for it, and libraries fail in ways of their own
        {"n": 3 * 2**17},
        {"n": 0},
        {"n": -(2**17)},
        {"r": 7},
        {"r": 9},
        {"p": 0},
        {"p": 2},
    ],
)
def test_a_key_at_any_other_cost_is_refused(cost: dict[str, int]) -> None:
    assert refusal(at_cost(**cost)).endswith("r 8 and p 1, found another cost")


@pytest.mark.parametrize("name", [PBES2, SCRYPT, AES256_CBC])
def test_a_key_under_another_algorithm_is_refused(name: str) -> None:
    algorithm, der = bytes.fromhex(name), at_cost()
    assert der.count(algorithm) == 1
    assert refusal(der.replace(algorithm, algorithm[:-1] + b"\x02")).endswith("found another algorithm")


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x30\x00",
        at_cost() + b"\x00",
        at_cost()[:-1],
        # The length of the key becomes a member of a type that asn1crypto knows by name only.
        at_cost().replace(bytes.fromhex("020101020120"), bytes.fromhex("020101090120")),
    ],
    ids=["nothing", "an empty sequence", "a byte behind it", "a byte missing", "a member of an odd type"],
)
def test_what_has_another_form_is_refused(der: bytes) -> None:
    assert refusal(der).endswith("found another form")


def test_no_two_files_of_one_key_have_salt_or_initial_vector_in_common() -> None:
    found = []
    for _ in range(2):
        info = _EncryptedPrivateKeyInfo.load(encrypt_pkcs8(KEY, "passphrase", log2_n=1)).native
        parameters = info["algorithm"]["parameters"]
        found += [parameters["key_derivation"]["parameters"]["salt"], parameters["cipher"]["parameters"]]
    assert [len(each) for each in found] == [16] * 4
    assert len(set(found)) == 4
