"""What every command gets from `main`: settings, clock, language, and how to answer."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from issuer.cli.messages import Language, error_sentence, message

if TYPE_CHECKING:
    from issuer.bank import Bank
    from issuer.settings import IssuerSettings


@dataclass(frozen=True, slots=True)
class CommandContext:
    """The outside world of one command run; `data` is the --data option, None when it was not given."""

    settings: "IssuerSettings"
    clock: Callable[[], datetime]
    language: Language
    json: bool
    data: Path | None

    @property
    def data_directory(self) -> Path:
        """The data directory: the option, else the setting."""
        return self.settings.data if self.data is None else self.data

    @contextmanager
    def bank(self) -> "Iterator[Bank]":
        """Open the bank for the time of a `with` block; what was taken back in it is kept, however it ends."""
        bank = self.open_bank(self.data_directory)
        try:
            _put_keys_to_work(bank, self.clock())
            yield bank
            _keep_audit_head(bank, self.clock())
        finally:
            _keep_taken_back(bank)
            bank.close()

    def open_bank(self, path: Path) -> "Bank":
        """Return the bank in a folder, with what the settings open it; whoever works with it is its actor."""
        from issuer.bank import open_bank

        settings = self.settings
        bank = open_bank(
            path, passphrase=settings.passphrase, secrets=settings.key_secrets(), database=settings.database
        )
        bank.actor = f"staff:{settings.operator_name()}"
        return bank

    def answer(self, document: object, *lines: str) -> None:
        """Print the result: the document with --json, else the lines."""
        if self.json:
            print(json.dumps(document, ensure_ascii=False))
        else:
            for line in lines:
                print(line)

    def text(self, key: str, **values: str | int) -> str:
        """Return a text of messages.json in the user's language."""
        return message(key, self.language, **values)

    def note(self, key: str, **values: str | int) -> None:
        """Say something beside the result, on stderr."""
        print(self.text(key, **values), file=sys.stderr)

    def complain(self, where: str, error: Exception) -> None:
        """Say in one sentence what went wrong, on stderr."""
        print(f"{where}: {error_sentence(error, self.language)}", file=sys.stderr)


def _put_keys_to_work(bank: "Bank", now: datetime) -> None:
    """Let new keys sign whose time has come; one that cannot is left, and `doctor` says it."""
    if not bank.profile.key_records:
        return
    from issuer.errors import IssuerError
    from issuer.key_life.switching import switch_due
    from keys.errors import KeysError

    with suppress(IssuerError, KeysError):
        switch_due(bank, now=now)


def _keep_audit_head(bank: "Bank", now: datetime) -> None:
    """Sign a head of the audit trail, if one is due and the key opens; else the next program does it."""
    from issuer.audit.heads import keep_head
    from issuer.errors import IssuerError
    from keys.errors import KeysError

    with suppress(IssuerError, KeysError):
        keep_head(bank, now=now)


def _keep_taken_back(bank: "Bank") -> None:
    """Bring the list of what was taken back up to date, if it can be written; else the next program does it."""
    from issuer.errors import IssuerError
    from issuer.taken_back import keep_taken_back

    with suppress(IssuerError):
        keep_taken_back(bank)
