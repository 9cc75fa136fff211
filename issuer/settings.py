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

    `data` is the data directory, `database` the URL of a database on a server, `passphrase` opens the key files, and
    `secret_…` a single key that has a passphrase of its own or lies in a token. For `serve`: `host` and `port`; how
    many proxies of our own stand before it; how many certificates one account may get in an hour; where rates are
    counted; the file of the tokens that are counted by themselves; the file of the OpenID providers; and, for a bank
    of `--dev`, the file of test persons whom anybody may claim to be. `sources` is the file of sources that are asked,
    for `serve` and `pull`; `wallets` that of the wallets that may ask holders, `postings` the folder of job postings
    to choose by, `security_txt` the file that says whom to tell about a weakness, for `serve`. `metrics` is where it
    shows metrics, `log` the form of its log, and `drain_seconds` how long it goes on serving after it was told to stop;
    `traces` is where it sends traces, `traces_share` how much of them, `traces_pass_on` the origins that it tells of
    them.
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

    def secret(self) -> str | None:
        """Return the passphrase, None when none is set."""
        return self.passphrase

    def database_url(self) -> str | None:
        """Return the URL of the database, which may hold a password; None for the file."""
        return self.database

    def key_secrets(self) -> dict[str, str]:
        """Return the secrets of single keys, by the use of the key; those that are set."""
        names = [each.name for each in fields(self) if each.name.startswith(_SECRET)]
        return {name.removeprefix(_SECRET): secret for name in names if (secret := getattr(self, name)) is not None}


def _number(variable: str, text: str, *, least: int = 0, most: int = _HIGHEST_COUNT) -> int:
    if not re.fullmatch("[0-9]{1,7}", text) or not least <= int(text) <= most:
        problem = f"expected a whole number from {least} to {most}"
        raise InvalidOption(problem, option=variable)
    return int(text)
