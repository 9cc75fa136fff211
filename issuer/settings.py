"""What the environment says to `cb-issuer`: variables with the prefix ISSUER_, read once in `main`."""

import getpass
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from issuer.errors import InvalidOption

PREFIX: Final = "ISSUER_"
_HIGHEST_PORT: Final = 65_535
_HIGHEST_COUNT: Final = 1_000_000
_LONGEST_DRAIN_S: Final = 300
_SECRET: Final = "secret_"  # noqa: S105 - the beginning of a field's name


@dataclass(frozen=True, slots=True)
class IssuerSettings:
    """Settings of one run; what belongs to a bank itself stands in its `bank.json`.

    For every command: `data`, the data directory; `database`, the URL of a database on a server, which may hold a
    password, None for a file there; `operator`, who works with the bank; `passphrase` of the key files; and `secret_…`
    of a single key that has a passphrase of its own or lies in a token. For `serve` and what asks sources: `sources`,
    the file that names them. The others are for `serve` alone; docs/configuration.md says what each means.
    """

    data: Path = Path("bank")
    database: str | None = field(default=None, repr=False)
    operator: str | None = None
    passphrase: str | None = field(default=None, repr=False)
    secret_root: str | None = field(default=None, repr=False)
    secret_credential: str | None = field(default=None, repr=False)
    secret_status: str | None = field(default=None, repr=False)
    secret_seal: str | None = field(default=None, repr=False)
    secret_bundle: str | None = field(default=None, repr=False)
    secret_log: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = field(default=8000, metadata={"most": _HIGHEST_PORT})
    metrics: str | None = None
    log: str = "lines"
    traces: str | None = None
    traces_share: str = "1"
    traces_pass_on: str = ""
    drain_seconds: int = field(default=0, metadata={"most": _LONGEST_DRAIN_S})
    trusted_proxies: int = 0
    issues_per_hour: int = field(default=30, metadata={"least": 1})
    rate_storage: str = "memory://"
    tokens: Path | None = None
    oidc: Path | None = None
    sources: Path | None = None
    wallets: Path | None = None
    postings: Path | None = None
    security_txt: Path | None = None
    identity_stub: Path | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "IssuerSettings":
        """Read the settings from environment variables; an empty one counts as absent, but for a secret.

        Raises:
            InvalidOption: a variable that must be a number is none, or out of bounds.
        """
        values: dict[str, Any] = {}
        for each in fields(cls):
            text = environment.get(PREFIX + each.name.upper())
            if text is None or (text == "" and each.repr):
                continue
            if each.type is int:
                values[each.name] = _number(PREFIX + each.name.upper(), text, **each.metadata)
            else:
                values[each.name] = text if each.type in (str, str | None) else Path(text)
        return cls(**values)

    def operator_name(self) -> str:
        """Return who works with the bank: the setting, else the login name, else the number of the user."""
        if self.operator is not None:
            return self.operator
        try:
            return getpass.getuser()
        except (KeyError, OSError):
            return str(os.getuid())

    def key_secrets(self) -> dict[str, str]:
        """Return the secrets of single keys, by the use of the key; those that are set."""
        names = [each.name for each in fields(self) if each.name.startswith(_SECRET)]
        return {name.removeprefix(_SECRET): secret for name in names if (secret := getattr(self, name)) is not None}


def _number(variable: str, text: str, *, least: int = 0, most: int = _HIGHEST_COUNT) -> int:
    if not re.fullmatch("[0-9]{1,7}", text) or not least <= int(text) <= most:
        problem = f"expected a whole number from {least} to {most}"
        raise InvalidOption(problem, option=variable)
    return int(text)
