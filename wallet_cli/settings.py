"""Settings of the wallet: where its files lie and whom it trusts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from keys.values import dataclass, field

DEFAULT_IDENTITY: Final = "wallet"


@dataclass(frozen=True, slots=True)
class Settings:
    """The wallet's settings, built once in `main`.

    `home` is the folder of the kept certificates (WALLET_HOME); `trust` the trust list file (WALLET_TRUST), by
    default `trust.json` inside `home`. `identity` names the encrypted wallet inside `home` (WALLET_IDENTITY), and
    `passphrase` opens it (WALLET_PASSPHRASE); without one it is asked for at a terminal. `verifiers` is a PEM file with
    the roots under which verifiers are known (WALLET_VERIFIERS), by default `verifiers.pem` inside `home`.
    """

    home: Path
    trust: Path
    identity: str = DEFAULT_IDENTITY
    passphrase: str | None = field(default=None, repr=False)
    verifiers: Path | None = None

    @property
    def vault(self) -> Path:
        """The file of the encrypted wallet."""
        return self.home / f"{self.identity}.wallet"


def read_settings(environment: Mapping[str, str], *, user_home: Path) -> Settings:
    """Build the settings from environment variables; nothing else in this room reads the environment."""
    data = Path(environment.get("XDG_DATA_HOME") or user_home / ".local" / "share")
    home = Path(environment.get("WALLET_HOME") or data / "competency-wallet")
    return Settings(
        home=home,
        trust=Path(environment.get("WALLET_TRUST") or home / "trust.json"),
        identity=environment.get("WALLET_IDENTITY") or DEFAULT_IDENTITY,
        passphrase=environment.get("WALLET_PASSPHRASE") or None,
        verifiers=Path(environment.get("WALLET_VERIFIERS") or home / "verifiers.pem"),
    )
