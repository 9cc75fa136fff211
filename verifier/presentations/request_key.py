"""The key that signs this verifier's requests, and the certificate by which wallets know it.

Four files in the configuration folder: `request-key.pem` and `request-root-key.pem`, private keys (encrypted PKCS#8,
mode 0600), `request-certificate.pem`, and `request-root.pem`, which holders get from the employer and name to their
wallet as a root of known verifiers. A certificate of somebody else's authority may take the place of ours: the chain in
`request-certificate.pem`, leaf first and without the root, and no `request-root-key.pem`.

The key may lie elsewhere, in a token (PKCS#11) for example: then there is no `request-key.pem`, and the key is opened
by its URI with a secret of its own. The certificate is made for it in the same way.

Programs that share the folder open the key one after another, so that one of them makes what belongs together.

Our own certificate is made anew when its last month begins, or when the service has got another address.
"""

import base64
import os
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from keys.certificate_chain import certificate_hash
from keys.certificates import (
    CertificateAuthority,
    LeafKind,
    SubjectNames,
    Validity,
    certificate_hosts,
    certificate_key,
    create_leaf,
    create_root,
    valid_until,
)
from keys.errors import CertificateError, KeysError
from keys.jwk import PublicKey
from keys.key_files import create_key, read_private_key, read_signer, write_encrypted
from keys.key_uris import open_signer
from keys.pem_form import certificate_der
from keys.signer import Signer
from keys.urls import parse_url
from keys.values import dataclass, field, replace
from verifier.presentations.errors import RequestRefused
from verifier.whole_files import PUBLIC, held, write_whole

KEY_FILE: Final = "request-key.pem"
ROOT_KEY_FILE: Final = "request-root-key.pem"
CERTIFICATE_FILE: Final = "request-certificate.pem"
ROOT_FILE: Final = "request-root.pem"
LOCK_FILE: Final = "request-key.lock"
_END: Final = "-----END CERTIFICATE-----"
_ROOT_YEARS: Final = 10
_LEAF_DAYS: Final = 397
_RENEW_BEFORE: Final = timedelta(days=30)
_PURPOSE: Final = "Presentation requests"
_MAX_BYTES: Final = 64 * 1024
_MAX_NAME: Final = 64
_DEVICE: Final = "pkcs11"
_SCHEMES: Final = ("file", _DEVICE)


@dataclass(frozen=True, slots=True)
class RequestSigner:
    """What signs requests: the key, its chain (PEM, leaf first, without the root), and the hosts it is for."""

    signer: Signer
    chain: tuple[str, ...]
    hosts: tuple[str, ...]

    @property
    def x5c(self) -> tuple[str, ...]:
        """The chain as a token's header carries it (RFC 7515 section 4.1.6)."""
        return tuple(base64.b64encode(certificate_der(each)).decode("ascii") for each in self.chain)

    @property
    def hash(self) -> str:
        """The certificate's hash, by which `x509_hash` names this verifier."""
        return certificate_hash(certificate_der(self.chain[0]))


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose key it is: the origin of the service, such as `https://verify.example`, and the verifier's name."""

    url: str
    name: str


@dataclass(frozen=True, slots=True)
class KeyElsewhere:
    """A key that does not lie in the configuration folder: its URI (`file:` or `pkcs11:`), and its own secret or PIN.

    Without a secret of its own a file is opened with the passphrase; a token never is, because wrong PINs lock it.
    """

    uri: str
    secret: str | None = field(default=None, repr=False)


