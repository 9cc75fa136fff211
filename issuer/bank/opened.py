"""An open bank: how its store, keys and secrets are opened; where they lie says `issuer.bank.folder`."""

import re
import secrets as randomness
from collections.abc import Callable, Mapping
from copy import copy
from functools import cached_property, partial
from pathlib import Path
from time import perf_counter
from typing import Final
from urllib.parse import quote

from issuer.bank.folder import BankFolder, KeyUse, Profile, certificates_in, read_certificate, read_file, read_profile
from issuer.bank.kept_file import KeptFile
from issuer.bank.key_errors import KeyDistrusted
from issuer.bank.key_records import KeyRecord, records_of
from issuer.bank.key_secrets import KeySecrets
from issuer.errors import (
    BundleKeyMissing,
    NotInitialised,
    PlainKeyRefused,
    StorageUnusable,
)
from issuer.store.blocks import Reservations
from issuer.store.engine import Store, open_server_store, open_store
from keys.key_uris import open_note_key, open_signer
from keys.keyed_link import keyed_link
from keys.note_keys import NoteSigner
from keys.pkcs11_signer import Pkcs11NoteSigner, Pkcs11Signer
from keys.signer import Signer

SERVICE: Final = "service"
"""The actor of what nobody in particular does."""
KEY_HOLDER: Final = "wallet"
"""The actor of what whoever holds the key of a credential does with it."""

_DEVELOPMENT_SCHEME: Final = "dev-file:"
_FILE_URI: Final = re.compile(r"((?:dev-)?file:)(?!/)(.+)")


class Bank:
    """An open bank. Keys and secrets are read when they are first needed; `signers` are keys that are open already.

    `actor` is who does what is done with it, for the audit trail. `reservations` hands out numbers and status indexes,
    one certificate's at a time; a service that issues much puts one with larger blocks in its place. `timer` gives
    seconds from any beginning, for how long work takes.
    """

    def __init__(
        self,
        folder: BankFolder,
        profile: Profile,
        *,
        store: Store,
        secrets: KeySecrets,
        signers: Mapping[KeyUse, Signer] | None = None,
    ) -> None:
        self.folder = folder
        self._profile = KeptFile(profile, folder.profile, partial(read_profile, folder))  # its copies share it
        self.store = store
        self.reservations = Reservations(store, draw=randomness.randbelow)
        self._secrets = secrets
        opened = (signers or {}).items()
        self._signers: dict[tuple[KeyUse, str], Signer] = {(use, profile.keys[use]): each for use, each in opened}
        self._log_key: NoteSigner | None = None
        self.actor = SERVICE
        self.timer: Callable[[], float] = perf_counter

    @property
    def profile(self) -> Profile:
        """What the bank is; read again whenever a key is asked for and another program has changed it."""
        return self._profile.value

    @profile.setter
    def profile(self, profile: Profile) -> None:
        self._profile.keep(profile)

    def signer(self, use: KeyUse) -> Signer:
        """Open the key of the bank that signs for a use.

        Raises:
            BundleKeyMissing: the bank was made before there were trust bundles.
            KeyDistrusted: verifiers are told not to believe the key; it signs nothing more.
            PassphraseMissing, PinMissing: the key is encrypted or in a token, and its secret is not set.
            PlainKeyRefused: the key is not encrypted and the bank is not for development (S22).
            KeysError: the key cannot be opened.
        """
        return self.certified_signer(use)[0]

    def certified_signer(self, use: KeyUse) -> tuple[Signer, Path]:
        """Open the key that signs, with the file of its certificate if it has one, at once; errors as `signer`."""
        if use == "bundle" and not self.has_bundle_key:
            raise BundleKeyMissing
        uri, known = self._signing(use)
        if known is not None and known.distrusted_since is not None:
            raise KeyDistrusted(use=use, kid=known.kid)
        return self.open_key(use, uri), self._certificate_file(use, known)

    def open_key(self, use: KeyUse, uri: str) -> Signer:
        """Open a key of a use by its URI, whether or not it is the one that signs; errors as `signer`."""
        if (use, uri) not in self._signers:
            self._signers[use, uri] = open_signer(self._usable(uri), secrets=partial(self._secrets.of, use))
        return self._signers[use, uri]

    def log_key(self) -> NoteSigner:
        """Open the key of the transparency log; errors as `signer`, for a bank that has a log."""
        return self._log_key or self.open_log_key(self.profile.keys["log"])

    def open_log_key(self, uri: str) -> NoteSigner:
        """Open a log key by its URI, and keep it."""
        self._log_key = open_note_key(self._usable(uri), secrets=partial(self._secrets.of, "log"))
        return self._log_key

    @property
    def log_key_is_open(self) -> bool:
        """Whether the log key was used already."""
        return self._log_key is not None

    def use_log_key(self, key: NoteSigner) -> None:
        """Take a log key that is open already."""
        self._log_key = key

    @property
    def has_log(self) -> bool:
        """Whether certificates are logged; banks made by earlier versions have no log until it is opened."""
        return "log" in self.profile.keys

    def _usable(self, uri: str) -> str:
        if uri.startswith(_DEVELOPMENT_SCHEME) and not self.profile.development:
            raise PlainKeyRefused(file=Path(uri).name)
        return self._absolute(uri)

    def secret_for_new_key(self, use: KeyUse) -> str:
        """Return the passphrase that encrypts a new key file and will open it; `PassphraseMissing` without one."""
        return self._secrets.of(use, "file:")

    @property
    def has_bundle_key(self) -> bool:
        """Whether there is a key for trust bundles; banks made by earlier versions have none."""
        return "bundle" in self.profile.keys

    def certificate(self, use: KeyUse) -> str:
        """Return the certificate of the key that signs for a use, PEM; the key of trust bundles has none."""
        return read_certificate(self._certificate_file(use, self._signing(use)[1]))

    def _signing(self, use: KeyUse) -> tuple[str, KeyRecord | None]:
        """The key that signs for a use, and its record if it has one, both of the same moment."""
        profile = self._profile.newest()
        uri = profile.keys[use]
        return uri, next((each for each in records_of(profile.key_records, use) if each.uri == uri), None)

    def _certificate_file(self, use: KeyUse, record: KeyRecord | None) -> Path:
        own = None if record is None else record.certificate
        return self.folder.certificate(use) if own is None else self.folder.certificates / own

    @property
    def tsa_roots(self) -> tuple[str, ...]:
        """The roots of the time-stamping authorities that the bank uses or has used, PEM, one certificate each."""
        return _certificates(self.folder.tsa_roots)

    @property
    def tsa_certificates(self) -> tuple[str, ...]:
        """Certificates below these roots that are known beforehand, PEM, one each; usually none."""
        return _certificates(self.folder.tsa_certificates)

    def person_link(self, person_ref: str) -> str:
        """Return the keyed hash under which a person is known."""
        return keyed_link(person_ref, key=self._link_key, context="person")

    def identity_link(self, connecting_information: str) -> str:
        """Return the keyed hash of a person's connecting information (CI, 연계정보)."""
        return keyed_link(connecting_information, key=self._link_key, context="connecting-information")

    def record_key(self, entry_type: str, natural_key: str) -> str:
        """Return the keyed hash under which a record of one entry type is found again."""
        return keyed_link(natural_key, key=self._link_key, context=f"record:{entry_type}")

    @cached_property
    def pepper(self) -> bytes:
        """The secret that goes into every confirmation code's key, kept apart from the database."""
        return read_file(self.folder.secrets / "confirmation.pepper")

    @cached_property
    def _link_key(self) -> bytes:
        return read_file(self.folder.secrets / "link.key")

    @cached_property
    def sign_in_key(self) -> bytes:
        """The secret of everything about signing in: form tokens, marks of browsers, handles, sealed secrets."""
        return bytes.fromhex(keyed_link("sign-in", key=self._link_key, context="derived-key"))

    @cached_property
    def wallet_key(self) -> bytes:
        """The secret of what wallets bring and get: codes, tokens and nonces are kept under it as keyed hashes."""
        return bytes.fromhex(keyed_link("wallets", key=self._link_key, context="derived-key"))

    @cached_property
    def pages_key(self) -> str:
        """The secret under which fetched pages of deliveries are sealed until they are taken."""
        return keyed_link("pulled-pages", key=self._link_key, context="derived-key")

    def acting_as(self, actor: str) -> "Bank":
        """Return the same bank, with somebody else as the one who does what is done with it."""
        other = copy(self)
        other.actor = actor
        return other

    def close(self) -> None:
        """Close the store, and log out of the tokens."""
        for signer in (*self._signers.values(), self._log_key):
            if isinstance(signer, Pkcs11Signer | Pkcs11NoteSigner):
                signer.close()
        self.store.close()

    def _absolute(self, uri: str) -> str:
        relative = _FILE_URI.fullmatch(uri)
        return uri if relative is None else relative[1] + quote(str(self.folder.path.resolve() / relative[2]))


