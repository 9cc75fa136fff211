"""Settings of the wallet: where its files lie and whom it trusts."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """The wallet's settings, built once in `main`.

    `home` is the folder of the kept certificates (WALLET_HOME); `trust` the trust list file (WALLET_TRUST), by
    default `trust.json` inside `home`.
    """

    home: Path
    trust: Path


def read_settings(environment: Mapping[str, str], *, user_home: Path) -> Settings:
    """Build the settings from environment variables; nothing else in this room reads the environment."""
    data = Path(environment.get("XDG_DATA_HOME") or user_home / ".local" / "share")
    home = Path(environment.get("WALLET_HOME") or data / "competency-wallet")
    return Settings(home=home, trust=Path(environment.get("WALLET_TRUST") or home / "trust.json"))
