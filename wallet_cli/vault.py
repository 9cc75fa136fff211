"""The holder's encrypted store: one sealed file for each identity, with keys, credentials and certificates in it.

The file is opened with the holder's passphrase (argon2id) and written whole or not at all; two programs that change it
take turns. A copy of a credential that was shown to one verifier is remembered as such, before it is shown.
"""

import base64
import fcntl
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from keys.encoding import JsonValue, decode_json_object, encode_json
from keys.errors import DecodingError, SealedFileError
from keys.key_files import FileSigner
from keys.private_jwk import read_private_jwk
from keys.sealed_file import SealPrice, open_file, seal_file
from keys.values import dataclass, field
from wallet_cli.errors import ItemNotFound, PassphraseWrong, StorageRefused, VaultUnreadable, WalletExists
from wallet_cli.store import KeptCertificate, find_item, write_whole

MAX_VAULT_BYTES: Final = 64 * 1024 * 1024
_FORMAT: Final = 1
_ID_CHARACTERS: Final = 12
_RENEWAL: Final = ("grant", "server", "client_id", "identifier", "token")

Document = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class HeldCopy:
    """One copy of a credential with its key; `presented_to` names the verifiers that have seen it."""

    id: str
    item: str
    configuration: str
    issuer: str
    vct: str
    sd_jwt: str
    key: Mapping[str, JsonValue] = field(repr=False)
    presented_to: tuple[str, ...] = ()

    def signer(self) -> FileSigner:
        """Return what signs with the key that the copy is bound to."""
        return FileSigner(read_private_jwk(self.key))


@dataclass(frozen=True, slots=True)
class Renewal:
    """What has a credential issued again without asking its holder: a refresh token, bound to a key of its own.

    Attributes:
        grant: what the holder allowed once; credentials of one grant share its token, which is another after each use.
        server: name of the token service, which alone may see the token.
        client_id: under which it was given; None for nobody.
        identifier: the credential's name with this grant; None where it is the configuration's.
        token: the refresh token.
        key: the private key (JWK) that it is bound to.
    """

    grant: str
    server: str
    client_id: str | None
    identifier: str | None
    token: str = field(repr=False)
    key: Mapping[str, JsonValue] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Renewable:
    """A kept credential that can be renewed: its first copy, how many copies it has, and how."""

    item: str
    issuer: str
    configuration: str
    vct: str
    sd_jwt: str
    copies: int
    renewal: Renewal


@dataclass(frozen=True, slots=True)
class NewItem:
    """A credential that was just issued: its copies with their private keys (JWK), in pairs; how it is renewed."""

    issuer: str
    configuration: str
    vct: str
    received_at: str
    copies: Sequence[tuple[str, Mapping[str, JsonValue]]]
    renewal: Renewal | None = None


def new_grant() -> str:
    """Return a name for what the holder has just allowed."""
    return secrets.token_hex(8)


