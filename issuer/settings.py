"""What the environment says to `cb-issuer`: variables with the prefix ISSUER_, read once in `main`."""

import getpass
import os
from pathlib import Path
from typing import Final

from pydantic import NonNegativeInt, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

_SECRET: Final = "secret_"  # noqa: S105 - the beginning of a field's name


class IssuerSettings(BaseSettings):
    """Settings of one run; what belongs to a bank itself stands in its `bank.json`.

    `data` is the data directory, `database` the URL of a database on a server, `passphrase` opens the key files, and
    `secret_…` a single key that has a passphrase of its own or lies in a token. For `serve`: `host` and `port`; how
    many proxies of our own stand before it; where rates are counted; and the file of the tokens that are counted by
    themselves.
    """

    model_config = SettingsConfigDict(env_prefix="ISSUER_", frozen=True, extra="ignore")

    data: Path = Path("bank")
    database: SecretStr | None = None
    operator: str | None = None
    passphrase: SecretStr | None = None
    secret_root: SecretStr | None = None
    secret_credential: SecretStr | None = None
    secret_status: SecretStr | None = None
    secret_seal: SecretStr | None = None
    secret_bundle: SecretStr | None = None
    secret_log: SecretStr | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    trusted_proxies: NonNegativeInt = 0
    rate_storage: str = "memory://"
    tokens: Path | None = None

    def operator_name(self) -> str:
        """Return who works with the bank: the setting, else the login name, else the number of the user."""
        if self.operator is not None:
            return self.operator
        try:
            return getpass.getuser()
        except (KeyError, OSError):
            return str(os.getuid())

    def secret(self) -> str | None:
        """Return the passphrase in the clear, None when none is set."""
        return self.passphrase.get_secret_value() if self.passphrase is not None else None

    def database_url(self) -> str | None:
        """Return the URL of the database, which may hold a password, in the clear; None for the file."""
        return self.database.get_secret_value() if self.database is not None else None

    def key_secrets(self) -> dict[str, str]:
        """Return the secrets of single keys in the clear, by the use of the key; those that are set."""
        names = [name for name in type(self).model_fields if name.startswith(_SECRET)]
        found = {name.removeprefix(_SECRET): getattr(self, name) for name in names}
        return {use: secret.get_secret_value() for use, secret in found.items() if secret is not None}
