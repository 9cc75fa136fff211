"""What opens the bank's keys: one passphrase for the key files, and beside it a secret of its own for single keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from issuer.errors import PassphraseMissing, PinMissing

SECRET_VARIABLE: Final = "ISSUER_SECRET"  # noqa: S105 - the beginning of a variable's name
_DEVICES: Final = ("pkcs11:", "kms:")


@dataclass(frozen=True, slots=True)
class KeySecrets:
    """The secrets, by the use of the key.

    A token (PKCS#11) is opened with its own secret only: wrong PINs lock it, so no other secret is tried on it.
    Nor does a key service (`kms:`) get the passphrase of the files.
    """

    passphrase: str | None = field(repr=False)
    own: Mapping[str, str] = field(default_factory=dict, repr=False)

    def of(self, use: str, uri: str) -> str:
        """Return the secret of one key.

        Raises:
            PinMissing, PassphraseMissing: there is none.
        """
        if use in self.own:
            return self.own[use]
        if uri.lower().startswith(_DEVICES):
            raise PinMissing(use=use, variable=f"{SECRET_VARIABLE}_{use.upper()}")
        if self.passphrase is None:
            raise PassphraseMissing
        return self.passphrase
