"""Real SoftHSM2 tokens, made for the run: keys in a device, without the device."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pkcs11
import pytest
from asn1crypto import core
from pkcs11.util.ec import encode_named_curve_parameters

from keys.key_uris import open_signer
from keys.pkcs11_signer import Pkcs11Signer

PIN, SECOND_PIN = "4711 토큰", "0815"
MODULE_PATHS = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
)
MODULE = next((path for path in MODULE_PATHS if Path(path).exists()), "")
NO_SOFTHSM = not MODULE or shutil.which("softhsm2-util") is None


NEEDS_SOFTHSM = pytest.mark.skipif(NO_SOFTHSM, reason="needs SoftHSM2 (Debian: softhsm2)")


def needs_token(test: Callable[..., None]) -> Callable[..., None]:
    marked: Callable[..., None] = pytest.mark.slow(NEEDS_SOFTHSM(test))
    return marked


@dataclass(frozen=True)
class Token:
    """Tokens: `bank` with a good key pair and several that must not be opened, `second` with another PIN."""

    module: str

    def uri(self, key: str, *, token: str = "bank") -> str:
        return f"pkcs11:token={token};{key}?module-path={self.module}"

    def open(self, key: str, *, pin: str = PIN, token: str = "bank") -> Pkcs11Signer:
        signer = open_signer(self.uri(key, token=token), secrets=lambda _uri: pin)
        assert isinstance(signer, Pkcs11Signer)
        return signer


def make_pair(session: pkcs11.Session, label: str, identifier: bytes, *, curve: str = "secp256r1") -> None:
    parameters = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters(curve)}
    domain = session.create_domain_parameters(pkcs11.KeyType.EC, parameters, local=True)
    domain.generate_keypair(label=label, id=identifier, store=True)


def make_note_pair(session: pkcs11.Session, label: str, identifier: bytes, *, curve: str = "edwards25519") -> None:
    parameters = {pkcs11.Attribute.EC_PARAMS: core.PrintableString(curve).dump()}
    domain = session.create_domain_parameters(pkcs11.KeyType.EC_EDWARDS, parameters, local=True)
    mechanism = pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN
    domain.generate_keypair(mechanism=mechanism, label=label, id=identifier, store=True)


def fill(session: pkcs11.Session) -> None:
    make_note_pair(session, "log", b"\x06")
    make_note_pair(session, "wide-log", b"\x07", curve="edwards448")
    make_pair(session, "seal", b"\x01")
    make_pair(session, "twice", b"\x02")
    make_pair(session, "twice", b"\x03")
    make_pair(session, "wide", b"\x04", curve="secp384r1")
    make_pair(session, "half", b"\x05")
    for half in list(session.get_objects({pkcs11.Attribute.LABEL: "half"})):
        if half.object_class == pkcs11.ObjectClass.PUBLIC_KEY:
            half.destroy()


@contextmanager
def softhsm(folder: Path) -> Iterator[Token]:
    """Make tokens in a folder and unload the library afterwards."""
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(configuration))
        for label, pin in (("bank", PIN), ("double", PIN), ("double", PIN), ("second", SECOND_PIN)):
            command = [
                "softhsm2-util",
                "--init-token",
                "--free",
                "--label",
                label,
                "--so-pin",
                "87654321",
                "--pin",
                pin,
            ]
            subprocess.run(command, check=True, capture_output=True)
        with pkcs11.lib(MODULE).get_token(token_label="bank").open(rw=True, user_pin=PIN) as session:
            fill(session)
        with pkcs11.lib(MODULE).get_token(token_label="second").open(rw=True, user_pin=SECOND_PIN) as session:
            make_pair(session, "credential", b"\x01")
        yield Token(MODULE)
        pkcs11.unload(MODULE)