def open_request_signer(
    folder: Path, holder: Holder, *, passphrase: str, now: datetime, elsewhere: KeyElsewhere | None = None
) -> RequestSigner:
    """Return what signs requests, made at first use.

    Args:
        folder: the configuration folder.
        holder: whose it is.
        passphrase: opens the key files.
        now: with time zone.
        elsewhere: the key, if it is not in the folder.

    Raises:
        RequestRefused: `key`: a file cannot be read, opened or written, or the certificate does not fit.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with held(folder / LOCK_FILE) if os.access(folder, os.W_OK) else nullcontext():  # else all is there already
            signer = _key(folder, elsewhere, passphrase=passphrase)
            if (folder / ROOT_KEY_FILE).exists() or not (folder / CERTIFICATE_FILE).exists():
                chain = _own_chain(folder, holder, signer, passphrase=passphrase, now=now)
            else:
                chain = _read_chain(folder)
        _check(chain, signer, now=now)
        return RequestSigner(signer, chain, certificate_hosts(chain[0]))
    except OSError as error:
        raise RequestRefused(f"expected files of the request key, found: {error.strerror}", kind="key") from error
    except KeysError as error:
        raise RequestRefused(f"request key: {error.message}", kind="key") from error


def _key(folder: Path, elsewhere: KeyElsewhere | None, *, passphrase: str) -> Signer:
    if elsewhere is None:
        if not (folder / KEY_FILE).exists():
            write_encrypted(folder / KEY_FILE, create_key(), passphrase=passphrase)
        return read_signer(folder / KEY_FILE, passphrase=passphrase)
    scheme = elsewhere.uri.partition(":")[0].lower()
    if scheme not in _SCHEMES:
        raise RequestRefused("expected a key URI that begins with file: or pkcs11:", kind="key")
    if elsewhere.secret is None and scheme == _DEVICE:
        raise RequestRefused("expected the PIN of the token in VERIFIER_REQUEST_SECRET", kind="key")
    secret = elsewhere.secret or passphrase
    return open_signer(elsewhere.uri, secrets=lambda _uri: secret)


def _own_chain(folder: Path, holder: Holder, signer: Signer, *, passphrase: str, now: datetime) -> tuple[str, ...]:
    """Return the certificate of our own authority, made anew where it is missing, ending or for another address."""
    if (folder / CERTIFICATE_FILE).exists():
        chain = _read_chain(folder)
        fits = certificate_key(chain[0]).jwk() == signer.public_jwk() and _host(holder) in certificate_hosts(chain[0])
        if fits and valid_until(chain[0]) - _RENEW_BEFORE > now:
            return chain
    names = _names(holder)
    authority = _authority(folder, names, passphrase=passphrase, now=now)
    leaf = create_leaf(
        LeafKind.REQUEST,
        authority,
        subject=replace(names, issuer_url=holder.url),
        public_key=PublicKey.from_jwk(signer.public_jwk()),
        validity=Validity(now, min(now + timedelta(days=_LEAF_DAYS), valid_until(authority.certificate_pem))),
    )
    write_whole(folder / CERTIFICATE_FILE, leaf.encode("ascii"), mode=PUBLIC)
    return (leaf,)


def _authority(folder: Path, names: SubjectNames, *, passphrase: str, now: datetime) -> CertificateAuthority:
    if (folder / ROOT_KEY_FILE).exists():
        key = read_private_key(folder / ROOT_KEY_FILE, passphrase=passphrase)
        return CertificateAuthority(_read(folder / ROOT_FILE), key)
    key = create_key()
    root = create_root(replace(names, common_name=f"{_PURPOSE} root"), key=key, not_before=now, years=_ROOT_YEARS)
    write_whole(folder / ROOT_FILE, root.certificate_pem.encode("ascii"), mode=PUBLIC)
    write_encrypted(folder / ROOT_KEY_FILE, key, passphrase=passphrase)
    return root


def _names(holder: Holder) -> SubjectNames:
    name = (holder.name or _host(holder))[:_MAX_NAME]
    return SubjectNames(name, name, _PURPOSE)


def _host(holder: Holder) -> str:
    return parse_url(holder.url, allow_loopback=True).host


def _check(chain: tuple[str, ...], signer: Signer, *, now: datetime) -> None:
    if certificate_key(chain[0]).jwk() != signer.public_jwk():
        raise CertificateError(f"expected {CERTIFICATE_FILE} to be that of {KEY_FILE}, found another key")
    if valid_until(chain[0]) <= now:
        raise CertificateError(f"expected a certificate in {CERTIFICATE_FILE} that is valid, found it expired")


def _read_chain(folder: Path) -> tuple[str, ...]:
    parts = _read(folder / CERTIFICATE_FILE).split(_END)
    return tuple(part.lstrip() + _END + "\n" for part in parts if part.strip())


def _read(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_MAX_BYTES).decode("ascii", "replace")
