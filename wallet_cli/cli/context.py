"""What every wallet command gets from `main`: settings, the time and where to write."""

from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from credential_schemas.wording.model import Language
from keys.errors import KeysError
from keys.trust_list import TrustList
from wallet_cli.errors import TrustListMissing
from wallet_cli.settings import Settings
from wallet_cli.store import WalletStore


@dataclass(frozen=True, slots=True)
class CommandContext:
    """The outside world of one command run."""

    settings: Settings
    now: datetime
    language: Language
    out: TextIO

    @property
    def store(self) -> WalletStore:
        """The holder's kept certificates."""
        return WalletStore(self.settings.home)

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
