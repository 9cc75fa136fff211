"""The holder's kept certificates: one file each in one private folder.

A certificate is identified by issuer and number, never by its bytes: another copy of the same statement may carry other
signature bytes or other disclosures (S14 of docs/security.md). Files are written whole or not at all.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from keys.values import dataclass
from wallet_cli.errors import ItemNotFound, StorageRefused, WalletExists

_ID_LENGTH = 12


@dataclass(frozen=True, slots=True)
class KeptCertificate:
    """One kept certificate: its id (12 hexadecimal characters), credential text and, if it came so, its PDF.

    A PDF is a file of its own, or (`stored_pdf`) lies in the encrypted store. A credential that was issued to the
    wallet has `copies`, of which `unused` were shown to nobody yet; `sd_jwt` is the first of them.
    `renewable`: the issuer gave what renews it.
    """

    id: str
    sd_jwt: str
    pdf: Path | None
    copies: int = 0
    unused: int = 0
    stored_pdf: bytes | None = None
    renewable: bool = False

    def pdf_bytes(self) -> bytes | None:
        """Return the PDF it came as, None where it came as text.

        Raises:
            StorageRefused: its file cannot be read.
        """
        if self.pdf is None:
            return self.stored_pdf
        try:
            return self.pdf.read_bytes()
        except OSError as error:
            raise _unreadable(self.pdf, error) from error


def item_id(issuer: str, number: str) -> str:
    """Return the id under which a certificate is kept: the start of SHA-256 over issuer and number."""
    return hashlib.sha256(f"{issuer}\n{number}".encode()).hexdigest()[:_ID_LENGTH]


class WalletStore:
    """The folder of kept certificates; made with mode 0700 when the first one is kept."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def keep(self, item: str, *, sd_jwt: str, pdf: bytes | None) -> None:
        """Keep a certificate under an id, in place of an earlier copy.

        Raises:
            StorageRefused: the disk did not take it; an earlier copy is untouched.
        """
        try:
            self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
            if pdf is not None:
                write_whole(self._home / f"{item}.pdf", pdf)
            write_whole(self._home / f"{item}.sdjwt", sd_jwt.encode("ascii"))
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            msg = f"The certificate could not be kept in {self._home}: {reason}. Free some space or set WALLET_HOME."
            raise StorageRefused(msg) from error

    def items(self) -> Iterator[KeptCertificate]:
        """Yield the kept certificates in the order of their ids; a damaged one is yielded as it is.

        Raises:
            StorageRefused: a file cannot be read.
        """
        for path in sorted(self._home.glob("*.sdjwt")):
            pdf = path.with_suffix(".pdf")
            try:
                text = path.read_text("ascii", "replace")
            except OSError as error:
                raise _unreadable(path, error) from error
            yield KeptCertificate(path.stem, text, pdf if pdf.exists() else None)

    def item(self, id_prefix: str) -> KeptCertificate:
        """Return the one certificate whose id starts with the given characters.

        Raises:
            ItemNotFound: none or several do.
        """
        return find_item(self.items(), id_prefix)

    def forget(self, kept: KeptCertificate) -> None:
        """Remove a certificate that is kept elsewhere now.

        Raises:
            StorageRefused: its files could not be removed.
        """
        try:
            for suffix in (".sdjwt", ".pdf"):
                (self._home / f"{kept.id}{suffix}").unlink(missing_ok=True)
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise StorageRefused(
                f"The certificate {kept.id} could not be removed from {self._home}: {reason}."
            ) from error


class Keeper(Protocol):
    """A place where certificates are kept: the plain folder, or an encrypted store."""

    def keep(self, item: str, *, sd_jwt: str, pdf: bytes | None) -> None:
        """Keep a certificate under an id, in place of an earlier copy."""
        ...

    def items(self) -> Iterator[KeptCertificate]:
        """Yield what is kept in the order of the ids."""
        ...

    def item(self, id_prefix: str) -> KeptCertificate:
        """Return the one item whose id starts with the given characters."""
        ...


def find_item(items: Iterable[KeptCertificate], id_prefix: str) -> KeptCertificate:
    """Return the one item whose id starts with the given characters.

    Raises:
        ItemNotFound: none or several do.
    """
    found = [kept for kept in items if id_prefix and kept.id.startswith(id_prefix)]
    if len(found) == 1:
        return found[0]
    what = "no kept certificate has" if not found else f"{len(found)} kept certificates have"
    msg = f"Expected the id of one kept certificate; {what} an id starting with {id_prefix!r}. See 'cb-wallet list'."
    raise ItemNotFound(msg)


def _unreadable(path: Path, error: OSError) -> StorageRefused:
    return StorageRefused(f"{path} cannot be read: {os.strerror(error.errno or 0)}.", kind="read")


def check_new(path: Path) -> None:
    """Refuse a place where something is already.

    Raises:
        WalletExists: it is.
    """
    if path.exists():
        raise WalletExists(f"{path} exists already and is not overwritten.")


def write_new(path: Path, data: bytes) -> None:
    """Write a private file that is not there yet.

    Raises:
        WalletExists: it is there.
        StorageRefused: the disk did not take it.
    """
    check_new(path)
    try:
        write_whole(path, data)
    except OSError as error:
        raise StorageRefused(f"{path} could not be written: {error.strerror}.") from error


def write_whole(path: Path, data: bytes) -> None:
    """Write a file of mode 0600 so that it is either there whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise
