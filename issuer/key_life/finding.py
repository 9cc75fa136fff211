"""Finding one key of the bank by its name."""

from issuer.bank import Bank
from issuer.bank.folder import KeyUse
from issuer.bank.key_errors import KeyAmbiguous, KeyNotFound, KeyUseFixed
from issuer.bank.key_records import KeyRecord
from issuer.bank.key_ring import published_issuer, records
from issuer.key_life.rotating import ROTATED, WHY_FIXED
from keys.certificates import certificate_key

_LEAST_PART = 6


def find_key(bank: Bank, name: str) -> KeyRecord:
    """Return the key with this name, or with this as a part of it, at least six characters, that no other has.

    A part is enough because a name may begin with a hyphen, which the command line takes for an option.

    Raises:
        KeyNotFound, KeyAmbiguous: no single key has it.
        KeyUseFixed: it is a key that these commands do not change.
    """
    known = [each for use in _uses(bank) for each in records(bank, use)]
    exact = [each for each in known if each.kid == name]
    found = exact or [each for each in known if len(name) >= _LEAST_PART and name in each.kid]
    if len(found) > 1:
        raise KeyAmbiguous(kid=name, count=len(found))
    if not found:
        _refuse_fixed(bank, name)
        raise KeyNotFound(kid=name)
    return found[0]


def _uses(bank: Bank) -> list[KeyUse]:
    return [use for use in ROTATED if use in bank.profile.keys]


def _refuse_fixed(bank: Bank, name: str) -> None:
    issuer = published_issuer(bank)
    if certificate_key(bank.certificate("root")).short_name() == name:
        raise KeyUseFixed(WHY_FIXED["root"], use="root")
    if issuer is not None and issuer.log_key is not None and issuer.log_key.short_name() == name:
        raise KeyUseFixed(WHY_FIXED["log"], use="log")