class Vault:
    """One identity's store, open."""

    def __init__(self, path: Path, passphrase: str, *, price: SealPrice | None = None) -> None:
        """Take a file that exists; nothing is read yet.

        Args:
            path: the sealed file.
            passphrase: opens it.
            price: of deriving the key; the default is the right one outside tests.
        """
        self._path = path
        self._passphrase = passphrase
        self._price = price

    @classmethod
    def create(cls, path: Path, passphrase: str, *, price: SealPrice | None = None) -> "Vault":
        """Make an empty store.

        Raises:
            WalletExists: there is one already.
            PassphraseWrong: the passphrase is too short.
            StorageRefused: the disk did not take it.
        """
        vault = cls(path, passphrase, price=price)
        with vault._alone():
            if path.exists():
                raise WalletExists(f"There is a wallet of this name already ({path.name}); nothing was changed.")
            vault._write({"wallet": _FORMAT, "items": []})
        return vault

    def check(self) -> None:
        """Open the store once.

        Raises:
            PassphraseWrong, VaultUnreadable: it does not open.
        """
        self._read()

    def keep(self, item: str, *, sd_jwt: str, pdf: bytes | None) -> None:
        """Keep a paper certificate under an id, in place of an earlier copy; errors as `keep_issued`."""
        document: Document = {"id": item, "sd_jwt": sd_jwt}
        if pdf is not None:
            document["pdf"] = base64.b64encode(pdf).decode("ascii")

        def put(items: list[Document]) -> None:
            items[:] = [each for each in items if each["id"] != item]
            items.append(document)

        self._change(put)

    def keep_issued(self, new: NewItem, *, instead_of: str | None = None) -> str:
        """Keep a credential with its copies, in place of the item that it renews if there is one; answer its id.

        Raises:
            PassphraseWrong, VaultUnreadable, StorageRefused: nothing was kept.
        """
        item = _digest(new.copies[0][0])
        copies: list[JsonValue] = [
            {"id": _digest(sd_jwt), "sd_jwt": sd_jwt, "key": dict(key), "presented_to": []}
            for sd_jwt, key in new.copies
        ]
        names = ("issuer", "configuration", "vct", "received_at")
        document: Document = {"id": item, **{name: getattr(new, name) for name in names}, "copies": copies}
        if new.renewal is not None:
            how: Document = {name: getattr(new.renewal, name) for name in _RENEWAL}
            document["renewal"] = how | {"key": dict(new.renewal.key)}

        def put(items: list[Document]) -> None:
            items[:] = [each for each in items if each["id"] != instead_of]
            items.append(document)

        self._change(put)
        return item

    def renewable(self) -> tuple[Renewable, ...]:
        """Return every credential that can be renewed, in the order of the ids; errors as `check`."""
        items = sorted(self._read(), key=lambda each: str(each["id"]))
        return tuple(found for item in items if (found := _renewable(item)) is not None)

    def note_token(self, grant: str, token: str | None) -> None:
        """Put the refresh token of a grant in place of the one before; None: it is worth nothing any more.

        Raises:
            PassphraseWrong, VaultUnreadable, StorageRefused: the one before is still there.
        """

        def note(items: list[Document]) -> None:
            for item in items:
                renewal = item.get("renewal")
                if not isinstance(renewal, dict) or renewal.get("grant") != grant:
                    continue
                if token is None:
                    del item["renewal"]
                else:
                    renewal["token"] = token

        self._change(note)

    @contextmanager
    def one_renewal(self) -> Iterator[None]:
        """Let nobody else renew credentials of this wallet meanwhile; it waits for who does.

        Raises:
            StorageRefused: the place where programs meet cannot be made.
        """
        with self._alone(".renewing"):
            yield

    def copies(self) -> tuple[HeldCopy, ...]:
        """Return every copy of every issued credential; errors as `check`."""
        return tuple(copy for item in self._read() for copy in _copies_of(item))

    def note_presented(self, copy_id: str, verifier: str) -> None:
        """Remember that a copy is about to be shown to a verifier; errors as `keep_issued`.

        Raises:
            ItemNotFound: there is no such copy.
        """

        def note(items: list[Document]) -> None:
            for item in items:
                for copy in _objects(item.get("copies")):
                    shown = copy.get("presented_to")
                    if copy.get("id") == copy_id and isinstance(shown, list):
                        copy["presented_to"] = [*shown, *([] if verifier in shown else [verifier])]
                        return
            raise ItemNotFound(f"Expected the id of a copy in this wallet, found {copy_id!r}.")

        self._change(note)

    def items(self) -> Iterator[KeptCertificate]:
        """Yield what is kept in the order of the ids; errors as `check`."""
        for item in sorted(self._read(), key=lambda each: str(each["id"])):
            copies = _copies_of(item)
            pdf = item.get("pdf")
            yield KeptCertificate(
                id=str(item["id"]),
                sd_jwt=copies[0].sd_jwt if copies else str(item["sd_jwt"]),
                pdf=None,
                copies=len(copies),
                unused=sum(not copy.presented_to for copy in copies),
                stored_pdf=base64.b64decode(pdf) if isinstance(pdf, str) else None,
                renewable=_renewable(item) is not None,
            )

    def item(self, id_prefix: str) -> KeptCertificate:
        """Return the one item whose id starts with the given characters; errors as `check`.

        Raises:
            ItemNotFound: none or several do.
        """
        return find_item(self.items(), id_prefix)

    def _change(self, change: Callable[[list[Document]], None]) -> None:
        with self._alone():
            items = self._read()
            change(items)
            self._write({"wallet": _FORMAT, "items": [*items]})

    def _read(self) -> list[Document]:
        try:
            with self._path.open("rb") as file:
                sealed = file.read(MAX_VAULT_BYTES + 1)
        except OSError as error:
            raise VaultUnreadable(
                f"The wallet {self._path.name} cannot be read: {os.strerror(error.errno or 0)}."
            ) from error
        return opened_items(sealed, self._passphrase, price=self._price)

    def _write(self, document: Document) -> None:
        try:
            sealed = seal_file(
                encode_json(document),
                passphrase=self._passphrase,
                random_bytes=secrets.token_bytes,
                price=self._price,
            )
        except SealedFileError as error:
            raise PassphraseWrong(f"The passphrase cannot be used: {error.message}.", kind="short") from error
        if len(sealed) > MAX_VAULT_BYTES:  # it could not be opened again
            full = f"The wallet would be larger than {MAX_VAULT_BYTES >> 20} MiB; nothing was changed."
            raise StorageRefused(f"{full} Keep more in another one (--identity).", kind="full")
        try:
            write_whole(self._path, sealed)
        except OSError as error:
            raise _refused(self._path, error) from error

    @contextmanager
    def _alone(self, suffix: str = ".lock") -> Iterator[None]:
        """Let no other program change the file meanwhile, or do whatever the suffix names."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self._path.with_suffix(suffix), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _refused(self._path, error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def opened_items(sealed: bytes, passphrase: str, *, price: SealPrice | None = None) -> list[Document]:
    """Return the items of a sealed file, a wallet's or a backup of one.

    Raises:
        PassphraseWrong: the passphrase does not open it.
        VaultUnreadable: it is no wallet, or was written by a newer program.
    """
    try:
        content = open_file(sealed, passphrase=passphrase, cheapest=price)
        document = decode_json_object(content, max_bytes=MAX_VAULT_BYTES)
    except SealedFileError as error:
        if error.kind == "passphrase":
            raise PassphraseWrong("The passphrase does not open this wallet, or its file was changed.") from error
        raise VaultUnreadable("Expected a wallet of this program, found another file.") from error
    except DecodingError as error:
        raise VaultUnreadable("The wallet's content cannot be read.") from error
    items = _objects(document.get("items"))
    if document.get("wallet") != _FORMAT or not all(_is_item(each) for each in items):
        raise VaultUnreadable("The wallet was written by a newer program.")
    return items


def _is_item(item: Document) -> bool:
    copies = _objects(item.get("copies"))
    whole = all(isinstance(copy.get("sd_jwt"), str) and isinstance(copy.get("key"), dict) for copy in copies)
    return isinstance(item.get("id"), str) and whole and (bool(copies) or isinstance(item.get("sd_jwt"), str))


def _copies_of(item: Document) -> tuple[HeldCopy, ...]:
    return tuple(
        HeldCopy(
            id=str(copy["id"]),
            item=str(item["id"]),
            configuration=str(item["configuration"]),
            issuer=str(item["issuer"]),
            vct=str(item["vct"]),
            sd_jwt=str(copy["sd_jwt"]),
            key=_key_of(copy),
            presented_to=_texts(copy.get("presented_to")),
        )
        for copy in _objects(item.get("copies"))
    )


def _renewable(item: Document) -> Renewable | None:
    """Return how an item is renewed; None where it is not, or where what it says of that is not understood."""
    said, copies = item.get("renewal"), _copies_of(item)
    if not isinstance(said, dict) or not copies:
        return None
    grant, server, token, key = (said.get(name) for name in ("grant", "server", "token", "key"))
    texts = isinstance(grant, str) and isinstance(server, str) and isinstance(token, str)
    if not texts or not isinstance(key, dict):
        return None
    client, identifier = (said.get(name) for name in ("client_id", "identifier"))
    renewal = Renewal(
        str(grant),
        str(server),
        client if isinstance(client, str) else None,
        identifier if isinstance(identifier, str) else None,
        str(token),
        key,
    )
    first = copies[0]
    return Renewable(first.item, first.issuer, first.configuration, first.vct, first.sd_jwt, len(copies), renewal)


def _key_of(copy: Document) -> Mapping[str, JsonValue]:
    key = copy["key"]
    return key if isinstance(key, dict) else {}


def _objects(value: JsonValue) -> list[Document]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _texts(value: JsonValue) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def _digest(sd_jwt: str) -> str:
    return hashlib.sha256(sd_jwt.encode("ascii")).hexdigest()[:_ID_CHARACTERS]


def _refused(path: Path, error: OSError) -> StorageRefused:
    reason = os.strerror(error.errno or 0)
    return StorageRefused(f"The wallet could not be written in {path.parent}: {reason}. Free some space and try again.")
