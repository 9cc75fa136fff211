"""How what belongs to the staff's sign-in is kept: under a key of its own, so that nothing of holders fits it."""

import re
from typing import Final

from issuer.bank import Bank
from keys.keyed_link import keyed_link

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def is_staff_name(name: str) -> bool:
    """Return whether somebody of the staff can have this name: 1 to 64 lower-case letters, digits and `. _ -`."""
    return _NAME.fullmatch(name) is not None


def staff_key(bank: Bank) -> bytes:
    """Return the secret of how staff sign in: tokens of forms, marks of browsers, sealed secrets."""
    return bytes.fromhex(keyed_link("staff", key=bank.sign_in_key, context="derived-key"))


def identity_link(bank: Bank, issuer: str, subject: str) -> str:
    """Return under what an identity of a provider is kept."""
    return keyed_link(f"{issuer} {subject}", key=staff_key(bank), context="sign-in/provider")