def open_bank(
    path: Path,
    *,
    passphrase: str | None,
    secrets: Mapping[str, str] | None = None,
    signers: Mapping[KeyUse, Signer] | None = None,
    database: str | None = None,
) -> Bank:
    """Open a bank that `init` made.

    Args:
        path: its data directory.
        passphrase: of the key files.
        secrets: of keys that have one of their own, a passphrase or a PIN.
        signers: keys that are open already.
        database: URL of its database on a server, None for the file in the data directory.

    Raises:
        NotInitialised: no bank is there.
        FileUnreadable: its profile is damaged.
        DatabaseOfAnother: the database does not fit the data directory.
        InvalidOption: the URL has another form.
        StorageFull, StorageUnusable: its database cannot be used.
    """
    folder = BankFolder(path)
    if not folder.profile.is_file():
        raise NotInitialised(path=str(path))
    profile = read_profile(folder)
    return Bank(
        folder,
        profile,
        store=_store_of(folder, profile, database),
        secrets=KeySecrets(passphrase, secrets or {}),
        signers=signers,
    )


def _store_of(folder: BankFolder, profile: Profile, database: str | None) -> Store:
    if database is not None:
        return open_server_store(database, issuer=profile.issuer)
    if not folder.database.is_file():
        problem = "its file is not there; for one on a server set ISSUER_DATABASE"
        raise StorageUnusable(problem, what="the database")
    return open_store(folder.database)


def _certificates(path: Path) -> tuple[str, ...]:
    return certificates_in(read_file(path).decode("ascii", "replace")) if path.exists() else ()
