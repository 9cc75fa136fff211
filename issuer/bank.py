"""A bank on disk: where its files lie, what its profile says, and how its store, keys and secrets are opened."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote, urlsplit

from issuer.errors import FileUnreadable, NotInitialised, PassphraseMissing, PlainKeyRefused
from issuer.store.engine import Store, open_store
from keys.encoding import decode_json_object, encode_json
from keys.errors import DecodingError
from keys.keyed_link import keyed_link
from keys.signer import Signer, open_signer

KeyUse = Literal["root", "credential", "status", "seal"]
KEY_USES: Final[tuple[KeyUse, ...]] = ("root", "credential", "status", "seal")
CERTIFICATE_VCT_PATH: Final = "vct/competency-certificate/1"

_PROFILE_FORMAT: Final = 1
_MAX_PROFILE_BYTES: Final = 64 * 1024
_MAX_SECRET_BYTES: Final = 4096
_DEVELOPMENT_SCHEME: Final = "dev-file:"
_FILE_URI: Final = re.compile(r"((?:dev-)?file:)(?!/)(.+)")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a bank is, as its `bank.json` says.

    `issuer` is the URL that stands in credentials as `iss`, without a slash at the end. `verify_url` is the page that a
    printed code leads to. `keys` names each key by a URI; a relative file lies in the data directory. `specimen`
    marks every page as a specimen, `development` permits plain key files and loopback addresses.
    """

    issuer: str
    name: dict[str, str]
    number_prefix: str
    verify_url: str
    legal_basis: str | None
    specimen: bool
    development: bool
    max_valid_days: int
    keys: dict[str, str]

    @property
    def vct(self) -> str:
        """The credential type of the paper certificate."""
        return f"{self.issuer}/{CERTIFICATE_VCT_PATH}"

    @property
    def verify_host(self) -> str:
        """The host of the check page as it is printed."""
        return urlsplit(self.verify_url).netloc

    def status_uri(self, list_no: int) -> str:
        """The URI of a status list."""
        return f"{self.issuer}/status/{list_no}"

    def encode(self) -> bytes:
        """Write the profile as the content of `bank.json`."""
        return encode_json({"bank": _PROFILE_FORMAT, **asdict(self)})

    @classmethod
    def decode(cls, data: bytes) -> "Profile":
        """Read the content of `bank.json`.

        Raises:
            DecodingError: it is not JSON.
            TypeError: it has other members.
        """
        members = decode_json_object(data, max_bytes=_MAX_PROFILE_BYTES)
        if members.pop("bank", None) != _PROFILE_FORMAT:
            msg = "expected format 1"
            raise TypeError(msg)
        return cls(**members)  # type: ignore[arg-type] # our own file, written by encode; a wrong member is a TypeError


class BankFolder:
    """Where the files of a bank lie."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.profile = path / "bank.json"
        self.database = path / "bank.db"
        self.trust_list = path / "trust.json"
        self.public = path / "public"
        self.keys = path / "keys"
        self.certificates = path / "certificates"
        self.secrets = path / "secrets"

    def key(self, use: KeyUse) -> Path:
        """The file of a key."""
        return self.keys / f"{use}.pem"

    def certificate(self, use: KeyUse) -> Path:
        """The file of a key's certificate."""
        return self.certificates / f"{use}.pem"

    def status_list(self, list_no: int) -> Path:
        """The file of a published status list token."""
        return self.public / "status" / str(list_no)


class Bank:
    """An open bank. Keys and secrets are read when they are first needed; `signers` are keys that are open already."""

    def __init__(
        self,
        folder: BankFolder,
        profile: Profile,
        *,
        store: Store,
        passphrase: str | None,
        signers: Mapping[KeyUse, Signer] | None = None,
    ) -> None:
        self.folder = folder
        self.profile = profile
        self.store = store
        self._passphrase = passphrase
        self._signers: dict[KeyUse, Signer] = dict(signers or {})

    def signer(self, use: KeyUse) -> Signer:
        """Open one of the bank's keys.

        Raises:
            PassphraseMissing: the key is encrypted and ISSUER_PASSPHRASE is not set.
            PlainKeyRefused: the key is not encrypted and the bank is not for development (S22).
            KeysError: the key cannot be opened.
        """
        if use not in self._signers:
            uri = self.profile.keys[use]
            if uri.startswith(_DEVELOPMENT_SCHEME) and not self.profile.development:
                raise PlainKeyRefused(file=self.folder.key(use).name)
            self._signers[use] = open_signer(self._absolute(uri), secrets=self._secret)
        return self._signers[use]

    def certificate(self, use: KeyUse) -> str:
        """Return the certificate of a key, PEM."""
        return _read(self.folder.certificate(use)).decode("ascii")

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
        return _read(self.folder.secrets / "confirmation.pepper")

    @cached_property
    def _link_key(self) -> bytes:
        return _read(self.folder.secrets / "link.key")

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def _absolute(self, uri: str) -> str:
        relative = _FILE_URI.fullmatch(uri)
        return uri if relative is None else relative[1] + quote(str(self.folder.path.resolve() / relative[2]))

    def _secret(self, _uri: str) -> str:
        if self._passphrase is None:
            raise PassphraseMissing
        return self._passphrase


def open_bank(path: Path, *, passphrase: str | None, signers: Mapping[KeyUse, Signer] | None = None) -> Bank:
    """Open a bank that `init` made.

    Raises:
        NotInitialised: no bank is there.
        FileUnreadable: its profile is damaged.
        StorageFull, StorageUnusable: its database cannot be used.
    """
    folder = BankFolder(path)
    if not folder.profile.is_file() or not folder.database.is_file():
        raise NotInitialised(path=str(path))
    try:
        profile = Profile.decode(_read(folder.profile))
    except (DecodingError, TypeError) as error:
        raise FileUnreadable("it is not a profile of a bank", file=folder.profile.name) from error
    return Bank(folder, profile, store=open_store(folder.database), passphrase=passphrase, signers=signers)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileUnreadable(error.strerror or "unknown reason", file=path.name) from error
