"""A small real world for the wallet: one issuer with a real key, its trust list, and a certificate file."""

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from credential_schemas.certificate_claims import (
    CertificateClaims,
    StatusReference,
    to_payload,
)
from credential_schemas.sd_jwt.build import Disclosable, build_sd_jwt
from keys.key_files import FileSigner, create_key
from keys.sealed_file import SealPrice
from keys.trust_list import TrustedIssuer, TrustedType, trust_list_document
from tests.issuer.conftest import founded
from tests.sample_certificate import QUALIFICATION, sample_certificate
from tests.wallet_cli.issuer_world import IssuingBank, open_issuing_bank
from wallet_cli.vault import Vault

ISSUER = "https://bank.example"
VCT = f"{ISSUER}/vct/competency-certificate/1"
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class World:
    """An issuer that signs certificates and a trust list that names it."""

    signer: FileSigner
    folder: Path
    trust: Path

    def claims(self) -> CertificateClaims:
        """One qualification of an invented person."""
        entry = replace(QUALIFICATION, as_of=date(2026, 11, 22), idx=7)
        sample = replace(sample_certificate(), issuer=ISSUER, vct=VCT, number="CB-2026-00000001", recipient=None)
        return replace(sample, entries=(entry,), status=StatusReference(f"{ISSUER}/status/1", 3))

    def sign(self, claims: CertificateClaims) -> str:
        """Sign claims as a paper copy."""
        payload, disclose = to_payload(claims)
        disclosable = Disclosable(paths=disclose)
        return build_sd_jwt(payload, disclose=disclosable, signer=self.signer, random_bytes=secrets.token_bytes)

    def write(self, name: str, text: str) -> Path:
        """Write a file into the world's folder."""
        path = self.folder / name
        path.write_text(text, "ascii")
        return path


@pytest.fixture
def world(tmp_path: Path) -> World:
    signer = FileSigner(create_key())
    key = signer.public_key
    issuer = TrustedIssuer(
        id=ISSUER,
        name={"ko": "시험은행", "en": "Test bank"},
        types=(TrustedType(VCT, None),),
        keys={signer.key_id: key},
        status_keys={signer.key_id: key},
        verify_urls=("https://check.example/v",),
    )
    trust = tmp_path / "trust.json"
    trust.write_text(json.dumps(trust_list_document(1, [issuer])), "utf-8")
    return World(signer, tmp_path, trust)


Wallet = Callable[..., int]


@pytest.fixture
def wallet(world: World, monkeypatch: pytest.MonkeyPatch) -> Wallet:
    """Run `cb-wallet` in this process with the world's trust list, an empty wallet folder and a fixed time."""
    from wallet_cli.cli import main as program

    monkeypatch.setenv("WALLET_HOME", str(world.folder / "wallet"))
    monkeypatch.setenv("WALLET_TRUST", str(world.trust))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    monkeypatch.setattr(program, "now_in_utc", lambda: NOW)
    return lambda *arguments: program.main([str(argument) for argument in arguments])


@pytest.fixture(scope="session")
def issuing_bank(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[IssuingBank]:
    """A bank that issues to wallets; opening one takes long, so that all modules share it."""
    opened = open_issuing_bank(founded, tmp_path_factory.mktemp("issuing"))
    yield opened
    opened.bank.close()


@pytest.fixture
def bank(issuing_bank: IssuingBank) -> IssuingBank:
    """The bank as if nobody had asked it anything."""
    issuing_bank.begin()
    return issuing_bank


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """An empty encrypted wallet."""
    return Vault.create(tmp_path / "me.wallet", "a passphrase", price=SealPrice(8, 1))


__all__ = ["ISSUER", "NOW", "VCT", "Wallet", "World", "founded"]
