"""What the environment says to `cb-issuer`: variables with the prefix ISSUER_, read once in `main`."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class IssuerSettings(BaseSettings):
    """Settings of one run; what belongs to a bank itself stands in its `bank.json`.

    `data` is the data directory, `passphrase` opens the key files, `host` and `port` are for `serve`.
    """

    model_config = SettingsConfigDict(env_prefix="ISSUER_", frozen=True, extra="ignore")

    data: Path = Path("bank")
    passphrase: SecretStr | None = None
    host: str = "127.0.0.1"
    port: int = 8000

    def secret(self) -> str | None:
        """Return the passphrase in the clear, None when none is set."""
        return self.passphrase.get_secret_value() if self.passphrase is not None else None
