"""The bank's key for Open Badges: made at first use, kept as every key, its public half under an address of its own.

Two processes that make it at once keep one key: a key file is never overwritten, and who comes second reads the first.
"""

import threading
from typing import Final

from issuer.bank import Bank
from issuer.bank.new_keys import has_plain_keys, write_new_key
from issuer.outputs import storage_errors, write_whole
from keys.badge_key import BadgeKey, create_badge_key
from keys.encoding import encode_json
from keys.errors import KeyFileError
from keys.key_files import read_badge_key, read_plain_development_badge_key

KEYS_PATH: Final = "openbadges/keys"


class BadgeKeys:
    """Opens the key once for all threads of a program."""

    def __init__(self, bank: Bank) -> None:
        """Take a bank; nothing is read or made yet."""
        self._bank = bank
        self._lock = threading.Lock()
        self._key: BadgeKey | None = None

    def open(self) -> BadgeKey:
        """Return the key, published.

        Raises:
            PassphraseMissing: the bank's keys are encrypted and there is no passphrase.
            StorageFull, StorageUnusable, KeysError: it cannot be made, read or published.
        """
        with self._lock:
            if self._key is None:
                self._key = _opened(self._bank)
            return self._key


def badge_key_address(bank: Bank, key: BadgeKey) -> str:
    """Return where the public key can be fetched; the `kid` of badges."""
    return f"{bank.profile.issuer}/{KEYS_PATH}/{key.key_id}"


def _opened(bank: Bank) -> BadgeKey:
    plain = has_plain_keys(bank)
    path = bank.folder.key("badges")
    if not path.exists():
        bank.signer("credential")  # the passphrase has to be the one of the other keys
        _make(bank, plain=plain)
    if plain:
        key = read_plain_development_badge_key(path)
    else:
        key = read_badge_key(path, passphrase=bank.secret_for_new_key("badges"))
    public = bank.folder.public / KEYS_PATH / key.key_id
    with storage_errors(public.name):
        public.parent.mkdir(parents=True, exist_ok=True)
    write_whole(public, encode_json(dict(key.public_jwk())))
    return key


def _make(bank: Bank, *, plain: bool) -> None:
    path, key = bank.folder.key("badges"), create_badge_key()
    try:
        write_new_key(bank, "badges", key, name=path.name, plain=plain)
    except KeyFileError:
        if not path.exists():  # another process was first, if it does
            raise
