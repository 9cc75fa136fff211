"""What every wallet command gets from `main`: settings, the time and where to write."""

import re
import sys
from datetime import datetime
from pathlib import Path
from typing import TextIO

from credential_schemas.wording.model import Language
from keys.errors import KeysError
from keys.sealed_file import SealPrice
from keys.trust_list import TrustList
from keys.values import dataclass
from wallet_cli.errors import PassphraseWrong, TrustListMissing, WalletExists, WalletMissing
from wallet_cli.settings import DEFAULT_IDENTITY, Settings
from wallet_cli.store import Keeper, WalletStore
from wallet_cli.vault import Vault

VAULT_PRICE: SealPrice | None = None
"""What opening a wallet costs; None is the right price, tests have a lower one."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True, slots=True)
class CommandContext:
    """The outside world of one command run."""

    settings: Settings
    now: datetime
    language: Language
    out: TextIO

    @property
    def plain_store(self) -> WalletStore:
        """The folder in which certificates lie unencrypted, as long as there is no encrypted wallet."""
        return WalletStore(self.settings.home)

    def keeper(self) -> Keeper:
        """Return where certificates are kept: the encrypted wallet, or the plain folder before there is one.

        Raises:
            WalletMissing: a wallet was named that does not exist.
            PassphraseWrong, VaultUnreadable: it does not open.
        """
        if self.settings.vault.exists() or self.settings.identity != DEFAULT_IDENTITY:
            return self.vault()
        return self.plain_store

    def vault(self) -> Vault:
        """Open the encrypted wallet.

        Raises:
            WalletMissing: there is none of this name.
            PassphraseWrong, VaultUnreadable: it does not open.
        """
        path = self.settings.vault
        if not _NAME.fullmatch(self.settings.identity) or not path.exists():
            raise WalletMissing("There is no wallet of this name; make it with 'cb-wallet init'.")
        vault = Vault(path, self.passphrase(), price=VAULT_PRICE)
        vault.check()
        return vault

    def new_vault_path(self) -> Path:
        """Return where the wallet of this name goes that does not exist yet.

        Raises:
            WalletExists: it does.
            WalletMissing: the name cannot be one.
        """
        if not _NAME.fullmatch(self.settings.identity):
            raise WalletMissing("Expected a name of 1 to 32 letters, digits, hyphens and underscores.")
        if self.settings.vault.exists():
            raise WalletExists(f"There is a wallet of this name already ({self.settings.vault.name}).")
        return self.settings.vault

    def passphrase(self, *, new: bool = False) -> str:
        """Return the passphrase: the setting, or what is typed at the terminal; a new one is typed twice.

        Raises:
            PassphraseWrong: there is none, or the two differ.
        """
        if self.settings.passphrase is not None:
            return self.settings.passphrase
        if not sys.stdin or not sys.stdin.isatty():
            raise PassphraseWrong("Expected a passphrase in WALLET_PASSPHRASE, because nobody can type here.")
        from getpass import getpass

        typed = getpass("passphrase: ", sys.stderr)
        if new and getpass("again: ", sys.stderr) != typed:
            raise PassphraseWrong("The two passphrases differ; nothing was made.")
        return typed

    def unix_now(self) -> int:
        """Return the time of this run in seconds since 1970."""
        return int(self.now.timestamp())

    def trust_list(self) -> TrustList:
        """Read the configured trust list.

        Raises:
            TrustListMissing: the file is not there or is not a trust list.
        """
        path = self.settings.trust
        try:
            return TrustList.parse(path.read_bytes())
        except FileNotFoundError as error:
            msg = f"Expected a trust list, but {path} does not exist. Give --trust FILE or set WALLET_TRUST."
            raise TrustListMissing(msg) from error
        except (OSError, KeysError) as error:
            msg = f"Expected a trust list in {path}, but it could not be read: {error}"
            raise TrustListMissing(msg) from error
