"""What can be presented: credentials with the key of their holder. The one door between presenting and the store."""

from collections.abc import Sequence
from typing import Protocol

from credential_schemas.errors import CredentialError
from credential_schemas.sd_jwt.parse import parse_sd_jwt
from keys.errors import KeysError
from keys.signer import Signer
from keys.values import dataclass
from wallet_cli.errors import FileUnreadable
from wallet_cli.vault import Vault


@dataclass(frozen=True, slots=True)
class Held:
    """One copy of a credential.

    Attributes:
        id: of the copy in the wallet.
        item: of the credential; several copies of one say the same.
        sd_jwt: compact, without key binding.
        holder: the holder's key, None for a bearer copy.
        seen_by: client identifiers of the verifiers that have seen this copy.
    """

    id: str
    item: str
    sd_jwt: str
    holder: Signer | None = None
    seen_by: frozenset[str] = frozenset()


class Holdings(Protocol):
    """Where presentable credentials lie."""

    def held(self) -> Sequence[Held]:
        """Return every credential that may be presented."""
        ...

    def note_presented(self, copy_id: str, verifier: str) -> None:
        """Remember that a copy is about to be shown to a verifier (its client identifier)."""
        ...


class VaultHoldings:
    """What the encrypted wallet holds."""

    def __init__(self, vault: Vault) -> None:
        """Take an open wallet."""
        self._vault = vault

    def held(self) -> Sequence[Held]:
        """Return every copy that was issued to this wallet; errors as `Vault.copies`."""
        return [
            Held(copy.id, copy.item, copy.sd_jwt, copy.signer(), frozenset(copy.presented_to))
            for copy in self._vault.copies()
        ]

    def note_presented(self, copy_id: str, verifier: str) -> None:
        """Remember it in the wallet; errors as `Vault.note_presented`."""
        self._vault.note_presented(copy_id, verifier)


class OneCredential:
    """One credential from a file, with its key; nothing is remembered."""

    def __init__(self, sd_jwt: str, holder: Signer | None) -> None:
        """Take a credential.

        Raises:
            FileUnreadable: it is no SD-JWT, is bound to a verifier already, or the key is not its holder's.
        """
        try:
            parsed = parse_sd_jwt(sd_jwt)
        except (CredentialError, KeysError) as error:
            msg = "Expected a credential (SD-JWT text) to present, but found something else."
            raise FileUnreadable(msg) from error
        if parsed.key_binding is not None:
            msg = "Expected a credential, but found a presentation that was made for another verifier."
            raise FileUnreadable(msg)
        confirmation = parsed.payload.get("cnf")
        key = confirmation.get("jwk") if isinstance(confirmation, dict) else None
        if holder is not None and not (isinstance(key, dict) and key.get("x") == holder.public_jwk()["x"]):
            msg = "Expected the key of the credential's holder, but found another key."
            raise FileUnreadable(msg)
        self._held = Held("file", "file", sd_jwt, holder)

    def held(self) -> Sequence[Held]:
        """Return the one credential."""
        return (self._held,)

    def note_presented(self, copy_id: str, verifier: str) -> None:
        """Remember nothing: a file has no place for it."""
