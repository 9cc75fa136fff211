"""New key files of a bank: each written once, protected as its other keys are, and named by a URI."""

from typing import Final

from issuer.bank.folder import KeyUse
from issuer.bank.opened import Bank
from keys.badge_key import BadgeKey
from keys.key_files import PrivateKey, write_encrypted, write_plain_for_development
from keys.note_keys import NotePrivateKey

_PLAIN: Final = "dev-file:"
_ENCRYPTED: Final = "file:"


def has_plain_keys(bank: Bank) -> bool:
    """Return whether the bank keeps its keys in the clear, as one for development may."""
    return is_plain(bank.profile.keys["status"])


def is_plain(uri: str) -> bool:
    """Return whether a URI names a key file in the clear."""
    return uri.startswith(_PLAIN)


def write_new_key(
    bank: Bank, use: KeyUse, key: PrivateKey | NotePrivateKey | BadgeKey, *, name: str, plain: bool
) -> str:
    """Write a key that was just made, and return its URI, as `Profile.keys` has it.

    Args:
        bank: whose folder of keys it goes into.
        use: what the key signs; says which secret encrypts it.
        key: the key.
        name: of the file, which is not there yet.
        plain: in the clear.

    Raises:
        PassphraseMissing: it is to be encrypted and there is no passphrase; nothing was written.
        KeyFileError: the file is there, or cannot be written.
    """
    path = bank.folder.keys / name
    if plain:
        write_plain_for_development(path, key)
    else:
        write_encrypted(path, key, passphrase=bank.secret_for_new_key(use))
    return f"{_PLAIN if plain else _ENCRYPTED}keys/{name}"
